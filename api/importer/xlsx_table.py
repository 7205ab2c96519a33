"""Read the first sheet of an XLSX workbook as a table, row by row, without trusting the container.

Formulas are seen as formulas: the value that some program left beside one is not taken.
Source: ECMA-376 part 1, section 18.3 (worksheets); 18.17.4.1 (dates as numbers).
"""

from __future__ import annotations

import zipfile
from collections.abc import Generator, Mapping
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path
from types import TracebackType
from typing import NamedTuple

from api.errors import InputRefused
from api.importer.tables import MAX_COLUMNS, MAX_ROWS, Cell, Flaw, Row, is_blank, read_header, read_text
from api.importer.workbook import CellText, Shows, Workbook, check_container, feed_part, read_workbook

_DAY_SECONDS = 86_400
_SINCE_1904 = datetime.fromisoformat("1904-01-01")
_SINCE_1900 = datetime.fromisoformat("1899-12-31")
_PHANTOM_LEAP_DAY = 60  # 1900-02-29, which never was, is day 60


class XlsxTable:
    """A workbook's first sheet, checked and opened on entering the context."""

    def __init__(self, path: Path) -> None:
        """Name the file; nothing is read yet."""
        self._path = path
        self.columns: tuple[str, ...] = ()

    def __enter__(self) -> XlsxTable:
        """Judge the container, open the first sheet and read the header; raises InputRefused."""
        try:
            self._container = zipfile.ZipFile(self._path)
            check_container(self._container)
        except InputRefused:
            raise
        except Exception as error:  # zipfile raises what it likes on hostile bytes
            raise InputRefused("not_xlsx") from error
        self._rows = _guarded_rows(self._container)
        try:
            self.columns = read_header(next(self._rows, (1, []))[1])
        except InputRefused:
            self._container.close()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the workbook."""
        self._rows.close()
        self._container.close()

    def rows(self) -> Generator[Row, None, None]:
        """Yield the rows that are not blank; raises InputRefused where the sheet turns out broken."""
        width = len(self.columns)
        for number, values in self._rows:
            cells = values[:width]
            if not is_blank(cells):
                cells.extend("" for _ in range(width - len(cells)))
                yield Row(number, dict(zip(self.columns, cells, strict=True)))


Rows = Generator[tuple[int, list[Cell]], None, None]


def _guarded_rows(container: zipfile.ZipFile) -> Rows:
    try:
        yield from _SheetReader(read_workbook(container)).rows()
    except InputRefused:
        raise
    except Exception as error:  # zlib, zipfile, expat and arithmetic, met while streaming what a stranger wrote
        raise InputRefused("xlsx_broken") from error


class _Head(NamedTuple):
    """What a cell's tag says: its column from 0, its type, and what its style shows."""

    column: int
    kind: str
    shows: Shows


class _SheetReader:
    """Collects the rows of a sheet while expat is fed its chunks."""

    def __init__(self, book: Workbook) -> None:
        self._book = book
        self._done: list[tuple[int, list[Cell]]] = []
        self._number = 0
        self._cells: list[Cell] = []
        self._head: _Head | None = None
        self._pieces = CellText()
        self._inside = self._formula = False

    def rows(self) -> Rows:
        """Yield number and cells of every row."""
        book = self._book
        for _ in feed_part(book.container, book.sheet, self._start, self._end, self._text):
            done, self._done = self._done, []
            yield from done

    def _start(self, name: str, attributes: Mapping[str, str]) -> None:
        if name == "c":
            self._open_cell(attributes)
        elif name in ("v", "t"):
            self._inside = self._head is not None
        elif name == "f":
            self._formula = True
        elif name == "row":
            number = int(attributes.get("r", self._number + 1))
            if number > MAX_ROWS:
                raise InputRefused("too_many_rows", limit=MAX_ROWS)
            if number <= self._number:
                raise InputRefused("xlsx_broken")
            self._number, self._cells = number, []

    def _end(self, name: str) -> None:
        if name == "c" and self._head is not None:
            self._close_cell(self._head)
        elif name in ("v", "t"):
            self._inside = False
        elif name == "row":
            self._done.append((self._number, self._cells))

    def _text(self, data: str) -> None:
        if self._inside:
            self._pieces.add(data)

    def _open_cell(self, attributes: Mapping[str, str]) -> None:
        reference = attributes.get("r")
        column = len(self._cells) if reference is None else _column(reference)
        if not len(self._cells) <= column < MAX_COLUMNS:
            raise InputRefused("too_many_columns", limit=MAX_COLUMNS)
        style = attributes.get("s")
        shows: Shows = "number" if style is None or not self._book.styles else self._book.styles[int(style)]
        self._head = _Head(column, attributes.get("t", "n"), shows)
        self._formula = False
        self._pieces.take()

    def _close_cell(self, head: _Head) -> None:
        self._cells.extend("" for _ in range(head.column - len(self._cells)))
        text = self._pieces.take()
        self._cells.append(Flaw.FORMULA if self._formula else self._value(head, text))
        self._head = None

    def _value(self, head: _Head, text: str) -> Cell:
        if head.kind == "s":
            return read_text(self._book.strings[int(text)]) if text else ""
        if head.kind in ("inlineStr", "str"):
            return read_text(text)
        if head.kind == "e":
            return Flaw.ERROR
        if not text:
            return ""
        if head.kind == "b":
            return "TRUE" if text == "1" else "FALSE"
        if head.kind == "d":
            return _iso(text)
        number = float(text)
        if head.shows == "number":
            return str(int(number)) if number.is_integer() else str(number)
        return _moment(number, head.shows, self._book.since_1904)


def _column(reference: str) -> int:
    """The column of a cell reference such as C5, from 0."""
    column = 0
    for letter in reference:
        if not "A" <= letter <= "Z":
            break
        column = column * 26 + ord(letter) - 64
    return column - 1


def _iso(text: str) -> Cell:
    with suppress(ValueError):
        at = datetime.fromisoformat(text)
        if at.tzinfo is None:
            return at.date() if "T" not in text else at.replace(microsecond=0)
    return Flaw.ERROR


def _moment(days: float, shows: Shows, since_1904: bool) -> Cell:
    """Turn a count of days into a date or a moment, to the second; a date that has an hour is a moment."""
    first = _SINCE_1904 if since_1904 else _SINCE_1900 - timedelta(days=days >= _PHANTOM_LEAP_DAY)
    try:
        at = first + timedelta(seconds=round(days * _DAY_SECONDS))
    except (OverflowError, ValueError):
        return Flaw.ERROR
    return at if shows == "moment" or at.time() != datetime.min.time() else at.date()
