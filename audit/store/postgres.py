"""The persistence module for PostgreSQL: `PERSISTENCE_MODULE = "audit.store.postgres"`.

Settings: `POSTGRES_URL` (a `postgresql://` URL), `ORIGINATOR_ID_TYPE` ("text"; "uuid" serves the library's contract
tests), `CREATE_TABLE` ("yes": the schema is created or upgraded on construction).
"""

from __future__ import annotations

from collections.abc import Sequence
from threading import Thread
from typing import Any, cast

import psycopg
from eventsourcing import postgres as library
from eventsourcing.persistence import (
    ApplicationRecorder,
    ListenNotifySubscription,
    ProcessRecorder,
    Subscription,
    Tracking,
)
from eventsourcing.utils import Environment, EnvType
from psycopg.conninfo import conninfo_to_dict
from psycopg.rows import dict_row

from audit.store.postgres_errors import translated
from audit.store.postgres_log import CHANNEL, PostgresLog
from audit.store.recorder import LogRecorder, OriginatorIdType
from audit.store.timekeeper import UNTIMED

POSTGRES_URL = "POSTGRES_URL"


class PostgresLogRecorder(LogRecorder):
    """The application recorder on PostgreSQL."""

    log: PostgresLog

    def subscribe(self, gt: int | None = None, topics: Sequence[str] = ()) -> Subscription[ApplicationRecorder]:
        """Return an iterator that waits for entries; they arrive gapless and in commit order."""
        return LogSubscription(self, gt=gt, topics=topics)


class LogSubscription(ListenNotifySubscription[PostgresLogRecorder]):
    """Pulls entries whenever the database says that some were appended."""

    def __init__(self, recorder: PostgresLogRecorder, gt: int | None = None, topics: Sequence[str] = ()) -> None:
        super().__init__(recorder=recorder, gt=gt, topics=topics)
        self._listener = Thread(target=self._listen)
        self._listener.start()

    def __exit__(self, *args: object, **kwargs: Any) -> None:
        try:
            super().__exit__(*args, **kwargs)
        finally:
            self._listener.join()

    def _listen(self) -> None:
        try:
            with translated(), self._recorder.log.connect() as connection:
                connection.execute(f"LISTEN {CHANNEL}")
                while not self._has_been_stopped and not self._thread_error:
                    for _ in connection.notifies(timeout=0.1, stop_after=1):
                        self._has_been_notified.set()
        except BaseException as error:
            self._thread_error = self._thread_error or error
            self.stop()


class PostgresLogProcessRecorder(library.PostgresTrackingRecorder, PostgresLogRecorder, ProcessRecorder):
    """Records events and, in the same transaction, how far a process has got."""

    def __init__(
        self, datastore: library.PostgresDatastore, log: PostgresLog, originator_id_type: OriginatorIdType
    ) -> None:
        library.PostgresTrackingRecorder.__init__(self, datastore)
        LogRecorder.__init__(self, log, originator_id_type)

    def _also(self, **kwargs: Any) -> Any:
        tracking: Tracking | None = kwargs.get("tracking")
        if tracking is None:
            return None

        def insert(connection: psycopg.Connection[Any]) -> None:
            with connection.cursor(row_factory=dict_row) as cursor:
                self._insert_tracking(cursor, tracking=tracking)

        return insert


class Factory(library.PostgresFactory):
    """Constructs recorders over one PostgreSQL database; the ledger sets `timekeeper` before it makes one."""

    def __init__(self, env: Environment | EnvType | None) -> None:
        given = env if isinstance(env, Environment) else Environment(env=env)
        self._url = given.get(POSTGRES_URL) or ""
        if not self._url:
            raise OSError(f"setting {POSTGRES_URL} is missing")
        parts = conninfo_to_dict(self._url)
        for key, name, default in (
            ("POSTGRES_DBNAME", "dbname", "postgres"),
            ("POSTGRES_HOST", "host", "127.0.0.1"),
            ("POSTGRES_PORT", "port", "5432"),
            ("POSTGRES_USER", "user", "postgres"),
            ("POSTGRES_PASSWORD", "password", ""),
        ):
            given[key] = str(parts.get(name) or default)
        super().__init__(given)
        self.env = given
        self.timekeeper = UNTIMED
        self._id_type = cast(OriginatorIdType, self.datastore.originator_id_type)
        self._logs: list[PostgresLog] = []

    def _log(self) -> PostgresLog:
        log = PostgresLog(self._url, self.timekeeper)
        self._logs.append(log)
        if self.env_create_table():
            log.migrate()
        return log

    def application_recorder(self) -> ApplicationRecorder:
        """Construct the recorder of the log."""
        return PostgresLogRecorder(self._log(), self._id_type)

    def process_recorder(self) -> ProcessRecorder:
        """Construct a recorder of the log that tracks a position too."""
        recorder = PostgresLogProcessRecorder(self.datastore, self._log(), self._id_type)
        if self.env_create_table():
            library.PostgresTrackingRecorder.create_table(recorder)
            recorder.log.grant(f'SELECT, INSERT, UPDATE ON "{recorder.tracking_table_name}"')
        return recorder

    def close(self) -> None:
        """Close every connection."""
        for log in getattr(self, "_logs", []):
            log.close()
        super().close()
