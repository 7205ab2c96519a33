"""What can be done from a list about each of its rows: links into the form of an act, filled in, for whoever may do it.

A row of a track leads to the acts that its state allows; other rows to those that they give a reason for. Whether the
act is lawful is said by the rules when it is prepared. Source: regulation of 2022, articles 38 to 41.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any, Final, NamedTuple

from api.access.viewer import Seat, Viewer
from api.http.doable import has_form, roles_for, seats_for
from api.http.rendering import Addresses, may_open
from domain.people import People
from domain.tracks import relations as standing
from domain.tracks.rows import ROWS, acts_on

FORM: Final = "/desk/act"
DESK: Final = ""
"""The word of the link that leads to the desk of the row's stream instead of to a form."""
_LITERAL: Final = "="
_SUPERVISING: Final = ("petition_office", "supervision", "conference")
_INSPECTING: Final = ("supervision", "inspection", "petition_office")
_REASONS: Final = MappingProxyType(
    {
        "instructed": "superior",
        "supervised": "supervised",
        "listed": "supervised",
        "repeated": "repeated",
        "urgent": "major",
        "open": "backlog",
    }
)
"""Why a case is packaged, by the fact that asks for it."""

Row = Mapping[str, Any]


class Deed(NamedTuple):
    """An act that a row gives a reason for: its fields out of the row's columns, or as written after a `=`."""

    action: str
    given: Mapping[str, str] = MappingProxyType({})
    stream: str = ""


def _press(unit: str = "unit", trigger: str = "") -> Deed:
    named = {"trigger": _LITERAL + trigger} if trigger else {}
    return Deed("case.supervision_opened.v1", {"unit": unit, **named})


def _inspect(unit: str = "unit") -> Deed:
    return Deed("mandate.opened.v1", {"mandate": "=random", "units": unit}, "mandate/")


_ESCALATE: Final = Deed("case.escalated.v1", {"unit": "unit"})
_ADVISE: Final = Deed("case.recommendation_issued.v1", {"unit": "unit"})
_CORRECT: Final = Deed("case.correction_ordered.v1", {"unit": "unit"})
DEEDS: Final[Mapping[str, tuple[Deed, ...]]] = MappingProxyType(
    {
        "overdue": (_press(trigger="delay"), _ESCALATE),
        "due-soon": (_press(),),
        "packaged-not-closed": (_press("office"),),
        "must-be-packaged": (Deed("case.package_assigned.v1", {"package_reason": "fact"}),),
        "dissatisfied": (
            Deed("case.dissatisfaction_followed_up.v1", {"round": "round"}),
            _press("office"),
        ),
        "unowned": (_press(),),
        "closed-without-reply": (_press(),),
        "patrol": (_press(), _CORRECT, _inspect()),
        "patrol-counts": (_inspect(),),
        "supervision": (_press(), _ESCALATE, _ADVISE),
        "mandates": (
            Deed("mandate.population_fixed.v1"),
            Deed("mandate.visit_planned.v1", {"unit": "units"}),
        ),
        "suggestions": (Deed("case.suggestion_decided.v1"),),
        "conferences": (
            Deed("conference.decided.v1", {"meeting": "item"}),
            Deed("conference.task_set.v1", {"meeting": "item"}),
        ),
    }
)
"""The acts that rows of a list give a reason for, besides those that follow from the state of a thing on a track."""

TRACKS: Final[Mapping[str, tuple[str, str]]] = MappingProxyType(
    {
        "packages": ("package", "package"),
        "packaged-not-closed": ("package", "package"),
        "track-items": ("", "item"),
        "mandates": ("mandate", "=1"),
        "random-inspections": ("draw", "item"),
        "inspection-visits": ("visit", "item"),
        "campaign-lists": ("campaign", "item"),
        "assessments": ("scheme", "item"),
        "recommendations": ("recommendation", "item"),
        "conferences": ("meeting", "item"),
        "decisions": ("decision", "item"),
        "tasks": ("task", "item"),
        "receptions": ("reception", "item"),
    }
)
"""The lists whose rows are things on a track: the track, "" where a column names it, and what numbers the thing."""

_HOMES: Final = MappingProxyType(
    {"conferences": "conference", "decisions": "conference", "tasks": "conference", "receptions": "bulletin"}
)


