"""The monthly bulletin read before it is issued, and what changed between two moments, with the acts that did it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from api.access.bounds import Bounds
from api.access.guard import Passed
from api.access.viewer import Viewer
from api.axes import parse_day_end, write_as_of
from api.bulletin.contents import Wish, gather, wish_for
from api.bulletin.forms import FORMS
from api.bulletin.issued import issued_bulletins
from api.bulletin.issuing import ISSUED
from api.bulletin.sheets import Paper, Sheet, as_paper
from api.bulletin.texts import written
from api.bulletin.words import Words
from api.charts import draw
from api.errors import ApiError, UsageRefused, describe
from api.figure_answers import DiffQuestion, ask_diff, parse_moments
from api.http.deeds import form_of
from api.http.depends import Opened
from api.http.doable import seats_for
from api.http.forms import Field, choices_of
from api.http.names import Names
from api.http.pages import Lang
from api.http.problems import documented
from api.http.rendering import Addresses, address_of, render
from api.http.views import known_size
from api.lists.catalogue import BY_NAME
from api.lists.filters import UNIT
from api.main import Application
from api.wording import Wording
from domain.schema import CIVIL
from projections.errors import QuestionRefused

SHOWN: Final = 20
"""How many rows of a section the preview shows; the documents have more."""
MOST: Final = 100
OVERDUE: Final = "overdue"

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)


@dataclass(frozen=True, slots=True)
class Section:
    """A sheet of the bulletin as a page shows it: its first rows as text, its charts drawn, how many rows it has."""

    sheet: Sheet
    rows: tuple[tuple[str, ...], ...]
    charts: tuple[str, ...]
    total: int


@router.get("/bulletin", responses=documented(400, 404))
def bulletin_page(request: Request, application: Opened, passed: Passed, lang: Lang = "zh") -> HTMLResponse:
    """The bulletin of a month as it would be issued, where its documents are, and which were issued."""
    asked, bounds = dict(request.query_params), passed.bounds(application)
    names = Names(Wording(lang), application.ledger.reference().people)
    month = asked.get("month") or application.clock().astimezone(CIVIL).strftime("%Y-%m")
    told: dict[str, Any] | None = None
    refused, status = "", 200
    try:
        told = _bulletin(application, bounds, month, asked, lang)
        told["issue"] = _issue(passed.viewer, told["wish"], lang)
    except (ApiError, QuestionRefused) as error:
        problem = describe(error, names.say)
        refused, status = problem.line, problem.status
    fields = [
        Field("month", names.say("columns.month"), "month", month),
        _unit(application, names, bounds, asked),
        Field("as_of", names.say("pages.as_of"), "date", asked.get("as_of", "")),
        Field("known_at", names.say("pages.known_at"), "text", asked.get("known_at", "")),
    ]
    shown = {"fields": fields, "told": told, "refused": refused, "month": month}
    return render(
        "bulletin.html", application, lang, passed.viewer, address=address_of(request), status=status, **shown
    )


def _bulletin(
    application: Application, bounds: Bounds, month: str, asked: Mapping[str, str], lang: str
) -> dict[str, Any]:
    """Put the bulletin into sections, and name its documents at the same day and place in the log."""
    day = parse_day_end(asked["as_of"]) if asked.get("as_of") else None
    if asked.get("as_of") and day is None:
        raise UsageRefused("day_unreadable")
    within, known = bounds.unit(asked.get("unit") or None), known_size(application, asked.get("known_at") or None)
    wish = wish_for(application, month, within, None if day is None else day.date(), known)
    words = Words(Wording(lang), application.ledger.reference().people)
    paper = as_paper(gather(application, wish), words)
    at = {"unit": within, "as_of": wish.as_of_on.isoformat(), "known_at": wish.known_at - 1}
    issued = [
        one
        for one in issued_bulletins(application, application.clock(), None, month)
        if any(bounds.covers(office) for office in (one.unit, one.stream.partition("/")[2], *one.copies))
    ]
    return {
        "wish": wish,
        "paper": paper,
        "sections": _sections(paper),
        "files": {form.upper(): Addresses(lang)(f"/api/bulletins/{month}.{form}", at) for form in FORMS},
        "issued": issued,
    }


def _issue(viewer: Viewer, wish: Wish, lang: str) -> dict[str, str]:
    """Where the form that issues the bulletin is, for each office that the viewer may issue one of."""
    given = {"month": wish.month, "concerning": wish.unit or "", "as_of_on": wish.as_of_on.isoformat()}
    offices = dict.fromkeys(seat.office for seat, _ in seats_for(viewer, ISSUED))
    return {office: form_of(Addresses(lang), f"bulletin/{office}", ISSUED, given) for office in offices}


def _sections(paper: Paper) -> list[Section]:
    return [
        Section(
            sheet,
            tuple(tuple(written(cell) for cell in row) for row in sheet.rows[:SHOWN]),
            tuple(draw(chart, f"{sheet.name}-{number}") for number, chart in enumerate(sheet.charts)),
            len(sheet.rows),
        )
        for sheet in paper.sheets
    ]


@router.get("/changes", responses=documented(400, 404))
def changes_page(request: Request, application: Opened, passed: Passed, lang: Lang = "zh") -> HTMLResponse:
    """What came onto the overdue list, or into a part of a figure, between two moments, and which acts did it."""
    asked, bounds = dict(request.query_params), passed.bounds(application)
    names = Names(Wording(lang), application.ledger.reference().people)
    told, refused, status = None, "", 200
    try:
        told = _changes(application, bounds, asked, lang) if asked.get("from") else None
    except (ApiError, QuestionRefused) as error:
        problem = describe(error, names.say)
        refused, status = problem.line, problem.status
    figures = choices_of(application, names, bounds, BY_NAME["series"].filters[0])
    which = ((OVERDUE, names.say("changes.overdue")), *figures)
    fields = [
        Field("from", names.say("changes.from_day"), "date", asked.get("from", "")),
        Field("to", names.say("changes.to_day"), "date", asked.get("to", "")),
        Field("figure", names.say("shell.figures"), "select", asked.get("figure") or OVERDUE, which, needed=True),
        _unit(application, names, bounds, asked),
    ]
    shown = {"fields": fields, "told": told, "refused": refused, "figure": asked.get("figure") or OVERDUE}
    return render("changes.html", application, lang, passed.viewer, address=address_of(request), status=status, **shown)


def _changes(application: Application, bounds: Bounds, asked: Mapping[str, str], lang: str) -> dict[str, Any]:
    figure = asked.get("figure") or OVERDUE
    if not re.fullmatch("[a-z_]{1,60}", figure):
        raise UsageRefused("filter_malformed", name="figure")
    within = bounds.unit(asked.get("unit") or None)
    known = tuple(known_size(application, asked.get(name) or None) for name in ("known_from", "known_to"))
    moments = parse_moments(application, (asked.get("from"), asked.get("to") or None), (known[0], known[1]))
    found = ask_diff(application, DiffQuestion(figure, *moments, within, limit=MOST))
    query = {
        "figure": figure,
        "unit": within,
        "from": write_as_of(moments[0].as_of),
        "to": write_as_of(moments[1].as_of),
    }
    return {"diff": found, "json": Addresses(lang)("/api/diff", query)}


def _unit(application: Application, names: Names, bounds: Bounds, asked: Mapping[str, str]) -> Field:
    units = choices_of(application, names, bounds, UNIT)
    return Field("unit", names.say("pages.unit"), "select", asked.get("unit", ""), units)
