"""What the acts of the whole procedure change in a case, beside its state and its clocks."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from domain import handling_events as handling
from domain import review_events as review
from domain import routing_events as routing
from domain.case_state import MAX_SENDERS, NEW_CASE, NO_HANDLING, Case, Holding, key_id_of
from domain.moves import RECHECK_DECIDED, REVIEW_DECIDED
from domain.schema import Event

REMANDS: Final = ("revoke", "redo")
UNIT: Final = "competent_unit"

Change = Callable[[Case, Any], Case]

# What a case that begins has of a new one: before its holder, before and behind the key of its code.
_BARE, _OPEN, _REST = NEW_CASE[1:7], NEW_CASE[18:21], NEW_CASE[22:]


def held(case: Case, office: str, capacity: str) -> tuple[Holding, ...]:
    """Return the holdings with one more, unless it is there already."""
    holding = Holding(office, capacity)
    return case.holdings if holding in case.holdings else (*case.holdings, holding)


def begun(event: Any, claim_key: str) -> Case:
    """Return a case that begins with an office's act, at that office."""
    office, capacity, at = event.office, event.capacity, event.effective_at
    # A matter that the office found itself has no petitioner to be told anything.
    addressable = event.addressable and event.channel != "found"
    known = (event.channel, event.area, event.place, addressable, event.imported is not None)
    # To make the tuples themselves is twice as fast as to call their classes.
    holding = tuple.__new__(Holding, (office, capacity))
    holder = (office, capacity, (holding,), (), at, at)
    return tuple.__new__(Case, (event.originator_id, *_BARE, *holder, *known, *_OPEN, claim_key, *_REST))


def passed_on(case: Case, event: Any) -> Case:
    """Return the case at the office that a transfer or assignment names, which can object to its sender."""
    holdings = held(case, event.to_office, event.capacity)
    senders = (*case.senders[1 - MAX_SENDERS :], Holding(case.office, case.capacity))
    moved = (event.to_office, event.capacity, holdings, senders, event.effective_at)
    rest: tuple[Any, ...] = case[12:]
    return Case(*case[:7], *moved, *rest)


def authors(case: Case, event: Any) -> tuple[tuple[int, str], ...]:
    """Return the authors with the office whose act this is; a submission stands to the office that it is made to."""
    return (*case.authors, (event.originator_version, event.office or event.to_office))


def _moved(case: Case, event: Event, office: str, capacity: str, senders: tuple[Holding, ...]) -> Case:
    return case._replace(
        office=office,
        capacity=capacity,
        holdings=held(case, office, capacity),
        senders=senders,
        received_at=event.effective_at,
    )


def _returned(case: Case, event: Event) -> Case:
    if not case.senders:
        return case
    back = case.senders[-1]
    return _moved(case, event, back.office, back.capacity, case.senders[:-1])


def _designated(case: Case, event: routing.CaseDesignated) -> Case:
    if event.to_office == case.office:
        return case
    return _moved(case, event, event.to_office, event.capacity, case.senders)


def _received_from(case: Case, event: routing.CaseReceivedFrom) -> Case:
    return begun(event, "")


def _taken_over(case: Case, event: routing.CaseTakenOver) -> Case:
    return case._replace(office=event.office, holdings=held(case, event.office, case.capacity))


def _classified(case: Case, event: Any) -> Case:
    return case._replace(category=event.category)


def _simplified(case: Case, event: Event) -> Case:
    return case._replace(handling=case.handling._replace(simplified=True))


def _simplified_ended(case: Case, event: Event) -> Case:
    return case._replace(handling=case.handling._replace(simplified=False))


def _hearing_opened(case: Case, event: Event) -> Case:
    return case._replace(handling=case.handling._replace(hearing=event.originator_version))


def _hearing_closed(case: Case, event: Event) -> Case:
    return case._replace(handling=case.handling._replace(hearing=0))


def _mediation(stage: str) -> Change:
    def change(case: Case, event: Any) -> Case:
        step = getattr(event, "result", stage)
        return case._replace(handling=case.handling._replace(mediation=step))

    return change


def _execution(step: str) -> Change:
    def change(case: Case, event: Event) -> Case:
        return case._replace(handling=case.handling._replace(execution=step))

    return change


def _resolved(case: Case, event: handling.CaseResolved) -> Case:
    return case._replace(handling=case.handling._replace(resolved=event.resolution))


def _responsibility(case: Case, event: handling.CaseResponsibilitySet) -> Case:
    said = case.handling._replace(measure=event.measure, measure_post=event.responsible_post)
    return case._replace(handling=said)


