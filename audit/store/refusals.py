"""What the ledger notes of a refused act: a validly signed act that the rules forbid, told by the log's own key.

The note says who tried which act and which rule forbade it; its words are the policy's, and nothing of
the act itself is in it. Its act id follows from that of the refused act, so however often an act is sent
there is one note of it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

from audit.authority import LEDGER
from audit.store.errors import ReferenceMoved, StaleStream
from audit.store.log import Log
from audit.store.model import Acknowledgement, Actor, Draft, Prepared

_ATTEMPTS = 8
_NOTE = b"sundial/refused1"

Prepare = Callable[[Any, Actor, bytes, str, bytes, None], Prepared]
Commit = Callable[[Draft, bytes], Acknowledgement]


class Refusals:
    """Writes notes of refused acts by the ledger's ordinary way in, signed with the log key."""

    def __init__(
        self,
        log: Log,
        key_id: bytes,
        sign: Callable[[bytes], bytes],
        random: Callable[[int], bytes],
        prepare: Prepare,
        commit: Commit,
    ) -> None:
        self._log = log
        self._actor = Actor(LEDGER, "", "", LEDGER, key_id)
        self._sign = sign
        self._random = random
        self._prepare = prepare
        self._commit = commit

    def note(self, command: Any, refused: bytes, recorded_at: int) -> None:
        """Note a refused act by its id, unless it was noted before or the policy has had enough of such notes.

        `recorded_at` is the ledger's time in Unix milliseconds. The refusal itself is the answer that matters; if its
        note cannot be written, that is not told instead.
        """
        act_id = note_id(refused)
        if self._log.find_act(act_id) is not None:
            return
        claimed_at = datetime.fromtimestamp(recorded_at // 1000, UTC).isoformat(timespec="seconds")
        with suppress(Exception):
            for _ in range(_ATTEMPTS):
                prepared = self._prepare(command, self._actor, act_id, claimed_at, self._random(32), None)
                with suppress(StaleStream, ReferenceMoved):
                    self._commit(prepared.draft, self._sign(prepared.to_sign))
                    return


def note_id(refused: bytes) -> bytes:
    """Return the act id, 16 bytes, of the note of a refused act: it gives nothing away of the act's own."""
    return hashlib.sha256(_NOTE + refused).digest()[:16]
