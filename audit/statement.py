"""The statement: the bytes that an actor signs, without personal data.

A statement is canonical JSON with exactly sixteen keys. All of them but `public` are made of ASCII
without escapes, so one regular expression proves a whole statement canonical and takes it apart;
only the value of `public` goes through the JSON parser. `audit/FORMAT.md` describes every field.
"""

from __future__ import annotations

import marshal
import re
from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
from struct import Struct
from typing import Any, NamedTuple

from audit.canonical import MAX_INTEGER, format_json, integer_pattern, parse_json, parse_text
from audit.commitments import SLOTS
from audit.errors import Malformed
from audit.merkle import EMPTY_ROOT

__all__ = [
    "EMPTY_SEEN", "NO_PREV", "PAYLOAD_TYPE", "SCHEMA", "SLUG", "STREAM", "Seen", "Statement", "check_origin",
    "parse_statement",
]  # fmt: skip

PAYLOAD_TYPE = b"application/vnd.sundial.statement.v1+json"
SCHEMA = 1

# `prev` of the first statement of a stream.
NO_PREV = bytes(32)

_HASH = "[0-9a-f]{64}"
_NUMBER = integer_pattern(MAX_INTEGER)
SLUG = "[a-z0-9][a-z0-9-]{0,62}"
STREAM = f"case/[0-9a-f]{{32}}|ledger|rules|calendar|(?:people|mandate|conference|bulletin|refused|looks)/{SLUG}"
_ORIGIN = "[A-Za-z0-9][A-Za-z0-9._:/-]{0,254}"
# Whole seconds and a numeric offset; UTC is +00:00 and nothing else. The years are bounded so that
# no conversion between offsets can leave the calendar.
_INSTANT = (
    r"[12][0-9]{3}-[01][0-9]-[0-3][0-9]T[0-2][0-9]:[0-5][0-9]:[0-5][0-9](?!-00:00)[+-](?:[01][0-9]|2[0-3]):[0-5][0-9]"
)

# The keys in their order, each with the pattern of its JSON value.
_FIELDS: Mapping[str, str] = {
    "act_id": '"([0-9a-f]{32})"',
    "action": r'"([a-z][a-z_]{0,31}\.[a-z][a-z0-9_]{0,62}\.v[1-9][0-9]{0,3})"',
    "actor": '"([a-z][a-z0-9-]{0,79})"',
    "claimed_at": f'"({_INSTANT})"',
    "key_id": f'"({_HASH})"',
    "office": f'"((?:{SLUG})?)"',
    "origin": f'"({_ORIGIN})"',
    "post": f'"((?:{SLUG})?)"',
    "prev": f'"({_HASH})"',
    # Most public data hold no other object, and then its end is where the first brace closes.
    "public": r"(\{[^}]*\}|\{.*\})",
    "role": '"([a-z][a-z_]{0,31})"',
    "schema": str(SCHEMA),
    "sealed": r"\[" + ",".join([f'"({_HASH})"'] * SLOTS) + r"\]",
    "seen": rf'\{{"root":"({_HASH})","size":(0|{_NUMBER})\}}',
    "seq": f"({_NUMBER})",
    "stream": f'"({STREAM})"',
}
_VALUES = {key: re.compile(pattern, re.DOTALL) for key, pattern in _FIELDS.items()}
_ORIGINS = re.compile(_ORIGIN)

# The whole statement. Reading hexadecimal letter by letter would take most of the time, so any text
# of the right length stands for a hash here; what it is made of is checked when it is decoded.
_LOOSE = {key: value.replace('"([0-9a-f]{', '"(.{') for key, value in _FIELDS.items()}
_STATEMENT = re.compile(r"\{" + ",".join(f'"{key}":{value}' for key, value in _LOOSE.items()) + r"\}", re.DOTALL)
_HASHES = Struct("16s" + "32s" * (3 + SLOTS))

# Public data of up to so many characters are remembered once they were parsed.
_REMEMBERED = 400


class Seen(NamedTuple):
    """A checkpoint that the signer's client had verified: size and 32-byte root."""

    size: int
    root: bytes


