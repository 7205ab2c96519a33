"""Checking signatures with libsodium on the way in, where it takes two thirds of the time.

It refuses what `audit.suite.check_signature` refuses: with small-order R refused and only enrollable keys, both agree
on every published edge case (a test). `sundial verify` and the auditor use the suite itself.
"""

from __future__ import annotations

from nacl.bindings import crypto_sign_open
from nacl.exceptions import CryptoError

from audit.errors import SignatureRejected
from audit.suite import check_nonce


def check_signature(public: bytes, message: bytes, signature: bytes) -> None:
    """Check that the holder of this raw public key signed this message; see `audit.suite.check_signature`.

    Raises SignatureRejected if not.
    """
    check_nonce(signature)
    try:
        crypto_sign_open(signature + message, public)
    except (CryptoError, ValueError):
        raise SignatureRejected("the signature does not hold") from None
