"""Canonical JSON: one value, one sequence of bytes.

A subset of RFC 8785: objects with ASCII keys in ascending order, lists, strings in Unicode
Normalization Form C, integers of a magnitude below 2^53, true and false. No floats, no null, no
white space, at most 16 containers deep. Bytes are verified as bytes: nothing is ever serialised
again to find out whether it was canonical.
"""

from __future__ import annotations

import json
import re
from typing import Any
from unicodedata import is_normalized

from audit.errors import Malformed, OtherKind

__all__ = [
    "HASH", "MAX_DEPTH", "MAX_INTEGER", "SIGNATURE", "check_shape", "format_json", "parse_json", "parse_text",
    "read_hash", "read_line",
]  # fmt: skip

MAX_DEPTH = 16
MAX_INTEGER = 2**53 - 1

_ESCAPE = r'\\(?:["\\bfnrt]|u00(?:0[0-7bef]|1[0-9a-f]))'
_STRING = rf'"(?:[^"\\\x00-\x1f]++|{_ESCAPE})*+"'

# The grammar of the tokens. It admits no white space, no float, no null, no escape but the shortest
# one, and no surrogate (the only \u escapes left are those of control characters). How the tokens
# may follow one another is left to the standard library's decoder, which every accepted text passes.
_TOKENS = re.compile(rf"(?:[{{}}\[\]:,]|{_STRING}|(?:0|-?[1-9][0-9]*+)(?![0-9])|true|false)++")


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Build an object whose keys are ASCII and strictly ascending, which also excludes duplicates."""
    previous = None
    for key, _ in pairs:
        if not key.isascii():
            raise Malformed("a JSON key is not ASCII")
        if previous is not None and key <= previous:
            raise Malformed(f"JSON keys are not strictly ascending: {previous!r} is followed by {key!r}")
        previous = key
    return dict(pairs)


def _integer(given: str | int) -> int:
    """Return an integer, or the one that digits stand for. Raises Malformed unless its magnitude is below 2^53."""
    if not -MAX_INTEGER <= (value := int(given)) <= MAX_INTEGER:
        raise Malformed("an integer is not below 2^53")
    return value


_DECODER = json.JSONDecoder(object_pairs_hook=_object, parse_int=_integer)
_ENCODER = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def parse_json(data: bytes) -> Any:
    """Return the value whose canonical bytes these are.

    Raises Malformed if the bytes are not UTF-8, not JSON, or not the one canonical form of their
    value. No other exception leaves this function, however deep or long the input.
    Source: RFC 8785 section 3.2; RFC 7493 section 2.
    """
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise Malformed(f"not UTF-8 at byte {error.start}") from None
    return parse_text(text)


def parse_text(text: str, depth: int = 0) -> Any:
    """Return the value of a canonical text that was UTF-8 and lies depth containers deep in another.

    Raises Malformed as parse_json does.
    """
    if not _TOKENS.fullmatch(text):
        raise Malformed(_describe(text))
    try:
        value, end = _DECODER.raw_decode(text)
    except (ValueError, RecursionError) as error:
        raise Malformed(f"not JSON: {error}") from None
    if end != len(text):
        raise Malformed(f"not JSON: more follows at character {end}")
    # A text in this form has strings in this form. The reverse does not hold: the letter of an escape
    # such as \n may seem to compose with the mark behind it, so then the strings themselves decide.
    # Brackets inside strings are counted too, so that only crowded texts are looked through for their depth.
    crowded = text.count("[") + text.count("{") > MAX_DEPTH - depth
    if crowded or (not text.isascii() and not is_normalized("NFC", text)):
        _check_value(value, MAX_DEPTH - depth)
    return value


def _describe(text: str) -> str:
    """Say where a text stops to be canonical tokens."""
    matched = _TOKENS.match(text)
    position = matched.end() if matched else 0
    found = f"{text[position]!a}" if position < len(text) else "the end"
    return f"not canonical JSON: {found} at character {position}"


def format_json(value: object) -> bytes:
    """Return the canonical bytes of a value made of dict, list, tuple, str, int and bool.

    Raises Malformed if the value lies outside the profile: a float, None, an integer of a magnitude
    of 2^53 or more, a string that is not in Normalization Form C or holds a lone surrogate, a key
    that is not ASCII, or more than 16 containers in one another.
    Source: RFC 8785 section 3.2.
    """
    _check_value(value, MAX_DEPTH)
    try:
        return _ENCODER.encode(value).encode("utf-8")
    except UnicodeEncodeError:
        raise Malformed("a string holds a lone surrogate") from None


def _check_value(value: object, depth: int) -> None:
    """Check that a value lies within the profile and is at most depth containers deep."""
    kind = type(value)
    if kind is str:
        if not is_normalized("NFC", value):  # type: ignore[arg-type]
            raise Malformed("a string is not in Unicode Normalization Form C")
    elif kind is bool:
        return
    elif kind is int:
        _integer(value)  # type: ignore[arg-type]
    elif isinstance(value, (list, tuple, dict)):
        if depth == 0:
            raise Malformed(f"more than {MAX_DEPTH} containers deep")
        if isinstance(value, dict):
            _check_keys(value)
        for item in value.values() if isinstance(value, dict) else value:
            _check_value(item, depth - 1)
    else:
        raise Malformed(f"{kind.__name__} has no canonical form")


def _check_keys(value: dict[Any, Any]) -> None:
    """Check that every key of an object is an ASCII string."""
    for key in value:
        if type(key) is not str or not key.isascii():
            raise Malformed("a JSON key is not an ASCII string")


HASH = re.compile("[0-9a-f]{64}")
SIGNATURE = re.compile("[0-9a-f]{128}")


def check_shape(value: object, shape: Any, name: str) -> None:
    """Check that a JSON value has a shape. Raises Malformed, naming the member that does not fit."""
    if isinstance(shape, dict):
        if not isinstance(value, dict) or value.keys() != shape.keys():
            raise Malformed(f"{name} is an object of {', '.join(shape)}")
        for key, one in shape.items():
            check_shape(value[key], one, key)
    elif isinstance(shape, list):
        if not isinstance(value, list):
            raise Malformed(f"{name} is a list")
        for item in value:
            check_shape(item, shape[0], f"one of {name}")
    elif isinstance(shape, re.Pattern):
        if not isinstance(value, str) or not shape.fullmatch(value):
            raise Malformed(f"{name} is out of bounds: {value!a:.80}")
    elif type(value) is not shape or (shape is int and value < 0):  # type: ignore[operator]  # then it is one
        raise Malformed(f"{name} is out of bounds: {value!a:.80}")


def read_hash(value: object, name: str) -> bytes:
    """Return 32 bytes, a hash or a raw public key. Raises Malformed if they are not in lower-case hexadecimal."""
    check_shape(value, HASH, name)
    return bytes.fromhex(str(value))


def read_line(data: bytes, limit: int) -> dict[str, Any]:
    """Return the object in a file of one line of canonical JSON, at most limit bytes long.

    Raises OtherKind if the file does not even begin with an object, and Malformed if it is not canonical.
    """
    if not data.startswith(b"{"):
        raise OtherKind("not an object in canonical JSON")
    if len(data) > limit or not data.endswith(b"}\n"):
        raise Malformed(f"the file is one line of at most {limit} bytes")
    value: dict[str, Any] = parse_json(data[:-1])
    return value
