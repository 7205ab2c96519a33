"""Writing an act down: its commitments, its statement, and the entry. Reading them is the rest of `audit`."""

from __future__ import annotations

import hmac
from collections.abc import Sequence
from hashlib import sha256
from struct import Struct

from audit.canonical import format_json
from audit.commitments import ABSENT, COMMIT, SLOTS, lengthened
from audit.entry import MAX_ENTRY, MAX_RECORDED_AT, Entry
from audit.errors import Malformed
from audit.statement import SCHEMA, Statement, parse_statement

__all__ = ["commit_act", "derive_salt", "derive_salts", "format_entry", "format_prefix", "format_statement"]

_SALT = b"sundial/s1"
_SALT_TEXTS = tuple(_SALT + bytes((slot,)) for slot in range(SLOTS))
# The bytes of a key id and of a signature.
_KEY_ID, _SIGNATURE = 32, 64
_U16 = Struct(">H")
_U32 = Struct(">I")
_U64 = Struct(">Q")
_SLOT_TEXTS = tuple(lengthened(str(slot)) for slot in range(SLOTS))
_ABSENT_TEXTS = tuple(text + lengthened(ABSENT[0]) + bytes(4) for text in _SLOT_TEXTS)

# HMAC-SHA-256 with a key of 32 bytes, written out: the library's own takes twice as long, sixteen times an act.
# Source: RFC 2104 section 2.
_REST_OF_BLOCK = bytes(32)
_INNER = bytes(byte ^ 0x36 for byte in range(256))
_OUTER = bytes(byte ^ 0x5C for byte in range(256))


def derive_salt(seed: bytes, slot: int) -> bytes:
    """Return the 32-byte salt of slot 0 to 7 of the act that was drafted with this 32-byte seed."""
    if len(seed) != 32 or not 0 <= slot < SLOTS:
        raise Malformed("a seed has 32 bytes and a slot is 0 to 7")
    return hmac.digest(seed, _SALT_TEXTS[slot], "sha256")


def derive_salts(seed: bytes) -> list[bytes]:
    """Return the salts of all eight slots, as `derive_salt` would each of them."""
    if len(seed) != 32:
        raise Malformed("a seed has 32 bytes")
    block = seed + _REST_OF_BLOCK
    inner, outer = block.translate(_INNER), block.translate(_OUTER)
    return [sha256(outer + sha256(inner + text).digest()).digest() for text in _SALT_TEXTS]


def commit_act(origin: str, stream: str, seq: int, openings: Sequence[tuple[bytes, str, bytes]]) -> tuple[bytes, ...]:
    """Return the commitments of an act's slots in order, given (salt, field, value) for each.

    The same as `commit` for every slot, with the place hashed into one beginning.
    """
    place = COMMIT + b"".join([lengthened(text) for text in (origin, stream, str(seq))])
    made = []
    for slot, (salt, field, value) in enumerate(openings):
        if len(salt) != 32:
            raise Malformed("a salt has 32 bytes")
        if field or value:
            text = _SLOT_TEXTS[slot] + lengthened(field) + len(value).to_bytes(4, "big") + value
        else:
            text = _ABSENT_TEXTS[slot]
        block = salt + _REST_OF_BLOCK
        inner = sha256(block.translate(_INNER) + place + text).digest()
        made.append(sha256(block.translate(_OUTER) + inner).digest())
    return tuple(made)


def format_statement(statement: Statement) -> bytes:
    """Return the bytes to be signed.

    Raises Malformed, naming the field, if a part is out of bounds: what this function returns,
    parse_statement takes apart into the same statement.
    """
    sealed = '","'.join(one.hex() for one in statement.sealed)
    text = (
        f'{{"act_id":"{statement.act_id.hex()}","action":"{statement.action}","actor":"{statement.actor}"'
        f',"claimed_at":"{statement.claimed_at}","key_id":"{statement.key_id.hex()}"'
        f',"office":"{statement.office}","origin":"{statement.origin}","post":"{statement.post}"'
        f',"prev":"{statement.prev.hex()}","public":{format_json(statement.public).decode("utf-8")}'
        f',"role":"{statement.role}","schema":{SCHEMA},"sealed":["{sealed}"]'
        f',"seen":{{"root":"{statement.seen.root.hex()}","size":{statement.seen.size}}}'
        f',"seq":{statement.seq},"stream":"{statement.stream}"}}'
    )
    payload = text.encode("utf-8", "surrogatepass")
    # Text that a field smuggled in would make other fields than those that were given.
    if parse_statement(payload) != statement:
        raise Malformed("a field of the statement holds what belongs into another")
    return payload


def format_entry(entry: Entry) -> bytes:
    """Return the bytes of an entry.

    Raises Malformed if a part is out of bounds or the whole would exceed 65,535 bytes.
    """
    payload_type, payload, signatures, recorded_at = entry
    if not 0 <= recorded_at <= MAX_RECORDED_AT:
        raise Malformed(f"recorded_at {recorded_at} is out of bounds")
    return format_prefix(payload_type, payload, signatures) + _U64.pack(recorded_at)


def format_prefix(payload_type: bytes, payload: bytes, signatures: Sequence[tuple[bytes, bytes]]) -> bytes:
    """Return the bytes of an entry before its `recorded_at`, the last eight; signatures are (key id, signature).

    Raises Malformed if a part is out of bounds or the whole entry would exceed 65,535 bytes.
    """
    if not 1 <= len(signatures) <= 255:
        raise Malformed(f"an entry has 1 to 255 signatures, not {len(signatures)}")
    tail = bytes((len(signatures),))
    for key_id, signature in signatures:
        if len(key_id) != _KEY_ID or len(signature) != _SIGNATURE:
            raise Malformed("a key id has 32 bytes and a signature 64")
        tail += key_id + signature
    size = 14 + len(payload_type) + len(payload) + len(tail)
    if size > MAX_ENTRY:
        raise Malformed(f"an entry has at most {MAX_ENTRY} bytes, not {size}")
    return _U16.pack(len(payload_type)) + payload_type + _U32.pack(len(payload)) + payload + tail
