"""Sealed commitments: what an act says about people, without saying it.

Free text, names and contacts never enter a statement, and neither do bare digests of them, which
would confirm a text that someone already has. Every act carries eight commitments. A slot that is
not used commits to "absent", an empty field and no bytes at all, and opens like the others.
"""

from __future__ import annotations

import hmac
from collections.abc import Sequence

from audit.errors import CommitmentRejected, Malformed

__all__ = ["ABSENT", "SLOTS", "check_commitment", "commit", "commit_act", "derive_salt"]

SLOTS = 8

# The field and the value of a slot that is not used.
ABSENT = ("", b"")

_COMMIT = b"sundial/c1"
_SALT = b"sundial/s1"


def derive_salt(seed: bytes, slot: int) -> bytes:
    """Return the 32-byte salt of slot 0 to 7 of the act that was drafted with this 32-byte seed."""
    if len(seed) != 32 or not 0 <= slot < SLOTS:
        raise Malformed("a seed has 32 bytes and a slot is 0 to 7")
    return hmac.digest(seed, _SALT + bytes((slot,)), "sha256")


def commit(salt: bytes, origin: str, stream: str, seq: int, slot: int, field: str, value: bytes) -> bytes:
    """Return the 32-byte commitment to a field and its value at one place of one ledger.

    The value is canonical JSON, or no bytes for an absent field. The place is hashed along with it,
    each part behind its u32be length, so that a disclosure opens nowhere else.
    """
    if len(salt) != 32:
        raise Malformed("a salt has 32 bytes")
    message = _COMMIT + b"".join(_lengthened(text) for text in (origin, stream, str(seq), str(slot), field))
    return hmac.digest(salt, message + len(value).to_bytes(4, "big") + value, "sha256")


def commit_act(origin: str, stream: str, seq: int, openings: Sequence[tuple[bytes, str, bytes]]) -> tuple[bytes, ...]:
    """Return the commitments of an act's slots in order, given (salt, field, value) for each.

    The same as `commit` for every slot, with the place hashed into one beginning.
    """
    if any(len(salt) != 32 for salt, _, _ in openings):
        raise Malformed("a salt has 32 bytes")
    place = _COMMIT + b"".join(_lengthened(text) for text in (origin, stream, str(seq)))
    return tuple(
        hmac.digest(
            salt,
            place + _SLOT_TEXTS[slot] + _lengthened(field) + len(value).to_bytes(4, "big") + value,
            "sha256",
        )
        for slot, (salt, field, value) in enumerate(openings)
    )


def _lengthened(text: str) -> bytes:
    part = text.encode("utf-8", "surrogatepass")
    return len(part).to_bytes(4, "big") + part


_SLOT_TEXTS = tuple(_lengthened(str(slot)) for slot in range(SLOTS))


def check_commitment(
    commitment: bytes, salt: bytes, origin: str, stream: str, seq: int, slot: int, field: str, value: bytes
) -> None:
    """Check that salt, field and value open this commitment at this place.

    Raises CommitmentRejected if they do not, and Malformed if the salt is not 32 bytes long.
    """
    if not hmac.compare_digest(commit(salt, origin, stream, seq, slot, field, value), commitment):
        raise CommitmentRejected(f"slot {slot} of {stream} #{seq} does not open to field {field!r}")
