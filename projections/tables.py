"""Tables of views, described once for both stores.

A row is a plain tuple in the order of the table's columns; its key is its first columns. Rows are only ever put: a
later row with the same key replaces the earlier one, and nothing is deleted, because every row says from when and
until when it was known. Truth values are the integers 0 and 1.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

Row = tuple[Any, ...]
Kind = Literal["small", "integer", "big", "text", "blob"]
Dialect = Literal["sqlite", "postgres"]

# "Not yet": later than every log index. 32767 epochs of 2^19 entries each, so that the open epoch is 32767.
EPOCH_BITS = 19
OPEN_EPOCH = 32_767
OPEN = OPEN_EPOCH << EPOCH_BITS

# "Not yet" for an instant in Unix milliseconds: later than every instant that RFC 3339 can write.
OPEN_AT = 1 << 52

_TYPES: dict[str, dict[Kind, str]] = {
    "sqlite": {"small": "INTEGER", "integer": "INTEGER", "big": "INTEGER", "text": "TEXT", "blob": "BLOB"},
    "postgres": {
        "small": "SMALLINT",
        "integer": "INTEGER",
        "big": "BIGINT",
        "text": 'TEXT COLLATE "C"',
        "blob": "BYTEA",
    },
}


class Column(NamedTuple):
    """A column and what it holds; every column is NOT NULL."""

    name: str
    kind: Kind


@dataclass(frozen=True, slots=True)
class Index:
    """An index: the columns that it is ordered by, those that it only carries, and the rows that it is for."""

    name: str
    columns: str
    carries: str = ""
    where: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class Table:
    """A table of a view, one object each. The first `key` columns identify a row."""

    name: str
    key: int
    columns: tuple[Column, ...]
    indexes: tuple[Index, ...] = ()

    @property
    def column_names(self) -> str:
        """The columns, as SQL lists them."""
        return ", ".join(column.name for column in self.columns)

    @property
    def key_names(self) -> str:
        """The columns of the key, as SQL lists them."""
        return ", ".join(column.name for column in self.columns[: self.key])

    def column_types(self, dialect: Dialect) -> list[str]:
        """The columns' types without collation, for casts and for binary COPY."""
        return [_TYPES[dialect][column.kind].partition(" ")[0].lower() for column in self.columns]


def create_table(table: Table, name: str, dialect: Dialect, *, keyed: bool) -> str:
    """Return the statement that creates the table under this name.

    A PostgreSQL table that is about to be filled by COPY is created without its key and is nothing for autovacuum yet;
    it gets both afterwards, from `add_key`. SQLite keeps the rows in the order of the key, so there it is always part
    of the table.
    """
    columns = [f"{column.name} {_TYPES[dialect][column.kind]} NOT NULL" for column in table.columns]
    if keyed or dialect == "sqlite":
        columns.append(f"PRIMARY KEY ({table.key_names})")
    if dialect == "sqlite":
        return f"CREATE TABLE {name} ({', '.join(columns)}) WITHOUT ROWID"
    enabled = "" if keyed else ", autovacuum_enabled = false"
    return f"CREATE TABLE {name} ({', '.join(columns)}) WITH (autovacuum_vacuum_scale_factor = 0.02{enabled})"


def add_key(table: Table, name: str) -> str:
    """Return the statement that gives a filled PostgreSQL table its key, and leaves it to autovacuum from then on."""
    return f"ALTER TABLE {name} ADD PRIMARY KEY ({table.key_names}), RESET (autovacuum_enabled)"


def create_indexes(table: Table, name: str, generation: int, dialect: Dialect) -> Iterator[str]:
    """Yield the statements that create the table's indexes; the generation keeps their names apart over rebuilds."""
    for index in table.indexes:
        columns, carries = index.columns, ""
        if index.carries and dialect == "sqlite":
            columns = f"{index.columns}, {index.carries}"
        elif index.carries:
            carries = f" INCLUDE ({index.carries})"
        where = f" WHERE {index.where}" if index.where else ""
        yield f"CREATE INDEX {table.name}_{index.name}_{generation} ON {name} ({columns}){carries}{where}"
