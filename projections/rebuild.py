"""Rebuilding views from entries: in case order, beside the old tables, resumable, on several processes.

A range of streams is folded with few states alive at a time and loaded in one transaction, which also ticks the range
off: a rebuild that was killed goes on with the ranges that are left, and two at once share them. When all are in, keys
and indexes are made, the live path folds what was recorded meanwhile, and one transaction swaps the tables. Readers see
the old views until then.
"""

from __future__ import annotations

import gc
import sys
import threading
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, wait
from functools import partial
from multiprocessing import get_context

from domain.reference import new_reference
from projections.codec import Codec
from projections.database import Database, Session
from projections.entries import log_size, read_range, read_reference_streams
from projections.folding import Folder, fold_streams
from projections.open import open_database
from projections.rebuild_indexes import INDEX_JOB, build_indexes, index_jobs, is_index_job
from projections.references import take_in
from projections.registry import (
    STAGE,
    add_stage,
    drop_stage,
    is_taken,
    pending_ranges,
    standing,
    table_name,
    take_range,
)
from projections.tables import Row
from projections.view import View, all_tables

Progress = Callable[[int, int], None]
Range = tuple[str, str | None]

ENTRIES_A_RANGE = 8_000
_ROWS_A_LOAD = 50_000
_MAX_PARTS = 16**4
_POLL_SECONDS = 1.0


def ranges_of(entries: int) -> Iterator[Range]:
    """Yield ranges that hold every stream once, and some thousands of entries each where case ids are random."""
    parts = min(_MAX_PARTS, -(-entries // ENTRIES_A_RANGE))
    lows = ["", *(f"case/{number * _MAX_PARTS // parts:04x}" for number in range(parts)), "case0"]
    yield from zip(lows, [*lows[1:], None], strict=True)


def prepare_stage(database: Database, views: Sequence[View]) -> int:
    """Set the stage for these views, or take it over as an interrupted rebuild of the same views left it.

    Returns the position that the ranges are folded up to.
    """
    with database.write() as session:
        session.hold_views()
        wanted = {view.name: view.version for view in views}
        staged = standing(session, STAGE)
        # A stage from before there was a job a table has one for them all; it is not gone on with.
        usable = (INDEX_JOB, None) not in pending_ranges(session)
        if staged and usable and {name: found.version for name, found in staged.items()} == wanted:
            return next(iter(staged.values())).position
        drop_stage(session)
        size = log_size(session)
        add_stage(session, views, size, (*ranges_of(size), *index_jobs(views)))
        return size


def fill_stage(
    database: Database, views: Sequence[View], codec: Codec, size: int, processes: int, progress: Progress
) -> None:
    """Fill the staged tables from the first `size` entries, then give them their keys and indexes."""
    with database.read() as session:
        pending = pending_ranges(session)
        total = int(session.query("SELECT COUNT(*) FROM view_ranges")[0][0])
    ranges = [found for found in pending if not is_index_job(found[0])]
    if processes > 1 and len(ranges) > processes:
        _fill_in_parallel(database, views, codec, size, ranges, processes, partial(_report, database, progress, total))
    else:
        for done, _ in enumerate(_fill_ranges(database, views, codec, size, ranges), total - len(pending) + 1):
            progress(done, total)
    jobs = [low for low, _ in pending if is_index_job(low)]
    for done, _ in enumerate(build_indexes(database, views, jobs, processes), total - len(jobs) + 1):
        progress(done, total)


def _fill_in_parallel(
    database: Database,
    views: Sequence[View],
    codec: Codec,
    size: int,
    ranges: Sequence[Range],
    processes: int,
    report: Callable[[], None],
) -> None:
    """Share the ranges out; the processes are copies of this one only if it has no threads that could hold a lock."""
    alone = sys.platform == "linux" and threading.active_count() == 1
    with ProcessPoolExecutor(processes, mp_context=get_context("fork" if alone else "spawn")) as pool:
        waiting: set[Future[None]] = {
            pool.submit(_fill_elsewhere, database.url, tuple(views), codec, size, _turns(ranges, number, processes))
            for number in range(processes)
        }
        while waiting:
            done, waiting = wait(waiting, timeout=_POLL_SECONDS)
            for future in done:
                future.result()
            report()


def _turns(ranges: Sequence[Range], number: int, processes: int) -> list[Range]:
    """Return the order in which one of the processes goes: its own share, then from the end what others have left."""
    others = [range_ for other in range(processes) if other != number for range_ in reversed(ranges[other::processes])]
    return [*ranges[number::processes], *others]


def _fill_elsewhere(url: str, views: Sequence[View], codec: Codec, size: int, ranges: Sequence[Range]) -> None:
    # Rows and states make no cycles, and to look for some is a twentieth of this process's work.
    gc.disable()
    database = open_database(url)
    try:
        for _ in _fill_ranges(database, views, codec, size, ranges):
            pass
    finally:
        database.close()


def _fill_ranges(
    database: Database, views: Sequence[View], codec: Codec, size: int, ranges: Iterable[Range]
) -> Iterator[None]:
    """Fill ranges one by one, but for those that somebody has filled, yielding after each."""
    with database.read() as session:
        reference = take_in(new_reference(), read_reference_streams(session, codec.decode, 0, size))
    folder = Folder(views, reference, codec.encode)
    for low, high in ranges:
        with database.read() as session:
            taken = is_taken(session, low)
        if not taken:
            _fill_range(database, folder, codec, (low, high), size)
        yield


def _fill_range(database: Database, folder: Folder, codec: Codec, streams: Range, size: int) -> None:
    """Fill one range, unless another process has done so meanwhile."""
    batches = _folded(database, folder, codec, *streams, size)
    first = next(batches)
    with database.write(lasting=False) as session:
        if take_range(session, streams[0]):
            _load(session, folder, first)
            for batch in batches:
                _load(session, folder, batch)
    batches.close()


# For each view and each of its tables, that of its digests last: the rows to load.
Batch = list[list[list[Row]]]


def _folded(
    database: Database, folder: Folder, codec: Codec, low: str, high: str | None, size: int
) -> Generator[Batch, None, None]:
    """Yield the rows of a range, nearly always in one batch: a range of unusual size is cut, to bound memory."""
    batch, count = _empty_batch(folder), 0
    with database.read() as session:
        for state in fold_streams(folder, read_range(session, codec.decode, low, high, size)):
            for view, rows in state.rows.items():
                for loaded, of_table in zip(batch[view], rows, strict=False):
                    if of_table:
                        loaded += of_table.values()
                        count += len(of_table)
            for view, digest in folder.digests(state):
                batch[view][-1].append((state.stream, digest))
            if count > _ROWS_A_LOAD:
                yield batch
                batch, count = _empty_batch(folder), 0
    yield batch


def _empty_batch(folder: Folder) -> Batch:
    return [[[] for _ in all_tables(view)] for view in folder.views]


def _load(session: Session, folder: Folder, batch: Batch) -> None:
    for view, of_view in zip(folder.views, batch, strict=True):
        for table, rows in zip(all_tables(view), of_view, strict=True):
            if rows:
                session.load(table, table_name(table, STAGE), rows)


def _report(database: Database, progress: Progress, total: int) -> None:
    with database.read() as session:
        done = int(session.query("SELECT COUNT(*) FROM view_ranges WHERE done = 1")[0][0])
    progress(done, total)
