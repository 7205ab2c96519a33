"""Reading the Merkle tree of a stored log: any node, from full tiles and the leaves behind the last one."""

from __future__ import annotations

from collections import OrderedDict
from threading import Lock

from audit import merkle
from audit.errors import ProofRejected
from audit.store.log import Log
from audit.store.merkle_proofs import consistency_proof, inclusion_proof
from audit.tiles import HEIGHT, WIDTH

_CACHED_TILES = 512


class TreeReader:
    """Computes nodes and proofs; reads a handful of tiles each time, whatever the size of the log."""

    def __init__(self, log: Log) -> None:
        self._log = log
        self._lock = Lock()
        self._full: OrderedDict[tuple[int, int], list[bytes]] = OrderedDict()

    def inclusion_proof(self, index: int, size: int) -> list[bytes]:
        """Return the proof that entry `index` is among the first `size`; raises ProofRejected if it is not."""
        self._check_size(size)
        return inclusion_proof(_Nodes(self).node, index, size)

    def consistency_proof(self, old: int, new: int) -> list[bytes]:
        """Return the proof that the first `old` entries begin the first `new`; raises ProofRejected if old > new."""
        self._check_size(new)
        return consistency_proof(_Nodes(self).node, old, new)

    def root(self, size: int) -> bytes:
        """Return the root over the first `size` entries."""
        return merkle.root(self.frontier(size))

    def frontier(self, size: int) -> tuple[bytes, ...]:
        """Return the roots of the perfect subtrees over the first `size` entries, left to right."""
        self._check_size(size)
        nodes = _Nodes(self)
        parts, start = [], 0
        while start < size:
            level = (size - start).bit_length() - 1
            parts.append(nodes.node(level, start >> level))
            start += 1 << level
        return tuple(parts)

    def leaves(self, start: int, stop: int) -> list[bytes]:
        """Return the leaves with start <= index < stop. Raises ProofRejected if the log holds fewer."""
        leaves = self._log.leaves(start, stop)
        if len(leaves) != stop - start:
            raise ProofRejected(f"the log holds {start + len(leaves)} entries, not {stop}")
        return leaves

    def _check_size(self, size: int) -> None:
        held = self._log.head().size
        if not 0 <= size <= held:
            raise ProofRejected(f"the log holds {held} entries, not {size}")

    def hashes(self, level: int, index: int) -> list[bytes]:
        """Return the hashes that a tile holds so far, at most 256."""
        with self._lock:
            cached = self._full.get((level, index))
        if cached is not None:
            return cached
        joined = self._log.tile(level, index)
        if joined is None:
            first = index * WIDTH
            if level == 0:
                return self._log.leaves(first, first + WIDTH)
            return self._log.tile_roots(level - 1, first, first + WIDTH)
        hashes = [joined[at : at + 32] for at in range(0, len(joined), 32)]
        with self._lock:
            self._full[level, index] = hashes
            if len(self._full) > _CACHED_TILES:
                self._full.popitem(last=False)
        return hashes


class _Nodes:
    """Nodes for one computation: each tile is read once."""

    def __init__(self, tree: TreeReader) -> None:
        self._tree = tree
        self._tiles: dict[tuple[int, int], list[bytes]] = {}

    def node(self, level: int, index: int) -> bytes:
        """Return the root of the perfect subtree of 2^level leaves with this index."""
        tile_level, height = divmod(level, HEIGHT)
        first = index << height
        place = (tile_level, first // WIDTH)
        if place not in self._tiles:
            self._tiles[place] = self._tree.hashes(*place)
        start = first % WIDTH
        part = self._tiles[place][start : start + (1 << height)]
        if len(part) != 1 << height:
            raise ProofRejected(f"the log has no full subtree {index} of level {level}")
        return merkle.root_of(part)
