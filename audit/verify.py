"""Verification of a whole log, whose storage is not believed in anything.

    verifier = LogVerifier(anchor=anchor, replay=replay)
    references = verifier.read_references(rows of ledger, people/… and other reference streams, by index)
    parts = [verifier.read_streams(rows of the other streams) for each share of them]
    report = verifier.finish(size, [references, *parts], stored)

The streams that decide who may act come first and in the order of the log; then a grant answers for
every index, and the other streams may come in any order and be shared among processes: hand each
one a copy of the verifier (it pickles, if verify and replay do) and some whole streams, and bring the
parts back. What no share shows by itself is checked in the end: gaps, the clock, and the tree.

Without an anchor a log is never good, only consistent with itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from audit.anchor import Anchor, check_anchor, open_anchor
from audit.authority import Authority
from audit.checkpoint import open_checkpoint
from audit.errors import AnchorRejected, AuditError
from audit.faults import Fault, Faults, Kind
from audit.merkle import EMPTY_ROOT, root
from audit.stream_checks import NO_TIME, Part, Replay, Row, StreamChecks
from audit.suite import Verify, check_signature
from audit.tree_checks import Claim, Head, StoredTile, TreeChecks

__all__ = [
    "Counts",
    "Fault",
    "Head",
    "Kind",
    "LogVerifier",
    "Part",
    "Report",
    "Row",
    "Stored",
    "StoredCheckpoint",
    "StoredTile",
]


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


@dataclass(frozen=True, slots=True)
class Counts:
    """How many checks of each kind were made."""

    signatures: int
    links: int
    leaves: int
    acts: int


@dataclass(frozen=True, slots=True)
class Report:
    """The outcome: what was checked, and what is wrong.

    anchored says that an anchor was given and the log is the anchored one.
    """

    size: int
    root: bytes
    anchored: bool
    checked: Counts
    faults: tuple[Fault, ...]
    fault_count: int

    @property
    def consistent(self) -> bool:
        """Whether nothing is wrong, as far as the log itself can tell."""
        return not self.fault_count

    @property
    def good(self) -> bool:
        """Whether nothing is wrong and the log is the anchored one."""
        return self.anchored and self.consistent

    @property
    def first_fault(self) -> Fault | None:
        """The fault that is certain at the lowest index, or None."""
        return self.faults[0] if self.faults else None


@dataclass(slots=True)
class LogVerifier:
    """Checks one log: `read_references` once, then `read_streams` for every share, then `finish`.

    verify checks signatures. replay gives, for a stream, a callable that takes the index, statement
    and recorded_at of its acts in turn and raises at one that the rules would have refused; a
    CommitmentRejected from it is a fault of a disclosure.
    """

    anchor: Anchor | None = None
    verify: Verify = check_signature
    replay: Replay | None = None
    authority: Authority = field(init=False)

    def __post_init__(self) -> None:
        """Begin before the genesis."""
        self.authority = Authority(self.verify)

    def read_references(self, rows: Iterable[Row]) -> Part:
        """Check the rows of all streams that others depend on, in the order of the log.

        At least `ledger` and `people/…` are among them.
        """
        return self._read(rows, references=True, by_stream=False)

    def read_streams(self, rows: Iterable[Row], *, by_stream: bool = False) -> Part:
        """Check the rows of some other streams, those of each stream in the order of its sequence.

        If all rows of a stream come together, by_stream keeps the memory that is needed constant.
        """
        return self._read(rows, references=False, by_stream=by_stream)

    def _read(self, rows: Iterable[Row], *, references: bool, by_stream: bool) -> Part:
        checks = StreamChecks(self.authority, self.verify, self.replay, references=references, by_stream=by_stream)
        return checks.check(rows)

    def finish(self, size: int, parts: Sequence[Part], stored: Stored | None = None) -> Report:
        """Join the parts of a log of size rows, check what concerns it as a whole, and report.

        The first part is that of the references.
        """
        stored = stored or Stored(has_head=False)
        tree = TreeChecks(size)
        faults = Faults()
        for part in parts:
            tree.join(part)
            faults.update(part.faults)
        tree.check_order()
        claims = [*self._anchor_claims(tree, faults), *self._checkpoint_claims(stored, faults)]
        tree.check_roots([*claims, *_seen_claims(parts)])
        if stored.tiles is not None:
            tree.check_tiles(stored.tiles)
        if stored.has_head:
            tree.check_head(stored.head, max(parts[0].indexes, default=-1))
        faults.update(tree.faults)
        anchored = self.anchor is not None and not any(one.kind is Kind.ANCHOR for one in faults)
        return Report(size, root(tree.frontier), anchored, _count(parts), tuple(faults), len(faults))

    def _anchor_claims(self, tree: TreeChecks, faults: Faults) -> list[Claim]:
        """Check that the log can be the anchored one, and return the root that it must have had."""
        if self.anchor is None:
            return []
        try:
            checkpoint = open_anchor(self.anchor, self.verify)
            log_key = self.authority.log_key(checkpoint.size if checkpoint else 0)
            genesis = tree.leaf(0) if tree.size else EMPTY_ROOT
            # How many entries there were is compared along with the root.
            check_anchor(self.anchor, self.authority.origin, genesis, log_key, checkpoint.size if checkpoint else 0)
        except AuditError as error:
            detail = str(error) if isinstance(error, AnchorRejected) else f"no anchored log: {error}"
            faults.add(Fault(0, Kind.ANCHOR, detail))
            return []
        return [Claim(checkpoint.size, checkpoint.root, Kind.ANCHOR, "the anchor")] if checkpoint else []

    def _checkpoint_claims(self, stored: Stored, faults: Faults) -> list[Claim]:
        """Check the signatures of the stored checkpoints, and return the roots of those that hold."""
        claims = []
        for size, column_root, note in stored.checkpoints:
            name = f"the checkpoint of size {size}"
            if type(size) is not int or size < 0 or type(note) is not str:
                faults.add(Fault(0, Kind.CHECKPOINT, f"{name} is neither"))
                continue
            try:
                log_key = self.authority.log_key(size)
                checkpoint = open_checkpoint(note, self.authority.origin, log_key, self.verify)
            except AuditError as error:
                faults.add(Fault(max(size - 1, 0), Kind.CHECKPOINT, f"{name}: {error}"))
                continue
            if (checkpoint.size, checkpoint.root) != (size, column_root):
                faults.add(Fault(max(size - 1, 0), Kind.CHECKPOINT, f"{name} is stored beside another note"))
            claims.append(Claim(checkpoint.size, checkpoint.root, Kind.CHECKPOINT, name))
        return claims


def _seen_claims(parts: Sequence[Part]) -> list[Claim]:
    """Return what signers had seen, each with the first entry that says so."""
    first: dict[tuple[int, bytes], int] = {}
    for part in parts:
        for seen, index in part.seen.items():
            first[seen] = min(index, first.get(seen, index))
    return [
        Claim(size, seen_root, Kind.SEEN, f"the signer of entry {index}", index)
        for (size, seen_root), index in first.items()
    ]


def _count(parts: Sequence[Part]) -> Counts:
    """Return how many checks of each kind the parts were made of."""
    return Counts(
        signatures=sum(part.signatures for part in parts),
        links=sum(time != NO_TIME for part in parts for time in part.times),
        leaves=sum(len(part.indexes) for part in parts),
        acts=sum(part.acts for part in parts),
    )
