"""Cells as text, for the forms that are read on paper."""

from __future__ import annotations

from datetime import date
from typing import Final

from api.bulletin.sheets import Cell, Percent, Sheet
from api.bulletin.words import Words

MOST_PRINTED: Final = 200
"""How many rows of a table are printed; tables and data files have the rest."""


def written(cell: Cell) -> str:
    """Write a cell as people read it."""
    if cell is None:
        return "–"
    if isinstance(cell, Percent):
        return f"{float(cell) * 100:.1f}%"
    if isinstance(cell, date):
        return cell.isoformat()
    return str(cell)


def cut_note(sheet: Sheet, words: Words) -> list[str]:
    """Say that a table is cut, where it is."""
    total = len(sheet.rows)
    return [words("cut", shown=MOST_PRINTED, total=total)] if total > MOST_PRINTED else []
