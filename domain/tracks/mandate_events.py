"""The acts of a mandate: a supervising body looks into offices within a recorded matter, scope and period.

`mandate/<slug>` is one mandate. Drawing cases at random, lists of a campaign, visits and yearly assessments are
done within one. Cases are named by their opaque numbers alone; what a mandate is about is sealed.
"""

from __future__ import annotations

from typing import Annotated, ClassVar, NamedTuple

from domain import fields
from domain.fields import choice, integer, listing, record
from domain.schema import Event, act
from domain.tracks import vocabulary as words
from domain.tracks.values import MAX_SEQ, About, Adoption, CaseNumber, Day, Ground, Hash, ItemNumber, Unit


class Criterion(NamedTuple):
    """One thing that an assessment scores, and its weight in hundredths."""

    criterion: str
    weight: int


Size = Annotated[int, integer(1, MAX_SEQ)]
LogSize = Annotated[int, integer(1, 2**53 - 1)]


@act
class _OnItem(Event):
    """An act on what an earlier act of the stream opened; `item` is that act's number."""

    item: ItemNumber


@act
class MandateOpened(Event):
    """The body may look into these units in this period; the matter is sealed."""

    action: ClassVar[str] = "mandate.opened.v1"
    sealed: ClassVar[tuple[str, ...]] = ("matter", "reference")

    mandate: Annotated[str, choice(words.MANDATES)]
    units: Annotated[tuple[str, ...], listing(fields.slug, 1, 60)]
    from_on: Day
    until_on: Day


@act
class MandateClosed(_OnItem):
    """The mandate is closed; the petitioners of cases that were looked into may learn of it from now on."""

    action: ClassVar[str] = "mandate.closed.v1"


@act
class CaseReplayed(Event):
    """An inspector looks at a case act by act, and says why."""

    action: ClassVar[str] = "mandate.replayed.v1"
    sealed: ClassVar[tuple[str, ...]] = ("reason_text",)

    case: CaseNumber
    ground: Ground


@act
class PopulationFixed(Event):
    """What will be drawn from is fixed by the digest of its sorted case numbers, before the seed can be known.

    `members` says by a word which cases of the mandate's units these are, as known before this act; then anybody
    with the ledger can list them, and a verification draws again (`cross_references.py`). Absent, the list is kept
    elsewhere.
    """

    action: ClassVar[str] = "mandate.population_fixed.v1"

    population: Hash
    size: Size
    members: Annotated[str, choice(words.POPULATIONS)] = ""


@act
class Drawn(_OnItem):
    """The draw: seeded by the root of a checkpoint signed after the population was fixed (`draw.py`)."""

    action: ClassVar[str] = "mandate.drawn.v1"

    checkpoint_size: LogSize
    root: Hash
    count: Size
    drawn: Annotated[tuple[str, ...], listing(fields.pattern("[0-9a-f]{32}", "信访事项编号", "a case number"), 1, 400)]


@act
class ListFixed(Event):
    """The list of a campaign (积案化解、重点案件) is fixed at a checkpoint; rates are over this population."""

    action: ClassVar[str] = "mandate.list_fixed.v1"

    population: Hash
    size: Size
    checkpoint_size: LogSize
    root: Hash


@act
class ListChangeProposed(Event):
    """Somebody proposes to add a case to the list or to take one off, and why; `about` is the list."""

    action: ClassVar[str] = "mandate.list_change_proposed.v1"
    sealed: ClassVar[tuple[str, ...]] = ("reason_text",)

    about: About
    change: Annotated[str, choice(words.CHANGES)]
    case: CaseNumber
    ground: Ground


@act
class ListChangeConfirmed(_OnItem):
    """A second person confirms the change."""

    action: ClassVar[str] = "mandate.list_change_confirmed.v1"


@act
class ListChangeRefused(_OnItem):
    """A second person does not confirm the change."""

    action: ClassVar[str] = "mandate.list_change_refused.v1"


@act
class ListClosed(_OnItem):
    """The campaign is over; its list takes no more changes."""

    action: ClassVar[str] = "mandate.list_closed.v1"


@act
class VisitPlanned(Event):
    """An inspection of a unit on the spot is planned for a day."""

    action: ClassVar[str] = "mandate.visit_planned.v1"

    unit: Unit
    due_on: Day


@act
class VisitHeld(_OnItem):
    """The inspection took place."""

    action: ClassVar[str] = "mandate.visit_held.v1"
    sealed: ClassVar[tuple[str, ...]] = ("record",)


@act
class VisitFound(_OnItem):
    """What was found: are the facts clear, is the procedure right, are the petitioners satisfied."""

    action: ClassVar[str] = "mandate.visit_found.v1"
    sealed: ClassVar[tuple[str, ...]] = ("report",)

    facts_clear: Annotated[bool, fields.boolean]
    procedure_right: Annotated[bool, fields.boolean]
    petitioners_satisfied: Annotated[bool, fields.boolean]


@act
class VisitRectified(_OnItem):
    """The unit set right what was found."""

    action: ClassVar[str] = "mandate.visit_rectified.v1"
    sealed: ClassVar[tuple[str, ...]] = ("report", "proof")


@act
class VisitClosed(_OnItem):
    """The inspection is closed."""

    action: ClassVar[str] = "mandate.visit_closed.v1"


@act
class SchemeFrozen(Event):
    """What an assessment will score is frozen before its period begins."""

    action: ClassVar[str] = "mandate.scheme_frozen.v1"

    from_on: Day
    until_on: Day
    criteria: Annotated[
        tuple[Criterion, ...],
        listing(record(Criterion, criterion=choice(words.CRITERIA), weight=integer(1, 100)), 1, 20),
    ]


@act
class Assessed(_OnItem):
    """The scores were computed at a checkpoint after the period; `scores` is their digest."""

    action: ClassVar[str] = "mandate.assessed.v1"

    checkpoint_size: LogSize
    root: Hash
    scores: Hash


@act
class ObjectionHeard(_OnItem):
    """An office objected to its assessment and was heard."""

    action: ClassVar[str] = "mandate.objection_heard.v1"
    sealed: ClassVar[tuple[str, ...]] = ("text", "reply")

    unit: Unit
    adoption: Adoption


@act
class AssessmentClosed(_OnItem):
    """The assessment is final."""

    action: ClassVar[str] = "mandate.assessment_closed.v1"
