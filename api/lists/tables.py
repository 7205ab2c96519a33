"""Lists as files: CSV and XLSX of exactly the rows that the JSON endpoint lists, safe to open in a spreadsheet.

A text that a spreadsheet would take for a formula is written as text: in CSV behind an apostrophe, in XLSX as a string
cell. The files are deterministic: the same rows give the same bytes.
Source: OWASP, CSV Injection.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime
from typing import Any

import xlsxwriter

from api.lists.documents import plain_document

_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
_CREATED = datetime(2000, 1, 1, tzinfo=UTC).replace(tzinfo=None)
_SHEET_NAME_LENGTH = 31
_MAX_WIDTH = 40

Cell = str | int | float | bool | None


def cell_of(value: Any) -> Cell:
    """One value as a cell: numbers stay numbers, lists are joined by blanks, nothing is an empty cell.

    A whole number has no decimal point, as spreadsheets write it.
    """
    plain = plain_document(value) if not isinstance(value, str | int | float | bool | None) else value
    if isinstance(plain, list):
        return " ".join(str(cell_of(item)) for item in plain)
    if isinstance(plain, dict):
        return " ".join(f"{name}={cell_of(item)}" for name, item in plain.items())
    if isinstance(plain, float) and plain.is_integer():
        return int(plain)
    found: Cell = plain
    return found


def write_csv(headings: Sequence[str], rows: Iterable[Sequence[Any]]) -> bytes:
    """Write a table as CSV: UTF-8 with a byte order mark, CRLF, headings first. Source: RFC 4180."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow([_defused(heading) for heading in headings])
    for row in rows:
        writer.writerow([_defused(cell_of(value)) for value in row])
    return b"\xef\xbb\xbf" + text.getvalue().encode()


def write_xlsx(title: str, headings: Sequence[str], rows: Iterable[Sequence[Any]], notes: Sequence[str] = ()) -> bytes:
    """Write a table as an XLSX workbook of one sheet, its headings frozen and filtered, notes on a second sheet.

    Texts are always string cells, so that none of them is a formula; dates are date cells.
    """
    file = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(file, options) as book:
        book.set_properties({"title": title, "created": _CREATED})
        sheet = book.add_worksheet(_sheet_name(title))
        bold = book.add_format({"bold": True, "bottom": 1})
        dated = book.add_format({"num_format": "yyyy-mm-dd"})
        widths = [len(heading) + 2 for heading in headings]
        sheet.write_row(0, 0, headings, bold)
        last = 0
        for last, row in enumerate(rows, 1):
            for column, value in enumerate(row):
                _write_cell(sheet, last, column, value, dated)
                widths[column] = max(widths[column], min(_MAX_WIDTH, len(str(value))))
        for column, width in enumerate(widths):
            sheet.set_column(column, column, width)
        sheet.freeze_panes(1, 0)
        sheet.autofilter(0, 0, last, max(len(headings) - 1, 0))
        if notes:
            book.add_worksheet("notes").write_column(0, 0, notes)
    return file.getvalue()


def _write_cell(sheet: Any, row: int, column: int, value: Any, dated: Any) -> None:
    if isinstance(value, date) and not isinstance(value, datetime):
        sheet.write_datetime(row, column, datetime(value.year, value.month, value.day), dated)  # noqa: DTZ001
        return
    cell = cell_of(value)
    if isinstance(cell, bool):
        sheet.write_boolean(row, column, cell)
    elif isinstance(cell, int | float):
        sheet.write_number(row, column, cell)
    elif cell is not None:
        sheet.write_string(row, column, cell)


def _defused(cell: Cell) -> Cell:
    """Put an apostrophe before what a spreadsheet would compute; numbers and truth values are left as they are."""
    if isinstance(cell, str) and cell.startswith(_FORMULA_STARTS):
        return f"'{cell}"
    return cell


def _sheet_name(title: str) -> str:
    return "".join(character for character in title if character not in "[]:*?/\\'")[:_SHEET_NAME_LENGTH] or "list"
