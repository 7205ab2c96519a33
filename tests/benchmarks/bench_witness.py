"""From an act to its witnessed receipt: two witnesses on this machine, 200 acts a second, everything flushed to disk.

The ledger is a SQLite file with full synchronisation; the publisher runs on its schedule as `serve` runs it; each
witness is a process of its own with its own SQLite file, reached over HTTP. An act's time begins when it is handed to
the ledger and ends when a receipt under a checkpoint with both cosignatures can be made; every twentieth is made and
checked.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import httpx

from api.anchors import read_anchor
from api.publishing.publisher import read_policy
from api.publishing.receipts import make_receipt
from api.publishing.schedule import publish_once, publishing
from api.publishing.standing import Standing
from audit.note import ED25519, NoteKey
from audit.proof import check_receipt
from audit.store.notes import format_note_key
from audit.trust import Findings, Trust
from tests.benchmarks.bars import Measured, median, tell
from tests.benchmarks.city import City, Signed, found_city
from tests.postgres_server import free_port

PER_SECOND, SECONDS, CALLERS = 200, 20, 4
P99_SECONDS = 2.0
CHECKED = 20
_SUNDIAL = "import sys; from api.cli import main; sys.argv[0] = 'sundial'; main()"


@contextmanager
def witnesses(city: City, folder: Path) -> Iterator[None]:
    """Run two witnesses, and write the policy by which both have to cosign."""
    log = format_note_key(NoteKey(city.ledger.origin, ED25519, city.application.key("log").public))
    trusted = folder / "trusted"
    trusted.write_text(f"log {log}\n")
    lines = []
    with ExitStack() as stack:
        for name in ("east", "west"):
            port, home = free_port(), folder / name
            base = [sys.executable, "-c", _SUNDIAL, "witness"]
            made = subprocess.run(
                [*base, "keygen", "--name", name, "--home", str(home)], capture_output=True, text=True, check=True
            )
            served = ["serve", "--logs", str(trusted), "--home", str(home), "--port", str(port)]
            process = subprocess.Popen([*base, *served], stdout=subprocess.DEVNULL)
            stack.callback(process.wait)
            stack.callback(process.terminate)
            _await(f"http://127.0.0.1:{port}/", process)
            lines.append(f"witness {name} {made.stdout.strip()} http://127.0.0.1:{port}/")
        policy = "\n".join([*lines, "group both all east west", "quorum both", ""])
        city.application.settings.policy_file.write_text(policy)
        yield


def _await(url: str, process: subprocess.Popen[bytes]) -> None:
    """Wait until a witness answers."""
    while process.poll() is None:
        try:
            httpx.get(url, trust_env=False)
        except httpx.HTTPError:
            time.sleep(0.05)
        else:
            return
    raise AssertionError("a witness ended")


class Race:
    """The acts that are under way, and how long each took until it was covered."""

    def __init__(self, city: City) -> None:
        self._city = city
        self._began: dict[int, float] = {}
        self._lock = threading.Lock()
        self.committed: list[float] = []
        self.covered: dict[int, float] = {}
        self.done = threading.Event()

    def commit(self, act: Signed) -> None:
        """Commit one act and note when it was handed in."""
        began = time.perf_counter()
        answer = self._city.ledger.commit(act[0].draft, act[1])
        with self._lock:
            self._began[answer.index] = began
            self.committed.append(time.perf_counter() - began)

    def watch(self) -> None:
        """Note what each newly published checkpoint covers, until all is covered."""
        standing = Standing(self._city.application.settings.published)
        trust = Trust(read_anchor(self._city.application.settings.anchor_file), read_policy(self._city.application))
        known = 0
        while not (self.done.is_set() and not self._began):
            published = standing.published()
            size = published.checkpoint.size if published else 0
            if size == known and self._began:
                time.sleep(0.005)
                continue
            known = size
            with self._lock:
                found = {index: self._began.pop(index) for index in [*self._began] if index < size}
            for index, began in found.items():
                if index % CHECKED == 0:
                    check_receipt(make_receipt(self._city.application, index).data, trust, Findings())
                self.covered[index] = time.perf_counter() - began
            time.sleep(0.001)


def run(city: City, seconds: int) -> Race:
    """Hand in so many acts a second and wait until each is covered."""
    acts = city.registrations(PER_SECOND * seconds)
    race = Race(city)
    watcher = threading.Thread(target=race.watch)
    with publishing(city.application, lambda line: print(line, file=sys.stderr)):
        watcher.start()
        start = time.perf_counter()

        def hand_in(number: int) -> None:
            for at in range(number, len(acts), CALLERS):
                time.sleep(max(0.0, start + at / PER_SECOND - time.perf_counter()))
                race.commit(acts[at])

        callers = [threading.Thread(target=hand_in, args=(number,)) for number in range(CALLERS)]
        for caller in callers:
            caller.start()
        for caller in callers:
            caller.join()
        race.done.set()
        watcher.join()
    return race


def main(arguments: list[str] | None = None) -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=int, default=SECONDS)
    asked = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="sundial-bench-") as name:
        folder = Path(name)
        with found_city(folder / "home", f"sqlite:///{folder / 'ledger.db'}") as city, witnesses(city, folder):
            publish_once(city.application)
            began = time.perf_counter()
            race = run(city, asked.seconds)
            rate = len(race.covered) / (time.perf_counter() - began)
    times = [*race.covered.values()]
    figures = [
        Measured("act to witnessed receipt, p99", median(times, 0.99), "s", P99_SECONDS, at_most=True),
        Measured("act to witnessed receipt, median", median(times), "s"),
        Measured("act to acknowledgement, p99", 1_000 * median(race.committed, 0.99), "ms"),
        Measured("acts", rate, "per s"),
    ]
    notes = (f"{len(times):,} acts at {PER_SECOND} a second, two witnesses, quorum both, SQLite, synchronous=FULL",)
    tell("From an act to its witnessed receipt", figures, notes)


if __name__ == "__main__":
    main()
