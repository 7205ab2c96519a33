"""A statement has one form, and every field of it is bounded."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit.canonical import format_json, parse_json
from audit.commitments import SLOTS
from audit.errors import Malformed
from audit.statement import Seen, check_origin, parse_statement
from audit.store.writing import format_statement
from tests.audit.statements import statement


def _value() -> dict[str, Any]:
    value: dict[str, Any] = json.loads(format_statement(statement()))
    return value


def test_a_statement_is_written_and_read_back() -> None:
    assert parse_statement(format_statement(statement())) == statement()


def test_its_bytes_are_the_canonical_json_of_its_sixteen_keys() -> None:
    payload = format_statement(statement())
    assert payload == format_json(parse_json(payload))
    assert list(_value()) == [
        "act_id", "action", "actor", "claimed_at", "key_id", "office", "origin", "post",
        "prev", "public", "role", "schema", "sealed", "seen", "seq", "stream",
    ]  # fmt: skip
    assert len(_value()["sealed"]) == SLOTS


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("act_id", "AB" * 16),
        ("act_id", "ab" * 15),
        ("action", "case.accepted"),
        ("action", "case.accepted.v0"),
        ("action", "Case.accepted.v1"),
        ("actor", "officer wang"),
        ("actor", ""),
        ("claimed_at", "2024-02-30T10:00:00+08:00"),
        ("claimed_at", "2023-02-29T10:00:00+08:00"),
        ("claimed_at", "2024-02-29T24:00:00+08:00"),
        ("claimed_at", "2024-02-29T23:59:60+08:00"),
        ("claimed_at", "2024-02-29T10:00:00Z"),
        ("claimed_at", "2024-02-29T10:00:00-00:00"),
        ("claimed_at", "2024-02-29T10:00:00+0800"),
        ("claimed_at", "2024-02-29T10:00:00+24:00"),
        ("claimed_at", "2024-02-29T10:00:00.0+08:00"),
        ("claimed_at", "2024-02-29 10:00:00+08:00"),
        ("claimed_at", "2024-02-29t10:00:00+08:00"),
        ("claimed_at", "2024-02-29T10:00:00"),
        ("claimed_at", "0001-01-01T00:00:00+23:59"),
        ("key_id", "0" * 63),
        ("office", "Housing"),
        ("office", "-housing"),
        ("office", "a" * 64),
        ("origin", ""),
        ("origin", "two words"),
        ("origin", "a" * 256),
        ("post", "a/b"),
        ("prev", ""),
        ("public", []),
        ("public", "text"),
        ("role", ""),
        ("role", "Handler"),
        ("schema", 2),
        ("schema", True),
        ("sealed", []),
        ("sealed", ["0" * 64] * 7),
        ("sealed", ["0" * 64] * 9),
        ("sealed", ["0" * 64] * 7 + ["0" * 63]),
        ("seen", {"root": "0" * 64}),
        ("seen", {"root": "0" * 64, "size": -1}),
        ("seen", {"root": "0" * 64, "size": "0"}),
        ("seen", {"more": 1, "root": "0" * 64, "size": 0}),
        ("seq", 0),
        ("seq", -1),
        ("seq", "1"),
        ("seq", True),
        ("stream", "case/0123"),
        ("stream", "case/" + "0" * 33),
        ("stream", "people"),
        ("stream", "people/"),
        ("stream", "ledger/a"),
        ("stream", "petitioner/a"),
    ],
    ids=repr,
)
def test_a_field_out_of_bounds_is_named(field: str, value: object) -> None:
    with pytest.raises(Malformed, match=field):
        parse_statement(format_json(_value() | {field: value}))


@pytest.mark.parametrize("field", _value())
def test_no_field_may_be_missing(field: str) -> None:
    value = _value()
    del value[field]
    with pytest.raises(Malformed, match=field):
        parse_statement(format_json(value))


def test_no_field_may_be_added() -> None:
    with pytest.raises(Malformed, match="visits"):
        parse_statement(format_json(_value() | {"visits": 3}))


@pytest.mark.parametrize("value", [b"[]", b"1", b"{}", b"", b'"a"'])
def test_something_else_is_not_a_statement(value: bytes) -> None:
    with pytest.raises(Malformed):
        parse_statement(value)


def test_public_data_may_go_fifteen_containers_deep_and_no_further() -> None:
    deep: list[Any] = []
    for _ in range(13):
        deep = [deep]
    assert parse_statement(format_statement(statement(public={"a": deep})))
    with pytest.raises(Malformed, match="deep"):
        format_statement(statement(public={"a": [deep]}))


@pytest.mark.parametrize(
    "public",
    [b'{"a":1,"a":1}', b'{"b":1,"a":1}', b'{"a":1.0}', b'{"a":null}', b'{"a": 1}', b'{"a":1}}', b'{"a":{}', b'{"a":"}'],
)
def test_public_data_is_as_canonical_as_the_rest(public: bytes) -> None:
    payload = format_statement(statement()).replace(b'{"category":"31_6"}', public)
    with pytest.raises(Malformed):
        parse_statement(payload)


@pytest.mark.parametrize("field", ["action", "actor", "claimed_at", "office", "origin", "post", "role", "stream"])
@pytest.mark.parametrize("tail", ['","x":"', '"', "\\", '","role":"handler', "\n", "\ud800"], ids=repr)
def test_no_text_smuggles_another_field_in(field: str, tail: str) -> None:
    good = getattr(statement(), field)
    with pytest.raises(Malformed):
        format_statement(statement(**{field: good + tail}))


def test_what_looks_like_the_end_of_public_data_stays_inside_a_string() -> None:
    public = {"a": '},"role":"head","schema":1'}
    assert parse_statement(format_statement(statement(public=public))).public == public


@pytest.mark.parametrize("bit", range(8))
def test_a_flipped_bit_never_leaves_the_same_statement(bit: int) -> None:
    for at in range(0, len(format_statement(statement())), 7):
        _check_flipped(at, bit)


def _check_flipped(at: int, bit: int) -> None:
    payload = bytearray(format_statement(statement()))
    payload[at] ^= 1 << bit
    try:
        changed = parse_statement(bytes(payload))
    except Malformed:
        return
    assert changed != statement()
    assert format_statement(changed) == payload


@given(st.integers(1, 2**53 - 1), st.integers(0, 2**53 - 1), st.binary(min_size=32, max_size=32))
def test_numbers_and_hashes_survive(seq: int, size: int, root: bytes) -> None:
    one = statement(seq=seq, seen=Seen(size, root), prev=root)
    assert parse_statement(format_statement(one)) == one


def test_an_origin_is_checked_by_itself_too() -> None:
    check_origin("sundial.example/demo")
    with pytest.raises(Malformed):
        check_origin("sundial demo")
