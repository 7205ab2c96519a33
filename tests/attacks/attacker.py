"""Whoever owns the database: every table is theirs to read and write, with the triggers out of the way.

The attacker also knows the formats, and can make leaves, tiles and head agree again after a change. What they do not
have is a private key that is not theirs, and the trust anchor outside the database.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import psycopg

from audit import merkle
from audit.store.append import Assembly, Item
from audit.store.model import EMPTY_HEAD, is_reference_stream

_COLUMNS = "notification_id, originator_id, originator_version, topic, state, leaf, act_id"


@dataclass(slots=True)
class Row:
    """One row of the entries table."""

    id: int
    stream: str
    seq: int
    topic: str
    state: bytes
    leaf: bytes
    act_id: bytes | None

    @property
    def index(self) -> int:
        """The leaf index that the row claims."""
        return self.id - 1


class Attacker(Protocol):
    """A database in hostile hands; statements use `?` for their parameters."""

    def rows(self, statement: str, *parameters: Any) -> list[tuple[Any, ...]]:
        """Return the rows of a query."""

    def run(self, statement: str, *parameters: Any) -> None:
        """Change something."""

    def close(self) -> None:
        """Commit and leave."""


class SqliteAttacker:
    """Opens the file behind the application's back and drops its triggers."""

    def __init__(self, url: str) -> None:
        self._connection = sqlite3.connect(url.removeprefix("sqlite:///"))
        self._connection.execute("PRAGMA synchronous = OFF")
        for (name,) in self.rows("SELECT name FROM sqlite_master WHERE type = 'trigger'"):
            self.run(f'DROP TRIGGER "{name}"')

    def rows(self, statement: str, *parameters: Any) -> list[tuple[Any, ...]]:
        """Return the rows of a query."""
        return self._connection.execute(statement, parameters).fetchall()

    def run(self, statement: str, *parameters: Any) -> None:
        """Change something."""
        self._connection.execute(statement, parameters)

    def close(self) -> None:
        """Commit, leave nothing in the write-ahead log, and leave."""
        self._connection.commit()
        self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        self._connection.close()


class PostgresAttacker:
    """Connects as superuser and switches every trigger off for its session."""

    def __init__(self, superuser_url: str) -> None:
        self._connection = psycopg.connect(superuser_url)
        self.run("SET session_replication_role = replica")

    def rows(self, statement: str, *parameters: Any) -> list[tuple[Any, ...]]:
        """Return the rows of a query."""
        found = self._connection.execute(statement.replace("?", "%s"), parameters).fetchall()
        return [tuple(bytes(one) if isinstance(one, memoryview) else one for one in row) for row in found]

    def run(self, statement: str, *parameters: Any) -> None:
        """Change something."""
        self._connection.execute(statement.replace("?", "%s"), parameters)

    def close(self) -> None:
        """Commit and leave."""
        self._connection.commit()
        self._connection.close()


def read_rows(attacker: Attacker) -> list[Row]:
    """Return every entry in the order of the log."""
    return [Row(*row) for row in attacker.rows(f"SELECT {_COLUMNS} FROM entries ORDER BY notification_id")]


def write_rows(attacker: Attacker, rows: Sequence[Row]) -> None:
    """Replace every entry by these rows, just as they are."""
    attacker.run("DELETE FROM entries")
    for row in rows:
        attacker.run(
            f"INSERT INTO entries ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?)",
            *(row.id, row.stream, row.seq, row.topic, row.state, row.leaf, row.act_id),
        )


def make_agree(attacker: Attacker) -> None:
    """Give every entry the leaf its bytes hash to, and make tiles and head those of these leaves."""
    rows = read_rows(attacker)
    for row in rows:
        row.leaf = merkle.leaf_hash(row.state)
        attacker.run("UPDATE entries SET leaf = ? WHERE notification_id = ?", row.leaf, row.id)
    assembly = Assembly(EMPTY_HEAD, [])
    for row in rows:
        item = Item(row.stream, row.seq, row.topic, row.state, opaque=True)
        assembly.seal(item, int.from_bytes(row.state[-8:], "big"))
        assembly.add(item)
    tiles = assembly.tiles(lambda level, index, width: [])
    attacker.run("DELETE FROM tiles")
    for tile in tiles:
        attacker.run("INSERT INTO tiles (level, idx, hashes, root) VALUES (?, ?, ?, ?)", *tile)
    references = [row.index for row in rows if is_reference_stream(row.stream)]
    attacker.run(
        "UPDATE log_head SET size = ?, frontier = ?, recorded_at = ?, reference_at = ?",
        *(len(rows), b"".join(assembly.frontier), assembly.recorded_at, max(references, default=-1)),
    )
