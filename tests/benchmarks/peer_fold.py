"""The peer of a rebuild that does the same work: `eventsourcing`'s ProjectionRunner with our own fold behind it.

Its events carry the acts of the fixture; its projection folds each with the very fold of a rebuild and writes the rows
and digests of every view into the same tables, with keys and indexes, in one transaction with the position: one commit
an event, as the library does it. States of cases stay in its memory, and rows are written by our own fast statement.
"""

from __future__ import annotations

import time
from collections.abc import Iterable
from itertools import groupby
from operator import attrgetter
from typing import Any, ClassVar
from uuid import UUID

import orjson
import psycopg
from eventsourcing.application import Application
from eventsourcing.domain import Aggregate, event
from eventsourcing.persistence import Tracking
from eventsourcing.postgres import PostgresDatastore, PostgresTrackingRecorder
from eventsourcing.projection import Projection, ProjectionRunner

from domain.reference import Reference
from projections.entries import CASE_PREFIX, Entry
from projections.folding import Changes, Folder, StreamState
from projections.postgres import PostgresSession
from projections.postgres_arrays import install_arrays
from projections.tables import create_indexes, create_table
from projections.view import all_tables
from projections.views import VIEWS
from tests.benchmarks.peers import plain_environment

_WAIT_SECONDS = 300.0
_TRACKING = "sameviews_tracking"


class Acted(Aggregate):
    """A case as the library's own aggregate; each of its events carries one act of the fixture."""

    _ids: ClassVar[list[UUID]] = []

    @staticmethod
    def create_id() -> UUID:
        """Give the case's own id."""
        return Acted._ids.pop()

    @event("Began")
    def __init__(self, act: dict[str, Any]) -> None:
        self.acts = 1

    @event("Went")
    def go_on(self, act: dict[str, Any]) -> None:
        """Take one more act in."""
        self.acts += 1


class ActedLog(Application[UUID]):
    """The library's application with its default transcoder."""


class SameTables(PostgresTrackingRecorder):
    """Every view's tables, written in one transaction with the position."""

    reference: ClassVar[Reference]

    def __init__(self, datastore: PostgresDatastore, **kwargs: Any) -> None:
        super().__init__(datastore, **kwargs)
        self._folder = Folder(VIEWS, self.reference, orjson.dumps)
        self._states: dict[str, StreamState] = {}

    def fold(self, entry: Entry, tracking: Tracking) -> None:
        """Fold one act and commit what it put."""
        folder, changes = self._folder, Changes()
        state = self._states.get(entry.stream) or self._states.setdefault(entry.stream, folder.new(entry.stream))
        folder.apply(state, entry, changes)
        for view in changes.streams:
            digest = folder.digest(state, view)
            changes.put(view, len(VIEWS[view].tables), (entry.stream,), (entry.stream, digest))
        with self.datastore.transaction(commit=True) as cursor:
            connection: Any = cursor.connection
            install_arrays(connection)
            session = PostgresSession(connection)
            with session.together():
                for (view, table), rows in changes.rows.items():
                    described = _TABLES[view, table]
                    session.put(described, described.name, rows.values())
            self._insert_tracking(cursor, tracking=tracking)


_TABLES = {(number, at): table for number, view in enumerate(VIEWS) for at, table in enumerate(all_tables(view))}


class SameViews(Projection[SameTables]):
    """Folds the acts, one commit an event."""

    name = "sameviews"

    def process_event(self, domain_event: Any, tracking: Tracking) -> None:
        """Fold the act that an event carries."""
        act = domain_event.__dict__["act"]
        stream = CASE_PREFIX + domain_event.originator_id.hex
        version = domain_event.originator_version
        self.view.fold(
            Entry(act["index"], stream, version, act["action"], act["statement"], act["recorded_at"]), tracking
        )


def save_acts(url: str, entries: Iterable[Entry]) -> int:
    """Save the acts of whole cases, given case by case, as the library's events; return how many there are."""
    app, count = ActedLog(plain_environment(url)), 0
    for stream, of_case in groupby(entries, attrgetter("stream")):
        acts = [
            {"index": one.index, "action": one.action, "statement": dict(one.statement), "recorded_at": one.recorded_at}
            for one in of_case
        ]
        Acted._ids.append(UUID(stream.removeprefix(CASE_PREFIX)))
        case = Acted(acts[0])
        for act in acts[1:]:
            case.go_on(act)
        app.save(case)
        count += len(acts)
    app.close()
    return count


def run_same_fold(url: str, events: int, reference: Reference) -> tuple[int, float]:
    """Make the views' tables anew and let a ProjectionRunner fill them from all events; return how long it took."""
    SameTables.reference = reference
    with psycopg.connect(url, autocommit=True) as connection:
        _make_tables(connection)
    start = time.perf_counter()
    with ProjectionRunner(
        application_class=ActedLog, projection_class=SameViews, view_class=SameTables, env=plain_environment(url)
    ) as runner:
        runner.wait(events, timeout=_WAIT_SECONDS)
        seconds = time.perf_counter() - start
    with psycopg.connect(url) as connection:
        found = connection.execute("SELECT count(*) FROM view_acts").fetchone()
    if found != (events,):
        raise AssertionError(f"the runner folded {found} of {events} acts")
    return events, seconds


def _make_tables(connection: psycopg.Connection[Any]) -> None:
    statements = [f"DROP TABLE IF EXISTS {_TRACKING}"]
    for table in _TABLES.values():
        statements += [f"DROP TABLE IF EXISTS {table.name}", create_table(table, table.name, "postgres", keyed=True)]
        statements += create_indexes(table, table.name, 1, "postgres")
    for statement in statements:
        connection.execute(statement.encode())
