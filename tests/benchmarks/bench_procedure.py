"""Full-length cases through the use cases beside plain aggregates with as many events; long cases beside short ones.

A case is told as `procedures.STEPS` has it. Beside it stands the library's own aggregate with as many events, unsigned,
its texts in the events, saved act by act by one caller, as in the other tables: aggregates that stay in the caller's
hands, for which nothing is looked up. What a command costs there that names a case, as ours does, stands beside it as a
peer without a bar. `--cases 10000` tells the soak's number of cases once, in batches by turns.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path

from eventsourcing.domain import Aggregate, event

from tests.benchmarks.bench_append import stores
from tests.benchmarks.harness import Comparison, Figure, Side, compare, race, report, timed
from tests.benchmarks.peers import PlainLedger, plain_ledger
from tests.benchmarks.procedures import STEPS, Bureaus, Step, cases, found_bureaus

CASES = {"one caller": 6, "bulk": 60}
BATCH = 500
SHORT, LONG, NEXT = 20, 2_000, 60
BAR = 0.5
BAR_LONG = 3.0
LOOKED_INTO = Step("works", "handler", "investigated", {"method": "site"}, {"text": "实地查看"})


class Matter(Aggregate):
    """A petition matter as the library's own aggregate: every act is one event."""

    @event("Begun")
    def __init__(self, action: str, public: dict[str, object], texts: dict[str, object]) -> None:
        self.acts = [action]

    @event("Acted")
    def act(self, action: str, public: dict[str, object], texts: dict[str, object]) -> None:
        """Record one more act."""
        self.acts.append(action)


def plain_bulk(ledger: PlainLedger, count: int) -> int:
    """Tell so many cases side by side, each act of all of them saved in one go."""
    first, *rest = STEPS
    matters = [Matter(first.action, dict(first.public), dict(first.sealed)) for _ in range(count)]
    ledger.save(*matters)
    for step in rest:
        for matter in matters:
            matter.act(step.action, dict(step.public), dict(step.sealed))
        ledger.save(*matters)
    return count * len(STEPS)


def plain_single(ledger: PlainLedger, count: int) -> int:
    """Tell so many cases one after the other, each act saved by itself."""
    for _ in range(count):
        plain_bulk(ledger, 1)
    return count * len(STEPS)


def plain_by_name(ledger: PlainLedger, count: int) -> int:
    """Tell so many cases, each act of the aggregate that the library's repository brings by its id."""
    first, *rest = STEPS
    for _ in range(count):
        matter = Matter(first.action, dict(first.public), dict(first.sealed))
        ledger.save(matter)
        for step in rest:
            found: Matter = ledger.repository.get(matter.id)
            found.act(step.action, dict(step.public), dict(step.sealed))
            ledger.save(found)
    return count * len(STEPS)


def single(bureaus: Bureaus, count: int) -> int:
    """Tell so many cases act by act: prepare, sign, commit."""
    for case in cases(count):
        bureaus.tell(case)
    return count * len(STEPS)


def bulk(bureaus: Bureaus, count: int) -> int:
    """Tell so many cases side by side, the same act of all of them in one transaction."""
    for start in range(0, count, BATCH):
        bureaus.tell_many(cases(min(BATCH, count - start)))
    return count * len(STEPS)


def measure(store: str, bureaus: Bureaus, plain: PlainLedger) -> list[Figure]:
    """Race both ways of telling a case beside the plain aggregates."""
    one, many = CASES["one caller"], CASES["bulk"]
    sides: dict[str, Side] = {
        "one caller": lambda: timed(lambda: single(bureaus, one)),
        "plain one caller": lambda: timed(lambda: plain_single(plain, one)),
        "plain by name": lambda: timed(lambda: plain_by_name(plain, one)),
        "bulk": lambda: timed(lambda: bulk(bureaus, many)),
        "plain bulk": lambda: timed(lambda: plain_bulk(plain, many)),
    }
    wanted = [
        Comparison("one caller", "plain one caller", BAR),
        Comparison("one caller", "plain by name"),
        Comparison("bulk", "plain one caller", BAR),
        Comparison("bulk", "plain bulk"),
    ]
    return compare(f"procedure {store}", race(sides), wanted)


def long_case(bureaus: Bureaus, acts: int) -> str:
    """Tell a case up to its acceptance and let it be looked into until it has so many acts."""
    (case,) = cases(1)
    begun = next(place for place, step in enumerate(STEPS) if step.action == "accepted") + 1
    for step in STEPS[:begun]:
        bureaus.perform(case, step)
    for _ in range(acts - begun):
        bureaus.perform(case, LOOKED_INTO)
    return case


def next_acts(bureaus: Bureaus, case: str) -> Side:
    """Take the next acts of a case, by the use case."""

    def take() -> int:
        for _ in range(NEXT // 3):
            bureaus.perform(case, LOOKED_INTO)
        return NEXT // 3

    return lambda: timed(take)


def growth(store: str, bureaus: Bureaus) -> list[Figure]:
    """Race the next acts of a case of 2,000 acts against those of cases of 20, which are new ones each round."""
    long = long_case(bureaus, LONG)

    def short() -> tuple[int, float]:
        return next_acts(bureaus, long_case(bureaus, SHORT))()

    name = f"next act at {LONG:,} acts"
    sides = {"next act at 20 acts": short, name: next_acts(bureaus, long)}
    return compare(f"long case {store}", race(sides), [Comparison(name, "next act at 20 acts", BAR_LONG, at_most=True)])


def soak(bureaus: Bureaus, plain: PlainLedger, count: int) -> float:
    """Tell so many cases in batches by turns with the plain aggregates; return the median of the ratios."""
    ratios = []
    began = time.perf_counter()
    for start in range(0, count, BATCH):
        size = min(BATCH, count - start)
        acts, seconds = timed(lambda size=size: bulk(bureaus, size))  # type: ignore[misc]
        plain_acts, plain_seconds = timed(lambda size=size: plain_single(plain, size))  # type: ignore[misc]
        ratios.append((acts / seconds) / (plain_acts / plain_seconds))
        done = start + size
        print(f"  {done:,} cases, {done * len(STEPS):,} acts, {time.perf_counter() - began:,.0f} s", flush=True)
    return statistics.median(ratios)


def main() -> None:
    """Print the two tables of each store, or tell the named number of cases."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--cases", type=int, default=0)
    parser.add_argument("--store", choices=("sqlite", "postgres"))
    chosen = parser.parse_args()
    with stores() as new, tempfile.TemporaryDirectory(prefix="sundial-bench-") as folder, ExitStack() as stack:
        for store, new_url in new.items():
            if chosen.store not in (None, store):
                continue
            bureaus = stack.enter_context(found_bureaus(Path(folder) / store, new_url()))
            plain = plain_ledger(new_url())
            stack.callback(plain.close)
            if chosen.cases:
                ratio = soak(bureaus, plain, chosen.cases)
                print(f"{store}: {chosen.cases:,} cases of {len(STEPS)} acts: {ratio:.2f} x plain (bar {BAR})")
                continue
            notes = (f"fsync on; cases of {len(STEPS)} acts; events are as many on both sides",)
            report(f"Full-length cases, acts a second, {store}", measure(store, bureaus, plain), notes)
            report(f"Long cases, acts a second, {store}", growth(store, bureaus), ("one caller, by the use case",))


if __name__ == "__main__":
    main()
