"""All views of the shared fixture rebuilt on PostgreSQL, beside `eventsourcing`'s ProjectionRunner.

Ours reads entries, decodes statements, folds cases and clocks by the rules in force, and writes every view with its
digests, keys and indexes. The runner commits each event by itself: once with the same fold behind it, over acts of the
same fixture into the same tables (`peer_fold.py`), and once with a fold of two tables (`peer_views.py`), to inform.
"""

from __future__ import annotations

import resource
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import orjson
import psycopg

from domain.reference import new_reference
from projections.engine import Engine
from projections.entries import log_size, read_range, read_reference_streams
from projections.open import open_database
from projections.references import take_in
from projections.views import VIEWS
from tests.benchmarks.bars import Measured, median, tell
from tests.benchmarks.bench_append import REPLIES, TEXTS
from tests.benchmarks.core_time import core_time
from tests.benchmarks.fixture import CASES, ENTRIES, FOLDER, copy_to_postgres, make_fixture
from tests.benchmarks.harness import Comparison, Side, compare, race, report, timed
from tests.benchmarks.peer_fold import run_same_fold, save_acts
from tests.benchmarks.peer_views import run_runner, save_petitions
from tests.benchmarks.peers import petitions, plain_ledger
from tests.postgres_server import PostgresServer

ROUNDS = 3
PETITIONS = 600
# A server for so many rows has more than PostgreSQL's 128 MB for pages, and checkpoints no oftener than it must.
SERVER = ("shared_buffers=1GB", "max_wal_size=4GB")
# About two thousand acts of the fixture, of whole cases.
_LOW, _HIGH = "case/1000", "case/1080"
RATIO, RATE, LIVE_RATE = 25.0, 25_000, 2_000
LIVE_ENTRIES, LIVE_BATCH = 10_000, 100
PEAK_MIB, GROWTH = 256, 1.2
_TENTH = 10


def engine_of(url: str, batch: int = LIVE_BATCH) -> Engine:
    """Return an engine as the application has it."""
    return Engine(open_database(url), decode=orjson.loads, encode=orjson.dumps, batch=batch)


def rebuild(url: str, processes: int) -> Side:
    """Rebuild every view from entry 0."""
    return lambda: timed(lambda: engine_of(url).rebuild(processes=processes))


def runner(url: str) -> Callable[[], tuple[int, float]]:
    """Fill the plain views from the first event."""
    app = plain_ledger(url)
    save_petitions(app, petitions(PETITIONS, TEXTS), REPLIES)
    app.close()
    return lambda: run_runner(url, 2 * PETITIONS)


def same_fold(url: str, peer: str) -> tuple[int, Side]:
    """Fill the same views from acts of the fixture, an event a commit; return how many acts these are, too."""
    with closing(open_database(url)) as database, database.read() as session:
        size = log_size(session)
        reference = take_in(new_reference(), read_reference_streams(session, orjson.loads, 0, size))
        count = save_acts(peer, read_range(session, orjson.loads, _LOW, _HIGH, size))
    return count, lambda: run_same_fold(peer, count, reference)


def peak(url: str, processes: int) -> float:
    """Return the peak memory in MiB of the largest process of a rebuild, measured in a process of its own."""
    command = [sys.executable, "-m", "tests.benchmarks.bench_rebuild", "peak", url, str(processes)]
    return float(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def live(url: str, size: int) -> tuple[int, float]:
    """Take the last entries of a log away, build the views, give the entries back and fold them in small batches."""
    with psycopg.connect(url) as server:
        server.execute("CREATE TABLE later AS SELECT * FROM entries WHERE notification_id > %s", (size - LIVE_ENTRIES,))
        server.execute("ALTER TABLE entries DISABLE TRIGGER USER")
        server.execute("DELETE FROM entries WHERE notification_id > %s", (size - LIVE_ENTRIES,))
    engine = engine_of(url)
    engine.rebuild()
    engine.catch_up()
    with psycopg.connect(url) as server:
        server.execute("INSERT INTO entries SELECT * FROM later")
    return timed(engine.catch_up)


def race_on(server: PostgresServer, url: str, peer: str, plain: str) -> None:
    """Print the table of rates beside the runner's."""
    ours, same, like = "rebuild, 2 processes", "ProjectionRunner, same fold", "ProjectionRunner, two tables"
    acts, folded = same_fold(url, peer)
    sides = {ours: rebuild(url, 2), same: folded, like: runner(plain)}
    wanted = [
        Comparison(ours, same, RATIO, unit="entries per s"),
        Comparison(ours, like, unit="entries per s"),
    ]
    rounds = race(sides, ROUNDS)
    notes = (
        f"fsync on; {', '.join(SERVER)}; {ENTRIES:,} entries, {len(VIEWS)} views with digests, keys and indexes",
        f"the runner folds {acts:,} acts of whole cases of the same fixture",
    )
    report("Rebuilding views, entries a second, PostgreSQL", compare("rebuild postgres", rounds, wanted), notes)
    rate = median([found[ours] for found in rounds])
    before = core_time(server.pid)
    count, seconds = rebuild(url, 1)()
    used = core_time(server.pid).since(before, count)
    figures = [
        Measured(ours, rate, "entries per s", RATE),
        Measured("rebuild, 1 process", count / seconds, "entries per s"),
        Measured("core time of the client", used.client, "us an entry"),
        Measured("core time of the server", used.server, "us an entry"),
    ]
    tell("Rebuilding views, PostgreSQL", figures)


def main(folder: Path = FOLDER) -> None:
    """Print three tables."""
    whole, tenth = make_fixture(folder, CASES, ENTRIES), make_fixture(folder, CASES // _TENTH, ENTRIES // _TENTH)
    print(whole.told)
    with closing(PostgresServer(settings=SERVER)) as server:
        large, small = server.create_database(), server.create_database()
        copy_to_postgres(whole, large)
        copy_to_postgres(tenth, small)
        race_on(server, large, server.create_database(), server.create_database())
        peaks = {url: peak(url, 2) for url in (small, large)}
        count, seconds = live(small, tenth.entries)
        figures = [
            Measured("peak, a tenth of the cases", peaks[small], "MiB", PEAK_MIB, at_most=True),
            Measured("peak, all cases", peaks[large], "MiB", PEAK_MIB, at_most=True),
            Measured("peak, all to a tenth", peaks[large] / peaks[small], "times", GROWTH, at_most=True),
            Measured(f"live, batches of {LIVE_BATCH}", count / seconds, "entries per s", LIVE_RATE),
        ]
        tell("Memory of a rebuild, and the live path, PostgreSQL", figures)


def print_peak(url: str, processes: int) -> None:
    """Rebuild, and print the peak memory in MiB of the largest process.

    What `getrusage` tells of a process itself begins with that of the process which started it; the kernel's own mark
    does not.
    """
    engine_of(url).rebuild(processes=processes)
    marks = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text().splitlines())
    own = int(marks["VmHWM"].split()[0])
    print(max(own, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss) / 1024)


if __name__ == "__main__":
    if sys.argv[1:2] == ["peak"]:
        print_peak(sys.argv[2], int(sys.argv[3]))
    else:
        main(Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER)
