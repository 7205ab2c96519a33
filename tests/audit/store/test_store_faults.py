"""What can go wrong under the ledger: each fault is named, nothing half-written stays, the next act goes through."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from threading import Event, Thread
from typing import Any

import psycopg
import pytest

from audit.store.append import Item
from audit.store.errors import (
    ClockRefused,
    DatabaseFull,
    DatabaseReadOnly,
    DatabaseUnavailable,
    KeyStoreRefused,
    LedgerMissing,
    SchemaTooNew,
)
from audit.store.keystore import KeyStore
from audit.store.ledger import Ledger
from audit.store.migrations import check_version, newest_version
from audit.store.postgres_errors import translated
from audit.store.postgres_log import PostgresLog
from audit.store.sqlite_log import SqliteLog
from audit.store.timekeeper import UNTIMED, Timekeeper
from audit.suite import sign
from tests.audit.store.ledgers import START_MS, Bench, counted, note, private, settings
from tests.postgres_server import PostgresServer


@pytest.fixture
def on_sqlite(sqlite_url: str, tmp_path: Path) -> Iterator[Bench]:
    made = Bench(sqlite_url, tmp_path)
    yield made
    made.ledger.close()


def _path(url: str) -> str:
    return url.removeprefix("sqlite:///")


def test_a_locked_database_is_said_to_be_locked(on_sqlite: Bench, sqlite_url: str) -> None:
    other = sqlite3.connect(_path(sqlite_url), isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    log = SqliteLog(_path(sqlite_url), Timekeeper(lambda: START_MS + 1_000_000), lock_timeout=0.05)
    with pytest.raises(DatabaseUnavailable, match="locked"):
        log.append([])
    other.execute("ROLLBACK")
    log.append([])
    log.close()
    other.close()


def test_a_full_database_takes_nothing_in_and_goes_on_when_there_is_room(on_sqlite: Bench) -> None:
    size = on_sqlite.ledger.head().size
    writer: Any = on_sqlite.ledger.log._writer  # type: ignore[attr-defined]
    pages = writer.execute("PRAGMA page_count").fetchone()[0]
    writer.execute(f"PRAGMA max_page_count = {pages}")
    with pytest.raises(DatabaseFull, match="nothing was recorded"):
        _fill(on_sqlite)
    taken = on_sqlite.ledger.head().size
    assert taken == len(list(on_sqlite.ledger.entries()))
    writer.execute("PRAGMA max_page_count = 1000000")
    assert on_sqlite.act(note(99)).index == taken >= size


def _fill(bench: Bench) -> None:
    for number in range(40):
        bench.act(note(number))


def test_a_read_only_database_is_said_to_be_read_only(on_sqlite: Bench) -> None:
    writer: Any = on_sqlite.ledger.log._writer  # type: ignore[attr-defined]
    writer.execute("PRAGMA query_only = ON")
    with pytest.raises(DatabaseReadOnly):
        on_sqlite.act(note())
    writer.execute("PRAGMA query_only = OFF")
    on_sqlite.act(note())


def test_a_read_only_server_is_said_to_be_read_only(
    postgres_server: PostgresServer, postgres_url: str, tmp_path: Path
) -> None:
    bench = Bench(postgres_url, tmp_path)
    bench.ledger.close()
    name = postgres_url.rpartition("/")[2]
    with psycopg.connect(postgres_server.superuser_url(name), autocommit=True) as connection:
        connection.execute(f'ALTER DATABASE "{name}" SET default_transaction_read_only = on')
    log = PostgresLog(postgres_url, UNTIMED)
    with pytest.raises(DatabaseReadOnly):
        log.add_checkpoint(1, bytes(32), "note")
    log.close()


def test_a_full_disk_under_postgresql_is_said_to_be_full() -> None:
    with pytest.raises(DatabaseFull), translated():
        raise psycopg.errors.DiskFull("could not extend file")


def test_an_unreachable_server_is_named_so() -> None:
    log = PostgresLog("postgresql://nobody@127.0.0.1:1/none", UNTIMED, connect_timeout=2)
    with pytest.raises(DatabaseUnavailable, match="cannot be reached"):
        log.append([Item("case/1", 1, "t", b"x", opaque=True)])
    log.close()


def test_a_broken_connection_is_replaced_and_the_act_recorded_once(
    postgres_server: PostgresServer, postgres_url: str, tmp_path: Path
) -> None:
    bench = Bench(postgres_url, tmp_path)
    prepared = bench.prepare(note())
    with psycopg.connect(postgres_server.superuser_url("postgres"), autocommit=True) as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s",
            (postgres_url.rpartition("/")[2],),
        )
    answer = bench.ledger.commit(prepared.draft, sign(private("wang"), prepared.to_sign))
    assert (answer.index, answer.repeated) == (3, False)
    assert bench.ledger.head().size == 4
    bench.ledger.close()


def test_an_outcome_lost_with_the_connection_is_looked_up_before_anything_is_written_again(
    postgres_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench = Bench(postgres_url, tmp_path)
    write = PostgresLog._write
    calls = []

    def write_and_lose(self: PostgresLog, connection: Any, assembly: Any, old_size: int) -> Any:
        answer = write(self, connection, assembly, old_size)
        calls.append(answer)
        if len(calls) == 1:
            raise psycopg.OperationalError("the connection broke after the commit")
        return answer

    prepared = bench.prepare(note())
    monkeypatch.setattr(PostgresLog, "_write", write_and_lose)
    answer = bench.ledger.commit(prepared.draft, sign(private("wang"), prepared.to_sign))
    assert (answer.index, len(calls)) == (3, 1)
    assert bench.ledger.head().size == 4
    bench.ledger.close()


def test_a_newer_schema_is_not_touched(bench: Bench) -> None:
    store = "sqlite" if isinstance(bench.ledger.log, SqliteLog) else "postgres"
    assert bench.ledger.log.schema_version() == newest_version(store)  # type: ignore[attr-defined]
    with pytest.raises(SchemaTooNew, match="newer than this program"):
        check_version(store, newest_version(store) + 1)
    with pytest.raises(LedgerMissing):
        check_version(store, 0)


def test_entries_cannot_be_updated_or_deleted_by_anybody(bench: Bench, any_store_url: str) -> None:
    statements = (
        "UPDATE entries SET topic = 'x'",
        "DELETE FROM entries",
        "DELETE FROM tiles",
        "DELETE FROM checkpoints",
    )
    bench.ledger.checkpoint()
    acts = [bench.prepare(note(number)) for number in range(260)]
    bench.ledger.commit_many([(one, sign(private("wang"), one.to_sign)) for one in acts])
    for statement in statements:
        if any_store_url.startswith("sqlite"):
            with sqlite3.connect(_path(any_store_url)) as connection, pytest.raises(sqlite3.IntegrityError):
                connection.execute(statement)
        else:
            with psycopg.connect(any_store_url) as owner, pytest.raises(psycopg.errors.InsufficientPrivilege):
                owner.execute(statement)
    assert len(list(bench.ledger.entries())) == 263


def test_the_applications_role_can_only_insert_and_select_entries(postgres_url: str, tmp_path: Path) -> None:
    bench = Bench(postgres_url, tmp_path)
    with bench.ledger.log.connect() as connection:  # type: ignore[attr-defined]
        assert connection.execute("SELECT current_user").fetchone() == ("sundial_app",)
        rights = connection.execute(
            "SELECT privilege_type FROM information_schema.role_table_grants"
            " WHERE grantee = 'sundial_app' AND table_name = 'entries' ORDER BY 1"
        ).fetchall()
        assert rights == [("INSERT",), ("SELECT",)]
        for statement in ("UPDATE entries SET topic = 'x'", "DELETE FROM entries", "TRUNCATE entries"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute(statement)
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("ALTER TABLE entries DISABLE TRIGGER ALL")
    bench.ledger.close()


def test_a_clock_that_went_back_is_refused_until_somebody_confirms_it(any_store_url: str, tmp_path: Path) -> None:
    times = [START_MS]
    bench = Bench(any_store_url, tmp_path, clock=lambda: times[0])
    last = bench.ledger.head().recorded_at
    times[0] -= 60_000
    with pytest.raises(ClockRefused, match="60000 ms behind"):
        bench.act(note())
    assert bench.ledger.head().size == 3
    bench.parts.timekeeper._confirmed = True
    assert bench.act(note()).recorded_at == last
    bench.ledger.close()


def test_a_clock_a_little_behind_is_waited_for() -> None:
    now = [1_000]
    keeper = Timekeeper(lambda: now[0], wait=lambda ms: now.__setitem__(0, now[0] + ms))
    assert keeper.next(1_200) == 1_200


def test_a_clock_that_jumps_ahead_of_the_monotonic_clock_is_refused() -> None:
    wall, monotonic = [1_000_000], [5_000]
    keeper = Timekeeper(lambda: wall[0], monotonic=lambda: monotonic[0])
    assert keeper.next(0) == 1_000_000
    wall[0] += 3_600_000
    monotonic[0] += 10
    with pytest.raises(ClockRefused, match="ahead of the monotonic clock"):
        keeper.next(1_000_000)
    wall[0] -= 3_600_000
    assert keeper.next(1_000_000) == 1_000_000


def test_equal_times_are_allowed() -> None:
    assert Timekeeper(lambda: 7).next(7) == 7


def test_a_key_store_with_another_master_key_opens_nothing(any_store_url: str, tmp_path: Path) -> None:
    bench = Bench(any_store_url, tmp_path)
    row = next(iter(bench.ledger.entries(bench.act(note()).index)))
    bench.ledger.close()
    wrong = KeyStore(str(tmp_path / "keys.db"), bytes(32), counted())
    ledger = Ledger(settings(any_store_url), _with(bench, wrong))
    with pytest.raises(KeyStoreRefused, match="another master key"):
        ledger.disclosures(row)
    ledger.close()


def _with(bench: Bench, keystore: KeyStore) -> Any:
    from dataclasses import replace

    return replace(bench.parts, keystore=keystore)


def test_the_key_store_keeps_no_plain_key_and_no_journal(on_sqlite: Bench, tmp_path: Path) -> None:
    on_sqlite.act(note())
    assert not (tmp_path / "keys.db-journal").exists()
    assert not (tmp_path / "keys.db-wal").exists()
    stored = (tmp_path / "keys.db").read_bytes()
    keys = on_sqlite.parts.keystore
    row = next(iter(on_sqlite.ledger.entries(3)))
    ref = on_sqlite.ledger.log.ref(row.stream)
    assert ref is not None
    for key in keys.keys(ref, 1) or ():
        assert key is not None
        assert key not in stored


def test_a_log_is_closed_under_its_readers_without_harm(bench: Bench) -> None:
    """A connection that is closed while another thread's statement runs on it would take the process down."""
    log, stop, read = bench.ledger.log, Event(), [0] * 4

    def go_on(reader: int) -> None:
        while not stop.is_set():
            with suppress(DatabaseUnavailable):
                log.head()
                read[reader] += len(log.select("SELECT notification_id FROM entries LIMIT 5", ()))

    threads = [Thread(target=go_on, args=(reader,)) for reader in range(len(read))]
    for thread in threads:
        thread.start()
    try:
        while not all(read):
            stop.wait(0.001)
        for _ in range(50):
            log.close()
    finally:
        stop.set()
        for thread in threads:
            thread.join()
