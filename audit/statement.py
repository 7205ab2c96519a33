"""The statement: the bytes that an actor signs, without personal data.

A statement is canonical JSON with exactly sixteen keys. All of them but `public` are made of ASCII
without escapes, so regular expressions prove a statement canonical and take it apart; only the value
of `public` goes through the JSON parser. Most bytes of a statement stood in others before it: it is
cut into such parts, whose reading is remembered, and what lies between them.
`audit/FORMAT.md` describes every field.
"""

from __future__ import annotations

import marshal
import re
from binascii import unhexlify
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import lru_cache, partial
from typing import Any, NamedTuple

from audit.canonical import MAX_INTEGER, format_json, parse_json, parse_text
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
_NUMBER = "[1-9][0-9]*"
SLUG = "[a-z0-9][a-z0-9-]{0,62}"
STREAM = f"case/[0-9a-f]{{32}}|ledger|rules|calendar|(?:people|mandate|conference|bulletin|refused|looks)/{SLUG}"
_ORIGIN = "[A-Za-z0-9][A-Za-z0-9._:/-]{0,254}"
# Whole seconds and a numeric offset; UTC is +00:00 and nothing else. The years are bounded so that
# no conversion between offsets can leave the calendar. All but the offset differs from act to act.
_TZ = "((?!-00:00)[+-](?:[01][0-9]|2[0-3]):[0-5][0-9])"
_INSTANT = r"[12][0-9]{3}-[01][0-9]-[0-3][0-9]T[0-2][0-9]:[0-5][0-9]:[0-5][0-9]" + _TZ

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
_ORIGINS = re.compile(_ORIGIN)

# How a statement is cut, whose parts make up all its bytes. What its parts may be is for the patterns below to say.
_CUT = re.compile(
    rb'\{"act_id":"(.{32})(","action":"[^"]*","actor":"[^"]*","claimed_at":")(.{19})([^"]*","key_id":"[^"]*","office":'
    rb'"[^"]*","origin":"[^"]*","post":"[^"]*","prev":")(.{64})(","public":(?:\{[^}]*\}|\{.*\}),"role":"[^"]*",'
    rb'"schema":1,"sealed":\[")(.{533})("\],"seen":[^}]*\},"seq":[0-9]*,"stream":"(?:case/|[^"]*))([^"]*)"\}',
    re.DOTALL,
)


def _members(keys: str) -> str:
    """Return the pattern of some members in a row."""
    return ",".join(f'"{key}":{_FIELDS[key]}' for key in keys.split())


# The parts that come again and again: who acts, in two pieces; what the act says; where it stands.
_WHO = re.compile(f'",{_members("action actor")},"claimed_at":"{_TZ}",{_members("key_id office origin post")},"prev":"')
_SAID = re.compile(f'",{_members("public role schema")},"sealed":\\["', re.DOTALL)
_PLACE = re.compile(rf'"\],{_members("seen seq")},"stream":"(case/|(?!case/)(?:{STREAM}))')

# Act id, prev, civil time and commitments, with every digit read as 0: in a case, whose name ends in digits, and
# elsewhere.
_DIGITS = bytes.maketrans(b"0123456789abcdef", b"0" * 16)
_ELSEWHERE = b"0" * 96 + b"0000-00-00T00:00:00" + b'","'.join([b"0" * 64] * SLOTS)
_IN_CASE = b"0" * 32 + _ELSEWHERE

# Public data of up to so many bytes are remembered once they were read.
_REMEMBERED = 500


class Seen(NamedTuple):
    """A checkpoint that the signer's client had verified: size and 32-byte root."""

    size: int
    root: bytes


# What `seen` says as long as the signer has verified no checkpoint.
EMPTY_SEEN = Seen(0, EMPTY_ROOT)


