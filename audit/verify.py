"""Verification of a whole log, whose storage is not believed in anything.

    verifier = LogVerifier(anchor)
    references = verifier.read_references(entries of ledger, people/… and other reference streams, by index)
    parts = [verifier.read_streams(entries of the other streams) for each share of them]
    tree, faults = verifier.finish(size, [references, *parts], checkpoints)

The streams that decide who may act come first and in the order of the log; then a grant answers for
every index, and the other streams may come in any order and be shared among processes: hand each
one a copy of the verifier (it pickles, if verify does) and some whole streams, and bring the parts
back. What no share shows by itself is checked in the end: gaps, the clock, and the tree.

Without an anchor a log is never good, only consistent with itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from audit.anchor import Anchor, check_anchor
from audit.authority import Authority
from audit.checkpoint import Checkpoint, open_checkpoint, parse_checkpoint
from audit.errors import AnchorRejected, AuditError
from audit.faults import Fault, Faults, Kind
from audit.merkle import EMPTY_ROOT
from audit.note import parse_note
from audit.stream_checks import Part, StreamChecks
from audit.suite import Verify, check_signature
from audit.tree_checks import Claim, TreeChecks

__all__ = ["LogVerifier"]


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

    def finish(self, size: int, parts: Sequence[Part], checkpoints: Iterable[str] = ()) -> tuple[TreeChecks, Faults]:
        """Join the parts of a log of size entries, check what concerns it as a whole; return the tree and the faults.

        The first part is that of the references. Faults that the tree finds later are among its own.
        """
        tree, faults = self.join(size, parts)
        claims = []
        for note in checkpoints:
            try:
                claims.append(self.claim(note))
            except AuditError as error:
                faults.add(Fault(max(size - 1, 0), Kind.CHECKPOINT, f"the checkpoint: {error}"))
        self.check_roots(tree, parts, claims, faults)
        faults.update(tree.faults)
        return tree, faults

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

    def _anchor_claims(self, tree: TreeChecks, faults: Faults) -> list[Claim]:
        """Check that the log can be the anchored one, and return the root that it must have had."""
        if self.anchor is None:
            return []
        genesis = tree.leaf(0) if tree.size else EMPTY_ROOT
        try:
            checkpoint = check_anchor(self.anchor, self.authority.origin, genesis, self.authority.log_key, self.verify)
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
