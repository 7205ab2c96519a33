"""Evidence of equivocation: two checkpoints that one log signed and that cannot both be true.

A file needs nobody's word: it holds both notes, and where their sizes differ a proof that the larger tree
begins with another root than the smaller note says. For equal sizes that root is the larger note's own.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from audit.canonical import HASH, MAX_INTEGER, check_shape, format_json, read_line
from audit.checkpoint import Checkpoint
from audit.errors import Malformed, ProofRejected
from audit.merkle import check_consistency, node_hash
from audit.note import NoteKey, check_note, decode_base64, parse_note

FORMAT = "sundial/equivocation1"
_LIMIT = 4 << 20
_SIZE = re.compile("0|[1-9][0-9]{0,15}", re.ASCII)
_SHAPE = {"checkpoints": [str], "format": str, "origin": str, "proof": [HASH], "root": HASH}


class Evidence(NamedTuple):
    """Two notes of one log, the smaller first; root is what the larger tree holds at the smaller size, by the proof."""

    older: str
    newer: str
    root: bytes
    proof: tuple[bytes, ...] = ()

    @property
    def data(self) -> bytes:
        """The bytes of the file: one line of canonical JSON."""
        document = {
            "checkpoints": [self.older, self.newer],
            "format": FORMAT,
            "origin": parse_note(self.older).text.partition("\n")[0],
            "proof": [one.hex() for one in self.proof],
            "root": self.root.hex(),
        }
        return format_json(document) + b"\n"


def parse_evidence(data: bytes) -> Evidence:
    """Return the evidence in a file's bytes, unchecked. Raises Malformed if there is none."""
    value = read_line(data, _LIMIT)
    check_shape(value, _SHAPE, "evidence of equivocation")
    if value["format"] != FORMAT or len(value["checkpoints"]) != 2:
        raise ProofRejected("not evidence of equivocation")
    older, newer = value["checkpoints"]
    return Evidence(older, newer, bytes.fromhex(value["root"]), tuple(bytes.fromhex(one) for one in value["proof"]))


def check_evidence(evidence: Evidence, keys: Iterable[NoteKey]) -> tuple[Checkpoint, Checkpoint]:
    """Check that one of the keys signed both notes and that they contradict each other; return what they say.

    Raises NoteRejected if none of the keys signed one of them, ProofRejected if both can be true.
    """
    known = tuple(keys)
    notes = [parse_note(text) for text in (evidence.older, evidence.newer)]
    for note in notes:
        check_note(note, known)
    older, newer = (read_claim(note.text) for note in notes)
    if older.origin != newer.origin:
        raise ProofRejected("the two checkpoints are of different logs")
    check_consistency(older.size, newer.size, evidence.proof, evidence.root, newer.root)
    if evidence.root == older.root:
        raise ProofRejected("the two checkpoints do not contradict each other")
    return older, newer


def read_claim(text: str) -> Checkpoint:
    """Return what the text of any log's checkpoint claims; it may have extension lines and any origin.

    Raises Malformed if it is no checkpoint. Source: C2SP tlog-checkpoint v1.0.0.
    """
    origin, size, root64, *extensions = [*text.split("\n"), "", ""][: max(3, text.count("\n"))]
    if not text.endswith("\n") or not origin or not all(extensions):
        raise Malformed("a checkpoint is an origin, a size, a root, and lines that are not empty")
    if not _SIZE.fullmatch(size) or int(size) > MAX_INTEGER:
        raise Malformed("not the size of a log")
    root = decode_base64(root64)
    if len(root) != 32:
        raise Malformed("a root has 32 bytes")
    return Checkpoint(origin, int(size), root)


def old_root_of(old: int, new: int, proof: Sequence[bytes], new_root: bytes) -> bytes | None:
    """Return the root at an old size that a consistency proof shows the new tree to have; None if it shows none.

    A proof from a size that is a power of two leaves that root out, so it shows none.
    Source: RFC 9162 section 2.1.4.2, whose two roots come from the same hashes.
    """
    if not 0 < old < new or not old & (old - 1) or not proof:
        return None
    level = (old & -old).bit_length() - 1
    place, inner = (old - 1) >> level, ((old - 1) ^ (new - 1)).bit_length() - level
    root = proof[0]
    for at, sibling in enumerate(proof[1:]):
        if at >= inner or place >> at & 1:
            root = node_hash(sibling, root)
    try:
        check_consistency(old, new, proof, root, new_root)
    except ProofRejected:
        return None
    return root
