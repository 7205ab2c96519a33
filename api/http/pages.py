"""The one page of this stage: the overdue list, and behind each row the timeline of its case."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from functools import cache
from importlib import resources
from typing import Annotated, Any

from fastapi import APIRouter, Query
from fastapi.responses import HTMLResponse, Response
from jinja2 import Environment, PackageLoader, StrictUndefined

from api.axes import parse_as_of
from api.http.depends import Opened
from api.http.problems import documented
from api.http.views import AsOf, Case, KnownAt, known_size
from api.main import Application
from api.positions import position
from api.queries import OverdueQuestion, ask_explanations, ask_overdue, ask_timeline, count
from api.signatures import signature_states
from api.wording import Wording
from domain.people import People
from domain.schema import CIVIL
from domain.vocabulary import CUSTODIES, ROLES, Name, name_of
from domain.wording import ACTIONS

PAGE = 50
Lang = Annotated[str, Query(pattern=r"^(zh|en)$")]


router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)


@router.get("/", responses=documented(400, 404))
def overdue_page(
    application: Opened,
    as_of: AsOf = None,
    known_at: KnownAt = None,
    unit: Annotated[str | None, Query(max_length=63)] = None,
    clock: Annotated[str | None, Query(max_length=40)] = None,
    cursor: Annotated[str | None, Query(max_length=400)] = None,
    lang: Lang = "zh",
) -> HTMLResponse:
    """The overdue list; every filter stands in the address."""
    at = parse_as_of(as_of or None, application.clock())
    question = OverdueQuestion(at, known_size(application, known_at or None), unit or None, clock or None)
    page = ask_overdue(application, question, limit=PAGE, cursor=cursor)
    reference = application.ledger.reference()
    names = sorted({row.clock for _, rules in reference.rules.steps for row in rules.clocks.values()})
    return _render(
        "overdue.html",
        application,
        lang,
        page=page,
        by_unit=count(application, question),
        offices=reference.people.offices,
        clock_names=names,
        position=position(application.ledger, page.known_at)[0],
        asked={"as_of": as_of or "", "known_at": known_at or "", "unit": unit or "", "clock": clock or ""},
    )


@router.get("/cases/{case}", responses=documented(400, 404))
def case_page(
    application: Opened, case: Case, as_of: AsOf = None, known_at: KnownAt = None, lang: Lang = "zh"
) -> HTMLResponse:
    """Every act of a case with its signature, checked now, and every clock, explained."""
    at = parse_as_of(as_of or None, application.clock())
    known = known_size(application, known_at or None)
    told = ask_timeline(application, case, known)
    return _render(
        "case.html",
        application,
        lang,
        told=told,
        states=signature_states(application, case),
        clocks=ask_explanations(application, case, at, told.known_at),
        at=at,
        position=position(application.ledger, told.known_at)[0],
    )


@router.get("/static/style.css")
def style() -> Response:
    """The style sheet."""
    data = resources.files("api.http").joinpath("static", "style.css").read_bytes()
    return Response(data, media_type="text/css", headers={"cache-control": "max-age=3600"})


@cache
def make_templates() -> Environment:
    """The template environment: everything is escaped, and a missing value is an error."""
    return Environment(loader=PackageLoader("api.http"), autoescape=True, undefined=StrictUndefined, trim_blocks=True)


def _render(name: str, application: Application, lang: str, **values: Any) -> HTMLResponse:
    names = _Names(Wording(lang), application.ledger.reference().people)
    html = (
        make_templates()
        .get_template(name)
        .render(say=names.say, lang=lang, name=names, origin=application.ledger.origin, **values)
    )
    return HTMLResponse(html)


class _Names:
    """The names of things in the language of a page."""

    def __init__(self, say: Wording, people: People) -> None:
        self.say = say
        self._people = people

    def office(self, slug: str) -> str:
        """An office's name, or its slug where the directory has none."""
        found = self._people.office(slug)
        return slug if found is None else self.say.pick(found.name_zh, found.name_en)

    def post(self, office: str, slug: str) -> str:
        """A post's name, or its slug."""
        found = self._people.post(office, slug)
        return slug if found is None else self.say.pick(found.name_zh, found.name_en)

    def action(self, word: str) -> str:
        """What an act is called."""
        return self._pick(ACTIONS, word)

    def role(self, word: str) -> str:
        """What a role is called."""
        return self._pick(ROLES, word)

    def custody(self, word: str) -> str:
        """How a key is kept."""
        return self._pick(CUSTODIES, word)

    def moment(self, at: datetime) -> str:
        """An instant in civil time, to the minute."""
        return at.astimezone(CIVIL).strftime("%Y-%m-%d %H:%M")

    def day(self, on: date) -> str:
        """A date as people there write it."""
        return f"{on.year}年{on.month}月{on.day}日" if self.say.language == "zh" else on.isoformat()

    def _pick(self, table: Mapping[str, Name], word: str) -> str:
        found = name_of(table, word)
        return self.say.pick(found.zh, found.en)
