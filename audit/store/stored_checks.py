"""What a database keeps beside the entries, compared with them: head, full tiles, checkpoints."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from audit.errors import AuditError
from audit.faults import Fault, Faults, Kind
from audit.store.tile_files import tiles_completed_by
from audit.tiles import WIDTH
from audit.tree_checks import Claim, TreeChecks, tile_fault
from audit.verify import LogVerifier

__all__ = ["Head", "Stored", "StoredCheckpoint", "StoredTile", "check_head", "check_tiles", "checkpoint_claims"]


class Head(NamedTuple):
    """The head as it is stored: size, frontier, last time, and last entry that changed references (or -1)."""

    size: int
    frontier: tuple[bytes, ...]
    recorded_at: int
    reference_at: int


class StoredTile(NamedTuple):
    """A full tile as it is stored: its place, its 256 hashes in a row, and the root over them."""

    level: int
    number: int
    hashes: bytes
    root: bytes


class StoredCheckpoint(NamedTuple):
    """A checkpoint as it is stored: size and root in columns of their own, and the note."""

    size: int
    root: bytes
    note: str


@dataclass(frozen=True, slots=True)
class Stored:
    """What a database keeps beside the entries. Parts that it does not keep are None and not checked."""

    checkpoints: Iterable[StoredCheckpoint] = ()
    head: Head | None = None
    tiles: Iterable[StoredTile] | None = None
    has_head: bool = True


def checkpoint_claims(verifier: LogVerifier, stored: Iterable[StoredCheckpoint], faults: Faults) -> list[Claim]:
    """Check the signatures of the stored checkpoints, and return the roots of those that hold."""
    claims = []
    for size, column_root, note in stored:
        name = f"the checkpoint of size {size}"
        if type(size) is not int or size < 0 or type(note) is not str:
            faults.add(Fault(0, Kind.CHECKPOINT, f"{name} is neither"))
            continue
        try:
            claim = verifier.claim(note)
        except AuditError as error:
            faults.add(Fault(max(size - 1, 0), Kind.CHECKPOINT, f"{name}: {error}"))
            continue
        if (claim.size, claim.root) != (size, column_root):
            faults.add(Fault(max(size - 1, 0), Kind.CHECKPOINT, f"{name} is stored beside another note"))
        claims.append(claim._replace(source=name))
    return claims


def check_tiles(tree: TreeChecks, tiles: Iterable[StoredTile]) -> None:
    """Check that the stored tiles are the full tiles of the tree, each with its hashes and root."""
    missing = set(tiles_completed_by(0, tree.size))
    for tile in tiles:
        place = (tile.level, tile.number)
        if place not in missing or type(tile.hashes) is not bytes:
            tree.faults.add(Fault(tree.size, Kind.TILE, f"tile {place} is not one of this log"))
            continue
        missing.remove(place)
        if tree.check_tile(*place, tile.hashes) and tile.root != tree.tile_root(*place):
            tree.faults.add(tile_fault(*place, range(WIDTH), "has another root than its hashes"))
    for level, number in sorted(missing):
        tree.faults.add(tile_fault(level, number, range(WIDTH), "is missing"))


def check_head(tree: TreeChecks, head: Head | None, reference_at: int) -> None:
    """Check that the stored head is that of these entries. reference_at is what it should say."""
    end = max(tree.size - 1, 0)
    if head is None or type(head.size) is not int or head.size < 0:
        tree.faults.add(Fault(tree.size, Kind.HEAD, "the log has no head"))
        return
    if head.size > tree.size:
        detail = f"the head counts {head.size} entries, there are {tree.size}"
        tree.faults.add(Fault(tree.size, Kind.TRUNCATED, detail, head.size - 1))
    elif head.size != tree.size:
        tree.faults.add(Fault(head.size, Kind.HEAD, f"the head counts {head.size} entries of {tree.size}", end))
    elif head.frontier != tree.frontier:
        tree.faults.add(_wrong_frontier(tree, head.frontier))
    elif head.recorded_at != tree.recorded_at:
        tree.faults.add(Fault(end, Kind.HEAD, "the head has another time than the last entry"))
    elif head.reference_at != reference_at:
        detail = f"the head says that entry {head.reference_at} was the last to change references, not {reference_at}"
        tree.faults.add(Fault(end, Kind.HEAD, detail))


def _wrong_frontier(tree: TreeChecks, stored: Sequence[bytes]) -> Fault:
    """Say under which part of the frontier the entries differ from those that were hashed into it."""
    detail = "the entries do not hash to the frontier in the head"
    if len(stored) != len(tree.frontier):
        return Fault(0, Kind.ROOT, detail, max(tree.size - 1, 0))
    start = 0
    for level in reversed(range(tree.size.bit_length())):
        if tree.size >> level & 1:
            place = (tree.size >> level).bit_count() - 1
            if stored[place] != tree.frontier[place]:
                return Fault(start, Kind.ROOT, detail, start + (1 << level) - 1)
            start += 1 << level
    return Fault(0, Kind.ROOT, detail, max(tree.size - 1, 0))
