"""The persistence module for SQLite: `PERSISTENCE_MODULE = "audit.store.sqlite"`.

Settings: `SQLITE_DBNAME` (a file path), `SQLITE_LOCK_TIMEOUT` (seconds to wait for another writer),
`ORIGINATOR_ID_TYPE` ("text"; "uuid" serves the library's contract tests), `CREATE_TABLE` ("yes": the schema is created
or upgraded on construction).
"""

from __future__ import annotations

import sqlite3
from typing import Any

from eventsourcing import sqlite as library
from eventsourcing.persistence import AggregateRecorder, ApplicationRecorder, ProcessRecorder, Tracking
from eventsourcing.utils import Environment, EnvType

from audit.store.recorder import LogRecorder, OriginatorIdType
from audit.store.sqlite_log import LOCK_TIMEOUT_SECONDS, SqliteLog
from audit.store.timekeeper import UNTIMED


class SqliteLogRecorder(LogRecorder):
    """The application recorder on SQLite."""


class SqliteLogProcessRecorder(library.SQLiteTrackingRecorder, LogRecorder, ProcessRecorder):
    """Records events and, in the same transaction, how far a process has got."""

    def __init__(
        self, datastore: library.SQLiteDatastore, log: SqliteLog, originator_id_type: OriginatorIdType
    ) -> None:
        library.SQLiteTrackingRecorder.__init__(self, datastore)
        LogRecorder.__init__(self, log, originator_id_type)

    def _also(self, **kwargs: Any) -> Any:
        tracking: Tracking | None = kwargs.get("tracking")
        if tracking is None:
            return None

        def insert(connection: sqlite3.Connection) -> None:
            self._insert_tracking(library.SQLiteCursor(connection.cursor()), tracking)

        return insert


class Factory(library.SQLiteFactory):
    """Constructs recorders over one SQLite file; the ledger sets `timekeeper` before it makes one."""

    def __init__(self, env: Environment | EnvType | None) -> None:
        super().__init__(env)
        self.timekeeper = UNTIMED
        self._id_type = self.datastore.originator_id_type
        self._logs: list[SqliteLog] = []

    def _log(self) -> SqliteLog:
        timeout = self.datastore.pool.lock_timeout or LOCK_TIMEOUT_SECONDS
        log = SqliteLog(self.datastore.pool.db_name, self.timekeeper, lock_timeout=timeout)
        self._logs.append(log)
        if self.env_create_table():
            log.migrate()
        return log

    def aggregate_recorder(self, purpose: str = "events") -> AggregateRecorder:
        """Construct the library's plain recorder, for snapshots; the log keeps none."""
        recorder = library.SQLiteAggregateRecorder(self.datastore, events_table_name=f"stored_{purpose}")
        if self.env_create_table():
            recorder.create_table()
        return recorder

    def application_recorder(self) -> ApplicationRecorder:
        """Construct the recorder of the log."""
        return SqliteLogRecorder(self._log(), self._id_type)

    def process_recorder(self) -> ProcessRecorder:
        """Construct a recorder of the log that tracks a position too."""
        recorder = SqliteLogProcessRecorder(self.datastore, self._log(), self._id_type)
        if self.env_create_table():
            library.SQLiteTrackingRecorder.create_table(recorder)
        return recorder

    def close(self) -> None:
        """Close every connection."""
        for log in self._logs:
            log.close()
        self.datastore.close()
