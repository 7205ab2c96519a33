"""Which acts of a file are in the log already, and what their sealed source records say."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from api.importer.plans import PlannedAct, PlannedCase, changed_columns, is_recorded
from api.importer.report import Report
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
        rows: dict[int, dict[str, None]] = {}
        for row, column in _differences(ledger, case, recorded):
            rows.setdefault(row, {})[column] = None
        for row, columns in rows.items():
            report.differ(row, list(columns))


def _differences(ledger: Ledger, case: PlannedCase, recorded: Recorded) -> Iterator[tuple[int, str]]:
    for one in case.acts:
        for act in (one, one.instead):
            if act is not None and act.act_id in recorded:
                before = read_source(ledger, recorded[act.act_id])
                changed = [] if before is None else changed_columns(before, act.source)
                yield from ((one.row or case.row, column) for column in changed)
    for absent in case.absent:
        if absent.act_id in recorded:
            yield from ((case.row, column) for column in absent.columns)


def settle(case: PlannedCase, recorded: Recorded, report: Report) -> PlannedCase:
    """Return the case of an event log with what can still be recorded of it.

    A case only goes on: an act that belongs before one that is recorded already is reported, or kept as an annotation
    where the mapping says so. What changes nothing can be added at any time.
    """
    last = max((at for at, act in enumerate(case.acts) if act.act_id in recorded and not act.beside), default=-1)
    acts: list[PlannedAct] = []
    for at, act in enumerate(case.acts):
        if is_recorded(act, recorded):
            continue
        if at > last or act.beside:
            acts.append(act)
        elif act.instead is not None:
            acts.append(replace(act.instead, row=act.row))
        else:
            report.reject(act.row, "overtaken")
    return replace(case, acts=tuple(acts))


def read_source(ledger: Ledger, entry: StoredEntry) -> Mapping[str, Any] | None:
    """Open the source record of an act; None if it has none any more."""
    for disclosure in ledger.disclosures(entry):
        if disclosure is not None and disclosure.field == "source":
            record: Mapping[str, Any] = json.loads(disclosure.value)
            return record
    return None
