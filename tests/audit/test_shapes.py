"""What is not of a format's shape is refused as such, whichever reader it comes to."""

from __future__ import annotations

import re
from base64 import b64encode
from typing import Any

import pytest

from audit.canonical import HASH, check_shape, read_line
from audit.census import Census, check_mapped
from audit.entry import parse_entry
from audit.errors import Malformed, NoteRejected, OtherKind, ProofRejected
from audit.merkle import leaf_hash
from audit.note import COSIGNATURE, Note, NoteKey, check_note, parse_note
from audit.proof import parse_tlog_proof
from audit.store.notes import sign_cosignature
from audit.suite import hash256, public_key


def test_a_file_is_one_line_with_an_object_of_bounded_length() -> None:
    assert read_line(b'{"a":1}\n', 8) == {"a": 1}
    for data in (b"", b"[]\n", b'"a"\n', b" {}\n", b"PK"):
        with pytest.raises(OtherKind):
            read_line(data, 100)
    for data in (b'{"a":10}\n', b'{"a":1}', b'{"a":1}\r\n', b"{}x", b"{}\n\n", b"{]\n"):
        with pytest.raises(Malformed):
            read_line(data, 8)


@pytest.mark.parametrize(
    ("value", "shape", "words"),
    [
        ({"a": 1, "b": 2}, {"a": int}, "x is an object of a"),
        ({}, {"a": int}, "x is an object of a"),
        ([], {"a": int}, "x is an object of a"),
        ({"a": {"b": "1"}}, {"a": {"b": int}}, "b is out of bounds"),
        ({"a": 1}, [int], "x is a list"),
        ([1, [2]], [int], "one of x is out of bounds"),
        (["0" * 63], [HASH], "one of x is out of bounds"),
        (5, HASH, "x is out of bounds"),
        ("ab", re.compile("a"), "x is out of bounds"),
        (-1, int, "x is out of bounds"),
        (True, int, "x is out of bounds"),
        ("1", int, "x is out of bounds"),
        ([], dict, "x is out of bounds"),
    ],
)
def test_a_value_of_another_shape_is_malformed_and_the_member_named(value: Any, shape: Any, words: str) -> None:
    with pytest.raises(Malformed, match=words):
        check_shape(value, shape, "x")


def test_a_value_of_its_shape_is_taken() -> None:
    value = {"a": [1, 0], "b": "0" * 64, "c": {"d": "x", "e": True}, "f": {"anything": None}}
    check_shape(value, {"a": [int], "b": HASH, "c": {"d": str, "e": bool}, "f": dict}, "x")


def test_a_tlog_proof_that_is_not_text_is_malformed() -> None:
    with pytest.raises(Malformed, match="not UTF-8 at byte 6"):
        parse_tlog_proof(b"c2sp.org/tlog-proof@v1\nindex \xff\n\nx")


def test_a_note_has_a_text_an_empty_line_and_a_last_newline() -> None:
    line = f"— a {b64encode(bytes(5)).decode()}\n"
    assert parse_note(f"\n\n{line}").text == "\n"
    for text in (line, f"x\n{line}", f"x\n\n{line[:-1]}", f"x\n\n{line}y", "x\n\n"):
        with pytest.raises(Malformed):
            parse_note(text)


def test_a_cosignature_that_does_not_hold_rejects_the_note() -> None:
    private = hash256(b"witness")
    key = NoteKey("w.example", COSIGNATURE, public_key(private))
    good = sign_cosignature("x\n", key.name, private, 1_700_000_000)
    assert check_note(Note("x\n", (good,)), [key]) == (key,)
    for place in (0, 7, 8, 71):
        changed = bytearray(good.signature)
        changed[place] ^= 1
        with pytest.raises(NoteRejected, match="does not hold"):
            check_note(Note("x\n", (good._replace(signature=bytes(changed)),)), [key])


def test_a_stream_has_no_more_entries_than_its_census() -> None:
    with pytest.raises(ProofRejected, match="more entries than the census"):
        check_mapped("a", leaf_hash(b""), 2, 0, Census(1, 1, bytes(32), {}), [])


@pytest.mark.parametrize("length", [0, 12, 13, 14, 0xFFFF])
def test_an_entry_that_ends_inside_its_payload_type_is_malformed(length: int) -> None:
    with pytest.raises(Malformed, match=r"payload|signatures"):
        parse_entry(length.to_bytes(2, "big") + bytes(14))
