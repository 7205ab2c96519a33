"""The report of an import: which rows made no act and why, and which recorded cells a file contradicts.

A CSV file in the home's reports folder, written as the import goes. It names rows, columns and reasons,
never what stands in a cell.
"""

from __future__ import annotations

import csv
import itertools
import os
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from types import TracebackType

from api.errors import InputRefused
from api.wording import Wording

HEADER = ("row", "kind", "reason", "columns", "detail")
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


class Report:
    """One import's report file, owner-only; every line reaches the disk before the import ends."""

    def __init__(self, folder: Path, mapping: str, at: datetime, wording: Wording) -> None:
        """Open a new file in folder, named by mapping and time; a name in use gets a number."""
        stem = f"import-{mapping}-{at:%Y%m%dT%H%M%S}"
        for number in itertools.count(1):
            self.path = folder / f"{stem}{'' if number == 1 else f'-{number}'}.csv"
            try:
                handle = os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
                break
            except FileExistsError:
                continue
            except OSError as error:
                raise InputRefused("report_unwritable", reason=error.strerror or "") from error
        self._file = os.fdopen(handle, "w", encoding="utf-8", newline="")
        self._lines = csv.writer(self._file)
        self._lines.writerow(HEADER)
        self._wording = wording
        self.rejected = 0
        self.discrepancies = 0

    def __enter__(self) -> Report:
        """Return the open report."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Bring the report to the disk."""
        self._file.flush()
        os.fsync(self._file.fileno())
        self._file.close()

    def reject(self, row: int, reason: str, column: str = "", detail: str = "") -> None:
        """Record that a row made no act, or not all of its acts."""
        self.rejected += 1
        self._write(row, "rejected", reason, [column] if column else [], detail)

    def differ(self, row: int, columns: Sequence[str]) -> None:
        """Record that the file now says something else in these columns than what was recorded."""
        self.discrepancies += 1
        self._write(row, "discrepancy", "differs", columns, "")

    def _write(self, row: int, kind: str, reason: str, columns: Sequence[str], detail: str) -> None:
        names = "; ".join(columns)
        sentence = self._wording(f"rows.{reason}", column=names, detail=detail)
        self._lines.writerow([row, kind, reason, _harmless(names), sentence])


def _harmless(text: str) -> str:
    """Keep a spreadsheet from taking a column's name for a formula."""
    return f"'{text}" if text.startswith(FORMULA_STARTS) else text
