"""Cursors: where a page ended, bound to the question and the position that it belongs to."""

from __future__ import annotations

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import date
from hashlib import sha256
from typing import Any

from projections.errors import CursorRefused

_DIGEST_CHARACTERS = 16

# No integer of a sort key is as large; the databases take none larger.
_TOO_LARGE = 1 << 53

# Days that can be asked for or due, as proleptic ordinals.
FIRST_DAY = date(1900, 1, 1).toordinal()
LAST_DAY = date.max.toordinal()


def format_cursor(question: list[Any], known_at: int, after: tuple[Any, ...]) -> str:
    """Return the cursor behind the row with this sort key; the question is what has to be asked again with it."""
    text = json.dumps([_digest(question), known_at, *after], separators=(",", ":"))
    return urlsafe_b64encode(text.encode()).decode().rstrip("=")


def parse_cursor(cursor: str, question: list[Any], known_at: int | None) -> tuple[int, Any]:
    """Return the position and the sort key of overdue clocks that a cursor holds; raises as `parse_after` does."""
    position, after = parse_after(cursor, question, known_at, (int, int, str, str, int))
    if not FIRST_DAY <= after[0] <= LAST_DAY:
        raise CursorRefused("the cursor is damaged")
    return position, after


def parse_after(
    cursor: str, question: list[Any], known_at: int | None, kinds: tuple[type, ...]
) -> tuple[int, tuple[Any, ...]]:
    """Return the position and the sort key that a cursor holds; the key has a value of each of these kinds.

    Raises CursorRefused if it is damaged, was given for another question, or another position is asked for.
    """
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        digest, position, *after = json.loads(urlsafe_b64decode(padded.encode("ascii")))
    except (ValueError, TypeError, RecursionError):
        raise CursorRefused("the cursor is damaged") from None
    integers = (value for value in (position, *after) if type(value) is int)
    if (*map(type, (position, *after)),) != (int, *kinds) or any(abs(value) >= _TOO_LARGE for value in integers):
        raise CursorRefused("the cursor is damaged")
    if digest != _digest(question) or known_at not in (None, position):
        raise CursorRefused("the cursor belongs to another question")
    return position, tuple(after)


def _digest(question: list[Any]) -> str:
    return sha256(json.dumps(question).encode()).hexdigest()[:_DIGEST_CHARACTERS]
