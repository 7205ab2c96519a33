"""The files of a case, as its acts name them: told to whom they are for, kept, and destroyed with what was erased."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final, NamedTuple

from api.attachments.store import PENDING_SECONDS, Filed
from api.main import Application
from audit.store.model import Disclosure, StoredEntry
from domain.case_events import CaseErased
from domain.events import SEALED

FIELDS: Final = ("attachments", "source")
"""The sealed fields that can hold files: what somebody adds to a case, and the paper that an act was taken from."""
_MEMBERS: Final = frozenset(Filed._fields)
_ERASING: Final = """
    SELECT DISTINCT originator_id FROM entries WHERE topic = ? AND notification_id > ? AND notification_id <= ?
"""


class CaseFile(NamedTuple):
    """One file of a case: the act that names it, which of that act's files it is (from 1), and whether it is here."""

    seq: int
    number: int
    filed: Filed
    here: bool


def files_of(application: Application, case: str) -> list[CaseFile]:
    """The files that the acts of a case name and that were not erased, in the order of the acts."""
    found = []
    for stored in application.ledger.stream_entries(f"case/{case}"):
        for number, filed in enumerate(_named_by(application, stored), 1):
            found.append(CaseFile(stored.seq, number, filed, application.files.has(case, filed.digest)))
    return found


def keep_files(application: Application, stream: str, sealed: Mapping[str, Any]) -> None:
    """Keep the files that a recorded act names; whoever calls has the ledger's word that it is recorded."""
    family, _, case = stream.partition("/")
    named = [filed.digest for field in FIELDS for filed in parse_files(sealed.get(field))]
    if named and family == "case":
        application.files.keep(case, named)


def parse_files(value: Any) -> list[Filed]:
    """Read the files that a sealed field names; a field that holds something else names none."""
    if not isinstance(value, list):
        return []
    return [Filed(**one) for one in value if isinstance(one, dict) and one.keys() == _MEMBERS]


def sweep(application: Application) -> None:
    """Destroy the files whose acts were erased since the last time, and those that waited a day for an act in vain.

    Can be broken off anywhere: a process begins with all erasures that the log tells of.
    """
    size, since = application.ledger.head().size, application.files.swept
    before = application.clock().timestamp() - PENDING_SECONDS
    rows = application.ledger.log.select(_ERASING, (CaseErased.action, since, size))
    kept = set(application.files.cases("kept"))
    erased = {str(row[0]).removeprefix("case/") for row in rows} & kept
    for case in sorted(erased | set(application.files.waiting(before))):
        sweep_case(application, case, before)
    application.files.swept = size


def sweep_case(application: Application, case: str, before: float = 0.0) -> None:
    """Keep the files of a case that its acts name, and destroy the others; those that wait only if came before then."""
    named = [
        filed.digest
        for stored in application.ledger.stream_entries(f"case/{case}")
        for filed in _named_by(application, stored)
    ]
    application.files.keep(case, named)
    application.files.sweep(case, named, before)


def _named_by(application: Application, stored: StoredEntry) -> Sequence[Filed]:
    if not any(field in SEALED.get(stored.action, ()) for field in FIELDS):
        return ()
    return list(_opened(application.ledger.disclosures(stored)))


def _opened(disclosures: Iterable[Disclosure | None]) -> Iterable[Filed]:
    for one in disclosures:
        if one is not None and one.field in FIELDS:
            yield from parse_files(json.loads(one.value))
