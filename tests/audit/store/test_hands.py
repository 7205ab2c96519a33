"""Two threads share one ledger's work: each piece is done once, and what a failed commit had signed nobody sees."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path
from threading import Event, current_thread
from typing import Any

import pytest

from audit.store.acknowledgement import check_acknowledgement
from audit.store.acknowledging import Acknowledger
from audit.store.append import Item
from audit.store.errors import DatabaseFull, SignatureRefused
from audit.store.hands import SecondHand, Share
from audit.store.model import Acknowledgement
from audit.store.sqlite_log import SqliteLog
from audit.suite import public_key, sign
from tests.audit.store.ledgers import ORIGIN, Bench, note, private

WAIT = 10.0


@pytest.fixture
def bench(sqlite_url: str, tmp_path: Path) -> Iterator[Bench]:
    made = Bench(sqlite_url, tmp_path)
    yield made
    made.ledger.close()


@pytest.fixture
def hand() -> Iterator[SecondHand]:
    made = SecondHand()
    yield made
    made.close()


class FailingCommit:
    """A connection whose commit fails once the other thread has signed for all that it was to record."""

    def __init__(self, connection: sqlite3.Connection, signed: Event) -> None:
        self.connection = connection
        self.signed = signed

    def execute(self, statement: str, *parameters: Any) -> sqlite3.Cursor:
        if statement == "COMMIT":
            assert self.signed.wait(WAIT)
            raise sqlite3.OperationalError("database or disk is full")
        return self.connection.execute(statement, *parameters)

    def close(self) -> None:
        self.connection.close()


def test_an_acknowledgement_that_was_signed_before_its_commit_failed_is_given_to_nobody(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench.act(note(1))
    log, head = bench.ledger.log, bench.ledger.head()
    assert isinstance(log, SqliteLog)
    acts = [(one, sign(private("wang"), one.to_sign)) for one in (bench.prepare(note(1)), bench.prepare(note(2)))]
    made: list[Item] = []
    signed = Event()
    plain = Acknowledger.sign

    def note_signed(self: Acknowledger, item: Item) -> None:
        plain(self, item)
        made.append(item)
        if len(made) == len(acts):
            signed.set()

    with monkeypatch.context() as patched:
        patched.setattr(Acknowledger, "sign", note_signed)
        patched.setattr(log, "_writer", FailingCommit(log._writer, signed))  # type: ignore[arg-type]
        assert [type(answer) for answer in bench.ledger.commit_many(acts)] == [DatabaseFull] * len(acts)
    assert [(item.index, bool(item.acknowledgement)) for item in made] == [(head.size, True), (head.size + 1, True)]
    assert bench.ledger.head() == head
    for item, (prepared, signature) in zip(made, acts, strict=True):
        assert bench.ledger.log.find_act(prepared.draft.act_id) is None
        later = bench.ledger.commit(prepared.draft, signature)
        assert (later.index, later.repeated) == (item.index, False)
        assert later.signature != item.acknowledgement  # it was recorded at another time, and is signed for that


def test_every_act_of_a_batch_is_checked_and_answered_for_itself(bench: Bench) -> None:
    acts = [bench.prepare(note(number)) for number in range(1, 41)]
    keys = ["wang" if number % 7 else "a stranger" for number in range(40)]
    answers = bench.ledger.commit_many(
        [(one, sign(private(key), one.to_sign)) for one, key in zip(acts, keys, strict=True)]
    )
    for key, answer in zip(keys, answers, strict=True):
        if key != "wang":
            assert isinstance(answer, SignatureRefused)
            continue
        assert isinstance(answer, Acknowledgement)
        log_key, (entry,) = public_key(private("log")), bench.ledger.entries(answer.index, answer.index + 1)
        assert entry.leaf == answer.leaf
        check_acknowledgement(log_key, answer.signature, ORIGIN, answer.index, answer.leaf, answer.recorded_at)


def test_shared_work_is_done_once_by_either_thread_and_finished_when_that_is_said(hand: SecondHand) -> None:
    done: list[int] = []
    for start in range(0, 2000, 20):
        hand.share(range(start, start + 20), done.append).finish()
        assert sorted(done) == list(range(start + 20))


def test_what_nobody_has_begun_is_done_by_whoever_finishes(hand: SecondHand) -> None:
    busy, let_go, done = Event(), Event(), []

    def wait(_: object) -> None:
        busy.set()
        assert let_go.wait(WAIT)

    other = Share([1], wait)
    hand._shares.put(other)
    hand.share([2, 3], lambda piece: done.append((piece, current_thread().name))).finish()
    assert [piece for piece, _ in done] == [2, 3]
    let_go.set()
    other.finish()


def test_a_failure_of_the_other_thread_is_raised_by_whoever_finishes(hand: SecondHand) -> None:
    begun = Event()

    def fail(_: object) -> None:
        begun.set()
        raise ValueError("not here")

    share = hand.share([1], fail)
    assert begun.wait(WAIT)
    with pytest.raises(ValueError, match="not here"):
        share.finish()
    hand.share([2], lambda piece: None).finish()
    hand.close()
    hand.share([3], lambda piece: None).finish()
