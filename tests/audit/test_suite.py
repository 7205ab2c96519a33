"""Signatures and keys: others' edge cases, and the list of small-order points derived again."""

from __future__ import annotations

import json
from functools import reduce
from pathlib import Path
from typing import Any

import nacl.exceptions
import nacl.signing
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from audit import suite
from audit.errors import KeyRejected, SignatureRejected
from audit.suite import SMALL_ORDER, check_enrollable, check_nonce, check_signature, key_id, public_key, sign

_VECTORS = json.loads((Path(__file__).parent / "vectors" / "cctv_ed25519.json").read_text())

P = 2**255 - 19
D = -121665 * pow(121666, -1, P) % P
L = 2**252 + 27742317777372353535851937790883648493
Point = tuple[int, int]
_IDENTITY: Point = (0, 1)


def _add(one: Point, other: Point) -> Point:
    """The addition law in affine coordinates, slow and plain. RFC 8032 section 5.1."""
    (x1, y1), (x2, y2) = one, other
    product = D * x1 * x2 * y1 * y2 % P
    return (x1 * y2 + x2 * y1) * pow(1 + product, -1, P) % P, (y1 * y2 + x1 * x2) * pow(1 - product, -1, P) % P


def _multiply(factor: int, point: Point) -> Point:
    bits = [bit == "1" for bit in f"{factor:b}"]
    return reduce(lambda sum_, bit: _add(_add(sum_, sum_), point if bit else _IDENTITY), bits, _IDENTITY)


