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
    running, closed = case.running, case.closed
    imported = getattr(event, "imported", None) is not None
    change = _CHANGES.get(action)
    changes: dict[str, Any] = change(case, event) if change is not None else {}
    if running:
        running, just_closed = close_clocks(running, event, rules, imported)
        closed = (*closed, *just_closed)
    rows = rules.at(event.index).starting.get((action, getattr(event, "capacity", "")))
    if rows:
        unit = getattr(event, "to_office", "") or event.office
        addressable = changes.get("addressable", case.addressable)
        running = (*running, *start_clocks((*closed, *running), event, rows, unit, addressable, imported))
    state = next_state(action, case.state)
    if not changes:  # Most acts: only the first five members change, and this is thrice as fast as _replace.
        return Case(case.stream, event.originator_version, state, running, closed, *case[5:])
    return case._replace(version=event.originator_version, state=state, running=running, closed=closed, **changes)


def allowed(case: Case) -> tuple[str, ...]:
    """Return the acts that the table allows in the case's state, at the office that holds it."""
    return allowed_at(case.state, case.capacity)


def _submitted(case: Case, event: acts.CaseSubmitted) -> dict[str, Any]:
    key = PetitionerKey(key_id_of(event.petitioner_key), "device", event.index)
    return {
        **_begin(case, event, event.to_office, event.capacity),
        "channel": event.channel,
        "area": event.area,
        "addressable": event.addressable,
        "petitioner_keys": (*case.petitioner_keys, key),
    }


def _registered(case: Case, event: acts.CaseRegistered) -> dict[str, Any]:
    changes = {**_begin(case, event, event.office, event.capacity), "claim_key": event.claim_key}
    changes["area"] = event.area or case.area
    if case.version == 0:
        # A matter that the office found itself has no petitioner to be told anything.
        changes |= {"channel": event.channel, "addressable": event.addressable and event.channel != "found"}
        changes["imported"] = event.imported is not None
    return changes


def _begin(case: Case, event: Event, office: str, capacity: str) -> dict[str, Any]:
    holding = Holding(office, capacity)
    return {
        "stream": event.originator_id,
        "office": office,
        "capacity": capacity,
        "holdings": case.holdings if holding in case.holdings else (*case.holdings, holding),
        "began_at": case.began_at or event.effective_at,
    }


def _transferred(case: Case, event: acts.CaseTransferred) -> dict[str, Any]:
    holding = Holding(event.to_office, event.capacity)
    return {
        "office": event.to_office,
        "capacity": event.capacity,
        "holdings": case.holdings if holding in case.holdings else (*case.holdings, holding),
    }


def _accepted(case: Case, event: acts.CaseAccepted) -> dict[str, Any]:
    return {"category": event.category}


def _opinion_issued(case: Case, event: acts.CaseOpinionIssued) -> dict[str, Any]:
    return {"outcome": event.outcome}


def _rated(case: Case, event: acts.CaseRated) -> dict[str, Any]:
    key = case.key(event.key_id)
    rating = Rating(event.of, event.rated_office, event.round, event.rating, key.custody if key else "")
    return {"ratings": (*case.ratings, rating)}


def _key_claimed(case: Case, event: acts.CaseKeyClaimed) -> dict[str, Any]:
    key = PetitionerKey(key_id_of(event.petitioner_key), "printed", event.index)
    return {"petitioner_keys": (*case.petitioner_keys, key)}


_CHANGES: Final[Mapping[str, Callable[[Case, Any], dict[str, Any]]]] = {
    acts.CaseSubmitted.action: _submitted,
    acts.CaseRegistered.action: _registered,
    acts.CaseTransferred.action: _transferred,
    acts.CaseAccepted.action: _accepted,
    acts.CaseOpinionIssued.action: _opinion_issued,
    acts.CaseRated.action: _rated,
    acts.CaseKeyClaimed.action: _key_claimed,
}
