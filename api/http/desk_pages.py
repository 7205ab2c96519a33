"""The desk: what is due next in the own offices, and one form an act, signed in the browser where the key lives.

The server prepares and records; it never sees a key. Whether an act is lawful is said by the rules when it is prepared.
"""

from __future__ import annotations

from typing import Annotated, Any, Final

from fastapi import APIRouter, Path, Request
from fastapi.responses import HTMLResponse, JSONResponse

from api.access.bounds import OutOfBounds
from api.access.guard import TOKEN_HEADER, Pass, Passed, check_token
from api.access.sessions import Sessions
from api.access.table import WORKING
from api.attachments.cases import files_of
from api.case_answers import hints_of
from api.errors import NotThere
from api.http.act_forms import REGISTER
from api.http.depends import Opened
from api.http.doable import acts_for, doings, has_form, seats_for
from api.http.names import Names
from api.http.opinions import sealed_texts
from api.http.pages import Lang
from api.http.problems import documented
from api.http.rendering import address_of, render
from api.http.stream_pages import NEW_MANDATE, show_form, shown_items, state_of
from api.http.submit_pages import areas_told, places_told
from api.http.views import Case
from api.main import Application
from api.wording import Wording
from domain.case_state import Case as CaseState
from domain.clock import civil_day
from domain.matters import Matter
from domain.reference import Reference
from domain.tracks.docket import NEW_DOCKET
from projections.overdue import OverdueClock, due_soon, overdue
from projections.supervision_mandates import mandates

MANDATE: Final = "mandate.opened.v1"
MOST: Final = 100
"""How many clocks the work list shows of each office."""

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)
Action = Annotated[str, Path(max_length=80)]


@router.get("/desk", responses=documented())
def desk(request: Request, application: Opened, passed: Passed, lang: Lang = "zh") -> HTMLResponse:
    """The work list: clocks of the own offices that are overdue or soon due, the first due day first."""
    rows, today = work_of(application, passed), civil_day(application.clock())
    registers = bool(seats_for(passed.viewer, REGISTER))
    streams = own_streams(application, passed)
    shown = {"rows": rows, "today": today, "registers": registers, "streams": streams}
    return _page("desk_work.html", request, application, passed, lang, **shown)


@router.get("/desk/register", responses=documented(404))
def register(request: Request, application: Opened, passed: Passed, lang: Lang = "zh") -> HTMLResponse:
    """The form that registers a matter; its number is drawn in the browser. With area and place, hints at the same."""
    area, place = (request.query_params.get(name, "")[:63] for name in ("area", "place"))
    found = matter_hints(application, passed, area, place) if area and place else None
    reference = application.ledger.reference()
    names = Names(Wording(lang), reference.people)
    around: dict[str, Any] = {"hints": found, "area": area, "place": place}
    around |= {"areas": areas_told(names), "places": places_told(reference, names)}
    return show_form(request, application, passed, lang, REGISTER, "", **around)


@router.get("/desk/cases/{case}", responses=documented(404))
def desk_case(request: Request, application: Opened, passed: Passed, case: Case, lang: Lang = "zh") -> HTMLResponse:
    """A case on the desk: where it stands, and what the viewer may do with it now."""
    return _case_page(request, application, passed, case, lang, "")


@router.get("/desk/cases/{case}/texts", responses=documented(404))
def desk_texts(request: Request, application: Opened, passed: Passed, case: Case, lang: Lang = "zh") -> HTMLResponse:
    """What the acts of a case say, opened for the offices that handle it; that they look is written down first."""
    passed.check_case(application, case)
    answer = _page(
        "desk_texts.html", request, application, passed, lang, case=case, texts=sealed_texts(application, case)
    )
    answer.headers["cache-control"] = "no-store"
    return answer


@router.get("/desk/cases/{case}/acts/{action}", responses=documented(404))
def desk_act(
    request: Request, application: Opened, passed: Passed, case: Case, action: Action, lang: Lang = "zh"
) -> HTMLResponse:
    """The form of one act."""
    if not has_form(action) or not action.startswith("case."):
        raise NotThere("page_unknown")
    return show_form(request, application, passed, lang, action, f"case/{case}")


