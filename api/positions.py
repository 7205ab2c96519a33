"""Places in the log: what --known-at means, and how an answer names the position it was given at."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

from api.axes import parse_day_end, parse_index
from api.errors import InputRefused, UsageRefused
from audit.checkpoint import open_checkpoint, parse_checkpoint
from audit.errors import AuditError
from audit.note import parse_note
from audit.store.ledger import Ledger

MAX_CHECKPOINT_BYTES = 65_536
RECORDED_AT_BYTES = 8


def parse_known_at(text: str | None, ledger: Ledger) -> int | None:
    """Read a place in the log as the number of entries known there; None stays None.

    An index means that entry and all before it, a date the entries recorded by its 24:00 in +08:00, a file the
    checkpoint in it, which has to be one of this ledger. Raises UsageRefused or InputRefused otherwise.
    """
    if text is None:
        return None
    index = parse_index(text)
    if index is not None:
        if index >= ledger.head().size:
            raise UsageRefused("known_at_beyond", size=ledger.head().size)
        return index + 1
    end = parse_day_end(text)
    if end is not None:
        return size_at(ledger, end)
    return _read_checkpoint(Path(text), ledger)


def size_at(ledger: Ledger, at: datetime) -> int:
    """Count the entries recorded by an instant; recorded times never go back, so halving finds it."""
    last = int(at.timestamp() * 1_000)
    low, high = 0, ledger.head().size
    while low < high:
        middle = (low + high) // 2
        (entry,) = ledger.log.entries(middle, middle + 1, 1)
        if int.from_bytes(entry.entry[-RECORDED_AT_BYTES:], "big") <= last:
            low = middle + 1
        else:
            high = middle
    return low


def position(ledger: Ledger, size: int) -> list[dict[str, Any]]:
    """Name a place in the log: its origin, size and root; a list, because later questions span ledgers."""
    return [{"origin": ledger.origin, "size": size, "root": ledger.known_root(size).hex()}]


def log_key_of(ledger: Ledger, note: str) -> bytes:
    """The log key in force at the size that a checkpoint claims; it may have been rotated since.

    Nothing of the note is believed yet: whoever asks opens it with this key. Raises Malformed if it is no checkpoint.
    """
    return ledger.authority().log_key(parse_checkpoint(parse_note(note).text).size)


def _read_checkpoint(path: Path, ledger: Ledger) -> int:
    try:
        with path.open("rb") as file:
            text = file.read(MAX_CHECKPOINT_BYTES).decode("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageRefused("known_at_unreadable") from error
    try:
        seen = open_checkpoint(text, ledger.origin, log_key_of(ledger, text))
    except AuditError as error:
        raise InputRefused("checkpoint_foreign") from error
    if seen.size > ledger.head().size or ledger.root(seen.size) != seen.root:
        raise InputRefused("checkpoint_foreign")
    return seen.size
