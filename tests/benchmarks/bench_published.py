"""Verifying a published log from a folder, by default a million entries, beside the raw rate of as many processes.

The auditor runs as a program of its own with two processes; its start is inside the clock. Raw means: as many processes
that do nothing but check Ed25519 signatures over messages which lie ready in memory. Memory is what the auditor's
processes held at most, added up. `--entries N` takes a smaller log of the shared fixture's kind.
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
from statistics import median

from api.main import open_application
from api.publishing.folder import publish_folder
from api.publishing.standing import Published
from audit.checkpoint import parse_checkpoint
from audit.entry import pae, parse_entry
from audit.note import parse_note
from audit.statement import PAYLOAD_TYPE, parse_statement
from audit.store.ledger import Ledger
from tests.benchmarks.bars import Measured, tell
from tests.benchmarks.bench_verify import RawItem, check_held, hold
from tests.benchmarks.fixture import CASES, ENTRIES, FOLDER, make_fixture

PROCESSES, ROUNDS, RAW = 2, 3, 8_000
RATE, MEMORY_MIB = 0.75, 300
_AUDIT = "import sys; from api.auditor import main; sys.exit(main())"


def write_fast(path: Path, data: bytes) -> None:
    """Write a file without flushing it: what is measured is reading."""
    path.write_bytes(data)


def publish(ledger: Ledger, folder: Path) -> None:
    """Write the log of the newest checkpoint to a folder, with its entries."""
    note = ledger.latest_checkpoint() or ledger.checkpoint()
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


def audit(folder: Path, anchor: Path) -> tuple[int, float, float]:
    """Run the auditor on a folder; return the size of the log, the seconds, and the MiB that it held at most."""
    command = [sys.executable, "-c", _AUDIT, "tree", str(folder), "--anchor", str(anchor), "--json"]
    start = time.perf_counter()
    process = subprocess.Popen([*command, "--processes", str(PROCESSES)], stdout=subprocess.PIPE, text=True)
    peaks: dict[int, int] = {}
    watcher = threading.Thread(target=_watch, args=(process, peaks))
    watcher.start()
    out, _ = process.communicate()
    seconds = time.perf_counter() - start
    watcher.join()
    told = json.loads(out)
    if not told["ok"]:
        raise AssertionError(f"the published log is not good: {told['first_fault']}")
    return int(told["size"]), seconds, sum(peaks.values()) / 1024


def _watch(process: subprocess.Popen[str], peaks: dict[int, int]) -> None:
    """Note the most memory that a process and its children held, in KiB by process."""
    while process.poll() is None:
        children = Path(f"/proc/{process.pid}/task/{process.pid}/children")
        try:
            pids = [process.pid, *(int(one) for one in children.read_text().split())]
        except OSError:
            pids = []
        for pid in pids:
            peaks[pid] = max(peaks.get(pid, 0), _peak(pid))
        time.sleep(0.05)


def _peak(pid: int) -> int:
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in lines if line.startswith("VmHWM:")), 0)


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
        rates, ratios, memory = [], [], 0.0
        context = get_context("spawn")
        with ProcessPoolExecutor(PROCESSES, context, initializer=hold, initargs=(items,)) as pool:
            list(pool.map(check_held, range(2 * PROCESSES)))
            for _ in range(asked.rounds):
                start = time.perf_counter()
                raw = sum(pool.map(check_held, range(4 * PROCESSES))) / (time.perf_counter() - start)
                size, seconds, held = audit(Path(place) / "log", fixture.settings.anchor_file)
                rates.append(size / seconds)
                ratios.append(size / seconds / raw)
                memory = max(memory, held)
    figures = [
        Measured(f"{size:,} entries, {PROCESSES} processes", median(rates), "entries per s"),
        Measured("beside raw Ed25519 of as many", median(ratios), "ratio", RATE),
        Measured("memory of all processes", memory, "MiB", MEMORY_MIB, at_most=True),
    ]
    tell("Verifying a published log", figures, (f"{asked.rounds} rounds, medians; each beside raw in its own round",))


if __name__ == "__main__":
    main()
