"""Signed notes: short texts under the signatures of one or more named keys.

    text, ending in a newline
    (an empty line)
    — <name> base64(key id, 4 bytes ‖ signature)

Signatures of unknown keys are ignored. A bad signature of a known key rejects the whole note.
A cosignature is a witness's signature over the text and the time at which it was made.
Source: C2SP signed-note v1.0.0, tlog-cosignature v1.0.1 (its Ed25519 type).
"""

from __future__ import annotations

import re
from base64 import b64decode, b64encode
from collections.abc import Iterable
from typing import NamedTuple

from audit.errors import Malformed, NoteRejected, SignatureRejected
from audit.suite import Verify, check_signature, hash256

__all__ = [
    "COSIGNATURE", "ED25519", "Note", "NoteKey", "NoteSignature", "check_note", "cosigned_at", "cosigned_message",
    "decode_base64", "parse_note", "parse_note_key",
]  # fmt: skip

# The signature types: plain Ed25519 over the text of the note, and a witness's timestamped cosignature.
ED25519 = 0x01
COSIGNATURE = 0x04

# Bounds of our own: the specification asks that at least 16 signatures be read.
_MAX_SIGNATURES = 100
_MAX_SIZE = 1_000_000

_LINE = re.compile("— ([^ ]+) ([A-Za-z0-9+/]+={0,2})")
_NAME = re.compile(r"[^\s+\ud800-\udfff]+")
_CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f]")


class NoteKey(NamedTuple):
    """A key that signs notes: its name, the type of its signatures, and the raw public key."""

    name: str
    kind: int
    raw: bytes

    @property
    def id(self) -> bytes:
        """The four bytes that, along with the name, tell keys apart. They prove nothing."""
        return hash256(self.name.encode() + b"\n" + bytes((self.kind,)) + self.raw)[:4]


class NoteSignature(NamedTuple):
    """One signature line: the key's name, its id of four bytes, and the signature."""

    name: str
    key_id: bytes
    signature: bytes


class Note(NamedTuple):
    """A note as it was read. Nothing in it is to be believed before check_note."""

    text: str
    signatures: tuple[NoteSignature, ...]


def decode_base64(text: str) -> bytes:
    """Return the bytes of standard base64 with padding.

    Raises Malformed unless the text is what encoding those bytes gives.
    """
    try:
        data = b64decode(text, validate=True)
    except ValueError:
        raise Malformed(f"not base64: {text[:40]!a}") from None
    if b64encode(data).decode() != text:
        raise Malformed(f"not the one base64 form: {text[:40]!a}")
    return data


def check_text(text: str) -> None:
    """Check that a text can be that of a note."""
    if not text.endswith("\n") or _CONTROL.search(text):
        raise Malformed("the text of a note ends in a newline and has no other control character")


def parse_note(text: str) -> Note:
    """Return the note that this is, its signatures unchecked.

    Raises Malformed if it has no signature line, more than 100, another kind of line among them, or
    more than a million characters.
    """
    if len(text) > _MAX_SIZE:
        raise Malformed("the note is too long")
    if any("\ud800" <= character <= "\udfff" for character in text):
        raise Malformed("the note holds a lone surrogate")
    body, separator, tail = text.rpartition("\n\n")
    if not separator or not tail.endswith("\n"):
        raise Malformed("a note is a text, an empty line and signature lines")
    check_text(body + "\n")
    lines = tail[:-1].split("\n")
    if len(lines) > _MAX_SIGNATURES:
        raise Malformed(f"the note has more than {_MAX_SIGNATURES} signatures")
    return Note(body + "\n", tuple(_parse_line(line) for line in lines))


def _parse_line(line: str) -> NoteSignature:
    """Return the signature on a line. Raises Malformed if it is not a signature line."""
    matched = _LINE.fullmatch(line)
    if not matched or not _NAME.fullmatch(matched[1]) or _CONTROL.search(line):
        raise Malformed(f"not a signature line: {line[:80]!a}")
    data = decode_base64(matched[2])
    if len(data) < 5:
        raise Malformed("a signature of a note is longer than its key id")
    return NoteSignature(matched[1], data[:4], data[4:])


def cosigned_message(text: str, time: int) -> bytes:
    """Return what a witness signs of a checkpoint's text; time is in Unix seconds, below 2^63.

    Source: C2SP tlog-cosignature v1.0.1, "Ed25519 signed message".
    """
    if not text.endswith("\n") or not 0 <= time < 1 << 63:
        raise Malformed("a cosignature covers the text of a note and a time below 2^63")
    return f"cosignature/v1\ntime {time}\n{text}".encode()


def cosigned_at(signature: NoteSignature) -> int:
    """Return the Unix seconds that a cosignature names, which is to be believed only once it was checked."""
    return int.from_bytes(signature.signature[:8], "big")


def _check_signature(key: NoteKey, text: str, one: NoteSignature, verify: Verify) -> None:
    """Check one signature of a note by a key of either type."""
    if key.kind == ED25519:
        verify(key.raw, text.encode(), one.signature)
        return
    if len(one.signature) != 72 or one.signature[0] & 0x80:
        raise SignatureRejected("a cosignature is a time below 2^63 and 64 bytes")
    verify(key.raw, cosigned_message(text, cosigned_at(one)), one.signature[8:])


def check_note(note: Note, keys: Iterable[NoteKey], verify: Verify = check_signature) -> tuple[NoteKey, ...]:
    """Check a note against the keys that the reader knows and return those that signed it.

    Raises NoteRejected if none of them did, or if a signature of one of them does not hold.
    Source: C2SP signed-note v1.0.0, "Signatures".
    """
    known = {(key.name, key.id): key for key in keys if key.kind in (ED25519, COSIGNATURE)}
    signers: list[NoteKey] = []
    for one in note.signatures:
        key = known.get((one.name, one.key_id))
        if key is None:
            continue
        try:
            _check_signature(key, note.text, one, verify)
        except SignatureRejected:
            raise NoteRejected(f"the signature by {one.name} does not hold") from None
        if key not in signers:
            signers.append(key)
    if not signers:
        raise NoteRejected("no known key signed the note")
    return tuple(signers)


def parse_note_key(text: str) -> NoteKey:
    """Return the key in text form, a log's or a witness's. Raises Malformed if it is neither, or its id is wrong."""
    parts = text.split("+", 2)
    if len(parts) != 3 or not _NAME.fullmatch(parts[0]):
        raise Malformed("a note key is a name, an id and a key, joined by plus signs")
    data = decode_base64(parts[2])
    if len(data) != 33 or data[0] not in (ED25519, COSIGNATURE):
        raise Malformed("not an Ed25519 note key, of a log or of a witness")
    key = NoteKey(parts[0], data[0], data[1:])
    if parts[1] != key.id.hex():
        raise Malformed("the id of the note key is not that of its name and key")
    return key
