"""Read a file's times: a moment as itself, a date without a time as the last second of that day.

Times are meant in the mapping's zone, unless they have an offset of their own; zones may be mixed.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time, timezone
from typing import Literal, NamedTuple

from api.importer.tables import Cell, Flaw

FIRST_YEAR = 1990
END_OF_DAY = time(23, 59, 59)
ISO = "iso"  # the format that stands for ISO 8601, with or without an offset
Precision = Literal["instant", "day"]


class Moment(NamedTuple):
    """A claimed time with its offset, and how exactly the file told it."""

    at: datetime
    precision: Precision


class TimeUnreadable(ValueError):
    """The cell holds no time in any of the mapping's formats, or one that no register can hold."""


class TimeReader:
    """Reads the times of one mapping; formats are tried in order, the last one that fitted first."""

    def __init__(self, time_formats: Sequence[str], date_formats: Sequence[str], zone: timezone) -> None:
        """Take the mapping's formats and the zone in which its times are meant."""
        self._formats: list[tuple[str, Precision]] = [(text, "instant") for text in time_formats]
        self._formats += [(text, "day") for text in date_formats]
        self._zone = zone

    def read(self, cell: Cell) -> Moment:
        """Read a cell; whole seconds. Raises TimeUnreadable if it holds no time since 1990."""
        if isinstance(cell, Flaw):
            raise TimeUnreadable
        if isinstance(cell, datetime):
            return self._moment(cell, "instant")
        if isinstance(cell, date):
            return self._moment(datetime.combine(cell, time()), "day")
        return self._read_text(cell.strip())

    def _read_text(self, text: str) -> Moment:
        for place, (form, precision) in enumerate(self._formats):
            try:
                value = _parse(text, form)
            except ValueError:
                continue
            if place and precision == "instant":
                self._formats.insert(0, self._formats.pop(place))
            return self._moment(value, precision)
        raise TimeUnreadable

    def _moment(self, value: datetime, precision: Precision) -> Moment:
        """Bring a moment into the mapping's zone: one with an offset keeps its instant, one without is meant there."""
        if value.year < FIRST_YEAR:
            raise TimeUnreadable
        if value.tzinfo is not None:
            try:
                value = value.astimezone(self._zone)
            except OverflowError:
                raise TimeUnreadable from None
        if precision == "day":
            value = datetime.combine(value.date(), END_OF_DAY)
        return Moment(value.replace(tzinfo=self._zone, microsecond=0), precision)


def _parse(text: str, form: str) -> datetime:
    """Read text by a format, with its own offset if it has one; raises ValueError if it does not fit."""
    if form == ISO:
        return datetime.fromisoformat(text)
    return datetime.strptime(text, form)  # noqa: DTZ007 (the mapping's zone is added)
