"""Pages for everybody: figures by unit in bands, published cases, rules and terms, the log's health, checking oneself.

Officials appear by office and post, petitioners and accusations never. Figures are those of whole months, as known at
the published checkpoint, which each answer names.
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
from api.anchors import read_anchor
from api.errors import NotThere
from api.exporting.publishable import NEVER, smallest_cell
from api.feeds.items import Approvals, case_items
from api.http.depends import Opened
from api.http.glossary import GLOSSARY
from api.http.pages import Lang
from api.http.problems import documented
from api.http.public_cells import EDGES, Cell, cells, whole
from api.http.rendering import address_of, render
from api.main import Application
from api.positions import position
from api.publishing.public import public_anchor, public_size
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
    "known_at": "column_known_at",
    "root": "column_root",
}
"""The columns of the open data, and the keys of the sentences that explain them."""


class Told(NamedTuple):
    """What is told of all units until the end of a day, by how many entries, and below how many cases nothing is."""

    until: date
    known_at: int
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
        self._told: Told | None = None
        self.lock = Lock()

    def told(self, application: Application) -> Told:
        """The figures until the end of the last whole month, counted once for each published checkpoint."""
        until = civil_day(application.clock()).replace(day=1) - timedelta(days=1)
        size = public_size(application)
        key = until, size, smallest_cell(application, datetime.combine(until, time.max, CIVIL), size)
        with self.lock:
            if self._told is None or self._told[:3] != key:
                self._told = tell(application, *key)
            return self._told


def tell(application: Application, until: date, known_at: int, least: int) -> Told:
    """Count every shown figure until the end of a day, and withhold what points at few cases."""
    application.views.refresh(known_at)
    at = datetime.combine(until, time.max, CIVIL)
    all_together, units = [], []
    for figure in SHOWN:
        together = figures(application.reader, at, known_at, figure=figure).rows
        by_unit = figures(application.reader, at, known_at, figure=figure, by_unit=True).rows
        all_together += [whole(row, least) for row in together if row.id == figure]
        units += cells((row for row in by_unit if row.id == figure), least)
    return Told(until, known_at, least, all_together, units)


def build_router() -> APIRouter:
    """Declare the pages; what was counted is kept with this router."""
    router, kept = APIRouter(include_in_schema=False, default_response_class=HTMLResponse), Kept()

    @router.get("/public", responses=documented())
    def front(request: Request, application: Opened, passed: Passed, lang: Lang = "zh") -> HTMLResponse:
        """Figures by unit, what they mean, and what has been published of cases."""
        told = kept.told(application)
        with kept.lock:
            items = case_items(application, kept.approvals, told.known_at, Wording(lang))
        shown = {"told": told, "cases": items, "figures": [FIGURES[one] for one in SHOWN], "columns": COLUMNS}
        shown["position"] = position(application.ledger, told.known_at)[0]
        least = None if told.least >= NEVER else told.least
        return _page("public_front.html", request, application, passed, lang, least=least, edges=EDGES, **shown)

    @router.get("/public/figures.csv", response_class=Response, responses=documented())
    def open_data(application: Opened) -> Response:
        """The same figures as open data; the columns are explained on the page."""
        headers = {"content-disposition": 'attachment; filename="sundial-figures.csv"'}
        return Response(
            _csv(application, kept.told(application)), media_type="text/csv; charset=utf-8", headers=headers
        )

    router.get("/public/rules", responses=documented())(rules_page)
    router.get("/public/glossary", responses=documented())(glossary_page)
    router.get("/public/log", responses=documented())(log_page)
    router.get("/public/anchor.json", response_class=Response, responses=documented(404))(anchor)
    router.get("/check", responses=documented())(check_page)
    return router


def rules_page(request: Request, application: Opened, passed: Passed, lang: Lang = "zh") -> HTMLResponse:
    """Every time limit that was published here, with its law, article, source and how sure we are of it."""
    size = public_size(application)
    rows = application.ledger.reference().rules.at(size).clocks.values()
    known = position(application.ledger, size)[0]
    return _page("public_rules.html", request, application, passed, lang, rows=rows, position=known)


def glossary_page(request: Request, application: Opened, passed: Passed, lang: Lang = "zh") -> HTMLResponse:
    """The words of the field, explained."""
    return _page("public_glossary.html", request, application, passed, lang, terms=GLOSSARY)


def log_page(request: Request, application: Opened, passed: Passed, lang: Lang = "zh") -> HTMLResponse:
    """How the log stands: what is published, who cosigned it, what waits."""
    stands = standing_document(application)
    since = datetime.fromisoformat(stands["pending_since"]) if stands["pending_since"] else None
    recorded = application.ledger.head().size
    return _page("public_log.html", request, application, passed, lang, stands=stands, since=since, recorded=recorded)


def check_page(request: Request, application: Opened, passed: Passed, lang: Lang = "zh") -> HTMLResponse:
    """A receipt checked in the reader's own browser."""
    return _page("public_check.html", request, application, passed, lang)


def anchor(application: Opened) -> Response:
    """This ledger's own anchor, with the published checkpoint: whoever does not trust the server gets it elsewhere."""
    kept = read_anchor(application.settings.anchor_file)
    if kept is None:
        raise NotThere("page_unknown")
    headers = {"content-disposition": 'attachment; filename="anchor.json"'}
    return Response(public_anchor(application, kept), media_type="application/json", headers=headers)


def _page(
    name: str, request: Request, application: Application, passed: Passed, lang: str, **values: Any
) -> HTMLResponse:
    return render(name, application, lang, passed.viewer, address=address_of(request), **values)


def _csv(application: Application, told: Told) -> str:
    """The cells as lines; identifiers and numbers only, so that nothing in it can be a formula."""
    place = told.known_at, position(application.ledger, told.known_at)[0]["root"]
    file = io.StringIO()
    writer = csv.writer(file)
    writer.writerow(COLUMNS.keys())
    writer.writerows((*line, *place) for line in _lines(told))
    return file.getvalue()


def _lines(told: Told) -> Iterator[tuple[object, ...]]:
    for cell in (*told.whole, *told.units):
        numbers = ("" if one is None else one for one in (cell.low, cell.high, cell.sample))
        yield told.until, cell.unit, cell.figure, *numbers, str(cell.withheld).lower()
