"""Appending to PostgreSQL: after a rollback, on a server that drops or delays, after a lost connection."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import psycopg
import pytest

from audit import merkle
from audit.statement import NO_PREV
from audit.store.acknowledgement import check_acknowledgement
from audit.store.append import Item
from audit.store.errors import ActConflict, DatabaseUnavailable
from audit.store.ledger import Ledger
from audit.store.model import Acknowledgement, Prepared
from audit.store.postgres_log import PostgresLog
from audit.store.recorder import LogRecorder
from audit.store.timekeeper import UNTIMED
from audit.suite import public_key, sign
from tests.audit.store.ledgers import ORIGIN, Bench, case, note, private, settings
from tests.postgres_server import PostgresServer

COLUMNS = "size, frontier, recorded_at, reference_at"


@pytest.fixture
def bench(postgres_url: str, tmp_path: Path) -> Iterator[Bench]:
    made = Bench(postgres_url, tmp_path)
    yield made
    made.ledger.close()


@pytest.fixture
def intruder(postgres_server: PostgresServer, postgres_url: str) -> Iterator[psycopg.Connection[Any]]:
    """Somebody who may do anything to the database, triggers or not."""
    url = postgres_server.superuser_url(postgres_url.rpartition("/")[2])
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("SET session_replication_role = replica")
        yield connection


def test_a_known_head_is_not_believed_after_a_rollback(
    bench: Bench, intruder: psycopg.Connection[Any], postgres_url: str, tmp_path: Path
) -> None:
    bench.act(note(1))
    kept = intruder.execute(f"SELECT {COLUMNS} FROM log_head").fetchone()
    assert kept is not None
    bench.act(note(2))
    intruder.execute("DELETE FROM disclosures WHERE notification_id > %s", (kept[0],))
    intruder.execute("DELETE FROM entries WHERE notification_id > %s", (kept[0],))
    intruder.execute(f"UPDATE log_head SET ({COLUMNS}) = (%s, %s, %s, %s)", kept)
    (tmp_path / "other").mkdir()
    other = Bench(postgres_url, tmp_path / "other", found=False)
    other._acts = 1000
    other.act(note(3))
    other.ledger.close()
    bench.act(note(4))
    leaves = bench.ledger.log.leaves(0, bench.ledger.head().size)
    assert len(leaves) == kept[0] + 2
    assert merkle.root(bench.ledger.head().frontier) == merkle.root_of(leaves)


def _signed(bench: Bench, number: int) -> tuple[Prepared, bytes]:
    prepared = bench.prepare(note(number))
    return prepared, sign(private("wang"), prepared.to_sign)


def _check(bench: Bench, answers: Sequence[Acknowledgement | Exception]) -> None:
    """Check that each answer is the log's signature for the entry that stands at its place."""
    for answer in answers:
        assert isinstance(answer, Acknowledgement)
        (leaf,) = bench.ledger.log.leaves(answer.index, answer.index + 1)
        assert answer.leaf == leaf
        key = public_key(private("log"))
        check_acknowledgement(key, answer.signature, ORIGIN, answer.index, leaf, answer.recorded_at)


