"""Pages over HTTP from a server in this process: the overview, the overdue list, the replay of a case of 2,000 acts.

Time to the first byte of the body, with a session and its looks written down, at the size of the demonstration (SQLite)
and of the shared fixture (PostgreSQL); `--entries N` takes a smaller fixture. The long case stands in a ledger of its
own. What authorization costs is told by acts of that case with and without it, in rounds by turns.
"""

from __future__ import annotations

import argparse
import socket
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path

import httpx
import uvicorn

from api.access.rows import TABLE
from api.access.sessions import COOKIE, Sessions
from api.http.app import build_app
from api.http.wire import listen_at
from api.main import Application, open_application
from domain.people import People
from tests.api.clients import open_door
from tests.api.demo_city import open_city, tell_city_to
from tests.benchmarks.bars import Measured, median, tell
from tests.benchmarks.bench_procedure import LONG, LOOKED_INTO, long_case
from tests.benchmarks.bench_rebuild import SERVER, engine_of
from tests.benchmarks.city import settings_for
from tests.benchmarks.fixture import CASES, ENTRIES, FOLDER, copy_to_postgres, make_fixture
from tests.benchmarks.fixture_stories import LAST_DAY
from tests.benchmarks.harness import Comparison, Side, compare, race, report, timed
from tests.benchmarks.procedures import Bureaus, found_bureaus
from tests.postgres_server import PostgresServer

DEMO_MS, FIXTURE_MS, PAGE_KB, RATE_KEPT = 50, 150, 150, 0.95
WARM, ASKED = 3, 40
ACTS, TURNS = 4, 251
"""Few acts a turn and many turns: what a disk does meanwhile befalls both sides."""
ACCOUNT, PASSWORD = "bench", "a long password of the benchmark"
Pages = Mapping[str, str]


@contextmanager
def server(application: Application, sessions: Sessions) -> Iterator[str]:
    """Serve from a thread; yield the address. Only a socket that says it is TCP is served without Nagle's delay."""
    with socket.socket(proto=socket.IPPROTO_TCP) as listening:
        listening.bind(("127.0.0.1", 0))
        served = uvicorn.Server(listen_at(build_app(application, sessions), "127.0.0.1", 0, lifespan="off"))
        thread = threading.Thread(target=served.run, kwargs={"sockets": [listening]})
        thread.start()
        try:
            yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        finally:
            served.should_exit = True
            thread.join()


def ask(client: httpx.Client, url: str) -> tuple[float, int]:
    """Milliseconds until the first byte of a page, and its size in bytes. Raises AssertionError for a refusal."""
    start = time.perf_counter()
    with client.stream("GET", url, headers={"accept-encoding": "identity", "accept": "text/html"}) as answer:
        chunks = answer.iter_raw()
        first = next(chunks)
        taken = (time.perf_counter() - start) * 1000
        size = len(first) + sum(map(len, chunks))
    if answer.status_code != httpx.codes.OK:
        raise AssertionError(f"{url}: {answer.status_code}")
    return taken, size


def measure(application: Application, officer: str, pages: Pages, folder: Path, bar: float) -> Iterator[Measured]:
    """Ask each page as an officer who is signed in."""
    with open_door(application, folder / "access.db") as sessions:
        sessions.set_password(ACCOUNT, officer, PASSWORD)
        cookies = {COOKIE: sessions.open(account=ACCOUNT)}
        with server(application, sessions) as url, httpx.Client(base_url=url, cookies=cookies, timeout=60) as client:
            for row, path in pages.items():
                yield Measured(f"{row}, first asked", ask(client, path)[0], "ms")
                begun = time.process_time()
                answers = [ask(client, path) for _ in range(WARM + ASKED)][WARM:]
                spent = (time.process_time() - begun) * 1000 / (WARM + ASKED)
                yield Measured(row, median([taken for taken, _ in answers]), "ms", bar, at_most=True)
                yield Measured(f"{row}, processor time of server and client", spent, "ms")
                yield Measured(f"{row}, size", answers[-1][1] / 1024, "KB", PAGE_KB, at_most=True)


def of_demo(folder: Path) -> None:
    """Print the table of the demonstration city."""
    pages = {"overview": "/?lang=en", "overdue list": "/lists/overdue?lang=en"}
    with open_city(tell_city_to(folder / "demo")) as application:
        tell("Pages at the demonstration's size", [*measure(application, "officer-heng", pages, folder, DEMO_MS)])


def of_fixture(fixtures: Path, entries: int, folder: Path) -> None:
    """Print the table of the shared fixture."""
    fixture = make_fixture(fixtures, entries * CASES // ENTRIES, entries)
    day = f"as_of={LAST_DAY}&lang=en"
    pages = {"overview": f"/?{day}", "overdue list": f"/lists/overdue?{day}"}
    with closing(PostgresServer(settings=SERVER)) as postgres:
        url = postgres.create_database()
        copy_to_postgres(fixture, url)
        engine_of(url).rebuild(processes=2)
        with open_application(settings_for(fixture.settings.home, url), confirm_clock=True) as application:
            figures = [*measure(application, "officer-city", pages, folder, FIXTURE_MS)]
    tell("Pages at the size of the shared fixture, PostgreSQL", figures, (fixture.told,))


def acts(bureaus: Bureaus, case: str, authorize: Callable[[], None]) -> Side:
    """Take acts of a case, each after it has been looked whether it may be."""

    def take() -> int:
        for _ in range(ACTS):
            authorize()
            bureaus.perform(case, LOOKED_INTO)
        return ACTS

    return lambda: timed(take)


def authorization(bureaus: Bureaus, sessions: Sessions) -> Callable[[], None]:
    """What stands before an act at the door: the session and the rows of the table for its dry run and its commit."""
    token = sessions.open(account=ACCOUNT)

    def people() -> People:
        found: People = bureaus.ledger.reference().people
        return found

    def authorize() -> None:
        for path in ("/api/acts/prepare", "/api/acts/commit"):
            row = TABLE["POST", path]
            viewer = sessions.viewer(token, people, row.needs)
            if not any(grant.role in viewer.roles for grant in row.grants):
                raise AssertionError(f"{path} is refused")

    return authorize


def of_long_case(folder: Path) -> None:
    """Print the replay of a case of 2,000 acts, and the rate of acts with and without authorization."""
    with found_bureaus(folder / "bureaus", f"sqlite:///{folder / 'bureaus.db'}") as bureaus:
        case = long_case(bureaus, LONG).removeprefix("case/")
        bureaus.application.views.catch_up()
        pages = {f"replay of {LONG:,} acts": f"/cases/{case}/replay?lang=en"}
        looked = folder / "long"
        looked.mkdir()
        tell("A long case", [*measure(bureaus.application, "officer-works", pages, looked, DEMO_MS)])
        with open_door(bureaus.application, looked / "access.db") as sessions:
            stream = f"case/{case}"
            sides = {
                "authorized": acts(bureaus, stream, authorization(bureaus, sessions)),
                "without": acts(bureaus, stream, lambda: None),
            }
            wanted = [Comparison("authorized", "without", RATE_KEPT, unit="acts per s")]
            report("Acts a second with authorization", compare("authorization", race(sides, TURNS), wanted))


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description="Ask pages and time their first byte.")
    parser.add_argument("--entries", type=int, default=ENTRIES)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="sundial-bench-") as name:
        folder = Path(name)
        of_demo(folder)
        of_long_case(folder)
        within = folder / "fixture"
        within.mkdir()
        of_fixture(FOLDER, given.entries, within)


if __name__ == "__main__":
    main()
