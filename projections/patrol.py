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
from domain.effective import DAY_MS
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
        event = step.event
        puts = _gap(step, rows[1])
        action = event.action
        late = event.late_recorded or event.recorded_at_ms - step.at > DAY_MS
        if late and event.office and not step.imported:
            puts += [(0, row) for row in _recorded_late(step)]
        if action in _TELLING:
            puts += [(0, row) for row in _facts(step, rows[2])]
        if action in _MEETING and _is_contact(event):
            puts.append((2, (step.key, event.originator_version, step.at)))
        return puts


PATROL = Patrol()


def _gap(step: Step, gaps: dict[Row, Row]) -> list[Put]:
    """Return the gap that the act ended, if it was long or the case is closed, and the one that begins with the act."""
    case_id, event, at, after = step.key, step.event, step.at, step.after
    office, index = after.office, event.index
    is_open = after.state not in CLOSED and bool(office)
    number = len(gaps) or 1
    last = gaps.get((case_id, number))
    puts: list[Put] = []
    if last is not None:
        if at < last[_V0]:
            at = last[_V0]
        if last[_KM] == OPEN:
            if is_open and not event.office:
                return puts
            recorded_at = event.recorded_at_ms
            long = (recorded_at if recorded_at > at else at) - last[_V0] >= _LEAST_GAP_MS
            if long or not is_open:
                puts.append((1, (*last[:_LONG], int(long), *last[5:_KM], index, at, index >> EPOCH_BITS)))
            number += long
        else:
            number += last[_LONG]
    if is_open:
        puts.append((1, (case_id, number, office, event.originator_version, 1, index, at, OPEN, OPEN_AT, OPEN_EPOCH)))
    return puts


def _facts(step: Step, contacts: dict[Row, Row]) -> Iterator[Row]:
    event: Any = step.event
    at = step.at
    if event.action in ANSWERED and event.office and not step.imported:
        yield _fact(step, UNINVESTIGATED, event.office, _looks(step.before), 0, "")
    elif event.action in EXTENDED:
        yield from _extended(step)
    elif event.action == WITHDRAWN:
        for _, seq, contacted in contacts.values():
            minutes = (at - contacted) // _MINUTE_MS
            if 0 <= minutes <= _LATEST_WITHDRAWAL:
                yield _fact(step, WITHDRAWN_AFTER, step.before.office, minutes, seq, event.way)


def _fact(step: Step, rule: str, unit: str, value: int, about: int, detail: str) -> Row:
    event = step.event
    return (step.key, rule, event.originator_version, unit, value, about, detail, event.index, step.at)


def _recorded_late(step: Step) -> Iterator[Row]:
    """Tell how many working days passed from the day that the act claims to the day of its recording."""
    event = step.event
    claimed, recorded = day_of_moment(event.claimed_at), event.recorded_at.date()
    if (recorded - claimed).days > 1:
        days = step.reference.calendars.as_known(event.index - 1).working_days_between(claimed, recorded)
        if days > 1:
            yield _fact(step, RECORDED_LATE, event.office, days, 0, event.action)


def _looks(case: Case) -> int:
    """Count the acts that looked into the matter in the round of handling that is being answered."""
    looked = len(case.acts.translate(_ROUNDS, _OTHERS).rpartition(_ROUND_END)[2])
    package = case.tracks.package
    return looked + (package.acts if package is not None else 0)


def _extended(step: Step) -> Iterator[Row]:
    """Tell how many minutes were left of each clock that the act extended, before it did."""
    index = step.event.index
    for clock in step.after.closed[len(step.before.closed) :]:
        if clock.withdrawn_index == index:
            minutes = (start_of(_last_day(step, clock) + 1) - step.at) // _MINUTE_MS
            if 0 <= minutes <= _LATEST_EXTENSION:
                yield _fact(step, EXTENDED_LAST, clock.unit, minutes, clock.started_seq, clock.clock)


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
_LOOKS: Final = b"".join([CODES[action] for action in LOOKED_INTO])
_ENDS: Final = [CODES[action] for action in ("case.reopened.v1", "case.review_decided.v1", "case.recheck_decided.v1")]
# The acts of a case, without those that are neither a look into the matter nor the end of a round, which are all alike.
_ROUND_END: Final = _ENDS[0]
_ROUNDS: Final = bytes.maketrans(b"".join(_ENDS), _ROUND_END * len(_ENDS))
_OTHERS: Final = bytes({*range(256)} - {*_LOOKS, *b"".join(_ENDS)})
_TELLING: Final = ANSWERED | EXTENDED | {WITHDRAWN}
_MEETING: Final = CONTACTS | _IN_PERSON
