"""Checks of the log as a whole: no gaps, a clock that never goes back, and one tree.

Whatever names a root of the log is compared with the tree that the entries themselves make: what
signers had seen, the checkpoints, the anchor, and the tiles. A root that does not fit says
that some entry before its size is wrong, and one that fits, that none is; so the faults that come of
it name the range between the last root that fits and the first that does not.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from audit import merkle
from audit.faults import Fault, Faults, Kind
from audit.stream_checks import NO_TIME, Part
from audit.tiles import WIDTH

__all__ = ["Claim", "TreeChecks", "tile_fault"]

_MISSING = NO_TIME + 1

# Roots of these kinds bear the log's own signature. Where one fits, every entry before its size does;
# a signer's word is good for finding fault only, since a dishonest one may have made it up.
_BY_THE_LOG = (Kind.CHECKPOINT, Kind.ANCHOR)


class Claim(NamedTuple):
    """That the log had this root at this size, and who says so: for a signer, the entry that does."""

    size: int
    root: bytes
    kind: Kind
    source: str
    by: int = -1


class TreeChecks:
    """Joins the leaves of all parts and checks everything that depends on their order."""

    def __init__(self, size: int) -> None:
        """Begin a log of size rows; 40 bytes are kept for each of them."""
        self.size = size
        self.faults = Faults()
        self.frontier: tuple[bytes, ...] = ()
        self._leaves = bytearray(32 * size)
        self._times = array("Q", [_MISSING]) * size
        # The roots of full tiles, by level: level 0 holds those over 256 leaves each.
        self._roots: list[list[bytes]] = []

    def join(self, part: Part) -> None:
        """Take in the leaves and times of a part."""
        size, leaves, times, theirs = self.size, self._leaves, self._times, memoryview(part.leaves)
        for index, time, at in zip(part.indexes, part.times, range(0, len(theirs), 32), strict=True):
            if index >= size:
                self.faults.add(Fault(size, Kind.GAP, f"entry {index} lies outside a log of {size} rows"))
            elif times[index] != _MISSING:
                self.faults.add(Fault(index, Kind.GAP, f"entry {index} is there twice"))
            else:
                leaves[32 * index : 32 * index + 32] = theirs[at : at + 32]
                times[index] = time

    def leaf(self, index: int) -> bytes:
        """Return the leaf of an entry, or zeros if it is missing."""
        return bytes(self._leaves[32 * index : 32 * index + 32])

    @property
    def recorded_at(self) -> int:
        """The time of the last entry; 0 if there is none."""
        return self._times[-1] if self.size else 0

    def check_order(self) -> None:
        """Check that no index is missing and that recorded_at never goes back."""
        before, missing_from = 0, -1
        for index, time in enumerate(self._times):
            if time >= NO_TIME:
                if time == _MISSING and missing_from < 0:
                    missing_from = index
                continue
            if missing_from >= 0:
                self.faults.add(Fault(missing_from, Kind.GAP, "entries are missing", index - 1))
                missing_from = -1
            if time < before:
                detail = f"entry {index} was recorded {before - time} ms before an entry that precedes it"
                self.faults.add(Fault(max(index - 1, 0), Kind.CLOCK, detail, index))
            before = time
        if missing_from >= 0:
            self.faults.add(Fault(missing_from, Kind.GAP, "entries are missing", self.size - 1))

    def check_roots(self, claims: Iterable[Claim]) -> None:
        """Build the tree and compare it with every root that someone claims.

        Claims beyond the end of the log say that entries are missing there.
        """
        pending = sorted(claims)
        roots = dict(self._build({claim.size for claim in pending}))
        sure = [one.size for one in pending if one.kind in _BY_THE_LOG and roots.get(one.size) == one.root]
        for claim in pending:
            if claim.size > self.size:
                detail = f"{claim.source} has {claim.size} entries, the log {self.size}"
                self.faults.add(Fault(self.size, Kind.TRUNCATED, detail, claim.size - 1))
            elif claim.root != roots[claim.size]:
                self.faults.add(_wrong_root(claim, sure))

    def _build(self, sizes: set[int]) -> Iterator[tuple[int, bytes]]:
        """Hash tile by tile and yield the root at each of these sizes; keep the roots of full tiles."""
        outer: tuple[bytes, ...] = ()
        inner: tuple[bytes, ...] = ()
        if 0 in sizes:
            yield 0, merkle.EMPTY_ROOT
        for start in range(0, self.size, WIDTH):
            leaves = self._leaves_from(start)
            end, inner = start + len(leaves), ()
            if len(leaves) == WIDTH and sizes.isdisjoint(range(start + 1, end)):
                inner = (merkle.root_of(leaves),)
            else:
                for place, leaf in enumerate(leaves):
                    inner = merkle.append(inner, place, leaf)
                    if start + place + 1 in sizes and start + place + 1 < end:
                        yield start + place + 1, merkle.root(outer + inner)
            if len(leaves) == WIDTH:
                self._keep_root(0, inner[0])
                outer, inner = merkle.append(outer, start // WIDTH, inner[0]), ()
            if end in sizes:
                yield end, merkle.root(outer + inner)
        self.frontier = outer + inner

    def _leaves_from(self, start: int) -> list[bytes]:
        """Return the leaves from an index on, at most as many as a tile holds."""
        data = bytes(self._leaves[32 * start : 32 * (start + WIDTH)])
        return [data[at : at + 32] for at in range(0, len(data), 32)]

    def _keep_root(self, level: int, root: bytes) -> None:
        """Keep the root of the next full tile of a level, and of those above that it fills."""
        if level == len(self._roots):
            self._roots.append([])
        roots = self._roots[level]
        roots.append(root)
        if not len(roots) % WIDTH:
            self._keep_root(level + 1, merkle.root_of(roots[-WIDTH:]))

    def tile(self, level: int, number: int) -> list[bytes]:
        """Return the hashes of a tile: 256 of a full one, those that there are of the last."""
        if level:
            return self._roots[level - 1][number * WIDTH : (number + 1) * WIDTH]
        return self._leaves_from(number * WIDTH)

    def tile_root(self, level: int, number: int) -> bytes:
        """Return the root over the 256 hashes of a full tile."""
        return self._roots[level][number]

    def check_tile(self, level: int, number: int, hashes: bytes) -> bool:
        """Compare a tile with the tree and name the entries under the hashes that differ; say whether none do."""
        expected = self.tile(level, number)
        if hashes == b"".join(expected):
            return True
        wrong = [place for place, one in enumerate(expected) if hashes[32 * place : 32 * place + 32] != one]
        wrong = wrong or [len(expected) - 1]
        self.faults.add(tile_fault(level, number, wrong, "has other hashes than the entries"))
        return False


def _wrong_root(claim: Claim, sure: Sequence[int]) -> Fault:
    """Say which entries can be wrong if the log does not have a claimed root. sure are sizes that fit."""
    detail = f"{claim.source} has another root of the first {claim.size} entries"
    if claim.by >= 0 and any(size >= claim.size for size in sure):
        return Fault(claim.by, claim.kind, detail)
    first = max((size for size in sure if size < claim.size), default=0)
    return Fault(first, claim.kind, detail, max(claim.size - 1, claim.by, first))


def tile_fault(level: int, number: int, wrong: Sequence[int], what: str) -> Fault:
    """Name the entries that lie under some of the hashes of a tile."""
    width = WIDTH**level
    start = number * WIDTH * width
    first, last = start + wrong[0] * width, start + (wrong[-1] + 1) * width - 1
    return Fault(first, Kind.TILE, f"tile ({level}, {number}) {what}", last)
