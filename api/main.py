"""The composition root: the only place where settings become a running ledger with its views.

It hands the domain's rules to the generic ledger, the log key and key store to the write path, the fast
JSON decoder to the views, and the clocks of this machine to all that need one.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

import orjson
from argon2 import PasswordHasher

from api.access.sessions import Sessions
from api.access.store import AccessStore
from api.actions import Clock, Desk, Entropy
from api.anchors import read_anchor
from api.attachments.store import Files
from api.keyfiles import Key, read_key
from api.libsodium import PrivateKey, check_signature
from api.policy import DomainPolicy
from api.settings import Settings
from audit.entry import parse_entry
from audit.statement import parse_statement
from audit.store.errors import LedgerMissing
from audit.store.keystore import KeyStore
from audit.store.ledger import Ledger, Parts
from audit.store.migrations import check_version
from audit.store.model import StoredEntry
from audit.store.postgres_log import PostgresLog
from audit.store.sqlite_log import SqliteLog
from audit.store.timekeeper import UNTIMED, Timekeeper
from projections.engine import Engine
from projections.open import open_database
from projections.reader import Reader

LOG_KEY, MASTER_KEY, IMPORT_SECRET = "log", "master", "import"


@dataclass(frozen=True, slots=True)
class Application:
    """One open ledger: its settings, write path, rules, views, the reader of the views, its clock, and its files."""

    settings: Settings
    ledger: Ledger
    policy: DomainPolicy
    views: Engine
    reader: Reader
    clock: Clock
    files: Files
    entropy: Entropy = os.urandom

    @property
    def desk(self) -> Desk:
        """A desk at which acts of this ledger are performed."""
        return Desk(self.ledger, self.clock, self.entropy)

    def key(self, name: str) -> Key:
        """Read a key file of this ledger's home."""
        return read_key(self.settings.keys, name, self.settings.passphrase)


def machine_clock() -> datetime:
    """Read this machine's clock."""
    return datetime.now(UTC)


def milliseconds(clock: Clock) -> Callable[[], int]:
    """Make a clock that counts Unix milliseconds out of one that tells instants."""
    epoch = datetime(1970, 1, 1, tzinfo=UTC)

    def read() -> int:
        past = clock() - epoch
        return (past.days * 86_400 + past.seconds) * 1_000 + past.microseconds // 1_000

    return read


def make_timekeeper(clock: Clock, confirmed: bool) -> Timekeeper:
    """Make the keeper of recorded times; only this machine's own clock is held against its monotonic one."""
    if clock is not machine_clock:
        return Timekeeper(milliseconds(clock), confirmed=confirmed)
    return Timekeeper(
        lambda: time.time_ns() // 1_000_000,
        monotonic=lambda: time.monotonic_ns() // 1_000_000,
        wait=lambda pause: time.sleep(pause / 1_000),
        confirmed=confirmed,
    )


@contextmanager
def open_application(
    settings: Settings,
    *,
    clock: Clock = machine_clock,
    entropy: Entropy = os.urandom,
    confirm_clock: bool = False,
    origin: str | None = None,
) -> Iterator[Application]:
    """Open the ledger that settings name, and close it at the end of the context.

    origin is given only where a ledger is about to be founded. Raises LedgerMissing if there is none,
    SchemaTooNew or SchemaTooOld if the database is another version's, KeyFileRefused without its keys.
    """
    with ExitStack() as stack:
        if origin is None:
            origin = read_origin(settings)
        log_key = read_key(settings.keys, LOG_KEY, settings.passphrase)
        master = read_key(settings.keys, MASTER_KEY, settings.passphrase)
        keystore = KeyStore(str(settings.keystore_file), master.secret, entropy)
        stack.callback(keystore.close)
        policy = DomainPolicy()
        parts = Parts(
            origin=origin,
            policy=policy,
            keystore=keystore,
            log_key=log_key.secret,
            timekeeper=make_timekeeper(clock, confirm_clock),
            random=entropy,
            verify=check_signature,
            signer=PrivateKey(log_key.secret),
        )
        ledger = Ledger(store_environment(settings), parts)
        stack.callback(ledger.close)
        database = open_database(settings.database)
        stack.callback(database.close)
        views, reader = (
            Engine(database, decode=orjson.loads, encode=orjson.dumps),
            Reader(database, decode=orjson.loads),
        )
        files = Files(settings.files, keystore, master.secret, entropy)
        yield Application(settings, ledger, policy, views, reader, clock, files, entropy)


@contextmanager
def open_sessions(application: Application) -> Iterator[Sessions]:
    """Open the accounts and sessions beside a ledger, by its own clock and entropy."""
    store = AccessStore(application.settings.access_file)
    try:
        yield Sessions(store, milliseconds(application.clock), application.entropy, PasswordHasher())
    finally:
        store.close()


def store_environment(settings: Settings) -> dict[str, str]:
    """Name the persistence module and its database, as the event-sourcing library wants to be told."""
    if settings.is_sqlite:
        return {"PERSISTENCE_MODULE": "audit.store.sqlite", "SQLITE_DBNAME": str(settings.database_file)}
    return {"PERSISTENCE_MODULE": "audit.store.postgres", "POSTGRES_URL": settings.database}


def open_log(settings: Settings, *, create: bool = False) -> SqliteLog | PostgresLog:
    """Open the log alone, for readers that trust nothing in it; the caller closes it.

    Raises LedgerMissing if there is no SQLite file, unless one is to be created, and psycopg.OperationalError
    if a server cannot be reached.
    """
    if settings.is_sqlite:
        if not create and not settings.database_file.exists():
            raise LedgerMissing("there is no database file")
        return SqliteLog(str(settings.database_file), UNTIMED)
    log = PostgresLog(settings.database, UNTIMED)
    log.connect().close()  # a server that is away answers at once; the pool would go on asking
    return log


def read_origin(settings: Settings) -> str:
    """Return the name of the ledger: the anchor's word where there is one, else that of entry 0.

    Raises LedgerMissing if there is no ledger, and what a database or schema of another kind raises.
    """
    first = read_first(settings)
    if first is None:
        raise LedgerMissing("there is no entry")
    anchor = read_anchor(settings.anchor_file)
    if anchor is not None:
        return anchor.origin
    return parse_statement(parse_entry(first.entry).payload).origin


def read_first(settings: Settings) -> StoredEntry | None:
    """Read entry 0 of a database that has this program's schema.

    Raises LedgerMissing, SchemaTooOld or SchemaTooNew if it has none or another, DatabaseUnavailable.
    """
    log = open_log(settings)
    try:
        check_version("sqlite" if settings.is_sqlite else "postgres", log.schema_version())
        return next(iter(log.entries(0, 1, 1)), None)
    finally:
        log.close()
