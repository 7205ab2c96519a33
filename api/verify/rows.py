"""Reading the log's tables as they lie, without believing a column, in one snapshot a process."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from itertools import pairwise
from pathlib import Path
from typing import cast

from audit.faults import Fault, Kind
from audit.store.stored_checks import Head, Stored, StoredCheckpoint, StoredTile
from audit.store.stored_rows import Row
from projections.database import Session
from projections.open import open_database

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

# The tables of the log, and which entry a row of each is about.
_TABLES = (
    ("entries", "notification_id - 1"),
    ("disclosures", "notification_id - 1"),
    ("checkpoints", "size - 1"),
    ("tiles", "0"),
    ("log_head", "0"),
)

# What the lack of a table amounts to.
_KINDS = {
    "entries": Kind.GAP,
    "log_head": Kind.HEAD,
    "tiles": Kind.TILE,
    "checkpoints": Kind.CHECKPOINT,
    "disclosures": Kind.DISCLOSURE,
}

# So much of a SQLite file is read as memory, which saves a copy of every page; what lies behind is read as ever.
_MAPPED = 2_147_418_112

Share = tuple[str, str | None]


@contextmanager
def reading(url: str) -> Iterator[Session]:
    """Open a database for one reading from its beginning to its end, and close it."""
    with closing(open_database(url)) as database, database.read() as session:
        if session.dialect == "sqlite":
            session.query(f"PRAGMA mmap_size = {_MAPPED}")
        yield session


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


def find_missing(session: Session) -> Iterator[Fault]:
    """Yield a fault for every table of the log that is not there."""
    for table, kind in _KINDS.items():
        if not session.has_table(table):
            yield Fault(0, kind, f"the table {table} is missing")


def find_unreadable(path: Path) -> Iterator[Fault]:
    """Yield a fault for every text in a SQLite file's log that is not UTF-8, which its driver refuses to read."""
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as connection:
        connection.text_factory = bytes
        for table, place in _TABLES:
            for (column,) in connection.execute("SELECT name FROM pragma_table_info(?)", (table,)).fetchall():
                name = column.decode()
                texts = f"SELECT {place}, {name} FROM {table} WHERE typeof({name}) = 'text' ORDER BY 1"
                for index, text in connection.execute(texts):
                    try:
                        text.decode()
                    except UnicodeDecodeError:
                        at = index if type(index) is int and index > 0 else 0
                        yield Fault(at, Kind.COLUMN, f"column {name} of {table} is not UTF-8")
