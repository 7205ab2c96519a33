"""Every table and chart of the pages with figures says what the endpoint and the files beside it say.

`test_pages.py` and `test_lists.py` prove the same of every list of the catalogue.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from html import unescape
from typing import Any

import openpyxl
import pytest
from starlette.testclient import TestClient

from api.lists.catalogue import BY_NAME
from api.lists.tables import cell_of
from api.settings import Settings
from tests.api.clients import client_of
from tests.api.demo_city import open_city

HTML = {"accept": "text/html"}
FIRST_ROWS = 8
CHARTED = {"overdue-counts-unit": ("unit", "overdue"), "bands": ("least", "count"), "series": ("month", "value")}
"""The tables that stand under a chart, with the columns of its labels and of its numbers."""
DRAWN = re.compile(r"<desc[^>]*>(.*?)</desc>", re.DOTALL)
CELL = re.compile(r"<t[dh](?=[ >])([^>]*)>(.*?)</t[dh]>", re.DOTALL)
TABLE = re.compile(r'<table data-list="([a-z-]+)">')

PAGES = (
    "/?as_of=2026-03-31",
    "/?unit=housing&month=2025-11&lang=en",
    "/figures?figure=on_time_reply_rate&as_of=2026-03-31&known_at=4500",
    "/figures?figure=submissions&unit=renewal&month=2025-11&lang=en",
)


@dataclass(frozen=True)
class Cell:
    """What a cell of a page says, and the value that it stands for."""

    text: str
    value: str


@dataclass(frozen=True)
class Part:
    """A table of a page: its list, its rows by column, its files, and the numbers of the chart above it, as text."""

    name: str
    rows: list[dict[str, Cell]]
    files: dict[str, str]
    drawn: list[tuple[str, str]]


@pytest.fixture(scope="module")
def client(demo_city: Settings) -> Iterator[TestClient]:
    """A client of the demonstration city that may look everywhere."""
    with open_city(demo_city) as application, client_of(application) as made:
        yield made


def _parts(page: str) -> list[Part]:
    """The tables of a page in order; between one and the next stand its files, and the chart of the next."""
    before, *found = TABLE.split(page)
    parts = []
    for name, rest in zip(found[::2], found[1::2], strict=True):
        inside, _, after = rest.partition("</table>")
        head, _, body = inside.partition("</thead>")
        columns = re.findall(r'data-column="(\w+)"', head)
        rows = [dict(zip(columns, _cells(row), strict=False)) for row in body.split("<tr>")[1:]]
        links = re.findall(r'<a href="(/api/[^"]+)">(CSV|XLSX|JSON)</a>', after)[:3]
        drawn = DRAWN.search(before.rpartition("<table")[2])
        parts.append(Part(name, rows, {form: unescape(link) for link, form in links}, _numbers(drawn)))
        before = after
    return parts


def _cells(row: str) -> list[Cell]:
    told = []
    for attributes, inner in CELL.findall(row):
        text = unescape(re.sub("<[^>]*>", "", inner))
        value = re.search(r'data-value="([^"]*)"', attributes)
        told.append(Cell(text, text if value is None else unescape(value[1])))
    return told


def _numbers(drawn: re.Match[str] | None) -> list[tuple[str, str]]:
    """The labels and numbers that a chart tells to who does not see it."""
    if drawn is None or not drawn[1]:
        return []
    label_and_number = (one.rpartition(": ")[::2] for one in unescape(drawn[1]).split("; "))
    return [(label, number) for label, number in label_and_number]


def _raw(value: Any) -> str:
    plain = cell_of(value.date() if hasattr(value, "date") else value)
    return "" if plain is None else str(plain)


def _in_csv(client: TestClient, address: str) -> list[list[str]]:
    text = client.get(address).content.decode("utf-8-sig")
    return [[cell.removeprefix("'") for cell in line] for line in csv.reader(io.StringIO(text))][1:]


def _in_xlsx(data: bytes) -> list[list[str]]:
    (first, *_) = openpyxl.load_workbook(io.BytesIO(data)).worksheets
    return [[_raw(cell) for cell in line] for line in first.iter_rows(min_row=2, values_only=True)]


@pytest.mark.parametrize("address", PAGES)
def test_tables_and_charts_are_what_the_files_beside_them_hold(client: TestClient, address: str) -> None:
    parts = _parts(client.get(address, headers=HTML).text)
    assert len(parts) >= 2
    assert {part.name for part in parts if part.drawn} <= CHARTED.keys()
    assert any(part.drawn for part in parts)
    for part in parts:
        assert part.files.keys() == {"CSV", "XLSX", "JSON"}, part.name
        listing = BY_NAME[part.files["JSON"].partition("?")[0].removeprefix("/api/")]
        rows = client.get(part.files["JSON"]).json()["rows"]
        told = [[_raw(row[column]) for column in listing.columns] for row in rows]
        assert len(part.rows) in (len(rows), FIRST_ROWS), part.name
        assert _in_csv(client, part.files["CSV"]) == told, part.name
        assert _in_xlsx(client.get(part.files["XLSX"]).content) == told, part.name
        for seen, row in zip(part.rows, rows, strict=False):
            assert {key: cell.value for key, cell in seen.items()} == {key: _raw(row[key]) for key in seen}, part.name
        if part.name in CHARTED:
            _check_chart(part, rows)


def _check_chart(part: Part, rows: list[dict[str, Any]]) -> None:
    """The chart has a number for each row of the endpoint, and calls an office as the table does."""
    label, number = CHARTED[part.name]
    assert [shown for _, shown in part.drawn] == [_drawn(row[number], part.drawn) for row in rows], part.name
    labels = [name for name, _ in part.drawn]
    if label == "unit":
        assert labels == [row["unit"].text for row in part.rows]
    elif label == "month":
        assert labels == [row["month"][2:] for row in rows]
    else:
        assert all(str(row["least"]) in name for name, row in zip(labels, rows, strict=True))


def _drawn(value: float | None, drawn: list[tuple[str, str]]) -> str:
    if value is None:
        return "–"
    return f"{value * 100:.1f}%" if any(shown.endswith("%") for _, shown in drawn) else f"{value:g}"


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_bulletin_on_a_page_is_its_workbook(client: TestClient, lang: str) -> None:
    page = client.get("/bulletin", params={"month": "2025-11", "lang": lang}, headers=HTML).text
    (address,) = re.findall(r'href="(/api/bulletins/2025-11\.xlsx[^"]*)"', page)
    _cover, *sheets, charts = openpyxl.load_workbook(io.BytesIO(client.get(unescape(address)).content)).worksheets
    sections = page.split("<section>")[1:]
    assert [unescape(one.partition("<h2>")[2].partition("<")[0])[:31] for one in sections] == [
        sheet.title for sheet in sheets
    ]
    for section, sheet in zip(sections, sheets, strict=True):
        body = section.partition("<tbody>")[2].partition("</tbody>")[0]
        shown = [[cell.text for cell in _cells(row)] for row in body.split("<tr>")[1:]]
        begins = int(str(sheet.freeze_panes)[1:])  # below the notes and the headings
        held = [[_written(cell) for cell in line] for line in sheet.iter_rows(min_row=begins)][: len(shown)]
        assert [[_none(text) for text in row] for row in shown] == held, sheet.title
        assert shown or sheet.max_row < begins, sheet.title
    written = {tuple(_written(cell) for cell in line if cell.value is not None) for line in charts.iter_rows()}
    drawn = [_numbers(one) for one in DRAWN.finditer(page)]
    assert len(drawn) == 4
    for label, numbers in (pair for chart in drawn for pair in chart):
        assert (label, *(number for number in numbers.split(", ") if number != "–")) in written, label


def _none(text: str) -> str:
    return "" if text == "–" else text


def _written(cell: Any) -> str:
    """A cell of a workbook as people read it there."""
    if cell.value is None:
        return ""
    if cell.is_date:
        return str(cell.value.date())
    if "%" in cell.number_format:
        return f"{cell.value * 100:.1f}%"
    return f"{cell.value:g}" if isinstance(cell.value, float) else _none(str(cell.value))
