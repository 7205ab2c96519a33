"""When a clock is due, and how it stands at a moment. Overdue is computed here and nowhere stored.

A last day runs to 24:00 in civil time, so what is due on a day is not overdue on it (Civil Code 203).
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Literal, NamedTuple

from domain.calendars import Calendar, Calendars
from domain.clock import Clock, civil_day
from domain.clocks import Rules, national_rules
from domain.rows import ClockRow
from domain.schema import CIVIL

__all__ = [
    "Due",
    "Standing",
    "Status",
    "civil_day",
    "due_of",
    "due_on",
    "end_of_day",
    "is_overdue",
    "row_of",
    "standing",
]


Status = Literal[
    "not_started",
    "running",
    "overdue",
    "met",
    "met_late",
    "ended",
    "ended_late",
    "suspended",
    "lapsed",
    "withdrawn",
    "open",
]
ONE_DAY = timedelta(days=1)


class Due(NamedTuple):
    """When a clock is due: the raw last day, the day it moves to, and whether a notice yet to come can move it."""

    on: date
    provisional: bool
    raw_on: date
    calendar: Calendar


class Standing(NamedTuple):
    """How a clock stands at a moment; `days` are left while running, past the due day while overdue or late.

    A suspended clock, and one for which the law has no number, count the days since that began. A right
    lapses where a duty would be overdue: nobody is at fault.
    """

    status: Status
    days: int


def due_on(
    clock: Clock, calendars: Calendars, rules: Rules | None = None, known_at: int | None = None
) -> tuple[date, bool]:
    """Return the day by whose end the clock must be met, and whether that day is provisional.

    `known_at` is a log index; by default all that is known now counts. A closed clock stays judged by the
    calendar known when it closed, whatever notice came later.

    Source: Civil Code articles 201 and 203; the row's own article for the length.
    """
    due = due_of(clock, calendars, rules, known_at)
    return due.on, due.provisional


def due_of(clock: Clock, calendars: Calendars, rules: Rules | None = None, known_at: int | None = None) -> Due:
    """Return when the clock is due, with the raw day and the calendar that decided."""
    calendar = _calendar(clock, calendars, known_at)
    row = row_of(clock, rules)
    if row.nature == "open":
        return Due(date.max, False, date.max, calendar)
    if clock.day_kind == "working":
        on = calendar.add_working_days(clock.start_day, clock.length)
        return Due(on, _any_provisional(calendar, clock.start_day + ONE_DAY, on), on, calendar)
    on = calendar.roll(clock.key_day, row.weekends_roll)
    return Due(on, _any_provisional(calendar, clock.key_day, on), clock.key_day, calendar)


def standing(clock: Clock, due: date, as_of: datetime, nature: str = "duty") -> Standing:
    """Return how the clock stands at a moment of the world, given the day it is due.

    What happened after the moment does not count yet: a clock met later was still running then. A clock
    is overdue from 24:00 of its due day, in civil time; `nature` is that of its row.
    """
    if clock.withdrawn_index is not None:
        return Standing("withdrawn", 0)
    if as_of < clock.started_at:
        return Standing("not_started", 0)
    if clock.closed_at is not None and clock.closed_at <= as_of:
        late = (civil_day(clock.closed_at) - due).days
        if late > 0:
            return Standing("met_late" if clock.met else "ended_late", late)
        return Standing("met" if clock.met else "ended", 0)
    if clock.suspended_on is not None and civil_day(as_of) >= clock.suspended_on:
        return Standing("suspended", (civil_day(as_of) - clock.suspended_on).days)
    if nature == "open":
        return Standing("open", (civil_day(as_of) - clock.start_day).days)
    days = (civil_day(as_of) - due).days
    if days <= 0:
        return Standing("running", -days)
    return Standing("overdue" if nature == "duty" else "lapsed", days)


def is_overdue(clock: Clock, calendars: Calendars, as_of: datetime, rules: Rules | None = None) -> bool:
    """Say whether the clock is open and past its due day at a moment."""
    due = due_on(clock, calendars, rules)[0]
    return standing(clock, due, as_of, row_of(clock, rules).nature).status == "overdue"


def row_of(clock: Clock, rules: Rules | None = None) -> ClockRow:
    """Return the row of law that the clock runs by: that of the rules known when it started."""
    return (rules or national_rules()).at(clock.started_index).clocks[clock.rule]


def end_of_day(day: date) -> datetime:
    """Return the last instant of a civil day: what a date means as a world time."""
    return datetime.combine(day, time.max, CIVIL)


def _calendar(clock: Clock, calendars: Calendars, known_at: int | None) -> Calendar:
    positions = [index for index in (known_at, clock.closed_index, clock.withdrawn_index) if index is not None]
    return calendars.as_known(min(positions)) if positions else calendars.latest


def _any_provisional(calendar: Calendar, first: date, last: date) -> bool:
    return any(calendar.provisional(first + ONE_DAY * offset) for offset in range((last - first).days + 1))
