"""The log on SQLite: WAL, synchronous=FULL, one writer at a time by `BEGIN IMMEDIATE`."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Sequence
from contextlib import closing, suppress
from threading import Lock, local
from typing import Any

from audit.statement import NO_PREV
from audit.store.append import Assembly, Item, Meanwhile
from audit.store.errors import ActConflict, LedgerError, ReferenceMoved, StaleStream
from audit.store.migrations import migrations
from audit.store.model import EMPTY_HEAD, Head, Outlook
from audit.store.queries import OUTLOOK, REFERENCE_AT, LogQueries, split_frontier
from audit.store.sqlite_errors import translated
from audit.store.timekeeper import Timekeeper
from audit.tiles import WIDTH

LOCK_TIMEOUT_SECONDS = 20.0

# Only the connection that writes has these: pages of 4 KiB after which what was written goes from the write-ahead log
# into the database file, and KiB of pages kept in memory. An act writes seven pages, the same ones again and again, so
# the seldomer they are moved the fewer are; a transaction of many acts must not write any of them twice.
CHECKPOINT_PAGES = 4_000
CACHE_KIB = 32_000

_INSERT_ENTRY = "INSERT INTO entries VALUES (?, ?, ?, ?, ?, ?, ?)"
_LEAF = "SELECT leaf FROM entries WHERE originator_id = ? AND originator_version = ?"
_INSERT_DISCLOSURES = "INSERT INTO disclosures VALUES (?, ?, ?)"
_INSERT_TILE = "INSERT INTO tiles VALUES (?, ?, ?, ?)"
_UPDATE_HEAD = "UPDATE log_head SET size = ?, frontier = ?, recorded_at = ?, reference_at = ?"


class _Reader:
    """A thread's own connection, and the lock that is held while it is in use: to close it then crashes the process."""

    __slots__ = ("connection", "in_use")

    def __init__(self, connection: sqlite3.Connection) -> None:
        self.connection = connection
        self.in_use = Lock()


class SqliteLog(LogQueries):
    """A log in one SQLite file; see `audit.store.log.Log` for each method's meaning.

    Every thread reads on a connection of its own; one connection writes. Raises DatabaseUnavailable if the file cannot
    be opened.
    """

    def __init__(self, path: str, timekeeper: Timekeeper, *, lock_timeout: float = LOCK_TIMEOUT_SECONDS) -> None:
        self._path = path
        self._timekeeper = timekeeper
        self._lock_timeout = lock_timeout
        self._local = local()
        self._readers: list[_Reader] = []
        self._opening = Lock()
        self._writing = Lock()
        self._writer: sqlite3.Connection | None = None
        self._head = EMPTY_HEAD
        self._tail: list[bytes] = []

    def connect(self) -> sqlite3.Connection:
        """Return a new connection with this store's settings."""
        with translated():
            connection = sqlite3.connect(
                self._path, timeout=self._lock_timeout, isolation_level=None, check_same_thread=False
            )
            try:
                connection.execute("PRAGMA journal_mode = WAL").fetchone()
            except sqlite3.OperationalError as error:
                if "readonly" not in str(error):
                    connection.close()
                    raise
            connection.execute("PRAGMA synchronous = FULL")
        return connection

    def _connect_writer(self) -> sqlite3.Connection:
        connection = self._writer = self.connect()
        connection.execute(f"PRAGMA wal_autocheckpoint = {CHECKPOINT_PAGES}").fetchall()
        connection.execute(f"PRAGMA cache_size = -{CACHE_KIB}")
        return connection

    def _reader(self) -> _Reader:
        reader: _Reader | None = getattr(self._local, "reader", None)
        if reader is None:
            reader = self._local.reader = _Reader(self.connect())
            with self._opening:
                self._readers.append(reader)
        return reader

    def select(self, statement: str, parameters: Sequence[Any] = ()) -> list[Any]:
        reader = self._reader()
        with translated(), reader.in_use:
            return reader.connection.execute(statement, parameters).fetchall()

    def schema_version(self) -> int:
        """Return the version of the schema in the file; 0 if there is none."""
        return int(self.select("PRAGMA user_version")[0][0])

    def migrate(self) -> int:
        """Bring the schema to this program's version and return that version."""
        with translated(), closing(self.connect()) as connection:
            for version, sql in migrations("sqlite"):
                if version > connection.execute("PRAGMA user_version").fetchone()[0]:
                    connection.executescript(f"BEGIN IMMEDIATE;\n{sql}\nPRAGMA user_version = {version};\nCOMMIT;")
        return self.schema_version()

    def append(
        self,
        items: list[Item],
        *,
        atomic: bool = False,
        also: Callable[[sqlite3.Connection], None] | None = None,
        meanwhile: Meanwhile | None = None,
    ) -> None:
        with self._writing, translated():
            connection = self._writer or self._connect_writer()
            connection.execute("BEGIN IMMEDIATE")
            try:
                assembly = self._assemble(connection, items)
                if atomic and len(assembly.items) < len(items):
                    raise next(item.error for item in items if item.error is not None)
                head = self._write_head(connection, assembly)
                if also is not None:
                    also(connection)
                if meanwhile is not None:
                    meanwhile(assembly.items)
                connection.execute("COMMIT")
            except BaseException:
                self._head, self._tail = EMPTY_HEAD, []
                with suppress(sqlite3.Error):
                    connection.execute("ROLLBACK")
                raise
            self._head, self._tail = head, assembly.tail

    def _assemble(self, connection: sqlite3.Connection, items: list[Item]) -> Assembly:
        head = _read_head(connection, self._head)
        if head is not self._head:
            rows = connection.execute(
                "SELECT leaf FROM entries WHERE notification_id > ? ORDER BY notification_id",
                (head.size - head.size % WIDTH,),
            )
            self._head, self._tail = head, [row[0] for row in rows]
        assembly = Assembly(head, self._tail)
        recorded_at = self._timekeeper.next(head.recorded_at)
        for item in items:
            item.error = _refusal(item, assembly)
            if item.error is None:
                assembly.seal(item, recorded_at)
                item.error = _insert(connection, item)
            if item.error is None:
                assembly.add(item)
        return assembly

    def _write_head(self, connection: sqlite3.Connection, assembly: Assembly) -> Head:
        def stored(level: int, index: int, width: int) -> list[bytes]:
            return _tile_roots(connection, level - 1, index * WIDTH, index * WIDTH + width)

        if not assembly.items:
            return assembly.head
        for tile in assembly.tiles(stored):
            connection.execute(_INSERT_TILE, tile)
        head = assembly.head_after()
        connection.execute(_UPDATE_HEAD, (head.size, b"".join(head.frontier), head.recorded_at, head.reference_at))
        return head

    def head(self) -> Head:
        reader = self._reader()
        with translated(), reader.in_use:
            return _read_head(reader.connection)

    def outlook(self, stream: str) -> Outlook:
        return Outlook(*self._look(OUTLOOK, (stream,))[0])

    def reference_at(self) -> int:
        return int(self._look(REFERENCE_AT)[0][0])

    def _look(self, statement: str, parameters: Sequence[Any] = ()) -> list[Any]:
        """Look on the writing connection where nobody writes: it still holds the pages that it wrote last.

        Each of the other connections has to read them again after every act.
        """
        if self._writer is None or not self._writing.acquire(blocking=False):
            return self.select(statement, parameters)
        try:
            with translated():
                return self._writer.execute(statement, parameters).fetchall()
        finally:
            self._writing.release()

    def replace_disclosure(self, index: int, sealed: bytes) -> None:
        with self._writing, translated():
            connection = self._writer or self._connect_writer()
            connection.execute("PRAGMA secure_delete = ON")
            connection.execute("UPDATE disclosures SET sealed = ? WHERE notification_id = ?", (sealed, index + 1))
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()

    def add_checkpoint(self, size: int, root: bytes, note: str) -> None:
        with self._writing, translated():
            connection = self._writer or self._connect_writer()
            connection.execute("INSERT OR IGNORE INTO checkpoints VALUES (?, ?, ?)", (size, root, note))

    def close(self) -> None:
        with self._opening:
            for reader in self._readers:
                with reader.in_use:
                    reader.connection.close()
            self._readers.clear()
            self._local = local()
        with self._writing:
            if self._writer is not None:
                self._writer.close()
                self._writer = None


