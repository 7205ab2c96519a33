"""Facts for online patrol (网上巡查): what offices did that supervision may want to look at.

A row is a fact with a value, put whatever the threshold is; a threshold is a row of practice, and makes a finding of a
fact only when somebody asks. Passing on again and again, and reopening, are read from the stays of the workload.

A gap is time without an act of any office while the case is open; an act of the petitioner ends none. Office acts count
in the order of recording, none before the one before it. A gap that was over, recording included, within seven days is
replaced by the next: no threshold is so short, unless one asks as of a day on which more had been recorded than is
to be known; `patrol_answers.py` asks the acts themselves then.

Source: article 40 and the practice of online patrol; the rules are in `domain/practice_patrol.py`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Final

from domain.case_state import Case
from domain.clock import Clock, last_day
from domain.clock import civil_day as day_of_moment
from domain.effective import DAY_MS, unix_ms
from domain.practice_patrol import EXTENDED_LAST, RECORDED_LATE, UNINVESTIGATED, WITHDRAWN_AFTER
from domain.practice_rows import ITEMS
from domain.transitions import CODES
from projections.asking import start_of
from projections.entries import CASE_PREFIX
from projections.tables import EPOCH_BITS, OPEN, OPEN_AT, OPEN_EPOCH, Column, Index, Row, Table
from projections.view import Put, Rows, Step
from projections.workload import CLOSED

ANSWERED: Final = frozenset({"case.replied.v1", "case.opinion_issued.v1"})
EXTENDED: Final = frozenset({"case.extended.v1", "case.report_extended.v1", "case.package_extended.v1"})
WITHDRAWN: Final = "case.withdrawn.v1"
CONTACTS: Final = frozenset({"case.package_met.v1", "case.hearing_closed.v1", "case.mediation_result.v1"})
"""Acts in which an office deals with the petitioner in person; a hearing of the petitioner and what is served
in person are contacts too."""

LOOKED_INTO: Final = (
    "case.investigated.v1",
    "case.hearing_opened.v1",
    "case.mediation_result.v1",
    "case.settled.v1",
)
"""What counts as looking into a matter before it is answered; so does what a package's leader did in person."""

LEAST_GAP_DAYS: Final = ITEMS["silence_days"].low
_LEAST_GAP_MS: Final = LEAST_GAP_DAYS * DAY_MS
_LATEST_EXTENSION: Final = ITEMS["last_hours"].high * 60
_LATEST_WITHDRAWAL: Final = ITEMS["withdrawal_hours"].high * 60
_MINUTE_MS: Final = 60_000

FINDINGS = Table(
    "view_findings",
    3,
    (
        Column("case_id", "text"),
        Column("rule", "text"),
        Column("seq", "integer"),
        Column("unit", "text"),
        Column("value", "big"),
        Column("about", "integer"),
        Column("detail", "text"),
        Column("k0", "big"),
        Column("v0", "big"),
    ),
    (Index("rule", "rule, v0, case_id, seq", "unit, value, about, detail, k0"),),
)
GAPS = Table(
    "view_gaps",
    2,
    (
        Column("case_id", "text"),
        Column("gap", "integer"),
        Column("unit", "text"),
        Column("seq", "integer"),
        Column("long", "small"),
        Column("k0", "big"),
        Column("v0", "big"),
        Column("km", "big"),
        Column("v1", "big"),
        Column("ep", "small"),
    ),
    (Index("idle", "ep, v0, case_id, gap", "unit, seq, k0, km, v1", "long = 1"),),
)
CONTACT = Table(
    "view_contacts",
    1,
    (
        Column("case_id", "text"),
        Column("seq", "integer"),
        Column("v0", "big"),
    ),
)
_LONG, _V0, _KM = 4, 6, 7
_PREFIX = len(CASE_PREFIX)


class Patrol:
    """The view behind `patrol`: facts with values, gaps between acts, and the last contact with the petitioner."""

    name = "patrol"
    version = 1
    tables = (FINDINGS, GAPS, CONTACT)
    actions: frozenset[str] | None = None

    def follows(self, stream: str) -> bool:
        """Cases only."""
        return stream.startswith(CASE_PREFIX)

    def fold(self, step: Step, rows: Rows) -> Iterable[Put]:
        """Put the gap that the act began, and the facts that it made; mostly there are none of these."""
        event: Any = step.event
        at = unix_ms(event.effective_at)
        case_id = step.stream[_PREFIX:]
        puts = _gap(step, case_id, at, rows[1])
        if event.action in _TELLING or (event.office and event.recorded_at_ms - at > DAY_MS) or event.late_recorded:
            puts += [(0, row) for row in _facts(step, at, rows[2])]
            if _is_contact(event):
                puts.append((2, (case_id, event.originator_version, at)))
        return puts