def _points(y: int) -> list[Point]:
    """The points of the curve with this y: none, one or two."""
    square = (y * y - 1) * pow(D * y * y + 1, -1, P) % P
    root = pow(square, (P + 3) // 8, P)
    for x in (root, root * pow(2, (P - 1) // 4, P) % P):
        if x * x % P == square:
            return sorted({(x, y), (P - x if x else 0, y)})
    return []


def _encode(point: Point) -> bytes:
    return (point[1] | (point[0] & 1) << 255).to_bytes(32, "little")


def _torsion() -> list[Point]:
    """The eight points of an order that divides 8, as multiples of one of order 8."""
    for y in range(2, 100):
        for point in _points(y):
            candidate = _multiply(L, point)
            if _multiply(4, candidate) != _IDENTITY:
                return [_multiply(factor, candidate) for factor in range(8)]
    raise AssertionError


_TORSION = _torsion()
_BASE = next(point for point in _points(4 * pow(5, -1, P) % P) if point[0] % 2 == 0)


def _vector_id(vector: list[Any]) -> str:
    return "-".join(_VECTORS["flags"][flag] for flag in vector[3]) or "plain"


def test_the_fourteen_small_order_encodings_are_derived_from_the_curve() -> None:
    found = set()
    for x, y in _TORSION:
        for number in (y, y + P):
            if number < 2**255:
                # With x = 0 the sign bit says nothing, so both of its values decode to the same point.
                signs = (0, 1) if x == 0 else (x & 1,)
                found |= {(number | sign_bit << 255).to_bytes(32, "little") for sign_bit in signs}
    assert found == SMALL_ORDER
    assert len(SMALL_ORDER) == 14


def test_the_neutral_scalar_does_what_its_comment_says() -> None:
    scalar = int.from_bytes(suite._neutral_scalar(), "little")
    assert scalar % 8 == 0
    assert scalar >> 254 == 1
    assert scalar % L in (1, L - 1)
    twist = (2 * P + 2 - 8 * L) // 4
    assert pow(2, twist - 1, twist) == 1, "the twist has order 4 times a prime"
    assert scalar % twist not in (0, 1, twist - 1)


@given(st.integers(1, L - 1))
@settings(max_examples=40)
def test_a_key_is_enrollable_exactly_if_a_plain_multiplication_says_so(scalar: int) -> None:
    point = _multiply(scalar, _BASE)
    check_enrollable(_encode(point))
    for torsion in _TORSION[1:]:
        mixed = _add(point, torsion)
        assert _multiply(L, mixed) != _IDENTITY
        with pytest.raises(KeyRejected):
            check_enrollable(_encode(mixed))


def test_a_key_has_32_bytes_and_a_y_below_the_prime() -> None:
    good = public_key(bytes(32))
    for raw in (b"", good[:31], good + b"\0", good + good):
        with pytest.raises(KeyRejected, match="32 bytes"):
            check_enrollable(raw)
    for more in range(2, 19):
        for sign_bit in (0, 1 << 255):
            with pytest.raises(KeyRejected, match="not canonical"):
                check_enrollable((2**255 - 19 + more | sign_bit).to_bytes(32, "little"))


@given(st.binary(min_size=32, max_size=32))
def test_any_bytes_are_enrollable_exactly_if_they_encode_a_point_of_prime_order(raw: bytes) -> None:
    number = int.from_bytes(raw, "little")
    y, sign_bit = number % 2**255, number >> 255
    points = [point for point in _points(y) if point[0] & 1 == sign_bit] if y < P else []
    good = any(_multiply(L, point) == _IDENTITY and point != _IDENTITY for point in points)
    try:
        check_enrollable(raw)
    except KeyRejected:
        assert not good
    else:
        assert good


@pytest.mark.parametrize("raw", sorted(SMALL_ORDER), ids=bytes.hex)
def test_no_key_of_small_order_is_enrolled(raw: bytes) -> None:
    with pytest.raises(KeyRejected, match="small order"):
        check_enrollable(raw)


@pytest.mark.parametrize(
    "raw", [b"", bytes(31), bytes(33), b"\xff" * 32, (P + 2).to_bytes(32, "little")], ids=bytes.hex
)
def test_no_other_bytes_are_enrolled(raw: bytes) -> None:
    with pytest.raises(KeyRejected):
        check_enrollable(raw)


@pytest.mark.parametrize("vector", _VECTORS["vectors"], ids=_vector_id)
def test_an_edge_case_is_decided_as_the_rules_say(vector: list[Any]) -> None:
    """CCTV: with an enrollable key a signature holds exactly if it has no low-order R and no residue.

    A key that is not enrollable has a low-order component or an encoding that is not canonical; no
    signature of it matters, because it never comes to be checked.
    """
    number, signature_hex, message, flag_numbers = vector
    raw, signature = bytes.fromhex(_VECTORS["keys"][number]), bytes.fromhex(signature_hex)
    flags = {_VECTORS["flags"][flag] for flag in flag_numbers}
    enrollable = not flags & {"low_order_A", "low_order_component_A", "non_canonical_A"}
    if not enrollable:
        with pytest.raises(KeyRejected):
            check_enrollable(raw)
        return
    check_enrollable(raw)
    if flags & {"low_order_R", "non_canonical_R", "low_order_residue", "reencoded_k"}:
        with pytest.raises(SignatureRejected):
            check_signature(raw, message.encode(), signature)
    else:
        check_signature(raw, message.encode(), signature)


def test_libsodium_agrees_on_every_edge_case_of_a_key_that_it_loads() -> None:
    disagreements = []
    for number, signature_hex, message, _ in _VECTORS["vectors"]:
        raw, signature = bytes.fromhex(_VECTORS["keys"][number]), bytes.fromhex(signature_hex)
        if raw in SMALL_ORDER:
            continue
        try:
            check_signature(raw, message.encode(), signature)
            ours = True
        except SignatureRejected:
            ours = False
        try:
            nacl.signing.VerifyKey(raw).verify(message.encode(), signature)
            theirs = True
        except nacl.exceptions.BadSignatureError:
            theirs = False
        if ours != theirs:
            disagreements.append((number, signature_hex))
    assert disagreements == []


def test_a_signature_of_the_standard_is_made_and_checked() -> None:
    # Source: RFC 8032 section 7.1, TEST 2.
    private = bytes.fromhex("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb")
    raw = bytes.fromhex("3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c")
    signature = bytes.fromhex(
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
        "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"
    )
    assert public_key(private) == raw
    assert sign(private, b"\x72") == signature
    check_signature(raw, b"\x72", signature)
    assert key_id(raw) == suite.hash256(raw)


def test_every_flipped_bit_of_a_signature_is_found() -> None:
    private, message = b"\x07" * 32, b"message"
    raw, signature = public_key(private), sign(private, message)
    for bit in range(512):
        changed = bytearray(signature)
        changed[bit // 8] ^= 1 << bit % 8
        with pytest.raises(SignatureRejected):
            check_signature(raw, message, bytes(changed))


def test_a_signature_whose_s_is_not_reduced_is_refused() -> None:
    private, message = b"\x07" * 32, b"message"
    signature = sign(private, message)
    larger = int.from_bytes(signature[32:], "little") + L
    with pytest.raises(SignatureRejected):
        check_signature(public_key(private), message, signature[:32] + larger.to_bytes(32, "little"))


@pytest.mark.parametrize("signature", [b"", bytes(63), bytes(65), b"\x01" * 64], ids=len)
def test_what_is_not_a_signature_is_refused(signature: bytes) -> None:
    with pytest.raises(SignatureRejected):
        check_signature(public_key(b"\x07" * 32), b"", signature)


def test_keys_of_another_length_are_refused() -> None:
    with pytest.raises(KeyRejected):
        check_signature(b"\x01" * 31, b"", b"\x02" * 64)
    with pytest.raises(KeyRejected):
        sign(b"short", b"")


@pytest.mark.parametrize("nonce", sorted(SMALL_ORDER), ids=bytes.hex)
def test_a_nonce_of_small_order_is_refused(nonce: bytes) -> None:
    with pytest.raises(SignatureRejected):
        check_nonce(nonce + bytes(32))
