"""The acts of routing: who receives the matter, who objects, who decides a dispute, and where it leaves the house."""

from __future__ import annotations

from datetime import date
from typing import Annotated, ClassVar, TypeAlias

from domain import fields, vocabulary
from domain import procedure_words as words
from domain.case_events import Area, Capacity, Channel, Flag, FromFile, Key, Office, Place
from domain.fields import choice
from domain.schema import Event, act

Basis: TypeAlias = Annotated[str, choice(vocabulary.BASES)]
Day: TypeAlias = Annotated[date, fields.day]
CaseRef: TypeAlias = Annotated[str, fields.case_id]


@act
class CaseAssigned(Event):
    """The holder passes the matter on and asks for a report by a day (article 22(3)); `capacity` as in a transfer."""

    action: ClassVar[str] = "case.assigned.v1"

    to_office: Office
    basis: Basis
    report_due_on: Day
    capacity: Capacity = "competent_unit"
    imported: FromFile = None


@act
class CaseReportSubmitted(Event):
    """The closing report that an assignment asked for; its text is sealed."""

    action: ClassVar[str] = "case.report_submitted.v1"
    sealed: ClassVar[tuple[str, ...]] = ("report",)

    imported: FromFile = None


@act
class CaseReportExtended(Event):
    """The assigner consents to a later report."""

    action: ClassVar[str] = "case.report_extended.v1"
    sealed: ClassVar[tuple[str, ...]] = ("reason",)

    days: Annotated[int, fields.integer(1, 365)]
    imported: FromFile = None


@act
class CaseObjected(Event):
    """The receiver holds that the matter is not within its powers; the detailed reasons are sealed (23(3))."""

    action: ClassVar[str] = "case.objected.v1"
    sealed: ClassVar[tuple[str, ...]] = ("reason",)

    objection: Annotated[str, choice(words.OBJECTIONS)]
    imported: FromFile = None


@act
class CaseReturnApproved(Event):
    """The sender agrees with an objection and takes the matter back (23(3))."""

    action: ClassVar[str] = "case.return_approved.v1"

    imported: FromFile = None


@act
class CaseObjectionRejected(Event):
    """The sender does not agree: the matter stays where it is."""

    action: ClassVar[str] = "case.objection_rejected.v1"
    sealed: ClassVar[tuple[str, ...]] = ("reason",)

    imported: FromFile = None


@act
class CaseDisputeRecorded(Event):
    """Two bodies cannot agree on which of them accepts; somebody above them has to decide (article 24)."""

    action: ClassVar[str] = "case.dispute_recorded.v1"

    with_office: Office
    imported: FromFile = None


@act
class CaseDesignated(Event):
    """The common superior, or else the joint conference, decides which body accepts (article 24)."""

    action: ClassVar[str] = "case.designated.v1"
    sealed: ClassVar[tuple[str, ...]] = ("reason",)

    to_office: Office
    designator: Annotated[str, choice(words.DESIGNATORS)]
    capacity: Capacity = "competent_unit"
    imported: FromFile = None


@act
class CaseReportedUrgent(Event):
    """A major or urgent matter is put before the party committee and government with a proposal (22(1), 25)."""

    action: ClassVar[str] = "case.reported_urgent.v1"
    sealed: ClassVar[tuple[str, ...]] = ("report",)

    imported: FromFile = None


@act
class CaseDivertedJudicial(Event):
    """A matter of litigation goes to the judicial body that has to handle it by law (22 last paragraph, 28)."""

    action: ClassVar[str] = "case.diverted_judicial.v1"
    sweeps: ClassVar[bool] = True

    body: Annotated[str, choice(words.JUDICIAL_BODIES)]
    imported: FromFile = None


@act
class CaseDivertedDiscipline(Event):
    """The matter went to the discipline bodies; nothing more is recorded, not even which (22 last paragraph, 30)."""

    action: ClassVar[str] = "case.diverted_discipline.v1"
    sweeps: ClassVar[bool] = True

    imported: FromFile = None


@act
class CaseNotAccepted(Event):
    """Not accepted, because the matter is accepted or being handled elsewhere (19(3)); `other_case` is that one."""

    action: ClassVar[str] = "case.not_accepted.v1"
    sealed: ClassVar[tuple[str, ...]] = ("reason",)

    cause: Annotated[str, choice(words.REASONS_19)]
    other_case: CaseRef = ""
    imported: FromFile = None


@act
class CaseNoLongerAccepted(Event):
    """The same facts and reasons after a re-review; `other_case` is where that was decided (36(3))."""

    action: ClassVar[str] = "case.no_longer_accepted.v1"
    sealed: ClassVar[tuple[str, ...]] = ("reason",)

    other_case: CaseRef = ""
    imported: FromFile = None


@act
class CaseDirected(Event):
    """The petitioner was told in writing which body is competent (23(1)); its name is sealed with the text."""

    action: ClassVar[str] = "case.directed.v1"
    sealed: ClassVar[tuple[str, ...]] = ("text", "proof")

    means: Annotated[str, choice(vocabulary.MEANS)]
    on_the_spot: Flag = False
    imported: FromFile = None


@act
class CaseTransferredOut(Event):
    """The matter leaves for another ledger or region; it is out only when the receiver's receipt is recorded."""

    action: ClassVar[str] = "case.transferred_out.v1"

    system: Annotated[str, choice(words.SYSTEMS)]
    origin: Annotated[str, fields.origin]
    imported: FromFile = None


@act
class CaseOutReceived(Event):
    """The receiver's receipt for a matter that left: the leaf of its own act."""

    action: ClassVar[str] = "case.out_received.v1"

    leaf: Annotated[str, fields.hex32]


@act
class CaseReceivedFrom(Event):
    """A matter arrives from another ledger or region; `leaf` is that of the act that sent it, if it has one."""

    action: ClassVar[str] = "case.received_from.v1"
    sealed: ClassVar[tuple[str, ...]] = ("subject", "text", "name", "contact", "source")

    system: Annotated[str, choice(words.SYSTEMS)]
    origin: Annotated[str, fields.origin]
    channel: Channel
    capacity: Capacity
    leaf: Key = ""
    area: Area = ""
    place: Place = ""
    addressable: Flag = True
    imported: FromFile = None


@act
class CaseTakenOver(Event):
    """The successor of a merged, split or abolished office goes on with the matter; its clocks run on (article 24)."""

    action: ClassVar[str] = "case.taken_over.v1"

    from_office: Office
    imported: FromFile = None
