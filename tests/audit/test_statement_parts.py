"""A statement is cut into parts that are remembered: that lets nothing in which a whole reading would refuse."""

from __future__ import annotations

import random
import re
from datetime import datetime
from typing import Any

import pytest

from audit import statement as module
from audit.canonical import format_json, parse_json
from audit.errors import Malformed
from audit.statement import Sealed, Seen, Statement, parse_statement
from audit.store.writing import format_statement
from tests.audit.statements import statement

_BYTES = b'09afAFgz",:{}[]\\/-+T. \n\x00\x7f\xc3\xff'
_BASES = [
    format_statement(statement()),
    format_statement(statement(stream="people/housing", public={"a": [{"b": "漏水\n"}, True, -1], "c": {}})),
    format_statement(statement(stream="ledger", office="", post="", public={}, seq=2**53 - 1)),
    format_statement(
        statement(public={"a": '},"role":"head","schema":1,"sealed":["'}, seen=Seen(2**53 - 1, bytes(32)))
    ),
]


def _read_whole(payload: bytes) -> Statement | None:
    """Read a statement as any JSON is read, and each of its fields by its pattern; None if it is none."""
    try:
        value: Any = parse_json(payload)
        if not isinstance(value, dict) or value.keys() != module._FIELDS.keys() or format_json(value) != payload:
            return None
        for key, pattern in module._FIELDS.items():
            if not re.fullmatch(pattern, format_json(value[key]).decode(), re.DOTALL):
                return None
        datetime.fromisoformat(value["claimed_at"])
    except (Malformed, ValueError):
        return None
    hashes = {key: bytes.fromhex(value[key]) for key in ("act_id", "key_id", "prev")}
    seen = Seen(value["seen"]["size"], bytes.fromhex(value["seen"]["root"]))
    del value["schema"]
    return Statement(**{**value, **hashes, "sealed": tuple(map(bytes.fromhex, value["sealed"])), "seen": seen})


def _changed(payload: bytes, chance: random.Random) -> bytes:
    """Exchange, take out, put in or repeat a few bytes."""
    data = bytearray(payload)
    for _ in range(chance.choice((1, 1, 1, 2, 3))):
        at = chance.randrange(len(data))
        kind = chance.randrange(5)
        if kind < 3:
            data[at] = chance.choice(_BYTES)
        elif kind == 3:
            del data[at : at + chance.randrange(1, 70)]
        else:
            data[at:at] = data[at : at + chance.randrange(1, 70)] if chance.random() < 0.5 else b"0"
    return bytes(data)


def _agree(payload: bytes) -> bool:
    """Say whether both readings say the same of these bytes, and that is that they are a statement."""
    whole = _read_whole(payload)
    try:
        read = parse_statement(payload)
    except Malformed:
        assert whole is None, payload
        return False
    assert read == whole, payload
    return True


def _count(payloads: int, seed: int) -> int:
    chance = random.Random(seed)
    return sum(_agree(_changed(chance.choice(_BASES), chance)) for _ in range(payloads))


@pytest.mark.parametrize("base", _BASES)
def test_what_was_read_before_is_read_alike(base: bytes) -> None:
    assert _agree(base)
    assert _agree(base)


def test_a_changed_statement_is_refused_or_read_as_what_it_says() -> None:
    assert 0 < _count(1_500, 1) < 1_500


@pytest.mark.soak(minutes=1)
def test_many_changed_statements_are_refused_or_read_as_what_they_say() -> None:
    assert 0 < _count(50_000, 2) < 100_000


def test_every_digit_of_every_hash_is_a_lower_case_one() -> None:
    payload = format_statement(statement(act_id=b"\xaa" * 16, prev=b"\xab" * 32, key_id=b"\xba" * 32))
    digits = [matched.start() for matched in re.finditer(rb"(?<=[0-9a-f])[a-f](?=[0-9a-f])", payload)]
    assert len(digits) > 150
    for at in digits:
        wrong = payload[:at] + payload[at : at + 1].upper() + payload[at + 1 :]
        assert not _agree(wrong)


def test_commitments_are_decoded_when_they_are_asked_for() -> None:
    sealed = parse_statement(_BASES[0]).sealed
    assert isinstance(sealed, Sealed)
    assert (len(sealed), sealed[7], sealed[-8]) == (8, bytes((7,)) * 32, bytes(32))
    assert sealed == statement().sealed
    assert statement().sealed == sealed
    assert sealed != (*statement().sealed[:7], bytes(32))
    with pytest.raises(IndexError):
        sealed[8]


def test_every_other_instant_is_refused_or_read_as_what_it_says() -> None:
    payload = _BASES[0]
    start = payload.index(b'"claimed_at":"') + len(b'"claimed_at":"')
    read = 0
    for at in range(start, start + 25):
        for byte in b"0123456789af:-+TZ. /\x00\xff":
            read += _agree(payload[:at] + bytes((byte,)) + payload[at + 1 :])
    assert 40 < read < 250
    for wrong in (b"2024-02-30T12:00:00+08:00", b"2024-01-01T12:00:00-00:00", b"3000-01-01T12:00:00+08:00"):
        assert not _agree(payload[:start] + wrong + payload[start + 25 :])


@pytest.mark.parametrize("base", _BASES)
def test_who_changes_what_was_read_changes_no_later_reading(base: bytes) -> None:
    public: Any = parse_statement(base).public
    for nested in public.values():
        if isinstance(nested, dict | list):
            nested.clear()
    public["more"] = 1
    assert _agree(base)
