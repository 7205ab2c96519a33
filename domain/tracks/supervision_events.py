"""The acts by which offices are pressed, corrected and advised: articles 39, 40 and 43 to 46.

All name units and codes; what is said about a case is sealed. A petitioner's request for supervision has no
text at all, so that it cannot be used to learn more than that somebody did not do a duty.
"""

from __future__ import annotations

from datetime import date
from typing import Annotated, ClassVar

from domain import fields
from domain.fields import choice
from domain.schema import Event, act
from domain.tracks import vocabulary as words
from domain.tracks.values import About, Adoption, Ground, ItemNumber, MaybeDay, Unit


@act
class SupervisionRequested(Event):
    """The petitioner asks, with a key of the case and without a word, that a unit's omission be looked at."""

    action: ClassVar[str] = "case.supervision_requested.v1"

    unit: Unit
    trigger: Annotated[str, choice(words.FURTHER_TRIGGERS)]


@act
class SupervisionOpened(Event):
    """A supervising office presses a unit; `due_on` is the day by which the unit answers."""

    action: ClassVar[str] = "case.supervision_opened.v1"
    sealed: ClassVar[tuple[str, ...]] = ("text",)

    unit: Unit
    trigger: Annotated[str, choice(words.TRIGGERS)]
    due_on: MaybeDay = None


@act
class SupervisionTakenUp(Event):
    """A supervising office takes up what the petitioner asked for."""

    action: ClassVar[str] = "case.supervision_taken_up.v1"
    sealed: ClassVar[tuple[str, ...]] = ("text",)

    item: ItemNumber
    due_on: MaybeDay = None


@act
class SupervisionDeclined(Event):
    """A supervising office does not take up what the petitioner asked for, and says why by a code."""

    action: ClassVar[str] = "case.supervision_declined.v1"

    item: ItemNumber
    ground: Ground


@act
class SupervisionAnswered(Event):
    """The unit answers."""

    action: ClassVar[str] = "case.supervision_answered.v1"
    sealed: ClassVar[tuple[str, ...]] = ("reply",)

    item: ItemNumber


@act
class SupervisionReturned(Event):
    """The answer does not do; the unit answers again."""

    action: ClassVar[str] = "case.supervision_returned.v1"
    sealed: ClassVar[tuple[str, ...]] = ("text",)

    item: ItemNumber
    due_on: MaybeDay = None


@act
class SupervisionClosed(Event):
    """Supervision ends with a finding."""

    action: ClassVar[str] = "case.supervision_closed.v1"

    item: ItemNumber
    finding: Annotated[str, choice(words.FINDINGS)]


@act
class RectificationOrdered(Event):
    """A unit must set right what supervision found, by a day; `about` is the supervision, where there was one."""

    action: ClassVar[str] = "case.rectification_ordered.v1"
    sealed: ClassVar[tuple[str, ...]] = ("text",)

    unit: Unit
    due_on: Annotated[date, fields.day]
    about: About = 0


@act
class RectificationReported(Event):
    """The unit reports what it has set right."""

    action: ClassVar[str] = "case.rectification_reported.v1"
    sealed: ClassVar[tuple[str, ...]] = ("report", "proof")

    item: ItemNumber


@act
class RectificationReturned(Event):
    """The report does not do; the day stays unless another is set."""

    action: ClassVar[str] = "case.rectification_returned.v1"
    sealed: ClassVar[tuple[str, ...]] = ("text",)

    item: ItemNumber
    due_on: Annotated[date, fields.day]


@act
class RectificationAccepted(Event):
    """What was ordered has been set right."""

    action: ClassVar[str] = "case.rectification_accepted.v1"

    item: ItemNumber


@act
class CorrectionOrdered(Event):
    """A superior orders a unit to correct a fault of articles 43 to 46."""

    action: ClassVar[str] = "case.correction_ordered.v1"
    sealed: ClassVar[tuple[str, ...]] = ("text",)

    unit: Unit
    fault: Annotated[str, choice(words.FAULTS)]
    due_on: Annotated[date, fields.day]


@act
class CorrectionReported(Event):
    """The unit reports the correction."""

    action: ClassVar[str] = "case.correction_reported.v1"
    sealed: ClassVar[tuple[str, ...]] = ("report", "proof")

    item: ItemNumber


@act
class CorrectionReturned(Event):
    """The correction does not do."""

    action: ClassVar[str] = "case.correction_returned.v1"
    sealed: ClassVar[tuple[str, ...]] = ("text",)

    item: ItemNumber
    due_on: Annotated[date, fields.day]


@act
class CorrectionAccepted(Event):
    """The fault has been corrected."""

    action: ClassVar[str] = "case.correction_accepted.v1"

    item: ItemNumber


@act
class Escalated(Event):
    """The joint conference takes a step of the ladder; `decision` is the number of its decision in its own stream."""

    action: ClassVar[str] = "case.escalated.v1"
    sealed: ClassVar[tuple[str, ...]] = ("text",)

    unit: Unit
    step: Annotated[str, choice(words.STEPS)]
    decision: Annotated[int, fields.integer(1, 2**31)] = 0
    due_on: MaybeDay = None


@act
class EscalationAnswered(Event):
    """The unit has attended the talk, or reports what it did."""

    action: ClassVar[str] = "case.escalation_answered.v1"
    sealed: ClassVar[tuple[str, ...]] = ("report", "proof")

    item: ItemNumber


@act
class EscalationLifted(Event):
    """The conference lifts the step."""

    action: ClassVar[str] = "case.escalation_lifted.v1"

    item: ItemNumber
    finding: Annotated[str, choice(words.FINDINGS)]


@act
class RecommendationIssued(Event):
    """One of the three recommendations, to the unit that decides on it; `concerning` is the unit that it is about."""

    action: ClassVar[str] = "case.recommendation_issued.v1"
    sealed: ClassVar[tuple[str, ...]] = ("text",)

    recommendation: Annotated[str, choice(words.RECOMMENDATIONS)]
    unit: Unit
    concerning: Unit = ""
    due_on: MaybeDay = None


@act
class RecommendationReplied(Event):
    """The written reply on adoption (article 40(4))."""

    action: ClassVar[str] = "case.recommendation_replied.v1"
    sealed: ClassVar[tuple[str, ...]] = ("reply",)

    item: ItemNumber
    adoption: Adoption


@act
class RecommendationImplemented(Event):
    """What was adopted has been done."""

    action: ClassVar[str] = "case.recommendation_implemented.v1"
    sealed: ClassVar[tuple[str, ...]] = ("proof",)

    item: ItemNumber


@act
class AccountabilityDecided(Event):
    """What became of a recommendation to hold to account: a unit and a code, no person."""

    action: ClassVar[str] = "case.accountability_decided.v1"

    item: ItemNumber
    measure: Annotated[str, choice(words.MEASURES)]


@act
class SuggestionDecided(Event):
    """A suggestion is adopted, in part or not (article 29)."""

    action: ClassVar[str] = "case.suggestion_decided.v1"
    sealed: ClassVar[tuple[str, ...]] = ("reply",)

    adoption: Adoption
    due_on: MaybeDay = None


@act
class SuggestionImplemented(Event):
    """An adopted suggestion has been carried out."""

    action: ClassVar[str] = "case.suggestion_implemented.v1"
    sealed: ClassVar[tuple[str, ...]] = ("proof",)

    item: ItemNumber
