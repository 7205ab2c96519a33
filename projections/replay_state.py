"""The state of a case as plain words and days, so that two states can be laid side by side and what changed be named.

Nothing of a person is in it: keys appear by their custody alone, and nothing sealed is read. Values are those of JSON;
instants are in civil time.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from domain.case_state import Case, Handling, Holding
from domain.schema import CIVIL
from domain.tracks.items import Item
from domain.tracks.package import Package

State = Mapping[str, Any]
Changed = Mapping[str, tuple[Any, Any]]


def state_of(case: Case) -> State:
    """Return the fields of a case, those of its handling, its package and its tracks; clocks are told apart."""
    return {
        "state": case.state,
        "office": case.office,
        "capacity": case.capacity,
        "received_at": _instant(case.received_at),
        "round": case.round,
        "channel": case.channel,
        "area": case.area,
        "place": case.place,
        "addressable": case.addressable,
        "imported": case.imported,
        "category": case.category,
        "outcome": case.outcome,
        **_handling(case.handling),
        "held_by": _holdings(case.holdings),
        "passed_by": _holdings(case.senders),
        "key_custody": [key.custody for key in case.petitioner_keys],
        "ratings": [rating._asdict() for rating in case.ratings],
        "recused": list(case.recused),
        "links": list(case.links),
        "package": _package(case.tracks.package),
        "tracks": [_item(item) for item in case.tracks.items],
    }


def changed(before: State, after: State) -> Changed:
    """Return the fields that differ, each with its value before and after."""
    names = dict.fromkeys((*before, *after))
    pairs = {name: (before.get(name), after.get(name)) for name in names}
    return {name: pair for name, pair in pairs.items() if pair[0] != pair[1]}


def _handling(handling: Handling) -> dict[str, Any]:
    return {
        "handling_unit": handling.unit,
        "reviewer": handling.reviewer,
        "review_outcome": handling.review_outcome,
        "mediation": handling.mediation,
        "execution": handling.execution,
        "hearing": handling.hearing > 0,
        "simplified": handling.simplified,
        "resolved": handling.resolved,
        "measure": handling.measure,
        "measure_post": handling.measure_post,
    }


def _holdings(holdings: Sequence[Holding]) -> list[dict[str, str]]:
    return [{"office": holding.office, "capacity": holding.capacity} for holding in holdings]


def _package(package: Package | None) -> dict[str, Any] | None:
    if package is None:
        return None
    hold, proposal = package.holds[-1], package.proposal
    return {
        "seq": package.seq,
        "assigned_by": package.assigned_by,
        "reason": package.reason,
        "leader": hold.leader,
        "post": hold.post,
        "office": hold.office,
        "since": _instant(hold.since),
        "due_on": _day(package.due_on),
        "accepted_at": _instant(package.accepted_at),
        "handed_to": proposal.taker[0] if proposal is not None else "",
        "acts_in_person": package.acts,
        "last_act_at": _instant(package.last_act_at),
        "extensions": package.extensions,
        "late_extensions": package.late_extensions,
        "reports": package.reports,
        "reopened": package.reopened,
        "result": package.result,
        "resolved_at": _instant(package.resolved_at),
    }


def _item(item: Item) -> dict[str, Any]:
    return {
        "seq": item.seq,
        "track": item.track,
        "state": item.state,
        "office": item.office,
        "unit": item.unit,
        "code": item.code,
        "about": item.about,
        "due_on": _day(item.due_on),
    }


def _day(day: date | None) -> str | None:
    return day.isoformat() if day is not None else None


def _instant(moment: datetime | None) -> str | None:
    return moment.astimezone(CIVIL).isoformat() if moment is not None else None
