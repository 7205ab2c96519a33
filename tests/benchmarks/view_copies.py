"""Views of a small log made into views of a big city, inside PostgreSQL: every row again under other case ids.

The log grows as many times (`log_copies.py`), and every copy's row is known from an entry of its own: so the epochs,
the share of them that a past day leaves to be read, and the width of what is open are those of a log of that length.
"""

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
from projections.tables import EPOCH_BITS, OPEN, OPEN_EPOCH, Table
from projections.views import VIEWS
from tests.benchmarks.log_copies import founding, lengthen, moved

# What nobody asks for at this size: every act of every case.
_LEFT_OUT = ("view_acts",)
_INDICES = ("k0", "km", "kx", "ka")


def multiply(url: str, copies: int) -> None:
    """Let the log and the views hold so many times the cases that they were folded from."""
    tables = [table for view in VIEWS for table in view.tables if table.columns[0].name == "case_id"]
    with psycopg.connect(url, autocommit=True) as server:
        server.execute("SET synchronous_commit = off; SET maintenance_work_mem = '256MB'; SET temp_buffers = '64MB'")
        kept = founding(server)
        with _without_indexes(server, "entries"):
            size = lengthen(server, copies)
        server.execute(SQL("UPDATE view_state SET position = {}").format(Literal(size)))
        for table in tables:
            if table.name not in _LEFT_OUT:
                with _without_indexes(server, table.name):
                    _copy(server, table, kept, copies)
        for name in ("entries", *(table.name for table in tables)):
            server.execute(SQL("VACUUM (ANALYZE) {}").format(Identifier(name)))


def count_live(url: str, day: str) -> tuple[int, int]:
    """Return how many clocks run, and how many of them are overdue at the end of a day."""
    with closing(open_database(url)) as database:
        with database.read() as session:
            live = session.query("SELECT COUNT(*) FROM view_clocks WHERE km = :o AND kx = :o", {"o": OPEN})[0][0]
        return int(live), count_overdue(Reader(database), end_of_day(date.fromisoformat(day))).total


def _copy(server: psycopg.Connection, table: Table, kept: int, copies: int) -> None:
    """Put every row again for every copy, each with log indices of its own; what is open stays open."""
    columns = {column.name: column.name for column in table.columns}
    for name in _INDICES:
        if name in columns:
            columns[name] = f"CASE WHEN {name} >= {OPEN} THEN {name} ELSE {moved(name, kept, copies)} END"
    if "ep" in columns:
        ends = [columns[name] for name in ("km", "kx") if name in columns]
        columns["ep"] = f"LEAST({OPEN_EPOCH}, {', '.join(f'({end}) >> {EPOCH_BITS}' for end in ends)})"
    columns["case_id"] = "CASE copy WHEN 0 THEN case_id ELSE md5(case_id || copy) END"
    server.execute(SQL("CREATE TEMP TABLE base AS SELECT * FROM {}").format(Identifier(table.name)))
    server.execute(SQL("TRUNCATE {}").format(Identifier(table.name)))
    listed = ", ".join(columns.values())
    statement = (
        f"INSERT INTO {table.name} SELECT {listed} FROM generate_series(0, {copies} - 1) AS copy CROSS JOIN base"
    )
    server.execute(statement.encode())
    server.execute("DROP TABLE base")


@contextmanager
def _without_indexes(server: psycopg.Connection, table: str) -> Iterator[None]:
    """Take a table's indexes away and make them again; its keys come back as unique indexes."""
    found = server.execute("SELECT indexname, indexdef FROM pg_indexes WHERE tablename = %s", (table,)).fetchall()
    for (name,) in server.execute(
        "SELECT conname FROM pg_constraint WHERE conrelid = %s::regclass AND contype IN ('p', 'u')", (table,)
    ).fetchall():
        server.execute(SQL("ALTER TABLE {} DROP CONSTRAINT {}").format(Identifier(table), Identifier(name)))
    for name, _ in found:
        server.execute(SQL("DROP INDEX IF EXISTS {}").format(Identifier(name)))
    yield
    for _, definition in found:
        server.execute(definition)
