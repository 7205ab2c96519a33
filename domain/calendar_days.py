"""One state of the working calendar: which days are worked, where a period ends, and the tables made from it.

How days are counted is the Civil Code's: the day of the starting event is not counted (201), and a last day
on a statutory holiday moves to the day after the holiday (203). Whether Saturdays and Sundays roll too is
policy data, and the caller's argument; by default they do. A make-up Saturday or Sunday (调休) is a working
day: it neither rolls nor is skipped.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Literal, NamedTuple

from domain.calendar_notices import ONE_DAY, SATURDAY, CalendarNotice

# The notices of 2012, 2019 and 2023 reach back into the December before, the farthest to the 29th. A year's
# last week is therefore not final until the next year's notice is known.
YEAR_END = (12, 25)


class SkippedDay(NamedTuple):
    """A day that was not counted, and why: an ordinary weekend, or a day off by the notice named."""

    on: date
    reason: Literal["weekend", "holiday"]
    notice: str


class DayRow(NamedTuple):
    """One row of the day table: proleptic Gregorian ordinals, and the count of working days up to and on the day."""

    day: int
    rolled: int
    working: int


@dataclass(frozen=True, slots=True)
class Calendar:
    """The working calendar as one sequence of notices leaves it; immutable.

    `version` counts the acts that led to it. `years` are the years with any table, `firm_years` those whose
    notice is published; a day outside is answered by the weekend rule alone and is provisional. `notices` are
    the tables in force, in order of publication: where two name the same day, the later prevails.
    """

    version: int
    years: frozenset[int]
    firm_years: frozenset[int]
    rest_days: frozenset[date]
    make_up_days: frozenset[date]
    notices: tuple[CalendarNotice, ...]

    @classmethod
    def of(cls, version: int, notices: Iterable[CalendarNotice]) -> Calendar:
        """Lay the tables over each other in the order given, one a year."""
        in_force = tuple(notices)
        off: dict[date, bool] = {}
        for notice in in_force:
            off.update(dict.fromkeys(notice.rest_days, True))
            off.update(dict.fromkeys(notice.make_up_days, False))
        return cls(
            version=version,
            years=frozenset(notice.year for notice in in_force),
            firm_years=frozenset(notice.year for notice in in_force if not notice.provisional),
            rest_days=frozenset(day for day, is_off in off.items() if is_off),
            make_up_days=frozenset(day for day, is_off in off.items() if not is_off),
            notices=in_force,
        )

    def is_working_day(self, day: date) -> bool:
        """Say whether offices work on this day: a weekday not off, or a weekend day that is made up."""
        if day.weekday() < SATURDAY:
            return day not in self.rest_days
        return day in self.make_up_days

    def is_rest_day(self, day: date) -> bool:
        """Say whether offices rest on this day, for whatever reason."""
        return not self.is_working_day(day)

    def is_statutory_rest(self, day: date) -> bool:
        """Say whether a notice names this day as off; an ordinary weekend is not named."""
        return day in self.rest_days

    def covers(self, day: date) -> bool:
        """Say whether the day's year has a table, provisional or not."""
        return day.year in self.years

    def provisional(self, day: date) -> bool:
        """Say whether a notice yet to come can change what is said of this day.

        True outside the firm years, and in the last week of a firm year while the next year's notice is
        unknown, because notices have reached back into the December before.
        """
        if day.year not in self.firm_years:
            return True
        return (day.month, day.day) >= YEAR_END and day.year + 1 not in self.firm_years

    def rolls(self, day: date, weekends_roll: bool = True) -> bool:
        """Say whether a period cannot end on this day, so that its last day moves on.

        Source: Civil Code article 203; weekends by policy.
        """
        return self.is_rest_day(day) if weekends_roll else self.is_statutory_rest(day)

    def roll(self, day: date, weekends_roll: bool = True) -> date:
        """Give the day on which a period with this raw last day ends: the same day, or the first after the rest.

        Monotone and idempotent. Raises OverflowError past the year 9999.
        Source: Civil Code article 203.
        """
        while self.rolls(day, weekends_roll):
            day += ONE_DAY
        return day

    def add_working_days(self, day: date, count: int) -> date:
        """Give the count-th working day after this day, which itself is not counted; zero gives the day back.

        Raises ValueError if count is negative. Source: Civil Code article 201.
        """
        if count < 0:
            raise ValueError("working days are counted forward only")
        while count:
            day += ONE_DAY
            count -= self.is_working_day(day)
        return day

    def working_days_between(self, start: date, end: date) -> int:
        """Count the working days after start up to and on end; zero if end is not after start."""
        return sum(
            self.is_working_day(date.fromordinal(day)) for day in range(start.toordinal() + 1, end.toordinal() + 1)
        )

    def skipped(self, start: date, end: date) -> tuple[SkippedDay, ...]:
        """List the rest days from start up to but not on end, each with its reason.

        For a rolled day ask from the raw to the rolled day; for a count of working days from the starting
        event to the due day.
        """
        days = (date.fromordinal(ordinal) for ordinal in range(start.toordinal(), end.toordinal()))
        return tuple(self._skipped(day) for day in days if self.is_rest_day(day))

    def made_up(self, start: date, end: date) -> tuple[date, ...]:
        """List the weekend days from start up to but not on end that are worked and so are counted."""
        return tuple(sorted(day for day in self.make_up_days if start <= day < end))

    def notice_for(self, day: date) -> CalendarNotice | None:
        """Give the notice that decides this day: the latest that names it, else its year's; None outside."""
        named = [n for n in self.notices if day in n.rest_days or day in n.make_up_days]
        own = [n for n in self.notices if n.year == day.year]
        candidates = named or own
        return candidates[-1] if candidates else None

    def _skipped(self, day: date) -> SkippedDay:
        if not self.is_statutory_rest(day):
            return SkippedDay(day, "weekend", "")
        notice = self.notice_for(day)
        return SkippedDay(day, "holiday", notice.notice if notice else "")


