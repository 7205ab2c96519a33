"""The census: one root over what every stream holds after so many entries, and the views' digests at the same place.

Both are read in one snapshot, so the views stand at exactly the entries that the map covers. The map is computed whole
each time, in constant memory: the streams come in the order of their bytes, which is the map's.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from audit.census import map_leaf, map_root
from audit.merkle import append, root
from projections.database import Session
from projections.digests import view_digest
from projections.registry import live_position
from projections.view import View, digest_table

Head = tuple[str, bytes, int]

_HEADS = """
    SELECT e.originator_id, e.leaf, e.originator_version
    FROM (SELECT originator_id AS stream, MAX(originator_version) AS last FROM entries
          WHERE notification_id <= :size GROUP BY originator_id) AS heads
    JOIN entries AS e ON e.originator_id = heads.stream AND e.originator_version = heads.last
    ORDER BY e.originator_id
"""


class Taken(NamedTuple):
    """What a census commits to: how many entries and streams, the map's root, and each view's version and digest."""

    entries: int
    streams: int
    root: bytes
    views: dict[str, tuple[int, bytes]]


@dataclass(frozen=True, slots=True)
class MapProof:
    """Where a stream stands in the map of a size, how many entries it has there, and the hashes that show it."""

    index: int
    count: int
    proof: tuple[bytes, ...]


def take_census(session: Session, views: Iterable[View]) -> Taken:
    """Return the census of everything that the live views have folded. Raises ViewsMissing if they do not stand."""
    listed = sorted(views, key=lambda view: view.name)
    size = min(live_position(session, view) for view in listed)
    streams, map_hash = map_root(stream_heads(session, size))
    return Taken(size, streams, map_hash, {view.name: (view.version, read_digest(session, view)) for view in listed})


def read_digest(session: Session, view: View) -> bytes:
    """Return the digest of a live view as the database holds it."""
    rows = session.iterate(f"SELECT stream, digest FROM {digest_table(view).name} ORDER BY stream")
    return view_digest((stream, digest) for stream, digest in rows)


def stream_heads(session: Session, size: int) -> Iterator[Head]:
    """Yield each stream of the first `size` entries, the leaf of its last one and their number, in the map's order."""
    yield from ((str(stream), bytes(leaf), count) for stream, leaf, count in session.iterate(_HEADS, {"size": size}))


def prove_mapped(session: Session, size: int, streams: int, stream: str) -> MapProof | None:
    """Return the proof that a stream has so many entries at a census of `size` entries and `streams` streams.

    None if the stream has none there. The map is gone through once, and only the hashes of the proof are kept.
    """
    sql = (
        "SELECT COUNT(*) FROM entries WHERE originator_version = 1 AND notification_id <= :size AND originator_id < :at"
    )
    index = int(session.query(sql, {"size": size, "at": stream})[0][0])
    if index >= streams:
        return None
    siblings = _siblings(index, streams)
    ends = sorted([*siblings, (index, index + 1)])
    heads = stream_heads(session, size)
    hashes: dict[tuple[int, int], bytes] = {}
    count = 0
    for start, stop in ends:
        frontier: tuple[bytes, ...] = ()
        for number in range(stop - start):
            name, leaf, held = next(heads)
            frontier = append(frontier, number, map_leaf(name, leaf, held))
            if start + number == index:
                count = held if name == stream else 0
        hashes[start, stop] = root(frontier)
    return MapProof(index, count, tuple(hashes[place] for place in siblings)) if count else None


def _siblings(index: int, size: int) -> Sequence[tuple[int, int]]:
    """Return the ranges of leaves whose roots prove a leaf, from the leaf upwards. Source: RFC 9162 section 2.1.3.1."""
    start, stop = 0, size
    found = []
    while stop - start > 1:
        middle = start + (1 << (stop - start - 1).bit_length() - 1)
        if index < middle:
            found.append((middle, stop))
            stop = middle
        else:
            found.append((start, middle))
            start = middle
    return found[::-1]