def _recused(case: Case, event: handling.CaseRecused) -> Case:
    return case._replace(recused=(*case.recused, event.officer))


def _review_requested(case: Case, event: review.CaseReviewRequested) -> Case:
    known = case.handling._replace(unit=case.office, capacity=case.capacity, reviewer=event.to_office)
    return _moved(case, event, event.to_office, UNIT, ())._replace(handling=known)


def _recheck_requested(case: Case, event: review.CaseRecheckRequested) -> Case:
    known = case.handling._replace(reviewer=event.to_office, review_outcome="")
    return _moved(case, event, event.to_office, UNIT, ())._replace(handling=known)


def _decided(case: Case, event: Any) -> Case:
    known = case.handling
    if event.decision in REMANDS:
        back = _moved(case, event, known.unit or case.office, known.capacity or UNIT, ())
        return back._replace(round=case.round + 1, outcome="", handling=NO_HANDLING)
    outcome = event.changed_to or case.outcome
    return case._replace(outcome=outcome, handling=known._replace(review_outcome=event.decision))


def _decision_served(case: Case, event: Event) -> Case:
    if case.state not in (REVIEW_DECIDED, RECHECK_DECIDED) or not case.handling.unit:
        return case
    return case._replace(office=case.handling.unit, capacity=case.handling.capacity)


def _reopened(case: Case, event: Event) -> Case:
    known = case.handling
    back = _moved(case, event, known.unit or case.office, known.capacity or case.capacity, ())
    return back._replace(round=case.round + 1, outcome="", category="", handling=NO_HANDLING)


def _representative(case: Case, event: review.CaseRepresentativeNamed) -> Case:
    return case._replace(representatives=(*case.representatives, key_id_of(event.code_key).hex()))


def _merged(case: Case, event: review.CaseMerged) -> Case:
    return case._replace(links=(*case.links, event.into))


def _linked(case: Case, event: review.CaseLinked) -> Case:
    tracks = case.tracks.mark("repeated", event.effective_at) if event.link == "same_matter" else case.tracks
    return case._replace(links=(*case.links, event.other_case), tracks=tracks)


def _reported_urgent(case: Case, event: routing.CaseReportedUrgent) -> Case:
    return case._replace(tracks=case.tracks.mark("urgent", event.effective_at))


def _corrected(case: Case, event: review.CaseCorrected) -> Case:
    if event.corrected_field == "area":
        return case._replace(area=event.to)
    if event.corrected_field == "place":
        return case._replace(place=event.to)
    return case._replace(channel=event.to) if event.corrected_field == "channel" else case


PROCEDURE_CHANGES: Final[Mapping[str, Change]] = {
    routing.CaseAssigned.action: passed_on,
    routing.CaseReportedUrgent.action: _reported_urgent,
    routing.CaseReturnApproved.action: _returned,
    routing.CaseDesignated.action: _designated,
    routing.CaseReceivedFrom.action: _received_from,
    routing.CaseTakenOver.action: _taken_over,
    handling.CaseClassified.action: _classified,
    handling.CaseReclassified.action: _classified,
    handling.CaseRoutedStatutory.action: _classified,
    handling.CaseSimplified.action: _simplified,
    handling.CaseSimplifiedEnded.action: _simplified_ended,
    handling.CaseHearingOpened.action: _hearing_opened,
    handling.CaseHearingClosed.action: _hearing_closed,
    handling.CaseMediationReferred.action: _mediation("referred"),
    handling.CaseMediationAccepted.action: _mediation("taken"),
    handling.CaseMediationResult.action: _mediation(""),
    handling.CaseMediationReturned.action: _mediation("returned"),
    handling.CaseMediationPerformed.action: _mediation("performed"),
    handling.CaseSettled.action: _mediation("agreed"),
    handling.CaseExecutionBegun.action: _execution("begun"),
    handling.CaseExecutionDone.action: _execution("done"),
    handling.CaseResolved.action: _resolved,
    handling.CaseResponsibilitySet.action: _responsibility,
    handling.CaseRecused.action: _recused,
    review.CaseReviewRequested.action: _review_requested,
    review.CaseReviewDecided.action: _decided,
    review.CaseReviewServed.action: _decision_served,
    review.CaseRecheckRequested.action: _recheck_requested,
    review.CaseRecheckDecided.action: _decided,
    review.CaseRecheckServed.action: _decision_served,
    review.CaseReopened.action: _reopened,
    review.CaseRepresentativeNamed.action: _representative,
    review.CaseMerged.action: _merged,
    review.CaseLinked.action: _linked,
    review.CaseCorrected.action: _corrected,
}