def _read_head(connection: sqlite3.Connection, known: Head = EMPTY_HEAD) -> Head:
    """Return the head as stored, or the known one if nothing was appended since."""
    size, frontier, recorded_at, reference_at = connection.execute(
        "SELECT size, frontier, recorded_at, reference_at FROM log_head"
    ).fetchone()
    if size and size == known.size and frontier == b"".join(known.frontier):
        return known
    return Head(size, split_frontier(frontier), recorded_at, reference_at)


def _tile_roots(connection: sqlite3.Connection, level: int, start: int, stop: int) -> list[bytes]:
    rows = connection.execute(
        "SELECT root FROM tiles WHERE level = ? AND idx >= ? AND idx < ? ORDER BY idx", (level, start, stop)
    )
    return [row[0] for row in rows]


def _refusal(item: Item, assembly: Assembly) -> LedgerError | None:
    """Return why an item cannot be taken in after what the assembly holds, or None."""
    if item.reference_at is not None and item.reference_at != assembly.reference_at:
        return ReferenceMoved("keys or people changed while the act was under way")
    return None


def _insert(connection: sqlite3.Connection, item: Item) -> Exception | None:
    """Insert one item's rows; return why not if its predecessor is another, or its place or its act id is taken."""
    if item.prev is not None and item.prev != _leaf_before(connection, item):
        return StaleStream(f"{item.stream}: the act was prepared for another predecessor of seq {item.seq}")
    number = item.index + 1
    row = (number, item.stream, item.seq, item.topic, item.state, item.leaf, item.act_id)
    try:
        connection.execute(_INSERT_ENTRY, row)
    except sqlite3.IntegrityError as error:
        if "act_id" in str(error):
            return ActConflict("an act with this id is recorded already")
        return StaleStream(f"{item.stream}: seq {item.seq} is taken")
    if item.disclosures is not None:
        connection.execute(_INSERT_DISCLOSURES, (number, *item.disclosures))
    return None


def _leaf_before(connection: sqlite3.Connection, item: Item) -> bytes:
    """Return the leaf of the item's predecessor; a first act has none, which its statement says in zeros."""
    row = connection.execute(_LEAF, (item.stream, item.seq - 1)).fetchone() if item.seq > 1 else None
    return NO_PREV if row is None else row[0]
