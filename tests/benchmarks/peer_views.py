"""The peer of a rebuild: `eventsourcing`'s ProjectionRunner filling a timeline and a table of clocks on PostgreSQL.

Its fold does less than ours (no rules by date, no second time axis, no digests) and writes rows for the same purpose.
"""

from __future__ import annotations

import time
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from eventsourcing.domain import Aggregate
from eventsourcing.persistence import Tracking
from eventsourcing.postgres import PostgresDatastore, PostgresTrackingRecorder
from eventsourcing.projection import Projection, ProjectionRunner
from psycopg import connect
from psycopg.sql import SQL

from tests.benchmarks.peers import Petition, PlainLedger, plain_environment

TABLES = ("plain_timeline", "plain_clocks", "plainviews_tracking")
CLOCKS = (("NOTICE_DIRECT", 15), ("HANDLE", 60))
_WAIT_SECONDS = 120.0


class PlainTables(PostgresTrackingRecorder):
    """The two tables, written in one transaction with the position, as the library's own recorders do it."""

    def __init__(self, datastore: PostgresDatastore, **kwargs: Any) -> None:
        super().__init__(datastore, **kwargs)
        self.sql_create_statements += [
            SQL(
                "CREATE TABLE IF NOT EXISTS plain_timeline "
                "(petition uuid, version int, at timestamptz, act text, detail text, PRIMARY KEY (petition, version))"
            ).format(),
            SQL(
                "CREATE TABLE IF NOT EXISTS plain_clocks "
                "(petition uuid, clock text, due date, met timestamptz, PRIMARY KEY (petition, clock))"
            ).format(),
            SQL("CREATE INDEX IF NOT EXISTS plain_overdue ON plain_clocks (due) WHERE met IS NULL").format(),
        ]

    def open_clocks(self, petition: UUID, version: int, at: datetime, detail: str, tracking: Tracking) -> None:
        """Write a registration: one line and its clocks."""
        with self.datastore.transaction(commit=True) as cursor:
            self._add_line(cursor, petition, version, at, "registered", detail)
            for clock, days in CLOCKS:
                due = at.date() + timedelta(days=days)
                cursor.execute("INSERT INTO plain_clocks VALUES (%s, %s, %s, NULL)", (petition, clock, due))
            self._insert_tracking(cursor, tracking=tracking)

    def meet_clocks(self, petition: UUID, version: int, at: datetime, detail: str, tracking: Tracking) -> None:
        """Write a reply: one line, and its clocks are met."""
        with self.datastore.transaction(commit=True) as cursor:
            self._add_line(cursor, petition, version, at, "replied", detail)
            cursor.execute("UPDATE plain_clocks SET met = %s WHERE petition = %s AND met IS NULL", (at, petition))
            self._insert_tracking(cursor, tracking=tracking)

    @staticmethod
    def _add_line(cursor: Any, petition: UUID, version: int, at: datetime, act: str, detail: str) -> None:
        cursor.execute("INSERT INTO plain_timeline VALUES (%s, %s, %s, %s, %s)", (petition, version, at, act, detail))


class PlainViews(Projection[PlainTables]):
    """Folds the plain application's events, one commit an event."""

    name = "plainviews"

    def process_event(self, domain_event: Any, tracking: Tracking) -> None:
        """Write what an event changes."""
        place = (domain_event.originator_id, domain_event.originator_version, domain_event.timestamp)
        if isinstance(domain_event, Aggregate.Created):
            self.view.open_clocks(*place, domain_event.__dict__["channel"], tracking)
        else:
            self.view.meet_clocks(*place, domain_event.__dict__["means"], tracking)


def run_runner(url: str, events: int) -> tuple[int, float]:
    """Drop the plain views and let a ProjectionRunner fill them again from all events; return how long it took."""
    with connect(url, autocommit=True) as connection:
        for table in TABLES:
            connection.execute(SQL(f"DROP TABLE IF EXISTS {table}"))
    start = time.perf_counter()
    with ProjectionRunner(
        application_class=PlainLedger, projection_class=PlainViews, view_class=PlainTables, env=plain_environment(url)
    ) as runner:
        runner.wait(events, timeout=_WAIT_SECONDS)
        seconds = time.perf_counter() - start
    with connect(url) as connection:
        found = connection.execute("SELECT count(*) FROM plain_timeline").fetchone()
    if found != (events,):
        raise AssertionError(f"the runner folded {found} of {events} events")
    return events, seconds


def save_petitions(app: PlainLedger, petitions: list[Petition], replies: list[dict[str, str]]) -> None:
    """Save petitions with a reply each: two events a petition."""
    for number, petition in enumerate(petitions):
        petition.reply("post", replies[number % len(replies)])
    app.save(*petitions)
