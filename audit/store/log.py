"""The log as every store offers it: one interface, implemented on SQLite and on PostgreSQL."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, Protocol

from audit.store.append import Item, Meanwhile
from audit.store.model import Head, Outlook, StoredEntry


class Log(Protocol):
    """An append-only log of entries with its head, tiles, disclosures and checkpoints.

    Every method may raise DatabaseUnavailable (DatabaseFull, DatabaseReadOnly). Indices count from 0.
    """

    def append(
        self,
        items: list[Item],
        *,
        atomic: bool = False,
        also: Callable[[Any], None] | None = None,
        meanwhile: Meanwhile | None = None,
    ) -> None:
        """Append the items in one transaction; each gets its index, or an error of its own.

        With `atomic` one refused item refuses all: its error is raised and nothing is written. `also(connection)` may
        write more in the same transaction. `meanwhile(taken in)` may begin what needs no more than their places, and
        must not wait; it returns what waits for that. A store that has no such moment does not call it. What is
        committed may still fail: before an item gets another place, its acknowledgement for the first is dropped.
        """

    def head(self) -> Head:
        """Return the log's head."""

    def outlook(self, stream: str) -> Outlook:
        """Return what preparing the next act of a stream has to know, in one look."""

    def reference_at(self) -> int:
        """Return the index of the newest entry of a reference stream, -1 before any."""

    def entries(self, start: int, stop: int, limit: int) -> list[StoredEntry]:
        """Return at most `limit` entries with start <= index < stop, in order."""

    def reference_entries(self, start: int) -> list[StoredEntry]:
        """Return the entries of reference streams from index start on, in order."""

    def stream_entries(self, stream: str, after_seq: int) -> list[StoredEntry]:
        """Return the entries of a stream with seq > after_seq, in order."""

    def select(self, statement: str, parameters: Sequence[Any]) -> list[Any]:
        """Return the rows of a query with `?` placeholders."""

    def find_act(self, act_id: bytes) -> StoredEntry | None:
        """Return the entry that recorded this act, if any."""

    def leaves(self, start: int, stop: int) -> list[bytes]:
        """Return the leaf hashes with start <= index < stop."""

    def tile(self, level: int, index: int) -> bytes | None:
        """Return the 256 hashes of a full tile, joined, or None if it is not full."""

    def tile_roots(self, level: int, start: int, stop: int) -> list[bytes]:
        """Return the roots over the full tiles of a level with start <= index < stop."""

    def disclosure(self, index: int) -> tuple[bytes, bytes] | None:
        """Return (ref of the keys, encrypted disclosures) of an entry."""

    def disclosures(self, start: int, stop: int) -> list[tuple[int, bytes, bytes]]:
        """Return (index, ref of the keys, encrypted disclosures) with start <= index < stop, in order."""

    def replace_disclosure(self, index: int, sealed: bytes) -> None:
        """Replace the encrypted disclosures of an entry; only erasure does this."""

    def ref(self, stream: str) -> bytes | None:
        """Return the reference under which a stream's keys are in the key store."""

    def add_checkpoint(self, size: int, root: bytes, note: str) -> None:
        """Keep a signed checkpoint; one is kept a size."""

    def checkpoints(self) -> Iterator[tuple[int, bytes, str]]:
        """Yield (size, root, note) of every kept checkpoint, smallest first."""

    def latest_checkpoint(self) -> tuple[int, bytes, str] | None:
        """Return (size, root, note) of the largest kept checkpoint."""

    def close(self) -> None:
        """Close every connection."""
