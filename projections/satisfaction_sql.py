"""SQL that the questions about ratings share: ratings and windows with the leader who held the package then."""

from __future__ import annotations

from typing import Final

from domain.tracks.evaluation import WINDOW
from projections.asking import Asking, day_of
from projections.clocks import kind_of
from projections.due import DueDays
from projections.workload import seen

GIVEN: Final = f"r.k0 < :known_at AND r.v0 <= :as_of AND r.v0 > :since AND {seen('r')}"
"""What holds of ratings of the period, among rows `r`."""

_HOLD: Final = """
    LEFT JOIN view_rated_holds h ON h.case_id = r.case_id AND h.k0 < :known_at AND h.v0 <= r.v0
        AND (h.km >= :known_at OR h.v1 > r.v0)
"""
_LED: Final = """
    COALESCE(h.leader, '') AS leader, COALESCE(h.post, '') AS post, COALESCE(h.office, '') AS leader_office
"""
RATINGS: Final = f"""
    SELECT r.v0, r.case_id, r.seq, r.k0, r.office, r.capacity, r.round, r.rating, r.custody, r.counted, {_LED}
    FROM view_ratings r {_HOLD}
"""
RATINGS_ALONE: Final = "SELECT r.office, r.capacity, r.rating, r.custody FROM view_ratings r"
"""The ratings where no leader is asked for, which spares looking for one."""


def windows(condition: str, *, led: bool = True, told: str = "") -> str:
    """Return the query for known windows of which a condition on their own columns holds, as rows `r`.

    `told` are more columns, out of those of the windows themselves.
    """
    if not led:
        known = f"r.k0 < :known_at AND r.kx >= :known_at AND r.v0 <= :as_of AND {condition} AND {seen('r')}"
        return f"SELECT r.office, r.capacity, r.custody{told} FROM view_windows r WHERE {known}"
    return f"""
        SELECT r.*, {_LED} FROM (
            SELECT key_day, case_id, segment, capacity, office, round, custody, kind, k0, v0{told} FROM view_windows
            WHERE k0 < :known_at AND kx >= :known_at AND v0 <= :as_of AND {condition}
        ) AS r {_HOLD} WHERE {seen("r")}
    """


def of_leader(leader: str | None) -> str:
    """Return what holds of ratings or windows of packages that the leader asked for held, if one is asked for."""
    return "" if leader is None else " AND h.leader = :leader"


def lapsed(asking: Asking) -> str:
    """Return what holds of windows that lapsed in the period: the last day was over at its end, and not before it."""
    since = day_of(asking.since_ms)
    due, parts = DueDays(asking.moment.reference.calendars, asking.moment.known_at), []
    for kind in _kinds(asking):
        first = f"key_day >= {due.first_key_day(kind, since)}"
        parts.append(f"({due.overdue(kind, asking.day)} AND {first} AND NOT {due.overdue(kind, since)})")
    return f"km >= :known_at AND ({' OR '.join(parts) or '1 = 0'})"


def running(asking: Asking) -> str:
    """Return what holds of windows in which the petitioner could still rate at the moment."""
    due, parts = DueDays(asking.moment.reference.calendars, asking.moment.known_at), []
    for kind in _kinds(asking):
        first = f"key_day >= {due.first_key_day(kind, asking.day)}"
        parts.append(f"(kind = {kind} AND {first} AND NOT {due.overdue(kind, asking.day)})")
    return f"(km >= :known_at OR v1 > :as_of) AND ({' OR '.join(parts) or '1 = 0'})"


def _kinds(asking: Asking) -> list[int]:
    """Return the ways in which the days of windows are counted, by any rules known so far."""
    steps = asking.moment.reference.rules.steps
    rows = [row for _, rules in steps for row in rules.clocks.values() if row.clock == WINDOW]
    return sorted({kind_of(row.day_kind, row.length, row.weekends_roll) for row in rows})
