"""Full verification beside the raw rate at which the same library checks Ed25519 signatures.

Full means: read every row from the database, parse it strictly, check signature, authority by log position, link and
leaf, replay the act through the rules, build the tree, and compare head, tiles, checkpoints and anchor. Opening the
disclosures is a phase of its own, mostly decryption, and not in this figure. Raw means: nothing but signature checks
over messages and loaded keys that lie ready in memory.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from api.anchors import advance_anchor, read_anchor
from api.settings import Settings
from api.verify.replay import DomainReplay
from api.verify.rows import read_extent, read_references, read_share, read_stored, reading, shares
from api.verify.run import verify_database
from audit.entry import pae, parse_entry
from audit.statement import PAYLOAD_TYPE
from audit.store.verification import DatabaseVerifier
from audit.suite import Verify, check_signature, load_public
from tests.benchmarks.bench_append import stores
from tests.benchmarks.city import City, fill, found_city
from tests.benchmarks.harness import Comparison, Figure, Side, compare, race, report, timed
from tests.benchmarks.peers import check_signatures

ENTRIES = {"sqlite": 60_000, "postgres": 8_000}
RAW_ENTRIES = 8_000
FULL, UNSIGNED, TWO = 0.75, 4.0, 0.75

RawItem = tuple[bytes, bytes, bytes]
_BY_PROCESSOR = " (processor time)"


def check_nothing(public: bytes, message: bytes, signature: bytes) -> None:
    """Stand in for the signature check, to measure everything else."""


def verify_log(settings: Settings, verify: Verify) -> int:
    """Verify the whole log in this process with the given signature check; return its size."""
    with reading(settings.database) as session:
        count, last = read_extent(session)
        verifier = DatabaseVerifier(anchor=read_anchor(settings.anchor_file), verify=verify, replay=DomainReplay())
        references = verifier.read_rows(read_references(session, last), references=True)
        parts = [verifier.read_rows(read_share(session, share, last), by_stream=True) for share in shares(1)]
        result = verifier.finish_database(count, [references, *parts], read_stored(session))
    if not result.good:
        raise AssertionError(f"the log is not good: {result.first_fault}")
    return count


def raw_items(city: City, count: int) -> list[RawItem]:
    """Return (raw key, signature, message) of so many acts."""
    key = city.key.public
    items = []
    for stored in city.ledger.entries():
        entry = parse_entry(stored.entry)
        if entry.signatures[0].key_id == city.key.key_id:
            items.append((key, entry.signatures[0].signature, pae(PAYLOAD_TYPE, entry.payload)))
        if len(items) == count:
            return items
    raise AssertionError("the log is too short")


def answer(pipe: Connection, items: list[RawItem]) -> None:
    """Check what this worker holds whenever it is asked to, until the other end is closed."""
    ready = _loaded(items)
    with suppress(EOFError):
        while pipe.recv():
            pipe.send(check_signatures(ready))


@contextmanager
def workers(items: list[RawItem]) -> Iterator[list[Connection]]:
    """Keep two processes at hand that hold the messages; this one stays without threads, as `sundial verify` is."""
    context = get_context("spawn")
    with ExitStack() as stack:
        pipes = []
        for _ in range(2):
            ours, theirs = context.Pipe()
            process = context.Process(target=answer, args=(theirs, items))
            process.start()
            theirs.close()
            stack.callback(process.join)
            pipes.append(ours)
        for pipe in pipes:
            stack.callback(pipe.close)
        yield pipes


def _loaded(items: Sequence[RawItem]) -> list[tuple[Ed25519PublicKey, bytes, bytes]]:
    return [(load_public(key), signature, message) for key, signature, message in items]


def raw(items: list[RawItem]) -> Side:
    """The raw rate of one core."""
    ready = _loaded(items)
    return lambda: timed(lambda: check_signatures(ready))


def raw_by_two(pipes: Sequence[Connection]) -> Side:
    """The raw rate of two processes that are running and hold their messages already."""

    def run() -> int:
        for pipe in pipes:
            pipe.send(True)
        return sum(pipe.recv() for pipe in pipes)

    return lambda: timed(run)


def measure(store: str, settings: Settings, items: list[RawItem]) -> list[Figure]:
    """Race verification and raw checks over one ledger, which nothing in this process has open."""
    sides: dict[str, Side] = {
        "full verification": lambda: timed(lambda: verify_log(settings, check_signature)),
        "signatures off": lambda: timed(lambda: verify_log(settings, check_nothing)),
        "raw Ed25519": raw(items),
    }
    wanted = [
        Comparison("full verification", "raw Ed25519", FULL, unit="entries per s"),
        Comparison("signatures off", "raw Ed25519", UNSIGNED, unit="entries per s"),
    ]
    with workers(items) as pipes:
        sides["raw Ed25519, 2 processes"] = raw_by_two(pipes)
        sides["raw Ed25519, 2 processes"]()
        if store == "sqlite":
            sides["full verification, 2 processes"] = lambda: verify_by_two(settings)
            two = Comparison("full verification, 2 processes", "raw Ed25519, 2 processes", TWO, unit="entries per s")
            wanted.append(two)
        spent: dict[str, list[float]] = {}
        for name in ("full verification", "signatures off", "raw Ed25519"):
            sides[name] = with_processor(name, sides[name], spent)
        rounds = race(sides)
    alone = [dict(zip(spent, rates, strict=True)) for rates in zip(*spent.values(), strict=True)]
    told = [
        Comparison(one.side + _BY_PROCESSOR, one.peer + _BY_PROCESSOR, unit=one.unit)
        for one in wanted
        if "processes" not in one.side
    ]
    return [*compare(f"verify {store}", rounds, wanted), *compare(f"verify {store}", alone, told)]


def with_processor(name: str, side: Side, spent: dict[str, list[float]]) -> Side:
    """Note a side's rate by this process's processor time beside that by the clock, which other programs disturb."""

    def run() -> tuple[int, float]:
        start = time.process_time()
        operations, seconds = side()
        spent.setdefault(name + _BY_PROCESSOR, []).append(operations / (time.process_time() - start))
        return operations, seconds

    return run


def verify_by_two(settings: Settings) -> tuple[int, float]:
    """Verify the log by two processes; their start is inside the clock, opening the disclosures is not."""
    found = verify_database(settings, processes=2)
    if not found.report.good:
        raise AssertionError(f"the log is not good: {found.report.first_fault}")
    return found.report.size, found.seconds


def main() -> None:
    """Print one table a store."""
    with stores() as new, tempfile.TemporaryDirectory(prefix="sundial-bench-") as folder:
        for store, new_url in new.items():
            with found_city(Path(folder) / store, new_url()) as city:
                fill(city, ENTRIES[store])
                settings, items = city.application.settings, raw_items(city, RAW_ENTRIES - 200)
                advance_anchor(settings.anchor_file, city.ledger)
            figures = measure(store, settings, items)
            notes = (
                f"{ENTRIES[store]:,} entries; the process start of 2 processes is inside the clock, for raw it is not",
            )
            report(f"Verification, entries a second, {store}", figures, notes)


if __name__ == "__main__":
    main()
