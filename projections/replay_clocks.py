"""What an act did to the clocks of a case: started, met, ended, extended, paused; and which had run out before it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

from domain.case_state import Case
from domain.clock import Clock, civil_day
from domain.due import due_of, row_of
from domain.reference import Reference
from domain.schema import Event

Key = tuple[str, bool, int]
Breached = set[tuple[str, bool, str, int]]


@dataclass(frozen=True, slots=True)
class ClockTurn:
    """One thing that happened to one clock.

    `what` is started, met, ended, extended, suspended, resumed, taken_over, corrected, withdrawn or breached. `due_on`
    is the last day as it stands after, None where the law has no number or the clock is paused; `before_on` is the last
    day before an act that moved it. `counted` is false for an extension or a pause that came too late to have effect.
    `late_days` are the days from the last day to the act that met or ended the clock, or before which it ran out.
    """

    what: str
    clock: str
    shadow: bool
    segment: int
    unit: str
    rule: str
    due_on: date | None
    before_on: date | None = None
    counted: bool = True
    late_days: int = 0


def turns(before: Case, after: Case, event: Event, reference: Reference) -> Iterator[ClockTurn]:
    """Yield what an act did to the clocks, in the order in which the case lists them."""
    index = event.index
    known: dict[Key, Clock] = {_key(clock): clock for clock in before.clocks}
    for clock in after.clocks:
        old = known.get(_key(clock))
        if old is None:
            yield _begun(clock, known, index, reference)
            if clock.closed_index == index:
                yield _closed(clock, index, reference)
        elif old != clock:
            if clock.withdrawn_index == index and old.withdrawn_index is None:
                if not any(_goes_on(new, clock, index) for new in after.clocks):
                    yield _turn("withdrawn", clock, index, reference)
            elif clock.closed_index == index and old.closed_index is None:
                yield _closed(clock, index, reference)
            elif len(clock.changes) > len(old.changes):
                yield _turn(clock.changes[-1].kind, clock, index, reference, counted=clock.changes[-1].counted)


def run_out(case: Case, at: datetime, index: int, reference: Reference, told: Breached) -> Iterator[ClockTurn]:
    """Yield the running duty clocks whose last day was over by a moment, once each; `told` remembers them."""
    for clock in case.running:
        key = (clock.clock, clock.shadow, clock.unit, clock.started_seq)
        row = row_of(clock, reference.rules)
        if row.nature != "duty" or clock.suspended_on is not None or key in told:
            continue
        due = due_of(clock, reference.calendars, reference.rules, index).on
        if civil_day(at) > due:
            told.add(key)
            yield _turn("breached", clock, index, reference, late_days=(civil_day(at) - due).days)


def last_day_of(clock: Clock, index: int, reference: Reference) -> date | None:
    """Return the last day of a clock as known at a log index, None where there is none."""
    if clock.suspended_on is not None or row_of(clock, reference.rules).nature == "open":
        return None
    return due_of(clock, reference.calendars, reference.rules, index).on


def _key(clock: Clock) -> Key:
    return (clock.clock, clock.shadow, clock.segment)


def _goes_on(new: Clock, old: Clock, index: int) -> bool:
    """Say whether one segment took the other's place in this act."""
    same = (new.clock, new.shadow, new.started_seq) == (old.clock, old.shadow, old.started_seq)
    return same and new.opened_index == index


def _begun(clock: Clock, known: dict[Key, Clock], index: int, reference: Reference) -> ClockTurn:
    if clock.opened_index != index or not clock.changes:
        return _turn("started", clock, index, reference)
    moved = [old for old in known.values() if _goes_on(clock, old, index)]
    before_on = last_day_of(moved[-1], index, reference) if moved else None
    return _turn(clock.changes[-1].kind, clock, index, reference, before_on=before_on)


def _closed(clock: Clock, index: int, reference: Reference) -> ClockTurn:
    due, late = last_day_of(clock, index, reference), 0
    if due is not None and clock.closed_at is not None:
        late = max(0, (civil_day(clock.closed_at) - due).days)
    return _turn("met" if clock.met else "ended", clock, index, reference, late_days=late)


def _turn(
    what: str,
    clock: Clock,
    index: int,
    reference: Reference,
    *,
    before_on: date | None = None,
    counted: bool = True,
    late_days: int = 0,
) -> ClockTurn:
    due = last_day_of(clock, index, reference)
    named = (clock.clock, clock.shadow, clock.segment, clock.unit, clock.rule)
    return ClockTurn(what, *named, due, before_on, counted, late_days)
