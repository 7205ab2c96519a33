"""The day table: for each day and calendar known, where a period that ends there really ends.

Rows of clocks hold only their key day, so a calendar change rewrites some hundreds of rows here and none of a case.
`rolled` is the day that a raw last day moves to, `working` the count of working days up to and on the day, both as the
calendar known between log indices k0 and k1 has them: a row holds for an act or a position n if k0 < n <= k1.
Days are proleptic Gregorian ordinals. Beyond the table the weekend rule holds and everything is provisional.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date

from domain.calendars import CALENDAR_ID, Calendar, DayRow, day_table
from domain.reference_events import CalendarPublished
from projections.due import provisional_between
from projections.tables import OPEN, Column, Index, Row, Table
from projections.view import Put, Rows, Step

DAYS = Table(
    "view_days",
    3,
    (
        Column("calendar", "text"),
        Column("day", "integer"),
        Column("k0", "big"),
        Column("k1", "big"),
        Column("rolled", "integer"),
        Column("working", "integer"),
        Column("provisional", "small"),
    ),
    (Index("working", "calendar, working, day", "k0, k1"),),
)


class Days:
    """The view that turns calendar acts into day rows."""

    name = "days"
    version = 1
    tables = (DAYS,)
    actions = frozenset({CalendarPublished.action})

    def follows(self, stream: str) -> bool:
        """The stream of calendars."""
        return stream == "calendar"

    def fold(self, step: Step, rows: Rows) -> Iterable[Put]:
        """Close the rows that a new calendar contradicts and put what it says instead."""
        if isinstance(step.event, CalendarPublished):
            calendar = step.reference.calendars.as_known(step.event.index)
            yield from _changes(step.event, calendar, {row[1]: row for row in rows[0].values() if row[3] == OPEN})


def _changes(event: CalendarPublished, calendar: Calendar, known: dict[int, Row]) -> Iterator[Put]:
    index = event.index
    for day in _touched(event.year, calendar, known):
        values = _values(calendar, day)
        old = known.get(day.day)
        if old is not None and old[4:] == values:
            continue
        if old is not None:
            yield 0, (*old[:3], index, *old[4:])
        yield 0, (CALENDAR_ID, day.day, index, OPEN, *values)


def _touched(year: int, calendar: Calendar, known: dict[int, Row]) -> Iterator[DayRow]:
    """Yield the day rows of a new calendar, from the last working day on that its notice cannot reach.

    A notice names days from the December before its year on, and no period rolls past a working day.
    """
    start = date(year - 1, 12, 1).toordinal() - 1
    while start in known and not calendar.is_working_day(date.fromordinal(start)):
        start -= 1
    if start not in known:
        yield from day_table(calendar)
        return
    before: int = known[start - 1][5] if start - 1 in known else 0
    last = date(max(calendar.years) + 2, 12, 31)
    for day, rolled, working in day_table(calendar, date.fromordinal(start), last):
        yield DayRow(day, rolled, before + working)


def _values(calendar: Calendar, row: DayRow) -> Row:
    return (row.rolled, row.working, int(provisional_between(calendar, row.day, row.rolled)))


DAY_TABLE = Days()
