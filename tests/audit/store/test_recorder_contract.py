"""The library's own recorder contract, run against both stores.

Exceptions, by name and reason: `test_performance` and `test_concurrent_throughput` only print rates and assert nothing
about them (rates are measured in tests/benchmarks); `AggregateRecorderTestCase` is not run because the aggregate
recorder, which the log does not use, is the library's own class, unchanged.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, cast

import pytest
from eventsourcing.persistence import (
    AggregateRecorder,
    ApplicationRecorder,
    InfrastructureFactory,
    ProcessRecorder,
    TrackingRecorder,
)
from eventsourcing.postgres import PostgresAggregateRecorder, PostgresTrackingRecorder
from eventsourcing.sqlite import SQLiteAggregateRecorder, SQLiteTrackingRecorder
from eventsourcing.tests.persistence import (
    AggregateRecorderTestCase,
    ApplicationRecorderTestCase,
    InfrastructureFactoryTestCase,
    NonInterleavingNotificationIDsBaseCase,
    ProcessRecorderTestCase,
    TrackingRecorderTestCase,
)
from eventsourcing.utils import Environment

from audit.store import postgres, sqlite

Factory = InfrastructureFactory[Any]


class OnSqlite:
    """Hands a new SQLite file to a case of the library."""

    expected: Any = (sqlite.SqliteLogRecorder, sqlite.SqliteLogProcessRecorder, SQLiteAggregateRecorder)
    tracking: Any = SQLiteTrackingRecorder
    factory_class: Any = sqlite.Factory

    @pytest.fixture(autouse=True)
    def _construct(self, sqlite_url: str) -> Iterator[None]:
        path = sqlite_url.removeprefix("sqlite:///")
        yield from self.construct({"PERSISTENCE_MODULE": "audit.store.sqlite", "SQLITE_DBNAME": path})

    def construct(self, settings: dict[str, str]) -> Iterator[None]:
        self.env = Environment(env={**settings, "ORIGINATOR_ID_TYPE": "uuid"})
        self.factory: Factory = InfrastructureFactory.construct(self.env)
        yield
        self.factory.close()


class OnPostgres(OnSqlite):
    """Hands a new PostgreSQL database to a case of the library."""

    expected = (postgres.PostgresLogRecorder, postgres.PostgresLogProcessRecorder, PostgresAggregateRecorder)
    tracking = PostgresTrackingRecorder
    factory_class = postgres.Factory

    @pytest.fixture(autouse=True)
    def _construct(self, postgres_url: str) -> Iterator[None]:
        yield from self.construct({"PERSISTENCE_MODULE": "audit.store.postgres", "POSTGRES_URL": postgres_url})


class AggregateCase(AggregateRecorderTestCase):
    factory: Factory
    test_performance = None  # type: ignore[assignment]

    def create_recorder(self) -> AggregateRecorder:
        return self.factory.aggregate_recorder()


class ApplicationCase(ApplicationRecorderTestCase[ApplicationRecorder]):
    factory: Factory
    test_performance = None  # type: ignore[assignment]
    test_concurrent_throughput = None  # type: ignore[assignment]

    def create_recorder(self) -> ApplicationRecorder:
        return self.factory.application_recorder()


class NonInterleavingCase(NonInterleavingNotificationIDsBaseCase):
    factory: Factory

    def create_recorder(self) -> ApplicationRecorder:
        return self.factory.application_recorder()


class TrackingCase(TrackingRecorderTestCase):
    factory: Factory

    def create_recorder(self) -> TrackingRecorder:
        recorder: TrackingRecorder = self.factory.tracking_recorder()
        return recorder


class ProcessCase(ProcessRecorderTestCase):
    factory: Factory
    test_performance = None  # type: ignore[assignment]

    def create_recorder(self) -> ProcessRecorder:
        return self.factory.process_recorder()


class FactoryCase(InfrastructureFactoryTestCase[Factory]):
    expected: Any
    tracking: Any
    factory_class: Any

    def expected_factory_class(self) -> type[Factory]:
        return cast(type[Factory], self.factory_class)

    def expected_aggregate_recorder_class(self) -> type[AggregateRecorder]:
        return cast(type[AggregateRecorder], self.expected[2])

    def expected_application_recorder_class(self) -> type[ApplicationRecorder]:
        return cast(type[ApplicationRecorder], self.expected[0])

    def expected_tracking_recorder_class(self) -> type[TrackingRecorder]:
        return cast(type[TrackingRecorder], self.tracking)

    def tracking_recorder_subclass(self) -> type[TrackingRecorder]:
        return TrackedOnSqlite if self.tracking is SQLiteTrackingRecorder else TrackedOnPostgres

    def expected_process_recorder_class(self) -> type[ProcessRecorder]:
        return cast(type[ProcessRecorder], self.expected[1])


class TrackedOnSqlite(SQLiteTrackingRecorder):
    pass


class TrackedOnPostgres(PostgresTrackingRecorder):
    pass


class TestAggregateRecorderOnSqlite(OnSqlite, AggregateCase):
    pass


class TestAggregateRecorderOnPostgres(OnPostgres, AggregateCase):
    pass


class TestApplicationRecorderOnSqlite(OnSqlite, ApplicationCase):
    pass


class TestApplicationRecorderOnPostgres(OnPostgres, ApplicationCase):
    pass


class TestNonInterleavingIdsOnSqlite(OnSqlite, NonInterleavingCase):
    pass


class TestNonInterleavingIdsOnPostgres(OnPostgres, NonInterleavingCase):
    pass


class TestTrackingRecorderOnSqlite(OnSqlite, TrackingCase):
    pass


class TestTrackingRecorderOnPostgres(OnPostgres, TrackingCase):
    pass


class TestProcessRecorderOnSqlite(OnSqlite, ProcessCase):
    pass


class TestProcessRecorderOnPostgres(OnPostgres, ProcessCase):
    pass


class TestFactoryOnSqlite(OnSqlite, FactoryCase):
    pass


class TestFactoryOnPostgres(OnPostgres, FactoryCase):
    pass


del AggregateCase, ApplicationCase, NonInterleavingCase, TrackingCase, ProcessCase, FactoryCase
del AggregateRecorderTestCase, ApplicationRecorderTestCase, NonInterleavingNotificationIDsBaseCase
del TrackingRecorderTestCase, ProcessRecorderTestCase, InfrastructureFactoryTestCase
