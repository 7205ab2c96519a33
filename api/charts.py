"""Charts as inline SVG, drawn here: bars, stacked bars and lines, each with a table that says the same.

A chart is never the only way to a number: whoever shows one shows its table too, and the SVG names itself for those who
do not see it. Series differ by more than colour: lines by dashes and marks, bars by their order and the gaps between
them. The same chart gives the same bytes; nothing is fetched, and no script or style sheet is needed.
Source: WCAG 2.2, 1.1.1, 1.4.1 and 1.4.11; the colours are those of Okabe and Ito.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from html import escape
from typing import Final, Literal

WIDTH: Final = 720
COLOURS: Final = ("#0072b2", "#b34e00", "#007f5c", "#8a4a72", "#7a5c00", "#4b4b4b")
_DASHES: Final = ("", "7 4", "2 4", "10 4 2 4", "4 2", "1 3")
_INK, _GRID = "#1f2933", "#d3d9df"
_SIZE, _ROW, _PAD, _LEGEND = 13, 24, 12, 26
_LINES_HEIGHT, _MAX_LABEL, _TICKS = 220, 200, 5
_WIDE = 0x2E80
"""From this code point on a character is as wide as it is high."""


@dataclass(frozen=True, slots=True)
class Series:
    """One row of numbers of a chart, None where there is none."""

    name: str
    values: tuple[float | None, ...]


@dataclass(frozen=True, slots=True)
class Chart:
    """What is drawn: as many values a series as there are labels. Values are not negative.

    `percent` says that values are from 0 to 1 and read as per cent. `about` heads the column of labels; `empty` is what
    is written where there is nothing to draw.
    """

    kind: Literal["bars", "stacked", "lines"]
    title: str
    about: str
    labels: tuple[str, ...]
    series: tuple[Series, ...]
    empty: str
    percent: bool = False

    @property
    def values(self) -> list[float]:
        """Every number that there is."""
        return [value for one in self.series for value in one.values if value is not None]

    def written(self, value: float | None) -> str:
        """A value as people read it."""
        if value is None:
            return "–"
        return f"{value * 100:.1f}%" if self.percent else f"{value:g}"


def table_of(chart: Chart) -> tuple[list[str], list[list[str]]]:
    """Return the headings and rows of the table that says what the chart shows."""
    rows = [[label, *(chart.written(one.values[at]) for one in chart.series)] for at, label in enumerate(chart.labels)]
    return [chart.about, *(one.name for one in chart.series)], rows


def as_html(chart: Chart, name: str, table_title: str) -> str:
    """Return the chart with its table folded away below it, as a figure of a page; `name` is unique on the page."""
    headings, rows = table_of(chart)
    head = "".join(f'<th scope="col">{escape(text)}</th>' for text in headings)
    body = "".join(
        f'<tr><th scope="row">{escape(row[0])}</th>{"".join(f"<td>{escape(cell)}</td>" for cell in row[1:])}</tr>'
        for row in rows
    )
    return (
        f'<figure class="chart">{draw(chart, name)}<details><summary>{escape(table_title)}</summary>'
        f"<table><caption>{escape(chart.title)}</caption><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
        f"</details></figure>"
    )


def draw(chart: Chart, name: str) -> str:
    """Return the chart as one SVG element; `name` makes its ids unique on a page."""
    if not chart.values:
        height, parts = 3 * _ROW, [_text(_PAD, 2 * _ROW, chart.empty)]
    elif chart.kind == "lines":
        height, parts = _LINES_HEIGHT + 3 * _LEGEND, [*_lines(chart)]
    else:
        height, parts = _bars_height(chart), [*_bars(chart)]
    said = "; ".join(f"{row[0]}: {', '.join(row[1:])}" for row in table_of(chart)[1])
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-labelledby="{name}-t {name}-d" width="{WIDTH}" '
        f'height="{height}" viewBox="0 0 {WIDTH} {height}" font-family="Noto Sans CJK SC, sans-serif" '
        f'font-size="{_SIZE}" fill="{_INK}"><title id="{name}-t">{escape(chart.title)}</title>'
        f'<desc id="{name}-d">{escape(said)}</desc>{"".join(parts)}</svg>'
    )


def height_of(svg: str) -> int:
    """The height of a drawn chart in the units of its width."""
    return int(svg.partition('height="')[2].partition('"')[0])


def _top(chart: Chart) -> tuple[float, float]:
    """Return the end of the axis of values, and the step between its lines."""
    if chart.kind == "stacked":
        most = max(sum(one.values[at] or 0 for one in chart.series) for at in range(len(chart.labels)))
    else:
        most = max(chart.values)
    if chart.percent:
        return 1.0, 0.2
    rough = max(most, 1) / _TICKS
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(power * factor for factor in (1, 2, 5, 10) if power * factor >= rough)
    step = max(step, 1.0)
    return math.ceil(max(most, 1) / step) * step, step


def _bars_height(chart: Chart) -> int:
    rows = 1 if chart.kind == "stacked" else len(chart.series)
    return _LEGEND + len(chart.labels) * (rows * _ROW * 2 // 3 + _PAD) + 2 * _PAD + _ROW


def _bars(chart: Chart) -> Iterator[str]:
    """Bars lie, so that names of offices can be read; a stacked bar has a gap between its parts."""
    yield from _legend(chart, square=True)
    left = min(_MAX_LABEL, max(_width(label) for label in chart.labels)) + 2 * _PAD
    top, step = _top(chart)
    scale = (WIDTH - left - 5 * _PAD) / top
    bottom = _bars_height(chart) - _ROW
    for number in range(round(top / step) + 1):
        x = left + number * step * scale
        yield f'<path d="M{_n(x)} {_LEGEND}V{bottom}" stroke="{_GRID}"/>'
        yield _text(x, bottom + _SIZE + 3, chart.written(number * step), "middle")
    y = _LEGEND + _PAD
    thick = _ROW * 2 // 3
    for at, label in enumerate(chart.labels):
        rows = 1 if chart.kind == "stacked" else len(chart.series)
        yield _text(left - _PAD / 2, y + rows * thick / 2 + _SIZE / 3, _cut(label), "end")
        yield from _bars_of(chart, at, left, y, scale)
        y += rows * thick + _PAD


def _bars_of(chart: Chart, at: int, left: float, y: float, scale: float) -> Iterator[str]:
    thick, x = _ROW * 2 // 3, left
    total = 0.0
    for number, one in enumerate(chart.series):
        value = one.values[at]
        if chart.kind == "bars":
            x, row = left, y + number * thick
        else:
            row = y
        if value:
            wide = max(value * scale - (1 if chart.kind == "stacked" else 0), 0.5)
            colour = COLOURS[number % len(COLOURS)]
            yield f'<rect x="{_n(x)}" y="{_n(row)}" width="{_n(wide)}" height="{thick - 2}" fill="{colour}"/>'
            x += value * scale
            total += value
        if chart.kind == "bars":
            yield _text(x + 4, row + _SIZE - 1, chart.written(value))
    if chart.kind == "stacked":
        yield _text(x + 4, y + _SIZE - 1, chart.written(total))


def _lines(chart: Chart) -> Iterator[str]:
    yield from _legend(chart, square=False)
    top, step = _top(chart)
    left, bottom = 5 * _PAD, _LEGEND + _LINES_HEIGHT
    scale = (_LINES_HEIGHT - _PAD) / top
    for number in range(round(top / step) + 1):
        y = bottom - number * step * scale
        yield f'<path d="M{left} {_n(y)}H{WIDTH - _PAD}" stroke="{_GRID}"/>'
        yield _text(left - 6, y + _SIZE / 3, chart.written(number * step), "end")
    apart = (WIDTH - left - 5 * _PAD) / max(len(chart.labels) - 1, 1)
    xs = [left + 2 * _PAD + number * apart for number in range(len(chart.labels))]
    every = math.ceil(max(_width(label) for label in chart.labels) / max(apart - 4, 1))
    for number, label in enumerate(chart.labels):
        if (len(chart.labels) - 1 - number) % every == 0:
            yield _text(xs[number], bottom + _SIZE + 5, label, "middle")
    for number, one in enumerate(chart.series):
        points = [
            (x, bottom - value * scale) if value is not None else None for x, value in zip(xs, one.values, strict=True)
        ]
        yield from _line(points, number)


def _line(points: list[tuple[float, float] | None], number: int) -> Iterator[str]:
    """A line is broken where there is no value, not drawn on through it."""
    colour, dashes = COLOURS[number % len(COLOURS)], _DASHES[number % len(_DASHES)]
    path, pen = "", "M"
    for point in points:
        path += "" if point is None else f"{pen}{_n(point[0])} {_n(point[1])}"
        pen = "M" if point is None else "L"
    dashed = f' stroke-dasharray="{dashes}"' if dashes else ""
    yield f'<path d="{path}" fill="none" stroke="{colour}" stroke-width="2"{dashed}/>'
    for point in points:
        if point is not None:
            yield _mark(*point, number)


def _mark(x: float, y: float, number: int) -> str:
    colour = COLOURS[number % len(COLOURS)]
    if number % 2:
        return f'<rect x="{_n(x - 3.5)}" y="{_n(y - 3.5)}" width="7" height="7" fill="{colour}"/>'
    return f'<circle cx="{_n(x)}" cy="{_n(y)}" r="4" fill="{colour}"/>'


def _legend(chart: Chart, *, square: bool) -> Iterator[str]:
    x = float(_PAD)
    for number, one in enumerate(chart.series):
        colour = COLOURS[number % len(COLOURS)]
        yield (
            f'<rect x="{_n(x)}" y="5" width="12" height="12" fill="{colour}"/>' if square else _mark(x + 6, 11, number)
        )
        yield _text(x + 18, 16, one.name)
        x += 18 + _width(one.name) + 2 * _PAD


def _text(x: float, y: float, text: str, anchor: str = "start") -> str:
    placed = "" if anchor == "start" else f' text-anchor="{anchor}"'
    return f'<text x="{_n(x)}" y="{_n(y)}"{placed}>{escape(text)}</text>'


def _width(text: str) -> float:
    return sum(_SIZE if ord(letter) >= _WIDE else _SIZE * 0.58 for letter in text)


def _cut(text: str) -> str:
    """Shorten a label that has no room; the table has the whole of it."""
    while _width(text) > _MAX_LABEL:
        text = f"{text.removesuffix('…')[:-1]}…"
    return text


def _n(number: float) -> str:
    return f"{number:.1f}".removesuffix(".0")
