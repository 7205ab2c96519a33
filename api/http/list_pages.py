"""Every list as a page: the form in the address, the table, the next page, and files of exactly what is shown."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

from fastapi import APIRouter, Path, Request
from fastapi.responses import HTMLResponse

from api.access.guard import Pass, Passed
from api.errors import ApiError, NotThere, describe
from api.http.deeds import deeds_of
from api.http.depends import Opened
from api.http.forms import fields_of
from api.http.names import Names
from api.http.pages import Lang
from api.http.problems import documented
from api.http.rendering import Addresses, address_of, render
from api.http.shown import Table, ask_list, make_table
from api.lists.catalogue import BY_NAME, LISTS
from api.lists.paging import open_cursor
from api.main import Application
from api.wording import Wording
from projections.errors import QuestionRefused

PAGE = 50

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)


@router.get("/lists", responses=documented())
def lists_page(request: Request, application: Opened, passed: Passed, lang: Lang = "zh") -> HTMLResponse:
    """What lists there are."""
    return render("lists.html", application, lang, passed.viewer, address=address_of(request), listings=LISTS)


@router.get("/lists/{name}", responses=documented(400, 404))
def list_page(
    request: Request,
    application: Opened,
    passed: Passed,
    name: Annotated[str, Path(max_length=40)],
    lang: Lang = "zh",
) -> HTMLResponse:
    """A page of a list; every filter stands in the address, and what was asked wrongly stays in the form."""
    listing = BY_NAME.get(name)
    if listing is None:
        raise NotThere("list_unknown")
    asked = dict(request.query_params)
    names = Names(Wording(lang), application.ledger.reference().people)
    bounds, table, refused, status = passed.bounds(application), None, "", 200
    try:
        begun_at, inner = open_cursor(asked.get("cursor"))
        question = ask_list(application, bounds, listing, asked, begun_at)
        table = make_table(application, names, Addresses(lang), question, question.page(application, PAGE, inner))
        table = with_deeds(table, application, passed, lang)
    except (ApiError, QuestionRefused) as error:
        problem = describe(error, names.say)
        refused, status = problem.line, problem.status
    return render(
        "list.html",
        application,
        lang,
        passed.viewer,
        address=address_of(request),
        status=status,
        listing=listing,
        fields=fields_of(application, names, bounds, listing, asked),
        table=table,
        refused=refused,
        asked={key: value for key, value in asked.items() if value and key not in ("lang", "cursor")},
        paged=bool(asked.get("cursor")),
    )


def with_deeds(table: Table, application: Application, passed: Pass, lang: str) -> Table:
    """The table with what the viewer can do about each of its rows."""
    people, at = application.ledger.reference().people, Addresses(lang)
    deeds = [deeds_of(passed.viewer, people, table.listing.name, row, at) for row in table.told]
    return replace(table, deeds=tuple(deeds) if any(deeds) else ())
