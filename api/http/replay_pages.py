"""The inspector's replay: the acts of a case and the state after the chosen one, in step; and two moments compared."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse

from api.access.guard import Pass, Passed
from api.access.viewer import Viewer
from api.axes import parse_as_of, write_as_of
from api.case_answers import ask_comparison
from api.errors import ApiError, describe
from api.exporting.audiences import AUDIENCE_NAMES, audiences_for
from api.http.answerable import answerable_for, refused_of
from api.http.depends import Opened
from api.http.names import Names
from api.http.pages import Lang
from api.http.problems import documented
from api.http.rendering import address_of, may_open, render
from api.http.replayed import clocks_of, field_name, shown, state_lines, window_of
from api.http.shelf import Shelf
from api.http.views import AsOf, Case, KnownAt, known_size
from api.main import Application
from api.positions import position
from api.publishing.receipts import read_statement_at, receipts_until
from api.signatures import signature_states
from api.wording import Wording
from domain.clock import civil_day
from domain.naming import Name
from projections.errors import QuestionRefused
from projections.replay import CaseReplay
from projections.replay_compare import When

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)
Step = Annotated[int | None, Query(ge=0, le=1_000_000)]
Day = Annotated[str, Query(pattern=r"^(\d{4}-\d{2}-\d{2})?$")]
Place = Annotated[str, Query(pattern=r"^\d{0,15}$")]
View = Annotated[str, Query(pattern=r"^(full|compact)$")]
EXPORTS = (("export_xes", "/api/cases/{case}/xes"), ("export_json", "/api/cases/{case}/replay"))
BUNDLES = (("export_bundle", "/api/cases/{case}/bundle"), ("export_pdf", "/api/cases/{case}/timeline.pdf"))


@router.get("/cases/{case}/replay", responses=documented(400, 404))
def replay_page(
    request: Request,
    application: Opened,
    passed: Passed,
    case: Case,
    as_of: AsOf = None,
    known_at: KnownAt = None,
    step: Step = None,
    date: Day = "",
    position_at: Place = "",
    view: View = "full",
    lang: Lang = "zh",
) -> HTMLResponse:
    """The replay at a step, at a day or at a place in the log; the last step if none is named."""
    passed.check_case(application, case)
    at = parse_as_of(as_of or None, application.clock())
    shelf: Shelf = request.app.state.replays
    told = shelf.replay(application, case, at, known_size(application, known_at or None))
    names = Names(Wording(lang), application.ledger.reference().people)
    chosen = choose(told, step, date, position_at)
    kept = {"as_of": as_of, "known_at": known_at, "view": view if view != "full" else ""}
    return render(
        "replay.html",
        application,
        lang,
        passed.viewer,
        address=address_of(request),
        told=told,
        chosen=chosen,
        kept={key: value for key, value in kept.items() if value},
        asked={"as_of": as_of or "", "known_at": known_at or "", "date": date, "position_at": position_at},
        view=view,
        window=window_of(told, chosen, compact=view == "compact"),
        clocks=clocks_of(told, chosen, names),
        exports=exports_of(passed.viewer, told),
        bundles=bundles_of(application, passed, case),
        answerable=answerable_for(told, chosen, application.ledger.reference().people),
        refused=refused_of(application, told, passed.bounds(application)),
        compared=compared_with(told, chosen),
        position=position(application.ledger, told.known_at)[0],
        **_selected(application, told, chosen, names),
    )


def choose(told: CaseReplay, step: int | None, day: str, place: str) -> int:
    """The number of the step that was asked for, from 1; 0 if the case has none by then."""
    count = len(told.steps)
    if place:
        return max(1, sum(found.index <= int(place) for found in told.steps)) if count else 0
    if day:
        on = _day(day)
        return max(1, sum(civil_day(found.at) <= on for found in told.steps)) if count else 0
    return min(max(step, 1), count) if step is not None and count else count


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return date.max


def _selected(application: Application, told: CaseReplay, chosen: int, names: Names) -> dict[str, Any]:
    """The chosen step: what was recorded, its signature checked now, and the state after it."""
    if not chosen:
        return {"selected": None}
    selected = told.steps[chosen - 1]
    statement = read_statement_at(application, selected.index)
    state = signature_states(application, told.case, frozenset({selected.index}))[selected.index]
    recorded = {field: names.cell(field, value) for field, value in statement.public.items()}
    return {
        "selected": selected,
        "signature": state,
        "covered": selected.index < receipts_until(application),
        "key_id": statement.key_id.hex(),
        "recorded": {names.field(field): text for field, text in recorded.items() if text},
        "lines": state_lines(selected, names),
    }


def bundles_of(application: Application, passed: Pass, case: str) -> list[tuple[str, str, Name]]:
    """The bundles and timelines that the viewer may take away: what they are, where, and for which audience."""
    opening = passed.opening(application, case)
    return [
        (key, f"{path.format(case=case)}?audience={audience}", AUDIENCE_NAMES[audience])
        for audience in (audiences_for(opening.role) if opening is not None else ())
        for key, path in BUNDLES
    ]


def compared_with(told: CaseReplay, chosen: int) -> dict[str, dict[str, int]]:
    """The moments that a step can be compared with: the step before it, and the last one."""
    steps = told.steps
    found = {}
    if chosen > 1:
        found["compare_before"] = {"known_at_a": steps[chosen - 2].index, "known_at_b": steps[chosen - 1].index}
    if 0 < chosen < len(steps):
        found["compare_last"] = {"known_at_a": steps[chosen - 1].index, "known_at_b": told.known_at - 1}
    return found


def exports_of(viewer: Viewer, told: CaseReplay) -> dict[str, str]:
    """Where the case can be taken away, at the moment that is shown; only what the table of rights knows."""
    moment = f"as_of={write_as_of(told.as_of).replace('+', '%2B')}&known_at={max(told.known_at - 1, 0)}"
    found = {form: path for form, path in EXPORTS if may_open(viewer, path)}
    return {form: f"{path.format(case=told.case)}?{moment}" for form, path in found.items()}


@router.get("/cases/{case}/compare", responses=documented(400, 404))
def compare_page(
    request: Request,
    application: Opened,
    passed: Passed,
    case: Case,
    as_of_a: AsOf = None,
    known_at_a: KnownAt = None,
    as_of_b: AsOf = None,
    known_at_b: KnownAt = None,
    lang: Lang = "zh",
) -> HTMLResponse:
    """What differs in a case between two moments, and which acts made it differ."""
    passed.check_case(application, case)
    names = Names(Wording(lang), application.ledger.reference().people)
    found, refused, status = None, "", 200
    try:
        moments = [_when(application, pair) for pair in ((as_of_a, known_at_a), (as_of_b, known_at_b))]
        found = ask_comparison(application, case, *moments)
    except (ApiError, QuestionRefused) as error:
        problem = describe(error, names.say)
        refused, status = problem.line, problem.status
    asked = {"as_of_a": as_of_a, "known_at_a": known_at_a, "as_of_b": as_of_b, "known_at_b": known_at_b}
    return render(
        "compare.html",
        application,
        lang,
        passed.viewer,
        address=address_of(request),
        status=status,
        case=case,
        found=found,
        refused=refused,
        asked={key: value or "" for key, value in asked.items()},
        shown=lambda field, value: shown(names, field, value),
        field_name=lambda field: field_name(names, field),
    )


def _when(application: Application, pair: tuple[str | None, str | None]) -> When:
    as_of, known_at = pair
    return When(parse_as_of(as_of or None, application.clock()), known_size(application, known_at or None))
