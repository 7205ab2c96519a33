"""Views in PostgreSQL, in the same database as the ledger."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from contextlib import contextmanager, suppress
from functools import lru_cache

import psycopg
from psycopg import RawCursor, RawServerCursor
from psycopg.errors import UndefinedTable

from projections.database import _NONE, Database, Parameters, Pool, Session
from projections.errors import DatabaseFailed
from projections.postgres_arrays import install_arrays, write_array
from projections.tables import Row, Table

_ANY = re.compile(r"IN \((:[a-z_]+)\)")
_PARAMETER = re.compile(r"(?<!:):([a-z_][a-z0-9_]*)")

# Names of tables are looked up as they are now, rows as they were when the snapshot was taken: a reader that met a swap
# between the two would find the new table empty. So readers hold this table before they take their snapshot, and
# whoever swaps holds it alone.
#
# What is planned once is planned for an index, even if the tables are still small: the plan may outlast that. As-of
# questions over more than one index are planned for their own position and date: a generic plan was a hundred times
# slower for some. A reader begins with what is planned once, as every question looks its moment up first.
_PLAN_ONCE = "SET LOCAL plan_cache_mode = force_generic_plan; SET LOCAL enable_seqscan = off"
_PLAN_EACH = "SET LOCAL plan_cache_mode = force_custom_plan; SET LOCAL enable_seqscan = on"
_BEGIN_READING = f"BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; {_PLAN_ONCE}"
_BEGIN_WRITING = "BEGIN ISOLATION LEVEL READ COMMITTED"
# What is put has one plan, however many rows there are.
_NOT_LASTING = "SET LOCAL synchronous_commit = off; SET LOCAL plan_cache_mode = force_generic_plan"
# Tables are indexed side by side, each by one process of the server.
_SORTING = "SET LOCAL maintenance_work_mem = '128MB'; SET LOCAL max_parallel_maintenance_workers = 0"
_HOLD_VIEWS = "LOCK TABLE view_state IN ACCESS SHARE MODE"
_HOLD_VIEWS_ALONE = "LOCK TABLE view_state IN ACCESS EXCLUSIVE MODE"

_ROWS_A_FETCH = 1000

# A query that comes a second time on a connection is parsed once for all: parsing takes as long as planning.
_USES_UNPREPARED = 1

# Whatever is planned to run once is not worth compiling. What is counted over a whole city is grouped in memory: with
# the server's 4 MB it is sorted in files.
_OPTIONS = "-c plan_cache_mode=force_custom_plan -c timezone=UTC -c jit=off -c work_mem=32MB"


class PostgresSession(Session):
    """One transaction on one PostgreSQL connection."""

    dialect = "postgres"

    def __init__(self, connection: psycopg.Connection[Row], *, reading: bool = False) -> None:
        self._connection = connection
        self._planning_once = reading
        self._to_plan_once = False

    def query(self, sql: str, parameters: Parameters = _NONE) -> list[Row]:
        self._plan()
        return self.look_up(sql, parameters)

    def look_up(self, sql: str, parameters: Parameters = _NONE) -> list[Row]:
        with RawCursor(self._connection) as cursor:
            return cursor.execute(*_translated(sql, parameters), binary=True).fetchall()

    def plan_once(self) -> None:
        self._to_plan_once = True

    def _plan(self) -> None:
        """Have what comes next planned once, or by what is asked."""
        if self._planning_once is not self._to_plan_once:
            self._connection.execute(_PLAN_ONCE if self._to_plan_once else _PLAN_EACH)
            self._planning_once = self._to_plan_once

    def iterate(self, sql: str, parameters: Parameters = _NONE) -> Iterator[Row]:
        self._plan()
        with RawServerCursor(self._connection, "rows") as cursor:
            cursor.execute(*_translated(sql, parameters), binary=True)
            while rows := cursor.fetchmany(_ROWS_A_FETCH):
                yield from rows

    def query_any(self, sql: str, values: Collection[str], parameters: Parameters = _NONE) -> list[Row]:
        return self.query(sql, {**parameters, "values": list(values)})

    def run(self, sql: str, parameters: Parameters = _NONE) -> int:
        with RawCursor(self._connection) as cursor:
            return cursor.execute(*_translated(sql, parameters)).rowcount

    def run_any(self, sql: str, values: Collection[str], parameters: Parameters = _NONE) -> int:
        return self.run(sql, {**parameters, "values": list(values)})

    def load(self, table: Table, name: str, rows: Collection[Row]) -> None:
        if not rows:
            return
        statement = f"COPY {name} ({table.column_names}) FROM STDIN (FORMAT BINARY)"
        with self._connection.cursor() as cursor, cursor.copy(statement) as copy:
            copy.set_types(table.column_types("postgres"))
            write = copy.write_row
            for row in rows:
                write(row)

    def put(self, table: Table, name: str, rows: Collection[Row]) -> None:
        if not rows:
            return
        with RawCursor(self._connection) as cursor:
            columns = zip(table.columns, zip(*rows, strict=True), strict=True)
            cursor.execute(
                _put_statement(table, name), [write_array(column.kind, of_all) for column, of_all in columns]
            )

    @contextmanager
    def together(self) -> Iterator[None]:
        with self._connection.pipeline():
            yield

    def hold_views(self) -> None:
        self._connection.execute(_HOLD_VIEWS_ALONE)

    def has_table(self, name: str) -> bool:
        return bool(self.look_up("SELECT 1 WHERE to_regclass(:name) IS NOT NULL", {"name": name}))

    def size_of(self, name: str) -> int:
        return int(self.look_up("SELECT COALESCE(pg_relation_size(to_regclass(:name)), 0)", {"name": name})[0][0])

    def expect_sorting(self) -> None:
        self._connection.execute(_SORTING)


class PostgresDatabase(Database):
    """A PostgreSQL database, by its URL."""

    dialect = "postgres"

    def __init__(self, url: str) -> None:
        self.url = url
        self._pool = Pool(self._connect)

    @contextmanager
    def read(self) -> Iterator[Session]:
        with _told(), self._pool.connection() as connection:
            try:
                connection.execute(f"{_BEGIN_READING}; {_HOLD_VIEWS}")
            except UndefinedTable:
                connection.execute(f"ROLLBACK; {_BEGIN_READING}")
            yield PostgresSession(connection, reading=True)
            # The driver forgets what it has prepared at a ROLLBACK; what only reads can as well be committed.
            connection.execute("COMMIT")

    @contextmanager
    def write(self, *, lasting: bool = True) -> Iterator[Session]:
        with _told(), self._pool.connection() as connection:
            connection.execute(_BEGIN_WRITING if lasting else f"{_BEGIN_WRITING}; {_NOT_LASTING}")
            yield PostgresSession(connection)
            connection.execute("COMMIT")

    def tidy(self, names: Collection[str]) -> None:
        with _told(), psycopg.connect(self.url, autocommit=True) as connection:
            connection.execute("SET synchronous_commit = off; SET default_statistics_target = 30")
            for name in names:
                with suppress(UndefinedTable):
                    connection.execute(f"VACUUM (ANALYZE) {name}")

    def close(self) -> None:
        self._pool.close()

    def _connect(self) -> psycopg.Connection[Row]:
        connection = psycopg.connect(self.url, options=_OPTIONS, autocommit=True)
        connection.prepare_threshold = _USES_UNPREPARED
        install_arrays(connection)
        return connection


@contextmanager
def _told() -> Iterator[None]:
    """Tell failures of the database in this package's terms."""
    try:
        yield
    except (psycopg.OperationalError, psycopg.errors.ReadOnlySqlTransaction) as error:
        raise DatabaseFailed(f"PostgreSQL: {error}") from error


