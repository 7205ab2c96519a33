"""The queries on the log, once for both stores, with `?` placeholders; `audit.store.log.Log` says what each means."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from typing import Any

from audit.store.model import Outlook, StoredEntry

_COLUMNS = "notification_id - 1, originator_id, originator_version, topic, state, leaf"
_IN_REFERENCE = (
    "((originator_id >= 'people/' AND originator_id < 'people0') OR originator_id IN ('ledger', 'rules', 'calendar'))"
)

OUTLOOK = """
SELECT reference_at,
       coalesce((SELECT originator_version FROM entries WHERE originator_id = ?
                 ORDER BY originator_version DESC LIMIT 1), 0),
       (SELECT size FROM checkpoints ORDER BY size DESC LIMIT 1),
       (SELECT root FROM checkpoints ORDER BY size DESC LIMIT 1)
FROM log_head
"""
REFERENCE_AT = "SELECT reference_at FROM log_head"


def split_frontier(data: bytes) -> tuple[bytes, ...]:
    """Return the 32-byte hashes that a stored frontier joins."""
    return tuple(bytes(data[at : at + 32]) for at in range(0, len(data), 32))


class LogQueries(ABC):
    """Reads the tables of a log; a store says how a query is run."""

    @abstractmethod
    def select(self, statement: str, parameters: Sequence[Any] = ()) -> list[Any]:
        """Return the rows of a query with `?` placeholders."""

    def outlook(self, stream: str) -> Outlook:
        return Outlook(*self.select(OUTLOOK, (stream,))[0])

    def reference_at(self) -> int:
        return int(self.select(REFERENCE_AT)[0][0])

    def entries(self, start: int, stop: int, limit: int) -> list[StoredEntry]:
        rows = self.select(
            f"SELECT {_COLUMNS} FROM entries WHERE notification_id > ? AND notification_id <= ?"
            " ORDER BY notification_id LIMIT ?",
            (start, stop, limit),
        )
        return [StoredEntry(*row) for row in rows]

    def reference_entries(self, start: int) -> list[StoredEntry]:
        rows = self.select(
            f"SELECT {_COLUMNS} FROM entries WHERE notification_id > ? AND {_IN_REFERENCE} ORDER BY notification_id",
            (start,),
        )
        return [StoredEntry(*row) for row in rows]

    def stream_entries(self, stream: str, after_seq: int) -> list[StoredEntry]:
        rows = self.select(
            f"SELECT {_COLUMNS} FROM entries WHERE originator_id = ? AND originator_version > ?"
            " ORDER BY originator_version",
            (stream, after_seq),
        )
        return [StoredEntry(*row) for row in rows]

    def find_act(self, act_id: bytes) -> StoredEntry | None:
        rows = self.select(f"SELECT {_COLUMNS} FROM entries WHERE act_id = ?", (act_id,))
        return StoredEntry(*rows[0]) if rows else None

    def leaves(self, start: int, stop: int) -> list[bytes]:
        rows = self.select(
            "SELECT leaf FROM entries WHERE notification_id > ? AND notification_id <= ? ORDER BY notification_id",
            (start, stop),
        )
        return [row[0] for row in rows]

    def tile(self, level: int, index: int) -> bytes | None:
        rows = self.select("SELECT hashes FROM tiles WHERE level = ? AND idx = ?", (level, index))
        return rows[0][0] if rows else None

    def tile_roots(self, level: int, start: int, stop: int) -> list[bytes]:
        rows = self.select(
            "SELECT root FROM tiles WHERE level = ? AND idx >= ? AND idx < ? ORDER BY idx", (level, start, stop)
        )
        return [row[0] for row in rows]

    def disclosure(self, index: int) -> tuple[bytes, bytes] | None:
        rows = self.select("SELECT ref, sealed FROM disclosures WHERE notification_id = ?", (index + 1,))
        return (rows[0][0], rows[0][1]) if rows else None

    def disclosures(self, start: int, stop: int) -> list[tuple[int, bytes, bytes]]:
        return self.select(
            "SELECT notification_id - 1, ref, sealed FROM disclosures"
            " WHERE notification_id > ? AND notification_id <= ? ORDER BY notification_id",
            (start, stop),
        )

    def ref(self, stream: str) -> bytes | None:
        rows = self.select(
            "SELECT ref FROM disclosures JOIN entries USING (notification_id)"
            " WHERE originator_id = ? AND originator_version = 1",
            (stream,),
        )
        return rows[0][0] if rows else None

    def checkpoints(self) -> Iterator[tuple[int, bytes, str]]:
        yield from self.select("SELECT size, root, note FROM checkpoints ORDER BY size")

    def latest_checkpoint(self) -> tuple[int, bytes, str] | None:
        rows = self.select("SELECT size, root, note FROM checkpoints ORDER BY size DESC LIMIT 1")
        return rows[0] if rows else None
