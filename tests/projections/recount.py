"""The same questions answered the slow way: fold every known entry, then look at each clock in plain Python."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from domain.cases import NEW_CASE, Case, fold
from domain.due import due_of, row_of, standing
from domain.events import read_event
from domain.reference import Reference, fold_reference, is_reference, new_reference
from domain.schema import Event
from tests.projections.histories import OFFICES, StoredRow

Counted = tuple[date, str, str, int, bool, str, int, bool, bool, bool, date]


def known_reference(rows: Sequence[StoredRow]) -> Reference:
    """Fold the reference streams among these rows."""
    reference = new_reference()
    for row in rows:
        if is_reference(row.stream):
            reference = fold_reference(reference, read_row(row, reference))
    return reference


def read_row(row: StoredRow, reference: Reference) -> Event:
    """Read one row's event as the reference known before it has it."""
    told = row.statement
    return read_event(
        row.action,
        row.stream,
        row.seq,
        row.index,
        told["actor"],
        told["post"],
        told["office"],
        told["role"],
        bytes.fromhex(told["key_id"]),
        told["claimed_at"],
        row.recorded_ms,
        told["public"],
        rules=reference.rules,
        calendars=reference.calendars,
    )


def recount(
    rows: Sequence[StoredRow], as_of: datetime, known_at: int, unit: str | None = None, clock: str | None = None
) -> list[Counted]:
    """Return what is overdue at a moment, with the first `known_at` rows known, oldest first."""
    known = rows[:known_at]
    reference = known_reference(known)
    cases: dict[str, Case] = {}
    for row in known:
        if row.stream.startswith("case/"):
            case = cases.get(row.stream, NEW_CASE)
            cases[row.stream] = fold(case, read_row(row, reference), reference.rules, reference.calendars)
    found = []
    for stream, case in cases.items():
        for one in case.clocks:
            due = due_of(one, reference.calendars, reference.rules, known_at - 1)
            stands = standing(one, due.on, as_of, row_of(one, reference.rules).nature)
            if stands.status == "overdue" and clock in (None, one.clock) and _under(one.unit, unit):
                flags = (due.provisional, one.late_recorded, one.imported)
                counted = (stream[5:], one.clock, one.segment, one.shadow, one.unit, stands.days, *flags, one.start_day)
                found.append((due.on, *counted))
    return sorted(found)


def _under(office: str, superior: str | None) -> bool:
    while superior is not None and office != superior:
        if not office:
            return False
        office = OFFICES[office][0]
    return True
