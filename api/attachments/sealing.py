"""A file as it lies on the disk: encrypted in chunks, each in its place, the last one marked as the last.

"SDF1" ‖ ref[16] ‖ chunks       chunk = u32be length ‖ AES-256-GCM(plaintext of at most 65,536 bytes)
nonce = u64be number of the chunk ‖ three zero bytes ‖ u8 1 for the last chunk, 0 before it
associated = "sundial/f1" ‖ the name of the case's stream

The key belongs to this one file and lies in the key store under `ref`; so a chunk cannot be left out, moved, or taken
for another file's, and destroying the key makes the file unreadable wherever a copy of it lies.
Source: the STREAM construction (Hoang, Reyhanitabar, Rogaway, Vizár 2015).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO, Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from api.errors import ApiError

MAGIC: Final = b"SDF1"
REF_BYTES: Final = 16
CHUNK: Final = 65_536
_TAG: Final = 16
_LENGTH: Final = 4


class FileDamaged(ApiError):
    """A stored file is not what was stored."""

    status = 503


class Sealer:
    """Writes one file: `write` as often as there are bytes, then `finish` once."""

    def __init__(self, file: BinaryIO, key: bytes, ref: bytes, stream: str) -> None:
        """Begin a file that is open for writing; `key` is 32 bytes and used for nothing else."""
        self._file = file
        self._cipher = AESGCM(key)
        self._about = _about(stream)
        self._waiting = bytearray()
        self._number = 0
        file.write(MAGIC + ref)

    def write(self, data: bytes) -> None:
        """Take more bytes; a chunk is written when it is certain that another follows."""
        self._waiting += data
        while len(self._waiting) > CHUNK:
            self._put(bytes(self._waiting[:CHUNK]), last=False)
            del self._waiting[:CHUNK]

    def finish(self) -> None:
        """Write the last chunk."""
        self._put(bytes(self._waiting), last=True)

    def _put(self, data: bytes, *, last: bool) -> None:
        sealed = self._cipher.encrypt(_nonce(self._number, last), data, self._about)
        self._file.write(len(sealed).to_bytes(_LENGTH, "big") + sealed)
        self._number += 1


def read_ref(file: BinaryIO) -> bytes:
    """Read the beginning of a stored file and return the reference of its key. Raises FileDamaged."""
    head = file.read(len(MAGIC) + REF_BYTES)
    if len(head) != len(MAGIC) + REF_BYTES or not head.startswith(MAGIC):
        raise FileDamaged("attachment_damaged")
    return head[len(MAGIC) :]


def read_chunks(file: BinaryIO, key: bytes, stream: str) -> Iterator[bytes]:
    """Yield the plaintext of a stored file, which stands behind its reference.

    Raises FileDamaged if a chunk was changed, moved or cut off; what was yielded before that is genuine.
    """
    cipher, about, number = AESGCM(key), _about(stream), 0
    sealed, following = _chunk(file), b""
    while sealed:
        following = _chunk(file)
        try:
            yield cipher.decrypt(_nonce(number, not following), sealed, about)
        except InvalidTag:
            raise FileDamaged("attachment_damaged") from None
        sealed, number = following, number + 1
    if not number:
        raise FileDamaged("attachment_damaged")


def _chunk(file: BinaryIO) -> bytes:
    head = file.read(_LENGTH)
    if not head:
        return b""
    length = int.from_bytes(head, "big")
    sealed = file.read(length) if len(head) == _LENGTH and _TAG <= length <= CHUNK + _TAG else b""
    if len(sealed) != length or not sealed:
        raise FileDamaged("attachment_damaged")
    return sealed


def _nonce(number: int, last: bool) -> bytes:
    return number.to_bytes(8, "big") + bytes(3) + bytes([last])


def _about(stream: str) -> bytes:
    return b"sundial/f1" + stream.encode()
