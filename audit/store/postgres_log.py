"""The log on PostgreSQL: one statement an append, by compare-and-swap on the head; a locked path when that loses.

The compare-and-swap inserts everything and moves the head in one round trip, if the head is still the one that this
process knows. When another process was faster, or one act of a batch collides, the locked path takes the head row
`FOR UPDATE` and answers each act on its own. Both run READ COMMITTED and leave ids gapless and in commit order.
"""

from __future__ import annotations

from collections.abc import Callable
from threading import Lock
from typing import Any

import psycopg

from audit.store.append import Assembly, Item, Meanwhile
from audit.store.errors import ActConflict, DatabaseUnavailable, LedgerError, ReferenceMoved, StaleStream
from audit.store.model import EMPTY_HEAD, Head
from audit.store.postgres_errors import translated
from audit.store.postgres_reads import PostgresReads
from audit.store.queries import split_frontier
from audit.store.timekeeper import Timekeeper
from audit.tiles import WIDTH

CHANNEL = "entries"

# A plan made while the log was nearly empty would scan it whole for ever after; every look-up here is by a unique key.
_PLANS = """
SET enable_seqscan = off; SET enable_hashjoin = off; SET enable_mergejoin = off; SET enable_bitmapscan = off;
SET plan_cache_mode = force_generic_plan; SET jit = off
"""

# What is acknowledged is on the disk, whatever the server, the database or the role is set to.
_DURABLE = """
SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = 'off'
"""

_HEAD = "SELECT size, frontier, recorded_at, reference_at FROM log_head"

# One statement: nothing is inserted unless the head is the expected one and every act names its true predecessor.
_APPEND = """
WITH moved AS (
    UPDATE log_head SET size = %b, frontier = %b, recorded_at = %b, reference_at = %b
    WHERE size = %b AND frontier = %b AND NOT EXISTS (
        SELECT FROM unnest(%b::text[], %b::bigint[], %b::bytea[]) AS p (stream, seq, prev)
        LEFT JOIN entries e ON e.originator_id = p.stream AND e.originator_version = p.seq - 1
        WHERE coalesce(e.leaf, decode(repeat('00', 32), 'hex')) <> p.prev
    ) RETURNING 1
), added AS (
    INSERT INTO entries
    SELECT e.* FROM unnest(%b::bigint[], %b::text[], %b::bigint[], %b::text[], %b::bytea[], %b::bytea[], %b::bytea[]) e
    WHERE EXISTS (SELECT FROM moved) RETURNING 1
), opened AS (
    INSERT INTO disclosures
    SELECT d.* FROM unnest(%b::bigint[], %b::bytea[], %b::bytea[]) d WHERE EXISTS (SELECT FROM moved)
), tiled AS (
    INSERT INTO tiles
    SELECT t.* FROM unnest(%b::integer[], %b::bigint[], %b::bytea[], %b::bytea[]) t WHERE EXISTS (SELECT FROM moved)
), told AS (
    SELECT pg_notify('entries', '') FROM moved
)
SELECT (SELECT count(*) FROM added), (SELECT count(*) FROM told)
"""

_KNOWN = """
SELECT e.originator_id, e.originator_version, e.leaf
FROM unnest(%b::text[], %b::bigint[]) AS w (stream, seq)
JOIN entries e ON e.originator_id = w.stream AND e.originator_version IN (w.seq, w.seq - 1)
"""


