"""The overview of who answers for what: tiles that lead to exactly their lists, tables, charts, figures by month."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse

from api.access.bounds import Bounds
from api.access.guard import Passed
from api.charts import Chart, Series, draw
from api.errors import ApiError, describe
from api.http.depends import Opened
from api.http.forms import Field, axis_fields, choices_of
from api.http.list_pages import with_deeds
from api.http.names import Names
from api.http.pages import Lang
from api.http.problems import documented
from api.http.rendering import Addresses, address_of, render
from api.http.shown import Table, ask_list, make_table
from api.http.tiles_of_work import tiles_of
from api.lists.asking import Asked
from api.lists.catalogue import BY_NAME
from api.lists.filters import UNIT
from api.lists.overdue_lines import GROUPS
from api.main import Application
from api.wording import Wording
from domain.clock import civil_day
from domain.figure_rows import FIGURES
from domain.schema import CIVIL
from projections.errors import QuestionRefused

SHORT = 8
BANDS = ("closing_days", "overdue_days")
DOABLE = ("queue", "must", "patrol")
"""The tables of the overview from whose rows something can be begun."""
NARROWING = frozenset({"rule", "since"})
"""What the table of findings can be narrowed by, and their tile not."""
FIRST_FIGURE = "on_time_closure_rate"

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)
Figure = Annotated[str, Query(max_length=60)]


@dataclass(frozen=True, slots=True)
class Desk:
    """What the parts of a page share: the ledger, names, addresses, bounds, and what was asked for."""

    application: Application
    names: Names
    at: Addresses
    bounds: Bounds
    asked: Mapping[str, str]

    def ask(self, name: str, **more: str) -> Asked:
        """Read a question to a list with what was asked for; raises what `ask_list` raises."""
        listing = BY_NAME[name]
        known = {known.name for known in listing.filters} | {"as_of", "known_at"}
        asked = {key: value for key, value in {**self.asked, **more}.items() if key in known}
        return ask_list(self.application, self.bounds, listing, asked)

    def table(self, name: str, limit: int | None = None, **more: str) -> Table:
        """A list, or its first rows."""
        question = self.ask(name, **more)
        page = question.page(self.application, limit if question.listing.paged else None)
        table = make_table(self.application, self.names, self.at, question, page, limit=limit)
        return replace(table, cursor="more") if limit is not None and len(page.rows) > limit else table

    def fields(self, *others: Field) -> list[Field]:
        """The fields of both axes and the unit, then others."""
        units = choices_of(self.application, self.names, self.bounds, UNIT)
        unit = Field("unit", self.names.say("pages.unit"), "select", self.asked.get("unit", ""), units)
        return [*axis_fields(self.names, self.asked), unit, *others]


@router.get("/", responses=documented(400, 404))
def dashboard(request: Request, application: Opened, passed: Passed, lang: Lang = "zh") -> HTMLResponse:
    """The overview; a wrong question stays in the form."""
    desk = _desk(request, application, passed.bounds(application), lang)
    then = replace(desk, asked=in_month(desk.asked, application.clock()))
    told, refused, status = _try(then, _overview)
    if told is not None:
        told |= {part: with_deeds(told[part], application, passed, lang) for part in DOABLE}
    return render(
        "dashboard.html",
        application,
        lang,
        passed.viewer,
        address=address_of(request),
        status=status,
        fields=desk.fields(Field("month", desk.names.say("columns.month"), "month", desk.asked.get("month", ""))),
        refused=refused,
        told=told,
        asked=_carried(desk),
        demonstration=application.settings.demo_marker.exists(),
    )


def in_month(asked: Mapping[str, str], now: datetime) -> Mapping[str, str]:
    """What was asked for: of a month without a day, as of its last day, or of today while it lasts."""
    month = asked.get("month", "")
    if asked.get("as_of") or not re.fullmatch(r"\d{4}-(0[1-9]|1[0-2])", month):
        return asked
    first = date.fromisoformat(f"{month}-01")
    last = (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)
    return {**asked, "as_of": min(last, civil_day(now)).isoformat()}


@router.get("/figures", responses=documented(400, 404))
def figures_page(request: Request, application: Opened, passed: Passed, lang: Lang = "zh") -> HTMLResponse:
    """Every figure of a month, or of all up to the moment, and one of them month by month and by unit."""
    desk = _desk(request, application, passed.bounds(application), lang)
    chosen = desk.asked.get("figure") or FIRST_FIGURE
    told, refused, status = _try(desk, _figures)
    names = choices_of(application, desk.names, desk.bounds, BY_NAME["series"].filters[0])
    month = Field("month", desk.names.say("columns.month"), "month", desk.asked.get("month", ""))
    which = Field("figure", desk.names.say("shell.figures"), "select", chosen, names, needed=True)
    return render(
        "figures.html",
        application,
        lang,
        passed.viewer,
        address=address_of(request),
        status=status,
        fields=desk.fields(month, which),
        refused=refused,
        told=told,
        chosen=chosen,
        bulletin=_bulletin(desk) if told else {},
        asked=_carried(desk),
    )


def _desk(request: Request, application: Application, bounds: Bounds, lang: str) -> Desk:
    names = Names(Wording(lang), application.ledger.reference().people)
    return Desk(application, names, Addresses(lang), bounds, dict(request.query_params))


def _bulletin(desk: Desk) -> dict[str, str]:
    """Where the bulletin of the month that is shown, or of this one, can be read before it is issued."""
    month = desk.asked.get("month") or desk.application.clock().astimezone(CIVIL).strftime("%Y-%m")
    path = "/api/bulletins/{month}.{form}"
    unit = {"unit": desk.asked.get("unit", "")}
    return {form.upper(): desk.at(path.format(month=month, form=form), unit) for form in ("pdf", "docx", "xlsx")}


def _carried(desk: Desk) -> dict[str, str]:
    return {key: value for key, value in desk.asked.items() if value and key in ("as_of", "known_at", "unit", "month")}


def _try(desk: Desk, tell: Any) -> tuple[dict[str, Any] | None, str, int]:
    """Tell a page, or why it cannot be told."""
    try:
        return tell(desk), "", 200
    except (ApiError, QuestionRefused) as error:
        problem = describe(error, desk.names.say)
        return None, problem.line, problem.status


def _overview(desk: Desk) -> dict[str, Any]:
    overdue = desk.ask("overdue")
    overdue.page(desk.application, 1)
    patrol = desk.table("patrol-counts")
    narrowed = NARROWING & {name for name, value in desk.asked.items() if value}
    found = None if narrowed else sum(row.count for row in patrol.page.rows)
    tiles = tiles_of(desk.application, overdue, desk.at, desk.asked, found)
    counts = {by: desk.table("overdue-counts", by=by) for by in GROUPS}
    return {
        "at": overdue.as_of,
        "tiles": tiles,
        "counts": counts,
        "by_unit_chart": _bars(
            desk, "dashboard.by_unit", [(desk.names.office(row.unit), row.overdue) for row in counts["unit"].page.rows]
        ),
        "workload": desk.table("workload"),
        "board": desk.table("package-board", SHORT),
        "must": desk.table("must-be-packaged", SHORT),
        "patrol": patrol,
        "queue": desk.table("supervision", SHORT),
        "bands": {of: _banded(desk, of) for of in BANDS},
    }


def _banded(desk: Desk, of: str) -> tuple[Table, str]:
    table = desk.table("bands", of=of)
    rows = [(band_name(desk.names, row.least, row.most), row.count) for row in table.page.rows]
    return table, _bars(desk, f"dashboard.{of}", rows)


def _bars(desk: Desk, key: str, rows: Sequence[tuple[str, int]]) -> str:
    """Draw counts as bars; everything in the drawing is escaped where it is drawn."""
    say = desk.names.say
    labels, values = tuple(label for label, _ in rows), tuple(float(count) for _, count in rows)
    chart = Chart("bars", say(key), "", labels, (Series(say("columns.count"), values),), say("dashboard.none"))
    return draw(chart, key.rpartition(".")[2].replace("_", "-"))


def band_name(names: Names, least: int, most: int | None) -> str:
    """A band of days in words."""
    if most is None:
        return names.say("dashboard.band_over", least=least)
    return names.say("dashboard.band", least=least, most=most)


def _figures(desk: Desk) -> dict[str, Any]:
    chosen = desk.asked.get("figure") or FIRST_FIGURE
    series = desk.table("series", figure=chosen)
    name = desk.names.word("figure", chosen)
    values = tuple(row.value for row in series.page.rows)
    months = tuple(row.month[2:] for row in series.page.rows)
    rate = FIGURES[chosen].rate
    chart = Chart("lines", name, "", months, (Series(name, values),), desk.names.say("dashboard.none"), percent=rate)
    rank, refused, _ = _try(desk, lambda asked: {"table": asked.table("rank", figure=chosen)})
    return {
        "at": series.page.as_of,
        "figures": desk.table("figures", figure=""),
        "series": series,
        "series_chart": draw(chart, "series"),
        "rank": rank["table"] if rank else None,
        "rank_refused": refused,
    }
