"""Sealed commitments: what an act says about people, without saying it.

Free text, names and contacts never enter a statement, and neither do bare digests of them, which
would confirm a text that someone already has. Every act carries eight commitments. A slot that is
not used commits to "absent", an empty field and no bytes at all, and opens like the others.
"""

from __future__ import annotations

import hmac

from audit.errors import CommitmentRejected, Malformed

__all__ = ["ABSENT", "SLOTS", "check_commitment", "commit"]

SLOTS = 8

# The field and the value of a slot that is not used.
ABSENT = ("", b"")

COMMIT = b"sundial/c1"


def commit(salt: bytes, origin: str, stream: str, seq: int, slot: int, field: str, value: bytes) -> bytes:
    """Return the 32-byte commitment to a field and its value at one place of one ledger.

    The value is canonical JSON, or no bytes for an absent field. The place is hashed along with it,
    each part behind its u32be length, so that a disclosure opens nowhere else.
    """
    if len(salt) != 32:
        raise Malformed("a salt has 32 bytes")
    message = COMMIT + b"".join(lengthened(text) for text in (origin, stream, str(seq), str(slot), field))
    return hmac.digest(salt, message + len(value).to_bytes(4, "big") + value, "sha256")


def lengthened(text: str) -> bytes:
    """Return the bytes of a text behind their length."""
    part = text.encode("utf-8", "surrogatepass")
    return len(part).to_bytes(4, "big") + part


def check_commitment(
    commitment: bytes, salt: bytes, origin: str, stream: str, seq: int, slot: int, field: str, value: bytes
) -> None:
    """Check that salt, field and value open this commitment at this place.

    Raises CommitmentRejected if they do not, and Malformed if the salt is not 32 bytes long.
    """
    if not hmac.compare_digest(commit(salt, origin, stream, seq, slot, field, value), commitment):
        raise CommitmentRejected(f"slot {slot} of {stream} #{seq} does not open to field {field!r}")