PATROL = Patrol()


def _gap(step: Step, case_id: str, at: int, gaps: dict[Row, Row]) -> list[Put]:
    """Return the gap that the act ended, if it was long or the case is closed, and the one that begins with the act."""
    event, after = step.event, step.after
    is_open = after.state not in CLOSED and bool(after.office)
    number = len(gaps) or 1
    last = gaps.get((case_id, number))
    puts: list[Put] = []
    if last is not None:
        if at < last[_V0]:
            at = last[_V0]
        if last[_KM] == OPEN:
            if is_open and not event.office:
                return puts
            long = max(at, event.recorded_at_ms) - last[_V0] >= _LEAST_GAP_MS
            if long or not is_open:
                ended = (event.index, at, event.index >> EPOCH_BITS)
                puts.append((1, (*last[:_LONG], int(long), *last[5:_KM], *ended)))
            number += long
        else:
            number += last[_LONG]
    if is_open:
        began = (after.office, event.originator_version, 1, event.index, at)
        puts.append((1, (case_id, number, *began, OPEN, OPEN_AT, OPEN_EPOCH)))
    return puts


def _facts(step: Step, at: int, contacts: dict[Row, Row]) -> Iterator[Row]:
    event: Any = step.event
    imported = getattr(event, "imported", None) is not None
    if event.office and not imported:
        yield from _recorded_late(step, at)
        if event.action in ANSWERED:
            yield _fact(step, UNINVESTIGATED, event.office, _looks(step.before), 0, "", at)
    if event.action in EXTENDED:
        yield from _extended(step, at)
    if event.action == WITHDRAWN:
        for _, seq, contacted in contacts.values():
            minutes = (at - contacted) // _MINUTE_MS
            if 0 <= minutes <= _LATEST_WITHDRAWAL:
                yield _fact(step, WITHDRAWN_AFTER, step.before.office, minutes, seq, event.way, at)


def _fact(step: Step, rule: str, unit: str, value: int, about: int, detail: str, at: int) -> Row:
    event = step.event
    case_id = step.stream[len(CASE_PREFIX) :]
    return (case_id, rule, event.originator_version, unit, value, about, detail, event.index, at)


def _recorded_late(step: Step, at: int) -> Iterator[Row]:
    """Tell how many working days passed from the day that the act claims to the day of its recording."""
    event = step.event
    claimed, recorded = day_of_moment(event.claimed_at), event.recorded_at.date()
    if (recorded - claimed).days > 1:
        days = step.reference.calendars.as_known(event.index - 1).working_days_between(claimed, recorded)
        if days > 1:
            yield _fact(step, RECORDED_LATE, event.office, days, 0, event.action, at)


def _looks(case: Case) -> int:
    """Count the acts that looked into the matter in the round of handling that is being answered."""
    acts = case.acts
    begun = max((acts.rfind(code) for code in _ROUND_ENDS), default=-1)
    looked = sum(acts.count(code, begun + 1) for code in _LOOKS)
    package = case.tracks.package
    return looked + (package.acts if package is not None else 0)


def _extended(step: Step, at: int) -> Iterator[Row]:
    """Tell how many minutes were left of each clock that the act extended, before it did."""
    index = step.event.index
    for clock in step.after.closed[len(step.before.closed) :]:
        if clock.withdrawn_index == index:
            minutes = (start_of(_last_day(step, clock) + 1) - at) // _MINUTE_MS
            if 0 <= minutes <= _LATEST_EXTENSION:
                yield _fact(step, EXTENDED_LAST, clock.unit, minutes, clock.started_seq, clock.clock, at)


def _last_day(step: Step, clock: Clock) -> int:
    rule = step.reference.rules.at(clock.started_index).clocks[clock.rule]
    calendar = step.reference.calendars.as_known(step.event.index - 1)
    return last_day(clock, calendar, rule.weekends_roll).toordinal()


def _is_contact(event: Any) -> bool:
    if event.action in CONTACTS:
        return True
    in_person = getattr(event, "means", "") == "in_person" or getattr(event, "method", "") == "heard"
    return in_person and event.action in _IN_PERSON


_IN_PERSON: Final = frozenset(
    {
        "case.investigated.v1",
        "case.notice_served.v1",
        "case.opinion_served.v1",
        "case.replied.v1",
        "case.directed.v1",
        "case.review_served.v1",
        "case.recheck_served.v1",
    }
)
_LOOKS: Final = tuple(CODES[action] for action in LOOKED_INTO)
_ROUND_ENDS: Final = tuple(
    CODES[action] for action in ("case.reopened.v1", "case.review_decided.v1", "case.recheck_decided.v1")
)
_TELLING: Final = ANSWERED | EXTENDED | CONTACTS | _IN_PERSON | {WITHDRAWN}
