"""When clocks are due, as SQL conditions and as dates, by the calendars known at a log position.

A clock that is open as known there is judged by the calendar known there; one that is closed, by the calendar known
when it closed. Rolling is monotone, so "overdue on a day" is a bound on the key day, one for each calendar.
Source: Civil Code articles 201 and 203; the second axis is DOMAIN section 4.
"""

from __future__ import annotations

from datetime import date
from functools import cached_property

from domain.calendars import Calendar, Calendars, raw_bound, start_bound

# How the days of a clock are counted: in calendar days whose last day rolls over weekends too, or over statutory
# holidays alone; any positive kind is a length in working days.
CALENDAR_DAYS = 0
HOLIDAYS_ALONE = -1


class DueDays:
    """Due days as known at one log position.

    A kind is how days are counted (see above); a key day is the raw due day, or the start day where days are working
    days; both as the rows hold them. `closed` is the log index that closed a clock, or any index from `known_at` on;
    no clock asked about was closed before index `since`, so that calendars replaced by then judge none.
    """

    def __init__(self, calendars: Calendars, known_at: int, since: int = 0) -> None:
        self._calendars = calendars
        self._known_at = known_at
        self._since = min(since, known_at)
        self._due: dict[tuple[int, int, int], tuple[date, bool]] = {}
        self._open: dict[tuple[int, int], int] = {}
        self._latest = calendars.as_known(known_at - 1)

    def due(self, kind: int, key_day: int, closed: int) -> tuple[date, bool]:
        """Return the day on which a clock is due, and whether a notice yet to come can still move it."""
        calendar = self._latest if closed >= self._known_at else self._calendars.as_known(closed - 1)
        key = (kind, key_day, calendar.version)
        if key not in self._due:
            due = due_day(calendar, kind, key_day)
            first = key_day + 1 if kind > 0 else key_day
            self._due[key] = (due, provisional_between(calendar, first, due.toordinal()))
        return self._due[key]

    def ordinal(self, kind: int, key_day: int, closed: int) -> int:
        """Return the day on which a clock is due, as a proleptic ordinal."""
        if closed < self._known_at:
            return due_ordinal(self._calendars.as_known(closed - 1), kind, key_day)
        day = self._open.get((kind, key_day))
        if day is None:
            day = self._open[kind, key_day] = due_ordinal(self._latest, kind, key_day)
        return day

    def earliest(self, kind: int, key_day: int) -> int:
        """Return the earliest day that any calendar known so far gives a clock of this key day, or of a later one."""
        return min(due_ordinal(calendar, kind, key_day) for _, calendar in self._known)

    def first_key_day(self, kind: int, due_on: date) -> int:
        """Return the smallest key day that any calendar known so far makes due on this day or later."""
        return min(_bound(calendar, kind, due_on) for _, calendar in self._known)

    def overdue(self, kind: int, day: date) -> str:
        """Return the SQL condition for rows of this kind that are overdue at the end of a day."""
        bounds: list[tuple[int, int]] = []
        for since, calendar in self._known:
            bound = _bound(calendar, kind, day)
            if not bounds or bounds[-1][1] != bound:
                bounds.append((since, bound))
        if len(bounds) == 1:
            return f"(kind = {kind} AND key_day < {bounds[0][1]})"
        cases = " ".join(f"WHEN km > {since} THEN {bound}" for since, bound in reversed(bounds[1:]))
        widest = max(bound for _, bound in bounds)
        return f"(kind = {kind} AND key_day < {widest} AND key_day < CASE {cases} ELSE {bounds[0][1]} END)"

    @cached_property
    def _known(self) -> list[tuple[int, Calendar]]:
        """The calendars that judge, each with the index of its act; the first is the one that judges first."""
        steps = [step for step in self._calendars.steps if self._since <= step[0] < self._known_at]
        return [(-1, self._calendars.as_known(self._since - 1)), *steps]


def provisional_between(calendar: Calendar, first: int, last: int) -> bool:
    """Say whether a notice yet to come can change what is said of a day from first to last, both included."""
    return any(map(calendar.provisional, map(date.fromordinal, range(first, last + 1))))


def due_day(calendar: Calendar, kind: int, key_day: int) -> date:
    """Return the day on which a clock of this kind and key day is due by one calendar."""
    day = date.fromordinal(key_day)
    if kind > 0:
        return calendar.add_working_days(day, kind)
    return calendar.roll(day, weekends_roll=kind == CALENDAR_DAYS)


def due_ordinal(calendar: Calendar, kind: int, key_day: int) -> int:
    """Return `due_day` as a proleptic ordinal; what was asked of a calendar is kept, for folds ask again and again."""
    known, days = _kept.get(id(calendar)) or (None, {})
    if known is not calendar:
        if len(_kept) >= _CALENDARS_KEPT:
            _kept.clear()
        _kept[id(calendar)] = (calendar, days)
    day = days.get((kind, key_day))
    if day is None:
        day = days[kind, key_day] = due_day(calendar, kind, key_day).toordinal()
    return day


# By the identity of the calendar, which is kept with its days so that no other can take its place.
_kept: dict[int, tuple[Calendar, dict[tuple[int, int], int]]] = {}
_CALENDARS_KEPT = 64


def _bound(calendar: Calendar, kind: int, day: date) -> int:
    """Return the first key day that is not overdue on a day; kept as due days are, the days asked about being few."""
    known, bounds = _bounds.get(id(calendar)) or (None, {})
    if known is not calendar or len(bounds) > _DAYS_KEPT:
        if len(_bounds) >= _CALENDARS_KEPT:
            _bounds.clear()
        bounds = {}
        _bounds[id(calendar)] = (calendar, bounds)
    bound = bounds.get((kind, day))
    if bound is None:
        rolls = kind == CALENDAR_DAYS
        found = start_bound(calendar, day, kind) if kind > 0 else raw_bound(calendar, day, weekends_roll=rolls)
        bound = bounds[kind, day] = found.toordinal()
    return bound


_bounds: dict[int, tuple[Calendar, dict[tuple[int, date], int]]] = {}
_DAYS_KEPT = 10_000
