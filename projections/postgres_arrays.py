"""Columns of rows as PostgreSQL's binary arrays: a batch is put in one statement, and writing it is most of the work.

The driver writes lists as text, value by value, each searched for what must be quoted; this takes a tenth.
Source: PostgreSQL, arrayfuncs.c, array_recv: dimensions, flags, type of a value, how many, first index, the values.
"""

from __future__ import annotations

from collections.abc import Sequence
from struct import Struct, pack
from typing import Any

from psycopg import Connection
from psycopg.abc import Buffer
from psycopg.adapt import Dumper
from psycopg.pq import Format

from projections.tables import Kind

_HEAD = Struct("!iiIii")
_LENGTH = Struct("!i").pack

# Of each kind of column: the type of an array of it, the type of a value, and a whole number's length and format.
_INTEGERS: dict[str, tuple[int, int, int, str]] = {
    "small": (1005, 21, 2, "ih"),
    "integer": (1007, 23, 4, "ii"),
    "big": (1016, 20, 8, "iq"),
}
_TEXTS, _TEXT = 1009, 25
_BLOBS, _BLOB = 1001, 17


class Array:
    """A column of values, written out."""

    __slots__ = ("data",)
    kind = 0

    def __init__(self, data: bytes) -> None:
        self.data = data


class _Dumper(Dumper):
    """Hands a written column to the driver."""

    format = Format.BINARY

    def dump(self, obj: Array) -> Buffer | None:
        return obj.data


def _of(oid: int) -> tuple[type[Array], type[Dumper]]:
    """Make the class of the arrays of one type, by which the driver finds the type."""
    return type(f"Array{oid}", (Array,), {"__slots__": ()}), type(f"Dumper{oid}", (_Dumper,), {"oid": oid})


_CLASSES = {oid: _of(oid) for oid in (*(row[0] for row in _INTEGERS.values()), _TEXTS, _BLOBS)}


def install_arrays(connection: Connection[Any]) -> None:
    """Let a connection take written columns as parameters."""
    for made, dumper in _CLASSES.values():
        connection.adapters.register_dumper(made, dumper)


def write_array(kind: Kind, values: Sequence[Any]) -> Array:
    """Write a column of one kind. Raises struct.error for a number that does not fit its kind."""
    count = len(values)
    if kind in _INTEGERS:
        oid, element, size, layout = _INTEGERS[kind]
        flat = [size] * (2 * count)
        flat[1::2] = values
        body = pack("!" + layout * count, *flat)
    else:
        oid, element = (_TEXTS, _TEXT) if kind == "text" else (_BLOBS, _BLOB)
        encoded = [value.encode() for value in values] if kind == "text" else values
        body = b"".join([_LENGTH(len(value)) + value for value in encoded])
    return _CLASSES[oid][0](_HEAD.pack(1, 0, element, count, 1) + body)