@router.post("/api/codes/{case}", responses=documented(401, 403, 404))
def issue_code_for_slip(request: Request, application: Opened, passed: Passed, case: Case) -> JSONResponse:
    """Make a query code for the slip that is printed at registration; only its hash is kept."""
    check_token(passed.viewer, request.headers.get(TOKEN_HEADER, ""))
    passed.check_case(application, case)
    sessions: Sessions = request.app.state.sessions
    return JSONResponse({"code": sessions.issue_code(case)}, headers={"cache-control": "no-store"})


@router.post("/desk/cases/{case}/code", responses=documented(403, 404))
def issue_code(request: Request, application: Opened, passed: Passed, case: Case, lang: Lang = "zh") -> HTMLResponse:
    """Make a query code for the petitioner and show it this once; only its hash is kept."""
    passed.check_case(application, case)
    sessions: Sessions = request.app.state.sessions
    answer = _case_page(request, application, passed, case, lang, sessions.issue_code(case))
    answer.headers["cache-control"] = "no-store"
    return answer


def matter_hints(application: Application, passed: Pass, area: str, place: str) -> dict[str, Any]:
    """Hints at cases of the same matter before it is registered, by what and where it is; nobody is compared."""
    application.views.refresh()
    reference: Reference = application.ledger.reference()
    today, bounds = civil_day(application.clock()), passed.bounds(application)
    advice = reference.competence.advise(reference.people, area, place, today)
    unit = advice[0].unit if advice else passed.viewer.offices("intake")[0] if passed.viewer.offices("intake") else ""

    def may_open(other: CaseState) -> bool:
        try:
            bounds.check_case(other)
        except OutOfBounds:
            return False
        return True

    size = application.ledger.head().size
    return hints_of(application, Matter("", area, unit, place, today), may_open, size)


def work_of(application: Application, passed: Pass) -> list[OverdueClock]:
    """The overdue and soon due clocks of the viewer's offices, the first due day first, each once."""
    application.views.catch_up()
    at, found = application.clock(), dict[tuple[str, str, int, str], OverdueClock]()
    for unit in passed.bounds(application).tops():
        for ask in (overdue, due_soon):
            page = ask(application.reader, at, unit=unit, limit=MOST)
            found |= {(row.case, row.clock, row.segment, row.unit): row for row in page.rows}
    return sorted(found.values(), key=lambda row: (row.due_on, row.case, row.clock))


def own_streams(application: Application, passed: Pass) -> list[tuple[str, str]]:
    """The streams apart from cases in which the viewer's offices act, and what a new one is begun with: (name, act)."""
    people, viewer = application.ledger.reference().people, passed.viewer
    found: list[tuple[str, str]] = []
    for office in dict.fromkeys(seat.office for seat in viewer.seats):
        known = people.office(office)
        if known is not None and known.kind == "conference":
            found.append((f"conference/{office}", ""))
        found.append((f"bulletin/{office}", ""))
    held = mandates(application.reader, application.clock(), standing="open")
    own = {seat.office for seat in viewer.seats}
    found += [(f"mandate/{row.mandate}", "") for row in held.rows if row.office in own]
    opens = any(one.action == MANDATE for one in doings(viewer, people, NEW_MANDATE, NEW_DOCKET))
    return [*found, *([(NEW_MANDATE, MANDATE)] if opens else [])]


def _case_page(
    request: Request, application: Application, passed: Pass, case: str, lang: str, code: str
) -> HTMLResponse:
    stream = f"case/{case}"
    state = state_of(application, passed, stream)
    can = list(doings(passed.viewer, application.ledger.reference().people, stream, state))
    shown: dict[str, Any] = {"case": case, "state": state, "acts": acts_for(passed.viewer, state), "code": code}
    shown["items"] = shown_items(application, passed, stream, state, can)
    shown["opening"] = [one for one in can if one.item is None]
    shown["files"] = files_of(application, case)
    shown["may_issue"] = bool(passed.viewer.roles & set(WORKING))
    return _page("desk_case.html", request, application, passed, lang, **shown)


def _page(
    name: str, request: Request, application: Application, passed: Pass, lang: str, **values: Any
) -> HTMLResponse:
    address = address_of(request) if request.method == "GET" else f"/desk/cases/{values['case']}"
    return render(name, application, lang, passed.viewer, address=address, **values)
