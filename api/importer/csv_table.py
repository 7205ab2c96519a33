"""Read a CSV file as a table: UTF-8 with or without a mark, one pass to check it, one to read it."""

from __future__ import annotations

import codecs
import csv
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType

from api.errors import InputRefused
from api.importer.tables import MAX_ROWS, Cell, Row, is_blank, read_header, read_text

CHUNK = 2**20
MAX_ROW_CHARACTERS = 2**23  # of one row, however many lines its quoted cells go over


class CsvTable:
    """A CSV file, opened and checked on entering the context."""

    def __init__(self, path: Path, delimiter: str) -> None:
        """Name the file; nothing is read yet."""
        self._path = path
        self._delimiter = delimiter
        self.columns: tuple[str, ...] = ()
        self._taken = 0

    def __enter__(self) -> CsvTable:
        """Check the encoding of the whole file, then read the header; raises InputRefused."""
        check_utf8(self._path)
        self._file = self._path.open(encoding="utf-8-sig", newline="")
        self._records = csv.reader(self._lines(), delimiter=self._delimiter, strict=True)
        try:
            first = next(self._records, [])
            self.columns = read_header([read_text(value) for value in first])
        except csv.Error as error:
            self._file.close()
            raise InputRefused("csv_broken", row=1) from error
        except InputRefused:
            self._file.close()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the file."""
        self._file.close()

    def _lines(self) -> Iterator[str]:
        """Yield the file's lines; raises csv.Error where one row would fill the memory."""
        while line := self._file.readline(MAX_ROW_CHARACTERS):
            self._taken += len(line)
            if self._taken >= MAX_ROW_CHARACTERS:
                raise csv.Error("the row is too long")
            yield line

    def rows(self) -> Iterator[Row]:
        """Yield the rows that are not blank; raises InputRefused where quoting is broken or rows are too many."""
        number = 1
        try:
            for values in self._records:
                number += 1
                if number > MAX_ROWS:
                    raise InputRefused("too_many_rows", limit=MAX_ROWS)
                self._taken = 0
                cells: list[Cell] = [read_text(value) for value in values[: len(self.columns)]]
                if is_blank(cells):
                    continue
                cells.extend("" for _ in range(len(self.columns) - len(cells)))
                yield Row(number, dict(zip(self.columns, cells, strict=True)))
        except csv.Error as error:
            raise InputRefused("csv_broken", row=number + 1) from error


def check_utf8(path: Path) -> None:
    """Check that the file at path is UTF-8 text without NUL; raises InputRefused."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        with path.open("rb") as file:
            while chunk := file.read(CHUNK):
                if "\0" in decoder.decode(chunk):
                    raise InputRefused("not_text")
        decoder.decode(b"", final=True)
    except UnicodeDecodeError as error:
        raise InputRefused("not_utf8") from error
    except OSError as error:
        raise InputRefused("file_unreadable", reason=error.strerror or "") from error
