"""The keys and indexes of staged tables, made once all rows are in: a job a table, the largest first, several at once.

A job makes what its table needs in one transaction, which also ticks the job off, so that a rebuild that was killed
goes on with the jobs that are left; then it gives the planner its statistics.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor

from projections.database import Database
from projections.registry import STAGE, add_keys, table_name, take_range
from projections.tables import Table
from projections.view import View, all_tables

# Jobs stand among the ranges of streams that a rebuild has to fill in, under names that no stream can have.
INDEX_JOB = "~keys"


def index_jobs(views: Iterable[View]) -> Iterator[tuple[str, None]]:
    """Yield one job a table of these views, as a range."""
    for view in views:
        for table in all_tables(view):
            yield (f"{INDEX_JOB} {table.name}", None)


def is_index_job(low: str) -> bool:
    """Say whether a range is the job of a table, and holds no streams."""
    return low.startswith(INDEX_JOB)


def build_indexes(database: Database, views: Sequence[View], jobs: Sequence[str], at_once: int) -> Iterator[None]:
    """Do these jobs, so many at once where the store can, yielding after each."""
    tables = {f"{INDEX_JOB} {table.name}": (view, table) for view in views for table in all_tables(view)}
    with database.read() as session:
        sizes = {job: session.size_of(table_name(tables[job][1], STAGE)) for job in jobs}
    ordered = sorted(jobs, key=lambda job: (-sizes[job], job))
    if at_once == 1 or database.dialect == "sqlite":
        for job in ordered:
            _build(database, *tables[job], job)
            yield
        return
    pool = ThreadPoolExecutor(at_once)
    try:
        for building in [pool.submit(_build, database, *tables[job], job) for job in ordered]:
            yield building.result()
    finally:
        pool.shutdown(cancel_futures=True)


def _build(database: Database, view: View, table: Table, job: str) -> None:
    with database.write(lasting=False) as session:
        if not take_range(session, job):
            return
        session.expect_sorting()
        add_keys(session, view, table)
    database.tidy([table_name(table, STAGE)])
