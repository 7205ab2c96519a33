"""Showing that one holds a private key, and the printed codes that stand for one.

The messages and the checks of these proofs are in `audit.grants`.
"""

from __future__ import annotations

import hmac
from base64 import b32decode, b32encode

from audit.errors import Malformed
from audit.grants import claim_message, possession_message
from audit.suite import frame, public_key, sign

__all__ = [
    "CODE_SIZE",
    "derive_claim_key",
    "format_claim_code",
    "parse_claim_code",
    "prove_claim",
    "prove_possession",
]

_CLAIM_KEY = b"sundial/k1"

# The bytes of a printed code: 160 bits, which base32 writes as 32 letters without padding.
CODE_SIZE = 20


def prove_possession(private: bytes, origin: str, office: str, actor: str) -> bytes:
    """Return the signature by which a new key shows that its holder asks for this enrolment."""
    return sign(private, possession_message(origin, office, actor, public_key(private)))


def format_claim_code(code: bytes) -> str:
    """Return the printed form of a code of 20 random bytes: eight groups of four letters or digits."""
    if len(code) != CODE_SIZE:
        raise Malformed(f"a claim code has {CODE_SIZE} bytes")
    text = b32encode(code).decode()
    return "-".join(text[at : at + 4] for at in range(0, 32, 4))


def parse_claim_code(text: str) -> bytes:
    """Return the bytes of a code as someone typed it: case, spaces and hyphens do not matter.

    Raises Malformed if it is not 32 letters A to Z or digits 2 to 7.
    """
    letters = text.upper().replace("-", "").replace(" ", "")
    if len(letters) != 32 or not letters.isascii():
        raise Malformed("a claim code has 32 letters and digits")
    try:
        return b32decode(letters)
    except ValueError:
        raise Malformed("a claim code has only the letters A to Z and the digits 2 to 7") from None


def derive_claim_key(code: bytes, origin: str, stream: str) -> bytes:
    """Return the raw private key that a printed code stands for in one case of one ledger.

    The code has at least 128 bits from a good source, or whoever sees the public key can guess it.
    Raises Malformed if it is shorter than 16 bytes.
    """
    if len(code) < 16:
        raise Malformed("a claim code has at least 16 bytes")
    return hmac.digest(code, frame(_CLAIM_KEY, origin.encode(), stream.encode()), "sha256")


def prove_claim(claim_private: bytes, origin: str, stream: str, raw: bytes) -> bytes:
    """Return the claim key's signature that hands this case to the petitioner's new key, raw."""
    return sign(claim_private, claim_message(origin, stream, raw))
