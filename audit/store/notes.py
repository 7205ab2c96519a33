"""Writing notes, checkpoints, cosignatures, proofs and anchors. Reading and checking them is the rest of `audit`."""

from __future__ import annotations

from base64 import b64encode

from audit.anchor import Anchor, parse_anchor
from audit.canonical import MAX_INTEGER, format_json
from audit.checkpoint import Checkpoint
from audit.errors import Malformed
from audit.note import COSIGNATURE, ED25519, Note, NoteKey, NoteSignature, check_text, cosigned_message, parse_note
from audit.proof import HEADER, TlogProof, parse_tlog_proof
from audit.statement import check_origin
from audit.suite import public_key, sign

__all__ = [
    "format_anchor", "format_checkpoint", "format_note", "format_note_key", "format_tlog_proof",
    "sign_checkpoint", "sign_cosignature", "sign_note",
]  # fmt: skip


def format_note(note: Note) -> str:
    """Return the note as it is stored and sent. Raises Malformed if it could not be read back."""
    check_text(note.text)
    lines = [f"— {one.name} {b64encode(one.key_id + one.signature).decode()}\n" for one in note.signatures]
    text = f"{note.text}\n{''.join(lines)}"
    if parse_note(text) != note:
        raise Malformed("not a note")
    return text


def sign_note(text: str, name: str, private: bytes) -> str:
    """Return the text as a note under one Ed25519 signature by the named key.

    Raises Malformed if the text does not end in a newline or the name has spaces or a plus sign.
    """
    key = NoteKey(name, ED25519, public_key(private))
    return format_note(Note(text, (NoteSignature(name, key.id, sign(private, text.encode())),)))


def sign_cosignature(text: str, name: str, private: bytes, time: int) -> NoteSignature:
    """Return a witness's cosignature of a checkpoint's text: u64be time ‖ signature."""
    key = NoteKey(name, COSIGNATURE, public_key(private))
    return NoteSignature(name, key.id, time.to_bytes(8, "big") + sign(private, cosigned_message(text, time)))


def format_note_key(key: NoteKey) -> str:
    """Return the text form of a key, `name+id+base64(type ‖ key)`, as other tools take it."""
    return f"{key.name}+{key.id.hex()}+{b64encode(bytes((key.kind,)) + key.raw).decode()}"


def format_checkpoint(checkpoint: Checkpoint) -> str:
    """Return the text that is signed. Raises Malformed if a part is out of bounds."""
    check_origin(checkpoint.origin)
    if not 0 <= checkpoint.size <= MAX_INTEGER or len(checkpoint.root) != 32:
        raise Malformed("a checkpoint has a size below 2^53 and a root of 32 bytes")
    return f"{checkpoint.origin}\n{checkpoint.size}\n{b64encode(checkpoint.root).decode()}\n"


def sign_checkpoint(checkpoint: Checkpoint, private: bytes) -> str:
    """Return the checkpoint as a note signed with the log's raw private key.

    Raises Malformed if a part is out of bounds.
    """
    return sign_note(format_checkpoint(checkpoint), checkpoint.origin, private)


def format_tlog_proof(proof: TlogProof) -> bytes:
    """Return the file of a proof. Raises Malformed if it could not be read back."""
    extra = [f"extra {b64encode(proof.extra).decode()}"] if proof.extra else []
    lines = [*extra, f"index {proof.index}", *(b64encode(one).decode() for one in proof.hashes)]
    data = (HEADER + "\n".join(lines) + "\n\n" + proof.checkpoint).encode()
    if parse_tlog_proof(data) != proof:
        raise Malformed("not a proof")
    return data


def format_anchor(anchor: Anchor) -> bytes:
    """Return the bytes of the anchor's file. Raises Malformed if a part is out of bounds."""
    fields = {
        "checkpoint": anchor.checkpoint,
        "genesis": anchor.genesis_hash.hex(),
        "log_key": anchor.log_key.hex(),
        "origin": anchor.origin,
    }
    data = format_json(fields) + b"\n"
    parse_anchor(data)
    return data
