"""The desk: what is due next in the own offices, and one form an act, signed in the browser where the key lives.

The server prepares and records; it never sees a key. Whether an act is lawful is said by the rules when it is prepared.
"""

from __future__ import annotations

from typing import Annotated, Any, Final

from fastapi import APIRouter, Form, Path, Request
from fastapi.responses import HTMLResponse

from api.access.bounds import OutOfBounds
from api.access.guard import Pass, Passed, check_token
from api.access.sessions import Sessions
from api.errors import NotThere
from api.http.act_forms import REGISTER, acts_for, entries_of, seats_for
from api.http.depends import Opened
from api.http.names import Names
from api.http.pages import Lang
from api.http.problems import documented
from api.http.rendering import address_of, render
from api.http.views import Case
from api.main import Application
from api.queries import fold_case
from api.wording import Wording
from domain.case_state import Case as CaseState
from domain.clock import civil_day
from domain.events import EVENTS
from projections.overdue import OverdueClock, due_soon, overdue

MOST: Final = 100
"""How many clocks the work list shows of each office."""

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)
Action = Annotated[str, Path(max_length=80)]
Token = Annotated[str, Form(max_length=100)]


@router.get("/desk", responses=documented())
def desk(request: Request, application: Opened, passed: Passed, lang: Lang = "zh") -> HTMLResponse:
    """The work list: clocks of the own offices that are overdue or soon due, the first due day first."""
    rows, today = work_of(application, passed), civil_day(application.clock())
    registers = bool(seats_for(passed.viewer, REGISTER))
    return _page("desk_work.html", request, application, passed, lang, rows=rows, today=today, registers=registers)


@router.get("/desk/register", responses=documented(404))
def register(request: Request, application: Opened, passed: Passed, lang: Lang = "zh") -> HTMLResponse:
    """The form that registers a matter; its number is drawn in the browser."""
    return _form(request, application, passed, lang, REGISTER, "", "")


@router.get("/desk/cases/{case}", responses=documented(404))
def desk_case(request: Request, application: Opened, passed: Passed, case: Case, lang: Lang = "zh") -> HTMLResponse:
    """A case on the desk: where it stands, and what the viewer may do with it now."""
    state = _case(application, passed, case)
    acts = acts_for(passed.viewer, state)
    return _page("desk_case.html", request, application, passed, lang, case=case, state=state, acts=acts, code="")


@router.get("/desk/cases/{case}/acts/{action}", responses=documented(404))
def desk_act(
    request: Request, application: Opened, passed: Passed, case: Case, action: Action, lang: Lang = "zh"
) -> HTMLResponse:
    """The form of one act."""
    state = _case(application, passed, case)
    return _form(request, application, passed, lang, action, case, state.state)


@router.post("/desk/cases/{case}/code", responses=documented(403, 404))
def issue_code(
    request: Request, application: Opened, passed: Passed, case: Case, csrf: Token = "", lang: Lang = "zh"
) -> HTMLResponse:
    """Make a query code for the petitioner and show it this once; only its hash is kept."""
    check_token(passed.viewer, csrf)
    state = _case(application, passed, case)
    sessions: Sessions = request.app.state.sessions
    acts, code = acts_for(passed.viewer, state), sessions.issue_code(case)
    answer = _page("desk_case.html", request, application, passed, lang, case=case, state=state, acts=acts, code=code)
    answer.headers["cache-control"] = "no-store"
    return answer


def work_of(application: Application, passed: Pass) -> list[OverdueClock]:
    """The overdue and soon due clocks of the viewer's offices, the first due day first, each once."""
    application.views.catch_up()
    at, found = application.clock(), dict[tuple[str, str, int, str], OverdueClock]()
    for unit in passed.bounds(application).tops():
        for ask in (overdue, due_soon):
            page = ask(application.reader, at, unit=unit, limit=MOST)
            found |= {(row.case, row.clock, row.segment, row.unit): row for row in page.rows}
    return sorted(found.values(), key=lambda row: (row.due_on, row.case, row.clock))


def _case(application: Application, passed: Pass, case: str) -> CaseState:
    passed.check_case(application, case)
    return fold_case(application, case, None, application.ledger.reference())[0]


def _form(
    request: Request, application: Application, passed: Pass, lang: str, action: str, case: str, state: str
) -> HTMLResponse:
    """Raises NotThere for an act that a case cannot have, OutOfBounds for one that no duty of the viewer may do."""
    if action not in EVENTS or not action.startswith("case."):
        raise NotThere("page_unknown")
    seats = seats_for(passed.viewer, action)
    if not seats:
        raise OutOfBounds("route_unknown")
    people = application.ledger.reference().people
    entries = entries_of(action, Names(Wording(lang), people), people)
    shown: dict[str, Any] = {"action": action, "case": case, "state": state, "seats": seats, "entries": entries}
    return _page("desk_act.html", request, application, passed, lang, **shown)


def _page(
    name: str, request: Request, application: Application, passed: Pass, lang: str, **values: Any
) -> HTMLResponse:
    address = address_of(request) if request.method == "GET" else f"/desk/cases/{values['case']}"
    return render(name, application, lang, passed.viewer, address=address, **values)
