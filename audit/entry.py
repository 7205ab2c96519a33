"""The entry: one act as the log stores and hashes it, and what exactly its signatures cover.

    u16be length ‖ payload type
    u32be length ‖ payload
    u8 count     ‖ count × (32-byte key id ‖ 64-byte signature)
    u64be recorded_at, Unix milliseconds

All integers are big-endian and unsigned. Nothing may follow. An entry is at most 65,535 bytes long,
because that is what an entry bundle can carry. Signatures are those of a DSSE envelope: they bind the
payload to its type, so that a signature over one kind of document is never one over another. One payload
type has one algorithm; nothing about it is read from the message.
Source: C2SP tlog-tiles v0.1.0, "Log Entries"; DSSE protocol v1.0.0.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from struct import Struct
from typing import NamedTuple

from audit.errors import Malformed, SignatureRejected
from audit.suite import Verify, check_signature, key_id

__all__ = ["MAX_ENTRY", "MAX_RECORDED_AT", "Entry", "Signature", "check_envelope", "pae", "parse_entry"]

MAX_ENTRY = 65_535

# 9999-12-31T23:59:59.999Z, the last instant that RFC 3339 can write.
MAX_RECORDED_AT = 253_402_300_799_999

# What cuts an entry of some size that has one signature, as most have, and a payload type of so many bytes.
_alone = lru_cache(maxsize=4096)(lambda size, named: Struct(f">H{named}sI{size - named - 111}sB32s64sQ").unpack)


class Signature(NamedTuple):
    """A signature and the id of the key that made it. The id selects a key and decides nothing."""

    key_id: bytes
    signature: bytes


class Entry(NamedTuple):
    """One entry of the log. recorded_at is in Unix milliseconds."""

    payload_type: bytes
    payload: bytes
    signatures: tuple[Signature, ...]
    recorded_at: int


def parse_entry(data: bytes) -> Entry:
    """Return the entry that these bytes are.

    Raises Malformed if they are cut short, have bytes left over, or hold a part out of bounds.
    """
    size = len(data)
    if not 15 <= size <= MAX_ENTRY:
        raise Malformed(f"an entry has 15 to {MAX_ENTRY} bytes, not {size}")
    if size >= 111 + data[1]:
        named, payload_type, counted, payload, count, key_id, signature, recorded_at = _alone(size, data[1])(data)
        if count == 1 and named == data[1] and counted == len(payload) and recorded_at <= MAX_RECORDED_AT:
            # To make a tuple itself is three times as fast as to call its class.
            signatures = (tuple.__new__(Signature, (key_id, signature)),)
            return tuple.__new__(Entry, (payload_type, payload, signatures, recorded_at))
    start = 6 + (data[0] << 8 | data[1])
    end = start + int.from_bytes(data[start - 4 : start], "big")
    if end >= size:
        raise Malformed("the entry ends inside its payload type or its payload")
    count = data[end]
    if not count or end + 9 + 96 * count != size:
        raise Malformed(f"the entry's length does not fit its {count} signatures")
    recorded_at = int.from_bytes(data[-8:], "big")
    if recorded_at > MAX_RECORDED_AT:
        raise Malformed(f"recorded_at {recorded_at} is out of bounds")
    signed = [Signature(data[at : at + 32], data[at + 32 : at + 96]) for at in range(end + 1, size - 8, 96)]
    return Entry(data[2 : start - 4], data[start:end], tuple(signed), recorded_at)


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
