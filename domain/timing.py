"""The clocks of one case: how acts start them, meet them and end them.

Nothing here knows today's date, and no clock says that it is overdue: that is computed from the clock, a
calendar and a moment (`explain.py`). A clock keeps the rule row it runs by, the act that started it and
the act that closed it, each with its place in the case and in the ledger.

Decision: when do the clocks of a petition filed online begin? At its submission, not at its
registration. Article 22(1) of 2022 counts from when the office *received* the matter, article 23(2) from
the day the matter was received, and the Electronic Signature Law (11) holds a message received when it
enters the recipient's designated system. A submission enters it at once. Registration is itself a duty
(22(1), 23(1)), and leaving it out a fault (44(1)): if clocks waited for it, the office would decide by its
own omission when its time begins. So `submitted` starts ROUTE at a petition office, NOTICE_DIRECT and the
shadow of HANDLE at a competent unit, and `registered` starts what is not already running there.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, Final, NamedTuple

from domain.calendars import Calendars
from domain.clock import Change, Clock, Clocks, civil_day
from domain.clocks import Effect, Rules, RuleSet
from domain.rows import ClockRow
from domain.schema import Event
from domain.segments import Moved, extend, resume, suspend, woken

__all__ = ["Change", "Clock", "Clocks", "Received", "Turn", "close_clocks", "start_clocks"]

NOBODYS_DUTY: Final = ("petitioner", "superior")
_RUNNING: Final = tuple(Clock._field_defaults.values())
# Twice as fast as to call the class.
_turn: Final = tuple.__new__


class Turn(NamedTuple):
    """What an act left of the running clocks: those that run on, those it closed or withdrew, and the counters."""

    running: Clocks
    closed: Clocks
    segments: Mapping[str, int]


class Received(NamedTuple):
    """How a case stands after the act that starts clocks: at which unit, since when, and what its rows may ask."""

    unit: str
    addressable: bool
    facts: tuple[str, ...]
    received_at: datetime | None


def close_clocks(
    running: Clocks,
    segments: Mapping[str, int],
    event: Event,
    rules: Rules,
    holder: str,
    calendars: Calendars,
    imported: bool,
) -> Turn:
    """Return the clocks that still run after an act, and those that it closed or replaced.

    An act meets and ends only clocks of the office that acts, for nobody fulfils another office's duty; it
    meets rights, which are no office's, and acts that end the case end every clock. It voids, extends and
    suspends those of the office that held the case (`holder`) too. What it does is read from the rules that
    the clock started by.
    """
    kept: list[Clock] = []
    closed: list[Clock] = []
    touched = False
    newest, latest = rules.steps[-1]
    effects = _effects(latest, event)
    for clock in running:
        known = effects if newest < clock.started_index else _effects(rules.at(clock.started_index), event)
        effect = known.get(clock.rule) if known else None
        if effect is None or not _concerns(effect, clock, event, holder):
            kept.append(clock)
            continue
        touched = True
        if effect == "met" or effect == "ended":
            closed.append(_close(woken(clock, event.effective_at), event, effect == "met", imported))
        elif effect == "void":
            closed.append(clock._replace(withdrawn_index=event.index))
        else:
            segment = segments.get(clock.clock, 0) + 1
            moved = _move(effect, clock, event, rules, calendars, segment)
            kept.append(moved.running)
            if moved.withdrawn is not None:
                closed.append(moved.withdrawn)
                segments = {**segments, clock.clock: segment}
    if not touched or (not closed and tuple(kept) == running):
        return _turn(Turn, (running, (), segments))
    return _turn(Turn, (tuple(kept), tuple(closed), segments))


def _effects(rule_set: RuleSet, event: Event) -> Mapping[str, Effect] | None:
    """Return what an act does to clocks by their rows, None for nothing; the act by itself goes before its value."""
    closing, action = rule_set.closing, event.action
    always = closing.get(action)
    if not event.varies:
        return always
    varied = closing.get(f"{action}#{getattr(event, event.varies)}")
    if varied is None or always is None:
        return always or varied
    return {**varied, **always}


def _concerns(effect: Effect, clock: Clock, event: Event, holder: str) -> bool:
    if effect == "met" or effect == "ended":
        return clock.unit == event.office or not clock.unit or event.sweeps
    if effect == "void":
        # A designation of the very unit that has the matter leaves its clocks as they are: nothing starts anew.
        return clock.unit == holder != getattr(event, "to_office", "")
    return clock.unit in (event.office, holder) or not clock.unit


def _move(effect: Effect, clock: Clock, event: Any, rules: Rules, calendars: Calendars, segment: int) -> Moved:
    if effect == "resumed":
        return resume(clock, event, segment)
    row = rules.at(clock.started_index).clocks[clock.rule]
    calendar = calendars.as_known(event.index - 1)
    if effect == "suspended":
        return suspend(clock, event, calendar, row.weekends_roll, segment)
    return extend(clock, event, getattr(event, "days", 0), calendar, row.weekends_roll, segment)


def _close(clock: Clock, event: Event, met: bool, imported: bool) -> Clock:
    # The seven members from `closed_by` on say what closed the clock; those after them stay.
    closing = (event.action, met, event.originator_version, event.index, event.effective_at)
    return tuple.__new__(Clock, (*clock[:15], *closing, event.late_recorded, imported, *clock[22:]))


def start_clocks(
    running: Clocks,
    segments: Mapping[str, int],
    event: Event,
    rows: tuple[ClockRow, ...],
    received: Received,
    imported: bool,
) -> Turn:
    """Return the running clocks with those that an act starts, by the rows in force on its civil day.

    A clock that already runs at this unit is not started again; none starts before the first regulation,
    nor where its row excepts petitions without a clear name or address (23(2)), asks for a fact that does
    not hold, as simplified handling, or waits for a day that the act does not set.
    """
    day = civil_day(event.effective_at)
    runs = [(clock.clock, clock.shadow, clock.unit) for clock in running]
    started: list[Clock] = []
    for row in rows:
        if day < row.in_force_from or (row.in_force_to is not None and day > row.in_force_to):
            continue
        if row.unless == "not_addressable" and not received.addressable:
            continue
        if row.only_if and row.only_if not in received.facts:
            continue
        unit = "" if row.duty_of in NOBODYS_DUTY else received.unit
        if (row.clock, row.shadow, unit) in runs:
            continue
        clock = _start(row, event, unit, day, segments.get(row.clock, 0) + 1, received.received_at, imported)
        if clock is not None:
            segments = {**segments, row.clock: clock.segment}
            started.append(clock)
    return _turn(Turn, ((*running, *started) if started else running, (), segments))


def _start(
    row: ClockRow, event: Event, unit: str, day: date, segment: int, received_at: datetime | None, imported: bool
) -> Clock | None:
    at, length = event.effective_at, row.length
    if row.counts_from and received_at is not None:
        at = received_at
        day = civil_day(at)
    # Civil Code 201: the day of the starting act is not counted, so the last day is start + length.
    key_day = date.fromordinal(day.toordinal() + length) if row.day_kind == "calendar" else day
    if row.sets:
        key_day = getattr(event, row.sets, None) or day
        length = (key_day - day).days
        if length < 1:
            return None
    begun = (row.clock, row.shadow, row.id, segment, unit, event.action, event.originator_version, event.index)
    counted = (at, event.late_recorded, imported, day, key_day, row.day_kind, length)
    # The members after these fifteen have defaults; this is twice as fast as to call the class.
    return tuple.__new__(Clock, (*begun, *counted, *_RUNNING))
