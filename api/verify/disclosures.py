"""Do the stored disclosures open what was signed? A phase of its own, because most of it is decryption."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from audit.commitments import SLOTS, check_commitment
from audit.entry import parse_entry
from audit.errors import CommitmentRejected, Malformed
from audit.faults import Fault, Faults, Kind
from audit.statement import Statement, parse_statement
from audit.store.disclosures import open_sealed
from audit.store.errors import KeyStoreRefused
from audit.store.keystore import KeyStore
from audit.store.model import Disclosure
from domain.case_events import CaseErased
from projections.database import Session

_ERASING = "SELECT state FROM entries WHERE topic = :action AND notification_id <= :last"
_ALL = """
    SELECT e.notification_id, e.state, d.sealed, d.ref FROM entries e
    LEFT JOIN disclosures d ON d.notification_id = e.notification_id
    WHERE e.notification_id <= :last ORDER BY e.notification_id
"""
_STRAY = """
    SELECT d.notification_id FROM disclosures d LEFT JOIN entries e ON e.notification_id = d.notification_id
    WHERE e.notification_id IS NULL ORDER BY d.notification_id
"""

Erased = Mapping[tuple[str, int], frozenset[int]]


@dataclass(slots=True)
class DisclosureCounts:
    """How many slots opened what was signed, and how many were erased."""

    opened: int = 0
    erased: int = 0


def check_disclosures(session: Session, keystore: KeyStore, last: int) -> tuple[DisclosureCounts, Faults]:
    """Open every slot of every entry up to notification id last.

    A slot that does not open what was signed, or is not there although no act erased it, is a fault; so is
    one that still opens although an act erased it.
    """
    counts, faults = DisclosureCounts(), Faults()
    erased = _read_erased(session, last)
    for identity, state, sealed, ref in session.iterate(_ALL, {"last": last}):
        try:
            statement = parse_statement(parse_entry(state).payload)
        except (Malformed, TypeError):
            continue  # a fault that the checks of entries name
        for problem in _check_entry(keystore, statement, sealed, ref, erased, counts):
            faults.add(Fault(max(identity - 1, 0), Kind.DISCLOSURE, problem))
    for (identity,) in session.query(_STRAY):
        faults.add(Fault(min(max(identity - 1, 0), last), Kind.DISCLOSURE, "disclosures without an entry"))
    return counts, faults


def _check_entry(
    keystore: KeyStore, statement: Statement, sealed: Any, ref: Any, erased: Erased, counts: DisclosureCounts
) -> Iterator[str]:
    gone = erased.get((statement.stream, statement.seq), frozenset())
    try:
        keys = keystore.keys(ref, statement.seq) if isinstance(ref, bytes) else None
        known = keys is not None and isinstance(sealed, bytes)
        opened = open_sealed(sealed, keys or (), statement.stream, statement.seq) if known else [None] * SLOTS
    except KeyStoreRefused as error:
        yield str(error)
        return
    for slot, disclosure in enumerate(opened):
        if disclosure is None:
            counts.erased += slot in gone
            if slot not in gone:
                yield f"slot {slot} cannot be opened and no act erased it"
            continue
        if slot in gone:
            yield f"slot {slot} was erased and still opens"
        if _opens(statement, disclosure):
            counts.opened += 1
        else:
            yield f"slot {slot} does not open what was signed"


def _opens(statement: Statement, disclosure: Disclosure) -> bool:
    slot, salt, field, value = disclosure
    origin, stream, seq = statement.origin, statement.stream, statement.seq
    try:
        check_commitment(statement.sealed[slot], salt, origin, stream, seq, slot, field, value)
    except (CommitmentRejected, Malformed):
        return False
    return True


def _read_erased(session: Session, last: int) -> Erased:
    found: dict[tuple[str, int], frozenset[int]] = {}
    for (state,) in session.query(_ERASING, {"action": CaseErased.action, "last": last}):
        try:
            statement = parse_statement(parse_entry(state).payload)
            for target in statement.public["targets"]:
                place = (statement.stream, target["seq"])
                found[place] = found.get(place, frozenset()) | frozenset(target["slots"])
        except (Malformed, KeyError, TypeError):
            continue  # a fault that the checks of entries name
    return found
