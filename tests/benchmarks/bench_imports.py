"""`import` of a message board from end to end, beside plain `eventsourcing` saving as many acts by one caller.

Inside the clock: opening and streaming the workbook, mapping, deciding, signing, committing, and the report. Each round
imports into a ledger of its own, founded outside the clock; plain saves aggregates that already exist in memory.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path

from api.importer.service import import_file
from tests.benchmarks.bench_append import PLAIN_ACTS, plain, stores
from tests.benchmarks.city import found_city
from tests.benchmarks.harness import Comparison, Side, compare, race, report, timed
from tests.benchmarks.peers import plain_ledger
from tests.benchmarks.texts import write_message_board

ROWS = 2_000
BARS = {"sqlite": None, "postgres": 3.0}


def imports(folder: Path, board: Path, new_url: Callable[[], str]) -> Side:
    """Import the whole board into a new ledger."""
    numbers = iter(range(1_000_000))

    def side() -> tuple[int, float]:
        with found_city(folder / f"home-{next(numbers)}", new_url()) as city:

            def run() -> int:
                result = import_file(city.application, board, "message-board", None, lambda rows, acts: None)
                if result.rows_rejected or result.cases_added != ROWS:
                    raise AssertionError(f"not everything was imported: {result}")
                return result.acts_added

            return timed(run)

    return side


def main() -> None:
    """Print one table for both stores."""
    with stores() as new, tempfile.TemporaryDirectory(prefix="sundial-bench-") as name:
        board = Path(name) / "board.xlsx"
        write_message_board(board, ROWS)
        for store, new_url in new.items():
            folder = Path(name) / store
            folder.mkdir()
            app = plain_ledger(new_url())
            sides = {"import": imports(folder, board, new_url), "plain, 1 callers": plain(app, 1, PLAIN_ACTS[store][1])}
            figures = compare(
                f"import {store}",
                race(sides),
                [Comparison("import", "plain, 1 callers", BARS[store], unit="acts per s")],
            )
            app.close()
            notes = (
                f"fsync on; {ROWS:,} rows of invented text, registration and reply each, from XLSX to signed acts",
            )
            report(f"Import from end to end, acts a second, {store}", figures, notes)


if __name__ == "__main__":
    main()
