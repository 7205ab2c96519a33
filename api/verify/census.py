"""Did every census tell the truth? Its map and its views' digests are computed again from the entries alone.

The streams come once, in the map's order; every census keeps only the frontier of its own map, and of each view's
leaves, so memory does not grow with the log. What views held in a version of their code that is no more cannot be
computed again, and only the newest censuses are folded again where there are many: both are counted, never passed over.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from operator import itemgetter

import orjson

from audit.census import CENSUS, Census, map_leaf, read_census
from audit.entry import parse_entry
from audit.faults import Fault, Faults, Kind
from audit.merkle import append, root
from audit.statement import parse_statement
from domain.reference import new_reference
from projections.database import Session
from projections.digests import leaf_of
from projections.entries import Entry, read_range, read_reference_streams
from projections.folding import Folder, StreamState
from projections.references import take_in
from projections.views import VIEWS

# How many leaves of view digests are worth computing: some minutes on one core.
MAX_LEAVES = 40_000_000

_CENSUSES = """
    SELECT notification_id, state FROM entries
    WHERE originator_id = 'ledger' AND topic = :action AND notification_id <= :size ORDER BY notification_id
"""
_LEAVES = """
    SELECT originator_id, notification_id, leaf FROM entries WHERE notification_id <= :size
    ORDER BY originator_id, originator_version
"""


@dataclass(frozen=True, slots=True)
class CensusCounts:
    """How many censuses there are, and how many digests of views: compared, or in a version of code that is no more."""

    censuses: int
    digests: int
    outdated: int
    left_out: int


@dataclass(slots=True)
class _Tree:
    """A tree that only grows: its frontier and its size."""

    frontier: tuple[bytes, ...] = ()
    size: int = 0

    def add(self, leaf: bytes) -> None:
        self.frontier = append(self.frontier, self.size, leaf)
        self.size += 1


@dataclass(slots=True)
class _Claim:
    """One census in the log, and what it turns out to be."""

    index: int
    census: Census
    map: _Tree = field(default_factory=_Tree)
    views: dict[int, _Tree] = field(default_factory=dict)


def check_censuses(session: Session, size: int, *, views: bool) -> tuple[CensusCounts, Faults]:
    """Compare what the censuses among the first `size` entries say with those entries, which are verified already.

    Without `views` only their maps are compared.
    """
    rows = session.query(_CENSUSES, {"action": CENSUS, "size": size})
    claims = [
        _Claim(number - 1, read_census(parse_statement(parse_entry(bytes(state)).payload))) for number, state in rows
    ]
    faults = Faults()
    if not claims:
        return CensusCounts(0, 0, 0, 0), faults
    _map(session, claims)
    said = sum(len(claim.census.views) for claim in claims)
    if views:
        _fold(session, claims)
    for claim in claims:
        faults.update(_compare(claim))
    known = {(view.name, view.version) for view in VIEWS}
    outdated = sum(name not in known for claim in claims for name in claim.census.views)
    digests = sum(len(claim.views) for claim in claims)
    return CensusCounts(len(claims), digests, outdated, said - outdated - digests), faults


def _compare(claim: _Claim) -> Iterator[Fault]:
    census = claim.census
    if (census.streams, census.root) != (claim.map.size, root(claim.map.frontier)):
        yield Fault(claim.index, Kind.CENSUS, f"the first {census.entries} entries have another map of streams")
    for number, tree in claim.views.items():
        view = VIEWS[number]
        if census.views[view.name, view.version] != root(tree.frontier):
            detail = f"after {census.entries} entries the view {view.name} holds something else"
            yield Fault(claim.index, Kind.CENSUS, detail)


def _map(session: Session, claims: Sequence[_Claim]) -> None:
    """Give every census its map, in one pass over all streams."""
    last = max(claim.census.entries for claim in claims)
    for stream, rows in groupby(session.iterate(_LEAVES, {"size": last}), itemgetter(0)):
        places = [(number, bytes(leaf)) for _, number, leaf in rows]
        numbers = [number for number, _ in places]
        for claim in claims:
            count = bisect_left(numbers, claim.census.entries + 1)
            if count:
                claim.map.add(map_leaf(stream, places[count - 1][1], count))


def _fold(session: Session, claims: Sequence[_Claim]) -> None:
    """Give the newest censuses their views' leaves, as many as are worth it, by folding every stream once."""
    chosen = list(_worth_folding(claims))
    wanted = [number for number, view in enumerate(VIEWS) if any(number in claim.views for claim in chosen)]
    if not wanted:
        return
    size = max(claim.census.entries for claim in chosen)
    reference = take_in(new_reference(), read_reference_streams(session, orjson.loads, 0, size))
    folder = Folder([VIEWS[number] for number in wanted], reference, orjson.dumps)
    entries = read_range(session, orjson.loads, "", None, size)
    for _, of_stream in groupby(entries, lambda entry: entry.stream):
        _fold_stream(folder, wanted, list(of_stream), chosen)


def _worth_folding(claims: Sequence[_Claim]) -> Iterator[_Claim]:
    """Yield censuses whose views are to be folded, by the entries that they cover; the newest is always among them."""
    known = {(view.name, view.version): number for number, view in enumerate(VIEWS)}
    chosen: list[_Claim] = []
    left = MAX_LEAVES
    for claim in reversed(claims):
        claim.views = {known[name]: _Tree() for name in claim.census.views if name in known}
        left -= len(claim.views) * claim.census.streams
        if left < 0 and chosen:
            claim.views = {}
            continue
        chosen.append(claim)
    yield from sorted(chosen, key=lambda claim: claim.census.entries)


def _fold_stream(folder: Folder, wanted: Sequence[int], entries: Sequence[Entry], claims: Iterable[_Claim]) -> None:
    """Fold one stream, and give each census the leaves of its views as they were when it covered so much of it."""
    state: StreamState = folder.new(entries[0].stream)
    done, leaves = 0, {}
    for claim in claims:
        before = done
        while done < len(entries) and entries[done].index < claim.census.entries:
            folder.apply(state, entries[done])
            done += 1
        if done > before:
            leaves = {view: leaf_of(state.stream, digest) for view, digest in folder.digests(state)}
        for view, leaf in leaves.items():
            tree = claim.views.get(wanted[view])
            if tree is not None:
                tree.add(leaf)
