"""What is known of a case: its holders, keys, ratings and clocks. How acts change it is in `cases.py`."""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import Final, NamedTuple

from domain.timing import Clocks
from domain.transitions import NEW


class Holding(NamedTuple):
    """An office that held the case, and what it received it as."""

    office: str
    capacity: str


class PetitionerKey(NamedTuple):
    """A key of the petitioner in this case alone: made on a device, or claimed from a printed code."""

    key_id: bytes
    custody: str
    since: int


class Rating(NamedTuple):
    """One rating that the petitioner gave; `custody` is that of the key that gave it."""

    of: str
    office: str
    round: int
    rating: str
    custody: str


class Case(NamedTuple):
    """The state of a case after `version` acts; before the first it is `NEW_CASE`.

    `office` answers for the case now, in `capacity`; `holdings` are all that have held it, in order, and
    `sender` is the one from which it came to `office`, "" where it came from the petitioner.
    `began_at` is the effective moment of the first act. `round` counts the rounds of handling from 1.
    """

    stream: str = ""
    version: int = 0
    state: str = NEW
    running: Clocks = ()
    closed: Clocks = ()
    office: str = ""
    capacity: str = ""
    holdings: tuple[Holding, ...] = ()
    sender: str = ""
    began_at: datetime | None = None
    channel: str = ""
    area: str = ""
    addressable: bool = True
    imported: bool = False
    round: int = 1
    category: str = ""
    outcome: str = ""
    claim_key: str = ""
    petitioner_keys: tuple[PetitionerKey, ...] = ()
    ratings: tuple[Rating, ...] = ()

    @property
    def clocks(self) -> Clocks:
        """Every clock of the case, the closed ones first."""
        return (*self.closed, *self.running)

    def key(self, key_id: bytes) -> PetitionerKey | None:
        """Return the petitioner's key with this id, if the case has it."""
        return next((key for key in self.petitioner_keys if key.key_id == key_id), None)


NEW_CASE: Final = Case()


def key_id_of(public_key: str) -> bytes:
    """Return the key id of a raw public key in hex: its SHA-256, 32 bytes."""
    return hashlib.sha256(bytes.fromhex(public_key)).digest()
