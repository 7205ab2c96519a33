"""Many processes write at once while readers follow: no gap is ever passed over, and ids are leaf indices plus one."""

from __future__ import annotations

import multiprocessing
import os
from multiprocessing.synchronize import Event
from pathlib import Path
from queue import Queue
from threading import Barrier, Thread
from typing import Any

import pytest

from audit import merkle
from audit.store.errors import ActRefused
from audit.suite import sign
from tests.audit.store.ledgers import Bench, case, note, private

BATCH = 25


def _write(url: str, folder: str, writer: int, acts: int) -> None:
    """Append acts of cases of this writer's own, some alone and most in batches."""
    own = Path(folder) / str(writer)
    own.mkdir()
    bench = Bench(url, own, found=False, clock=lambda: 2_000_000_000_000)
    bench._acts = (writer + 1) * 10**9
    done = 0
    while done < acts:
        count = min(BATCH, acts - done) if done % 3 else 1
        prepared = [bench.prepare(note(writer * 10**6 + done + one)) for one in range(count)]
        signed = [(one, sign(private("wang"), one.to_sign)) for one in prepared]
        for answer in bench.ledger.commit_many(signed):
            if isinstance(answer, Exception):
                raise answer
        done += count
    bench.ledger.close()


def _follow(url: str, folder: str, total: int, finished: Event, gaps: Any) -> None:
    """Read on from the last id seen until everything is there; put every step that skipped an id."""
    own = Path(folder) / f"reader-{os.getpid()}"
    own.mkdir()
    recorder = Bench(url, own, found=False).ledger.recorder
    last = 0
    while last < total:
        for notification in recorder.select_notifications(last + 1, 1000):
            if notification.id != last + 1:
                gaps.put((last, notification.id))
            last = notification.id
        if finished.is_set() and (recorder.max_notification_id() or 0) < total:
            gaps.put((last, "the writers ended early"))
            return
    gaps.put("end")


def _race(url: str, tmp_path: Path, writers: int, acts: int) -> None:
    bench = Bench(url, tmp_path)
    total = bench.ledger.head().size + writers * acts
    context = multiprocessing.get_context("spawn")
    gaps, finished = context.Queue(), context.Event()
    readers = [context.Process(target=_follow, args=(url, str(tmp_path), total, finished, gaps)) for _ in range(2)]
    processes = [context.Process(target=_write, args=(url, str(tmp_path), one, acts)) for one in range(writers)]
    for process in (*readers, *processes):
        process.start()
    for process in processes:
        process.join()
    finished.set()
    answers = [gaps.get(timeout=120) for _ in readers]
    for process in readers:
        process.join()
    assert [process.exitcode for process in processes] == [0] * writers
    assert answers == ["end", "end"]
    rows = list(bench.ledger.entries())
    assert [row.index for row in rows] == list(range(total))
    assert bench.ledger.root() == merkle.root_of(merkle.leaf_hash(row.entry) for row in rows)
    bench.ledger.close()


def test_four_processes_write_without_a_gap(any_store_url: str, tmp_path: Path) -> None:
    _race(any_store_url, tmp_path, 4, 120)


@pytest.mark.soak(minutes=2)
def test_sixteen_processes_write_a_hundred_thousand_acts_without_a_gap(any_store_url: str, tmp_path: Path) -> None:
    _race(any_store_url, tmp_path, 16, 6_250)


def test_threads_of_one_process_share_transactions_and_each_gets_its_own_answer(
    any_store_url: str, tmp_path: Path
) -> None:
    bench = Bench(any_store_url, tmp_path)
    acts = [bench.prepare(note(one % 40)) for one in range(80)]
    signed = [(one, sign(private("wang"), one.to_sign)) for one in acts]
    answers: Queue[tuple[int, object]] = Queue()
    barrier = Barrier(16)

    def work(part: int) -> None:
        barrier.wait()
        for place in range(part, 80, 16):
            prepared, signature = signed[place]
            try:
                answers.put((place, bench.ledger.commit(prepared.draft, signature)))
            except ActRefused as refused:
                answers.put((place, refused))

    threads = [Thread(target=work, args=(part,)) for part in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    found = dict(answers.get() for _ in range(80))
    for one in range(40):
        assert sum(isinstance(found[place], ActRefused) for place in (one, one + 40)) == 1
        assert len(bench.ledger.stream_entries(case(one))) == 1
    bench.ledger.close()


def test_no_act_slips_in_behind_the_revocation_of_its_key(any_store_url: str, tmp_path: Path) -> None:
    bench = Bench(any_store_url, tmp_path)
    acts = [bench.prepare(note(one)) for one in range(200)]
    signed = [(one, sign(private("wang"), one.to_sign)) for one in acts]
    barrier = Barrier(5)

    def work(part: int) -> None:
        barrier.wait()
        for prepared, signature in signed[part::4]:
            try:
                bench.ledger.commit(prepared.draft, signature)
            except ActRefused:
                return

    threads = [Thread(target=work, args=(part,)) for part in range(4)]
    for thread in threads:
        thread.start()
    barrier.wait()
    revoked = bench.revoke("wang")
    for thread in threads:
        thread.join()
    behind = [row.action for row in bench.ledger.entries(revoked.index + 1)]
    assert behind == []
    bench.ledger.close()
