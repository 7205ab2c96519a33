"""Making proofs of inclusion. Their check, and both sides of proofs of consistency, are in `audit.merkle`."""

from __future__ import annotations

from audit.errors import ProofRejected
from audit.merkle import Node, range_root, split

__all__ = ["inclusion_proof"]


def inclusion_proof(node: Node, index: int, size: int) -> list[bytes]:
    """Return the sibling hashes of leaf index in the tree of size leaves, from the leaf upwards.

    Raises ProofRejected if there is no such leaf. Source: RFC 9162 section 2.1.3.1.
    """
    if not 0 <= index < size:
        raise ProofRejected(f"a tree of {size} leaves has no leaf {index}")
    proof = []
    start, stop = 0, size
    while stop - start > 1:
        middle = start + split(stop - start)
        if index < middle:
            proof.append(range_root(node, middle, stop))
            stop = middle
        else:
            proof.append(range_root(node, start, middle))
            start = middle
    return proof[::-1]