class PostgresLog(PostgresReads):
    """A log in one PostgreSQL database; see `audit.store.log.Log` for each method's meaning.

    `url` is a `postgresql://` URL. Every connection takes the role `sundial_app`, which can only insert and select
    entries, where that role exists and the login may take it.
    """

    def __init__(self, url: str, timekeeper: Timekeeper, *, pool_size: int = 8, connect_timeout: float = 10.0) -> None:
        self._timekeeper = timekeeper
        self._writing = Lock()
        self._writer: psycopg.Connection[Any] | None = None
        self._head = EMPTY_HEAD
        self._tail: list[bytes] = []
        self._known = False
        super().__init__(url, pool_size=pool_size, connect_timeout=connect_timeout)

    def append(
        self,
        items: list[Item],
        *,
        atomic: bool = False,
        also: Callable[[Any], None] | None = None,
        meanwhile: Meanwhile | None = None,
    ) -> None:
        with self._writing, translated():
            try:
                known = self._known and not atomic and also is None
                if not (known and self._swap(self._connection(), items, meanwhile)):
                    self._append_locked(items, atomic, also)
            except psycopg.OperationalError:
                self._forget()
                if atomic or also is not None:
                    raise  # opaque events have no act ids by which to look up what became of them
                self._resolve_unknown(items)

    def _connection(self) -> psycopg.Connection[Any]:
        if self._writer is None or self._writer.closed:
            self._writer = self.connect()
            self._writer.execute(_PLANS)
            self._writer.execute(_DURABLE)
        return self._writer

    def _forget(self) -> None:
        self._known = False
        if self._writer is not None:
            self._writer.close()
            self._writer = None

    def _resolve_unknown(self, items: list[Item]) -> None:
        """After a broken connection, look up which acts had been recorded; append the others.

        Raises psycopg.OperationalError if the database is still away.
        """
        lost = []
        for item in items:
            found = self.find_act(item.act_id) if item.act_id is not None else None
            if found is not None and found.entry[:-8] == item.prefix:
                item.index, item.state, item.leaf, item.error = found.index, found.entry, found.leaf, None
                item.recorded_at = int.from_bytes(found.entry[-8:], "big")
            else:
                lost.append(item)
        if lost:
            self._append_locked(lost, False, None)

    def _swap(self, connection: psycopg.Connection[Any], items: list[Item], meanwhile: Meanwhile | None) -> bool:
        """Append by compare-and-swap on the known head; return whether that was possible."""
        assembly = Assembly(self._head, self._tail)
        if any(item.reference_at not in (None, assembly.reference_at) for item in items):
            return False
        recorded_at = self._timekeeper.next(self._head.recorded_at)
        for item in items:
            assembly.seal(item, recorded_at)
            assembly.add(item)
        if assembly.reference_at != self._head.reference_at and len(items) > 1:
            return False
        dealt_with = meanwhile(items) if meanwhile is not None else None
        swapped = False
        try:
            swapped = self._write(connection, assembly, self._head.size)[0] == len(items)
        except psycopg.errors.UniqueViolation:
            pass
        finally:
            if not swapped:
                self._known = False
                _take_back(items, dealt_with)
        if swapped:
            self._settle(assembly)
        return swapped

    def _append_locked(self, items: list[Item], atomic: bool, also: Callable[[Any], None] | None) -> None:
        connection = self._connection()
        with connection.transaction():
            row = connection.execute(f"{_HEAD} FOR UPDATE", prepare=True).fetchone()
            assert row is not None
            head = Head(row[0], split_frontier(row[1]), row[2], row[3])
            if head != self._head or not self._known:
                self._head = head
                self._tail = _leaves(connection, head.size - head.size % WIDTH)
            assembly = self._judge(connection, items)
            if atomic and len(assembly.items) < len(items):
                raise next(item.error for item in items if item.error is not None)
            if assembly.items and self._write(connection, assembly, head.size)[0] != len(assembly.items):
                raise DatabaseUnavailable("the database did not take in what it was given: nothing was recorded")
            if also is not None:
                also(connection)
        self._settle(assembly)

    def _judge(self, connection: psycopg.Connection[Any], items: list[Item]) -> Assembly:
        assembly = Assembly(self._head, self._tail)
        recorded_at = self._timekeeper.next(self._head.recorded_at)
        rows = connection.execute(
            _KNOWN, ([item.stream for item in items], [item.seq for item in items]), binary=True
        ).fetchall()
        known = {(stream, seq): bytes(leaf) for stream, seq, leaf in rows}
        acts = [item.act_id for item in items if item.act_id is not None]
        taken = {
            bytes(row[0])
            for row in connection.execute("SELECT act_id FROM entries WHERE act_id = ANY(%b::bytea[])", (acts,))
        }
        for item in items:
            item.error = _refusal(item, assembly, known, taken)
            if item.error is None:
                assembly.seal(item, recorded_at)
                assembly.add(item)
                known[item.stream, item.seq] = item.leaf
                if item.act_id is not None:
                    taken.add(item.act_id)
        return assembly

    def _write(self, connection: psycopg.Connection[Any], assembly: Assembly, old_size: int) -> tuple[int, int]:
        head, items = assembly.head_after(), assembly.items
        opened = [(item.index + 1, *item.disclosures) for item in items if item.disclosures is not None]
        linked = [item for item in items if item.prev is not None]

        def stored(level: int, index: int, width: int) -> list[bytes]:
            return _tile_roots(connection, level - 1, index * WIDTH, index * WIDTH + width)

        tiles = assembly.tiles(stored)
        parameters = (
            *(head.size, b"".join(head.frontier), head.recorded_at, head.reference_at),
            *(old_size, b"".join(assembly.head.frontier)),
            *([item.stream for item in linked], [item.seq for item in linked], [item.prev for item in linked]),
            *([item.index + 1 for item in items], [item.stream for item in items], [item.seq for item in items]),
            *([item.topic for item in items], [item.state for item in items], [item.leaf for item in items]),
            [item.act_id for item in items],
            *([one[part] for one in opened] for part in range(3)),
            *([tile[part] for tile in tiles] for part in range(4)),
        )
        row = connection.execute(_APPEND, parameters, prepare=True, binary=True).fetchone()
        assert row is not None
        return row[0], row[1]

    def _settle(self, assembly: Assembly) -> None:
        self._head, self._tail, self._known = assembly.head_after(), assembly.tail, True

    def replace_disclosure(self, index: int, sealed: bytes) -> None:
        with self._writing, translated():
            self._connection().execute(
                "UPDATE disclosures SET sealed = %b WHERE notification_id = %b", (sealed, index + 1)
            )

    def add_checkpoint(self, size: int, root: bytes, note: str) -> None:
        with self._writing, translated():
            self._connection().execute(
                "INSERT INTO checkpoints VALUES (%b, %b, %b) ON CONFLICT DO NOTHING", (size, root, note)
            )

    def close(self) -> None:
        with self._writing:
            self._forget()
        super().close()


