"""How extensions, suspensions, successions and corrections move a clock: a new segment, the old one withdrawn.

What was known before stays as it was: the old segment keeps its due day and says from which entry on it no
longer counts. An extension or a suspension that comes after the clock has run out makes no new segment; it is
noted on the clock as not counted, because it un-breaches nothing.
"""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from domain.calendars import Calendar
from domain.clock import Change, ChangeKind, Clock, civil_day, last_day, later
from domain.schema import CIVIL, Event


class Moved(NamedTuple):
    """What an act made of a running clock: the segment that runs on, and the one it replaced if it did."""

    running: Clock
    withdrawn: Clock | None = None


def extend(clock: Clock, event: Event, days: int, calendar: Calendar, weekends_roll: bool, segment: int) -> Moved:
    """Add days to a clock that has not run out. Source: article 34; for an assigned report the assigner's consent."""
    if _ran_out(clock, event, calendar, weekends_roll):
        return _noted(clock, event, "extended", days)
    key_day = later(clock.key_day, days) if clock.day_kind == "calendar" else clock.key_day
    moved = clock._replace(key_day=key_day, length=clock.length + days, extended=clock.extended + days)
    return _replaced(clock, moved, event, "extended", days, segment)


def suspend(clock: Clock, event: Event, calendar: Calendar, weekends_roll: bool, segment: int) -> Moved:
    """Stop a clock for as long as a hearing lasts, unless it has run out or stands already. Source: article 36(2)."""
    if clock.suspended_on is not None or _ran_out(clock, event, calendar, weekends_roll):
        return _noted(clock, event, "suspended", 0)
    moved = clock._replace(suspended_on=civil_day(event.effective_at))
    return _replaced(clock, moved, event, "suspended", 0, segment)


def resume(clock: Clock, event: Event, segment: int) -> Moved:
    """Let a suspended clock run on, without the civil days from the hearing's first to its last, both excluded."""
    if clock.suspended_on is None:
        return _noted(clock, event, "resumed", 0)
    moved = woken(clock, event.effective_at)
    return _replaced(clock, moved, event, "resumed", moved.excluded - clock.excluded, segment)


def woken(clock: Clock, at: datetime) -> Clock:
    """Return a suspended clock as it stands if its suspension ends at this moment; another clock as it is.

    The day of the starting act was not counted anyway, so it is not excluded a second time.
    """
    if clock.suspended_on is None:
        return clock
    first = max(clock.suspended_on, later(clock.start_day, 1))
    days = max(0, (civil_day(at) - first).days + 1)
    return clock._replace(key_day=later(clock.key_day, days), excluded=clock.excluded + days, suspended_on=None)


def hand_on(clock: Clock, event: Event, unit: str, segment: int) -> Moved:
    """Let the clock of a merged or abolished office run on at its successor, from the same start. Source: 24."""
    return _replaced(clock, clock._replace(unit=unit), event, "taken_over", 0, segment)


def restart(clock: Clock, event: Event, at: datetime, segment: int) -> Moved:
    """Move a clock to the corrected moment of the act that started it."""
    day = civil_day(at)
    shift = (day - clock.start_day).days
    moved = clock._replace(started_at=at.astimezone(CIVIL), start_day=day, key_day=later(clock.key_day, shift))
    return _replaced(clock, moved, event, "corrected", shift, segment)


def close_again(clock: Clock, event: Event, at: datetime, segment: int) -> Moved:
    """Move the end of a closed clock to the corrected moment of the act that closed it.

    The end is known from the correction on, so as known before it the clock was closed as it was recorded.
    """
    shift = (civil_day(at) - civil_day(clock.closed_at or at)).days
    moved = clock._replace(closed_at=at.astimezone(CIVIL), closed_index=event.index)
    return _replaced(clock, moved, event, "corrected", shift, segment)


def _ran_out(clock: Clock, event: Event, calendar: Calendar, weekends_roll: bool) -> bool:
    return civil_day(event.effective_at) > last_day(clock, calendar, weekends_roll)


def _change(event: Event, kind: ChangeKind, days: int, counted: bool) -> Change:
    seq, index = event.originator_version, event.index
    return Change(kind, event.action, seq, index, event.effective_at, days, counted)


def _noted(clock: Clock, event: Event, kind: ChangeKind, days: int) -> Moved:
    return Moved(clock._replace(changes=(*clock.changes, _change(event, kind, days, False))))


def _replaced(clock: Clock, moved: Clock, event: Event, kind: ChangeKind, days: int, segment: int) -> Moved:
    changes = (*clock.changes, _change(event, kind, days, True))
    return Moved(
        moved._replace(segment=segment, opened_index=event.index, changes=changes),
        clock._replace(withdrawn_index=event.index),
    )
