"""Canonical JSON: exactly one sequence of bytes for every value, and nothing else is read."""

from __future__ import annotations

import unicodedata
from typing import Any

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from audit.canonical import MAX_DEPTH, MAX_INTEGER, format_json, parse_json
from audit.errors import Malformed

_TEXT = st.text(st.characters(exclude_categories=["Cs"])).map(lambda text: unicodedata.normalize("NFC", text))
_KEYS = st.text(st.characters(max_codepoint=0x7F), max_size=8)
_INTEGERS = st.integers(-MAX_INTEGER, MAX_INTEGER)
_VALUES = st.recursive(
    st.booleans() | _INTEGERS | _TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(_KEYS, inner, max_size=4),
    max_leaves=12,
)


@given(_VALUES)
def test_a_value_is_written_and_read_back(value: Any) -> None:
    assert parse_json(format_json(value)) == value


@given(_VALUES)
def test_another_library_writes_the_same_bytes(value: Any) -> None:
    assert format_json(value) == rfc8785.dumps(value)


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(b'{"a":1,"a":2}', id="duplicate key"),
        pytest.param(b'{"a":1,"a":1}', id="duplicate key with the same value"),
        pytest.param(b'{"b":1,"a":2}', id="unsorted keys"),
        pytest.param(b'{"a":{"d":1,"c":2}}', id="unsorted keys further down"),
        pytest.param('{"é":1}'.encode(), id="key outside ASCII"),
        pytest.param(b'{"a": 1}', id="white space"),
        pytest.param(b" 1", id="white space in front"),
        pytest.param(b"1\n", id="white space behind"),
        pytest.param(b"[1,\t2]", id="tab between items"),
        pytest.param(b"1.5", id="float"),
        pytest.param(b"1.0", id="float that is whole"),
        pytest.param(b"1e3", id="exponent"),
        pytest.param(b"-0", id="minus zero"),
        pytest.param(b"01", id="leading zero"),
        pytest.param(b"+1", id="plus sign"),
        pytest.param(b"9007199254740992", id="two to the fifty-third"),
        pytest.param(b"-9007199254740992", id="minus two to the fifty-third"),
        pytest.param(b"90071992547409910", id="seventeen digits"),
        pytest.param(b"null", id="null"),
        pytest.param(b"NaN", id="not a number"),
        pytest.param(b"Infinity", id="infinity"),
        pytest.param(b"True", id="capital letter"),
        pytest.param(b"truefalse", id="two literals"),
        pytest.param(b"", id="nothing"),
        pytest.param(b"[1,]", id="trailing comma"),
        pytest.param(b"[", id="open list"),
        pytest.param(b"[]]", id="one bracket too many"),
        pytest.param(b"[}", id="bracket and brace"),
        pytest.param(b"{1:2}", id="number as key"),
        pytest.param(b'"a', id="open string"),
        pytest.param(b'"\\u0041"', id="needless escape"),
        pytest.param(b'"\\/"', id="escaped slash"),
        pytest.param(b'"\\u000a"', id="long escape where a short one exists"),
        pytest.param(b'"\\u001F"', id="capital hexadecimal"),
        pytest.param(b'"\\ud800"', id="escaped lone surrogate"),
        pytest.param(b'"\\ud83d\\ude00"', id="escaped pair of surrogates"),
        pytest.param(b'"\xed\xa0\x80"', id="encoded lone surrogate"),
        pytest.param(b'"\x01"', id="raw control character"),
        pytest.param(b'"\xff"', id="not UTF-8"),
        pytest.param(b'"\xc1\x81"', id="overlong UTF-8"),
        pytest.param('"e\u0301"'.encode(), id="decomposed letter"),
        pytest.param('"\u212b"'.encode(), id="angstrom sign"),
        pytest.param(b"\xef\xbb\xbf1", id="byte order mark"),
        pytest.param('"a"'.encode("utf-16"), id="UTF-16"),
        pytest.param(b"[" * 17 + b"]" * 17, id="seventeen lists"),
        pytest.param(b"[" * 60_000, id="sixty thousand open lists"),
        pytest.param(b"[" * 60_000 + b"]" * 60_000, id="sixty thousand lists"),
        pytest.param(b'{"a":' * 20_000 + b"1" + b"}" * 20_000, id="twenty thousand objects"),
        pytest.param(b"9" * 60_000, id="sixty thousand digits"),
    ],
)
def test_what_is_not_canonical_is_malformed(data: bytes) -> None:
    with pytest.raises(Malformed):
        parse_json(data)


def test_the_bounds_themselves_are_canonical() -> None:
    assert parse_json(b"9007199254740991") == MAX_INTEGER
    assert parse_json(b"-9007199254740991") == -MAX_INTEGER
    assert parse_json(b"[" * MAX_DEPTH + b"]" * MAX_DEPTH) is not None
    assert parse_json(b'["' + b"[" * 100 + b'"]') == ["[" * 100]
    assert parse_json(b'["\\u0000\\u001f\\b\\t\\n\\f\\r\\"\\\\/\x7f"]') == ['\x00\x1f\b\t\n\f\r"\\/\x7f']


@pytest.mark.parametrize("value", ["\n\u0303", "\x0e\u0301", {"a": ["\t\u0323"]}], ids=ascii)
def test_a_mark_behind_an_escape_is_no_decomposed_letter(value: Any) -> None:
    assert parse_json(format_json(value)) == value
    assert not unicodedata.is_normalized("NFC", format_json(value).decode())


@given(st.integers(min_value=0, max_value=10**17))
def test_an_integer_is_read_exactly_if_it_is_below_two_to_the_fifty_third(number: int) -> None:
    if number <= MAX_INTEGER:
        assert parse_json(b"%d" % number) == number
    else:
        with pytest.raises(Malformed):
            parse_json(b"%d" % number)


@given(st.binary(max_size=40))
def test_any_bytes_are_either_canonical_or_malformed(data: bytes) -> None:
    try:
        value = parse_json(data)
    except Malformed:
        return
    assert format_json(value) == data


@given(_VALUES, st.data())
def test_no_second_form_of_a_value_is_read(value: Any, data: st.DataObject) -> None:
    raw = bytearray(format_json(value))
    at = data.draw(st.integers(0, len(raw)))
    change = data.draw(st.sampled_from([b" ", b"\n", b"0", b",", b'"', b"\\", b"a"]))
    changed = bytes(raw[:at] + change + raw[at:])
    try:
        other = parse_json(changed)
    except Malformed:
        return
    assert format_json(other) == changed


@pytest.mark.parametrize(
    "value",
    [
        pytest.param(1.0, id="float"),
        pytest.param(None, id="none"),
        pytest.param(b"", id="bytes"),
        pytest.param({1: 2}, id="number as key"),
        pytest.param({"é": 2}, id="key outside ASCII"),
        pytest.param(2**53, id="two to the fifty-third"),
        pytest.param(-(2**53), id="minus two to the fifty-third"),
        pytest.param("\ud800", id="lone surrogate"),
        pytest.param("e\u0301", id="decomposed letter"),
        pytest.param([[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]], id="seventeen lists"),
        pytest.param({"a": [float("nan")]}, id="not a number, inside"),
    ],
)
def test_a_value_outside_the_profile_is_not_written(value: object) -> None:
    with pytest.raises(Malformed):
        format_json(value)
