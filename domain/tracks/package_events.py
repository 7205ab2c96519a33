"""The acts of a leader package (领导包案): a named leader answers for a case until it closes.

Every act after the assignment names the package by the number of its assignment. No act speaks of keeping
anybody from petitioning; what a leader does is to meet, investigate, confer, plan and resolve.
"""

from __future__ import annotations

from datetime import date
from typing import Annotated, ClassVar

from domain import fields
from domain.fields import choice, integer, listing
from domain.schema import Event, act
from domain.tracks import vocabulary as words
from domain.tracks.values import MAX_SEQ, Day, ItemNumber, MaybeDay, Officer, PostSlug, Unit


@act
class PackageAssigned(Event):
    """A leader is named; `due_on` is the deadline, the number of the superior's order is sealed."""

    action: ClassVar[str] = "case.package_assigned.v1"
    sealed: ClassVar[tuple[str, ...]] = ("reference", "text")

    leader: Officer
    leader_post: PostSlug
    leader_office: Unit
    package_reason: Annotated[str, choice(words.PACKAGE_REASONS)]
    due_on: Day


@act
class PackageAccepted(Event):
    """The leader takes the package on."""

    action: ClassVar[str] = "case.package_accepted.v1"

    item: ItemNumber


@act
class PackageMet(Event):
    """The leader met the petitioner: how, where, with which posts, to what effect; when is the claimed time."""

    action: ClassVar[str] = "case.package_met.v1"
    sealed: ClassVar[tuple[str, ...]] = ("record",)

    item: ItemNumber
    form: Annotated[str, choice(words.MEETING_FORMS)]
    place: Annotated[str, choice(words.PLACES)]
    effect: Annotated[str, choice(words.EFFECTS)]
    posts: Annotated[tuple[str, ...], listing(fields.slug, 1, 20)] = ()


@act
class PackageInvestigated(Event):
    """The leader looked into the matter in person."""

    action: ClassVar[str] = "case.package_investigated.v1"
    sealed: ClassVar[tuple[str, ...]] = ("record",)

    item: ItemNumber


@act
class PackageConferred(Event):
    """The leader conferred with the units concerned (会商)."""

    action: ClassVar[str] = "case.package_conferred.v1"
    sealed: ClassVar[tuple[str, ...]] = ("record",)

    item: ItemNumber
    units: Annotated[tuple[str, ...], listing(fields.slug, 1, 30)]


@act
class PackagePlanSet(Event):
    """The leader set a plan; `plan_due_on` is the day for its measures, the deadline stays."""

    action: ClassVar[str] = "case.package_plan_set.v1"
    sealed: ClassVar[tuple[str, ...]] = ("plan",)

    item: ItemNumber
    plan_due_on: MaybeDay = None


@act
class PackageExtended(Event):
    """The chief approves a later deadline; approved after the deadline it un-breaches nothing."""

    action: ClassVar[str] = "case.package_extended.v1"
    sealed: ClassVar[tuple[str, ...]] = ("reason_text",)

    item: ItemNumber
    until_on: Annotated[date, fields.day]


@act
class HandOverProposed(Event):
    """The leader who gives names the one who is to take; a later proposal replaces this one."""

    action: ClassVar[str] = "case.package_hand_over_proposed.v1"
    sealed: ClassVar[tuple[str, ...]] = ("reason_text",)

    item: ItemNumber
    leader: Officer
    leader_post: PostSlug
    leader_office: Unit


@act
class HandOverConfirmed(Event):
    """The leader who takes signs too, naming the proposal by its number; effective now."""

    action: ClassVar[str] = "case.package_hand_over_confirmed.v1"

    item: ItemNumber
    confirmed: Annotated[int, integer(1, MAX_SEQ)]


@act
class HandOverWithdrawn(Event):
    """The leader who gives takes the proposal back."""

    action: ClassVar[str] = "case.package_hand_over_withdrawn.v1"

    item: ItemNumber


@act
class PackageReported(Event):
    """The leader reports to the office that assigned the package why the deadline was missed (专题汇报)."""

    action: ClassVar[str] = "case.package_reported.v1"
    sealed: ClassVar[tuple[str, ...]] = ("report",)

    item: ItemNumber
    cause: Annotated[str, choice(words.CAUSES)]


@act
class PackageResolved(Event):
    """The package is done, and how the matter ended."""

    action: ClassVar[str] = "case.package_resolved.v1"
    sealed: ClassVar[tuple[str, ...]] = ("report", "proof")

    item: ItemNumber
    result: Annotated[str, choice(words.RESULTS)]


@act
class PackageReopened(Event):
    """The office that assigned the package reopens it with the same leader, by a new deadline."""

    action: ClassVar[str] = "case.package_reopened.v1"

    item: ItemNumber
    ground: Annotated[str, choice(words.GROUNDS)]
    due_on: Day