def test_what_was_signed_for_places_that_another_process_took_is_signed_again(
    bench: Bench, postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    swaps: list[bool] = []
    swap = PostgresLog._swap

    def watched(self: PostgresLog, *parts: Any) -> bool:
        swaps.append(swap(self, *parts))
        return swaps[-1]

    monkeypatch.setattr(PostgresLog, "_swap", watched)
    beside = Ledger(settings(postgres_url), bench.parts)
    acts = [_signed(bench, number) for number in range(1, 16)]
    beside.commit(acts[0][0].draft, acts[0][1])
    bench.ledger.commit(acts[1][0].draft, acts[1][1])
    _check(bench, beside.commit_many(acts[2:8]))
    _check(bench, bench.ledger.commit_many(acts[8:12]))
    _check(bench, bench.ledger.commit_many(acts[12:14]))
    _check(bench, [beside.commit(acts[14][0].draft, acts[14][1])])
    assert False in swaps
    assert True in swaps
    beside.close()


def test_signing_for_a_place_that_was_lost_has_ended_before_the_item_gets_another(
    bench: Bench, postgres_url: str
) -> None:
    bench.act(note(1))
    beside, other = Ledger(settings(postgres_url), bench.parts), _signed(bench, 2)
    beside.commit(other[0].draft, other[1])
    item, places = Item(case(3), 1, "case.noted.v1", bytes(40), act_id=bench.act_id(), prev=NO_PREV), []

    def sign_slowly(items: Sequence[Item]) -> Callable[[], None]:
        def end() -> None:
            places.append(items[0].index)
            items[0].acknowledgement = b"for the place before"

        return end

    size = bench.ledger.head().size
    bench.ledger.log.append([item], meanwhile=sign_slowly)
    assert places == [size - 1]
    assert (item.index, item.acknowledgement, item.error) == (size, b"", None)
    beside.close()


@pytest.mark.parametrize("recorded", [True, False])
def test_after_a_lost_connection_an_act_is_acknowledged_for_the_place_that_it_has(
    bench: Bench, postgres_url: str, monkeypatch: pytest.MonkeyPatch, recorded: bool
) -> None:
    """What the connection took with it was recorded, or another process has taken the place meanwhile."""
    bench.act(note(1))
    beside, other = Ledger(settings(postgres_url), bench.parts), _signed(bench, 2)
    log, write = bench.ledger.log, PostgresLog._write
    lost: list[Any] = []

    def lose(self: PostgresLog, *parts: Any) -> Any:
        if self is not log or lost:
            return write(self, *parts)
        lost.append(parts)
        if recorded:
            write(self, *parts)
        else:
            beside.commit(other[0].draft, other[1])
        raise psycopg.OperationalError("the connection broke")

    monkeypatch.setattr(PostgresLog, "_write", lose)
    size = bench.ledger.head().size
    answer = bench.act(note(3))
    assert (len(lost), answer.index) == (1, size if recorded else size + 1)
    _check(bench, [answer])
    beside.close()


def test_nothing_is_acknowledged_that_the_database_dropped(bench: Bench, intruder: psycopg.Connection[Any]) -> None:
    bench.act(note(1))
    intruder.execute("CREATE FUNCTION drop_it() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'")
    intruder.execute("CREATE TRIGGER dropping BEFORE INSERT ON entries FOR EACH ROW EXECUTE FUNCTION drop_it()")
    with pytest.raises(DatabaseUnavailable, match="did not take in"):
        bench.act(note(2))


def test_an_acknowledged_act_is_on_the_disk_whatever_the_database_is_set_to(
    postgres_url: str, intruder: psycopg.Connection[Any]
) -> None:
    intruder.execute(f'ALTER DATABASE "{postgres_url.rpartition("/")[2]}" SET synchronous_commit = off')
    log = PostgresLog(postgres_url, UNTIMED)
    row = log._connection().execute("SHOW synchronous_commit").fetchone()
    log.close()
    assert row == ("on",)


def test_opaque_events_whose_outcome_was_lost_are_not_written_again(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    log = bench.ledger.log
    write, calls = PostgresLog._write, []

    def write_and_lose(self: PostgresLog, *parts: Any) -> Any:
        calls.append(write(self, *parts))
        raise psycopg.OperationalError("the connection broke")

    monkeypatch.setattr(PostgresLog, "_write", write_and_lose)
    with pytest.raises(DatabaseUnavailable):
        log.append([Item("opaque", 1, "t", b"x", opaque=True)], atomic=True, also=lambda _: None)
    assert len(calls) == 1


def test_keys_of_an_act_that_was_recorded_after_all_are_never_given_to_another_stream(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The old connection's statement commits between the look-up and the second attempt."""
    prepared = bench.prepare(note(1))
    signature = sign(private("wang"), prepared.to_sign)
    recorder, log = bench.ledger.recorder, bench.ledger.log
    assert isinstance(recorder, LogRecorder)
    given_back: list[bytes] = []

    def append_and_conflict(items: list[Item], _: object) -> None:
        log.append(items)
        for item in items:
            item.error = ActConflict("an act with this id is recorded already")

    monkeypatch.setattr(recorder, "append_signed", append_and_conflict)
    monkeypatch.setattr(bench.parts.keystore, "give_back", given_back.append)
    assert bench.ledger.commit(prepared.draft, signature).repeated
    assert given_back == []
