"""What only the log as a whole shows is found by itself, whatever else there is: gaps, the clock, the levels."""

from __future__ import annotations

from array import array

import pytest

from audit.faults import Kind
from audit.merkle import leaf_hash, root_of
from audit.stream_checks import Part
from audit.tree_checks import TreeChecks
from audit.verify import LogVerifier
from tests.audit.simulated_log import WANG, honest_log, is_reference

LEAVES = [leaf_hash(bytes([number])) for number in range(6)]


def _part(indexes: list[int], times: list[int] | None = None) -> Part:
    leaves = bytearray(b"".join(LEAVES[index % 6] for index in indexes))
    return Part(array("Q", indexes), leaves, array("Q", times or [7] * len(indexes)))


@pytest.mark.parametrize(
    ("size", "part", "found"),
    [
        (3, _part([0, 1, 2]), []),
        (3, _part([0, 1, 2, 3]), [(Kind.GAP, 3, 3)]),
        (3, _part([0, 1, 1, 2]), [(Kind.GAP, 1, 1)]),
        (5, _part([0, 1, 4]), [(Kind.GAP, 2, 3)]),
        (5, _part([0, 1, 2]), [(Kind.GAP, 3, 4)]),
        (3, _part([0, 1, 2], [7, 9, 8]), [(Kind.CLOCK, 1, 2)]),
        (3, _part([0, 1, 2], [7, 7, 7]), []),
    ],
    ids=["whole", "outside", "twice", "missing inside", "missing at the end", "time goes back", "equal times"],
)
def test_gaps_and_the_clock_are_found(size: int, part: Part, found: list[tuple[Kind, int, int]]) -> None:
    tree = TreeChecks(size)
    tree.join(part)
    tree.check_order()
    assert [(fault.kind, fault.index, fault.last) for fault in tree.faults] == found


def test_full_tiles_fill_the_level_above() -> None:
    leaves = [leaf_hash(number.to_bytes(4, "big")) for number in range(65_536)]
    tree = TreeChecks(len(leaves))
    tree.join(Part(array("Q", range(len(leaves))), bytearray(b"".join(leaves)), array("Q", [0]) * len(leaves)))
    tree.check_roots([])
    assert tree.tile_root(1, 0) == root_of(leaves)
    assert tree.tile(2, 0) == [root_of(leaves)]


def test_what_the_tree_finds_is_among_the_faults_of_the_log() -> None:
    log = honest_log(cases=2, acts=1)
    log.now -= 1_000_000
    log.add(WANG, "case/" + "8" * 32, "case.accepted.v1", {})
    verifier = LogVerifier(log.anchor())
    entries = [(row.index, row.entry) for row in log.rows]
    references = verifier.read_references(
        one for one, row in zip(entries, log.rows, strict=True) if is_reference(row.stream)
    )
    rest = verifier.read_streams(
        one for one, row in zip(entries, log.rows, strict=True) if not is_reference(row.stream)
    )
    _, faults = verifier.finish(len(log.rows), [references, rest])
    assert [fault.kind for fault in faults] == [Kind.CLOCK]
