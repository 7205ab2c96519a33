"""A bulletin as data: the figures with all that they say of themselves, and every list in full words and ids."""

from __future__ import annotations

from typing import Any, Final

from api.axes import write_as_of
from api.bulletin.contents import Bulletin
from api.lists.documents import row_members, write_json
from domain.figure_rows import FIGURES, REASONS
from domain.naming import Name
from projections.figures_answers import Compared, FigureRow
from projections.satisfaction_answers import SatisfactionRow

FORMAT: Final = "sundial/bulletin1"


def as_json(bulletin: Bulletin) -> bytes:
    """Write the bulletin; names stand in both languages."""
    return write_json(document(bulletin)) + b"\n"


def document(bulletin: Bulletin) -> dict[str, Any]:
    """The bulletin as JSON members."""
    wish = bulletin.wish
    place = {"origin": bulletin.origin, "size": wish.known_at, "root": bulletin.root.hex()}
    return {
        "format": FORMAT,
        "month": wish.month,
        "unit": wish.unit,
        "as_of": write_as_of(wish.as_of),
        "known_at": [place],
        "partial": bulletin.partial,
        "reason": _reason(bulletin.reason),
        "figures": [_figure(one) for one in bulletin.figures],
        "series": {name: [_row(row) for row in rows] for name, rows in bulletin.series.items()},
        "overdue": _overdue(bulletin),
        "packages": [row_members(row) for row in bulletin.board],
        "rectifications": [row_members(row) for row in bulletin.rectifications],
        "patrol": [row_members(row) for row in bulletin.patrol],
        "satisfaction": [_satisfaction(row) for row in bulletin.satisfaction],
        "composition": {by: [row_members(row) for row in rows] for by, rows in bulletin.composition.items()},
    }


def _overdue(bulletin: Bulletin) -> dict[str, Any]:
    count = bulletin.overdue_count
    return {
        "total": count.total,
        "by_unit": count.by_unit,
        "by_clock": count.by_clock,
        "bands": [row_members(band) for band in bulletin.bands],
        "rows": [row_members(row) for row in bulletin.overdue],
    }


def _satisfaction(row: SatisfactionRow) -> dict[str, Any]:
    rates = {"satisfaction_rate": row.satisfaction_rate, "participation_rate": row.participation_rate}
    return {**row_members(row), **rates}


def _figure(told: Compared) -> dict[str, Any]:
    figure = FIGURES[told.row.id]
    return {
        "id": figure.id,
        "name": _name(figure.name),
        "formula": _name(figure.formula),
        "above": _name(figure.above),
        "below": _name(figure.below) if figure.rate else None,
        "left_out": _name(figure.left_out),
        "nature": figure.nature,
        "source": figure.source,
        "confidence": figure.confidence,
        **_row(told.row),
        "month_on_month": told.month_on_month,
        "year_on_year": told.year_on_year,
        "change": "percentage_points" if figure.rate else "relative",
        "month_before": _row(told.month_before),
        "year_before": _row(told.year_before),
    }


def _row(row: FigureRow) -> dict[str, Any]:
    return {
        "month": row.month,
        "numerator": row.numerator,
        "denominator": row.denominator,
        "value": row.value,
        "exclusions": row.exclusions,
        "imported_share": row.imported_share,
        "cut_off": write_as_of(row.cut_off),
        "partial": row.partial,
        "reason": _reason(row.reason),
    }


def _reason(word: str) -> dict[str, str] | None:
    return {"code": word, **_name(REASONS[word])} if word else None


def _name(name: Name) -> dict[str, str]:
    return {"zh": name.zh, "en": name.en}
