"""Making the two kinds of proof. Their checks are in `audit.merkle`."""

from __future__ import annotations

from collections.abc import Callable

from audit.errors import ProofRejected
from audit.merkle import root

__all__ = ["Node", "consistency_proof", "inclusion_proof"]

# Gives the root of the perfect subtree over the leaves index * 2^level and following.
Node = Callable[[int, int], bytes]


def _subtrees(start: int, stop: int) -> list[tuple[int, int]]:
    """Return the perfect subtrees that make up the tree over the leaves start to stop.

    start is a multiple of the largest power of two that does not exceed stop - start.
    """
    parts = []
    while start < stop:
        level = (stop - start).bit_length() - 1
        parts.append((level, start >> level))
        start += 1 << level
    return parts


def _range_root(node: Node, start: int, stop: int) -> bytes:
    """Return the root of the tree over the leaves start to stop."""
    return root(tuple(node(level, index) for level, index in _subtrees(start, stop)))


def _split(size: int) -> int:
    """Return the largest power of two below size, which is at least 2."""
    return 1 << (size - 1).bit_length() - 1


def inclusion_proof(node: Node, index: int, size: int) -> list[bytes]:
    """Return the sibling hashes of leaf index in the tree of size leaves, from the leaf upwards.

    Raises ProofRejected if there is no such leaf. Source: RFC 9162 section 2.1.3.1.
    """
    if not 0 <= index < size:
        raise ProofRejected(f"a tree of {size} leaves has no leaf {index}")
    proof = []
    start, stop = 0, size
    while stop - start > 1:
        middle = start + _split(stop - start)
        if index < middle:
            proof.append(_range_root(node, middle, stop))
            stop = middle
        else:
            proof.append(_range_root(node, start, middle))
            start = middle
    return proof[::-1]


def consistency_proof(node: Node, old: int, new: int) -> list[bytes]:
    """Return the proof that the tree of old leaves is the beginning of the tree of new leaves.

    Nothing needs proof between equal trees and from the empty one, so the list is empty then.
    Raises ProofRejected if old exceeds new. Source: RFC 9162 section 2.1.4.1.
    """
    if not 0 <= old <= new:
        raise ProofRejected(f"a tree of {old} leaves does not come before one of {new}")
    if old in (0, new):
        return []
    proof = []
    start, stop, whole = 0, new, True
    while old != stop:
        middle = start + _split(stop - start)
        if old <= middle:
            proof.append(_range_root(node, middle, stop))
            stop = middle
        else:
            proof.append(_range_root(node, start, middle))
            start, whole = middle, False
    if not whole:
        proof.append(_range_root(node, start, stop))
    return proof[::-1]
