"""Proofs that an entry is in a log, as files that need nothing else but keys: tlog-proof@v1.

    c2sp.org/tlog-proof@v1
    extra <base64>
    index <decimal>
    <base64 hash>…
    (an empty line)
    <the checkpoint, a signed note>

A receipt of this ledger is such a file whose extra data are the bytes of the entry.
Source: C2SP tlog-proof.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from audit.errors import Malformed, OtherKind
from audit.note import decode_base64

__all__ = ["TlogProof", "parse_tlog_proof"]

HEADER = "c2sp.org/tlog-proof@v1\n"
_INDEX = re.compile("index (0|[1-9][0-9]{0,15})", re.ASCII)
# A note has at most a million characters, an entry 65,535 bytes.
_MAX_SIZE = 4_200_000


class TlogProof(NamedTuple):
    """A proof as it was read: the entry's index, the hashes from the leaf upwards, the note, and extra data."""

    index: int  # type: ignore[assignment]  # a proof is never searched as a tuple
    hashes: tuple[bytes, ...]
    checkpoint: str
    extra: bytes = b""


def parse_tlog_proof(data: bytes) -> TlogProof:
    """Return the proof in a file's bytes, its checkpoint unread.

    Raises OtherKind if they do not begin as one, and Malformed if they do not go on as one.
    """
    if not data.startswith(HEADER.encode()):
        raise OtherKind("not a tlog-proof")
    if len(data) > _MAX_SIZE:
        raise Malformed(f"a tlog-proof has at most {_MAX_SIZE} bytes")
    try:
        head, separator, checkpoint = data[len(HEADER) :].decode("utf-8").partition("\n\n")
    except UnicodeDecodeError as error:
        raise Malformed(f"not UTF-8 at byte {error.start}") from None
    lines = head.split("\n")
    extra = decode_base64(lines.pop(0)[6:]) if lines[0].startswith("extra ") else None
    matched = _INDEX.fullmatch(lines.pop(0)) if lines else None
    hashes = tuple(decode_base64(line) for line in lines)
    if not separator or not matched or extra == b"" or len(hashes) > 63 or any(len(one) != 32 for one in hashes):
        raise Malformed("a tlog-proof is a header, extra data, an index, up to 63 hashes, and a checkpoint")
    return TlogProof(int(matched[1]), hashes, checkpoint, extra or b"")
