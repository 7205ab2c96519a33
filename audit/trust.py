"""What a reader believes beforehand: an anchor, and a policy of logs and witnesses; and what came of a check.

Only these are believed, and both are the reader's own. Without an anchor nothing is good: what was
found then says no more than that a file agrees with itself.

A policy is a file of lines `log <vkey> [<url>]`, `witness <name> <vkey> [<url>]`, `group <name> <k> <name>…`
and one `quorum <name>`. Names are octets and mean nothing outside the file. With `quorum none` nobody
has to have cosigned.
Source: C2SP tlog-policy.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from audit.anchor import Anchor, open_anchor
from audit.checkpoint import Checkpoint, parse_checkpoint
from audit.errors import AnchorRejected, Malformed, NoteRejected, ProofRejected
from audit.faults import Fault
from audit.merkle import check_consistency
from audit.note import COSIGNATURE, ED25519, NoteKey, check_note, parse_note, parse_note_key
from audit.suite import Verify, check_signature

__all__ = ["NO_POLICY", "Findings", "Opened", "Policy", "Trust", "parse_policy"]

_NONE = b"none"
# Bounds of our own: the specification asks for at least 32 logs, witnesses and groups.
_MAX_SIZE = 100_000
# A size, and the proof that a checkpoint goes on from there.
_Since = tuple[int, Sequence[bytes]]


@dataclass(slots=True)
class Policy:
    """A policy as it was read. groups maps a name to how many of which names it takes; urls is by raw key."""

    logs: list[NoteKey] = field(default_factory=list)
    witnesses: dict[bytes, NoteKey] = field(default_factory=dict)
    groups: dict[bytes, tuple[int, list[bytes]]] = field(default_factory=dict)
    quorum: bytes = b""
    urls: dict[bytes, str] = field(default_factory=dict)

    def is_met(self, signers: Collection[NoteKey]) -> bool:
        """Say whether a checkpoint that these keys signed or cosigned satisfies the quorum."""
        met = {_NONE: True} | {name: key in signers for name, key in self.witnesses.items()}
        for name, (threshold, members) in self.groups.items():
            met[name] = sum(met[one] for one in members) >= threshold
        return met[self.quorum]

    def read(self, words: list[bytes]) -> None:
        """Take in one line. Raises Malformed if it may not stand there."""
        named = {_NONE, *self.witnesses, *self.groups}
        match words:
            case [b"log", vkey, *url] if len(url) <= 1:
                self.logs.append(self._key(vkey, ED25519, self.logs, url))
            case [b"witness", name, vkey, *url] if len(url) <= 1 and name not in named:
                self.witnesses[name] = self._key(vkey, COSIGNATURE, self.witnesses.values(), url)
            case [b"group", name, threshold, _, *_] if name not in named:
                self.groups[name] = self._group(threshold, words[3:], named)
            case [b"quorum", name] if not self.quorum and name in named:
                self.quorum = name
            case _:
                raise Malformed("not a line that may stand there")

    def _key(self, vkey: bytes, kind: int, others: Collection[NoteKey], url: list[bytes]) -> NoteKey:
        key = parse_note_key(vkey.decode("utf-8", "replace"))
        if key.kind != kind or any(key.raw == one.raw for one in others):
            raise Malformed("a key of the wrong type, or one that is there already")
        for one in url:
            self.urls[key.raw] = one.decode("utf-8", "replace")
        return key

    def _group(self, threshold: bytes, members: list[bytes], named: set[bytes]) -> tuple[int, list[bytes]]:
        taken = [_NONE, *(one for _, others in self.groups.values() for one in others)]
        if not named.issuperset(members) or len({*taken, *members}) != len(taken) + len(members):
            raise Malformed("a member of a group is a name defined before that is in no group yet")
        number = {b"any": b"1", b"all": b"%d" % len(members)}.get(threshold, threshold)
        if not re.fullmatch(rb"[1-9][0-9]{0,4}", number) or int(number) > len(members):
            raise Malformed("a group takes at least one of its members and at most all")
        return int(number), members


NO_POLICY = Policy(quorum=_NONE)


def parse_policy(data: bytes) -> Policy:
    """Return the policy in a file's bytes. Raises Malformed, naming the line, if it is not one."""
    if len(data) > _MAX_SIZE or re.search(rb"[\x00-\x08\x0b-\x1f\x7f]", data) or not data.endswith(b"\n"):
        raise Malformed("a policy has at most 100,000 bytes, lines ended by newlines, and no other control character")
    policy = Policy()
    for number, line in enumerate(data.split(b"\n"), 1):
        words = line.split()
        if words and not words[0].startswith(b"#"):
            try:
                policy.read(words)
            except Malformed as error:
                raise Malformed(f"line {number} of the policy: {error}") from None
    if not policy.quorum:
        raise Malformed("the policy has no quorum line")
    return policy


class Findings:
    """The checks that were begun, in order, and the facts that they brought to light.

    A check that fails raises; so all of them passed, or all but the last.
    """

    def __init__(self) -> None:
        """Begin with none."""
        self.checks: list[str] = []
        self.facts: dict[str, Any] = {}
        self.fault: Fault | None = None

    def report(self, faults: Iterable[Fault]) -> None:
        """Raise ProofRejected for the first of some faults, which is remembered, if there are any."""
        for fault in faults:
            self.fault = fault
            raise ProofRejected(fault.detail)

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

    def open(self, text: str, findings: Findings, *, log_key: bytes = b"", since: _Since = (0, ())) -> Opened:
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
            self._check_anchored(self.anchor, checkpoint, findings, since)
        witnesses = set(self.policy.witnesses.values())
        signers = check_note(note, logs | witnesses, self.verify) if logs else ()
        if logs.isdisjoint(signers) and (logs or self.anchor is not None):
            raise NoteRejected("no key of the log that the anchor or the policy names signed the checkpoint")
        findings.begin("witnesses")
        if not self.policy.is_met(signers):
            raise NoteRejected("fewer witnesses have cosigned the checkpoint than the policy's quorum asks for")
        findings.facts["witnesses"] = sorted(key.name for key in witnesses.intersection(signers))
        return Opened(checkpoint, next((key.raw for key in signers if key in logs), b""))

    def _check_anchored(self, anchor: Anchor, checkpoint: Checkpoint, findings: Findings, since: _Since) -> None:
        """Check a checkpoint against the anchored one, as far as their sizes and the proof let one compare them."""
        if checkpoint.origin != anchor.origin:
            raise AnchorRejected(f"the checkpoint is of {checkpoint.origin}, the anchor of {anchor.origin}")
        anchored = open_anchor(anchor, self.verify)
        if anchored is None:
            return
        if anchored.size == checkpoint.size and anchored.root != checkpoint.root:
            raise AnchorRejected("the checkpoint has another root than the anchored one of the same size: a fork")
        if anchored.size == since[0]:
            check_consistency(anchored.size, checkpoint.size, since[1], anchored.root, checkpoint.root)
        findings.facts["continues_anchor"] = anchored.size in (checkpoint.size, since[0])