def raw_bound(calendar: Calendar, as_of: date, weekends_roll: bool = True) -> date:
    """Give the smallest raw day whose rolled day is on or after `as_of`.

    Rolling is monotone, so a raw due day is overdue on `as_of` (at the last instant of that day) exactly when
    it is before this bound: a query needs no join.
    """
    bound = as_of
    while calendar.rolls(bound - ONE_DAY, weekends_roll):
        bound -= ONE_DAY
    return bound


def start_bound(calendar: Calendar, as_of: date, count: int) -> date:
    """Give the smallest start day from which `count` working days end on or after `as_of`.

    A clock of `count` working days is overdue on `as_of` exactly when it started before this bound.
    Raises ValueError if count is not at least 1.
    """
    if count < 1:
        raise ValueError("a length in working days is at least 1")
    day = as_of
    while count:
        day -= ONE_DAY
        count -= calendar.is_working_day(day)
    return day


def day_table(
    calendar: Calendar, first: date | None = None, last: date | None = None, weekends_roll: bool = True
) -> Iterator[DayRow]:
    """Give one row a day, ascending, from `first` to `last` inclusive.

    By default from a year before the first table to two years after the last, or nothing if there is no table:
    beyond the tables the weekend rule holds and days are provisional. Working counts start at 0 before `first`
    and compare only within one table.
    """
    if not calendar.years and (first is None or last is None):
        return
    first = first or date(min(calendar.years) - 1, 1, 1)
    last = last or date(max(calendar.years) + 2, 12, 31)
    working = rolled = 0
    for ordinal in range(first.toordinal(), last.toordinal() + 1):
        day = date.fromordinal(ordinal)
        if calendar.is_working_day(day):
            working, rolled = working + 1, ordinal
        elif rolled < ordinal:  # a day within a rest rolls to where the rest's first day rolled to
            rolled = calendar.roll(day, weekends_roll).toordinal()
        yield DayRow(ordinal, rolled, working)