# What `seen` says as long as the signer has verified no checkpoint.
EMPTY_SEEN = Seen(0, EMPTY_ROOT)


class Statement(NamedTuple):
    """One act as it was signed. Hashes and ids are bytes; claimed_at stays the text that was signed.

    What does not apply is the empty string: a petitioner has neither post nor office.
    """

    act_id: bytes
    action: str
    actor: str
    claimed_at: str
    key_id: bytes
    office: str
    origin: str
    post: str
    prev: bytes
    public: Mapping[str, Any]
    role: str
    sealed: tuple[bytes, ...]
    seen: Seen
    seq: int
    stream: str


def parse_statement(payload: bytes) -> Statement:
    """Return the statement that these bytes are.

    Raises Malformed, naming the field, unless they are the one canonical form of a statement.
    """
    try:
        matched = _STATEMENT.fullmatch(payload.decode("utf-8"))
    except UnicodeDecodeError as error:
        raise Malformed(f"not UTF-8 at byte {error.start}") from None
    if not matched:
        raise Malformed(_describe(payload))
    # fmt: off
    (act_id, action, actor, claimed_at, key_id, office, origin, post, prev, public, role,
     *sealed, seen_root, seen_size, seq, stream) = matched.groups()
    # fmt: on
    hashes = _unpack("".join((act_id, key_id, prev, seen_root, *sealed)), payload)
    try:
        datetime.fromisoformat(claimed_at)
    except ValueError:
        raise Malformed(f"claimed_at is not an instant of the calendar: {claimed_at}") from None
    # To make the tuples themselves is three times as fast as to call their classes.
    seen = tuple.__new__(Seen, (int(seen_size), hashes[3]))
    # fmt: off
    return tuple.__new__(Statement, (
        hashes[0], action, actor, claimed_at, hashes[1], office, origin, post, hashes[2], _read_public(public), role,
        hashes[4:], seen, int(seq), stream,
    ))
    # fmt: on


def _unpack(text: str, payload: bytes) -> tuple[bytes, ...]:
    """Return the act id and the hashes that a statement's hexadecimal digits stand for, in a row.

    Raises Malformed, naming the field of the payload, if they are not lower-case hexadecimal.
    """
    try:
        data = bytes.fromhex(text)
    except ValueError:
        raise Malformed(_describe(payload)) from None
    # Of what is not canonical, the decoder passes over capital letters and white space.
    if len(data) != _HASHES.size or text.lower() != text:
        raise Malformed(_describe(payload))
    return _HASHES.unpack(data)


def _read_public(text: str) -> dict[str, Any]:
    """Return a new object with the public data in a canonical text, which lies in one container.

    Raises Malformed if it is not canonical.
    """
    if len(text) > _REMEMBERED:
        value: dict[str, Any] = parse_text(text, depth=1)
        return value
    # Acts of one kind often say the same, and copying is several times faster than parsing.
    copy: dict[str, Any] = marshal.loads(_parsed(text))
    return copy


@lru_cache(maxsize=4096)
def _parsed(text: str) -> bytes:
    """Return the value of a canonical text in a form that is quickly copied from."""
    return marshal.dumps(parse_text(text, depth=1))


def _describe(payload: bytes) -> str:
    """Say which field keeps a payload from being a statement."""
    value = parse_json(payload)
    names = value.keys() if isinstance(value, dict) else set()
    if wrong := sorted(names ^ _FIELDS.keys()):
        return f"a statement has exactly its 16 fields: {wrong[0][:40]!a} is missing or unknown"
    for key, pattern in _VALUES.items():
        text = format_json(value[key]).decode("utf-8")
        if not pattern.fullmatch(text):
            return f"the statement's {key!r} is out of bounds: {text[:80]!a}"
    return "not a statement"


def check_origin(origin: str) -> None:
    """Check that a name can be the origin of a ledger: 1 to 255 characters, as a URL without scheme.

    Raises Malformed if not.
    """
    if not _ORIGINS.fullmatch(origin):
        raise Malformed(f"not the name of a ledger: {origin[:80]!a}")
