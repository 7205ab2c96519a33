"""What is known of a case: its holders, keys, ratings and clocks. How acts change it is in `cases.py`."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import datetime
from typing import Final, NamedTuple

from domain.clock import Clocks
from domain.tracks.items import NO_TRACKS, Tracks
from domain.transitions import NEW

NO_SEGMENTS: Final[Mapping[str, int]] = {}
MAX_SENDERS: Final = 16
"""How many steps back a matter can be returned; more would be a circle that no return can undo."""


class Holding(NamedTuple):
    """An office that held the case, and what it received it as."""

    office: str
    capacity: str


class PetitionerKey(NamedTuple):
    """A key of the petitioner in this case alone: made on a device, or claimed from a printed code.

    `code` is the id of the representative's code that it was claimed with, "" for the petitioner's own.
    """

    key_id: bytes
    custody: str
    since: int
    code: str = ""


class Rating(NamedTuple):
    """One rating that the petitioner gave; `custody` is that of the key that gave it."""

    of: str
    office: str
    round: int
    rating: str
    custody: str


class Handling(NamedTuple):
    """How the handling of the matter stands beside its state; a new round begins with an empty one.

    `unit` gave the opinion, `reviewer` decides on the request, `review_outcome` is its last decision.
    `mediation` and `execution` are the last step of each; `hearing` is the number of the act that opened a
    hearing which lasts, 0 for none. `measure` is the next one, and `measure_post` the post that takes it.
    """

    unit: str = ""
    capacity: str = ""
    reviewer: str = ""
    review_outcome: str = ""
    mediation: str = ""
    execution: str = ""
    hearing: int = 0
    simplified: bool = False
    resolved: str = ""
    measure: str = ""
    measure_post: str = ""

    @property
    def facts(self) -> tuple[str, ...]:
        """The facts that rule rows may ask for (`rows.CONDITIONS`)."""
        simplified = ("simplified",) if self.simplified else ()
        return (*simplified, "review_stands") if self.review_outcome else simplified


NO_HANDLING: Final = Handling()


class Case(NamedTuple):
    """The state of a case after `version` acts; before the first it is `NEW_CASE`.

    `acts` has a byte for every act, in order (`transitions.CODES`); `segments` counts the clocks begun by
    name. `office` answers for the case now, in `capacity`, since `received_at`; `holdings` are all that have
    held it, in order, and `senders` those that passed it on and can take it back, the last one last.
    `began_at` is the effective moment of the first act. `round` counts the rounds of handling from 1.
    `recused` are the officers who must not act on it (28), `representatives` the codes of those who speak
    for several (20). `authors` are the number and the office of every act that can hold a recording mistake.
    """

    stream: str = ""
    version: int = 0
    state: str = NEW
    running: Clocks = ()
    closed: Clocks = ()
    acts: bytes = b""
    segments: Mapping[str, int] = NO_SEGMENTS
    office: str = ""
    capacity: str = ""
    holdings: tuple[Holding, ...] = ()
    senders: tuple[Holding, ...] = ()
    received_at: datetime | None = None
    began_at: datetime | None = None
    channel: str = ""
    area: str = ""
    place: str = ""
    addressable: bool = True
    imported: bool = False
    round: int = 1
    category: str = ""
    outcome: str = ""
    claim_key: str = ""
    petitioner_keys: tuple[PetitionerKey, ...] = ()
    ratings: tuple[Rating, ...] = ()
    handling: Handling = NO_HANDLING
    recused: tuple[str, ...] = ()
    representatives: tuple[str, ...] = ()
    links: tuple[str, ...] = ()
    tracks: Tracks = NO_TRACKS
    authors: tuple[tuple[int, str], ...] = ()

    @property
    def clocks(self) -> Clocks:
        """Every clock of the case, the closed ones first."""
        return (*self.closed, *self.running)

    @property
    def sender(self) -> str:
        """The office that passed the case on to its holder, "" if the holder received it from the petitioner."""
        return self.senders[-1].office if self.senders else ""

    def author(self, seq: int) -> str:
        """Return the office whose act has this number, "" if no recording mistake of that act can be corrected."""
        return next((office for number, office in self.authors if number == seq), "")

    def key(self, key_id: bytes) -> PetitionerKey | None:
        """Return the petitioner's key with this id, if the case has it."""
        return next((key for key in self.petitioner_keys if key.key_id == key_id), None)


NEW_CASE: Final = Case()


def key_id_of(public_key: str) -> bytes:
    """Return the key id of a raw public key in hex: its SHA-256, 32 bytes."""
    return hashlib.sha256(bytes.fromhex(public_key)).digest()
