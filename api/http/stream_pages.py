"""The form of any act, from the list where the need shows; and the desk of a stream that is no case.

A conference, an office's bulletins and receptions, and a mandate stand in streams of their own: their desk shows what
is alive there, and what the viewer may do with each thing.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated, Any, Final

from fastapi import APIRouter, Path, Query, Request
from fastapi.responses import HTMLResponse

from api.access.bounds import OutOfBounds
from api.access.guard import Pass, Passed
from api.bulletin.issuing import ISSUED
from api.errors import NotThere
from api.http.act_forms import REGISTER, Entry, entries_of
from api.http.depends import Opened
from api.http.doable import Doing, doings, has_form, seats_for, seats_on
from api.http.names import Names
from api.http.pages import Lang
from api.http.problems import documented
from api.http.proposed import ASKED, listed, new_mandate, proposed
from api.http.rendering import Addresses, address_of, render
from api.http.signin import local_path
from api.main import Application
from api.wording import Wording
from domain.tracks.docket import Docket

NEW_MANDATE: Final = "mandate/"
LIST: Final = "mandate.list_fixed.v1"
POPULATION: Final = "mandate.population_fixed.v1"
"""The act whose form asks which cases a mandate has, as a list's does without saying so in the act."""
_CASE: Final = re.compile("case/[0-9a-f]{32}")
_DOCKET: Final = re.compile("(?:conference|mandate|bulletin)/[a-z0-9][a-z0-9-]{0,62}")

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)
Action = Annotated[str, Query(max_length=80)]
Stream = Annotated[str, Query(max_length=90)]
Kind = Annotated[str, Path(pattern="^(conference|mandate|bulletin)$")]
Name = Annotated[str, Path(pattern="^[a-z0-9][a-z0-9-]{0,62}$")]


@router.get("/desk/act", responses=documented(404))
def act_page(
    request: Request, application: Opened, passed: Passed, action: Action = "", stream: Stream = "", lang: Lang = "zh"
) -> HTMLResponse:
    """The form of an act on a stream; further members of the address are values of its public fields."""
    if not has_form(action) or stream.startswith("case/"):
        raise NotThere("page_unknown")
    return show_form(request, application, passed, lang, action, "" if action == REGISTER else stream)


@router.get("/desk/streams/{kind}/{name}", responses=documented(404))
def stream_page(
    request: Request, application: Opened, passed: Passed, kind: Kind, name: Name, lang: Lang = "zh"
) -> HTMLResponse:
    """What is alive on a stream, and what the viewer may do there."""
    stream = f"{kind}/{name}"
    state = state_of(application, passed, stream)
    people = application.ledger.reference().people
    can = list(doings(passed.viewer, people, stream, state))
    shown = {"stream": stream, "state": state, "items": shown_items(application, passed, stream, state, can)}
    return render(
        "desk_stream.html",
        application,
        lang,
        passed.viewer,
        address=address_of(request),
        opening=[one for one in can if one.item is None],
        **shown,
    )


def show_form(
    request: Request, application: Application, passed: Pass, lang: str, action: str, stream: str, **more: Any
) -> HTMLResponse:
    """The form of an act, filled in with what the address and the ledger say; `more` is shown around it.

    Raises NotThere for an act that the stream cannot have, OutOfBounds for a stream that the viewer may not look into
    and for an act that none of the viewer's seats may do there.
    """
    family = action.partition(".")[0] + "/"
    if (stream or action != REGISTER) and not stream.startswith(family):
        raise NotThere("page_unknown")
    state = state_of(application, passed, stream) if stream not in ("", NEW_MANDATE) else Docket()
    people = application.ledger.reference().people
    asked = {key: value for key, value in request.query_params.items() if value} | {"lang": lang}
    if action == ISSUED:
        asked["concerning"] = passed.bounds(application).unit(asked.get("concerning")) or ""
    item = next((one for one in state.tracks.items if str(one.seq) == asked.get("item")), None)
    seats = (
        seats_on(passed.viewer, people, stream, state, action, item)
        if item is not None or action.endswith(".opened.v1")
        else seats_for(passed.viewer, action)
    )
    if not seats:
        raise OutOfBounds("route_unknown")
    given = {**asked, **proposed(application, action, state, asked)}
    names = Names(Wording(lang), people)
    entries = entries_of(action, names, people, state, given)
    shown: dict[str, Any] = {"action": action, "stream": stream, "seats": seats, "entries": entries}
    shown["papers"] = _papers(given, lang) if action == ISSUED else {}
    shown["listed"] = listed(application, state, given) if action == LIST else []
    shown["state"] = getattr(state, "state", "")
    shown["new_name"] = new_mandate(application, asked.get("mandate", "")) if stream == NEW_MANDATE else ""
    extra = entries_of(POPULATION, names, people, state, asked) if action == LIST else []
    shown["again"] = _again(action, [*entries, *extra])
    shown["next"] = local_path(asked["next"]) if "next" in asked else ""
    shown |= more
    return render("desk_act.html", application, lang, passed.viewer, address=address_of(request), **shown)


def _again(action: str, entries: list[Entry]) -> list[Entry]:
    """The fields with which the server can be asked to fill in the others once more."""
    return [one for one in entries if one.part == "public" and one.name in ASKED.get(action, ())]


def _papers(given: Mapping[str, Any], lang: str) -> dict[str, str]:
    """Where the documents are whose digests a bulletin's act names, by their form."""
    at = {"unit": given["concerning"], "as_of": given["as_of_on"], "known_at": given["known_at"]["size"] - 1}
    to = Addresses(lang)
    return {one["format"].upper(): to(f"/api/bulletins/{given['month']}.{one['format']}", at) for one in given["files"]}


def state_of(application: Application, passed: Pass, stream: str) -> Any:
    """The state of a stream that the viewer may look into.

    A docket may be looked into by the office that it belongs to, by who may look into that office, and by an office
    that something alive in it is addressed to. Raises OutOfBounds for any other, and where there is no such stream.
    """
    if _CASE.fullmatch(stream):
        case = stream.partition("/")[2]
        passed.check_case(application, case)
        return application.ledger.state(stream)
    if not _DOCKET.fullmatch(stream):
        raise OutOfBounds("stream_out_of_bounds")
    state = application.ledger.state(stream)
    if not _is_owner(application, passed, stream, state) and not _addressed(passed, state):
        raise OutOfBounds("stream_out_of_bounds")
    return state


def shown_items(
    application: Application, passed: Pass, stream: str, state: Any, can: list[Doing]
) -> list[tuple[Any, list[Doing]]]:
    """The live items that the viewer may see, each with what can be done; an addressee sees its own alone."""
    own = _seats_of(passed)
    whole = stream.startswith("case/") or _is_owner(application, passed, stream, state)
    return [
        (item, [one for one in can if one.item is item]) for item in state.tracks.items if whole or item.unit in own
    ]


def _is_owner(application: Application, passed: Pass, stream: str, state: Any) -> bool:
    office = state.mandate.office if state.mandate is not None else stream.partition("/")[2]
    if stream.startswith("mandate/") and state.mandate is None:
        return False
    if office not in application.ledger.reference().people.offices:
        return False
    return office in _seats_of(passed) or passed.bounds(application).covers(office)


def _addressed(passed: Pass, state: Any) -> bool:
    own = _seats_of(passed)
    return any(item.unit in own for item in state.tracks.items)


def _seats_of(passed: Pass) -> frozenset[str]:
    return frozenset(seat.office for seat in passed.viewer.seats)
