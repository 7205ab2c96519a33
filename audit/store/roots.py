"""The roots of a log that grows, each computed once: of what was appended since the last one the leaves are read."""

from __future__ import annotations

from collections import OrderedDict
from threading import Lock

from audit import merkle
from audit.store.tree import TreeReader
from audit.tiles import WIDTH

_KEPT = 64


class Roots:
    """Answers with roots that it may have computed before; threads that ask for the same one have it computed once.

    Whoever has to find out whether the log was changed asks the `TreeReader` instead.
    """

    def __init__(self, tree: TreeReader) -> None:
        self._tree = tree
        self._lock = Lock()
        self._roots: OrderedDict[int, bytes] = OrderedDict()
        self._newest: tuple[int, tuple[bytes, ...]] = (0, ())

    def root(self, size: int) -> bytes:
        """Return the root over the first `size` entries. Raises ProofRejected if there are not so many."""
        with self._lock:
            root = self._roots.get(size)
            if root is None:
                root = self._roots[size] = merkle.root(self._frontier(size))
                if len(self._roots) > _KEPT:
                    self._roots.popitem(last=False)
            return root

    def _frontier(self, size: int) -> tuple[bytes, ...]:
        newest, frontier = self._newest
        if not newest <= size <= newest + WIDTH:
            frontier = self._tree.frontier(size)
        else:
            for index, leaf in enumerate(self._tree.leaves(newest, size), newest):
                frontier = merkle.append(frontier, index, leaf)
        if size > newest:
            self._newest = (size, frontier)
        return frontier
