"""What of each unit's figures the public is told: bands and rounded samples, never a small cell.

A rate is told as a band and its sample rounded down to a multiple of the smallest cell, so that neither the whole less
the other units nor this month less the last one gives a small number away. A sample below the smallest cell is
withheld; where that leaves one hidden unit, or hidden units with too small a sample together, the next smallest is
withheld too. Source: DOMAIN section 8; the smallest cell is a row of practice.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from projections.figures_answers import FigureRow

EDGES: Final = (0, 60, 80, 90, 95, 100)
"""Where bands begin, in per cent, and where the last one ends: it alone holds its upper edge."""

_NEVER_PINNED: Final = 20
"""From so many smallest cells on, even the narrowest inner band leaves a larger number open: its edges are 5 apart."""


@dataclass(frozen=True, slots=True)
class Cell:
    """A figure of a unit as the public is told it; `low` and `high` are per cent, `sample` at least so many cases.

    All three are None where the cell is withheld.
    """

    figure: str
    unit: str
    low: int | None = None
    high: int | None = None
    sample: int | None = None

    @property
    def withheld(self) -> bool:
        """Whether nothing is told."""
        return self.sample is None


def band_of(numerator: int, denominator: int) -> tuple[int, int]:
    """The edges, in per cent, of the band that a rate lies in; the denominator is at least 1."""
    at = max(at for at, edge in enumerate(EDGES[:-1]) if 100 * numerator >= edge * denominator)
    return EDGES[at], EDGES[at + 1]


def cells(rows: Iterable[FigureRow], least: int) -> list[Cell]:
    """What may be told of one figure's units with members; the order stays."""
    counted = [(row, row.denominator) for row in rows if row.denominator]
    hidden = _hidden({row.unit or "": size for row, size in counted}, _exposed(counted, least), least)
    return [
        Cell(row.id, row.unit or "")
        if (row.unit or "") in hidden
        else Cell(row.id, row.unit or "", *band_of(row.numerator, size), size // least * least)
        for row, size in counted
    ]


def whole(row: FigureRow, least: int) -> Cell:
    """What may be told of one figure of all units together."""
    return next(iter(cells([row], least)), Cell(row.id, row.unit or ""))


def _exposed(counted: Sequence[tuple[FigureRow, int]], least: int) -> set[str]:
    """The units whose own cell is too small, or whose band admits of small cells alone."""
    return {row.unit or "" for row, size in counted if size < least or _pins(row.numerator, size, least)}


def _pins(numerator: int, denominator: int, least: int) -> bool:
    """Say whether every number that the band leaves open would be a small cell, on one side or the other."""
    if denominator >= _NEVER_PINNED * least:
        return False
    band = band_of(numerator, denominator)
    return all(
        0 < number < least or 0 < denominator - number < least
        for number in range(denominator + 1)
        if band_of(number, denominator) == band
    )


def _hidden(sizes: Mapping[str, int], exposed: set[str], least: int) -> set[str]:
    """The exposed units and as many of the next smallest as keep each of them from being computed."""
    hidden = set(exposed)
    for unit in sorted(sizes.keys() - hidden, key=lambda one: (sizes[one], one)):
        if not hidden or (len(hidden) > 1 and sum(sizes[one] for one in hidden) >= least):
            break
        hidden.add(unit)
    return hidden
