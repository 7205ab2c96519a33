"""The acts after an opinion: review, re-review, conclusion, reopening; and those that join, end or correct a case."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, ClassVar, TypeAlias

from domain import fields, vocabulary
from domain import procedure_words as words
from domain.case_events import FromFile, Key, Office
from domain.fields import choice
from domain.routing_events import CaseRef
from domain.schema import Event, act

Way: TypeAlias = Annotated[str, choice(words.WAYS)]
Means: TypeAlias = Annotated[str, choice(vocabulary.MEANS)]
Decision: TypeAlias = Annotated[str, choice(words.REVIEW_OUTCOMES)]


@act
class _Request(Event):
    """The petitioner asks a body above for another look; the two kinds differ in name and article alone.

    `way` says whether the petitioner's own key signed, or an office recorded a signed paper.
    """

    sealed: ClassVar[tuple[str, ...]] = ("text", "source")

    to_office: Office
    way: Way
    imported: FromFile = None


@act
class _Decision(Event):
    """An opinion on another body's opinion; `changed_to` is the new outcome where it is changed."""

    sealed: ClassVar[tuple[str, ...]] = ("facts", "opinion", "basis")
    varies: ClassVar[str] = "decision"

    decision: Decision
    changed_to: Annotated[str, choice(vocabulary.OUTCOMES)] = ""
    imported: FromFile = None


@act
class _Service(Event):
    """The petitioner has the written opinion, with proof."""

    sealed: ClassVar[tuple[str, ...]] = ("proof",)

    means: Means
    imported: FromFile = None


@act
class CaseReviewRequested(_Request):
    """The petitioner asks the body above the handling one to review its opinion (article 35)."""

    action: ClassVar[str] = "case.review_requested.v1"


@act
class CaseReviewDecided(_Decision):
    """The review opinion (article 35)."""

    action: ClassVar[str] = "case.review_decided.v1"


@act
class CaseReviewServed(_Service):
    """The petitioner has the written review opinion (article 35)."""

    action: ClassVar[str] = "case.review_served.v1"


@act
class CaseRecheckRequested(_Request):
    """The petitioner asks the body above the reviewing one to re-review (article 36)."""

    action: ClassVar[str] = "case.recheck_requested.v1"


@act
class CaseRecheckDecided(_Decision):
    """The re-review opinion (article 36)."""

    action: ClassVar[str] = "case.recheck_decided.v1"


@act
class CaseRecheckServed(_Service):
    """The petitioner has the re-review opinion; where it upholds or changes, this concludes the matter (36(3))."""

    action: ClassVar[str] = "case.recheck_served.v1"


@act
class CaseConcluded(Event):
    """The office closes a case that nothing is owed in any more. Windows that lapse need no such act."""

    action: ClassVar[str] = "case.concluded.v1"
    varies: ClassVar[str] = "conclusion"

    conclusion: Annotated[str, choice(words.CONCLUSIONS)]
    imported: FromFile = None


@act
class CaseReopened(Event):
    """A closed case begins a new round of handling."""

    action: ClassVar[str] = "case.reopened.v1"
    sealed: ClassVar[tuple[str, ...]] = ("reason",)

    reopening: Annotated[str, choice(words.REOPENINGS)]
    imported: FromFile = None


@act
class CaseWithdrawn(Event):
    """The petitioner takes the matter back, with the own key or on a signed paper that an office seals."""

    action: ClassVar[str] = "case.withdrawn.v1"
    sealed: ClassVar[tuple[str, ...]] = ("text", "source")
    sweeps: ClassVar[bool] = True

    way: Way
    imported: FromFile = None


@act
class CaseRepresentativeNamed(Event):
    """One of at most five who speak for several (article 20), by a code of their own; nobody is counted."""

    action: ClassVar[str] = "case.representative_named.v1"
    sealed: ClassVar[tuple[str, ...]] = ("name", "contact", "source")

    code_key: Key


@act
class CaseMerged(Event):
    """This submission goes on in the case of the same matter; its clocks are that case's from here."""

    action: ClassVar[str] = "case.merged.v1"
    sweeps: ClassVar[bool] = True

    into: CaseRef
    imported: FromFile = None


@act
class CaseLinked(Event):
    """This case and another are about one matter, or one that follows from it; nothing is said of who brought them."""

    action: ClassVar[str] = "case.linked.v1"

    other_case: CaseRef
    link: Annotated[str, choice(words.LINKS)]
    imported: FromFile = None


@act
class CaseCorrected(Event):
    """A recording mistake of an earlier act is corrected: which act, which field, and what it should have been.

    `to` is the corrected value, an RFC 3339 instant where the field is the time. The act stays as it was
    recorded; what follows from it is corrected from here on, and as known before stays what it was.
    """

    action: ClassVar[str] = "case.corrected.v1"
    sealed: ClassVar[tuple[str, ...]] = ("reason",)

    seq: Annotated[int, fields.integer(1, 2**31)]
    corrected_action: Annotated[str, fields.action_name, "act"]
    corrected_field: Annotated[str, choice(words.CORRECTABLE_FIELDS), "field"]
    to: Annotated[str, fields.corrected]

    @property
    def corrected_at(self) -> datetime:
        """The corrected time, where that is what is corrected."""
        return datetime.fromisoformat(self.to)
