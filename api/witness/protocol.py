"""The add-checkpoint request of a witness: what it is, what is checked in which order, and what it is answered.

    old <size>
    <base64 hash>…                (a consistency proof from that size, at most 63)
    (an empty line)
    <the checkpoint, a signed note>

Source: C2SP tlog-witness v1.0.0.
"""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from api.publishing.cosigning import SIZE_TYPE
from api.publishing.evidence import Evidence, old_root_of, read_claim
from api.witness.store import Kept, Seen, WitnessStore
from audit.canonical import MAX_INTEGER
from audit.checkpoint import Checkpoint
from audit.errors import AuditError, Malformed, NoteRejected, ProofRejected
from audit.merkle import EMPTY_ROOT, check_consistency
from audit.note import COSIGNATURE, Note, NoteKey, check_note, decode_base64, parse_note
from audit.store.notes import sign_cosignature
from audit.suite import hash256, public_key

MOST_BYTES = 128 << 10
_OLD = re.compile("old (0|[1-9][0-9]{0,15})", re.ASCII)
_MOST_HASHES = 63
TEXT = "text/plain; charset=utf-8"


class Request(NamedTuple):
    """An add-checkpoint request: the size to go on from, the proof, the note as it came and as it was read."""

    old: int
    proof: tuple[bytes, ...]
    text: str
    note: Note
    claim: Checkpoint


class Reply(NamedTuple):
    """What is answered: a status, the type of the body, and the body."""

    status: int
    media_type: str
    body: str


class Conflict(Exception):
    """The witness has seen another size, or another root of this size."""

    def __init__(self, size: int) -> None:
        """Keep the size that was seen."""
        super().__init__()
        self.size = size


@dataclass(frozen=True, slots=True)
class Witness:
    """One witness: its name and 32-byte private key, the logs it watches, its file, and its clock in Unix seconds."""

    name: str
    private: bytes
    trusted: Mapping[str, tuple[NoteKey, ...]]
    store: WitnessStore
    clock: Callable[[], int]

    @property
    def key(self) -> NoteKey:
        """The key by which its cosignatures are checked."""
        return NoteKey(self.name, COSIGNATURE, public_key(self.private))

    def add_checkpoint(self, body: bytes) -> Reply:
        """Answer an add-checkpoint request; whatever was cosigned is on the disk before this returns."""
        try:
            asked = parse_request(body)
        except Malformed as error:
            return Reply(400, TEXT, f"{error}\n")
        origin, size = asked.claim.origin, asked.claim.size
        if origin not in self.trusted:
            return Reply(404, TEXT, "the log is not known here\n")
        try:
            check_note(asked.note, self.trusted[origin])
        except NoteRejected:
            return Reply(403, TEXT, "no trusted key of the log signed the checkpoint\n")
        if asked.old > size:
            return Reply(400, TEXT, "the old size is larger than the checkpoint\n")
        at = self.clock()
        self._look_for_fork(asked, at)
        try:
            seen = Seen(size, asked.claim.root, asked.text)
            self.store.advance(origin, seen, at, lambda *newest: _check(asked, *newest))
        except Conflict as conflict:
            return Reply(409, SIZE_TYPE, f"{conflict.size}\n")
        except ProofRejected as error:
            return Reply(422, TEXT, f"{error}\n")
        signed = sign_cosignature(asked.note.text, self.name, self.private, at)
        line = f"— {signed.name} {b64encode(signed.key_id + signed.signature).decode()}\n"
        return Reply(200, TEXT, line)

    def _look_for_fork(self, asked: Request, at: int) -> None:
        """Keep what contradicts a checkpoint that was cosigned: the log's key has signed both."""
        claim = asked.claim
        same = self.store.cosigned(claim.origin, claim.size)
        if same is not None and same.root != claim.root:
            self._keep(Evidence(same.note, asked.text, claim.root), claim.origin, at)
        before = self.store.cosigned(claim.origin, asked.old)
        if before is None or claim.size <= asked.old:
            return
        try:
            check_consistency(before.size, claim.size, asked.proof, before.root, claim.root)
        except AuditError:
            root = old_root_of(before.size, claim.size, asked.proof, claim.root)
            if root is not None and root != before.root:
                self._keep(Evidence(before.note, asked.text, root, asked.proof), claim.origin, at)
            else:  # a wrong proof proves nothing by itself; both notes are kept for whoever can ask the log
                self._keep(Evidence(before.note, asked.text, b"", asked.proof), claim.origin, at)

    def _keep(self, found: Evidence, origin: str, at: int) -> None:
        data = found.data
        self.store.keep(Kept(hash256(data).hex()[:16], origin, at, bool(found.root), data))


def parse_request(body: bytes) -> Request:
    """Return what a request asks, nothing of it checked. Raises Malformed if it is none."""
    try:
        head, separator, text = body.decode("utf-8").partition("\n\n")
    except UnicodeDecodeError:
        raise Malformed("the request is not UTF-8") from None
    first, *lines = head.split("\n")
    matched = _OLD.fullmatch(first)
    if not separator or matched is None or int(matched[1]) > MAX_INTEGER or len(lines) > _MOST_HASHES:
        raise Malformed("a request is `old <size>`, at most 63 hashes, an empty line, and a checkpoint")
    proof = tuple(decode_base64(line) for line in lines)
    if any(len(one) != 32 for one in proof):
        raise Malformed("a hash of a proof has 32 bytes")
    note = parse_note(text)
    return Request(int(matched[1]), proof, text, note, read_claim(note.text))


def _check(asked: Request, size: int, root: bytes) -> None:
    """Check that a request goes on from the newest checkpoint. Raises Conflict or ProofRejected."""
    if asked.old != size or (size == asked.claim.size and size and root != asked.claim.root):
        raise Conflict(size)
    check_consistency(size, asked.claim.size, asked.proof, root or EMPTY_ROOT, asked.claim.root)
