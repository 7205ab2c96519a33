"""What a reader believes beforehand, and what came of checking a file against it.

Only the anchor and the policy are believed, and both are the reader's own. Without an anchor nothing
is good: what was found then says no more than that a file agrees with itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from audit.anchor import Anchor, open_anchor
from audit.checkpoint import Checkpoint, parse_checkpoint
from audit.errors import AnchorRejected, NoteRejected
from audit.merkle import check_consistency
from audit.note import ED25519, NoteKey, check_note, parse_note
from audit.policy import NO_POLICY, Policy
from audit.suite import Verify, check_signature

__all__ = ["Findings", "Opened", "Trust"]


class Findings:
    """The checks that were begun, in order, and the facts that they brought to light.

    A check that fails raises; so all of them passed, or all but the last.
    """

    def __init__(self) -> None:
        """Begin with none."""
        self.checks: list[str] = []
        self.facts: dict[str, Any] = {}

    def begin(self, check: str) -> None:
        """Begin the next check."""
        self.checks.append(check)


class Opened(NamedTuple):
    """A checkpoint that was believed, and the log's raw public key that signed it: empty if none is known."""

    checkpoint: Checkpoint
    log_key: bytes


class Trust(NamedTuple):
    """What a reader believes beforehand. verify checks signatures."""

    anchor: Anchor | None = None
    policy: Policy = NO_POLICY
    verify: Verify = check_signature

    def open(
        self, text: str, findings: Findings, *, log_key: bytes = b"", since: tuple[int, Sequence[bytes]] = (0, ())
    ) -> Opened:
        """Return the checkpoint in a note if the log signed it and enough witnesses did.

        log_key is the log's key where the authority has told it; else the anchor's and the policy's are
        taken. since is a size and the proof that the checkpoint goes on from there.

        Raises Malformed or NoteRejected if the note is not to be believed, AnchorRejected if it is of
        another ledger than the anchor or contradicts its checkpoint.
        """
        findings.begin("checkpoint")
        note = parse_note(text)
        checkpoint = parse_checkpoint(note.text)
        findings.facts |= {"origin": checkpoint.origin, "size": checkpoint.size, "root": checkpoint.root.hex()}
        known = [log_key] if log_key else [self.anchor.log_key] if self.anchor else []
        logs = {NoteKey(checkpoint.origin, ED25519, raw) for raw in known}
        if self.policy.logs and not log_key:
            logs = {key for key in self.policy.logs if key.name == checkpoint.origin}
        if self.anchor is not None:
            self._check_anchored(checkpoint, findings, since)
        witnesses = set(self.policy.witnesses.values())
        signers = check_note(note, logs | witnesses, self.verify) if logs else ()
        if logs.isdisjoint(signers) and (logs or self.anchor is not None):
            raise NoteRejected("no key of the log that the anchor or the policy names signed the checkpoint")
        findings.begin("witnesses")
        if not self.policy.is_met(signers):
            raise NoteRejected("fewer witnesses have cosigned the checkpoint than the policy's quorum asks for")
        findings.facts["witnesses"] = sorted(key.name for key in witnesses.intersection(signers))
        return Opened(checkpoint, next((key.raw for key in signers if key in logs), b""))

    def _check_anchored(self, checkpoint: Checkpoint, findings: Findings, since: tuple[int, Sequence[bytes]]) -> None:
        """Check a checkpoint against the anchored one, as far as their sizes and the proof let one compare them."""
        if self.anchor is None:
            return
        if checkpoint.origin != self.anchor.origin:
            raise AnchorRejected(f"the checkpoint is of {checkpoint.origin}, the anchor of {self.anchor.origin}")
        anchored = open_anchor(self.anchor, self.verify)
        if anchored is None:
            return
        if anchored.size == checkpoint.size and anchored.root != checkpoint.root:
            raise AnchorRejected("the checkpoint has another root than the anchored one of the same size: a fork")
        if anchored.size == since[0]:
            check_consistency(anchored.size, checkpoint.size, since[1], anchored.root, checkpoint.root)
        findings.facts["continues_anchor"] = anchored.size in (checkpoint.size, since[0])
