"""What an act and a proof cost in a log of 10^3, 10^5 and 10^6 entries, on SQLite and PostgreSQL.

The three logs stand side by side and take turns in every round. All but their newest entries are filler of the usual
size, put in by the log itself, tiles and all; the acts measured are real ones, by one caller.
"""

from __future__ import annotations

import os
import random
import tempfile
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

from audit.store.append import Item
from tests.benchmarks.bench_append import stores
from tests.benchmarks.city import City, found_city
from tests.benchmarks.harness import Comparison, Figure, Side, by_callers, compare, race, report, timed

SIZES = (1_000, 100_000, 1_000_000)
ENTRY_BYTES = 1_300
BATCH = 20_000
ACTS = {"sqlite": 500, "postgres": 300}
PROOFS = {"sqlite": 300, "postgres": 150}
BAR = 1.2


def fill_to(city: City, size: int) -> None:
    """Append filler until the log has so many entries."""
    state = os.urandom(ENTRY_BYTES)
    while (start := city.ledger.head().size) < size:
        stop = min(size, start + BATCH)
        city.ledger.log.append(
            [
                Item(
                    f"case/{number:032x}",
                    1,
                    "case.registered.v1",
                    state,
                    act_id=number.to_bytes(16, "big"),
                    opaque=True,
                )
                for number in range(start, stop)
            ],
            atomic=True,
        )


def acts(city: City, count: int) -> Side:
    """Register so many new cases, prepared and signed outside the clock."""

    def side() -> tuple[int, float]:
        return by_callers(1, city.registrations(count), city.commit)

    return side


def proofs(city: City, count: int, prove: Callable[[City, int, int], object]) -> Side:
    """Make so many proofs for random entries of the log as it stands."""
    chance = random.Random(1)

    def side() -> tuple[int, float]:
        size = city.ledger.head().size
        indexes = [chance.randrange(size) for _ in range(count)]

        def make() -> int:
            for index in indexes:
                prove(city, index, size)
            return count

        return timed(make)

    return side


def measure(store: str, cities: dict[int, City]) -> list[Figure]:
    """Race the three logs of one store, first with acts, then with both kinds of proof."""
    figures = []
    operations: dict[str, Callable[[City], Side]] = {
        "append": lambda city: acts(city, ACTS[store]),
        "inclusion proof": lambda city: proofs(
            city, PROOFS[store], lambda own, index, size: own.ledger.inclusion_proof(index, size)
        ),
        "consistency proof": lambda city: proofs(
            city, PROOFS[store], lambda own, index, size: own.ledger.consistency_proof(index + 1, size)
        ),
    }
    for operation, side in operations.items():
        sides = {f"{operation} at {size:,}": side(city) for size, city in cities.items()}
        first, *others = sides
        bars = dict.fromkeys(others, BAR if operation == "append" else None)
        wanted = [Comparison(first, first), *(Comparison(name, first, bars[name], at_most=True) for name in others)]
        figures += compare(f"growth {store}", race(sides), wanted)
    return figures


def main() -> None:
    """Print one table a store."""
    with stores() as new, tempfile.TemporaryDirectory(prefix="sundial-bench-") as folder:
        for store, new_url in new.items():
            with ExitStack() as stack:
                cities = {}
                for size in SIZES:
                    home = Path(folder) / f"{store}-{size}"
                    cities[size] = stack.enter_context(found_city(home, new_url()))
                    fill_to(cities[size], size)
                figures = measure(store, cities)
            notes = ("fsync on; one caller; the ratio is the time beside that in the log of 1,000 entries",)
            report(f"Growth, operations a second, {store}", figures, notes)


if __name__ == "__main__":
    main()
