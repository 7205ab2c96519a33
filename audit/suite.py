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
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey

from audit.errors import KeyRejected, SignatureRejected

__all__ = [
    "SMALL_ORDER", "SUITE", "Verify", "check_enrollable", "check_nonce", "check_signature", "frame", "hash256",
    "key_id", "load_private", "load_public", "public_key", "sign",
]  # fmt: skip

SUITE = "ed25519-sha256"

# Takes the raw public key, the message and the signature; raises SignatureRejected. A faster library
# may be injected where this type stands, as long as it refuses what check_signature refuses.
Verify = Callable[[bytes, bytes, bytes], None]

# The field of the curve and the prime order L of its base point. Source: RFC 8032 section 5.1.
_P = 2**255 - 19
_L = 2**252 + 27742317777372353535851937790883648493

# The 14 encodings, canonical or not, of the 8 points of small order. A signature with such an R says
# nothing about its message to some libraries and is refused by others, so it is refused here. The
# test of this module derives the list from the curve.
_Y8 = int.from_bytes(bytes.fromhex("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05"), "little")
SMALL_ORDER = frozenset(
    (y + sign).to_bytes(32, "little") for y in (0, 1, _P - 1, _P, _P + 1, _Y8, _P - _Y8) for sign in (0, 1 << 255)
)


def _neutral_scalar() -> bytes:
    """Return a multiple of 8 that is 1 or -1 modulo L and that X25519 takes as it stands."""
    scalar = 8 * pow(8, -1, _L)
    return (scalar if scalar >> 254 else 8 * _L - scalar).to_bytes(32, "little")


_NEUTRAL = X25519PrivateKey.from_private_bytes(_neutral_scalar())


def hash256(data: bytes) -> bytes:
    """Return the suite's 32-byte hash, SHA-256, of the data."""
    return sha256(data).digest()


@lru_cache(maxsize=16_384)
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


def load_private(private: bytes | Ed25519PrivateKey) -> Ed25519PrivateKey:
    """Return the library's object for a raw private key of 32 bytes; one that is loaded stays as it is.

    Raises KeyRejected for another length.
    """
    if isinstance(private, Ed25519PrivateKey):
        return private
    try:
        return Ed25519PrivateKey.from_private_bytes(private)
    except ValueError:
        raise KeyRejected("a private key has 32 bytes") from None


def sign(private: bytes | Ed25519PrivateKey, message: bytes) -> bytes:
    """Return the 64-byte signature of a message by a private key, raw or loaded."""
    return load_private(private).sign(message)


def public_key(private: bytes | Ed25519PrivateKey) -> bytes:
    """Return the raw public key of a private key, raw or loaded."""
    return load_private(private).public_key().public_bytes_raw()


@lru_cache(maxsize=16_384)
def check_enrollable(raw: bytes) -> None:
    """Check that a raw public key may be enrolled: canonical, on the curve, and of prime order.

    With a key of prime order, implementations with and without the cofactor agree on signatures.

    A point P of the curve is A + T with A of order L (or 1) and T of an order that divides 8. The
    neutral scalar is a multiple of 8, so it takes T away, and 1 or -1 modulo L, so it leaves A or -A.
    X25519 multiplies by it and knows points up to their sign only, so it returns what it was given
    exactly if T was nothing. It never does so for a point of the twist, whose prime order is
    another one; hence the y of a key that is not on the curve is refused as well.

    Raises KeyRejected naming what is wrong. Source: RFC 8032 section 5.1.3, RFC 7748 sections 4.1 and 5.
    """
    if len(raw) != 32:
        raise KeyRejected("a public key has 32 bytes")
    if raw in SMALL_ORDER:
        raise KeyRejected("the public key is a point of small order")
    y = int.from_bytes(raw, "little") & (1 << 255) - 1
    if y >= _P:
        raise KeyRejected("the public key is not canonical: its y is not below 2^255 - 19")
    # The birational map to the Montgomery curve; y = 1 has small order and was refused above.
    u = ((1 + y) * pow(1 - y, -1, _P) % _P).to_bytes(32, "little")
    try:
        same = _NEUTRAL.exchange(X25519PublicKey.from_public_bytes(u)) == u
    except ValueError:  # The library refuses to return zero.
        same = False
    if not same:
        raise KeyRejected("the public key is not a point of prime order")
