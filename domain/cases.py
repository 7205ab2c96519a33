"""A case: what its acts have made of it.

`fold` takes any recorded act and never refuses, so that a replay of untrusted entries can go on and name
every fault; `check` decides whether an act was lawful. Both are pure, and a case is immutable.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from domain import case_events as acts
from domain.case_rules import check
from domain.case_state import NEW_CASE, Case, Holding, PetitionerKey, Rating, key_id_of
from domain.clocks import Rules, national_rules
from domain.schema import Event
from domain.timing import Clock, close_clocks, start_clocks
from domain.transitions import allowed_at, next_state

__all__ = ["NEW_CASE", "Case", "Clock", "Holding", "PetitionerKey", "Rating", "allowed", "check", "fold"]


def fold(case: Case, event: Event, rules: Rules | None = None) -> Case:
    """Return the case after an act; `rules` are the ledger's, by default the packaged ones.

    The act's own clocks run by the rules known before its index (`Rules.at`).
    """
    rules = rules or national_rules()
    action = event.action
    imported = getattr(event, "imported", None) is not None
    running, closed = case.running, case.closed
    if running:
        running, just_closed = close_clocks(running, event, rules, imported)
        closed = (*closed, *just_closed) if just_closed else closed
    change = _CHANGES.get(action)
    after: Case = change(case, event) if change is not None else case
    rows = rules.at(event.index).starting.get((action, getattr(event, "capacity", "")))
    if rows:
        unit = getattr(event, "to_office", "") or event.office
        running = (*running, *start_clocks((*closed, *running), event, rows, unit, after.addressable, imported))
    # The first five members change with every act; this is several times as fast as _replace.
    return Case(after.stream, event.originator_version, next_state(action, case.state), running, closed, *after[5:])


def allowed(case: Case) -> tuple[str, ...]:
    """Return the acts that the table allows in the case's state, at the office that holds it."""
    return allowed_at(case.state, case.capacity)


def _submitted(case: Case, event: acts.CaseSubmitted) -> Case:
    key = PetitionerKey(key_id_of(event.petitioner_key), "device", event.index)
    return case._replace(
        stream=event.originator_id,
        office=event.to_office,
        capacity=event.capacity,
        holdings=_held(case, event.to_office, event.capacity),
        began_at=case.began_at or event.effective_at,
        channel=event.channel,
        area=event.area,
        addressable=event.addressable,
        petitioner_keys=(*case.petitioner_keys, key),
    )


def _registered(case: Case, event: acts.CaseRegistered) -> Case:
    if case.version:
        return case._replace(
            office=event.office,
            capacity=event.capacity,
            holdings=_held(case, event.office, event.capacity),
            area=event.area or case.area,
            claim_key=event.claim_key,
        )
    return Case(
        stream=event.originator_id,
        office=event.office,
        capacity=event.capacity,
        holdings=(Holding(event.office, event.capacity),),
        began_at=event.effective_at,
        channel=event.channel,
        area=event.area,
        # A matter that the office found itself has no petitioner to be told anything.
        addressable=event.addressable and event.channel != "found",
        imported=event.imported is not None,
        claim_key=event.claim_key,
    )


def _transferred(case: Case, event: acts.CaseTransferred) -> Case:
    holdings = _held(case, event.to_office, event.capacity)
    stream, version, state, running, closed = case[:5]
    return Case(
        stream, version, state, running, closed, event.to_office, event.capacity, holdings, case.office, *case[9:]
    )


def _held(case: Case, office: str, capacity: str) -> tuple[Holding, ...]:
    holding = Holding(office, capacity)
    return case.holdings if holding in case.holdings else (*case.holdings, holding)


def _accepted(case: Case, event: acts.CaseAccepted) -> Case:
    return case._replace(category=event.category)


def _opinion_issued(case: Case, event: acts.CaseOpinionIssued) -> Case:
    return case._replace(outcome=event.outcome)


def _rated(case: Case, event: acts.CaseRated) -> Case:
    key = case.key(event.key_id)
    rating = Rating(event.of, event.rated_office, event.round, event.rating, key.custody if key else "")
    return case._replace(ratings=(*case.ratings, rating))


def _key_claimed(case: Case, event: acts.CaseKeyClaimed) -> Case:
    key = PetitionerKey(key_id_of(event.petitioner_key), "printed", event.index)
    return case._replace(petitioner_keys=(*case.petitioner_keys, key))


_CHANGES: Final[Mapping[str, Callable[[Case, Any], Case]]] = {
    acts.CaseSubmitted.action: _submitted,
    acts.CaseRegistered.action: _registered,
    acts.CaseTransferred.action: _transferred,
    acts.CaseAccepted.action: _accepted,
    acts.CaseOpinionIssued.action: _opinion_issued,
    acts.CaseRated.action: _rated,
    acts.CaseKeyClaimed.action: _key_claimed,
}
