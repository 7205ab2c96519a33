"""Bar charts as inline SVG, drawn on the server; the table beside each is the same numbers in words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

WIDTH: Final = 480
LABEL, VALUE, ROW, BAR = 170, 70, 26, 16
COLUMNS_HEIGHT: Final = 160
_WIDE_FROM: Final = "\u2e80"


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar: its label as far as it fits, its value as text, and where it lies; units are those of the drawing."""

    label: str
    text: str
    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Chart:
    """A drawing: its height, and its bars in order."""

    height: int
    bars: tuple[Bar, ...]


def lying(rows: Sequence[tuple[str, float, str]]) -> Chart:
    """Bars that lie, one a row of (label, value, text), the greatest as long as there is room."""
    most = max((value for _, value, _ in rows), default=0) or 1
    room = WIDTH - LABEL - VALUE
    bars = [
        Bar(fitting(label, LABEL), text, LABEL, at * ROW + (ROW - BAR) / 2, round(room * value / most, 1), BAR)
        for at, (label, value, text) in enumerate(rows)
    ]
    return Chart(len(rows) * ROW, tuple(bars))


def standing(rows: Sequence[tuple[str, float | None, str]], top: float | None = None) -> Chart:
    """Bars that stand, one a row of (label, value, text); one without a value has no bar. `top` is full height."""
    most = top or max((value for _, value, _ in rows if value is not None), default=0) or 1
    step = WIDTH / max(len(rows), 1)
    bars = []
    for at, (label, value, text) in enumerate(rows):
        height = round(COLUMNS_HEIGHT * (value or 0) / most, 1)
        bars.append(
            Bar(label, text, round(at * step + step * 0.15, 1), COLUMNS_HEIGHT - height, round(step * 0.7, 1), height)
        )
    return Chart(COLUMNS_HEIGHT + 40, tuple(bars))


def fitting(text: str, room: int, size: int = 13) -> str:
    """A text as far as it fits into so many units, with an ellipsis where it does not."""
    used = 0.0
    for at, character in enumerate(text):
        used += size if character >= _WIDE_FROM else size * 0.56
        if used > room - 2 * size:
            return f"{text[:at]}…"
    return text