def _take_back(items: list[Item], dealt_with: Callable[[], object] | None) -> None:
    """Drop what was signed for places that the items did not get."""
    if dealt_with is not None:
        dealt_with()
    for item in items:
        item.acknowledgement = b""


def _refusal(
    item: Item, assembly: Assembly, known: dict[tuple[str, int], bytes], taken: set[bytes]
) -> LedgerError | None:
    """Return why an item cannot be taken in after what the assembly holds, or None."""
    if item.reference_at is not None and item.reference_at != assembly.reference_at:
        return ReferenceMoved("keys or people changed while the act was under way")
    if item.act_id in taken:
        return ActConflict("an act with this id is recorded already")
    if (item.stream, item.seq) in known:
        return StaleStream(f"{item.stream}: seq {item.seq} is taken")
    if item.prev is not None and known.get((item.stream, item.seq - 1), bytes(32)) != item.prev:
        return StaleStream(f"{item.stream}: the act was prepared for another predecessor of seq {item.seq}")
    return None


def _leaves(connection: psycopg.Connection[Any], start: int) -> list[bytes]:
    rows = connection.execute(
        "SELECT leaf FROM entries WHERE notification_id > %b ORDER BY notification_id", (start,), binary=True
    )
    return [row[0] for row in rows]


def _tile_roots(connection: psycopg.Connection[Any], level: int, start: int, stop: int) -> list[bytes]:
    rows = connection.execute(
        "SELECT root FROM tiles WHERE level = %b AND idx >= %b AND idx < %b ORDER BY idx",
        (level, start, stop),
        binary=True,
    )
    return [row[0] for row in rows]
