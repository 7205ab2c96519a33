"""Checkpoints: the size and the root of the log, signed as a note by the log's key.

    <origin>
    <size, decimal>
    <root, base64>

The name of the key is the origin. Checkpoints of this kind of log have no extension lines, since
nothing could check them.
Source: C2SP tlog-checkpoint v1.0.0.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from audit.canonical import MAX_INTEGER
from audit.errors import Malformed, NoteRejected
from audit.note import ED25519, NoteKey, check_note, decode_base64, parse_note
from audit.statement import check_origin
from audit.suite import Verify, check_signature

__all__ = ["Checkpoint", "open_checkpoint", "parse_checkpoint"]

_SIZE = re.compile("0|[1-9][0-9]{0,15}", re.ASCII)


class Checkpoint(NamedTuple):
    """What a log says about itself: its origin, its size in entries, and its 32-byte root."""

    origin: str
    size: int
    root: bytes


def parse_checkpoint(text: str) -> Checkpoint:
    """Return the checkpoint that a note's text is. Raises Malformed if it is not one."""
    lines = text.split("\n")
    if len(lines) != 4 or lines[3]:
        raise Malformed("a checkpoint has three lines")
    check_origin(lines[0])
    if not _SIZE.fullmatch(lines[1]) or int(lines[1]) > MAX_INTEGER:
        raise Malformed(f"not the size of a log: {lines[1][:40]!a}")
    root = decode_base64(lines[2])
    if len(root) != 32:
        raise Malformed("a root has 32 bytes")
    return Checkpoint(lines[0], int(lines[1]), root)


def open_checkpoint(text: str, origin: str, log_key: bytes, verify: Verify = check_signature) -> Checkpoint:
    """Return the checkpoint in a note if this log signed it with this raw public key.

    Raises Malformed if the text is not a checkpoint, and NoteRejected if it is one of another log
    or not signed by this key.
    """
    note = parse_note(text)
    check_note(note, [NoteKey(origin, ED25519, log_key)], verify)
    checkpoint = parse_checkpoint(note.text)
    if checkpoint.origin != origin:
        raise NoteRejected(f"a checkpoint of {checkpoint.origin}, not of {origin}")
    return checkpoint
