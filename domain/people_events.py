"""The acts on offices, posts, officers and their keys, and the acts that found the ledger itself.

They describe the people who handle petitions, by post and tenure; an officer's name is sealed.
"""

from __future__ import annotations

from datetime import date
from typing import Annotated, ClassVar

from domain import fields, vocabulary
from domain.fields import RegistrarKey, choice
from domain.procedure_words import OFFICE_ENDS
from domain.schema import Event, act

_PUBLIC_KEY = fields.hex32
_SIGNATURE = fields.hex64


@act
class LedgerGenesis(Event):
    """Entry 0: the ledger's name, its suite, its log key and the two first registrars."""

    action: ClassVar[str] = "ledger.genesis.v1"

    origin: Annotated[str, fields.origin]
    suite: Annotated[str, choice({"ed25519-sha256": None})]
    log_key: Annotated[str, _PUBLIC_KEY]
    registrars: Annotated[
        tuple[RegistrarKey, ...],
        fields.listing(fields.record(RegistrarKey, id=fields.registrar, key=_PUBLIC_KEY), 2, 2),
    ]


@act
class LedgerKeyRotated(Event):
    """The log key changes, by the old log key."""

    action: ClassVar[str] = "ledger.key_rotated.v1"

    key: Annotated[str, _PUBLIC_KEY]
    possession: Annotated[str, _SIGNATURE]


@act
class OfficeOpened(Event):
    """An office joins the tree, under `parent` or as a root; the office is the one its stream names."""

    action: ClassVar[str] = "people.office_opened.v1"

    name_zh: Annotated[str, fields.name]
    kind: Annotated[str, choice(vocabulary.OFFICE_KINDS)]
    name_en: Annotated[str, fields.name] = ""
    parent: Annotated[str, fields.slug] = ""
    region: Annotated[str, fields.code] = ""


@act
class OfficeClosed(Event):
    """An office was merged, split or abolished; `successor` goes on with its powers and its cases (article 24(2))."""

    action: ClassVar[str] = "people.office_closed.v1"

    successor: Annotated[str, fields.slug]
    ending: Annotated[str, choice(OFFICE_ENDS)]


@act
class PostOpened(Event):
    """A post of the office, with the roles that are its duties."""

    action: ClassVar[str] = "people.post_opened.v1"

    opened_post: Annotated[str, fields.slug, "post"]
    name_zh: Annotated[str, fields.name]
    duties: Annotated[tuple[str, ...], fields.listing(choice(vocabulary.ROLES), 1, 8)]
    name_en: Annotated[str, fields.name] = ""


@act
class OfficerAppointed(Event):
    """An officer holds a post from a day on; the name is sealed."""

    action: ClassVar[str] = "people.officer_appointed.v1"
    sealed: ClassVar[tuple[str, ...]] = ("name",)

    officer: Annotated[str, fields.officer]
    held_post: Annotated[str, fields.slug, "post"]
    from_on: Annotated[date, fields.day]


@act
class TenureEnded(Event):
    """An officer's tenure of a post ended on a day, that day included."""

    action: ClassVar[str] = "people.tenure_ended.v1"

    officer: Annotated[str, fields.officer]
    held_post: Annotated[str, fields.slug, "post"]
    ended_on: Annotated[date, fields.day, "on"]


@act
class KeyProposed(Event):
    """One registrar proposes a key for an actor in a post, with the roles it may act in."""

    action: ClassVar[str] = "people.key_proposed.v1"

    key: Annotated[str, _PUBLIC_KEY]
    holder: Annotated[str, fields.key_holder, "actor"]
    held_post: Annotated[str, fields.slug, "post"]
    roles: Annotated[tuple[str, ...], fields.listing(choice(vocabulary.ROLES), 1, 8)]
    custody: Annotated[str, choice(vocabulary.CUSTODIES)]
    possession: Annotated[str, _SIGNATURE]


@act
class KeyConfirmed(Event):
    """Another registrar confirms the proposal with this leaf; the key is valid from here."""

    action: ClassVar[str] = "people.key_confirmed.v1"

    proposal: Annotated[str, fields.hex32]


@act
class KeyRotated(Event):
    """The holder replaces the key, signing with the old one, which ends here."""

    action: ClassVar[str] = "people.key_rotated.v1"

    key: Annotated[str, _PUBLIC_KEY]
    possession: Annotated[str, _SIGNATURE]


@act
class KeyRevoked(Event):
    """A registrar ends a key."""

    action: ClassVar[str] = "people.key_revoked.v1"

    revoked_key_id: Annotated[str, fields.hex32, "key_id"]
    reason: Annotated[str, choice(vocabulary.REVOCATIONS)]
