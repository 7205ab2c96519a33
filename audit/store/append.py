"""Turning signed acts into entries, leaves, a new head and full tiles: the store-independent half of an append.

A store calls `Assembly` under its lock (or for a compare-and-swap on the head): it takes items one by one, each with
the time at which it is recorded, and says afterwards what has to be written.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from struct import Struct

from audit import merkle
from audit.entry import MAX_ENTRY
from audit.errors import Malformed
from audit.store.errors import EntryTooLarge
from audit.store.model import Head, is_reference_stream
from audit.store.tile_files import tiles_completed_by
from audit.store.writing import format_prefix
from audit.tiles import WIDTH

_U64 = Struct(">Q")

Meanwhile = Callable[[Sequence["Item"]], Callable[[], object]]
"""Told what is about to be committed, when nothing is left to do but to wait for the disk.

It returns what waits until that has been dealt with.
"""

Save = Callable[[list["Item"], Meanwhile | None], None]
"""Saves items in one transaction; each has its index or its error afterwards."""

TileHashes = Callable[[int, int, int], list[bytes]]
"""(level, index, width) → that many 32-byte hashes of the stored part of a tile."""


@dataclass(slots=True)
class Item:
    """One act on its way into the log, and in the end its answer.

    `prefix` is the entry without its last eight bytes, which are `recorded_at`; with `opaque` it is stored as it is,
    for states that are no entries. `prev` is the leaf its statement names (None: not checked). `reference_at` is the
    reference position the act was judged at (None: not checked). `disclosures` are (ref of the stream's keys, encrypted
    slots). `acknowledgement` is the log's signature, if it was made while the commit was under way; it promises nothing
    before that has succeeded. Exactly one of `index` and `error` is set in the end.
    """

    stream: str
    seq: int
    topic: str
    prefix: bytes
    act_id: bytes | None = None
    prev: bytes | None = None
    reference_at: int | None = None
    disclosures: tuple[bytes, bytes] | None = None
    opaque: bool = False
    state: bytes = b""
    leaf: bytes = b""
    index: int = -1
    recorded_at: int = 0
    acknowledgement: bytes = b""
    error: Exception | None = None


def entry_prefix(payload_type: bytes, payload: bytes, signatures: Sequence[tuple[bytes, bytes]]) -> bytes:
    """Return the bytes of an entry without its `recorded_at`.

    Raises EntryTooLarge if the whole entry would exceed 65,535 bytes.
    """
    try:
        return format_prefix(payload_type, payload, signatures)
    except Malformed as error:
        raise EntryTooLarge(f"{error} (limit {MAX_ENTRY} bytes)") from None


@dataclass(slots=True)
class Assembly:
    """What one transaction adds to the log: entries in order, tiles made full, and the head after them."""

    head: Head
    tail: list[bytes]
    items: list[Item] = field(default_factory=list)
    frontier: tuple[bytes, ...] = ()
    recorded_at: int = 0
    reference_at: int = -1
    _full: list[tuple[int, list[bytes]]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.frontier = self.head.frontier
        self.recorded_at = self.head.recorded_at
        self.reference_at = self.head.reference_at
        self.tail = list(self.tail)

    @property
    def size(self) -> int:
        """Return the log's size after this assembly."""
        return self.head.size + len(self.items)

    def seal(self, item: Item, recorded_at: int) -> None:
        """Give the item its bytes and leaf as the next entry; nothing is added yet."""
        item.state = item.prefix if item.opaque else item.prefix + _U64.pack(recorded_at)
        item.leaf = merkle.leaf_hash(item.state)
        item.recorded_at = recorded_at
        item.index = self.size

    def add(self, item: Item) -> None:
        """Add a sealed item as the next entry."""
        self.frontier = merkle.append(self.frontier, item.index, item.leaf)
        self.recorded_at = item.recorded_at
        if is_reference_stream(item.stream):
            self.reference_at = item.index
        self.tail.append(item.leaf)
        self.items.append(item)
        if len(self.tail) == WIDTH:
            self._full.append((item.index // WIDTH, self.tail))
            self.tail = []

    def head_after(self) -> Head:
        """Return the head once everything added is in."""
        return Head(self.size, self.frontier, self.recorded_at, self.reference_at)

    def tiles(self, stored: TileHashes) -> list[tuple[int, int, bytes, bytes]]:
        """Return (level, index, hashes, root) of every tile made full; `stored` reads earlier roots from the store."""
        if not self._full:
            return []
        made: dict[tuple[int, int], tuple[bytes, bytes]] = {}
        leaves = dict(self._full)
        for level, index in tiles_completed_by(self.head.size, self.size):
            if level == 0:
                hashes = leaves[index]
            else:
                first = index * WIDTH
                new = [at for at in range(first, first + WIDTH) if (level - 1, at) in made]
                hashes = stored(level, index, WIDTH - len(new)) if len(new) < WIDTH else []
                hashes += [made[level - 1, at][1] for at in new]
            made[level, index] = (b"".join(hashes), merkle.root_of(hashes))
        return [(level, index, *made[level, index]) for level, index in made]
