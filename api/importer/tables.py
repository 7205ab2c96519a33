"""What every table looks like once it has been read: a header, and rows of plain cells, one at a time.

A cell is text in NFC, a civil moment, a civil date, or a Flaw that no act may take as a value. Limits are
generous for a city's register and final: what is beyond them is refused before it can fill the memory.
"""

from __future__ import annotations

import enum
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Protocol

from api.errors import InputRefused

MAX_FILE_BYTES = 256 * 2**20
MAX_COLUMNS = 512
MAX_ROWS = 2**20
MAX_CELL_CHARACTERS = 40_000  # a spreadsheet cell holds 32,767


class Flaw(enum.Enum):
    """A cell that holds no value that could be signed."""

    FORMULA = "formula"
    ERROR = "error_cell"
    TOO_LONG = "cell_too_long"


Cell = str | date | Flaw  # a datetime is a date


@dataclass(frozen=True, slots=True)
class Row:
    """One data row: its number as people count (the header is row 1) and its cells by column name."""

    number: int
    cells: Mapping[str, Cell]


class Table(Protocol):
    """An open table: its column names in order, and its rows, read once."""

    @property
    def columns(self) -> tuple[str, ...]:
        """The header's names."""

    def rows(self) -> Iterator[Row]:
        """Yield the rows that are not blank."""


def open_table(path: Path, delimiter: str = ",") -> AbstractContextManager[Table]:
    """Open path by what it holds: a ZIP container is XLSX, XML or what is packed with gzip XES, anything else CSV.

    Only a file that calls itself .xlsx or .xes and is not is told so. Raises InputRefused if it is missing, empty,
    beyond the limits or none of the three.
    """
    from api.importer.csv_table import CsvTable
    from api.importer.xes_table import XesTable, looks_like_xes
    from api.importer.xlsx_table import XlsxTable

    try:
        size = path.stat().st_size
        with path.open("rb") as file:
            magic = file.read(64)
    except OSError as error:
        raise InputRefused("file_unreadable", reason=error.strerror or "") from error
    if size == 0:
        raise InputRefused("file_empty")
    if size > MAX_FILE_BYTES:
        raise InputRefused("file_too_large", limit=MAX_FILE_BYTES // 2**20)
    if magic.startswith(b"PK"):
        return XlsxTable(path)
    if path.suffix.lower() in (".xlsx", ".xlsm") or magic.startswith(b"\xd0\xcf\x11\xe0"):
        raise InputRefused("not_xlsx")
    if looks_like_xes(path.name, magic):
        return XesTable(path)
    return CsvTable(path, delimiter)


def read_header(values: Sequence[Cell]) -> tuple[str, ...]:
    """Check a header row and return its names, trimmed; trailing blank columns are dropped.

    Raises InputRefused if it is empty, too wide, or a name is missing, repeated or not text.
    """
    names = [value.strip() if isinstance(value, str) else value for value in values]
    while names and names[-1] == "":
        names.pop()
    if not names:
        raise InputRefused("header_missing")
    if len(names) > MAX_COLUMNS:
        raise InputRefused("too_many_columns", limit=MAX_COLUMNS)
    texts = tuple(name for name in names if isinstance(name, str) and name)
    if len(texts) != len(names):
        raise InputRefused("header_unreadable")
    if len(set(texts)) != len(texts):
        raise InputRefused("header_repeated")
    return texts


def read_text(value: str) -> Cell:
    """Normalise a text cell to NFC, or say that it is too long to be one."""
    if len(value) > MAX_CELL_CHARACTERS:
        return Flaw.TOO_LONG
    return value if value.isascii() else unicodedata.normalize("NFC", value)


def is_blank(cells: Sequence[Cell]) -> bool:
    """Whether every cell of a row is empty or white space."""
    return all(isinstance(cell, str) and not cell.strip() for cell in cells)


def cell_text(cell: Cell) -> str:
    """Write a cell as the text that is sealed and digested; raises ValueError for a Flaw."""
    if isinstance(cell, str):
        return cell
    if isinstance(cell, datetime):
        return cell.isoformat(sep=" ", timespec="seconds")
    if isinstance(cell, date):
        return cell.isoformat()
    raise ValueError(cell.value)
