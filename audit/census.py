"""The census: which entries each stream has at one size of the log, as one root over all streams.

The map has a leaf for every stream, in the order of their UTF-8 bytes. Its root stands in an entry by the
log's key, so whoever holds a case's entries can be shown that there are no more of them.
Source: FORMAT.md section 11.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from hashlib import sha256
from typing import Any, NamedTuple

from audit.authority import LEDGER
from audit.canonical import HASH
from audit.entry import parse_entry
from audit.errors import LinkRejected, Malformed, ProofRejected
from audit.merkle import append, check_inclusion, leaf_hash, root
from audit.statement import NO_PREV, Statement, parse_statement

__all__ = ["CENSUS", "Census", "chain", "check_mapped", "map_leaf", "map_root", "read_census"]

CENSUS = "ledger.census.v1"


class Census(NamedTuple):
    """What a census commits to: the first `entries` entries, their streams and the map's root.

    `views` has the digest of each view by its name and the version of its code.
    """

    entries: int
    streams: int
    root: bytes
    views: dict[tuple[str, int], bytes]


def map_leaf(stream: str, head: bytes, count: int) -> bytes:
    """Return the map's leaf of a stream, given the leaf of its last entry and the number of its entries."""
    name = stream.encode()
    return sha256(b"\x00" + len(name).to_bytes(4, "big") + name + head + count.to_bytes(8, "big")).digest()


def map_root(streams: Iterable[tuple[str, bytes, int]]) -> tuple[int, bytes]:
    """Return how many streams there are and the root over them, given with heads and counts in order.

    Raises Malformed if they are not strictly ascending by their bytes.
    """
    frontier: tuple[bytes, ...] = ()
    size, last = 0, b""
    for stream, head, count in streams:
        if (name := stream.encode()) <= last:
            raise Malformed("the streams of a map are strictly ascending")
        frontier, size, last = append(frontier, size, map_leaf(stream, head, count)), size + 1, name
    return size, root(frontier)


def check_mapped(stream: str, head: bytes, count: int, index: int, census: Census, proof: Sequence[bytes]) -> None:
    """Check that a stream has exactly `count` entries, the last with leaf `head`, at a census.

    Raises ProofRejected if the map does not say so.
    """
    if count > census.entries:
        raise ProofRejected("a stream has more entries than the census")
    check_inclusion(map_leaf(stream, head, count), index, census.streams, proof, census.root)


def chain(stream: str, origin: str, entries: Sequence[bytes]) -> list[tuple[Statement, int, bytes]]:
    """Return statement, recorded_at and leaf of a stream's entries, which are numbered and chained from 1 on.

    Raises Malformed or LinkRejected naming the first that is not.
    """
    found: list[tuple[Statement, int, bytes]] = []
    prev = NO_PREV
    for seq, data in enumerate(entries, 1):
        entry = parse_entry(data)
        statement = parse_statement(entry.payload)
        if (statement.stream, statement.origin, statement.seq, statement.prev) != (stream, origin, seq, prev):
            raise LinkRejected(f"entry {seq} of the proof does not continue the stream")
        prev = leaf_hash(data)
        found.append((statement, entry.recorded_at, prev))
    return found


def read_census(statement: Statement) -> Census:
    """Return what a statement commits to as a census. Raises Malformed if it is not one."""
    public: dict[str, Any] = dict(statement.public)
    try:
        views = {(one["name"], one["version"]): one["digest"] for one in public["views"]}
        texts, counts = [public["map"], *views.values()], [public["entries"], public["streams"]]
    except (KeyError, TypeError):
        raise Malformed("a census lacks a field") from None
    its_own = (statement.action, statement.stream, statement.actor, statement.role) == (CENSUS, LEDGER, LEDGER, LEDGER)
    if not its_own or not all(type(one) is int and one > 0 for one in counts):
        raise Malformed("not a census by the ledger")
    if not all(type(one) is str and HASH.fullmatch(one) for one in texts):
        raise Malformed("a hash of a census is not 32 bytes in hexadecimal")
    return Census(counts[0], counts[1], bytes.fromhex(texts[0]), {name: bytes.fromhex(d) for name, d in views.items()})
