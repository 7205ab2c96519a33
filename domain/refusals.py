"""Refused acts that were validly signed: what the ledger keeps of them, and how much of it.

An officer who tries what the rules forbid, and signs it, has acted. The ledger's own key notes that, in a
stream of the actor's office: who, in which post and role, which act, which rule, when. Nothing of the act's
content is kept, no case is named, and a petitioner's refused act is not kept at all.

Nobody can flood the log with it: one note an act id (the note's own id follows from it), and at most
`DAILY` notes an actor on one civil day, counted by the time that the ledger claims.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from types import MappingProxyType
from typing import Annotated, Any, ClassVar, Final, NamedTuple

from domain import fields, vocabulary
from domain.errors import RoleRefused, TransitionRefused
from domain.fields import choice
from domain.people import REGISTRARS
from domain.reference import Reference
from domain.schema import CIVIL, Event, act

PREFIX: Final = "refused/"
DAILY: Final = 20
_NOBODY: Final[Mapping[str, int]] = MappingProxyType({})


@act
class RefusedNoted(Event):
    """The ledger notes that a validly signed act was refused; `act` is the action tried, `rule` the refusal's code."""

    action: ClassVar[str] = "refused.noted.v1"

    refused_actor: Annotated[str, fields.key_holder, "actor"]
    refused_post: Annotated[str, fields.slug, "post"]
    refused_role: Annotated[str, choice(vocabulary.ROLES), "role"]
    refused_office: Annotated[str, fields.slug, "office"]
    act: Annotated[str, fields.action_name]
    rule: Annotated[str, fields.code]
    at: Annotated[str, fields.instant]


class Refusals(NamedTuple):
    """What was noted of one office: on its last civil day, how many acts of each actor."""

    day: date | None = None
    counts: Mapping[str, int] = _NOBODY


NEW_REFUSALS: Final = Refusals()


def fold_refusals(refusals: Refusals, event: Event) -> Refusals:
    """Return what is known of an office's refused acts after one more note."""
    actor = getattr(event, "refused_actor", "")
    day = event.claimed_at.astimezone(CIVIL).date()
    counts = refusals.counts if day == refusals.day else _NOBODY
    return Refusals(day, {**counts, actor: counts.get(actor, 0) + 1})


def check_refusal(refusals: Refusals, event: Any, reference: Reference) -> None:
    """Check that a note is the ledger's own, stands in the stream of an open office, and is within the bound.

    Raises RoleRefused or TransitionRefused, naming which of these it is not.
    """
    office = event.originator_id.removeprefix(PREFIX)
    if event.role != "ledger" or event.actor != "ledger" or event.office or event.post:
        raise RoleRefused(
            "ledger_only",
            rule="roles: ledger",
            zh="被拒绝的行为只能由账本自身的密钥记录",
            en="a refused act is noted by the ledger's own key alone",
            action=event.action,
            allowed=("ledger",),
        )
    known = office == REGISTRARS or reference.people.office(office, event.index) is not None
    if event.refused_office != office or not known:
        raise TransitionRefused(
            "office_unknown",
            rule="stream refused/<office>",
            zh=f"被拒绝的行为应记入行为人所在单位的账流,且该单位在机构表中:{office}",
            en=f"a refused act is noted in the stream of the actor's office, which is in the directory: {office}",
            action=event.action,
        )
    day = event.claimed_at.astimezone(CIVIL).date()
    if day == refusals.day and refusals.counts.get(event.refused_actor, 0) >= DAILY:
        raise TransitionRefused(
            "noted_enough",
            rule=f"at most {DAILY} notes an actor a day",
            zh=f"同一行为人一日内被拒绝的行为至多记录 {DAILY} 次",
            en=f"at most {DAILY} refused acts of one actor are noted on one day",
            action=event.action,
        )