def _translated(sql: str, parameters: Parameters) -> tuple[bytes, list[object]]:
    """Write a query and its parameters the server's way.

    Lists of texts become arrays: by the driver's own way a page's two hundred cases cost as much as its query.
    """
    query, names = _numbered(sql)
    values = [parameters[name] for name in names]
    return query, [write_array("text", value) if type(value) is list else value for value in values]


@lru_cache(maxsize=1024)
def _numbered(sql: str) -> tuple[bytes, tuple[str, ...]]:
    """Write parameters as the server numbers them, with their names in order, and lists of them as arrays.

    The driver's own placeholders are looked for anew in every long query. All SQL here is a constant, or built from
    constants and table names.
    """
    places: dict[str, int] = {}
    query = _PARAMETER.sub(
        lambda found: f"${places.setdefault(found[1], len(places) + 1)}", _ANY.sub(r"= ANY(\1)", sql)
    )
    return query.encode(), tuple(places)


@lru_cache(maxsize=1024)
def _put_statement(table: Table, name: str) -> str:
    arrays = ", ".join(f"${place}::{kind}[]" for place, kind in enumerate(table.column_types("postgres"), 1))
    replaced = ", ".join(f"{column.name} = excluded.{column.name}" for column in table.columns[table.key :])
    action = f"DO UPDATE SET {replaced}" if replaced else "DO NOTHING"
    return (
        f"INSERT INTO {name} ({table.column_names}) SELECT * FROM unnest({arrays}) "
        f"ON CONFLICT ({table.key_names}) {action}"
    )
