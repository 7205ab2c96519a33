"""A bulletin as a workbook: a sheet a section with all its rows, and the charts drawn by the spreadsheet itself."""

from __future__ import annotations

import io
from datetime import date, datetime
from typing import Any, Final

import xlsxwriter

from api.bulletin.packing import repack
from api.bulletin.sheets import Cell, Paper, Percent, Sheet
from api.bulletin.words import Words
from api.charts import COLOURS, Chart

_CREATED: Final = datetime(2000, 1, 1)  # noqa: DTZ001 - the format has no zones; the contents say their own time
_MAX_WIDTH: Final = 40
_KINDS: Final = {
    "bars": {"type": "bar"},
    "stacked": {"type": "bar", "subtype": "stacked"},
    "lines": {"type": "line"},
}
_CHART_ROWS: Final = 22


def as_xlsx(paper: Paper, words: Words) -> bytes:
    """Write the paper. Texts are always string cells, so that none of them is a formula."""
    file = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(file, options) as book:
        book.set_properties({"title": paper.title, "created": _CREATED})
        writer = _Writer(book)
        writer.cover(paper, words("cover"))
        for sheet in paper.sheets:
            writer.sheet(sheet)
        writer.charts([chart for sheet in paper.sheets for chart in sheet.charts], words("charts"))
    return repack(file.getvalue())


class _Writer:
    def __init__(self, book: Any) -> None:
        self._book = book
        self._bold = book.add_format({"bold": True, "bottom": 1})
        self._dated = book.add_format({"num_format": "yyyy-mm-dd"})
        self._percent = book.add_format({"num_format": "0.0%"})

    def cover(self, paper: Paper, name: str) -> None:
        page = self._book.add_worksheet(name)
        page.write_string(0, 0, paper.title, self._bold)
        for number, (label, value) in enumerate(paper.facts, 2):
            page.write_string(number, 0, label)
            page.write_string(number, 1, value)
        for number, note in enumerate(paper.notes, 3 + len(paper.facts)):
            page.write_string(number, 0, note)
        page.set_column(0, 0, 16)

    def sheet(self, sheet: Sheet) -> None:
        page = self._book.add_worksheet(sheet.title[:31])
        widths = [2 * len(heading) + 2 for heading in sheet.headings]
        for number, note in enumerate(sheet.notes):
            page.write_string(number, 0, note)
        first = len(sheet.notes)
        page.write_row(first, 0, sheet.headings, self._bold)
        for line, row in enumerate(sheet.rows, first + 1):
            for column, cell in enumerate(row):
                self._cell(page, line, column, cell)
                widths[column] = max(widths[column], min(_MAX_WIDTH, 2 * len(str(cell))))
        for column, width in enumerate(widths):
            page.set_column(column, column, min(width, _MAX_WIDTH))
        page.freeze_panes(first + 1, 0)
        if sheet.rows:
            page.autofilter(first, 0, first + len(sheet.rows), len(sheet.headings) - 1)

    def charts(self, charts: list[Chart], name: str) -> None:
        """Write each chart's numbers, and beside them the chart over them."""
        page = self._book.add_worksheet(name)
        top = 0
        for chart in charts:
            page.write_string(top, 0, chart.title, self._bold)
            page.write_row(top + 1, 0, [chart.about, *(one.name for one in chart.series)], self._bold)
            for line, label in enumerate(chart.labels, top + 2):
                page.write_string(line, 0, label)
                for column, one in enumerate(chart.series, 1):
                    value = one.values[line - top - 2]
                    if value is not None:
                        page.write_number(line, column, value, self._percent if chart.percent else None)
            if chart.values:
                page.insert_chart(top, len(chart.series) + 2, self._chart(chart, name, top))
            top += max(_CHART_ROWS, len(chart.labels) + 4)
        page.set_column(0, 0, 24)

    def _chart(self, chart: Chart, name: str, top: int) -> Any:
        drawn = self._book.add_chart(_KINDS[chart.kind])
        first, last = top + 2, top + 1 + len(chart.labels)
        for column, one in enumerate(chart.series, 1):
            colour = COLOURS[(column - 1) % len(COLOURS)]
            look = {"line": {"color": colour}, "marker": {"type": "automatic"}} if chart.kind == "lines" else {}
            fill = {} if chart.kind == "lines" else {"fill": {"color": colour}}
            cells = {"categories": [name, first, 0, last, 0], "values": [name, first, column, last, column]}
            drawn.add_series({"name": one.name, **cells, **look, **fill})
        drawn.set_title({"name": chart.title})
        if chart.kind != "lines":
            drawn.set_y_axis({"reverse": True})
        return drawn

    def _cell(self, page: Any, line: int, column: int, cell: Cell) -> None:
        if isinstance(cell, Percent):
            page.write_number(line, column, float(cell), self._percent)
        elif isinstance(cell, date):
            page.write_datetime(line, column, datetime(cell.year, cell.month, cell.day), self._dated)  # noqa: DTZ001
        elif isinstance(cell, int):
            page.write_number(line, column, cell)
        elif cell is not None:
            page.write_string(line, column, cell)
