"""An entry is length-prefixed binary: nothing is left over and nothing is read twice."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit.entry import MAX_ENTRY, MAX_RECORDED_AT, Entry, Signature, pae, parse_entry
from audit.errors import Malformed
from audit.store.writing import format_entry

_SIGNATURES = st.lists(
    st.builds(Signature, st.binary(min_size=32, max_size=32), st.binary(min_size=64, max_size=64)),
    min_size=1,
    max_size=4,
).map(tuple)
_ENTRIES = st.builds(
    Entry, st.binary(max_size=60), st.binary(max_size=300), _SIGNATURES, st.integers(0, MAX_RECORDED_AT)
)
_ONE = Entry(b"type", b"payload", (Signature(b"k" * 32, b"s" * 64),), 1_700_000_000_000)


@given(_ENTRIES)
def test_an_entry_is_written_and_read_back(entry: Entry) -> None:
    assert parse_entry(format_entry(entry)) == entry


@given(st.binary(max_size=200) | _ENTRIES.map(format_entry), st.binary(max_size=3))
def test_any_bytes_are_either_one_entry_or_malformed(data: bytes, tail: bytes) -> None:
    try:
        entry = parse_entry(data + tail)
    except Malformed:
        return
    assert format_entry(entry) == data + tail


def test_the_bytes_are_as_described() -> None:
    assert format_entry(_ONE) == (
        b"\x00\x04type"
        + b"\x00\x00\x00\x07payload"
        + b"\x01"
        + b"k" * 32
        + b"s" * 64
        + (1_700_000_000_000).to_bytes(8, "big")
    )


@pytest.mark.parametrize("length", range(len(format_entry(_ONE))))
def test_a_part_of_an_entry_is_malformed(length: int) -> None:
    with pytest.raises(Malformed):
        parse_entry(format_entry(_ONE)[:length])


def test_a_flipped_bit_makes_another_entry_or_none() -> None:
    data = format_entry(_ONE)
    for bit in range(len(data) * 8):
        changed = bytearray(data)
        changed[bit // 8] ^= 1 << bit % 8
        try:
            other = parse_entry(bytes(changed))
        except Malformed:
            continue
        assert other != _ONE
        assert format_entry(other) == changed


@pytest.mark.parametrize(
    "entry",
    [
        pytest.param(_ONE._replace(signatures=()), id="no signature"),
        pytest.param(_ONE._replace(signatures=_ONE.signatures * 256), id="too many signatures"),
        pytest.param(_ONE._replace(signatures=(Signature(b"", b""),)), id="short signature"),
        pytest.param(_ONE._replace(recorded_at=-1), id="before 1970"),
        pytest.param(_ONE._replace(recorded_at=MAX_RECORDED_AT + 1), id="after the year 9999"),
        pytest.param(_ONE._replace(payload=bytes(MAX_ENTRY)), id="too long"),
    ],
)
def test_an_entry_out_of_bounds_is_not_written(entry: Entry) -> None:
    with pytest.raises(Malformed):
        format_entry(entry)


def test_an_entry_may_be_as_long_as_a_bundle_can_carry() -> None:
    overhead = len(format_entry(_ONE)) - len(_ONE.payload)
    largest = _ONE._replace(payload=bytes(MAX_ENTRY - overhead))
    assert len(format_entry(largest)) == MAX_ENTRY
    assert parse_entry(format_entry(largest)) == largest
    with pytest.raises(Malformed):
        parse_entry(format_entry(largest) + b"\x00")


def test_the_signed_bytes_are_those_of_the_published_example() -> None:
    # Source: DSSE protocol.md, the example under "Protocol": type and body of its test vector.
    assert pae(b"http://example.com/HelloWorld", b"hello world") == (
        b"DSSEv1 29 http://example.com/HelloWorld 11 hello world"
    )


@given(st.binary(), st.binary(), st.binary(), st.binary())
def test_two_pairs_of_type_and_payload_never_share_their_signed_bytes(a: bytes, b: bytes, c: bytes, d: bytes) -> None:
    assert (pae(a, b) == pae(c, d)) == ((a, b) == (c, d))
