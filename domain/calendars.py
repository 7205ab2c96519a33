"""The calendar on the second time axis: every working calendar that was in force, and since which log index.

A calendar change is an act in the ledger (`calendar.published.v1`). Folding these acts keeps each calendar
with the index from which it was known, so that an answer given then can be given again. The names that other
rooms need from `calendar_days` and `calendar_notices` are given from here too.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from domain.calendar_days import Calendar, DayRow, SkippedDay, day_table, raw_bound, start_bound
from domain.calendar_notices import (
    CALENDAR_ID,
    CalendarNotice,
    CalendarRefused,
    calendar_refused,
    format_published,
    parse_published,
    published_acts,
)

__all__ = [
    "CALENDAR_ID",
    "NEW_CALENDARS",
    "Calendar",
    "CalendarNotice",
    "CalendarRefused",
    "Calendars",
    "DayRow",
    "SkippedDay",
    "day_table",
    "format_published",
    "load_calendar",
    "load_calendars",
    "parse_published",
    "published_acts",
    "raw_bound",
    "start_bound",
]


@dataclass(frozen=True, slots=True)
class Calendars:
    """Every calendar that was in force, each with the log index of the act that made it known; immutable."""

    steps: tuple[tuple[int, Calendar], ...] = ()

    @property
    def latest(self) -> Calendar:
        """Give the calendar known now; before any act, weekends alone and everything provisional."""
        return self.steps[-1][1] if self.steps else _WEEKENDS_ALONE

    def as_known(self, index: int) -> Calendar:
        """Give the calendar known once the entry at this log index was recorded (that entry included)."""
        # Nearly every index is later than the last calendar.
        if self.steps and self.steps[-1][0] <= index:
            return self.steps[-1][1]
        position = bisect_right(self.steps, index, key=_step_index)
        return self.steps[position - 1][1] if position else _WEEKENDS_ALONE

    def check(self, public: Mapping[str, Any]) -> CalendarNotice:
        """Read a table and check that it may follow what is known, without taking it in.

        Raises CalendarRefused if the table is not lawful in itself, skips or repeats a version of its year, or
        would make a published year provisional again.
        """
        notice = parse_published(public)
        current = next((known for known in self.latest.notices if known.year == notice.year), None)
        expected = current.version + 1 if current else 1
        if notice.version != expected:
            raise calendar_refused(
                "version",
                f"{notice.year} 年的下一版应为 {expected}",
                f"the next version of {notice.year} is {expected}",
            )
        if notice.provisional and current and not current.provisional:
            raise calendar_refused(
                "provisional",
                f"{notice.year} 年已有正式通知,不能退回暂定",
                f"{notice.year} is published and cannot become provisional again",
            )
        return notice

    def apply(self, index: int, public: Mapping[str, Any]) -> Calendars:
        """Take in the table that the entry at this log index publishes.

        Raises CalendarRefused as `check` does; ValueError if the index is not after the last one taken in.
        """
        if self.steps and index <= self.steps[-1][0]:
            raise ValueError("calendar acts are taken in by ascending log index")
        notice = self.check(public)
        kept = tuple(known for known in self.latest.notices if known.year != notice.year)
        calendar = Calendar.of(self.latest.version + 1, (*kept, notice))
        return Calendars((*self.steps, (index, calendar)))


def load_calendars() -> Calendars:
    """Fold the packaged notices as if each were the next entry of a log, from index 0."""
    calendars = NEW_CALENDARS
    for index, public in enumerate(published_acts()):
        calendars = calendars.apply(index, public)
    return calendars


def load_calendar() -> Calendar:
    """Give the calendar that the packaged notices leave in force."""
    return load_calendars().latest


def _step_index(step: tuple[int, Calendar]) -> int:
    return step[0]


_WEEKENDS_ALONE = Calendar.of(0, ())
NEW_CALENDARS = Calendars()
