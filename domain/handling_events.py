"""The acts of handling at the competent unit: classification, investigation, mediation, hearing, execution."""

from __future__ import annotations

from datetime import date
from typing import Annotated, ClassVar, TypeAlias

from domain import fields
from domain import procedure_words as words
from domain.case_events import FromFile
from domain.fields import choice
from domain.schema import Event, act

Category: TypeAlias = Annotated[str, choice(words.CLASSES)]


@act
class CaseClassified(Event):
    """The kind of matter decides the way it goes (articles 29, 30, 31)."""

    action: ClassVar[str] = "case.classified.v1"

    category: Category
    imported: FromFile = None


@act
class CaseReclassified(Event):
    """The classification was wrong; the reasons are sealed. No clock starts later for it."""

    action: ClassVar[str] = "case.reclassified.v1"
    sealed: ClassVar[tuple[str, ...]] = ("reason",)

    category: Category
    imported: FromFile = None


@act
class CaseRoutedStatutory(Event):
    """The matter goes the way that another statute gives it, by that statute's own time limits (31(1) to (5))."""

    action: ClassVar[str] = "case.routed_statutory.v1"
    sealed: ClassVar[tuple[str, ...]] = ("text",)

    category: Annotated[str, choice(words.STATUTORY)]
    imported: FromFile = None


@act
class CaseSimplified(Event):
    """The unit chooses simplified handling (trial rule of 2016)."""

    action: ClassVar[str] = "case.simplified.v1"

    ground: Annotated[str, choice(words.SIMPLE_GROUNDS)]
    imported: FromFile = None


@act
class CaseSimplifiedEnded(Event):
    """The matter turns out to be excluded from simplified handling and goes the ordinary way."""

    action: ClassVar[str] = "case.simplified_ended.v1"

    exclusion: Annotated[str, choice(words.SIMPLE_EXCLUSIONS)]
    imported: FromFile = None


@act
class CaseInvestigated(Event):
    """One step of finding out what is true (31(6)); what was found is sealed."""

    action: ClassVar[str] = "case.investigated.v1"
    sealed: ClassVar[tuple[str, ...]] = ("text",)

    method: Annotated[str, choice(words.METHODS)]
    imported: FromFile = None


@act
class CaseHearingOpened(Event):
    """A hearing begins (31(6), 36(2)); in re-review its days are excluded from the time limit."""

    action: ClassVar[str] = "case.hearing_opened.v1"
    varies: ClassVar[str] = "stage"

    stage: Annotated[str, choice(words.STAGES)]
    imported: FromFile = None


@act
class CaseHearingClosed(Event):
    """The hearing is over; its record is sealed."""

    action: ClassVar[str] = "case.hearing_closed.v1"
    sealed: ClassVar[tuple[str, ...]] = ("record",)
    varies: ClassVar[str] = "stage"

    stage: Annotated[str, choice(words.STAGES)]
    imported: FromFile = None


@act
class CaseMediationReferred(Event):
    """Both sides agree to mediation and the matter is referred to it; handling time runs on (article 33)."""

    action: ClassVar[str] = "case.mediation_referred.v1"

    mediator: Annotated[str, choice(words.MEDIATORS)]
    imported: FromFile = None


@act
class CaseMediationAccepted(Event):
    """The mediators take the matter."""

    action: ClassVar[str] = "case.mediation_accepted.v1"

    imported: FromFile = None


@act
class CaseMediationResult(Event):
    """What mediation came to; an agreement is sealed."""

    action: ClassVar[str] = "case.mediation_result.v1"
    sealed: ClassVar[tuple[str, ...]] = ("agreement",)

    result: Annotated[str, choice(words.MEDIATION_RESULTS)]
    imported: FromFile = None


@act
class CaseMediationReturned(Event):
    """The mediators give the matter back; handling goes on."""

    action: ClassVar[str] = "case.mediation_returned.v1"

    imported: FromFile = None


@act
class CaseMediationPerformed(Event):
    """What was agreed in mediation or settlement has been done; the proof is sealed."""

    action: ClassVar[str] = "case.mediation_performed.v1"
    sealed: ClassVar[tuple[str, ...]] = ("proof",)

    imported: FromFile = None


@act
class CaseSettled(Event):
    """The two sides settle by themselves; the agreement is sealed (article 33)."""

    action: ClassVar[str] = "case.settled.v1"
    sealed: ClassVar[tuple[str, ...]] = ("agreement",)

    imported: FromFile = None


@act
class CaseExtended(Event):
    """The head of the unit gives more time, within the limit of the rule row; the reasons are sealed (34)."""

    action: ClassVar[str] = "case.extended.v1"
    sealed: ClassVar[tuple[str, ...]] = ("reason",)

    days: Annotated[int, fields.integer(1, 3660)]
    because: Annotated[str, choice(words.EXTENSION_GROUNDS)]
    imported: FromFile = None


@act
class CaseExecutionBegun(Event):
    """A supporting opinion is being carried out (article 32)."""

    action: ClassVar[str] = "case.execution_begun.v1"

    imported: FromFile = None


@act
class CaseExecutionDone(Event):
    """A supporting opinion has been carried out; the proof is sealed (article 32)."""

    action: ClassVar[str] = "case.execution_done.v1"
    sealed: ClassVar[tuple[str, ...]] = ("proof",)

    imported: FromFile = None


@act
class CaseResolved(Event):
    """The matter is resolved in substance, as against merely closed."""

    action: ClassVar[str] = "case.resolved.v1"
    sealed: ClassVar[tuple[str, ...]] = ("proof",)

    resolution: Annotated[str, choice(words.RESOLUTIONS)]
    imported: FromFile = None


@act
class CaseResponsibilitySet(Event):
    """The post that answers for the case within its unit, its next measure and the day set for that."""

    action: ClassVar[str] = "case.responsibility_set.v1"

    responsible_post: Annotated[str, fields.slug, "post"]
    measure: Annotated[str, choice(words.MEASURES)]
    measure_on: Annotated[date | None, fields.day] = None
    imported: FromFile = None


@act
class CaseRecused(Event):
    """An officer with an interest in the matter stands aside (article 28)."""

    action: ClassVar[str] = "case.recused.v1"
    sealed: ClassVar[tuple[str, ...]] = ("reason",)

    officer: Annotated[str, fields.officer]


@act
class CaseAttached(Event):
    """Files joined to the case: one sealed list with digest, size and media type of each.

    `to_seq` is the act that they go with, 0 for the case as a whole.
    """

    action: ClassVar[str] = "case.attached.v1"
    sealed: ClassVar[tuple[str, ...]] = ("attachments",)

    to_seq: Annotated[int, fields.integer(0, 2**31)] = 0


@act
class CasePanelReviewed(Event):
    """People outside the offices say what they think of the handling, by their role (信访评议); the text is sealed."""

    action: ClassVar[str] = "case.panel_reviewed.v1"
    sealed: ClassVar[tuple[str, ...]] = ("text",)

    panel: Annotated[str, choice(words.PANELS)]
    finding: Annotated[str, choice(words.FINDINGS)]
    imported: FromFile = None
