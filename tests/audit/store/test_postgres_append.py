"""Appending to PostgreSQL: after a rollback, on a server that drops or delays, after a lost connection."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from audit import merkle
from audit.store.append import Item
from audit.store.errors import ActConflict, DatabaseUnavailable
from audit.store.postgres_log import PostgresLog
from audit.store.recorder import LogRecorder
from audit.store.timekeeper import UNTIMED
from audit.suite import sign
from tests.audit.store.ledgers import Bench, note, private
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
