"""Reading the log's tables as they lie, without believing a column, in one snapshot a process."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import cast

from audit.stream_checks import Row
from audit.tree_checks import Head, StoredTile
from audit.verify import Stored, StoredCheckpoint
from projections.database import Session

_COLUMNS = "notification_id - 1, originator_id, originator_version, topic, act_id, state, leaf"
_REFERENCE = """
    ((originator_id >= 'people/' AND originator_id < 'people0') OR originator_id IN ('ledger', 'rules', 'calendar'))
"""
_LAST = "SELECT COUNT(*), COALESCE(MAX(notification_id), 0) FROM entries"
_REFERENCES = f"SELECT {_COLUMNS} FROM entries WHERE {_REFERENCE} AND notification_id <= :last ORDER BY notification_id"
_SHARE = f"""
    SELECT {_COLUMNS} FROM entries
    WHERE originator_id >= :low AND (:open = 1 OR originator_id < :high)
      AND NOT {_REFERENCE} AND notification_id <= :last
    ORDER BY originator_id, originator_version
"""
_HEAD = "SELECT size, frontier, recorded_at, reference_at FROM log_head"
_TILES = "SELECT level, idx, hashes, root FROM tiles ORDER BY level, idx"
_CHECKPOINTS = "SELECT size, root, note FROM checkpoints ORDER BY size"

Share = tuple[str, str | None]


def shares(count: int) -> list[Share]:
    """Cut all names of streams into count ranges that hold about equally many cases."""
    steps = [f"case/{0x10000 * part // count:04x}" for part in range(1, count)]
    bounds: Sequence[str | None] = ["", *steps, None]
    return [(low or "", high) for low, high in pairwise(bounds)]


def read_extent(session: Session) -> tuple[int, int]:
    """Return how many rows there are, and the largest notification id."""
    count, last = session.query(_LAST)[0]
    return int(count), int(last)


def read_references(session: Session, last: int) -> Iterator[Row]:
    """Yield the rows of the streams that all others depend on, in the order of the log."""
    return cast("Iterator[Row]", session.iterate(_REFERENCES, {"last": last}))


def read_share(session: Session, share: Share, last: int) -> Iterator[Row]:
    """Yield the rows of the other streams in a range of names, stream by stream."""
    low, high = share
    parameters = {"low": low, "high": high or "", "open": int(high is None), "last": last}
    return cast("Iterator[Row]", session.iterate(_SHARE, parameters))


def read_stored(session: Session) -> Stored:
    """Read what stands beside the entries: head, tiles, checkpoints."""
    heads = session.query(_HEAD)
    head = Head(heads[0][0], _frontier(heads[0][1]), *heads[0][2:]) if len(heads) == 1 else None
    tiles = (StoredTile(*row) for row in session.iterate(_TILES))
    checkpoints = [StoredCheckpoint(*row) for row in session.query(_CHECKPOINTS)]
    return Stored(checkpoints, head, tiles)


def _frontier(joined: object) -> tuple[bytes, ...]:
    data = joined if isinstance(joined, bytes) else b""
    return tuple(data[at : at + 32] for at in range(0, len(data), 32))
