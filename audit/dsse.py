"""The envelope: what exactly a signature covers.

DSSE binds the payload to its type, so that a signature over one kind of document is never one over
another. One payload type has one algorithm; nothing about it is read from the message.
"""

from __future__ import annotations

__all__ = ["pae"]


def pae(payload_type: bytes, payload: bytes) -> bytes:
    """Return the bytes that are signed: the pre-authentication encoding of type and payload.

    Lengths are ASCII decimals without leading zeros and count bytes.
    Source: DSSE protocol v1.0.0, "Signature Definition".
    """
    return b"DSSEv1 %d %b %d %b" % (len(payload_type), payload_type, len(payload), payload)
