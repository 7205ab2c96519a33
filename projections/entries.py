"""Reading entries back from our own database, in log order, by stream, or by range of streams.

Projections trust the rows: signatures and hashes are the verifier's business (`audit.verify`). So an entry is only
cut open where its lengths say, not parsed strictly, and its payload goes through a decoder that the caller may replace
by a faster one.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterator, Mapping
from datetime import datetime
from typing import Any, NamedTuple

from projections.database import Session
from projections.errors import LogGap
from projections.tables import Row

Decode = Callable[[bytes], Mapping[str, Any]]

CASE_PREFIX = "case/"
_MILLISECONDS = 1000

_COLUMNS = "notification_id, originator_id, originator_version, topic, state"
_IN_LOG_ORDER = f"""
    SELECT {_COLUMNS} FROM entries WHERE notification_id > :position ORDER BY notification_id LIMIT :limit
"""
_IN_STREAM_ORDER = f"""
    SELECT {_COLUMNS} FROM entries
    WHERE originator_id >= :low AND originator_id < :high AND notification_id <= :size
    ORDER BY originator_id, originator_version
"""
_LAST_STREAMS = _IN_STREAM_ORDER.replace("AND originator_id < :high ", "")
_OF_STREAMS = f"""
    SELECT {_COLUMNS} FROM entries
    WHERE originator_id IN (:values) AND notification_id <= :size ORDER BY originator_id, originator_version
"""
# The condition is, word for word, that of the ledger's partial index over these streams.
_OF_REFERENCE_STREAMS = f"""
    SELECT {_COLUMNS} FROM entries
    WHERE ((originator_id >= 'people/' AND originator_id < 'people0')
       OR originator_id IN ('ledger', 'rules', 'calendar'))
      AND notification_id > :position AND notification_id <= :size
    ORDER BY notification_id
"""
_SIZE = "SELECT COALESCE(MAX(notification_id), 0) FROM entries"
_STATE = "SELECT state FROM entries WHERE notification_id = :id"


class Entry(NamedTuple):
    """One act as the folds read it: its place, its statement as decoded JSON, and when it was recorded (Unix ms)."""

    index: int  # type: ignore[assignment]  # Hides tuple.index, which nobody needs here.
    stream: str
    seq: int
    action: str
    statement: Mapping[str, Any]
    recorded_at: int


def is_reference(stream: str) -> bool:
    """Return whether the folds of every other stream may depend on this one."""
    return stream.startswith("people/") or stream in ("ledger", "rules", "calendar")


def decode_with_standard_library(payload: bytes) -> Mapping[str, Any]:
    """Decode a payload with `json`, which is the decoder unless a faster one is handed in."""
    statement: Mapping[str, Any] = json.loads(payload.decode())
    return statement


def log_size(session: Session) -> int:
    """Return how many entries the log holds."""
    return int(session.look_up(_SIZE)[0][0])


def read_log(session: Session, decode: Decode, position: int, limit: int) -> list[Entry]:
    """Return at most `limit` entries from index `position` on, in log order.

    Raises LogGap if they are not numbered without gaps.
    """
    rows = session.look_up(_IN_LOG_ORDER, {"position": position, "limit": limit})
    if rows and rows[-1][0] != position + len(rows):
        raise LogGap(f"after entry {position - 1} the log is not numbered without gaps")
    return [_open(row, decode) for row in rows]


def read_range(session: Session, decode: Decode, low: str, high: str | None, size: int) -> Iterator[Entry]:
    """Yield what the first `size` entries hold of the streams from `low` up to but not on `high`, stream by stream."""
    if high is None:
        rows = session.iterate(_LAST_STREAMS, {"low": low, "size": size})
    else:
        rows = session.iterate(_IN_STREAM_ORDER, {"low": low, "high": high, "size": size})
    for row in rows:
        yield _open(row, decode)


def read_streams(session: Session, decode: Decode, streams: Collection[str], size: int) -> list[Entry]:
    """Return what the first `size` entries hold of these streams, stream by stream."""
    return [_open(row, decode) for row in session.query_any(_OF_STREAMS, streams, {"size": size})]


def read_reference_streams(session: Session, decode: Decode, position: int, size: int) -> list[Entry]:
    """Return the entries of the reference streams from index `position` up to `size`, in log order."""
    return [_open(row, decode) for row in session.query(_OF_REFERENCE_STREAMS, {"position": position, "size": size})]


def recorded_at(session: Session, index: int) -> int:
    """Return when the entry at this index was recorded, in Unix milliseconds. Raises LogGap if there is none."""
    rows = session.look_up(_STATE, {"id": index + 1})
    if not rows:
        raise LogGap(f"the log has no entry {index}")
    return int.from_bytes(rows[0][0][-8:], "big")


def size_at(session: Session, moment: datetime) -> int:
    """Return how many entries were recorded at or before a moment: a date as a log position.

    `recorded_at` never goes back, so this is a binary search over at most some 30 entries.
    """
    limit = moment.timestamp() * _MILLISECONDS
    low, high = 0, log_size(session)
    while low < high:
        middle = (low + high) // 2
        if recorded_at(session, middle) <= limit:
            low = middle + 1
        else:
            high = middle
    return low


def _open(row: Row, decode: Decode) -> Entry:
    """Cut an entry open. Source: audit/FORMAT.md, the entry: u16 length and type, u32 length and payload, …, u64."""
    number, stream, seq, action, state = row
    start = 6 + (state[0] << 8 | state[1])
    stop = start + int.from_bytes(state[start - 4 : start], "big")
    recorded = int.from_bytes(state[-8:], "big")
    # Twice as fast as to call the class.
    return tuple.__new__(Entry, (number - 1, stream, seq, action, decode(state[start:stop]), recorded))
