"""The other streams of the log, as an act that is being judged may speak of them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from audit.entry import parse_entry
from audit.statement import parse_statement
from audit.store.log import Log
from audit.store.model import Policy, StoredEntry
from audit.store.references import References
from audit.store.streams import Streams

_BEGAN = "SELECT notification_id - 1 FROM entries WHERE originator_id = ? AND originator_version = 1"
_BEGUN = """
    SELECT originator_id FROM entries
    WHERE originator_id >= ? AND originator_id < ? AND originator_version = 1 AND notification_id <= ?
"""
_ROOT = "SELECT root FROM checkpoints WHERE size = ?"


class OtherStreams:
    """Answers about what has been recorded. That stays so, whatever is recorded meanwhile."""

    def __init__(self, log: Log, policy: Policy, references: References, streams: Streams) -> None:
        self._log = log
        self._policy = policy
        self._references = references
        self._streams = streams

    def began(self, stream: str) -> int | None:
        """Return the log index of a stream's first act, None if it has none."""
        rows = self._log.select(_BEGAN, (stream,))
        return int(rows[0][0]) if rows else None

    def state(self, stream: str, index: int) -> Any:
        """Return the policy's state of a stream after those of its acts that stand before this log index."""
        known = self._streams.fresh(stream)
        if known.index < index:
            return known.state
        state, reference = self._policy.initial(stream), self._references.current.value
        for row in self._log.stream_entries(stream, 0):
            if row.index >= index:
                break
            state = self._policy.fold(state, self._read(row), reference)
        return state

    def states(self, first: str, end: str, index: int) -> Iterator[Any]:
        """Yield the state of every stream from the name `first` up to but not on `end` that began before this index."""
        for row in self._log.select(_BEGUN, (first, end, index)):
            yield self.state(str(row[0]), index)

    def act(self, stream: str, seq: int) -> Any | None:
        """Return the policy's event of the act with this number, None if the stream has none."""
        for row in self._log.stream_entries(stream, seq - 1):
            return self._read(row)
        return None

    def root(self, size: int) -> bytes | None:
        """Return the root of the checkpoint of this size that the ledger signed, None if it signed none."""
        rows = self._log.select(_ROOT, (size,))
        return bytes(rows[0][0]) if rows else None

    def _read(self, row: StoredEntry) -> Any:
        entry = parse_entry(row.entry)
        reference = self._references.current.value
        return self._policy.read(parse_statement(entry.payload), row.index, entry.recorded_at, reference)
