"""The envelope: what exactly a signature covers.

DSSE binds the payload to its type, so that a signature over one kind of document is never one over
another. One payload type has one algorithm; nothing about it is read from the message.
"""

from __future__ import annotations

from collections.abc import Sequence

from audit.entry import Entry
from audit.errors import SignatureRejected
from audit.suite import Verify, check_signature, key_id

__all__ = ["check_envelope", "check_signed_by", "pae"]


def pae(payload_type: bytes, payload: bytes) -> bytes:
    """Return the bytes that are signed: the pre-authentication encoding of type and payload.

    Lengths are ASCII decimals without leading zeros and count bytes.
    Source: DSSE protocol v1.0.0, "Signature Definition".
    """
    return b"DSSEv1 %d %b %d %b" % (len(payload_type), payload_type, len(payload), payload)


def check_envelope(entry: Entry, publics: Sequence[bytes], verify: Verify = check_signature) -> None:
    """Check that an entry carries the signatures of exactly these raw public keys, in this order.

    Raises SignatureRejected if one is missing, superfluous, misnamed, or does not hold.
    """
    named = [one.key_id for one in entry.signatures]
    if named != [key_id(public) for public in publics]:
        raise SignatureRejected(f"the entry is not signed by the {len(publics)} keys that it needs, in their order")
    message = pae(entry.payload_type, entry.payload)
    for public, one in zip(publics, entry.signatures, strict=True):
        verify(public, message, one.signature)


def check_signed_by(entry: Entry, key_id: bytes, public: bytes, verify: Verify = check_signature) -> None:
    """Check that an entry carries one signature, of this raw public key, whose id the caller knows.

    Raises SignatureRejected if it carries another or several, or if it does not hold.
    """
    signatures = entry.signatures
    if len(signatures) != 1 or signatures[0].key_id != key_id:
        raise SignatureRejected(f"the entry is not signed by key {key_id.hex()[:16]} alone")
    verify(public, pae(entry.payload_type, entry.payload), signatures[0].signature)
