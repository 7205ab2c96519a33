"""The acts of monthly bulletins (月通报), in the stream `bulletin/<office>` of the office that issues them.

A bulletin is a document; what is recorded is its digests, the month and units that it tells of, the moment on both axes
from which it was made, and what became of it. It tells of offices; no case and no person is named in these acts.
"""

from __future__ import annotations

from typing import Annotated, ClassVar, NamedTuple

from domain import fields
from domain.fields import choice, integer, listing, pattern, record
from domain.samples import sampled
from domain.schema import Event, act
from domain.tracks import vocabulary as words
from domain.tracks.values import Day, Ground, ItemNumber, Officer, Unit


class Position(NamedTuple):
    """A place in the log: how many entries, and the root of the tree over them in hex."""

    root: str
    size: int


class File(NamedTuple):
    """One form of the document, and the SHA-256 of its bytes in hex."""

    digest: str
    format: str


_MONTH = sampled(pattern("(?:19|2[0-9])[0-9]{2}-(?:0[1-9]|1[0-2])", "月份(年-月)", "a month, YYYY-MM"), "2026-03")
_POSITION = record(Position, root=fields.hex32, size=integer(1, 2**53 - 1))
_FILE = record(File, digest=fields.hex32, format=choice(words.BULLETIN_FORMATS))


@act
class BulletinIssued(Event):
    """A bulletin of a month is issued to an office.

    `concerning` is the office whose subtree it tells of, absent for all; `unit` is the one it is addressed to.
    `as_of_on` is the day, inside the month, as of whose last instant it was made, `known_at` what was known of the log.
    """

    action: ClassVar[str] = "bulletin.issued.v1"

    month: Annotated[str, _MONTH]
    unit: Unit
    as_of_on: Day
    known_at: Annotated[Position, _POSITION]
    files: Annotated[tuple[File, ...], listing(_FILE, 1, 4)]
    concerning: Unit = ""


@act
class BulletinServed(Event):
    """It was served to the addressee's chief, with copies (抄报) to other offices; a reply is due by a day."""

    action: ClassVar[str] = "bulletin.served.v1"

    item: ItemNumber
    leader: Officer
    due_on: Day
    copies: Annotated[tuple[str, ...], listing(fields.slug, 1, 60)] = ()


@act
class BulletinReplied(Event):
    """The addressee says in writing what it did about what it was told."""

    action: ClassVar[str] = "bulletin.replied.v1"
    sealed: ClassVar[tuple[str, ...]] = ("reply",)

    item: ItemNumber


@act
class BulletinReturned(Event):
    """The reply does not do; a new day is set."""

    action: ClassVar[str] = "bulletin.returned.v1"
    sealed: ClassVar[tuple[str, ...]] = ("text",)

    item: ItemNumber
    due_on: Day


@act
class BulletinConcluded(Event):
    """What came of it, by a code."""

    action: ClassVar[str] = "bulletin.concluded.v1"

    item: ItemNumber
    finding: Annotated[str, choice(words.FINDINGS)]


@act
class BulletinWithdrawn(Event):
    """A bulletin is withdrawn, and why by a code; another one may be issued for the month."""

    action: ClassVar[str] = "bulletin.withdrawn.v1"

    item: ItemNumber
    ground: Ground
