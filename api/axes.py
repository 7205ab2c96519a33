"""The two axes of time as people write them: --as-of a day or an instant, --known-at a place in the log."""

from __future__ import annotations

import re
from datetime import date, datetime, time

from api.errors import UsageRefused
from domain.schema import CIVIL

FIRST_YEAR, LAST_YEAR = 1900, 2999
LAST_INSTANT = time(23, 59, 59, 999000)
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_INDEX = re.compile(r"\d{1,15}")


def parse_as_of(text: str | None, now: datetime) -> datetime:
    """Read a world moment: a date means its last instant in +08:00, nothing means now.

    Raises UsageRefused for what is neither a date nor an instant with an offset, or lies before 1900 or after 2999.
    """
    if text is None:
        return now
    try:
        if _DATE.fullmatch(text):
            text = f"{text}T{LAST_INSTANT.isoformat()}+08:00"
        at = datetime.fromisoformat(text)
        if at.tzinfo is None:
            raise UsageRefused("as_of_unreadable")
        at = at.astimezone(CIVIL)
        if not FIRST_YEAR <= at.year <= LAST_YEAR:
            raise UsageRefused("as_of_unreadable")
        return at
    except (ValueError, OverflowError) as error:
        raise UsageRefused("as_of_unreadable") from error


def parse_index(text: str) -> int | None:
    """Read a log index, or None if the text is something else."""
    return int(text) if _INDEX.fullmatch(text) else None


def parse_day_end(text: str) -> datetime | None:
    """Read a date as its last instant in +08:00, or None if the text is something else."""
    if not _DATE.fullmatch(text):
        return None
    try:
        return datetime.combine(date.fromisoformat(text), LAST_INSTANT, CIVIL)
    except ValueError as error:
        raise UsageRefused("known_at_unreadable") from error


def write_as_of(at: datetime) -> str:
    """Write a world moment as JSON shows it: RFC 3339 in +08:00, milliseconds only where there are any."""
    local = at.astimezone(CIVIL)
    return local.isoformat(timespec="milliseconds" if local.microsecond else "seconds")
