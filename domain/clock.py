"""One clock: a time limit running, or having run, against one office. Its segments are in `segments.py`."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Literal, NamedTuple

from domain.calendars import Calendar
from domain.schema import CIVIL

ChangeKind = Literal["extended", "suspended", "resumed", "taken_over", "corrected"]


class Change(NamedTuple):
    """One act that moved a clock after its start, or would have if it had come in time.

    `days` are those added or excluded; `counted` is false for an extension or suspension that came after the
    clock had run out: it stands in the record and un-breaches nothing.
    """

    kind: ChangeKind
    action: str
    seq: int
    log_index: int
    at: datetime
    days: int
    counted: bool


class Clock(NamedTuple):
    """One segment of a time limit.

    `rule` is the id of its row, `segment` counts the clocks of this name in the case from 1. `start_day`
    is the civil day of the starting act; `key_day` the raw due day before rolling, or the start day where
    the length is in working days. While the clock runs `closed_by` is ""; then it is the act that closed
    it, and `met` tells whether that act fulfilled the duty or only ended the clock. `..._late` says that
    an act counts from its recording because it was recorded too late, `..._imported` that its time is the
    importer's claim. `withdrawn_index` is where a later act put another segment in this one's place, or
    made the duty void; `opened_index` is where this segment took the place of another, -1 for a first one.
    `extended` and `excluded` are the days that extensions and hearings added to the length; `suspended_on`
    is the first day of a suspension that still lasts.
    """

    clock: str
    shadow: bool
    rule: str
    segment: int
    unit: str
    started_by: str
    started_seq: int
    started_index: int
    started_at: datetime
    started_late: bool
    started_imported: bool
    start_day: date
    key_day: date
    day_kind: str
    length: int
    closed_by: str = ""
    met: bool = False
    closed_seq: int | None = None
    closed_index: int | None = None
    closed_at: datetime | None = None
    closed_late: bool = False
    closed_imported: bool = False
    withdrawn_index: int | None = None
    opened_index: int = -1
    extended: int = 0
    excluded: int = 0
    suspended_on: date | None = None
    changes: tuple[Change, ...] = ()

    @property
    def known_from(self) -> int:
        """The log index of the act that made this segment."""
        return self.started_index if self.opened_index < 0 else self.opened_index

    @property
    def running(self) -> bool:
        """Whether no act has closed the clock yet."""
        return not self.closed_by and self.withdrawn_index is None

    @property
    def met_seq(self) -> int | None:
        """The position in the case of the act that fulfilled the duty."""
        return self.closed_seq if self.met else None

    @property
    def met_index(self) -> int | None:
        """The log index of the act that fulfilled the duty."""
        return self.closed_index if self.met else None

    @property
    def met_at(self) -> datetime | None:
        """The effective moment of the act that fulfilled the duty."""
        return self.closed_at if self.met else None

    @property
    def ended_by(self) -> str | None:
        """The act that ended the clock without fulfilling the duty."""
        return self.closed_by if self.closed_by and not self.met else None

    @property
    def late_recorded(self) -> bool:
        """Whether the starting or the closing act counts from a late recording."""
        return self.started_late or self.closed_late

    @property
    def imported(self) -> bool:
        """Whether the starting or the closing time is an importer's claim."""
        return self.started_imported or self.closed_imported


Clocks = tuple[Clock, ...]


def civil_day(moment: datetime) -> date:
    """Return the day in the country's civil time."""
    return moment.date() if moment.tzinfo == CIVIL else moment.astimezone(CIVIL).date()


def later(day: date, days: int) -> date:
    """Return the civil day so many days later."""
    return day + timedelta(days=days)


def last_day(clock: Clock, calendar: Calendar, weekends_roll: bool) -> date:
    """Return the day by whose end the clock must be met, by one calendar.

    Source: Civil Code articles 201 and 203.
    """
    if clock.day_kind == "working":
        return calendar.add_working_days(clock.start_day, clock.length)
    return calendar.roll(clock.key_day, weekends_roll)
