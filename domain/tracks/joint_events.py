"""Several offices on one case: coordination on the spot, joint investigation; and a demand to come again."""

from __future__ import annotations

from datetime import date
from typing import Annotated, ClassVar, TypeAlias

from domain import fields
from domain.fields import choice, listing
from domain.schema import Event, act
from domain.tracks import vocabulary as words
from domain.tracks.values import Ground, ItemNumber, Unit

Units: TypeAlias = Annotated[tuple[str, ...], listing(fields.slug, 1, 60)]
DueOn: TypeAlias = Annotated[date, fields.day]


@act
class OnsiteCoordinationCalled(Event):
    """The offices that a matter needs are called together on the spot for a day (现场协调)."""

    action: ClassVar[str] = "case.onsite_coordination_called.v1"

    units: Units
    due_on: DueOn


@act
class OnsiteCoordinationHeld(Event):
    """They met on the spot; `units` are those that were present, and `effect` is what came of it."""

    action: ClassVar[str] = "case.onsite_coordination_held.v1"
    sealed: ClassVar[tuple[str, ...]] = ("record",)

    item: ItemNumber
    units: Units
    effect: Annotated[str, choice(words.EFFECTS)]


@act
class OnsiteCoordinationMissed(Event):
    """It did not take place, and why by a code."""

    action: ClassVar[str] = "case.onsite_coordination_missed.v1"

    item: ItemNumber
    ground: Ground


@act
class JointInvestigationOpened(Event):
    """Offices investigate together (联合调查): `unit` leads and reports by the day set, `units` take part."""

    action: ClassVar[str] = "case.joint_investigation_opened.v1"
    sealed: ClassVar[tuple[str, ...]] = ("text",)

    unit: Unit
    units: Units
    due_on: DueOn


@act
class JointInvestigationReported(Event):
    """The leading unit reports what they found; the report is sealed."""

    action: ClassVar[str] = "case.joint_investigation_reported.v1"
    sealed: ClassVar[tuple[str, ...]] = ("report",)

    item: ItemNumber


@act
class JointInvestigationReturned(Event):
    """The report does not do; a new day is set."""

    action: ClassVar[str] = "case.joint_investigation_returned.v1"
    sealed: ClassVar[tuple[str, ...]] = ("text",)

    item: ItemNumber
    due_on: DueOn


@act
class JointInvestigationClosed(Event):
    """Whoever opened it takes the report, and says what was found about the handling."""

    action: ClassVar[str] = "case.joint_investigation_closed.v1"

    item: ItemNumber
    finding: Annotated[str, choice(words.FINDINGS)]


@act
class VisitDemanded(Event):
    """An office asked for another visit; a fact about that office, `unit`, by a code that says for what.

    What is recorded is the demand. Who came, how often or whether at all is never recorded.
    """

    action: ClassVar[str] = "case.visit_demanded.v1"

    unit: Unit
    demand: Annotated[str, choice(words.DEMANDS)]