class Sealed(Sequence[bytes]):
    """The commitments of an act as they stand in its bytes, decoded when they are asked for: few readers do."""

    __slots__ = ("_text",)

    def __init__(self, text: bytes) -> None:
        """Take the hexadecimal digits of all slots with what stands between them."""
        self._text = text

    def __len__(self) -> int:
        return SLOTS

    def __getitem__(self, slot: Any) -> Any:
        at = 67 * range(SLOTS)[slot]
        return unhexlify(self._text[at : at + 64])

    def __eq__(self, other: object) -> bool:
        return tuple(self) == other


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
    sealed: Sequence[bytes]
    seen: Seen
    seq: int
    stream: str


def parse_statement(payload: bytes) -> Statement:
    """Return the statement that these bytes are.

    Raises Malformed, naming the field, unless they are the one canonical form of a statement.
    """
    matched = _CUT.fullmatch(payload)
    if not matched:
        raise Malformed(_describe(payload))
    act_id, acts, claimed, holds, prev, said, sealed, place, name = matched.groups()
    try:
        action, actor, offset, key_id, office, origin, post = _read_who(acts + holds)
        copy_public, role = (_read_said if len(said) < _REMEMBERED else _read_said.__wrapped__)(said)
        seen, seq, kind, digits = _read_place(place)
        time = claimed.decode()
        datetime.fromisoformat(time)
    except ValueError:
        raise Malformed(_describe(payload)) from None
    if b"".join((name, act_id, prev, claimed, sealed)).translate(_DIGITS) != digits or not "1" <= time < "3":
        raise Malformed(_describe(payload))
    # To make the tuple itself is three times as fast as to call its class.
    # fmt: off
    return tuple.__new__(Statement, (
        unhexlify(act_id), action, actor, time + offset, key_id, office, origin, post, unhexlify(prev),
        copy_public(), role, Sealed(sealed), seen, seq, kind + name.decode(),
    ))
    # fmt: on


def _take(pattern: re.Pattern[str], part: bytes) -> tuple[str, ...]:
    """Return the values in a part. Raises ValueError if it is none."""
    matched = pattern.fullmatch(part.decode())
    if not matched:
        raise ValueError
    return matched.groups()


@lru_cache(maxsize=4096)
def _read_who(part: bytes) -> tuple[str, str, str, bytes, str, str, str]:
    action, actor, offset, key_id, office, origin, post = _take(_WHO, part)
    return action, actor, offset, unhexlify(key_id), office, origin, post


@lru_cache(maxsize=4096)
def _read_said(part: bytes) -> tuple[Callable[[], Mapping[str, Any]], str]:
    """Return what makes a copy of the public data, whole however deep they are, and the role."""
    text, role = _take(_SAID, part)
    public = parse_text(text, depth=1)
    deep = any(isinstance(value, dict | list) for value in public.values())
    return partial(marshal.loads, marshal.dumps(public)) if deep else public.copy, role


@lru_cache(maxsize=4096)
def _read_place(part: bytes) -> tuple[Seen, int, str, bytes]:
    """Return what the signer had seen, seq, the stream but for the name of a case, and the form of the digits."""
    root, size, seq, stream = _take(_PLACE, part)
    if max(int(size), int(seq)) > MAX_INTEGER:
        raise ValueError
    return Seen(int(size), unhexlify(root)), int(seq), stream, _IN_CASE if stream == "case/" else _ELSEWHERE


def _describe(payload: bytes) -> str:
    """Say which field keeps a payload from being a statement."""
    value = parse_json(payload)
    names = value.keys() if isinstance(value, dict) else set()
    if wrong := sorted(names ^ _FIELDS.keys()):
        return f"a statement has exactly its 16 fields: {wrong[0][:40]!a} is missing or unknown"
    for key, pattern in _FIELDS.items():
        text = format_json(value[key]).decode("utf-8")
        if not re.fullmatch(pattern, text, re.DOTALL):
            return f"the statement's {key!r} is out of bounds: {text[:80]!a}"
    return f"claimed_at is not an instant of the calendar: {value['claimed_at']}"


def check_origin(origin: str) -> None:
    """Check that a name can be the origin of a ledger: 1 to 255 characters, as a URL without scheme.

    Raises Malformed if not.
    """
    if not _ORIGINS.fullmatch(origin):
        raise Malformed(f"not the name of a ledger: {origin[:80]!a}")
