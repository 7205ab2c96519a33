"""The tree: others' vectors, a second prover written after the letter of RFC 6962, every bit flipped."""

from __future__ import annotations

import json
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit import merkle
from audit.errors import ProofRejected
from audit.merkle import check_consistency, check_inclusion
from audit.store.merkle_proofs import consistency_proof, inclusion_proof

_VECTORS = Path(__file__).parent / "vectors"
_INCLUSION = json.loads((_VECTORS / "merkle_inclusion.json").read_text())
_CONSISTENCY = json.loads((_VECTORS / "merkle_consistency.json").read_text())

# The vectors that are decided otherwise here, each with the reason.
_EXCEPTIONS = {
    "additional/sizes-are-equal-one-and-proof-is-empty": "its two equal roots are text of 12 bytes, not hashes",
}


def _leaves(size: int) -> list[bytes]:
    return [merkle.leaf_hash(b"entry %d" % index) for index in range(size)]


def _root(leaves: list[bytes]) -> bytes:
    """MTH of RFC 6962 section 2.1, after the letter, over leaf hashes."""
    if not leaves:
        return sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    return sha256(b"\x01" + _root(leaves[:k]) + _root(leaves[k:])).digest()


def _path(index: int, leaves: list[bytes]) -> list[bytes]:
    """PATH of RFC 6962 section 2.1.1, after the letter."""
    if len(leaves) == 1:
        return []
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    if index < k:
        return [*_path(index, leaves[:k]), _root(leaves[k:])]
    return [*_path(index - k, leaves[k:]), _root(leaves[:k])]


def _subproof(old: int, leaves: list[bytes], whole: bool) -> list[bytes]:
    """SUBPROOF of RFC 6962 section 2.1.2, after the letter."""
    if old == len(leaves):
        return [] if whole else [_root(leaves)]
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    if old <= k:
        return [*_subproof(old, leaves[:k], whole), _root(leaves[k:])]
    return [*_subproof(old - k, leaves[k:], False), _root(leaves[:k])]


def _node(leaves: list[bytes]) -> Callable[[int, int], bytes]:
    """Read perfect subtrees, and nothing but perfect ones."""

    def node(level: int, index: int) -> bytes:
        part = leaves[index << level : (index + 1) << level]
        assert len(part) == 1 << level
        return _root(part)

    return node


@pytest.mark.parametrize("vector", _INCLUSION["vectors"], ids=lambda vector: vector[0])
def test_an_inclusion_vector_is_decided_as_published(vector: list[Any]) -> None:
    _, index, size, leaf, proof, root, accepted = vector
    hashes = [bytes.fromhex(one) for one in _INCLUSION["hashes"]]
    pick = [None if number is None else hashes[number] for number in (leaf, *proof, root)]
    arguments = (pick[0] or b"", index, size, [one or b"" for one in pick[1:-1]], pick[-1] or b"")
    if accepted:
        check_inclusion(*arguments)
    else:
        with pytest.raises(ProofRejected):
            check_inclusion(*arguments)


@pytest.mark.parametrize("vector", _CONSISTENCY["vectors"], ids=lambda vector: vector[0])
def test_a_consistency_vector_is_decided_as_published(vector: list[Any]) -> None:
    name, old, new, proof, old_root, new_root, accepted = vector
    if name in _EXCEPTIONS:
        accepted = not accepted
    hashes = [bytes.fromhex(one) for one in _CONSISTENCY["hashes"]]
    roots = [b"" if number is None else hashes[number] for number in (old_root, new_root)]
    arguments = (old, new, [hashes[number] for number in proof], *roots)
    if accepted:
        check_consistency(*arguments)
    else:
        with pytest.raises(ProofRejected):
            check_consistency(*arguments)


def test_there_are_ninety_eight_vectors_of_each_kind() -> None:
    assert len(_INCLUSION["vectors"]) == len(_CONSISTENCY["vectors"]) == 98


@pytest.mark.parametrize("size", [*range(20), 31, 32, 33, 64, 100])
def test_roots_and_proofs_are_those_of_the_recursive_definition(size: int) -> None:
    leaves = _leaves(size)
    assert merkle.root_of(leaves) == _root(leaves)
    for index in range(size):
        proof = inclusion_proof(_node(leaves), index, size)
        assert proof == _path(index, leaves)
        check_inclusion(leaves[index], index, size, proof, _root(leaves))
    for old in range(1, size):
        proof = consistency_proof(_node(leaves), old, size)
        assert proof == _subproof(old, leaves, True)
        check_consistency(old, size, proof, _root(leaves[:old]), _root(leaves))


