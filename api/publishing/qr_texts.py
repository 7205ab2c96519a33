"""A receipt as texts that fit into QR codes, and back; `check.js` reads the same texts.

SD1 <number>/<count> <first 8 hex digits of the file's SHA-256> <part of the file in base64url>
"""

from __future__ import annotations

import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterable, Sequence

from audit.errors import Malformed
from audit.suite import hash256

PART_BYTES = 600
"""How much of the file is in one code: 800 characters of it and the few before, which a phone reads from paper."""
_TEXT = re.compile(r"SD1 ([1-9][0-9]?)/([1-9][0-9]?) ([0-9a-f]{8}) ([A-Za-z0-9_-]+=*)", re.ASCII)


def format_texts(data: bytes) -> Sequence[str]:
    """Return the texts of a file of at most 59,400 bytes, numbered from 1. Raises Malformed if it is larger."""
    parts = [data[at : at + PART_BYTES] for at in range(0, len(data), PART_BYTES)]
    if not 1 <= len(parts) <= 99:
        raise Malformed("a receipt of this size does not fit into QR codes")
    name = hash256(data).hex()[:8]
    return [
        f"SD1 {number}/{len(parts)} {name} {urlsafe_b64encode(part).decode()}" for number, part in enumerate(parts, 1)
    ]


def parse_texts(texts: Iterable[str]) -> bytes:
    """Return the file that the texts are of, in any order. Raises Malformed if one is missing or another file's."""
    parts: dict[int, bytes] = {}
    labels = set()
    for text in texts:
        matched = _TEXT.fullmatch(text.strip())
        if matched is None:
            raise Malformed("not the text of a receipt's QR code")
        labels.add((matched[2], matched[3]))
        parts[int(matched[1])] = urlsafe_b64decode(matched[4])
    if len(labels) != 1:
        raise Malformed("the QR codes are not of one receipt")
    ((count, name),) = labels
    if sorted(parts) != list(range(1, int(count) + 1)):
        raise Malformed("a QR code is missing")
    data = b"".join(parts[number] for number in sorted(parts))
    if hash256(data).hex()[:8] != name:
        raise Malformed("the QR codes do not make up the receipt")
    return data
