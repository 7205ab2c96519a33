"""Which logs a witness watches: a file of lines `log <vkey> [<origin>]`, # begins a comment.

The origin is the key's name unless the line says another; a log that changed its key has a line for each.
"""

from __future__ import annotations

from collections.abc import Mapping

from audit.errors import Malformed
from audit.note import ED25519, NoteKey, parse_note_key

MOST_BYTES = 1_000_000


def parse_trusted(data: bytes) -> Mapping[str, tuple[NoteKey, ...]]:
    """Return the keys of each origin. Raises Malformed, naming the line, if the file is not one of trusted logs."""
    if len(data) > MOST_BYTES:
        raise Malformed("the file of trusted logs is too long")
    found: dict[str, tuple[NoteKey, ...]] = {}
    for number, line in enumerate(data.decode("utf-8", "replace").splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        word, _, rest = line.strip().partition(" ")
        vkey, _, origin = rest.strip().partition(" ")
        try:
            key = parse_note_key(vkey)
        except Malformed as error:
            raise Malformed(f"line {number} of the trusted logs: {error}") from None
        if word != "log" or key.kind != ED25519:
            raise Malformed(f"line {number} of the trusted logs is not `log <vkey> [<origin>]`")
        name = origin.strip() or key.name
        found[name] = (*found.get(name, ()), key)
    return found
