"""Verifying a published log from a folder, by default a million entries, beside the raw rate of as many processes.

The auditor runs as a program of its own with two processes; its start is inside the clock. Raw means: as many processes
that do nothing but check Ed25519 signatures over messages which lie ready in memory. Memory is what the auditor's
processes held together at most, a page that they share counted once. The ratio of processor time is told as well: on a
machine that others use, seconds on the clock say little. `--entries N` takes a smaller log of the same kind.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import threading
import time
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from resource import RUSAGE_CHILDREN, getrusage
from statistics import median
from typing import NamedTuple

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from api.main import open_application
from api.publishing.folder import publish_folder
from api.publishing.standing import Published
from audit.checkpoint import parse_checkpoint
from audit.entry import pae, parse_entry
from audit.note import parse_note
from audit.statement import PAYLOAD_TYPE, parse_statement
from audit.store.ledger import Ledger
from audit.suite import load_public
from tests.benchmarks.bars import Measured, tell
from tests.benchmarks.fixture import CASES, ENTRIES, FOLDER, make_fixture
from tests.benchmarks.peers import check_signatures

PROCESSES, ROUNDS, RAW = 2, 3, 8_000
RATE, MEMORY_MIB = 0.75, 300
RawItem = tuple[bytes, bytes, bytes]
_loaded: list[tuple[Ed25519PublicKey, bytes, bytes]] = []
_AUDIT = "import sys; from api.auditor import main; sys.exit(main())"


def write_fast(path: Path, data: bytes) -> None:
    """Write a file without flushing it: what is measured is reading."""
    path.write_bytes(data)


def publish(ledger: Ledger, folder: Path) -> None:
    """Write the log of the newest checkpoint to a folder, with its entries."""
    note = ledger.checkpoint()
    published = Published(note, parse_checkpoint(parse_note(note).text))
    publish_folder(ledger, published, folder, entries=True, write=write_fast)


def raw_items(ledger: Ledger, count: int) -> list[RawItem]:
    """Return (raw key, signature, message) of the last acts of the log that officers signed."""
    grants = ledger.authority()
    size = ledger.head().size
    items = []
    for stored in ledger.entries(max(1, size - 2 * count), size):
        entry = parse_entry(stored.entry)
        statement = parse_statement(entry.payload)
        if statement.actor.startswith("officer-"):
            key = grants.check(stored.index, statement).key
            items.append((key, entry.signatures[0].signature, pae(PAYLOAD_TYPE, entry.payload)))
    return items[-count:]


class Audited(NamedTuple):
    """What a run of the auditor took: the size of the log, seconds, seconds of processor time, and MiB at most."""

    size: int
    seconds: float
    processor: float
    memory: float


def audit(folder: Path, anchor: Path) -> Audited:
    """Run the auditor on a folder. Raises AssertionError if the log is not good."""
    command = [sys.executable, "-c", _AUDIT, "tree", str(folder), "--anchor", str(anchor), "--json"]
    start, before = time.perf_counter(), getrusage(RUSAGE_CHILDREN)
    process = subprocess.Popen([*command, "--processes", str(PROCESSES)], stdout=subprocess.PIPE, text=True)
    peaks: list[int] = [0]
    watcher = threading.Thread(target=_watch, args=(process, peaks))
    watcher.start()
    out, _ = process.communicate()
    seconds, after = time.perf_counter() - start, getrusage(RUSAGE_CHILDREN)
    watcher.join()
    told = json.loads(out)
    if not told["ok"]:
        raise AssertionError(f"the published log is not good: {told['first_fault']}")
    processor = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Audited(int(told["size"]), seconds, processor, max(peaks) / 1024)


def _watch(process: subprocess.Popen[str], peaks: list[int]) -> None:
    """Note how many KiB a process and its children hold together, every half second."""
    while process.poll() is None:
        children = Path(f"/proc/{process.pid}/task/{process.pid}/children")
        try:
            pids = [process.pid, *(int(one) for one in children.read_text().split())]
        except OSError:
            pids = []
        peaks.append(sum(_held(pid) for pid in pids))
        time.sleep(0.5)


def _held(pid: int) -> int:
    """Return the KiB of a process, its part of what it shares with others."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in lines if line.startswith("Pss:")), 0)


def hold(items: list[RawItem]) -> None:
    """Give a worker process what it will check."""
    _loaded[:] = [(load_public(key), signature, message) for key, signature, message in items]


def check_timed(_: int) -> tuple[int, float]:
    """Check what the worker holds; return how many and the seconds of processor time."""
    start = time.process_time()
    return check_signatures(_loaded), time.process_time() - start


def measure(pool: ProcessPoolExecutor, folder: Path, anchor: Path) -> tuple[Audited, float, float]:
    """Run one round: what the auditor took, and its ratios to raw by the clock and by processor time."""
    start = time.perf_counter()
    raw = list(pool.map(check_timed, range(4 * PROCESSES)))
    by_clock = sum(count for count, _ in raw) / (time.perf_counter() - start)
    by_processor = sum(count for count, _ in raw) / sum(seconds for _, seconds in raw)
    found = audit(folder, anchor)
    return found, found.size / found.seconds / by_clock, found.size / found.processor / by_processor


def main(arguments: list[str] | None = None) -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--entries", type=int, default=ENTRIES)
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--folder", type=Path, default=FOLDER)
    asked = parser.parse_args(arguments)
    fixture = make_fixture(asked.folder, max(20, CASES * asked.entries // ENTRIES), asked.entries)
    with tempfile.TemporaryDirectory(prefix="sundial-bench-") as place:
        with open_application(fixture.settings) as application:
            publish(application.ledger, Path(place) / "log")
            items = raw_items(application.ledger, RAW)
        context = get_context("spawn")
        with ProcessPoolExecutor(PROCESSES, context, initializer=hold, initargs=(items,)) as pool:
            list(pool.map(check_timed, range(2 * PROCESSES)))
            anchor = fixture.settings.anchor_file
            rounds = [measure(pool, Path(place) / "log", anchor) for _ in range(asked.rounds)]
    size = rounds[0][0].size
    rates = [found.size / found.seconds for found, _, _ in rounds]
    figures = [
        Measured(f"{size:,} entries, {PROCESSES} processes", median(rates), "entries per s"),
        Measured("beside raw Ed25519 of as many", median([ratio for _, ratio, _ in rounds]), "ratio", RATE),
        Measured("the same by processor time", median([ratio for _, _, ratio in rounds]), "ratio"),
        Measured(
            "memory of all processes", max(found.memory for found, _, _ in rounds), "MiB", MEMORY_MIB, at_most=True
        ),
    ]
    tell("Verifying a published log", figures, (f"{asked.rounds} rounds, medians; each beside raw in its own round",))


if __name__ == "__main__":
    main()
