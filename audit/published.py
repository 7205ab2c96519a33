"""A published log: reading its tiles and entry bundles from a folder or a server, and comparing them with the tree.

Whoever calls hands in what reads a path and returns its bytes, or None if nothing is there.
Source: C2SP tlog-tiles v0.1.0.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from operator import attrgetter
from zlib import crc32

from audit.census import CENSUS, map_root, read_census
from audit.checkpoint import Checkpoint
from audit.entry import parse_entry
from audit.errors import Malformed, ProofRejected
from audit.merkle import node_hash, root, root_of
from audit.statement import parse_statement
from audit.stream_checks import StreamChecks
from audit.tiles import ENTRIES, HEIGHT, WIDTH, tile_path, tile_width
from audit.tree_checks import TreeChecks

__all__ = [
    "REFERENCES", "Read", "check_censuses", "check_extends", "check_tiles", "read_entries", "read_share", "read_tile",
]  # fmt: skip

Read = Callable[[str], bytes | None]
Entries = Iterator[tuple[int, bytes]]

REFERENCES = -1


def read_tile(read: Read, level: int, number: int, size: int) -> bytes:
    """Return a tile or entry bundle of a log of this size. Raises Malformed if it is not there or too short."""
    width = tile_width(level, number, size)
    partial = read(tile_path(level, number, width))
    data = read(tile_path(level, number)) if partial is None and width < WIDTH else partial
    if data is None or (level != ENTRIES and len(data) not in (32 * width, 32 * WIDTH)):
        raise Malformed(f"{tile_path(level, number, width)} is not there, or not a tile")
    return data if level == ENTRIES else data[: 32 * width]


def read_entries(read: Read, size: int) -> Iterator[tuple[int, bytes, bytes]]:
    """Yield index, name of the stream and bytes of every entry, in the order of the log.

    Raises Malformed if a bundle is missing or does not hold as many entries as it should.
    """
    for number in range(-(-size // WIDTH)):
        data, at = read_tile(read, ENTRIES, number, size), 0
        for index in range(number * WIDTH, min((number + 1) * WIDTH, size)):
            start, at = at + 2, at + 2 + int.from_bytes(data[at : at + 2], "big")
            if at > len(data) or start > len(data):
                raise Malformed(f"{tile_path(ENTRIES, number)} ends before entry {index}")
            # The stream is the last member of a statement; where it is not, the entry is malformed anyway.
            begin = data.rfind(b'"stream":"', start, at) + 10
            yield index, data[begin : data.find(b'"', begin, at)], data[start:at]


def read_share(read: Read, size: int, share: int, shares: int, keys: StreamChecks | None = None) -> Entries:
    """Yield index and bytes of the entries of some streams, in the order of the log. Raises as read_entries does.

    Share REFERENCES holds the streams `ledger` and `people/…`, the others all streams that fall to them. On the way
    keys, if given, checks those of the former: at an entry its authority is that of the log up to there, which is all
    that the check of the entry asks for.
    """
    for index, name, data in read_entries(read, size):
        references = name == b"ledger" or name.startswith(b"people/")
        if share == (REFERENCES if references else crc32(name) % shares):
            yield index, data
        elif references and keys is not None:
            keys.check([(index, data)])


def check_censuses(read: Read, tree: TreeChecks, ledger: Iterable[bytes], budget: int = 10_000_000) -> tuple[int, int]:
    """Compute the maps of the newest censuses again, of as many as budget leaves suffice for.

    ledger are the entries of that stream; they were checked before. Returns how many censuses were compared, and how
    many there are. Raises ProofRejected at one whose map is another, Malformed if a bundle is missing.
    """
    acts = (parse_statement(parse_entry(data).payload) for data in ledger)
    found = sorted((read_census(act) for act in acts if act.action == CENSUS), key=attrgetter("entries"), reverse=True)
    left = [one for place, one in enumerate(found) if place * one.streams <= budget]
    compared, heads = len(left), dict[bytes, tuple[bytes, int]]()
    for index, name, _ in read_entries(read, tree.size) if left else ():
        heads[name] = tree.leaf(index), heads.get(name, (b"", 0))[1] + 1
        while left and left[-1].entries == index + 1:
            census = left.pop()
            listed = ((name.decode(), *heads[name]) for name in sorted(heads))
            if map_root(listed) != (census.streams, census.root):
                raise ProofRejected(f"the census of the first {census.entries} entries has another map of streams")
    if left:
        raise ProofRejected("a census covers entries that the log does not have")
    return compared, len(found)


def check_tiles(read: Read, tree: TreeChecks) -> None:
    """Compare all published tiles of hashes with the tree. What differs is among the tree's faults."""
    for level in range(-(-tree.size.bit_length() // HEIGHT)):
        for number in range(-(-(tree.size >> HEIGHT * level) // WIDTH)):
            tree.check_tile(level, number, read_tile(read, level, number, tree.size))


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
