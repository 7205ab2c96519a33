"""Verification of a whole log, whose storage is not believed in anything.

    verifier = LogVerifier(anchor)
    references = verifier.read_references(entries of ledger, people/… and other reference streams, by index)
    parts = [verifier.read_streams(entries of the other streams) for each share of them]
    report = verifier.finish(size, [references, *parts], checkpoints)

The streams that decide who may act come first and in the order of the log; then a grant answers for
every index, and the other streams may come in any order and be shared among processes: hand each
one a copy of the verifier (it pickles, if verify does) and some whole streams, and bring the parts
back. What no share shows by itself is checked in the end: gaps, the clock, and the tree.

Without an anchor a log is never good, only consistent with itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from audit.anchor import Anchor, check_anchor, open_anchor
from audit.authority import Authority
from audit.checkpoint import Checkpoint, open_checkpoint, parse_checkpoint
from audit.errors import AnchorRejected, AuditError
from audit.faults import Fault, Faults, Kind
from audit.merkle import EMPTY_ROOT, root
from audit.note import parse_note
from audit.stream_checks import NO_TIME, Part, StreamChecks
from audit.suite import Verify, check_signature
from audit.tree_checks import Claim, TreeChecks

__all__ = ["Counts", "LogVerifier", "Report"]


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

    verify checks signatures.
    """

    anchor: Anchor | None = None
    verify: Verify = check_signature
    authority: Authority = field(init=False)

    def __post_init__(self) -> None:
        """Begin before the genesis."""
        self.authority = Authority(self.verify)

    def read_references(self, entries: Iterable[tuple[int, bytes]]) -> Part:
        """Check the entries of all streams that others depend on, each with its index, in the order of the log.

        At least `ledger` and `people/…` are among them.
        """
        return StreamChecks(self.authority, self.verify, references=True).check(entries)

    def read_streams(self, entries: Iterable[tuple[int, bytes]]) -> Part:
        """Check the entries of some other streams, those of each stream in the order of its sequence."""
        return StreamChecks(self.authority, self.verify, references=False).check(entries)

    def finish(self, size: int, parts: Sequence[Part], checkpoints: Iterable[str] = ()) -> tuple[Report, TreeChecks]:
        """Join the parts of a log of size entries, check what concerns it as a whole, and report.

        The first part is that of the references. The tree is returned too, to compare tiles with.
        """
        tree, faults = self.join(size, parts)
        claims = []
        for note in checkpoints:
            try:
                claims.append(self.claim(note))
            except AuditError as error:
                faults.add(Fault(max(size - 1, 0), Kind.CHECKPOINT, f"the checkpoint: {error}"))
        self.check_roots(tree, parts, claims, faults)
        return self.report(tree, parts, faults), tree

    def join(self, size: int, parts: Sequence[Part]) -> tuple[TreeChecks, Faults]:
        """Return the tree over the entries of all parts, their order checked, and the faults so far."""
        tree, faults = TreeChecks(size), Faults()
        for part in parts:
            tree.join(part)
            faults.update(part.faults)
        tree.check_order()
        return tree, faults

    def check_roots(self, tree: TreeChecks, parts: Sequence[Part], claims: list[Claim], faults: Faults) -> None:
        """Compare the tree with what the anchor, signers and these claims say of it."""
        tree.check_roots([*self._anchor_claims(tree, faults), *claims, *_seen_claims(parts)])

    def open(self, note: str) -> Checkpoint:
        """Return the checkpoint in a note, signed by the log's key in force at its size.

        Raises Malformed, NoteRejected or, before the genesis, AuthorityRejected.
        """
        size = parse_checkpoint(parse_note(note).text).size
        return open_checkpoint(note, self.authority.origin, self.authority.log_key(size), self.verify)

    def claim(self, note: str) -> Claim:
        """Return what a checkpoint that the log signed says of the tree. Raises as open does."""
        checkpoint = self.open(note)
        name = f"the checkpoint of size {checkpoint.size}"
        return Claim(checkpoint.size, checkpoint.root, Kind.CHECKPOINT, name)

    def report(self, tree: TreeChecks, parts: Sequence[Part], faults: Faults) -> Report:
        """Report on a tree that was built and on these faults, to which the tree's are added."""
        faults.update(tree.faults)
        anchored = self.anchor is not None and not any(one.kind is Kind.ANCHOR for one in faults)
        return Report(tree.size, root(tree.frontier), anchored, _count(parts), tuple(faults), len(faults))

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
