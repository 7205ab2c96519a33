"""The suite `ed25519-sha256`: the one place that knows which signature and which hash are used.

A ledger names its suite in its first entry and never negotiates it. Another suite (SM2 with SM3, a
post-quantum one) is another module with these names. Ed25519 is pure, as in RFC 8032.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from hashlib import sha256

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from audit.errors import KeyRejected, SignatureRejected

__all__ = [
    "SMALL_ORDER",
    "SUITE",
    "Verify",
    "check_enrollable",
    "check_nonce",
    "check_signature",
    "frame",
    "hash256",
    "key_id",
    "load_public",
    "public_key",
    "sign",
]

SUITE = "ed25519-sha256"

# Takes the raw public key, the message and the signature; raises SignatureRejected. A faster library
# may be injected where this type stands, as long as it refuses what check_signature refuses.
Verify = Callable[[bytes, bytes, bytes], None]

# The 14 encodings, canonical or not, of the 8 points of small order. A signature with such an R says
# nothing about its message to some libraries and is refused by others, so it is refused here. The
# test of this module derives the list from the curve.
SMALL_ORDER = frozenset(
    bytes.fromhex(one)
    for one in (
        "0000000000000000000000000000000000000000000000000000000000000000",
        "0000000000000000000000000000000000000000000000000000000000000080",
        "0100000000000000000000000000000000000000000000000000000000000000",
        "0100000000000000000000000000000000000000000000000000000000000080",
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
        "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
        "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
        "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
    )
)

# The curve edwards25519: -x² + y² = 1 + d x² y² modulo p, and the prime order of its base point.
# Source: RFC 8032 section 5.1.
_P = 2**255 - 19
_D = -121665 * pow(121666, -1, _P) % _P
_ORDER = 2**252 + 27742317777372353535851937790883648493
_ROOT_OF_MINUS_ONE = pow(2, (_P - 1) // 4, _P)

_Point = tuple[int, int, int, int]
_IDENTITY: _Point = (0, 1, 1, 0)


def hash256(data: bytes) -> bytes:
    """Return the suite's 32-byte hash, SHA-256, of the data."""
    return sha256(data).digest()


def key_id(raw: bytes) -> bytes:
    """Return the id of a raw public key: its hash."""
    return sha256(raw).digest()


def frame(tag: bytes, *parts: bytes) -> bytes:
    """Return the tag followed by the parts, each behind its length as u32be.

    The tag says what the bytes are for, the lengths keep one part from running into the next.
    """
    return tag + b"".join(len(part).to_bytes(4, "big") + part for part in parts)


@lru_cache(maxsize=16_384)
def load_public(raw: bytes) -> Ed25519PublicKey:
    """Return the library's object for a raw public key of 32 bytes.

    Raises KeyRejected for another length. Whether the key is good is for check_enrollable to say.
    """
    try:
        return Ed25519PublicKey.from_public_bytes(raw)
    except ValueError:
        raise KeyRejected("a public key has 32 bytes") from None


def check_nonce(signature: bytes) -> None:
    """Check that the signature's first half, R, is not a point of small order."""
    if signature[:32] in SMALL_ORDER:
        raise SignatureRejected("the signature's R is a point of small order")


def check_signature(public: bytes, message: bytes, signature: bytes) -> None:
    """Check that the holder of this raw public key signed this message.

    Raises SignatureRejected if not, and for every signature whose R has small order or whose S is
    not below the group order, and KeyRejected if the key is not 32 bytes long.
    Source: RFC 8032 section 5.1.7, with the cofactorless equation.
    """
    check_nonce(signature)
    try:
        load_public(public).verify(signature, message)
    except InvalidSignature:
        raise SignatureRejected("the signature does not hold") from None


def _private(private: bytes | Ed25519PrivateKey) -> Ed25519PrivateKey:
    if isinstance(private, Ed25519PrivateKey):
        return private
    try:
        return Ed25519PrivateKey.from_private_bytes(private)
    except ValueError:
        raise KeyRejected("a private key has 32 bytes") from None


def sign(private: bytes | Ed25519PrivateKey, message: bytes) -> bytes:
    """Return the 64-byte signature of a message by a private key, raw or loaded."""
    return _private(private).sign(message)


def public_key(private: bytes | Ed25519PrivateKey) -> bytes:
    """Return the raw public key of a private key, raw or loaded."""
    return _private(private).public_key().public_bytes_raw()


def check_enrollable(raw: bytes) -> None:
    """Check that a raw public key may be enrolled: canonical, on the curve, and of prime order.

    With a key of prime order, implementations with and without the cofactor agree on signatures.
    Slow (about 2 ms) and meant for enrolment; a key that was enrolled need not be checked again.

    Raises KeyRejected naming what is wrong. Source: RFC 8032 section 5.1.3.
    """
    if len(raw) != 32:
        raise KeyRejected("a public key has 32 bytes")
    if raw in SMALL_ORDER:
        raise KeyRejected("the public key is a point of small order")
    point = _decode(raw)
    if not _is_identity(_multiply(_ORDER, point)):
        raise KeyRejected("the public key is not of prime order")


def _decode(raw: bytes) -> _Point:
    """Return the point that the 32 bytes encode, in extended coordinates (X, Y, Z, T)."""
    number = int.from_bytes(raw, "little")
    sign, y = number >> 255, number & (1 << 255) - 1
    if y >= _P:
        raise KeyRejected("the public key is not canonical: its y is not below 2^255 - 19")
    # Recover x from x² = (y² - 1) / (d y² + 1). A candidate of the fourth root is off by a sign.
    square = (y * y - 1) * pow(_D * y * y + 1, -1, _P) % _P
    x = pow(square, (_P + 3) // 8, _P)
    if (x * x - square) % _P:
        x = x * _ROOT_OF_MINUS_ONE % _P
    if (x * x - square) % _P:
        raise KeyRejected("the public key is not a point of the curve")
    if x & 1 != sign:
        x = _P - x
    return x, y, 1, x * y % _P


def _add(one: _Point, other: _Point) -> _Point:
    """Return the sum of two points. The formulas are complete. Source: RFC 8032 section 5.1.4."""
    a = (one[1] - one[0]) * (other[1] - other[0]) % _P
    b = (one[1] + one[0]) * (other[1] + other[0]) % _P
    c = 2 * one[3] * other[3] * _D % _P
    d = 2 * one[2] * other[2] % _P
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % _P, g * h % _P, f * g % _P, e * h % _P


def _multiply(factor: int, point: _Point) -> _Point:
    """Return factor times the point. Not in constant time: public keys are no secret."""
    result = _IDENTITY
    while factor:
        if factor & 1:
            result = _add(result, point)
        point = _add(point, point)
        factor >>= 1
    return result


def _is_identity(point: _Point) -> bool:
    return point[0] % _P == 0 and (point[1] - point[2]) % _P == 0
