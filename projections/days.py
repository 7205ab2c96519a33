"""The day table: for each day and calendar known, where a period that ends there really ends.

Rows of clocks hold only their key day, so a calendar change rewrites some hundreds of rows here and none of a case.
`rolled` is the day that a raw last day moves to, `working` the count of working days up to and on the day, both as the
calendar known between log indices k0 and k1 has them: a row holds for an act or a position n if k0 < n <= k1.
Days are proleptic Gregorian ordinals. Beyond the table the weekend rule holds and everything is provisional.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

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

    def follows(self, stream: str) -> bool:
        """The stream of calendars."""
        return stream == "calendar"

    def fold(self, step: Step, rows: Rows) -> Iterable[Put]:
        """Close the rows that a new calendar contradicts and put what it says instead."""
        if isinstance(step.event, CalendarPublished):
            yield from _changes(step, {row[1]: row for row in rows[0].values() if row[3] == OPEN})


def _changes(step: Step, known: dict[int, Row]) -> Iterator[Put]:
    index = step.event.index
    calendar = step.reference.calendars.as_known(index)
    for day in day_table(calendar):
        values = _values(calendar, day)
        old = known.get(day.day)
        if old is not None and old[4:] == values:
            continue
        if old is not None:
            yield Put(0, (*old[:3], index, *old[4:]))
        yield Put(0, (CALENDAR_ID, day.day, index, OPEN, *values))


def _values(calendar: Calendar, row: DayRow) -> Row:
    return (row.rolled, row.working, int(provisional_between(calendar, row.day, row.rolled)))


DAY_TABLE = Days()
