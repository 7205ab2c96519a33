"""Rebuilding all views from entries on PostgreSQL, beside `eventsourcing`'s ProjectionRunner with an equivalent fold.

Ours reads entries, decodes statements, folds cases and clocks by the rules in force, and writes every view with its
digests, keys and indexes; the runner reads the plain application's events and writes two tables, one commit an event.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path

from tests.benchmarks.bench_append import REPLIES, TEXTS, stores
from tests.benchmarks.city import City, fill, found_city
from tests.benchmarks.harness import Comparison, Side, compare, race, report, timed
from tests.benchmarks.peer_views import run_runner, save_petitions
from tests.benchmarks.peers import petitions, plain_ledger

ENTRIES = 40_000
PETITIONS = 600
BAR = 25.0


def rebuild(city: City, processes: int) -> Side:
    """Rebuild every view from entry 0."""

    def run() -> int:
        return city.application.views.rebuild(processes=processes)

    return lambda: timed(run)


def runner(url: str) -> Callable[[], tuple[int, float]]:
    """Fill the plain views from the first event."""
    app = plain_ledger(url)
    save_petitions(app, petitions(PETITIONS, TEXTS), REPLIES)
    app.close()
    return lambda: run_runner(url, 2 * PETITIONS)


def main() -> None:
    """Print one table."""
    with stores() as new, tempfile.TemporaryDirectory(prefix="sundial-bench-") as folder:
        with found_city(Path(folder), new["postgres"]()) as city:
            fill(city, ENTRIES)
            sides = {
                "rebuild, 1 process": rebuild(city, 1),
                "rebuild, 2 processes": rebuild(city, 2),
                "ProjectionRunner": runner(new["postgres"]()),
            }
            wanted = [
                Comparison("rebuild, 1 process", "ProjectionRunner", BAR, unit="entries per s"),
                Comparison("rebuild, 2 processes", "ProjectionRunner", unit="entries per s"),
            ]
            figures = compare("rebuild postgres", race(sides), wanted)
        notes = (f"fsync on; {ENTRIES:,} entries against {2 * PETITIONS:,} events, each from the first on",)
        report("Rebuilding views, entries a second, PostgreSQL", figures, notes)


if __name__ == "__main__":
    main()
