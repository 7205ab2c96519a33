"""The questions of this application, answered as JSON documents for the command line and HTTP alike."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from api.axes import write_as_of
from api.errors import UsageRefused
from api.main import Application
from api.positions import position
from audit.entry import parse_entry
from audit.statement import parse_statement
from domain.case_state import NEW_CASE, Case
from domain.explain import ClockExplanation, explain
from domain.reference import Reference
from domain.schema import CIVIL
from projections.errors import CaseUnknown
from projections.overdue import OverdueClock, OverduePage, overdue
from projections.timeline import Act, CaseTimeline, tell_act

CASE = re.compile(r"(?:case/)?([0-9a-f]{32})")


@dataclass(frozen=True, slots=True)
class OverdueQuestion:
    """What can be asked about overdue clocks; known_at counts entries, unit is an office with its subtree."""

    as_of: datetime
    known_at: int | None = None
    unit: str | None = None
    clock: str | None = None


def parse_case(text: str) -> str:
    """Read a case id, with or without `case/`, and return its 32 hex digits; raises UsageRefused."""
    found = CASE.fullmatch(text)
    if found is None:
        raise UsageRefused("case_malformed")
    return found[1]


def ask_overdue(
    application: Application, question: OverdueQuestion, *, limit: int | None = None, cursor: str | None = None
) -> OverduePage:
    """List the overdue clocks; raises QuestionRefused of projections."""
    application.views.refresh(question.known_at)
    return overdue(
        application.reader,
        question.as_of,
        question.known_at,
        unit=question.unit,
        clock=question.clock,
        limit=limit,
        cursor=cursor,
    )


def overdue_document(application: Application, page: OverduePage) -> dict[str, Any]:
    """An overdue page as JSON members; one row a breached open clock."""
    return {
        "as_of": write_as_of(page.as_of),
        "known_at": position(application.ledger, page.known_at),
        "rows": [overdue_row(row) for row in page.rows],
    }


def overdue_row(row: OverdueClock) -> dict[str, Any]:
    """One overdue clock as JSON members."""
    return {**row._asdict(), "due_on": row.due_on.isoformat(), "started_on": row.started_on.isoformat()}


def ask_timeline(application: Application, case: str, known_at: int | None = None) -> CaseTimeline:
    """Tell the acts of a case from its entries, which are what was signed; no view is believed.

    Raises CaseUnknown, or Malformed if an entry is too damaged to be told.
    """
    case_id, ledger = parse_case(case), application.ledger
    size = ledger.head().size if known_at is None else known_at
    reference: Reference = ledger.reference()
    acts = []
    for stored in ledger.stream_entries(f"case/{case_id}"):
        if stored.index < size:
            entry = parse_entry(stored.entry)
            statement = parse_statement(entry.payload)
            event = application.policy.read(statement, stored.index, entry.recorded_at, reference)
            acts.append(tell_act(event, statement.public))
    if not acts:
        raise CaseUnknown("no act of the case is known there")
    return CaseTimeline(case_id, size, tuple(acts))


def timeline_document(application: Application, told: CaseTimeline) -> dict[str, Any]:
    """A timeline as JSON members."""
    return {
        "case": told.case,
        "known_at": position(application.ledger, told.known_at),
        "acts": [act_row(act) for act in told.acts],
    }


def act_row(act: Act) -> dict[str, Any]:
    """One act as JSON members; times in the offset they were claimed in, or +08:00."""
    return {
        "index": act.index,
        "seq": act.seq,
        "action": act.action,
        "actor": act.actor,
        "post": act.post,
        "office": act.office,
        "role": act.role,
        "key_id": act.key_id,
        "claimed_at": act.claimed_at.isoformat(),
        "recorded_at": act.recorded_at.astimezone(CIVIL).isoformat(timespec="milliseconds"),
        "effective_at": act.effective_at.astimezone(CIVIL).isoformat(),
        "late_recorded": act.late_recorded,
        "imported": act.imported,
        "public": dict(act.public),
    }


def ask_explanations(
    application: Application, case: str, as_of: datetime, known_at: int | None = None
) -> list[ClockExplanation]:
    """Explain every clock of a case from its entries; raises CaseUnknown."""
    ledger = application.ledger
    reference: Reference = ledger.reference()
    state, size = fold_case(application, parse_case(case), known_at, reference)
    return explain(state, reference.calendars, as_of, reference.rules, size - 1)


def explanation_row(told: ClockExplanation) -> dict[str, Any]:
    """One explained clock as JSON members, with its sentences in both languages."""
    clock, row = told.clock, told.row
    return {
        "clock": clock.clock,
        "shadow": clock.shadow,
        "segment": clock.segment,
        "unit": clock.unit,
        "rule": clock.rule,
        "law": told.law.id,
        "article": row.article,
        "source": row.source,
        "confidence": row.confidence,
        "started_on": clock.start_day.isoformat(),
        "started_index": clock.started_index,
        "length": clock.length,
        "day_kind": clock.day_kind,
        "raw_on": _day(told.due.raw_on),
        "due_on": _day(told.due.on),
        "calendar_version": told.due.calendar.version,
        "provisional": told.due.provisional,
        "late_recorded": clock.started_late or clock.closed_late,
        "imported": clock.imported,
        "status": told.standing.status,
        "days": told.standing.days,
        "lines_zh": list(told.lines_zh),
        "lines_en": list(told.lines_en),
    }


def fold_case(application: Application, case: str, known_at: int | None, reference: Reference) -> tuple[Case, int]:
    """Fold the case up to a place in the log; rules and calendars carry their own history."""
    ledger = application.ledger
    size = ledger.head().size if known_at is None else known_at
    state: Case = NEW_CASE
    for stored in ledger.stream_entries(f"case/{case}"):
        if stored.index < size:
            entry = parse_entry(stored.entry)
            event = application.policy.read(parse_statement(entry.payload), stored.index, entry.recorded_at, reference)
            state = application.policy.fold(state, event, reference)
    if state is NEW_CASE:
        raise CaseUnknown("no act of the case is known there")
    return state, size


def _day(day: date) -> str:
    return day.isoformat()
