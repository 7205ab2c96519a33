"""The use case of every act: prepare it, sign it where the key is, commit it.

Used by the command line, the import and the demonstration, where the key is a file of the caller's. Over
HTTP the same three steps stand apart, because there the key never reaches the server.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from api.keyfiles import Key
from audit.store.errors import ReferenceMoved, StaleStream
from audit.store.ledger import Ledger
from audit.store.model import Acknowledgement, Actor, Prepared, Wish
from domain.commands import Command
from domain.effective import from_unix_ms
from domain.schema import CIVIL

ATTEMPTS = 5
ACT_ID_BYTES = 16
SEED_BYTES = 32

Clock = Callable[[], datetime]
Entropy = Callable[[int], bytes]


def write_instant(at: datetime) -> str:
    """Write an instant as a statement claims it: RFC 3339, whole seconds, in +08:00."""
    return at.astimezone(CIVIL).isoformat(timespec="seconds")


@dataclass(frozen=True, slots=True)
class Desk:
    """A ledger to act on, a clock that says when acts are claimed, and the source of seeds and act ids."""

    ledger: Ledger
    clock: Clock
    entropy: Entropy = field(default=os.urandom)

    def actor(self, key: Key, role: str) -> Actor:
        """Who signs with key when acting in role."""
        return Actor(key.actor, key.post, key.office, role, key.key_id)

    def wish(self, command: Command, key: Key, role: str, act_id: bytes, claimed_at: str) -> Wish:
        """What prepare asks of the ledger, for asking many at once."""
        return Wish(command, self.actor(key, role), act_id, claimed_at, self.entropy(SEED_BYTES))

    def prepare(
        self, command: Command, key: Key, role: str, *, act_id: bytes | None = None, claimed_at: str | None = None
    ) -> Prepared:
        """Dry-run the command for the holder of key; nothing is stored.

        Raises DomainRefused if the rules forbid it.
        """
        return self.ledger.prepare(
            command,
            self.actor(key, role),
            act_id=act_id or self.entropy(ACT_ID_BYTES),
            claimed_at=claimed_at or write_instant(self.clock()),
            seed=self.entropy(SEED_BYTES),
        )

    def perform(
        self, command: Command, key: Key, role: str, *, act_id: bytes | None = None, claimed_at: str | None = None
    ) -> Acknowledgement:
        """Prepare, sign and commit one act; where others moved the stream meanwhile, anew, up to five times.

        Raises what prepare and commit raise: DomainRefused, ActRefused, DatabaseUnavailable.
        """
        named = act_id or self.entropy(ACT_ID_BYTES)
        for attempt in range(ATTEMPTS):
            prepared = self.prepare(command, key, role, act_id=named, claimed_at=claimed_at)
            try:
                return self.ledger.commit(prepared.draft, key.sign(prepared.to_sign))
            except (StaleStream, ReferenceMoved):
                if attempt == ATTEMPTS - 1:
                    raise
                time.sleep(0.01 * (attempt + 1))
        raise AssertionError("unreachable: the last attempt returns or raises")


def command(stream: str, action: str, public: Mapping[str, Any], sealed: Mapping[str, Any] | None = None) -> Command:
    """Build a command, leaving out fields that are not given."""
    return Command(
        stream,
        action,
        {name: value for name, value in public.items() if value not in (None, "")},
        {name: value for name, value in (sealed or {}).items() if value not in (None, "")},
    )


def new_case(entropy: Entropy = os.urandom) -> str:
    """Name a new case's stream."""
    return f"case/{entropy(ACT_ID_BYTES).hex()}"


def acknowledgement_document(answer: Acknowledgement) -> dict[str, Any]:
    """An acknowledgement as JSON members; recorded_at_ms is what the log key signed.

    `receipt` is the command that writes the act's receipt as soon as a published checkpoint covers it.
    """
    recorded_at = from_unix_ms(answer.recorded_at).astimezone(CIVIL)
    return {
        "origin": answer.origin,
        "index": answer.index,
        "leaf": answer.leaf.hex(),
        "recorded_at_ms": answer.recorded_at,
        "recorded_at": recorded_at.isoformat(timespec="milliseconds"),
        "signature": answer.signature.hex(),
        "repeated": answer.repeated,
        "receipt": f"sundial receipt {answer.index}",
    }