def deeds_of(viewer: Viewer, people: People, name: str, row: Row, at: Addresses) -> list[tuple[str, str]]:
    """The acts that a viewer may do about a row of a list, each with the address of its form, filled in.

    The last one leads to the desk of the row's stream; none where there is no form for acts or the row is about none.
    """
    if not may_open(viewer, FORM):
        return []
    stream = stream_of(name, row)
    found = [
        (deed.action, form_of(at, deed.stream or stream, deed.action, given))
        for deed, given in _told(name, row)
        if (deed.stream or stream).startswith(deed.action.partition(".")[0] + "/")
        and any(_could(seat, deed.action, viewer, people, row) for seat, _ in seats_for(viewer, deed.action))
    ]
    if stream:
        found.append((DESK, at(desk_of(stream))))
    return found


def form_of(at: Addresses, stream: str, action: str, given: Mapping[str, Any]) -> str:
    """Where the form of an act on a stream is, filled in; a case's names the case in its path, as all that shows it."""
    if stream.startswith("case/"):
        return at(f"/desk/cases/{stream[5:]}/acts/{action}", given)
    return at(FORM, {"stream": stream, "action": action}, **given)


def desk_of(stream: str) -> str:
    """Where the desk of a stream is."""
    return f"/desk/cases/{stream[5:]}" if stream.startswith("case/") else f"/desk/streams/{stream}"


def stream_of(name: str, row: Row) -> str:
    """The stream that a row of a list is about, "" if it is about none."""
    if name in _HOMES:
        return f"{_HOMES[name]}/{row['office']}"
    if row.get("case"):
        return f"case/{row['case']}"
    if row.get("stream"):
        return str(row["stream"])
    return f"mandate/{row['mandate']}" if row.get("mandate") else ""


def _told(name: str, row: Row) -> Iterator[tuple[Deed, dict[str, str]]]:
    """Yield the acts that a row leads to, those that move it first, with what is known of their fields."""
    track, number = TRACKS.get(name, ("", ""))
    if number:
        item = number[1:] if number.startswith(_LITERAL) else str(row[number])
        for action in acts_on(track or str(row.get("track")), _state(row)):
            if has_form(action):
                yield Deed(action), {"item": item}
    for deed in DEEDS.get(name, ()):
        if name != "suggestions" or not row["adoption"]:
            yield deed, {field: _value(column, row) for field, column in deed.given.items()}


def _state(row: Row) -> str:
    return str(row.get("state") or "DECIDED")


def _value(column: str, row: Row) -> str:
    if column.startswith(_LITERAL):
        return column[1:]
    value = row[column]
    if column == "fact":
        return _REASONS.get(str(value), "")
    return str(value[0] if isinstance(value, list) and value else value)


def _could(seat: Seat, action: str, viewer: Viewer, people: People, row: Row) -> bool:
    """Whether a seat can stand in a relation that an act asks for, as far as the row tells."""
    known = ROWS.get(action)
    if known is None:
        return True
    return any(_stands(word, seat, viewer, people, row) for word in known.relations)


def _stands(word: str, seat: Seat, viewer: Viewer, people: People, row: Row) -> bool:
    office = people.office(seat.office)
    kind = office.kind if office is not None else ""
    unit = str(row.get("unit") or "")
    if word in (standing.SUPERVISION, standing.CONFERENCE, standing.INSPECTION):
        kinds = {standing.SUPERVISION: _SUPERVISING, standing.INSPECTION: _INSPECTING}.get(word, ("conference",))
        return kind in kinds and unit != seat.office
    if word == standing.SUPERIOR:
        return not unit or people.is_under(unit, seat.office)
    if word in (standing.LEADER, standing.TAKER):
        return viewer.officer in (row.get("leader"), row.get("to_leader"))
    if word in (standing.ADDRESSEE, standing.HOLDER, standing.CASE_OFFICE):
        return seat.office in (unit, row.get("answering"))
    if word in (standing.OPENER, standing.OWN_STREAM, standing.MANDATED, standing.ASSIGNER_OF_ORPHAN):
        return seat.office in (row.get("assigned_by") or row.get("office"), unit)
    if word == standing.CHIEF:
        return people.designated(seat.office, "chief", viewer.officer)
    return word == standing.ANY_OFFICE


__all__ = ["DEEDS", "DESK", "FORM", "TRACKS", "Deed", "deeds_of", "desk_of", "form_of", "roles_for", "stream_of"]
