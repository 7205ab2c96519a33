"""What a viewer may do now on a stream: the acts of procedure and tracks that state, duty and standing allow.

The tables of the domain decide, by the same functions as when an act is recorded; what an act says (a unit, a day) is
not known yet, so that the rules may still refuse it, and say why.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

from api.access.viewer import Seat, Viewer
from domain.case_state import Case
from domain.people import NOW, People
from domain.roles import PERMISSIONS
from domain.tracks.docket import PREFIXES
from domain.tracks.items import Item
from domain.tracks.relations import RELATIONS
from domain.tracks.rows import ROWS
from domain.tracks.table import NONE, Row
from domain.transitions import allowed_at

Duty = tuple[Seat, str]


class Doing(NamedTuple):
    """An act that may be done: on which item, None where it opens one or is of the procedure; and from which seats."""

    action: str
    item: Item | None
    seats: tuple[Duty, ...]


@dataclass(frozen=True, slots=True)
class _Wish:
    """As much of an act as is known before its form is filled in: what the relations of the tracks ask for."""

    originator_id: str
    actor: str
    post: str
    office: str
    role: str
    unit: str
    index: int = NOW
    key_id: bytes = b""


def has_form(action: str) -> bool:
    """Say whether an officer's act of a case or a docket can be written in a form."""
    family = action.partition(".")[0] + "/"
    return (action in PERMISSIONS or action in ROWS) and (family == "case/" or family in PREFIXES)


def roles_for(action: str) -> frozenset[str]:
    """The roles that may do an act, whatever else it needs; none for an act that there is not."""
    if action in PERMISSIONS:
        return frozenset(PERMISSIONS[action].roles)
    return ROWS[action].roles if action in ROWS else frozenset()


def seats_for(viewer: Viewer, action: str) -> list[Duty]:
    """The viewer's posts, each with a duty by which the act may be done."""
    roles = roles_for(action)
    return [(seat, duty) for seat in viewer.seats for duty in seat.duties if duty in roles]


def acts_for(viewer: Viewer, case: Case) -> tuple[str, ...]:
    """The acts of the procedure that the table allows in the case's state and one of the viewer's duties may do."""
    return tuple(action for action in allowed_at(case.state, case.capacity) if seats_for(viewer, action))


def doings(viewer: Viewer, people: People, stream: str, state: Any) -> Iterator[Doing]:
    """Yield the acts of tracks that a viewer may do on a stream in this state, those on live items first."""
    family = stream.partition("/")[0] + "."
    rows = [row for action, row in ROWS.items() if action.startswith(family) and has_form(action)]
    for item in state.tracks.items:
        for row in rows:
            if row.track == item.track and item.state in row.moves:
                seats = seats_on(viewer, people, stream, state, row.action, item)
                if seats:
                    yield Doing(row.action, item, tuple(seats))
    for row in rows:
        if NONE in row.moves and _can_open(state, row):
            seats = seats_on(viewer, people, stream, state, row.action, None)
            if seats:
                yield Doing(row.action, None, tuple(seats))


def seats_on(viewer: Viewer, people: People, stream: str, state: Any, action: str, item: Item | None) -> list[Duty]:
    """The viewer's seats that stand, to this item or to the stream, in a relation that a track's act asks for."""
    row = ROWS.get(action)
    if row is None:
        return seats_for(viewer, action)
    if row.second and item is not None and viewer.officer in item.by:
        return []
    units = _units(state)
    return [
        (seat, duty)
        for seat, duty in seats_for(viewer, action)
        if any(_stands(_wish(viewer, stream, seat, duty, unit), row, people, state, item) for unit in units)
    ]


def _wish(viewer: Viewer, stream: str, seat: Seat, duty: str, unit: str) -> _Wish:
    return _Wish(stream, viewer.officer, seat.post, seat.office, duty, unit)


def _stands(wish: _Wish, row: Row, people: People, state: Any, item: Item | None) -> bool:
    return any(RELATIONS[word].stands(state, item, wish, people) for word in row.relations)


def _units(state: Any) -> Iterable[str]:
    """The offices that an act could speak of: those that hold or held a case, or none in particular."""
    return dict.fromkeys(("", *(held.office for held in getattr(state, "holdings", ()))))


def _can_open(state: Any, row: Row) -> bool:
    """Leave out what the state of the stream rules out whoever asks: a second mandate, a package while one lives."""
    if row.track == "mandate":
        return not state.version
    if row.track == "package":
        package = state.tracks.package
        return package is None or bool(package.resolved_at)
    return bool(state.version) or row.action.startswith(("conference.", "bulletin."))
