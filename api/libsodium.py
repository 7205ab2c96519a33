"""Signing, and checking signatures on the way in, with libsodium, where both take two thirds of the time.

A signature is the same whoever makes it. The check refuses what `audit.suite.check_signature` refuses: with small-order
R refused and only enrollable keys, both agree on every published edge case (a test). `sundial verify` and the auditor
use the suite itself.
"""

from __future__ import annotations

from nacl.bindings import crypto_sign, crypto_sign_open, crypto_sign_seed_keypair
from nacl.exceptions import CryptoError

from audit.errors import SignatureRejected
from audit.suite import check_nonce

SIGNATURE = 64


class PrivateKey:
    """A private key of 32 raw bytes, ready to sign: an `audit.store.acknowledgement.Signer`."""

    __slots__ = ("_expanded",)

    def __init__(self, raw: bytes) -> None:
        """Expand the key once, for all that it will sign."""
        _, self._expanded = crypto_sign_seed_keypair(raw)

    def sign(self, data: bytes, /) -> bytes:
        """Return the 64-byte signature of a message."""
        return crypto_sign(data, self._expanded)[:SIGNATURE]


def check_signature(public: bytes, message: bytes, signature: bytes) -> None:
    """Check that the holder of this raw public key signed this message; see `audit.suite.check_signature`.

    Raises SignatureRejected if not.
    """
    check_nonce(signature)
    try:
        crypto_sign_open(signature + message, public)
    except (CryptoError, ValueError):
        raise SignatureRejected("the signature does not hold") from None
