"""What a database keeps beside the entries is believed no more than they are."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from audit.faults import Kind
from audit.store.possession import prove_possession
from audit.store.stored_checks import Stored
from tests.audit.attacks import (
    HONEST,
    assert_found,
)
from tests.audit.simulated_log import (
    LOG,
    ORIGIN,
    Signer,
    honest_log,
    private_of,
    verify,
)

LARGE = honest_log(cases=150, acts=4, every=90)


@pytest.mark.parametrize(
    ("change", "kind"),
    [
        (lambda stored: {"head": None}, Kind.HEAD),
        (lambda stored: {"head": stored.head._replace(size=len(LARGE.rows) - 1)}, Kind.HEAD),
        (lambda stored: {"head": stored.head._replace(size=len(LARGE.rows) + 1)}, Kind.TRUNCATED),
        (lambda stored: {"head": stored.head._replace(size="many")}, Kind.HEAD),
        (lambda stored: {"head": stored.head._replace(recorded_at=1)}, Kind.HEAD),
        (lambda stored: {"head": stored.head._replace(reference_at=1)}, Kind.HEAD),
        (lambda stored: {"head": stored.head._replace(frontier=(bytes(32), *stored.head.frontier[1:]))}, Kind.ROOT),
        (lambda stored: {"head": stored.head._replace(frontier=())}, Kind.ROOT),
        (lambda stored: {"tiles": stored.tiles[1:]}, Kind.TILE),
        (lambda stored: {"tiles": [stored.tiles[0], *stored.tiles]}, Kind.TILE),
        (lambda stored: {"tiles": [stored.tiles[0]._replace(hashes=bytes(8192)), *stored.tiles[1:]]}, Kind.TILE),
        (lambda stored: {"tiles": [stored.tiles[0]._replace(hashes=None), *stored.tiles[1:]]}, Kind.TILE),
        (lambda stored: {"tiles": [stored.tiles[0]._replace(root=bytes(32)), *stored.tiles[1:]]}, Kind.TILE),
        (lambda stored: {"tiles": [stored.tiles[0]._replace(number=77), *stored.tiles]}, Kind.TILE),
        (lambda stored: {"checkpoints": [stored.checkpoints[0]._replace(size=7)]}, Kind.CHECKPOINT),
        (lambda stored: {"checkpoints": [stored.checkpoints[0]._replace(size=None)]}, Kind.CHECKPOINT),
        (lambda stored: {"checkpoints": [stored.checkpoints[0]._replace(root=bytes(32))]}, Kind.CHECKPOINT),
        (lambda stored: {"checkpoints": [stored.checkpoints[0]._replace(note="text")]}, Kind.CHECKPOINT),
        (lambda stored: {"checkpoints": [stored.checkpoints[0]._replace(note=7)]}, Kind.CHECKPOINT),
    ],
)
def test_what_surrounds_the_entries_is_checked_too(change: Callable[[Stored], dict[str, Any]], kind: Kind) -> None:
    stored = LARGE.stored()
    fields: dict[str, Any] = {"checkpoints": stored.checkpoints, "head": stored.head, "tiles": stored.tiles}
    assert verify(LARGE.rows, Stored(**fields), LARGE.anchor()).good
    report = verify(LARGE.rows, Stored(**(fields | change(stored))), LARGE.anchor())
    assert not report.good
    assert report.first_fault is not None
    assert report.first_fault.kind is kind


def test_a_tile_locates_the_hash_that_differs() -> None:
    stored = LARGE.stored()
    assert stored.tiles is not None
    tiles = list(stored.tiles)
    assert len(tiles) == 2
    hashes = bytearray(tiles[1].hashes)
    hashes[32 * 7] ^= 1
    tiles[1] = tiles[1]._replace(hashes=bytes(hashes))
    report = verify(LARGE.rows, Stored(stored.checkpoints, stored.head, tiles))
    fault = assert_found(report, 256 + 7)
    assert (fault.index, fault.last) == (256 + 7, 256 + 7)


def test_the_frontier_locates_the_part_that_differs() -> None:
    stored = LARGE.stored()
    assert stored.head is not None
    frontier = list(stored.head.frontier)
    frontier[1] = bytes(32)
    report = verify(LARGE.rows, Stored((), stored.head._replace(frontier=tuple(frontier))))
    fault = report.first_fault
    assert fault is not None
    size = len(LARGE.rows)
    first_part = 1 << size.bit_length() - 1
    second_part = 1 << (size - first_part).bit_length() - 1
    assert (fault.index, fault.last) == (first_part, first_part + second_part - 1)


def test_a_checkpoint_that_the_log_signed_and_contradicts_is_evidence_against_it() -> None:
    other = honest_log(cases=11)
    stored = Stored(other.checkpoints, has_head=False)
    report = verify(HONEST.rows, stored, HONEST.anchor())
    assert not report.good
    assert {fault.kind for fault in report.faults} == {Kind.CHECKPOINT}


def test_after_a_rotation_checkpoints_are_signed_by_the_key_in_force_at_their_size() -> None:
    log = honest_log(cases=1, acts=1)
    new = Signer("ledger", "", "", "ledger", private_of("log-2"))
    proof = prove_possession(new.private, ORIGIN, "", "ledger").hex()
    log.add(LOG, "ledger", "ledger.key_rotated.v1", {"key": new.raw.hex(), "possession": proof})
    log.checkpoint()
    report = verify(log.rows, log.stored())
    assert assert_found(report, len(log.rows) - 1).kind is Kind.CHECKPOINT
