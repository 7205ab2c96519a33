"""Pages for everybody: figures by unit in bands, published cases, rules and terms, the log's health, checking oneself.

Officials appear by office and post, petitioners and accusations never. Figures are those of whole months.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from threading import Lock
from typing import Any, Final, NamedTuple

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response

from api.access.guard import Passed
from api.errors import NotThere
from api.feeds.items import Approvals, case_items, smallest_cell
from api.http.depends import Opened
from api.http.glossary import GLOSSARY
from api.http.pages import Lang
from api.http.problems import documented
from api.http.public_cells import EDGES, Cell, cells, whole
from api.http.rendering import address_of, render
from api.main import Application
from api.publishing.schedule import standing_document
from api.wording import Wording
from domain.clock import civil_day
from domain.figure_rows import FIGURES
from domain.schema import CIVIL
from projections.figures_answers import figures

SHOWN: Final = ("timely_acceptance_rate", "on_time_closure_rate", "satisfaction_rate", "participation_rate")
"""The figures of which everybody is told a band for each unit."""
COLUMNS: Final = {
    "until": "column_until",
    "unit": "column_unit",
    "figure": "column_figure",
    "band_low": "column_band_low",
    "band_high": "column_band_high",
    "sample_at_least": "column_sample_at_least",
    "withheld": "column_withheld",
}
"""The columns of the open data, and the keys of the sentences that explain them."""
NOBODY: Final = 1 << 31


class Told(NamedTuple):
    """What is told of all units until the end of a day, and below how many cases nothing is."""

    until: date
    least: int
    whole: list[Cell]
    units: list[Cell]

    @property
    def by_unit(self) -> dict[str, dict[str, Cell]]:
        """The cells of each unit by figure."""
        found: dict[str, dict[str, Cell]] = {}
        for cell in self.units:
            found.setdefault(cell.unit, {})[cell.figure] = cell
        return dict(sorted(found.items()))


class Kept:
    """What was told last, so that a crowd of readers costs one count; and the publications found so far."""

    def __init__(self) -> None:
        """Keep nothing yet."""
        self.approvals = Approvals()
        self._told: tuple[tuple[int, date], Told] | None = None
        self.lock = Lock()

    def told(self, application: Application) -> Told:
        """The figures until the end of the last whole month, counted once for each size of the log."""
        until = civil_day(application.clock()).replace(day=1) - timedelta(days=1)
        key = application.ledger.head().size, until
        with self.lock:
            if self._told is None or self._told[0] != key:
                self._told = key, tell(application, until)
            return self._told[1]


def tell(application: Application, until: date) -> Told:
    """Count every shown figure until the end of a day, and withhold what points at few cases."""
    application.views.catch_up()
    at = datetime.combine(until, time.max, CIVIL)
    least = smallest_cell(application, at)
    all_together, units = [], []
    for figure in SHOWN:
        together = figures(application.reader, at, figure=figure).rows
        by_unit = figures(application.reader, at, figure=figure, by_unit=True).rows
        all_together += [whole(row, least) for row in together if row.id == figure]
        units += cells((row for row in by_unit if row.id == figure), least)
    return Told(until, least, all_together, units)


def build_router() -> APIRouter:
    """Declare the pages; what was counted is kept with this router."""
    router, kept = APIRouter(include_in_schema=False, default_response_class=HTMLResponse), Kept()

    @router.get("/public", responses=documented())
    def front(request: Request, application: Opened, passed: Passed, lang: Lang = "zh") -> HTMLResponse:
        """Figures by unit, what they mean, and what has been published of cases."""
        told = kept.told(application)
        with kept.lock:
            items = case_items(application, kept.approvals, Wording(lang))
        shown = {"told": told, "cases": items, "figures": [FIGURES[one] for one in SHOWN], "columns": COLUMNS}
        least = None if told.least >= NOBODY else told.least
        return _page("public_front.html", request, application, passed, lang, least=least, edges=EDGES, **shown)

    @router.get("/public/figures.csv", response_class=Response, responses=documented())
    def open_data(application: Opened) -> Response:
        """The same figures as open data; the columns are explained on the page."""
        headers = {"content-disposition": 'attachment; filename="sundial-figures.csv"'}
        return Response(_csv(kept.told(application)), media_type="text/csv; charset=utf-8", headers=headers)

    router.get("/public/rules", responses=documented())(rules_page)
    router.get("/public/glossary", responses=documented())(glossary_page)
    router.get("/public/log", responses=documented())(log_page)
    router.get("/public/anchor.json", response_class=Response, responses=documented(404))(anchor)
    router.get("/check", responses=documented())(check_page)
    return router


def rules_page(request: Request, application: Opened, passed: Passed, lang: Lang = "zh") -> HTMLResponse:
    """Every time limit that was published here, with its law, article, source and how sure we are of it."""
    rows = application.ledger.reference().rules.latest.clocks.values()
    return _page("public_rules.html", request, application, passed, lang, rows=rows)


def glossary_page(request: Request, application: Opened, passed: Passed, lang: Lang = "zh") -> HTMLResponse:
    """The words of the field, explained."""
    return _page("public_glossary.html", request, application, passed, lang, terms=GLOSSARY)


def log_page(request: Request, application: Opened, passed: Passed, lang: Lang = "zh") -> HTMLResponse:
    """How the log stands: what is published, who cosigned it, what waits."""
    stands = standing_document(application)
    since = datetime.fromisoformat(stands["pending_since"]) if stands["pending_since"] else None
    return _page("public_log.html", request, application, passed, lang, stands=stands, since=since)


def check_page(request: Request, application: Opened, passed: Passed, lang: Lang = "zh") -> HTMLResponse:
    """A receipt checked in the reader's own browser."""
    return _page("public_check.html", request, application, passed, lang)


def anchor(application: Opened) -> Response:
    """This ledger's own anchor: whoever does not trust the server gets it from somewhere else."""
    file = application.settings.anchor_file
    if not file.is_file():
        raise NotThere("page_unknown")
    headers = {"content-disposition": 'attachment; filename="anchor.json"'}
    return Response(file.read_bytes(), media_type="application/json", headers=headers)


def _page(
    name: str, request: Request, application: Application, passed: Passed, lang: str, **values: Any
) -> HTMLResponse:
    return render(name, application, lang, passed.viewer, address=address_of(request), **values)


def _csv(told: Told) -> str:
    """The cells as lines; identifiers and numbers only, so that nothing in it can be a formula."""
    file = io.StringIO()
    writer = csv.writer(file)
    writer.writerow(COLUMNS.keys())
    writer.writerows(_lines(told))
    return file.getvalue()


def _lines(told: Told) -> Iterator[tuple[object, ...]]:
    for cell in (*told.whole, *told.units):
        numbers = ("" if one is None else one for one in (cell.low, cell.high, cell.sample))
        yield told.until, cell.unit, cell.figure, *numbers, str(cell.withheld).lower()
