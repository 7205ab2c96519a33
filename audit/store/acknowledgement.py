"""The acknowledgement: the log's signed promise that an act stands at this place.

It is given with every commit, before any checkpoint covers the entry. Whoever holds one can show
that the log, should the entry be missing or different later, has lied.
"""

from __future__ import annotations

from functools import lru_cache
from struct import Struct
from typing import Protocol

from audit.errors import Malformed
from audit.suite import Verify, check_signature, frame, load_private

__all__ = ["Signer", "check_acknowledgement", "sign_acknowledgement"]

_TAG = b"sundial/a1"
_PLACE = Struct(">Q32sQ")


class Signer(Protocol):
    """A private key that is loaded: the suite's own, or a faster library's that gives the same signatures."""

    def sign(self, data: bytes, /) -> bytes:
        """Return the 64-byte signature of a message."""


def _message(origin: str, index: int, leaf: bytes, recorded_at: int) -> bytes:
    """Return the signed bytes: tag, length-prefixed origin, u64be index, leaf, u64be recorded_at."""
    if not 0 <= index < 1 << 64 or not 0 <= recorded_at < 1 << 64 or len(leaf) != 32:
        raise Malformed("an acknowledgement names an index, a leaf of 32 bytes and a time")
    return _beginning(origin) + _PLACE.pack(index, leaf, recorded_at)


@lru_cache(maxsize=16)
def _beginning(origin: str) -> bytes:
    return frame(_TAG, origin.encode())


def sign_acknowledgement(private: bytes | Signer, origin: str, index: int, leaf: bytes, recorded_at: int) -> bytes:
    """Return the log key's signature that entry index has this leaf and was recorded then.

    recorded_at is in Unix milliseconds. Raises Malformed if a part is out of bounds.
    """
    signer: Signer = load_private(private) if isinstance(private, bytes) else private
    return signer.sign(_message(origin, index, leaf, recorded_at))


def check_acknowledgement(
    log_key: bytes,
    signature: bytes,
    origin: str,
    index: int,
    leaf: bytes,
    recorded_at: int,
    verify: Verify = check_signature,
) -> None:
    """Check that the log acknowledged this leaf at this index and time.

    Raises SignatureRejected if it did not, and Malformed if a part is out of bounds.
    """
    verify(log_key, _message(origin, index, leaf, recorded_at), signature)
