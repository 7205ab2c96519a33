"""Race several sides against each other in interleaved rounds, and report medians of the per-round ratios.

Two rounds minutes apart on a busy machine differ by a factor of two; two sides in one round seconds apart do not.
So a ratio is always taken inside a round, and the reported one is the median over all rounds.
"""

from __future__ import annotations

import json
import platform
import statistics
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import TypeVar

ROUNDS = 9
Item = TypeVar("Item")

# One side of a race: prepares its work, runs it, and returns how many operations took how many seconds.
Side = Callable[[], tuple[int, float]]


@dataclass(frozen=True, slots=True)
class Figure:
    """One published number: a rate in operations a second, and its ratio to a peer in the same rounds.

    `bar` is the ratio that has to be reached (or not exceeded, where `at_most`); None where a row only informs.
    """

    table: str
    row: str
    peer: str
    unit: str
    rounds: int
    median: float
    minimum: float
    maximum: float
    peer_median: float
    ratio: float
    bar: float | None = None
    at_most: bool = False

    @property
    def reached(self) -> bool | None:
        """Whether the ratio keeps its bar; None without one."""
        if self.bar is None:
            return None
        return self.ratio <= self.bar if self.at_most else self.ratio >= self.bar


@dataclass(frozen=True, slots=True)
class Comparison:
    """Which side is set against which peer, under what name and bar."""

    side: str
    peer: str
    bar: float | None = None
    at_most: bool = False
    unit: str = "per s"


def race(sides: Mapping[str, Side], rounds: int = ROUNDS) -> list[dict[str, float]]:
    """Run every side once a round, beginning each round with another side; return each round's rates."""
    names = list(sides)
    results = []
    for number in range(rounds):
        shift = number % len(names)
        rates = {}
        for name in names[shift:] + names[:shift]:
            operations, seconds = sides[name]()
            rates[name] = operations / seconds
        results.append(rates)
    return results


def compare(table: str, rounds: Sequence[Mapping[str, float]], comparisons: Sequence[Comparison]) -> list[Figure]:
    """Turn rounds into figures: medians of rates, and the median of the ratios taken round by round."""
    figures = []
    for wanted in comparisons:
        mine = [rates[wanted.side] for rates in rounds]
        theirs = [rates[wanted.peer] for rates in rounds]
        # A duration's ratio is the inverse of the rates': unit "s" and the like are reported as seconds an operation.
        pairs = zip(theirs, mine, strict=True) if wanted.at_most else zip(mine, theirs, strict=True)
        figures.append(
            Figure(
                table=table,
                row=wanted.side,
                peer=wanted.peer,
                unit=wanted.unit,
                rounds=len(rounds),
                median=statistics.median(mine),
                minimum=min(mine),
                maximum=max(mine),
                peer_median=statistics.median(theirs),
                ratio=statistics.median(left / right for left, right in pairs),
                bar=wanted.bar,
                at_most=wanted.at_most,
            )
        )
    return figures


def report(title: str, figures: Sequence[Figure], notes: Sequence[str] = ()) -> None:
    """Print a table for people, then one JSON line a figure for machines."""
    print(f"\n{title}")
    for note in (f"Python {platform.python_version()}, {platform.machine()}", *notes):
        print(f"  {note}")
    width = max(len(figure.row) for figure in figures)
    peer_width = max(len(figure.peer) for figure in figures)
    print(f"  {'':{width}}  {'median/s':>12}  {'min':>10}  {'max':>10}  {'ratio':>7}  {'bar':>7}  beside")
    for figure in figures:
        bar = "" if figure.bar is None else f"{'<=' if figure.at_most else '>='}{figure.bar:g}"
        verdict = {None: "", True: "", False: "  MISSED"}[figure.reached]
        print(
            f"  {figure.row:{width}}  {figure.median:>12,.0f}  {figure.minimum:>10,.0f}  {figure.maximum:>10,.0f}"
            f"  {figure.ratio:>7.2f}  {bar:>7}  {figure.peer:{peer_width}} {figure.peer_median:>10,.0f}{verdict}"
        )
    for figure in figures:
        print(json.dumps({**asdict(figure), "reached": figure.reached}, ensure_ascii=False))


def timed(operation: Callable[[], int]) -> tuple[int, float]:
    """Run an operation that says how many units it did, and return that with its seconds."""
    start = time.perf_counter()
    count = operation()
    return count, time.perf_counter() - start


def by_callers(callers: int, items: Sequence[Item], act: Callable[[Item], object]) -> tuple[int, float]:
    """Share the items out among so many threads, let them go at once, and time until the last has finished.

    Raises the first exception that any caller met.
    """
    if callers == 1:
        start = time.perf_counter()
        for item in items:
            act(item)
        return len(items), time.perf_counter() - start
    failures: list[BaseException] = []
    barrier = threading.Barrier(callers + 1)

    def run(share: Sequence[Item]) -> None:
        barrier.wait()
        try:
            for item in share:
                act(item)
        except BaseException as failure:
            failures.append(failure)

    threads = [threading.Thread(target=run, args=(items[number::callers],)) for number in range(callers)]
    for thread in threads:
        thread.start()
    barrier.wait()
    start = time.perf_counter()
    for thread in threads:
        thread.join()
    seconds = time.perf_counter() - start
    if failures:
        raise failures[0]
    return len(items), seconds
