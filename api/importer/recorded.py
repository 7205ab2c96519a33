"""Which acts of a file are in the log already, and what their sealed source records say."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from api.importer.report import Report
from api.importer.rows import PlannedCase, changed_columns
from audit.store.ledger import Ledger
from audit.store.model import StoredEntry

CHUNK = 400

# One placeholder an act id; act ids are unique in the log.
_FIND = "SELECT act_id, notification_id, originator_id, originator_version, topic FROM entries WHERE act_id IN ({})"

Recorded = Mapping[bytes, StoredEntry]


def find_recorded(ledger: Ledger, act_ids: Sequence[bytes]) -> Recorded:
    """Find the places in the log of those of these acts that are recorded; entries come without their bytes."""
    found = {}
    for start in range(0, len(act_ids), CHUNK):
        chunk = act_ids[start : start + CHUNK]
        query = _FIND.format(", ".join("?" * len(chunk)))
        for act_id, notification_id, stream, seq, action in ledger.log.select(query, chunk):
            found[bytes(act_id)] = StoredEntry(notification_id - 1, stream, seq, action, b"", b"")
    return found


def compare_recorded(ledger: Ledger, cases: Sequence[PlannedCase], recorded: Recorded, report: Report) -> None:
    """Report, case by case, the columns in which the file differs from what is recorded.

    The comparison opens the sealed source record of an act and compares digests, so nobody's text is read.
    Where that record was erased nothing is compared.
    """
    for case in cases:
        columns = dict.fromkeys(_differences(ledger, case, recorded))
        if columns:
            report.differ(case.row, list(columns))


def _differences(ledger: Ledger, case: PlannedCase, recorded: Recorded) -> Iterator[str]:
    for act in case.acts:
        if act.act_id in recorded:
            before = read_source(ledger, recorded[act.act_id])
            yield from [] if before is None else changed_columns(before, act.source)
    for absent in case.absent:
        if absent.act_id in recorded:
            yield from absent.columns


def read_source(ledger: Ledger, entry: StoredEntry) -> Mapping[str, Any] | None:
    """Open the source record of an act; None if it has none any more."""
    for disclosure in ledger.disclosures(entry):
        if disclosure is not None and disclosure.field == "source":
            record: Mapping[str, Any] = json.loads(disclosure.value)
            return record
    return None
