"""The Merkle tree of RFC 6962: appending, roots, and the two kinds of proof.

Everything here takes bytes and integers. A frontier is the tuple of the roots of the perfect
subtrees that make up a tree, from left to right: one for every bit that is set in its size.
A node (level, index) is the root of the perfect subtree over the leaves index * 2^level up to, but
not including, (index + 1) * 2^level.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from hashlib import sha256

from audit.errors import ProofRejected

__all__ = ["EMPTY_ROOT", "append", "check_consistency", "check_inclusion", "leaf_hash", "node_hash", "root", "root_of"]

# SHA-256 of nothing: the root of a tree without leaves. RFC 6962 section 2.1.
EMPTY_ROOT = sha256(b"").digest()


def leaf_hash(entry: bytes) -> bytes:
    """Return the hash of a leaf. Source: RFC 6962 section 2.1."""
    return sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return the hash of an inner node. Source: RFC 6962 section 2.1."""
    return sha256(b"\x01" + left + right).digest()


def append(frontier: tuple[bytes, ...], size: int, leaf: bytes) -> tuple[bytes, ...]:
    """Return the frontier of the tree of size + 1 leaves, given that of size leaves.

    Raises ProofRejected if the frontier is not one of a tree of that size.
    """
    if len(frontier) != size.bit_count():
        raise ProofRejected(f"a frontier of {len(frontier)} hashes is not one of {size} leaves")
    count = len(frontier)
    while size & 1:
        count -= 1
        leaf = sha256(b"\x01" + frontier[count] + leaf).digest()
        size >>= 1
    return (*frontier[:count], leaf)


def root(frontier: tuple[bytes, ...]) -> bytes:
    """Return the root of the tree with this frontier."""
    if not frontier:
        return EMPTY_ROOT
    result = frontier[-1]
    for subtree in frontier[-2::-1]:
        result = node_hash(subtree, result)
    return result


def root_of(leaves: Iterable[bytes]) -> bytes:
    """Return the root of the tree over these leaf hashes.

    A last hash without a partner goes up a level as it is, which is the same as splitting at the
    largest power of two. Source: RFC 6962 section 2.1.
    """
    level = list(leaves)
    while len(level) > 1:
        above = [sha256(b"\x01" + left + right).digest() for left, right in zip(level[::2], level[1::2], strict=False)]
        level = above + level[-1:] if len(level) & 1 else above
    return level[0] if level else EMPTY_ROOT


def check_inclusion(leaf: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes) -> None:
    """Check that leaf is entry number index of the size entries under root.

    The proof lists 32-byte sibling hashes from the leaf upwards. Nothing is returned, so a caller
    cannot mistake a failed check for a passed one. Up to where the paths of the leaf and of the last
    leaf part, the bits of the index say on which side a sibling stands; above, all stand to the left.

    Raises ProofRejected if the proof is too short, too long, or leads to another root.
    Source: RFC 9162 section 2.1.3.2.
    """
    if not 0 <= index < size:
        raise ProofRejected(f"a tree of {size} leaves has no leaf {index}")
    _check_hashes([leaf, root, *proof])
    inner = (index ^ (size - 1)).bit_length()
    _check_length(proof, inner + (index >> inner).bit_count())
    if _fold(leaf, index, proof, inner) != root:
        raise ProofRejected("the inclusion proof leads to another root")


def check_consistency(old: int, new: int, proof: Sequence[bytes], old_root: bytes, new_root: bytes) -> None:
    """Check that the tree of old leaves under old_root is the beginning of that of new under new_root.

    Raises ProofRejected if the proof is too short, too long, or leads to another pair of roots.
    Source: RFC 9162 section 2.1.4.2.
    """
    if not 0 <= old <= new:
        raise ProofRejected(f"a tree of {old} leaves does not come before one of {new}")
    _check_hashes([old_root, new_root, *proof])
    if old in (0, new):
        _check_trivial(old, new, proof, old_root, new_root)
        return
    # A tree whose size is a power of two is itself the first node of the proof, and left out of it.
    path = list(proof) if old & (old - 1) else [old_root, *proof]
    # The first node is the last perfect subtree of the old tree: the node at this place of that level.
    level = (old & -old).bit_length() - 1
    place, inner = (old - 1) >> level, ((old - 1) ^ (new - 1)).bit_length() - level
    _check_length(path, 1 + inner + (place >> inner).bit_count())
    first, siblings = path[0], path[1:]
    of_old = [one for at, one in enumerate(siblings) if at >= inner or place >> at & 1]
    if _fold(first, 0, of_old, 0) != old_root or _fold(first, place, siblings, inner) != new_root:
        raise ProofRejected("the consistency proof leads to other roots")


def _fold(node: bytes, place: int, siblings: Sequence[bytes], inner: int) -> bytes:
    """Return what a node and its siblings lead to, the first inner of them on the side that the place tells."""
    for level, sibling in enumerate(siblings):
        left = level >= inner or place >> level & 1
        node = node_hash(sibling, node) if left else node_hash(node, sibling)
    return node


def _check_length(proof: Sequence[bytes], length: int) -> None:
    """Check that a proof has this many hashes."""
    if len(proof) != length:
        raise ProofRejected(f"the proof is too {'short' if len(proof) < length else 'long'}")


def _check_trivial(old: int, new: int, proof: Sequence[bytes], old_root: bytes, new_root: bytes) -> None:
    """Check the two cases that need no proof: from the empty tree, and between equal sizes."""
    if proof:
        raise ProofRejected("a proof was given where none is needed")
    if old == new and old_root != new_root:
        raise ProofRejected("two roots of the same size differ")
    if old == 0 and old_root != EMPTY_ROOT:
        raise ProofRejected("the root of the empty tree is the hash of nothing")


def _check_hashes(hashes: Sequence[bytes]) -> None:
    """Check that all of these are 32 bytes long."""
    if any(len(one) != 32 for one in hashes):
        raise ProofRejected("a hash in a proof is not 32 bytes long")
