"""What a witness has seen: the newest checkpoint of each log, all that it cosigned, and evidence; one SQLite file.

The check that a checkpoint goes on from the newest and the note that it did are one transaction, which is on the disk
before anything is answered: two requests at once cannot both go on from the same size to different roots.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Lock
from typing import NamedTuple

MOST_EVIDENCE = 1_000
_SCHEMA = """
CREATE TABLE IF NOT EXISTS latest (origin TEXT PRIMARY KEY, size INTEGER NOT NULL, root BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS cosigned (
    origin TEXT NOT NULL, size INTEGER NOT NULL, root BLOB NOT NULL, note TEXT NOT NULL, at INTEGER NOT NULL,
    PRIMARY KEY (origin, size)
);
CREATE TABLE IF NOT EXISTS evidence (
    id TEXT PRIMARY KEY, origin TEXT NOT NULL, at INTEGER NOT NULL, proven INTEGER NOT NULL, data BLOB NOT NULL
);
"""
_BUSY_SECONDS = 10.0


class Seen(NamedTuple):
    """A checkpoint that was cosigned: its size, its root, and the note."""

    size: int
    root: bytes
    note: str


class Kept(NamedTuple):
    """A file of evidence: its name, of which log, since which Unix second, and whether it proves by itself."""

    name: str
    origin: str
    at: int
    proven: bool
    data: bytes


class WitnessStore:
    """One witness's file, shared by the threads of a process, and by processes through the file's own lock."""

    def __init__(self, path: Path) -> None:
        """Open the file, which is made if it is not there."""
        path.touch(mode=0o600)
        self._lock = Lock()
        self._connection = sqlite3.connect(path, timeout=_BUSY_SECONDS, isolation_level=None, check_same_thread=False)
        with self._open() as connection:
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = FULL")
            connection.executescript(_SCHEMA)

    def latest(self, origin: str) -> tuple[int, bytes]:
        """Return size and root of the newest checkpoint of a log, 0 and nothing before the first."""
        with self._open() as connection:
            row = connection.execute("SELECT size, root FROM latest WHERE origin = ?", (origin,)).fetchone()
        return (int(row[0]), bytes(row[1])) if row else (0, b"")

    def advance(self, origin: str, new: Seen, at: int, check: Callable[[int, bytes], None]) -> None:
        """Take a checkpoint as the newest if check(size, root) of the newest before raises nothing.

        Raises what check raises, with nothing changed.
        """
        with self._open() as connection:
            connection.execute("BEGIN IMMEDIATE")
            try:
                row = connection.execute("SELECT size, root FROM latest WHERE origin = ?", (origin,)).fetchone()
                check(*((int(row[0]), bytes(row[1])) if row else (0, b"")))
                connection.execute(
                    "INSERT INTO latest VALUES (?, ?, ?)"
                    " ON CONFLICT (origin) DO UPDATE SET size = excluded.size, root = excluded.root",
                    (origin, new.size, new.root),
                )
                connection.execute(
                    "INSERT INTO cosigned VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
                    (origin, new.size, new.root, new.note, at),
                )
                connection.execute("COMMIT")
            except BaseException:
                connection.execute("ROLLBACK")
                raise

    def cosigned(self, origin: str, size: int) -> Seen | None:
        """Return the checkpoint of this size that was cosigned, if any was."""
        with self._open() as connection:
            row = connection.execute(
                "SELECT size, root, note FROM cosigned WHERE origin = ? AND size = ?", (origin, size)
            ).fetchone()
        return Seen(int(row[0]), bytes(row[1]), str(row[2])) if row else None

    def keep(self, kept: Kept) -> None:
        """Keep evidence once, at most a thousand of a log; what proves by itself is kept always."""
        with self._open() as connection:
            (count,) = connection.execute("SELECT COUNT(*) FROM evidence WHERE origin = ?", (kept.origin,)).fetchone()
            if kept.proven or count < MOST_EVIDENCE:
                connection.execute("INSERT INTO evidence VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING", kept[:5])

    def evidence(self) -> list[Kept]:
        """Return all evidence, the oldest first."""
        with self._open() as connection:
            rows = connection.execute("SELECT id, origin, at, proven, data FROM evidence ORDER BY at, id").fetchall()
        return [Kept(row[0], row[1], row[2], bool(row[3]), bytes(row[4])) for row in rows]

    def close(self) -> None:
        """Close the file, when nobody uses it."""
        with self._lock:
            self._connection.close()

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        with self._lock:
            yield self._connection
