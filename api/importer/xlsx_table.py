"""Read the first sheet of an XLSX workbook as a table, row by row, without trusting the container.

Sizes and names in the ZIP directory are judged before anything is unpacked; what is unpacked can never be
more than the directory announced. Formulas are seen as formulas: the value that some program left beside
one is not taken.
Source: ECMA-376 part 1 section 18.3 (worksheets), part 2 (packages).
"""

from __future__ import annotations

import warnings
import zipfile
from collections.abc import Generator, Iterator, Sequence
from datetime import date, datetime, time, timedelta
from pathlib import Path
from types import TracebackType
from typing import Any

from api.errors import InputRefused
from api.importer.tables import MAX_COLUMNS, Cell, Flaw, Row, is_blank, read_header, read_text

MAX_ROWS = 2**20
MAX_PARTS = 2_000
MAX_UNPACKED_BYTES = 1024 * 2**20
MAX_RATIO = 200
RATIO_JUDGED_FROM_BYTES = 8 * 2**20
PROLOGUE_BYTES = 4_096
NEEDED_PARTS = frozenset({"[Content_Types].xml", "xl/workbook.xml"})


class XlsxTable:
    """A workbook's first sheet, checked and opened on entering the context."""

    def __init__(self, path: Path) -> None:
        """Name the file; nothing is read yet."""
        self._path = path
        self.columns: tuple[str, ...] = ()

    def __enter__(self) -> XlsxTable:
        """Judge the container, open the first sheet and read the header; raises InputRefused."""
        check_container(self._path)
        warnings.filterwarnings("ignore", category=UserWarning, module="openpyxl")
        self._book = _open_book(self._path)
        self._cells = _read_cells(self._book)
        try:
            _, first = next(self._cells, (1, []))
            self.columns = read_header(first)
        except InputRefused:
            self._book.close()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the workbook."""
        self._cells.close()
        self._book.close()

    def rows(self) -> Iterator[Row]:
        """Yield the rows that are not blank; raises InputRefused where the sheet turns out broken."""
        width = len(self.columns)
        for number, values in self._cells:
            cells = values[:width]
            if is_blank(cells):
                continue
            cells.extend("" for _ in range(width - len(cells)))
            yield Row(number, dict(zip(self.columns, cells, strict=True)))


def check_container(path: Path) -> None:
    """Check a workbook's ZIP directory and the prologue of its XML parts.

    Raises InputRefused if it is not a readable XLSX container, is built to unpack into too much, or a part
    declares a document type (the way to entity bombs and outside files).
    """
    try:
        with zipfile.ZipFile(path) as container:
            parts = container.infolist()
            _check_sizes(parts)
            if not {part.filename for part in parts} >= NEEDED_PARTS:
                raise InputRefused("not_xlsx")
            for part in parts:
                if part.filename.endswith((".xml", ".rels")):
                    with container.open(part) as file:
                        if b"<!DOCTYPE" in file.read(PROLOGUE_BYTES).replace(b"\0", b""):
                            raise InputRefused("xlsx_doctype")
    except InputRefused:
        raise
    except Exception as error:  # zipfile and zlib raise what they like on hostile bytes
        raise InputRefused("not_xlsx") from error


def _check_sizes(parts: Sequence[zipfile.ZipInfo]) -> None:
    unpacked = sum(part.file_size for part in parts)
    packed = sum(part.compress_size for part in parts)
    suspicious = unpacked > RATIO_JUDGED_FROM_BYTES and unpacked > MAX_RATIO * max(packed, 1)
    if len(parts) > MAX_PARTS or unpacked > MAX_UNPACKED_BYTES or suspicious:
        raise InputRefused("xlsx_bomb")
    if any(part.flag_bits & 1 for part in parts):
        raise InputRefused("xlsx_encrypted")


def _open_book(path: Path) -> Any:
    import openpyxl

    try:
        return openpyxl.load_workbook(path, read_only=True, keep_links=False)
    except Exception as error:  # the library raises KeyError, ValueError, ParseError and more on broken parts
        raise InputRefused("xlsx_broken") from error


def _read_cells(book: Any) -> Generator[tuple[int, list[Cell]], None, None]:
    try:
        sheet = book.worksheets[0]
        sheet.reset_dimensions()  # a false dimension would cut the sheet short or widen it
        for number, cells in enumerate(sheet.iter_rows(), start=1):
            if number > MAX_ROWS:
                raise InputRefused("too_many_rows", limit=MAX_ROWS)
            if len(cells) > MAX_COLUMNS:
                raise InputRefused("too_many_columns", limit=MAX_COLUMNS)
            yield number, [_read_cell(cell) for cell in cells]
    except InputRefused:
        raise
    except Exception as error:  # as in _open_book, but met while streaming
        raise InputRefused("xlsx_broken") from error


def _read_cell(cell: Any) -> Cell:
    kind, value = cell.data_type, cell.value
    if value is None:
        return ""
    if kind == "f":
        return Flaw.FORMULA
    if kind == "e":
        return Flaw.ERROR
    if isinstance(value, str):
        return read_text(value)
    if isinstance(value, datetime):
        return _read_moment(value, cell.number_format)
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, date | int | float):
        return value if isinstance(value, date) else str(value)
    return str(value) if isinstance(value, time | timedelta) else Flaw.ERROR


def _read_moment(value: datetime, number_format: str) -> Cell:
    """Tell a date from a moment by its format: only one that shows hours claims an hour."""
    shows_hours = "h" in number_format.lower()
    rounded = value.replace(microsecond=0) + timedelta(seconds=value.microsecond >= 500_000)
    return rounded if shows_hours or value.time() != time() else value.date()
