"""The journal: every look is a row of this server's own file before anything is shown, in the log or not yet.

A row goes from waiting to the log in three steps, each one transaction: it waits; it is part of a batch, which has the
id of the act that will hold it; the act is in the log, and the row knows its index. Whoever is killed in between finds
the batch again, and the act's id tells whether it was recorded: nothing is lost and nothing is told twice.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Iterable
from pathlib import Path
from threading import RLock
from typing import Final, NamedTuple

from api.looks.look import Look

MOST: Final = 500
"""How many looks one act holds."""

_NAMES: Final = ", ".join("case_id" if name == "case" else name for name in Look._fields)
_SCHEMA = """
CREATE TABLE IF NOT EXISTS looks (
    look TEXT PRIMARY KEY, at INTEGER NOT NULL, office TEXT NOT NULL, officer TEXT NOT NULL, role TEXT NOT NULL,
    kind TEXT NOT NULL, route TEXT NOT NULL, case_id TEXT NOT NULL, unit TEXT NOT NULL, mandate TEXT NOT NULL,
    reason TEXT NOT NULL, batch BLOB, entry INTEGER) STRICT;
CREATE INDEX IF NOT EXISTS looks_of_cases ON looks (case_id);
CREATE INDEX IF NOT EXISTS looks_of_offices ON looks (office, at);
CREATE INDEX IF NOT EXISTS looks_waiting ON looks (batch, office, at) WHERE entry IS NULL;
CREATE INDEX IF NOT EXISTS looks_in_log ON looks (entry) WHERE entry IS NOT NULL;
"""
_WAITING = "SELECT office FROM looks WHERE entry IS NULL AND batch IS NULL AND at < ? GROUP BY office ORDER BY office"
_CHOSEN = "SELECT look FROM looks WHERE entry IS NULL AND batch IS NULL AND office = ? AND at < ? ORDER BY at, rowid"


class Batch(NamedTuple):
    """Looks of one body that are on their way into the log as the act with this id (16 bytes)."""

    act_id: bytes
    office: str
    looks: tuple[Look, ...]


class Journal:
    """The rows. May be shared by threads and, being a file, by processes; every method is one transaction."""

    def __init__(self, database: sqlite3.Connection, lock: RLock) -> None:
        """Use a connection in autocommit mode that this lock guards, and make the table if it is not there."""
        self._database = database
        self._lock = lock
        database.executescript(_SCHEMA)

    def add(self, looks: Iterable[Look], entry: int | None = None) -> None:
        """Write looks down, durably when this returns; `entry` says that they are in the log already, at this index.

        A look that is there keeps its row. Raises sqlite3.Error if that cannot be done: then nothing may be shown.
        """
        marks = ", ".join("?" * (len(Look._fields) + 1))
        with self._lock:
            self._database.execute("BEGIN IMMEDIATE")
            try:
                self._database.executemany(
                    f"INSERT OR IGNORE INTO looks ({_NAMES}, entry) VALUES ({marks})", [(*one, entry) for one in looks]
                )
            except BaseException:
                self._database.execute("ROLLBACK")
                raise
            self._database.execute("COMMIT")

    def waiting(self, before: int) -> tuple[str, ...]:
        """The offices that have looks from before a moment (Unix ms) which no batch has."""
        with self._lock:
            return tuple(row[0] for row in self._database.execute(_WAITING, (before,)))

    def begin(self, act_id: bytes, office: str, before: int) -> int:
        """Make the oldest looks of an office from before a moment a batch; return how many it has."""
        with self._lock:
            return self._database.execute(
                f"UPDATE looks SET batch = ? WHERE look IN ({_CHOSEN} LIMIT {MOST})", (act_id, office, before)
            ).rowcount

    def begun(self) -> list[Batch]:
        """The batches that are not known to be in the log."""
        sql = f"SELECT batch, {_NAMES} FROM looks WHERE entry IS NULL AND batch IS NOT NULL ORDER BY batch, at, rowid"
        found: dict[bytes, list[Look]] = {}
        with self._lock:
            for batch, *row in self._database.execute(sql):
                found.setdefault(batch, []).append(Look(*row))
        return [Batch(act_id, looks[0].office, tuple(looks)) for act_id, looks in found.items()]

    def finish(self, act_id: bytes, entry: int) -> None:
        """Note that a batch is in the log, at this index."""
        with self._lock:
            self._database.execute("UPDATE looks SET entry = ? WHERE batch = ?", (entry, act_id))

    def entries(self) -> set[int]:
        """The indexes of the entries of the log that rows are in."""
        with self._lock:
            return {row[0] for row in self._database.execute("SELECT DISTINCT entry FROM looks WHERE entry >= 0")}

    def take_back(self, entries: Iterable[int]) -> None:
        """Let the rows that were in entries wait again: the log does not hold these any more."""
        with self._lock:
            self._database.executemany(
                "UPDATE looks SET entry = NULL, batch = NULL WHERE entry = ?", [(index,) for index in entries]
            )

    def of_case(self, case: str) -> list[Look]:
        """What is written down of a case, the newest first."""
        return self._select("case_id = ?", (case,), -1)

    def of_offices(self, offices: Collection[str], before: int, most: int) -> list[Look]:
        """The newest looks of some bodies' officers from before a moment, at most so many."""
        return self._select(f"office IN ({', '.join('?' * len(offices))}) AND at < ?", (*offices, before), most)

    def _select(self, condition: str, values: tuple[object, ...], most: int) -> list[Look]:
        sql = f"SELECT {_NAMES} FROM looks WHERE {condition} ORDER BY at DESC, rowid DESC LIMIT {most}"
        with self._lock:
            return [Look(*row) for row in self._database.execute(sql, values)]


def open_journal(path: Path | str) -> Journal:
    """Open or create a journal that is a file of its own; ":memory:" is one that nobody keeps."""
    return Journal(sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=20), RLock())
