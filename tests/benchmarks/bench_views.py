"""The views at city size over HTTP: 1,000,000 cases on PostgreSQL, while 200 entries a second are recorded and folded.

Twenty thousand cases are folded from the fixture's entries; rows and log are then copied under other case ids, inside
the database, until there are fifty times as many, so that epochs and positions are a big log's. The server is a process
of its own, with its door, its bounds and its thread that folds; another one records. What is counted is kept between
questions and brought forward: how long the very first question took stands in a row of its own, without a bar.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from http import HTTPStatus
from http.client import HTTPConnection
from pathlib import Path
from typing import NamedTuple

import psycopg

from tests.benchmarks.bars import Measured, median, tell
from tests.benchmarks.bench_append import stores
from tests.benchmarks.bench_rebuild import engine_of
from tests.benchmarks.fixture import FOLDER, Fixture, copy_to_postgres, make_fixture
from tests.benchmarks.view_copies import count_live, multiply

CASES, ENTRIES, COPIES = 20_000, 100_000, 50
WARM, ASKED, AT_ONCE = 10, 240, 8
DAY = "2024-12-31"
LEAST_LIVE, LEAST_OVERDUE = 120_000, 60_000
CHANGE_SECONDS = 1.0


class Question(NamedTuple):
    """A URL to ask, and its bars in milliseconds: median and p99 with one client, and with eight; 0 for none."""

    row: str
    url: str
    alone: tuple[float, float]
    eight: tuple[float, float] = (0, 0)


PAGE, COUNTS = ((15, 50), (40, 150)), ((50, 200), (200, 400))
QUESTIONS = (
    Question("page", f"/api/overdue?as_of={DAY}", *PAGE),
    Question("page, as of a year ago", "/api/overdue?as_of=2023-12-31", *PAGE),
    Question("page of a county", f"/api/overdue?as_of={DAY}&unit=county-a", *PAGE),
    Question("page, due soon", f"/api/due-soon?as_of={DAY}", *PAGE),
    Question("board", f"/api/packages?as_of={DAY}&unit=bureau-03", *PAGE),
    Question("drill-down", f"/api/members?figure=on_time_reply_rate&part=numerator&month=2024-06&as_of={DAY}", *PAGE),
    Question("must be packaged", f"/api/must-be-packaged?as_of={DAY}", *PAGE),
    Question("queue of supervision", f"/api/supervision?as_of={DAY}", *PAGE),
    Question("counts, whole city", f"/api/figures?figure=on_time_reply_rate&by_unit=true&as_of={DAY}", *COUNTS),
    Question("overdue by unit, whole city", f"/api/figures?figure=overdue&by_unit=true&as_of={DAY}", *COUNTS),
    Question("board, whole city", f"/api/package-board?as_of={DAY}", *COUNTS),
    Question("workload, whole city", f"/api/workload?as_of={DAY}", *COUNTS),
    Question("patrol, whole city", f"/api/patrol-counts?as_of={DAY}", *COUNTS),
    Question("a figure, one month", f"/api/figures?figure=on_time_reply_rate&month=2024-06&as_of={DAY}", (50, 0)),
    Question("due closure, five years", f"/api/series?figure=due_closure_rate&months=60&as_of={DAY}", (200, 0)),
    Question("a figure, five years", f"/api/series?figure=on_time_reply_rate&months=60&as_of={DAY}", (200, 0)),
)

Get = Callable[[str], None]


def ask(get: Get, url: str, times: int) -> list[float]:
    """Ask one after the other and return how many milliseconds each answer took."""
    taken = []
    for _ in range(times):
        start = time.perf_counter()
        get(url)
        taken.append((time.perf_counter() - start) * 1000)
    return taken


def ask_at_once(get: Get, url: str, times: int) -> list[float]:
    """Ask by eight clients at once."""
    with ThreadPoolExecutor(AT_ONCE) as pool:
        shares = [pool.submit(ask, get, url, times // AT_ONCE) for _ in range(AT_ONCE)]
        return [one for share in shares for one in share.result()]


def measure(get: Get, question: Question) -> Iterator[Measured]:
    """Ask one question for the first time, then by one client and by eight."""
    yield Measured(f"{question.row}, first asked", ask(get, question.url, 1)[0], "ms")
    for clients, bars, how in ((1, question.alone, ask), (AT_ONCE, question.eight, ask_at_once)):
        how(get, question.url, WARM * clients)
        taken = how(get, question.url, ASKED)
        for name, bar, share in (("median", bars[0], 0.5), ("p99", bars[1], 0.99)):
            row = f"{question.row}, {clients} client{'s' if clients > 1 else ''}, {name}"
            yield Measured(row, median(taken, share), "ms", bar or None, at_most=True)


@contextmanager
def process(*words: str) -> Iterator[dict[str, str]]:
    """Run a part of the city in a process of its own, and yield what it says when it is ready."""
    command = [sys.executable, "-m", "tests.benchmarks.view_city", *words]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stdin=subprocess.PIPE, text=True) as running:
        try:
            assert running.stdout is not None
            yield json.loads(running.stdout.readline())
        finally:
            running.terminate()


@contextmanager
def city(fixture: Fixture, url: str) -> Iterator[Path]:
    """Fill the database and yield a home for it that may be written to."""
    copy_to_postgres(fixture, url)
    engine_of(url).rebuild(processes=2)
    multiply(url, COPIES)
    with tempfile.TemporaryDirectory(prefix="sundial-bench-") as folder:
        home = Path(folder) / "home"
        shutil.copytree(fixture.settings.home, home, ignore=shutil.ignore_patterns("ledger.db*"))
        yield home


def ask_city(home: Path, url: str, questions: Sequence[Question]) -> list[Measured]:
    """Ask everything over HTTP while entries are recorded."""
    with process("serve", str(home), url) as served, process("record", str(home), url):
        get = asker(served)
        return [figure for question in questions for figure in measure(get, question)]


def asker(served: dict[str, str]) -> Get:
    """Return what asks for a path on a connection of each thread's own, as lightly as can be: it shares the cores."""
    connections = threading.local()
    headers = {"cache-control": "no-cache", "cookie": f"{served['cookie']}={served['token']}"}

    def get(path: str) -> None:
        if not hasattr(connections, "own"):
            connections.own = HTTPConnection(served["url"].removeprefix("http://"), timeout=60)
        connections.own.request("GET", path, headers=headers)
        answer = connections.own.getresponse()
        body = answer.read()
        if answer.status != HTTPStatus.OK:
            raise AssertionError(f"{path}: {answer.status} {body[:200]!r}")

    return get


def main(folder: Path = FOLDER) -> None:
    """Print one table."""
    fixture = make_fixture(folder, CASES, ENTRIES)
    with stores() as new, city(fixture, url := new["postgres"]()) as home:
        live, overdue = count_live(url, DAY)
        counts = [
            Measured("live clocks", live, "clocks", LEAST_LIVE),
            Measured("overdue clocks", overdue, "clocks", LEAST_OVERDUE),
        ]
        figures = ask_city(home, url, QUESTIONS)
        with process("change", str(home), url) as changed:
            seconds = float(changed["seconds"])
        change = Measured("a calendar change, until folded", seconds, "s", CHANGE_SECONDS, at_most=True)
        with psycopg.connect(url) as server:
            (rows,) = server.execute("SELECT COUNT(*) FROM view_clocks").fetchone() or (0,)
        notes = (f"{CASES * COPIES:,} cases, {rows:,} rows of clocks; 200 entries a second recorded, folded meanwhile",)
        tell("Views over HTTP, PostgreSQL", [*counts, *figures, change], notes)


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER)
