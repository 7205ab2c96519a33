"""Disclosures as they are stored: each of an act's eight slots encrypted under its own data key.

8 × ( u32be length ‖ nonce[12] ‖ AES-256-GCM ciphertext )      length 0: erased
plaintext  = salt[32] ‖ u8 length ‖ field ‖ value              value: canonical JSON, none if the slot is unused
associated = "sundial/d1" ‖ u8 slot ‖ u64be seq ‖ stream
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from struct import Struct

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from audit.commitments import SLOTS
from audit.store.errors import KeyStoreRefused
from audit.store.keystore import Random
from audit.store.model import Disclosure

_U32 = Struct(">I")
_NONCE = 12
_SALT = 32
_NONCES = Struct(f"{_NONCE}s" * SLOTS)
_LENGTHS = tuple(bytes((length,)) for length in range(256))
_ABOUT = tuple(b"sundial/d1" + bytes((slot,)) for slot in range(SLOTS))


def _bound(stream: str, seq: int) -> bytes:
    return seq.to_bytes(8, "big") + stream.encode("utf-8")


def seal(disclosures: Sequence[Disclosure], keys: Sequence[bytes], stream: str, seq: int, random: Random) -> bytes:
    """Return the stored form of an act's eight disclosures, given in slot order."""
    bound = _bound(stream, seq)
    nonces = _NONCES.unpack(random(_NONCES.size))
    parts: list[bytes] = []
    for (slot, salt, field, value), key, nonce in zip(disclosures, keys, nonces, strict=True):
        plain = salt + _LENGTHS[len(field)] + field.encode("ascii") + value if field else salt + _LENGTHS[0] + value
        sealed = AESGCM(key).encrypt(nonce, plain, _ABOUT[slot] + bound)
        parts += (_U32.pack(_NONCE + len(sealed)), nonce, sealed)
    return b"".join(parts)


def open_sealed(sealed: bytes, keys: Sequence[bytes | None], stream: str, seq: int) -> list[Disclosure | None]:
    """Return an act's disclosures in slot order, None for each that was erased.

    Raises KeyStoreRefused if the stored form was changed or belongs to another act.
    """
    bound = _bound(stream, seq)
    opened: list[Disclosure | None] = []
    for slot, (part, key) in enumerate(zip(_parts(sealed), keys, strict=True)):
        if not part or key is None:
            opened.append(None)
            continue
        try:
            plain = AESGCM(key).decrypt(part[:_NONCE], part[_NONCE:], _ABOUT[slot] + bound)
            end = _SALT + 1 + plain[_SALT]
            opened.append(Disclosure(slot, plain[:_SALT], plain[_SALT + 1 : end].decode("ascii"), plain[end:]))
        except (InvalidTag, ValueError, IndexError):
            raise KeyStoreRefused(f"the disclosure of slot {slot} was changed") from None
    return opened


def without(sealed: bytes, slots: Collection[int]) -> bytes:
    """Return the stored form with these slots emptied."""
    parts = [b"" if slot in slots else part for slot, part in enumerate(_parts(sealed))]
    return b"".join(_U32.pack(len(part)) + part for part in parts)


def _parts(sealed: bytes) -> list[bytes]:
    parts: list[bytes] = []
    at = 0
    while at + 4 <= len(sealed) and len(parts) < SLOTS:
        end = at + 4 + int.from_bytes(sealed[at : at + 4], "big")
        parts.append(sealed[at + 4 : end])
        at = end
    if len(parts) != SLOTS or at != len(sealed):
        raise KeyStoreRefused("the stored disclosures are cut short or have bytes left over")
    return parts
