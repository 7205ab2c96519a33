"""Figures that are held against a number and not against a peer: rates, times and memory."""

from __future__ import annotations

import json
import platform
from collections.abc import Sequence
from dataclasses import asdict, dataclass


@dataclass(frozen=True, slots=True)
class Measured:
    """One measured number and the bar that it has to reach, or must not exceed where `at_most`; None only informs."""

    row: str
    value: float
    unit: str
    bar: float | None = None
    at_most: bool = False

    @property
    def reached(self) -> bool | None:
        """Whether the number keeps its bar; None without one."""
        if self.bar is None:
            return None
        return self.value <= self.bar if self.at_most else self.value >= self.bar


def tell(title: str, figures: Sequence[Measured], notes: Sequence[str] = ()) -> None:
    """Print a table for people, then one JSON line a figure for machines."""
    print(f"\n{title}")
    for note in (f"Python {platform.python_version()}, {platform.machine()}", *notes):
        print(f"  {note}")
    width = max(len(figure.row) for figure in figures)
    for figure in figures:
        bar = "" if figure.bar is None else f"{'<=' if figure.at_most else '>='}{figure.bar:,g}"
        verdict = {None: "", True: "", False: "  MISSED"}[figure.reached]
        value = f"{figure.value:,.2f}" if figure.unit == "ratio" else f"{figure.value:,.1f}"
        print(f"  {figure.row:{width}}  {value:>12}  {figure.unit:14}  {bar:>9}{verdict}")
    for figure in figures:
        print(json.dumps({"table": title, **asdict(figure), "reached": figure.reached}, ensure_ascii=False), flush=True)


def median(times: Sequence[float], share: float = 0.5) -> float:
    """Return the time that this share of all times does not exceed."""
    ordered = sorted(times)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]
