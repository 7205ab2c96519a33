"""Figures as lists: each with its formula, its parts, its moment on both axes, and what leads to its members."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from api.axes import write_as_of
from api.lists.listing import Position
from projections.answers import Page
from projections.figures_answers import Compared, FigureRow, Ranked, compared, rank, series
from projections.figures_lists import Band, Member, Share, bands, composition, members
from projections.reader import Reader


@dataclass(frozen=True, slots=True)
class FigureLine:
    """One figure: `unit` null means all, `month` null all up to the moment; a rate's `value` goes from 0 to 1.

    `known_at` names the position; `reason` is a word that says why there is no value, explained in both languages.
    """

    id: str
    unit: str | None
    month: str | None
    formula: str
    formula_en: str
    numerator: int
    denominator: int | None
    value: float | None
    exclusions: int
    imported_share: float | None
    as_of: str
    known_at: list[dict[str, Any]]
    cut_off: str
    partial: bool
    reason: str
    reason_zh: str
    reason_en: str
    beside: str


@dataclass(frozen=True, slots=True)
class RankedLine:
    """A unit's place by a figure; `place` is null for a sample below `minimum`."""

    place: int | None
    unit: str | None
    numerator: int
    denominator: int | None
    value: float | None
    imported_share: float | None
    minimum: int


@dataclass(frozen=True, slots=True)
class ComparedLine:
    """A month's figure beside the month before (环比) and the year before (同比): points or shares."""

    id: str
    unit: str | None
    month: str | None
    numerator: int
    denominator: int | None
    value: float | None
    month_before: float | None
    month_on_month: float | None
    year_before: float | None
    year_on_year: float | None
    partial: bool
    reason: str


def figure_shape(row: FigureRow, position: Position) -> dict[str, Any]:
    """The members of a figure."""
    why = row.why
    return {
        "id": row.id,
        "unit": row.unit,
        "month": row.month,
        "formula": row.formula.zh,
        "formula_en": row.formula.en,
        "numerator": row.numerator,
        "denominator": row.denominator,
        "value": row.value,
        "exclusions": row.exclusions,
        "imported_share": row.imported_share,
        "as_of": write_as_of(row.as_of),
        "known_at": position,
        "cut_off": write_as_of(row.cut_off),
        "partial": row.partial,
        "reason": row.reason,
        "reason_zh": why.zh if why else "",
        "reason_en": why.en if why else "",
        "beside": row.beside,
    }


def figure_links(row: FigureRow) -> Mapping[str, str]:
    """Lead to the members of each part of a figure, at the same moment, and to its explanation."""
    asked = {"figure": row.id, "unit": row.unit, "month": row.month, "as_of": write_as_of(row.as_of)}
    if row.known_at:
        asked["known_at"] = str(row.known_at - 1)
    query = urlencode({name: value for name, value in asked.items() if value})
    links = {part: f"/api/members?part={part}&{query}" for part in row.parts}
    return {**links, "explanation": f"/api/rules?table=figure#{row.id}", "recompute": f"/api/recompute?{query}"}


def ranked_shape(row: Ranked, _position: Position) -> dict[str, Any]:
    """The members of a place."""
    found = row.row
    return {
        "place": row.place,
        "unit": found.unit,
        "numerator": found.numerator,
        "denominator": found.denominator,
        "value": found.value,
        "imported_share": found.imported_share,
        "minimum": row.minimum,
    }


def ranked_links(row: Ranked) -> Mapping[str, str]:
    """Lead to the members behind a place."""
    return figure_links(row.row)


def compared_shape(row: Compared, _position: Position) -> dict[str, Any]:
    """The members of a comparison."""
    found = row.row
    return {
        "id": found.id,
        "unit": found.unit,
        "month": found.month,
        "numerator": found.numerator,
        "denominator": found.denominator,
        "value": found.value,
        "month_before": row.month_before.value,
        "month_on_month": row.month_on_month,
        "year_before": row.year_before.value,
        "year_on_year": row.year_on_year,
        "partial": found.partial,
        "reason": found.reason,
    }


def ask_series(reader: Reader, as_of: datetime, known_at: int | None, *, figure: str, **asked: Any) -> Page[FigureRow]:
    """Ask for a figure month by month, oldest first."""
    return series(reader, figure, as_of, known_at, **asked)


def ask_compared(
    reader: Reader, as_of: datetime, known_at: int | None, *, figure: str, month: str, unit: str | None = None
) -> Page[Compared]:
    """Ask for a month beside the month and the year before."""
    found = compared(reader, figure, month, as_of, known_at, unit=unit)
    return Page(as_of, found.row.known_at, (found,))


def ask_rank(reader: Reader, as_of: datetime, known_at: int | None, *, figure: str, **asked: Any) -> Page[Ranked]:
    """Ask for the units' places by a figure; raises RankRefused."""
    return rank(reader, figure, as_of, known_at, **asked)


def ask_members(
    reader: Reader, as_of: datetime, known_at: int | None, *, figure: str, part: str, **asked: Any
) -> Page[Member]:
    """Ask for the cases behind a part of a figure."""
    return members(reader, figure, part, as_of, known_at, **asked)


def ask_composition(reader: Reader, as_of: datetime, known_at: int | None, *, by: str, **asked: Any) -> Page[Share]:
    """Ask what matters are made up of: context, never a score."""
    return composition(reader, by, as_of, known_at, **asked)


def ask_bands(reader: Reader, as_of: datetime, known_at: int | None, *, of: str, **asked: Any) -> Page[Band]:
    """Ask for a spread over bands of days."""
    return bands(reader, of, as_of, known_at, **asked)
