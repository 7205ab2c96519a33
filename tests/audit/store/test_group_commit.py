"""Group commit when somebody is interrupted: nobody is told of a place in the log that is not there, nobody waits."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence

import pytest

from audit.store.append import Item
from audit.store.errors import DatabaseUnavailable
from audit.store.group_commit import GroupCommit
from audit.suite import sign
from tests.audit.store.ledgers import Bench, note, private

WAIT = 10.0


def item(number: int) -> Item:
    return Item("case/1", number, "case.noted.v1", b"")


class Appender:
    """Gives out places like a store does; the first batch waits until it is let go, the second is interrupted."""

    def __init__(self) -> None:
        self.begun = threading.Event()
        self.let_go = threading.Event()
        self.batches: list[int] = []

    def __call__(self, items: Sequence[Item]) -> None:
        self.batches.append(len(items))
        for place, one in enumerate(items):
            one.index = place
        if len(self.batches) == 1:
            self.begun.set()
            assert self.let_go.wait(WAIT)
        elif len(self.batches) == 2:
            raise KeyboardInterrupt


def in_thread(body: Callable[[], None]) -> threading.Thread:
    thread = threading.Thread(target=body, daemon=True)
    thread.start()
    return thread


def wait_for(condition: Callable[[], bool]) -> None:
    """Wait until something holds that another thread is about to make true."""
    pause = threading.Event()
    for _ in range(1000):
        if condition():
            return
        pause.wait(WAIT / 1000)
    raise AssertionError("it never came true")


def test_who_waited_beside_an_interrupted_leader_is_told_that_the_outcome_is_not_known() -> None:
    append = Appender()
    group = GroupCommit(append)
    items = [item(number) for number in range(3)]
    interrupted: list[BaseException] = []

    def submit(number: int) -> None:
        try:
            group.submit([items[number]])
        except KeyboardInterrupt as error:
            interrupted.append(error)

    threads = [in_thread(lambda: submit(0))]
    assert append.begun.wait(WAIT)
    for number in (1, 2):
        threads.append(in_thread(lambda number=number: submit(number)))  # type: ignore[misc]
        wait_for(lambda number=number: len(group._queue) == number)  # type: ignore[misc]
    append.let_go.set()
    for thread in threads:
        thread.join(WAIT)
        assert not thread.is_alive()
    assert append.batches == [1, 2]
    assert len(interrupted) == 1
    assert items[0].error is None
    assert all(isinstance(one.error, DatabaseUnavailable) for one in items[1:])


def test_the_office_passes_on_after_an_interruption() -> None:
    append = Appender()
    append.let_go.set()
    group = GroupCommit(append)
    group.submit([item(1)])
    with pytest.raises(KeyboardInterrupt):
        group.submit([item(2)])
    last = item(3)
    thread = in_thread(lambda: group.submit([last]))
    thread.join(WAIT)
    assert not thread.is_alive()
    assert last.error is None


def test_an_interrupted_commit_leaves_nothing_and_can_be_made_again(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    prepared = bench.prepare(note())
    signature = sign(private("wang"), prepared.to_sign)
    size = bench.ledger.head().size
    with monkeypatch.context() as patched:

        def interrupt(last: int) -> int:
            raise KeyboardInterrupt

        patched.setattr(bench.parts.timekeeper, "next", interrupt)
        with pytest.raises(KeyboardInterrupt):
            bench.ledger.commit(prepared.draft, signature)
    assert bench.ledger.head().size == size
    assert bench.ledger.commit(prepared.draft, signature).index == size
