"""What is kept from preparing an act to committing it never answers for a log that has moved on meanwhile."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from threading import Event, Thread
from typing import Any

import pytest

from audit.store.append import Item
from audit.store.errors import AuthorityRefused, DatabaseFull, StaleStream
from audit.store.judge import Parts
from audit.store.ledger import Ledger
from audit.store.model import Acknowledgement, Outlook, Prepared
from audit.store.sqlite_log import SqliteLog
from audit.suite import sign
from tests.audit.store.ledgers import CLAIMED_AT, START_MS, Bench, Permissive, case, handler, note, private, settings


class Standing:
    """A clock that stands still until it is set: all that happens meanwhile happens in one millisecond."""

    def __init__(self) -> None:
        self.now = START_MS

    def __call__(self) -> int:
        return self.now


@pytest.fixture
def bench(any_store_url: str, tmp_path: Path) -> Iterator[Bench]:
    made = Bench(any_store_url, tmp_path, clock=Standing())
    yield made
    made.ledger.close()


@pytest.fixture
def beside(bench: Bench, any_store_url: str) -> Iterator[Ledger]:
    """The same ledger in another process, which has caches of its own."""
    other = Ledger(settings(any_store_url), bench.parts)
    yield other
    other.close()


def _prepare(ledger: Ledger, bench: Bench, number: int = 1) -> Prepared:
    return ledger.prepare(
        note(number), handler(), act_id=bench.act_id(), claimed_at=CLAIMED_AT, seed=bench.parts.random(32)
    )


def _commit(ledger: Ledger, prepared: Prepared) -> Acknowledgement:
    return ledger.commit(prepared.draft, sign(private("wang"), prepared.to_sign))


def test_an_act_prepared_beside_another_process_is_stale_once_that_one_has_acted(bench: Bench, beside: Ledger) -> None:
    bench.act(note())
    mine, theirs = bench.prepare(note()), _prepare(beside, bench)
    assert (mine.draft.seq, mine.draft.prev) == (theirs.draft.seq, theirs.draft.prev)
    _commit(beside, theirs)
    with pytest.raises(StaleStream):
        _commit(bench.ledger, mine)
    again = bench.prepare(note())
    assert again.draft.seq == 3
    assert _commit(bench.ledger, again).index == bench.ledger.head().size - 1
    assert bench.ledger.state(case()) == ("case.noted.v1",) * 3 == beside.state(case())


def test_two_processes_take_turns_in_one_case_and_each_prepares_behind_the_other(bench: Bench, beside: Ledger) -> None:
    for seq in range(1, 9):
        ledger = (bench.ledger, beside)[seq % 2]
        prepared = _prepare(ledger, bench)
        assert prepared.draft.seq == seq
        _commit(ledger, prepared)
    rows = bench.ledger.stream_entries(case())
    assert [row.seq for row in rows] == list(range(1, 9))


def test_the_log_itself_compares_what_an_act_names_as_its_predecessor(bench: Bench) -> None:
    first = bench.act(note())
    size = bench.ledger.head().size

    def item(number: int, seq: int, prev: bytes) -> Item:
        return Item(case(number), seq, "case.noted.v1", bytes(40), act_id=bench.act_id(), prev=prev)

    given = [item(1, 2, bytes(32)), item(1, 3, first.leaf), item(2, 1, first.leaf), item(2, 2, bytes(31) + b"1")]
    bench.ledger.log.append([*given, item(1, 2, first.leaf), item(2, 1, bytes(32))])
    assert [type(one.error) for one in given] == [StaleStream] * len(given)
    assert bench.ledger.head().size == size + 2
    assert [len(bench.ledger.stream_entries(case(number))) for number in (1, 2)] == [2, 1]


def test_a_key_revoked_elsewhere_in_the_same_millisecond_signs_nothing_that_was_prepared(
    bench: Bench, beside: Ledger
) -> None:
    prepared = _prepare(beside, bench)
    bench.revoke("wang")
    size = bench.ledger.head().size
    with pytest.raises(AuthorityRefused, match="ended by entry"):
        _commit(beside, prepared)
    assert bench.ledger.head().size == size
    with pytest.raises(AuthorityRefused):
        _prepare(beside, bench)


def test_what_an_append_could_not_write_is_known_to_nobody(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    bench.act(note())
    prepared = bench.prepare(note())

    def full(*_: object, **__: object) -> None:
        raise DatabaseFull("the database or its disk is full: nothing was recorded")

    with monkeypatch.context() as patched:
        patched.setattr(bench.ledger.log, "append", full)
        with pytest.raises(DatabaseFull):
            _commit(bench.ledger, prepared)
    again = bench.prepare(note()).draft
    assert (again.seq, again.prev) == (prepared.draft.seq, prepared.draft.prev)
    assert _commit(bench.ledger, prepared).index == 4
    assert bench.ledger.state(case()) == ("case.noted.v1",) * 2


class Asked(Permissive):
    """Rules that count how often they are asked, and refuse what another stream has overtaken."""

    def __init__(self) -> None:
        self.decided: list[int] = []
        self.crossed = 0
        self.standing_until = 0

    def stands_until(self, decision: Any) -> int:
        return self.standing_until

    def decide(self, state: Any, command: Any, actor: Any, **given: Any) -> Any:
        self.decided.append(given["recorded_at"])
        return super().decide(state, command, actor, **given)

    def check_elsewhere(self, state: Any, decision: Any, elsewhere: Any, reference: Any) -> None:
        self.crossed += 1
        if elsewhere.began(case(7)) is not None:
            raise StaleStream("another case has begun")


def _with_rules(bench: Bench, url: str, rules: Asked) -> Ledger:
    given = bench.parts
    parts = Parts(given.origin, rules, given.keystore, given.log_key, given.timekeeper, given.random)
    return Ledger(settings(url), parts)


def test_the_rules_are_asked_again_unless_nothing_at_all_has_changed(bench: Bench, any_store_url: str) -> None:
    rules, clock = Asked(), bench.clock
    ledger = _with_rules(bench, any_store_url, rules)
    assert isinstance(clock, Standing)
    _commit(ledger, _prepare(ledger, bench))
    assert len(rules.decided) == 1
    later = _prepare(ledger, bench)
    clock.now += 1
    _commit(ledger, later)
    assert rules.decided[1:] == [START_MS, START_MS + 1]
    moved = _prepare(ledger, bench)
    bench.enrol("li")
    _commit(ledger, moved)
    assert len(rules.decided) == 5  # when it was prepared, and by the reference that the log had meanwhile
    rules.standing_until = clock.now + 10
    answered, outlived = _prepare(ledger, bench), _prepare(ledger, bench, 3)
    clock.now += 10
    _commit(ledger, answered)
    assert len(rules.decided) == 7  # they had said that those milliseconds change nothing
    clock.now += 1
    _commit(ledger, outlived)
    assert len(rules.decided) == 8
    overtaken = _prepare(ledger, bench)
    clock.now -= 1
    _commit(ledger, overtaken)
    assert len(rules.decided) == 10  # before the time at which they were asked they never stand
    ledger.close()


def test_what_an_act_says_of_other_streams_is_checked_again_in_the_same_millisecond(
    bench: Bench, any_store_url: str
) -> None:
    rules = Asked()
    ledger = _with_rules(bench, any_store_url, rules)
    prepared = _prepare(ledger, bench)
    bench.act(note(7))
    with pytest.raises(StaleStream, match="another case"):
        _commit(ledger, prepared)
    assert (len(rules.decided), rules.crossed) == (1, 2)
    ledger.close()


def test_preparing_waits_for_nobody_who_writes(sqlite_url: str, tmp_path: Path) -> None:
    bench = Bench(sqlite_url, tmp_path)
    log = bench.ledger.log
    assert isinstance(log, SqliteLog)
    bench.ledger.checkpoint()
    looked: list[Outlook] = []
    writing, read = Event(), Event()

    def write(_: object) -> None:
        writing.set()
        assert read.wait(10)

    writer = Thread(target=lambda: log.append([], also=write))
    writer.start()
    assert writing.wait(10)
    looked.append(log.outlook(case()))
    read.set()
    writer.join()
    looked.append(log.outlook(case()))
    assert looked == [Outlook(2, 0, 3, bench.ledger.root(3))] * 2
    bench.ledger.close()
