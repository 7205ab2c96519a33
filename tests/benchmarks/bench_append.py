"""Acts a second by 1, 8 and 64 callers and in bulk, on SQLite and PostgreSQL, beside plain `eventsourcing` and UmaDB.

A round makes ready and signs outside the clock: in turn registrations of new cases and replies in the same cases.
Inside the clock each caller commits its acts, on what their preparing left in memory: judged, signature checked,
disclosures stored and acknowledged. Acts in bulk were prepared in bulk, so that their disclosures are encrypted inside
the clock, too. Plain saves the same acts as aggregates, unsigned; UmaDB appends the statements' bytes as they are.
"""

from __future__ import annotations

import tempfile
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

import umadb

from tests.benchmarks.city import City, Signed, found_city
from tests.benchmarks.harness import Comparison, Figure, Side, by_callers, compare, race, report, timed
from tests.benchmarks.peers import Petition, PlainLedger, UmaServer, petitions, plain_ledger, uma_event
from tests.benchmarks.texts import invented, invented_reply
from tests.postgres_server import PostgresServer, free_port

BULK = 500
TEXTS = [invented(number) for number in range(500)]
REPLIES = [{"reply": invented_reply(number)} for number in range(500)]

# How many acts a side commits in a round: about a second's worth.
ACTS = {"sqlite": {1: 1200, 8: 1800, 64: 2400}, "postgres": {1: 800, 8: 1600, 64: 2400}}
PLAIN_ACTS = {"sqlite": {1: 2000, 8: 2000}, "postgres": {1: 700, 8: 1000}}
UMA_ACTS = {1: 1500, 8: 6000, 64: 8000}
BARS = {
    "sqlite": {1: 0.6, 8: 1.0, 64: 1.0, BULK: 1.4},
    "postgres": {1: 1.0, 8: 2.0, 64: 3.0, BULK: 4.0},
}


def ours(city: City, callers: int, count: int) -> Side:
    """One of our sides: in turn registrations and replies, each committed by one of the callers."""
    open_cases: list[Signed] = []

    def side() -> tuple[int, float]:
        acts = city.replies(open_cases, singly=True) if open_cases else city.registrations(count, singly=True)
        open_cases[:] = [] if open_cases else acts
        return by_callers(callers, acts, city.commit)

    return side


def ours_in_bulk(city: City, batches: int) -> Side:
    """The same in transactions of 500 acts signed beforehand."""
    open_cases: list[Signed] = []

    def side() -> tuple[int, float]:
        acts = city.replies(open_cases) if open_cases else city.registrations(BULK * batches)
        open_cases[:] = [] if open_cases else acts

        def commit() -> int:
            for start in range(0, len(acts), BULK):
                city.commit_many(acts[start : start + BULK])
            return len(acts)

        return timed(commit)

    return side


def plain(app: PlainLedger, callers: int, count: int) -> Side:
    """The plain side: aggregates made ready outside the clock, saved one event at a time."""
    open_cases: list[Petition] = []

    def side() -> tuple[int, float]:
        acts = list(open_cases) if open_cases else petitions(count, TEXTS)
        for number, petition in enumerate(open_cases):
            petition.reply("post", REPLIES[number % len(REPLIES)])
        open_cases[:] = [] if open_cases else acts
        return by_callers(callers, acts, app.save)

    return side


def plain_in_bulk(app: PlainLedger, batches: int) -> Side:
    """What plain does when it is handed 500 aggregates in one call."""

    def side() -> tuple[int, float]:
        acts = petitions(BULK * batches, TEXTS)

        def save() -> int:
            for start in range(0, len(acts), BULK):
                app.save(*acts[start : start + BULK])
            return len(acts)

        return timed(save)

    return side


def uma(server: UmaServer, callers: int, payloads: Sequence[bytes], count: int) -> Side:
    """UmaDB's side: statements as bytes, a client a caller, no condition on the append."""
    held = threading.local()

    def append(event: umadb.Event) -> None:
        if not hasattr(held, "client"):
            held.client = server.client()
        held.client.append([event])

    def side() -> tuple[int, float]:
        events = [
            uma_event(f"case/{number}", "case.registered.v1", payloads[number % len(payloads)])
            for number in range(count)
        ]
        return by_callers(callers, events, append)

    return side


def uma_in_bulk(server: UmaServer, payloads: Sequence[bytes], count: int) -> Side:
    """UmaDB handed 500 events in one call."""
    client = server.client()

    def side() -> tuple[int, float]:
        events = [uma_event(f"case/{number}", "a", payloads[number % len(payloads)]) for number in range(count)]

        def append() -> int:
            for start in range(0, count, BULK):
                client.append(events[start : start + BULK])
            return count

        return timed(append)

    return side


@contextmanager
def stores() -> Iterator[dict[str, Callable[[], str]]]:
    """Yield, for each store, a function that makes a new database on it; fsync is on in both."""
    with tempfile.TemporaryDirectory(prefix="sundial-bench-") as folder, ExitStack() as stack:
        server = PostgresServer(durable=True)
        stack.callback(server.close)
        numbers = iter(range(1000))
        yield {
            "sqlite": lambda: f"sqlite:///{folder}/{next(numbers)}.db",
            "postgres": server.create_database,
        }


def measure(store: str, city: City, app: PlainLedger, server: UmaServer) -> list[Figure]:
    """Race all sides of one store."""
    payloads = [prepared.payload for prepared, _ in city.registrations(100)]
    sides: dict[str, Side] = {}
    wanted: list[Comparison] = []
    for callers, bar in BARS[store].items():
        if callers == BULK:
            continue
        name, peer = f"ours, {callers} callers", f"plain, {min(callers, 8)} callers"
        sides[name] = ours(city, callers, ACTS[store][callers])
        if peer not in sides:
            sides[peer] = plain(app, min(callers, 8), PLAIN_ACTS[store][min(callers, 8)])
        sides[f"umadb, {callers} callers"] = uma(server, callers, payloads, UMA_ACTS[callers])
        wanted += [Comparison(name, peer, bar), Comparison(name, f"umadb, {callers} callers")]
    sides["ours, bulk 500"] = ours_in_bulk(city, 6)
    sides["plain, bulk 500"] = plain_in_bulk(app, 12)
    sides["umadb, bulk 500"] = uma_in_bulk(server, payloads, 40 * BULK)
    wanted.append(Comparison("ours, bulk 500", "plain, 1 callers", BARS[store][BULK]))
    wanted += [Comparison("ours, bulk 500", peer) for peer in ("plain, bulk 500", "umadb, bulk 500")]
    return compare(f"append {store}", race(sides), wanted)


def main() -> None:
    """Print one table a store."""
    with stores() as new, tempfile.TemporaryDirectory(prefix="sundial-bench-") as folder:
        server = UmaServer(Path(folder), free_port())
        try:
            for store, new_url in new.items():
                app = plain_ledger(new_url())
                with found_city(Path(folder) / store, new_url()) as city:
                    figures = measure(store, city, app, server)
                app.close()
                notes = (
                    "fsync on; signed, chained, logged, disclosures stored; plain: unsigned eventsourcing save()",
                    "umadb runs its own server on 127.0.0.1 and stores the same statements, unsigned",
                )
                report(f"Acts a second, {store}", figures, notes)
        finally:
            server.close()


if __name__ == "__main__":
    main()
