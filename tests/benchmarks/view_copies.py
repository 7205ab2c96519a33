"""Views of a small log made into views of a big city, inside PostgreSQL: every row again under other case ids."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import date

import psycopg
from psycopg.sql import SQL, Identifier, Literal

from domain.due import end_of_day
from projections.open import open_database
from projections.overdue import count_overdue
from projections.reader import Reader
from projections.tables import OPEN, Table
from projections.views import VIEWS

# What nobody asks for at this size: every act of every case.
_LEFT_OUT = ("view_acts",)


def multiply(url: str, copies: int) -> None:
    """Let the views hold so many times the cases that they were folded from."""
    tables = [table for view in VIEWS for table in view.tables if table.columns[0].name == "case_id"]
    with psycopg.connect(url, autocommit=True) as server:
        server.execute("SET synchronous_commit = off; SET maintenance_work_mem = '256MB'")
        for table in tables:
            if table.name not in _LEFT_OUT:
                with _without_indexes(server, table.name):
                    _copy(server, table, copies)
                server.execute(SQL("VACUUM (ANALYZE) {}").format(Identifier(table.name)))


def count_live(url: str, day: str) -> tuple[int, int]:
    """Return how many clocks run, and how many of them are overdue at the end of a day."""
    with closing(open_database(url)) as database:
        with database.read() as session:
            live = session.query("SELECT COUNT(*) FROM view_clocks WHERE km = :o AND kx = :o", {"o": OPEN})[0][0]
        return int(live), count_overdue(Reader(database), end_of_day(date.fromisoformat(day))).total


def _copy(server: psycopg.Connection, table: Table, copies: int) -> None:
    rest = SQL(", ").join(SQL("base.{}").format(Identifier(column.name)) for column in table.columns[1:])
    server.execute(SQL("CREATE TEMP TABLE base AS SELECT * FROM {}").format(Identifier(table.name)))
    server.execute(
        SQL(
            "INSERT INTO {} SELECT md5(base.case_id || copy), {} FROM generate_series(1, {}) AS copy CROSS JOIN base"
        ).format(Identifier(table.name), rest, Literal(copies - 1))
    )
    server.execute("DROP TABLE base")


@contextmanager
def _without_indexes(server: psycopg.Connection, table: str) -> Iterator[None]:
    """Take a table's indexes away and make them again; its key comes back as a unique index."""
    found = server.execute("SELECT indexname, indexdef FROM pg_indexes WHERE tablename = %s", (table,)).fetchall()
    for (name,) in server.execute(
        "SELECT conname FROM pg_constraint WHERE conrelid = %s::regclass AND contype = 'p'", (table,)
    ).fetchall():
        server.execute(SQL("ALTER TABLE {} DROP CONSTRAINT {}").format(Identifier(table), Identifier(name)))
    for name, _ in found:
        server.execute(SQL("DROP INDEX IF EXISTS {}").format(Identifier(name)))
    yield
    for _, definition in found:
        server.execute(definition)
