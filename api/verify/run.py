"""The whole verification of a database: references first, shares of the cases by process, then what joins them."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import closing, contextmanager, suppress
from dataclasses import asdict, dataclass
from multiprocessing import get_all_start_methods, get_context
from threading import active_count
from typing import Any

import psycopg

from api.anchors import read_anchor
from api.keyfiles import read_key
from api.main import MASTER_KEY, read_first
from api.settings import Settings
from api.verify.census import CensusCounts, check_censuses
from api.verify.disclosures import DisclosureCounts, check_disclosures
from api.verify.references import check_references
from api.verify.replay import DomainReplay
from api.verify.rows import (
    Share,
    find_missing,
    find_unreadable,
    read_extent,
    read_references,
    read_share,
    read_stored,
    reading,
    shares,
)
from api.verify.views import ViewCounts, check_views
from audit.anchor import Anchor
from audit.faults import Fault, Faults, Kind
from audit.merkle import EMPTY_ROOT
from audit.store.errors import DatabaseUnavailable
from audit.store.keystore import KeyStore
from audit.store.verification import Counts, DatabaseVerifier, Report
from audit.stream_checks import Part
from projections.database import Session
from projections.errors import DatabaseFailed
from projections.open import open_database

WORTH_A_PROCESS = 20_000


@dataclass(frozen=True, slots=True)
class Verification:
    """The outcome: the log's report, its seconds, and the disclosures' if the key store is here."""

    report: Report
    seconds: float
    disclosures: DisclosureCounts | None
    disclosure_seconds: float
    views: ViewCounts | None
    censuses: CensusCounts | None
    faults: tuple[Fault, ...]
    fault_count: int

    @property
    def ok(self) -> bool:
        """Whether nothing is wrong and the log is the anchored one."""
        return self.report.anchored and not self.fault_count

    def document(self) -> dict[str, Any]:
        """The outcome as JSON members; rates are entries a second."""
        size = self.report.size
        return {
            "ok": self.ok,
            "anchored": self.report.anchored,
            "consistent": not self.fault_count,
            "size": size,
            "root": self.report.root.hex(),
            "checked": asdict(self.report.checked),
            "rate": round(size / self.seconds, 1) if self.seconds else 0.0,
            "disclosures": None
            if self.disclosures is None
            else {**asdict(self.disclosures), "rate": round(size / max(self.disclosure_seconds, 1e-9), 1)},
            "views": None if self.views is None else asdict(self.views),
            "censuses": None if self.censuses is None else asdict(self.censuses),
            "faults": self.fault_count,
            "first_fault": _fault_document(self.faults[0]) if self.faults else None,
        }


def _fault_document(fault: Fault) -> dict[str, Any]:
    """A fault as JSON members; one of a view has no place in the log."""
    placed = fault.kind is not Kind.VIEW
    index, last = (fault.index, fault.last) if placed else (None, None)
    return {"index": index, "last": last, "kind": str(fault.kind), "detail": fault.detail}


def verify_database(settings: Settings, processes: int | None = None, *, views: bool = True) -> Verification:
    """Verify the database that settings name against the home's anchor, and its views against its entries.

    processes share the cases; by default two where there are enough entries to be worth it. The key store is
    opened only to check disclosures, and left out where it or its master key is not here. Views are compared
    unless the log itself is at fault, when what they should hold cannot be known.
    """
    try:
        read_first(settings)
        return _verify(settings, processes, views)
    except (DatabaseFailed, DatabaseUnavailable, sqlite3.Error, psycopg.Error):
        faults = _find_damage(settings)
        if not len(faults):
            raise
    report = Report(0, EMPTY_ROOT, False, Counts(0, 0, 0, 0), tuple(faults), len(faults))
    return Verification(report, 0.0, None, 0.0, None, None, tuple(faults), len(faults))


def _find_damage(settings: Settings) -> Faults:
    """Name the tables of the log that are not there, and the texts that no driver reads."""
    faults = Faults()
    if settings.is_sqlite and not settings.database_file.exists():
        return faults
    with suppress(DatabaseFailed), closing(open_database(settings.database)) as database, database.read() as session:
        faults.update(find_missing(session))
    if settings.is_sqlite and not len(faults):
        faults.update(find_unreadable(settings.database_file))
    return faults


def _verify(settings: Settings, processes: int | None, views: bool) -> Verification:
    anchor = read_anchor(settings.anchor_file)
    started = time.perf_counter()
    with reading(settings.database) as session:
        count, last = read_extent(session)
        number = processes or (2 if count >= WORTH_A_PROCESS else 1)
        verifier = make_verifier(anchor)
        with _others(settings.database, anchor, number, last) as others:
            parts = _check(session, verifier, shares(number)[0], last)
            parts += [other.result() for other in others]
        report = verifier.finish_database(count, parts, read_stored(session))
        seconds = time.perf_counter() - started
        faults = Faults()
        faults.update(report.faults)
        counts, opening = None, time.perf_counter()
        with _open_keystore(settings) as keystore:
            if keystore is not None:
                counts, wrong = check_disclosures(session, keystore, last)
                faults.update(wrong)
        opened = time.perf_counter() - opening
        compared, wrong = check_views(session, last) if views and not report.fault_count else (None, Faults())
        faults.update(wrong)
        # Where an entry is at fault, every census behind it may be, and nothing new would be said.
        taken, wrong = check_censuses(session, last, views=views) if not report.fault_count else (None, Faults())
        faults.update(wrong)
        # What acts say of other streams means nothing where an entry is at fault.
        faults.update(check_references(session, last)[1] if not report.fault_count else ())
    total = report.fault_count - len(report.faults) + len(faults)
    return Verification(report, seconds, counts, opened, compared, taken, tuple(faults), total)


def make_verifier(anchor: Anchor | None) -> DatabaseVerifier:
    """Make a verifier that replays the domain's rules."""
    return DatabaseVerifier(anchor=anchor, replay=DomainReplay())


def _check(session: Session, verifier: DatabaseVerifier, share: Share, last: int) -> list[Part]:
    """Check the references, and by what they say one share of the cases."""
    references = verifier.read_rows(read_references(session, last), references=True)
    return [references, verifier.read_rows(read_share(session, share, last), by_stream=True)]


def check_share(url: str, anchor: Anchor | None, share: Share, last: int) -> Part:
    """Check one share of the cases, in a process of its own: the references are read again, and believed by nobody."""
    with reading(url) as session:
        return _check(session, make_verifier(anchor), share, last)[-1]


@contextmanager
def _others(url: str, anchor: Anchor | None, number: int, last: int) -> Iterator[list[Future[Part]]]:
    """Have all shares but the first one checked by other processes, if there are to be any.

    They are copies of this process if it has no other thread whose locks they would copy; else they start anew.
    """
    if number == 1:
        yield []
        return
    forked = "fork" in get_all_start_methods() and active_count() == 1
    with ProcessPoolExecutor(number - 1, mp_context=get_context("fork" if forked else "spawn")) as pool:
        yield [pool.submit(check_share, url, anchor, share, last) for share in shares(number)[1:]]


@contextmanager
def _open_keystore(settings: Settings) -> Iterator[KeyStore | None]:
    if not settings.keystore_file.exists() or not (settings.keys / f"{MASTER_KEY}.json").exists():
        yield None
        return
    master = read_key(settings.keys, MASTER_KEY, settings.passphrase)
    keystore = KeyStore(str(settings.keystore_file), master.secret, bytes)
    try:
        yield keystore
    finally:
        keystore.close()
