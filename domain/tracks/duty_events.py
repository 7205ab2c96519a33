"""Acts on a case beside any package: what leaders do, what is published, excluded, coordinated or paid."""

from __future__ import annotations

from datetime import date
from typing import Annotated, ClassVar

from domain import fields, vocabulary
from domain.fields import choice, integer
from domain.schema import Event, act
from domain.tracks import vocabulary as words
from domain.tracks.values import MAX_SEQ, Adoption, Ground, ItemNumber, Unit


@act
class InstructionGiven(Event):
    """A leader's instruction (批示) to a unit, with the day by which it reports back."""

    action: ClassVar[str] = "case.instruction_given.v1"
    sealed: ClassVar[tuple[str, ...]] = ("text",)

    unit: Unit
    due_on: Annotated[date, fields.day]


@act
class InstructionReported(Event):
    """The unit reports back what it did."""

    action: ClassVar[str] = "case.instruction_reported.v1"
    sealed: ClassVar[tuple[str, ...]] = ("report",)

    item: ItemNumber


@act
class InstructionReturned(Event):
    """The report does not do."""

    action: ClassVar[str] = "case.instruction_returned.v1"
    sealed: ClassVar[tuple[str, ...]] = ("text",)

    item: ItemNumber
    due_on: Annotated[date, fields.day]


@act
class InstructionAccepted(Event):
    """The leader's office takes the report as sufficient."""

    action: ClassVar[str] = "case.instruction_accepted.v1"

    item: ItemNumber


@act
class LetterRead(Event):
    """A leader read the matter and marked it (批阅)."""

    action: ClassVar[str] = "case.letter_read.v1"
    sealed: ClassVar[tuple[str, ...]] = ("text",)


@act
class ReportHeard(Event):
    """A leader heard a unit's report on the case (听取汇报)."""

    action: ClassVar[str] = "case.report_heard.v1"
    sealed: ClassVar[tuple[str, ...]] = ("record",)

    unit: Unit


@act
class DissentRecorded(Event):
    """An officer explicitly dissents from an act of the case, named by its number."""

    action: ClassVar[str] = "case.dissent_recorded.v1"
    sealed: ClassVar[tuple[str, ...]] = ("reason_text",)

    about: Annotated[int, integer(1, MAX_SEQ)]


@act
class DissentAnswered(Event):
    """Whether the dissent was adopted; until it is, it was not."""

    action: ClassVar[str] = "case.dissent_answered.v1"

    item: ItemNumber
    adoption: Adoption


@act
class RatingReported(Event):
    """What staff were told about satisfaction. It is kept apart and never counted as a rating."""

    action: ClassVar[str] = "case.rating_reported.v1"

    of: Annotated[str, choice(vocabulary.CAPACITIES)]
    rated_office: Annotated[str, fields.slug, "office"]
    round: Annotated[int, integer(1, 99)]
    rating: Annotated[str, choice(vocabulary.RATINGS)]
    means: Annotated[str, choice(vocabulary.MEANS)]


@act
class DissatisfactionFollowedUp(Event):
    """An office looked again at a case that was rated dissatisfied, and what it found about the handling."""

    action: ClassVar[str] = "case.dissatisfaction_followed_up.v1"
    sealed: ClassVar[tuple[str, ...]] = ("record",)

    round: Annotated[int, integer(1, 99)]
    finding: Annotated[str, choice(words.FINDINGS)]


@act
class PublicationProposed(Event):
    """Somebody proposes to publish a part of the case, on a ground."""

    action: ClassVar[str] = "case.publication_proposed.v1"

    scope: Annotated[str, choice(words.SCOPES)]
    ground: Ground


@act
class PublicationApproved(Event):
    """Another person approves; the part is public from now on."""

    action: ClassVar[str] = "case.publication_approved.v1"

    item: ItemNumber


@act
class PublicationRefused(Event):
    """Another person does not approve."""

    action: ClassVar[str] = "case.publication_refused.v1"

    item: ItemNumber
    ground: Ground


@act
class PublicationWithdrawn(Event):
    """What was published is withdrawn."""

    action: ClassVar[str] = "case.publication_withdrawn.v1"

    item: ItemNumber
    ground: Ground


@act
class ExclusionProposed(Event):
    """Somebody proposes to leave the case out of a figure, and why."""

    action: ClassVar[str] = "case.exclusion_proposed.v1"
    sealed: ClassVar[tuple[str, ...]] = ("reason_text",)

    figure: Annotated[str, choice(words.FIGURES)]
    ground: Ground


@act
class ExclusionApproved(Event):
    """Another person approves; only now is the case left out."""

    action: ClassVar[str] = "case.exclusion_approved.v1"

    item: ItemNumber


@act
class ExclusionRefused(Event):
    """Another person does not approve."""

    action: ClassVar[str] = "case.exclusion_refused.v1"

    item: ItemNumber
    ground: Ground


@act
class ExclusionLifted(Event):
    """The case counts again."""

    action: ClassVar[str] = "case.exclusion_lifted.v1"

    item: ItemNumber


@act
class CoordinationSent(Event):
    """A letter of coordination to a unit (发函协调)."""

    action: ClassVar[str] = "case.coordination_sent.v1"
    sealed: ClassVar[tuple[str, ...]] = ("text",)

    unit: Unit
    due_on: Annotated[date, fields.day]


@act
class CoordinationAnswered(Event):
    """The unit answers the letter."""

    action: ClassVar[str] = "case.coordination_answered.v1"
    sealed: ClassVar[tuple[str, ...]] = ("reply",)

    item: ItemNumber


@act
class AidRequested(Event):
    """Aid is asked for from a fund; who receives it and how much is sealed, and nothing is asked in return."""

    action: ClassVar[str] = "case.aid_requested.v1"
    sealed: ClassVar[tuple[str, ...]] = ("recipient", "amount", "reason_text")

    fund: Annotated[str, choice(words.FUNDS)]


@act
class AidApproved(Event):
    """A second person approves the aid."""

    action: ClassVar[str] = "case.aid_approved.v1"
    sealed: ClassVar[tuple[str, ...]] = ("amount",)

    item: ItemNumber


@act
class AidRefused(Event):
    """A second person does not approve the aid."""

    action: ClassVar[str] = "case.aid_refused.v1"

    item: ItemNumber
    ground: Ground


@act
class AidPaid(Event):
    """The aid was paid, with proof."""

    action: ClassVar[str] = "case.aid_paid.v1"
    sealed: ClassVar[tuple[str, ...]] = ("proof",)

    item: ItemNumber
