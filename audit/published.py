"""A published log: reading its tiles and entry bundles from a folder or a server, and comparing them with the tree.

Whoever calls hands in what reads a path and returns its bytes, or None if nothing is there.
Source: C2SP tlog-tiles v0.1.0.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from zlib import crc32

from audit.checkpoint import Checkpoint
from audit.errors import Malformed, ProofRejected
from audit.merkle import node_hash, root, root_of
from audit.tiles import ENTRIES, HEIGHT, WIDTH, tile_path, tile_width
from audit.tree_checks import TreeChecks

__all__ = ["Read", "check_extends", "check_tiles", "read_share", "read_tile"]

Read = Callable[[str], bytes | None]

REFERENCES = -1


def read_tile(read: Read, level: int, number: int, size: int) -> bytes:
    """Return a tile or entry bundle of a log of this size. Raises Malformed if it is not there or too short."""
    width = tile_width(level, number, size)
    partial = read(tile_path(level, number, width))
    data = read(tile_path(level, number)) if partial is None and width < WIDTH else partial
    if data is None or (level != ENTRIES and len(data) not in (32 * width, 32 * WIDTH)):
        raise Malformed(f"{tile_path(level, number, width)} is not there, or not a tile")
    return data if level == ENTRIES else data[: 32 * width]


def read_share(read: Read, size: int, share: int, shares: int) -> Iterator[tuple[int, bytes]]:
    """Yield index and bytes of the entries of some streams, in the order of the log.

    Share REFERENCES holds the streams `ledger` and `people/…`, the others all streams that fall to them.
    Raises Malformed if a bundle is missing or does not hold as many entries as it should.
    """
    for number in range(-(-size // WIDTH)):
        data, at = read_tile(read, ENTRIES, number, size), 0
        for index in range(number * WIDTH, min((number + 1) * WIDTH, size)):
            start, at = at + 2, at + 2 + int.from_bytes(data[at : at + 2], "big")
            if at > len(data) or start > len(data):
                raise Malformed(f"{tile_path(ENTRIES, number)} ends before entry {index}")
            # The stream is the last member of a statement; where it is not, the entry is malformed anyway.
            name = data[data.rfind(b'"stream":"', start, at) + 10 : at].partition(b'"')[0]
            mine = REFERENCES if name == b"ledger" or name.startswith(b"people/") else crc32(name) % shares
            if mine == share:
                yield index, data[start:at]


def check_tiles(read: Read, tree: TreeChecks) -> None:
    """Compare all published tiles of hashes with the tree. What differs is among the tree's faults."""
    level = 0
    while tree.size >> HEIGHT * level:
        for number in range(-(-(tree.size >> HEIGHT * level) // WIDTH)):
            tree.check_tile(level, number, read_tile(read, level, number, tree.size))
        level += 1


def check_extends(read: Read, old: Checkpoint, new: Checkpoint) -> None:
    """Check by the published tiles that the log of one checkpoint begins that of another.

    Both roots are made of the same nodes: those of the smaller tree, and those that the larger one adds.
    Raises ProofRejected if one of the roots is another, Malformed if a tile is missing.
    """
    if old.origin != new.origin or old.size > new.size:
        raise ProofRejected("the old checkpoint is of another log, or larger than the new one")
    frontier: list[tuple[int, bytes]] = []
    start = 0
    for checkpoint in (old, new):
        while start < checkpoint.size:
            level = (checkpoint.size - start).bit_length() - 1
            level = min(level, (start & -start).bit_length() - 1) if start else level
            tile = read_tile(read, level // HEIGHT, start >> level // HEIGHT * HEIGHT + HEIGHT, new.size)
            first = 32 * ((start >> level // HEIGHT * HEIGHT) % WIDTH)
            hashes = tile[first : first + (32 << level % HEIGHT)]
            node = root_of(hashes[at : at + 32] for at in range(0, len(hashes), 32))
            start += 1 << level
            while frontier and frontier[-1][0] == level:
                level, node = level + 1, node_hash(frontier.pop()[1], node)
            frontier.append((level, node))
        if root(tuple(node for _, node in frontier)) != checkpoint.root:
            raise ProofRejected(f"the tree of the first {checkpoint.size} entries has another root: a fork")
