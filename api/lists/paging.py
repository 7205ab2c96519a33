"""Cursors as they stand in addresses: the moment of the first page, then the view's own cursor."""

from __future__ import annotations

from datetime import UTC, datetime

from projections.errors import CursorRefused

_MARK = "~"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def open_cursor(cursor: str | None) -> tuple[datetime | None, str | None]:
    """Split a cursor into the moment of its first page and the view's own cursor.

    A list that was asked for "now" goes on with the moment of its first page, or its pages would not belong together.
    Raises CursorRefused if it is no cursor.
    """
    if not cursor:
        return None, None
    moment, mark, inner = cursor.partition(_MARK)
    try:
        return datetime.fromtimestamp(int(moment) / 1_000_000, UTC), inner if mark else ""
    except (ValueError, OverflowError, OSError):
        raise CursorRefused("the cursor is damaged") from None


def close_cursor(as_of: datetime, inner: str | None) -> str | None:
    """Put a page's moment before the view's own cursor; None stays None."""
    if inner is None:
        return None
    past = as_of.astimezone(UTC) - _EPOCH
    return f"{(past.days * 86_400 + past.seconds) * 1_000_000 + past.microseconds}{_MARK}{inner}"
