"""A case: what its acts have made of it.

`fold` takes any recorded act and never refuses, so that a replay of untrusted entries can go on and name
every fault; `check` decides whether an act was lawful. Both are pure, and a case is immutable.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from domain import case_events as acts
from domain.calendars import NEW_CALENDARS, Calendars
from domain.case_changes import PROCEDURE_CHANGES, authors, begun, held, passed_on
from domain.case_rules import check
from domain.case_state import NEW_CASE, NO_HANDLING, Case, Holding, PetitionerKey, Rating, key_id_of
from domain.clock_changes import CLOCK_CHANGES
from domain.clocks import Rules, national_rules
from domain.review_rules import CORRECTABLE
from domain.schema import Event
from domain.timing import Clock, Clocks, Received, close_clocks, start_clocks
from domain.tracks.on_case import fold_case_track
from domain.tracks.rows import ROWS as TRACKS
from domain.transitions import CODES, NO_CODE, allowed_at, next_state
from domain.untold import UNTOLD_CLOCKS, UNTOLD_SEGMENTS, ClocksUntold

__all__ = ["NEW_CASE", "Case", "Clock", "Holding", "PetitionerKey", "Rating", "allowed", "check", "fold", "fold_facts"]

_CATEGORY, _OUTCOME = (Case._fields.index(name) for name in ("category", "outcome"))


def fold(case: Case, event: Event, rules: Rules | None = None, calendars: Calendars | None = None) -> Case:
    """Return the case after an act; `rules` and `calendars` are the ledger's.

    By default the packaged rules count, and a plain Monday-to-Friday week. The act's own clocks run by the
    rules known before its index (`Rules.at`); the calendars decide only whether an extension or a suspension
    came in time, by what was known before its index.
    """
    rules = rules or national_rules()
    action = event.action
    if action in TRACKS:
        tracked = fold_case_track(case, event, rules)
        return tracked._replace(version=event.originator_version, acts=case.acts + CODES.get(action, NO_CODE))
    imported = getattr(event, "imported", None) is not None
    _, _, _, running, closed, _, segments, office = case[:8]
    if running:
        running, just_closed, segments = close_clocks(
            running, segments, event, rules, office, calendars or NEW_CALENDARS, imported
        )
        closed = (*closed, *just_closed) if just_closed else closed
    change = _CHANGES.get(action)
    after = case if change is None else change(case, event)
    variant = getattr(event, event.varies) if event.varies else ""
    starting, capacity = rules.at(event.index).starting, after.capacity
    rows = starting.get((action, capacity), ())
    if variant:
        varied = starting.get((f"{action}#{variant}", capacity))
        rows = (*rows, *varied) if varied else rows
    if rows:
        facts = () if after.handling is NO_HANDLING else after.handling.facts
        received = Received(after.office, after.addressable, facts, after.received_at)
        running, _, segments = start_clocks(running, segments, event, rows, received, imported)
    elif action in CLOCK_CHANGES:
        running, closed, segments = _remade(case, event, rules, calendars or NEW_CALENDARS)
    return _advanced(case, after, event, variant, running, closed, segments)


def fold_facts(case: Case, event: Event) -> Case:
    """Return the case after an act, but for its clocks, which are left untold: whatever asks for them raises.

    The clocks of the case that is given may be untold too.

    Raises ClocksUntold at an act of a track, of which only the whole fold can tell.
    """
    if event.action in TRACKS:
        raise ClocksUntold
    variant = getattr(event, event.varies) if event.varies else ""
    change = _CHANGES.get(event.action)
    after = case if change is None else change(case, event)
    return _advanced(case, after, event, variant, UNTOLD_CLOCKS, UNTOLD_CLOCKS, UNTOLD_SEGMENTS)


def _advanced(
    case: Case, after: Case, event: Event, variant: str, running: Clocks, closed: Clocks, segments: Mapping[str, int]
) -> Case:
    """Return the changed case one act further. Its first seven members change with every act, its authors with some."""
    action = event.action
    state = next_state(action, case.state, variant)
    codes = case.acts + CODES.get(action, NO_CODE)
    # This is several times as fast as _replace, and as fast again as to call the class.
    known = (after.stream, event.originator_version, state, running, closed, codes, segments)
    if action in CORRECTABLE:
        return tuple.__new__(Case, (*known, *after[7:-1], authors(after, event)))
    return tuple.__new__(Case, (*known, *after[7:]))


def _remade(case: Case, event: Event, rules: Rules, calendars: Calendars) -> tuple[Any, Any, Any]:
    turn = CLOCK_CHANGES[event.action](case, event, rules, calendars)
    return turn.running, turn.closed, turn.segments


def allowed(case: Case) -> tuple[str, ...]:
    """Return the acts that the table allows in the case's state, at the office that holds it."""
    return allowed_at(case.state, case.capacity)


def _submitted(case: Case, event: acts.CaseSubmitted) -> Case:
    key = PetitionerKey(key_id_of(event.petitioner_key), "device", event.index)
    return case._replace(
        stream=event.originator_id,
        office=event.to_office,
        capacity=event.capacity,
        holdings=held(case, event.to_office, event.capacity),
        received_at=event.effective_at,
        began_at=case.began_at or event.effective_at,
        channel=event.channel,
        area=event.area,
        place=event.place,
        addressable=event.addressable,
        petitioner_keys=(*case.petitioner_keys, key),
    )


def _registered(case: Case, event: acts.CaseRegistered) -> Case:
    if case.version:
        return case._replace(
            office=event.office,
            capacity=event.capacity,
            holdings=held(case, event.office, event.capacity),
            received_at=case.received_at or event.effective_at,
            area=event.area or case.area,
            place=event.place or case.place,
            claim_key=event.claim_key,
        )
    return begun(event, event.claim_key)


def _accepted(case: Case, event: acts.CaseAccepted) -> Case:
    return tuple.__new__(Case, (*case[:_CATEGORY], event.category, *case[_CATEGORY + 1 :]))


def _opinion_issued(case: Case, event: acts.CaseOpinionIssued) -> Case:
    return tuple.__new__(Case, (*case[:_OUTCOME], event.outcome, *case[_OUTCOME + 1 :]))


def _rated(case: Case, event: acts.CaseRated) -> Case:
    key = case.key(event.key_id)
    rating = Rating(event.of, event.rated_office, event.round, event.rating, key.custody if key else "")
    return case._replace(ratings=(*case.ratings, rating))


def _key_claimed(case: Case, event: acts.CaseKeyClaimed) -> Case:
    code = key_id_of(event.code_key).hex() if event.code_key else ""
    key = PetitionerKey(key_id_of(event.petitioner_key), "printed", event.index, code)
    return case._replace(petitioner_keys=(*case.petitioner_keys, key))


_CHANGES: Final[Mapping[str, Callable[[Case, Any], Case]]] = {
    acts.CaseSubmitted.action: _submitted,
    acts.CaseRegistered.action: _registered,
    acts.CaseTransferred.action: passed_on,
    acts.CaseAccepted.action: _accepted,
    acts.CaseOpinionIssued.action: _opinion_issued,
    acts.CaseRated.action: _rated,
    acts.CaseKeyClaimed.action: _key_claimed,
    **PROCEDURE_CHANGES,
}
