"""Merging ordered range scans into one page.

A scan reads clocks whose days are counted in one way, out of one range of an index for each epoch. It is ordered by key
day, the page by due day. The two orders agree under one calendar; where calendars known at different times judge
different rows, a row is handed out only once no scan can still bring one that is due before it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol

from projections.tables import Row

SortKey = tuple[int, int, str, str, int]

_SCANS_A_QUERY = 16
_MORE = 16
COLUMNS = "kind, key_day, case_id, clock, segment, unit, shadow, rule, start_day, km, flags"


class Scanned(Protocol):
    """What a question must offer to be answered by scans over `view_clocks`."""

    def scans(self, after: SortKey | None) -> Iterator[tuple[str, int, int]]: ...
    def ask(self, sql: str, **parameters: object) -> list[Row]: ...
    def sort_key(self, row: Row) -> SortKey: ...
    def horizon(self, kind: int, row: Row) -> SortKey: ...


class _Scan:
    """The ranges of one kind, read together in chunks; `horizon` is None once they are exhausted."""

    def __init__(self, conditions: list[str], kind: int, first: int) -> None:
        self.conditions = conditions
        self.kind = kind
        self.first = first
        self.last: Row | None = None
        self.horizon: SortKey | None = None


def first_rows(question: Scanned, limit: int, after: SortKey | None) -> tuple[list[Row], bool]:
    """Return the first `limit` rows behind a sort key, in order, and whether there are more."""
    ranges: dict[tuple[int, int], list[str]] = {}
    for condition, *described in question.scans(after):
        ranges.setdefault((described[0], described[1]), []).append(condition)
    scans = [_Scan(conditions, kind, first) for (kind, first), conditions in ranges.items()]
    chunk = limit + 1 + _MORE
    found: list[tuple[SortKey, Row]] = []
    hungry = scans
    while True:
        for start in range(0, len(hungry), _SCANS_A_QUERY):
            for row in _fetch(question, hungry[start : start + _SCANS_A_QUERY], chunk):
                key = question.sort_key(row)
                if after is None or key > after:
                    found.append((key, row))
        found.sort()
        horizon = min((scan.horizon for scan in scans if scan.horizon is not None), default=None)
        safe = len(found) if horizon is None else sum(key <= horizon for key, _ in found)
        if horizon is None or safe > limit:
            return [row for _, row in found[:limit]], len(found) > limit
        wanted = found[limit][0] if len(found) > limit else None
        hungry = [scan for scan in scans if scan.horizon is not None and (wanted is None or scan.horizon < wanted)]
        chunk *= 2


def _fetch(question: Scanned, scans: list[_Scan], chunk: int) -> Iterator[Row]:
    """Read the next chunk of several scans in one query, and note how far each has come."""
    parameters: dict[str, object] = {}
    parts = []
    for number, scan in enumerate(scans):
        bound = f"key_day >= {scan.first}"
        if scan.last is not None:
            bound = f"(key_day, case_id, clock, segment) > (:d{number}, :c{number}, :k{number}, :s{number})"
            parameters |= dict(zip((f"{name}{number}" for name in "dcks"), scan.last[1:5], strict=True))
        ending = f"ORDER BY key_day, case_id, clock, segment LIMIT {chunk}"
        ranges = " UNION ALL ".join(
            f"SELECT * FROM (SELECT {COLUMNS} FROM view_clocks WHERE {condition} AND {bound} {ending}) AS range{place}"
            for place, condition in enumerate(scan.conditions)
        )
        parts.append(
            f"SELECT * FROM (SELECT {number} AS scan, {COLUMNS} FROM ({ranges}) AS ranges {ending}) AS part{number}"
        )
    counts = [0] * len(scans)
    for number, *values in question.ask(" UNION ALL ".join(parts), **parameters):
        row = tuple(values)
        counts[number] += 1
        last = scans[number].last
        if last is None or row[1:5] > last[1:5]:
            scans[number].last = row
        yield row
    for scan, count in zip(scans, counts, strict=True):
        scan.horizon = question.horizon(scan.kind, scan.last) if count == chunk and scan.last is not None else None