@given(st.integers(1, 300), st.data())
def test_a_proof_proves_nothing_else(size: int, data: st.DataObject) -> None:
    leaves = _leaves(size)
    index, other = data.draw(st.integers(0, size - 1)), data.draw(st.integers(0, size - 1))
    proof = inclusion_proof(_node(leaves), index, size)
    check_inclusion(leaves[index], index, size, proof, _root(leaves))
    if other != index:
        with pytest.raises(ProofRejected):
            check_inclusion(leaves[index], other, size, proof, _root(leaves))
        with pytest.raises(ProofRejected):
            check_inclusion(leaves[other], index, size, proof, _root(leaves))
    for longer in ([*proof, bytes(32)], [bytes(32), *proof], proof[:-1] if proof else [bytes(32)]):
        with pytest.raises(ProofRejected):
            check_inclusion(leaves[index], index, size, longer, _root(leaves))


def test_every_flipped_bit_of_an_inclusion_proof_is_found() -> None:
    leaves = _leaves(11)
    proof = inclusion_proof(_node(leaves), 4, 11)
    for bit in range(256 * len(proof)):
        changed = bytearray(b"".join(proof))
        changed[bit // 8] ^= 1 << bit % 8
        parts = [bytes(changed[at : at + 32]) for at in range(0, len(changed), 32)]
        with pytest.raises(ProofRejected):
            check_inclusion(leaves[4], 4, 11, parts, _root(leaves))


@pytest.mark.parametrize("old", [4, 6, 7])
def test_every_flipped_bit_of_a_consistency_proof_is_found(old: int) -> None:
    leaves = _leaves(11)
    proof = consistency_proof(_node(leaves), old, 11)
    for bit in range(256 * len(proof)):
        changed = bytearray(b"".join(proof))
        changed[bit // 8] ^= 1 << bit % 8
        parts = [bytes(changed[at : at + 32]) for at in range(0, len(changed), 32)]
        with pytest.raises(ProofRejected):
            check_consistency(old, 11, parts, _root(leaves[:old]), _root(leaves))


@given(st.integers(0, 400))
def test_a_frontier_has_one_hash_for_every_bit_of_the_size(size: int) -> None:
    leaves = _leaves(size)
    frontier: tuple[bytes, ...] = ()
    for index, leaf in enumerate(leaves):
        frontier = merkle.append(frontier, index, leaf)
    assert len(frontier) == size.bit_count()
    assert merkle.root(frontier) == _root(leaves)


def test_a_frontier_of_another_size_is_refused() -> None:
    with pytest.raises(ProofRejected):
        merkle.append((bytes(32),), 2 + 1, bytes(32))


@pytest.mark.parametrize(("index", "size"), [(0, 0), (-1, 5), (5, 5), (6, 5)])
def test_there_is_no_proof_for_a_leaf_that_is_not_there(index: int, size: int) -> None:
    with pytest.raises(ProofRejected):
        inclusion_proof(_node(_leaves(5)), index, size)
    with pytest.raises(ProofRejected):
        check_inclusion(bytes(32), index, size, [], bytes(32))


def test_an_older_tree_is_not_larger() -> None:
    with pytest.raises(ProofRejected):
        consistency_proof(_node(_leaves(5)), 5, 4)
    with pytest.raises(ProofRejected):
        check_consistency(5, 4, [], bytes(32), bytes(32))


def test_nothing_needs_proof_from_the_empty_tree_and_between_equal_ones() -> None:
    root = _root(_leaves(5))
    assert consistency_proof(_node(_leaves(5)), 0, 5) == consistency_proof(_node(_leaves(5)), 5, 5) == []
    check_consistency(0, 5, [], merkle.EMPTY_ROOT, root)
    check_consistency(5, 5, [], root, root)
    with pytest.raises(ProofRejected):
        check_consistency(0, 5, [], root, root)
    with pytest.raises(ProofRejected):
        check_consistency(0, 5, [root], merkle.EMPTY_ROOT, root)


def test_two_lists_never_share_a_root_by_repeating_the_last_leaf() -> None:
    leaves = _leaves(3)
    assert merkle.root_of(leaves) != merkle.root_of([*leaves, leaves[-1]])


def test_a_hash_of_another_length_is_refused() -> None:
    leaves = _leaves(2)
    with pytest.raises(ProofRejected, match="32 bytes"):
        check_inclusion(leaves[0], 0, 2, [leaves[1] + b"\x00"], _root(leaves))
