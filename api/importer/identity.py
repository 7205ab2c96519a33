"""Names that stay the same on every run: act and case ids from the source's own keys.

id = HMAC-SHA-256(import secret, length-prefixed source, natural key, part), its first 16 bytes. Without the
secret, which outlives every key rotation, nobody can tell a row's number from its case.
Source: LEDGER section 2.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Sequence

ID_BYTES = 16
CASE_PART = "case"


class Identity:
    """Ids for one source under one import secret (32 bytes)."""

    def __init__(self, secret: bytes, source: str) -> None:
        """Prepare the keyed hash of the source once."""
        self._keyed = hmac.new(secret, length_prefixed([source]), hashlib.sha256)

    def case(self, natural_key: str) -> str:
        """The stream of the case that the row with this key makes."""
        return f"case/{self._derive(natural_key, CASE_PART).hex()}"

    def act(self, natural_key: str, action: str) -> bytes:
        """The 16-byte act id of one act of that row; the action's version is not part of it."""
        return self._derive(natural_key, action.rpartition(".v")[0])

    def event(self, natural_key: str, activity: str, which: str, part: str) -> bytes:
        """The 16-byte act id of what one event of a case makes; `which` tells events of one activity apart."""
        return self._derive(natural_key, activity, which, part.rpartition(".v")[0] or part)

    def _derive(self, *parts: str) -> bytes:
        keyed = self._keyed.copy()
        keyed.update(length_prefixed(parts))
        return keyed.digest()[:ID_BYTES]


def length_prefixed(texts: Sequence[str]) -> bytes:
    """Join texts so that no two lists give the same bytes: u32be length, then UTF-8, each."""
    parts = [text.encode("utf-8", "surrogatepass") for text in texts]
    return b"".join([len(part).to_bytes(4, "big") + part for part in parts])
