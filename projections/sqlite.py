"""Views in SQLite, in the same file as the ledger."""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Collection, Iterator
from contextlib import AbstractContextManager, closing, contextmanager, nullcontext
from functools import lru_cache

from projections.database import _NONE, Database, Parameters, Pool, Session
from projections.errors import DatabaseFailed, DatabaseRefused
from projections.tables import Row, Table

_SCHEME = "sqlite:///"
_WAIT_SECONDS = 30.0
_ANY = re.compile(r"IN \((:[a-z_]+)\)")

_PRAGMAS = ("PRAGMA journal_mode=WAL", "PRAGMA cache_size=-65536")
_LASTING = {True: "PRAGMA synchronous=FULL", False: "PRAGMA synchronous=NORMAL"}


class SqliteSession(Session):
    """One transaction on one SQLite connection."""

    dialect = "sqlite"

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def query(self, sql: str, parameters: Parameters = _NONE) -> list[Row]:
        return self._connection.execute(_translate(sql), _written(parameters)).fetchall()

    def look_up(self, sql: str, parameters: Parameters = _NONE) -> list[Row]:
        return self.query(sql, parameters)

    def plan_once(self) -> None:
        """Nothing to do: SQLite plans without a look at what is asked."""

    def iterate(self, sql: str, parameters: Parameters = _NONE) -> Iterator[Row]:
        yield from self._connection.execute(_translate(sql), _written(parameters))

    def query_any(self, sql: str, values: Collection[str], parameters: Parameters = _NONE) -> list[Row]:
        return self.query(sql, {**parameters, "values": list(values)})

    def run(self, sql: str, parameters: Parameters = _NONE) -> int:
        return self._connection.execute(_translate(sql), _written(parameters)).rowcount

    def run_any(self, sql: str, values: Collection[str], parameters: Parameters = _NONE) -> int:
        return self.run(sql, {**parameters, "values": list(values)})

    def load(self, table: Table, name: str, rows: Collection[Row]) -> None:
        self._connection.executemany(f"INSERT INTO {name} VALUES ({_places(table)})", rows)

    def put(self, table: Table, name: str, rows: Collection[Row]) -> None:
        self._connection.executemany(f"INSERT OR REPLACE INTO {name} VALUES ({_places(table)})", rows)

    def together(self) -> AbstractContextManager[None]:
        return nullcontext()

    def hold_views(self) -> None:
        """Nothing to do: one transaction writes at a time, and readers keep the schema of their snapshot."""

    def has_table(self, name: str) -> bool:
        return bool(self.query("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = :name", {"name": name}))

    def size_of(self, name: str) -> int:
        return 0

    def expect_sorting(self) -> None:
        """Nothing to do: what SQLite sorts is bounded by its cache."""


class SqliteDatabase(Database):
    """A SQLite file. Raises DatabaseRefused if the URL names none."""

    dialect = "sqlite"

    def __init__(self, url: str) -> None:
        self.url = url
        self._path = url.removeprefix(_SCHEME)
        if not url.startswith(_SCHEME) or self._path in ("", ":memory:"):
            raise DatabaseRefused("views need a SQLite file, as sqlite:///PATH")
        self._pool = Pool(self._connect)

    @contextmanager
    def read(self) -> Iterator[Session]:
        with _told(), self._pool.connection() as connection:
            connection.execute("BEGIN")
            yield SqliteSession(connection)

    @contextmanager
    def write(self, *, lasting: bool = True) -> Iterator[Session]:
        with _told(), self._pool.connection() as connection:
            connection.execute(_LASTING[lasting])
            connection.execute("BEGIN IMMEDIATE")
            yield SqliteSession(connection)
            connection.commit()

    def tidy(self, names: Collection[str]) -> None:
        for name in names:
            with self.write(lasting=False) as session:
                if session.has_table(name):
                    session.run(f"ANALYZE {name}")

    def close(self) -> None:
        self._pool.close()

    def _connect(self) -> sqlite3.Connection:
        connection = sqlite3.connect(
            self._path, timeout=_WAIT_SECONDS, isolation_level=None, check_same_thread=False, cached_statements=256
        )
        for pragma in _PRAGMAS:
            with closing(connection.execute(pragma)) as cursor:
                cursor.fetchall()
        return connection


@contextmanager
def _told() -> Iterator[None]:
    """Tell failures of the database in this package's terms."""
    try:
        yield
    except sqlite3.OperationalError as error:
        raise DatabaseFailed(f"SQLite: {error}") from error


def _places(table: Table) -> str:
    return ", ".join("?" * len(table.columns))


@lru_cache(maxsize=1024)
def _translate(sql: str) -> str:
    """Read lists of texts, which stand as `IN (:name)`, out of the JSON that they are handed in as."""
    return _ANY.sub(r"IN (SELECT value FROM json_each(\1))", sql)


def _written(parameters: Parameters) -> dict[str, object]:
    return {name: json.dumps(value) if isinstance(value, list) else value for name, value in parameters.items()}
