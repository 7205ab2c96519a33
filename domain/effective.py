"""The moment that counts: when an act is held to have happened, however it came to be written down.

An act counts from its claimed time if it was recorded within the lag that the rules allow it, in working
days after the claimed day. Recorded later, it counts from the moment of recording and is flagged: what is
written down on day 80 as served on day 59 un-breaches nothing. A claimed time after the recording cannot
have happened yet and counts from the recording too. Imported acts keep the file's times, and say so.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Final, Protocol

from domain.calendars import Calendars
from domain.schema import CIVIL, Event

DAY_MS = 86_400_000
LAST_MS: Final = 253_402_300_799_999
"""The last moment that an entry can tell, at the end of the year 9999, in Unix milliseconds."""
READS_RECORDING: Final = frozenset({"case.corrected.v1"})
"""The acts whose own rules read the moment of recording; all others see it only through the effective one."""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_last = (_EPOCH, 0)


class Lags(Protocol):
    """What the rules say of recording: the lag of an action in working days, as known at a log index."""

    def lag_days(self, action: str, index: int) -> int: ...


def effective_time(
    action: str,
    index: int,
    claimed_at: datetime,
    recorded_at_ms: int,
    imported: bool,
    lags: Lags,
    calendars: Calendars,
) -> tuple[datetime, bool]:
    """Return the effective moment, with its offset, and whether the act was recorded too late.

    The calendar is the one known just before the act's own index, so that no later notice can turn a
    prompt act into a late one.

    Source: design decision (`effective_at`: what counts is the claimed time, if it was recorded in time).
    """
    claimed_ms = unix_ms(claimed_at)
    if claimed_ms > recorded_at_ms:
        return from_unix_ms(recorded_at_ms), False
    if imported or recorded_at_ms - claimed_ms <= DAY_MS:
        return claimed_at, False
    recorded_at = from_unix_ms(recorded_at_ms)
    last_day = calendars.as_known(index - 1).add_working_days(
        claimed_at.astimezone(CIVIL).date(), lags.lag_days(action, index)
    )
    if recorded_at.date() <= last_day:
        return claimed_at, False
    return recorded_at, True


def stands_until(event: Event) -> int:
    """Return the last moment of recording, in Unix ms, at which the rules say the same of an act; 0 if unsure.

    It holds for recordings not before the one that they were told. They see the recording by what counts because of
    it: within a day of the claimed time, and always for an imported act, that is the claimed time. Only a correction,
    whose new time must not come after the recording, is held against the recording itself.
    """
    claimed = event.claimed_at
    if event.effective_at is not claimed or event.action in READS_RECORDING:
        return 0
    if getattr(event, "imported", None) is not None:
        return LAST_MS
    return unix_ms(claimed) + DAY_MS


def unix_ms(moment: datetime) -> int:
    """Return an aware moment as Unix milliseconds.

    The same moment of an act is asked for by every view in turn, so the last answer is kept: one tuple, put in one
    step, so that threads never see a half of it.
    """
    global _last
    known, milliseconds = _last
    if known is moment:
        return milliseconds
    since = moment - _EPOCH
    milliseconds = since.days * DAY_MS + since.seconds * 1000 + since.microseconds // 1000
    _last = (moment, milliseconds)
    return milliseconds


def from_unix_ms(milliseconds: int) -> datetime:
    """Return Unix milliseconds as a moment in civil time, exact to the millisecond."""
    return (_EPOCH + timedelta(milliseconds=milliseconds)).astimezone(CIVIL)
