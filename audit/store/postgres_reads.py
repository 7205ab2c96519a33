"""Reading the log on PostgreSQL, its connections, and its schema."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from itertools import count
from typing import Any

import psycopg
from psycopg import sql
from psycopg_pool import ConnectionPool

from audit.store.migrations import migrations
from audit.store.model import Head
from audit.store.postgres_errors import translated
from audit.store.queries import LogQueries, split_frontier

APP_ROLE = "sundial_app"

_MAY_TAKE_ROLE = "SELECT FROM pg_roles WHERE rolname = %s AND pg_has_role(oid, 'MEMBER')"
_HAS_VERSIONS = "SELECT to_regclass('schema_version') IS NOT NULL"


class PostgresReads(LogQueries):
    """Connections to one database, its schema, and how a query is run on it."""

    def __init__(self, url: str, *, pool_size: int, connect_timeout: float) -> None:
        self._url = url
        self._connect_timeout = connect_timeout
        self._pool = ConnectionPool(
            url,
            kwargs={"autocommit": True},
            min_size=0,
            max_size=pool_size,
            open=False,
            configure=_take_role,
            timeout=connect_timeout,
        )

    def connect(self, *, as_owner: bool = False) -> psycopg.Connection[Any]:
        """Return a new autocommit connection, in the application's role unless `as_owner`."""
        connection: psycopg.Connection[Any] = psycopg.connect(
            self._url, autocommit=True, connect_timeout=int(self._connect_timeout)
        )
        if not as_owner:
            _take_role(connection)
        return connection

    def select(self, statement: str, parameters: Sequence[Any] = ()) -> list[Any]:
        numbered = _numbered(statement)
        with translated():
            self._pool.open()
            try:
                return self._read(numbered, parameters)
            except psycopg.OperationalError:
                # Reading twice is harmless: connections that broke while idle are replaced first.
                self._pool.check()
                return self._read(numbered, parameters)

    def _read(self, statement: bytes, parameters: Sequence[Any]) -> list[Any]:
        with self._pool.connection() as connection, psycopg.RawCursor(connection) as cursor:
            return cursor.execute(statement, parameters, prepare=True, binary=True).fetchall()

    def schema_version(self) -> int:
        """Return the version of the schema in the database; 0 if there is none."""
        if not self.select(_HAS_VERSIONS)[0][0]:
            return 0
        return int(self.select("SELECT coalesce(max(version), 0) FROM schema_version")[0][0])

    def migrate(self) -> int:
        """Bring the schema to this program's version, as the login role, and return that version."""
        with translated(), self.connect(as_owner=True) as connection, connection.transaction():
            connection.execute("SELECT pg_advisory_xact_lock(5348554853)")
            connection.execute("CREATE TABLE IF NOT EXISTS schema_version (version integer PRIMARY KEY)")
            row = connection.execute("SELECT coalesce(max(version), 0) FROM schema_version").fetchone()
            assert row is not None
            for version, text in migrations("postgres"):
                if version > row[0]:
                    connection.execute(text)
                    connection.execute("INSERT INTO schema_version VALUES (%s)", (version,))
            _create_role(connection)
        return self.schema_version()

    def grant(self, what: str) -> None:
        """Grant the application's role more, such as "SELECT ON t"; nothing where there is no such role."""
        with translated(), self.connect(as_owner=True) as connection:
            if connection.execute(_MAY_TAKE_ROLE, (APP_ROLE,)).fetchone() is not None:
                grant = sql.SQL("GRANT " + what + " TO {}")
                connection.execute(grant.format(sql.Identifier(APP_ROLE)))

    def head(self) -> Head:
        row = self.select("SELECT size, frontier, recorded_at, reference_at FROM log_head")[0]
        return Head(row[0], split_frontier(row[1]), row[2], row[3])

    def close(self) -> None:
        self._pool.close()


@lru_cache(maxsize=256)
def _numbered(statement: str) -> bytes:
    """Write a query with the server's own placeholders; the driver would look for its own in every long one anew."""
    numbers = count(1)
    return re.sub(r"\?", lambda _: f"${next(numbers)}", statement).encode()


def _take_role(connection: psycopg.Connection[Any]) -> None:
    if connection.execute(_MAY_TAKE_ROLE, (APP_ROLE,)).fetchone() is not None:
        connection.execute(sql.SQL("SET ROLE {}").format(sql.Identifier(APP_ROLE)))


def _create_role(connection: psycopg.Connection[Any]) -> None:
    """Create the application's role where the login may, and grant it what the write path needs and no more."""
    role = sql.Identifier(APP_ROLE)
    try:
        with connection.transaction():
            if connection.execute("SELECT FROM pg_roles WHERE rolname = %s", (APP_ROLE,)).fetchone() is None:
                connection.execute(sql.SQL("CREATE ROLE {} NOLOGIN").format(role))
            connection.execute(sql.SQL("GRANT {} TO CURRENT_USER").format(role))
    except (psycopg.errors.InsufficientPrivilege, psycopg.errors.DuplicateObject, psycopg.errors.UniqueViolation):
        if connection.execute(_MAY_TAKE_ROLE, (APP_ROLE,)).fetchone() is None:
            return
    for grant in (
        "SELECT, INSERT ON entries, tiles, checkpoints",
        "SELECT, UPDATE ON log_head",
        "SELECT, INSERT, UPDATE ON disclosures",
        "SELECT ON schema_version",
    ):
        connection.execute(sql.SQL("GRANT " + grant + " TO {}").format(role))
