"""Times of holding a package: who held it from when to when, what was done in that time, and whose deadline passed.

A deadline was missed by whoever answered at the end of its day. A leader whose tenure ended without a hand-over answers
up to that day; from the next day nobody does.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Final, NamedTuple

from domain.tracks.packages import PERSONAL
from projections.asking import ENDED, Asking
from projections.clocks import civil_day
from projections.item_answers import Days
from projections.packages import LATE, RESOLVED
from projections.states import ALIVE, HELD
from projections.tenures import Holder, Tenure

_PERSONAL: Final = ", ".join(sorted(f"'{action.split('.')[1].removeprefix('package_')}'" for action in PERSONAL))
_FURTHEST: Final = 31
"""No due day rolls as many days away from the day set."""

_HELD_TIMES = f"""
    SELECT office, post, leader, case_id, package, hold, MIN(held_at),
        MAX(CASE WHEN ended_by = 'hand_over_confirmed' AND {ENDED} THEN v1 ELSE 0 END),
        MAX(CASE WHEN act IN ({_PERSONAL}) THEN v0 ELSE 0 END), SUM(CASE WHEN act IN ({_PERSONAL}) THEN 1 ELSE 0 END),
        SUM(CASE WHEN act = 'extended' THEN 1 ELSE 0 END), SUM(CASE WHEN act = '{LATE}' THEN 1 ELSE 0 END),
        SUM(CASE WHEN act = 'reopened' THEN 1 ELSE 0 END), SUM(CASE WHEN act = 'reported' THEN 1 ELSE 0 END),
        SUM(CASE WHEN act = 'hand_over_confirmed' THEN 1 ELSE 0 END)
    FROM view_packages WHERE {{where}} AND {HELD}
    GROUP BY office, post, leader, case_id, package, hold
"""
_NOW = f"""
    SELECT case_id, package, state, result, kind, key_day, judged, touched_at, v0, km
    FROM view_packages WHERE {{where}} AND {ALIVE}
"""


class Now(NamedTuple):
    """How a package stands that is held now, or was until it was resolved."""

    state: str
    result: str
    kind: int
    key_day: int
    judged: int
    touched_at: int
    v0: int
    km: int


class Deadline(NamedTuple):
    """A deadline that may have passed while a package was so held: its day, and since and until which civil day."""

    kind: int
    key_day: int
    km: int
    since: int
    until: int


class Hold(NamedTuple):
    """What one leader did with one package in one time of holding it.

    `since` is the civil day on which the time began, `until` the one before which it ended, 0 if it lasts: a day
    belongs to who held at its end. `last_personal` is an instant in Unix milliseconds, 0 for none. `now` is None once
    the package was handed over.
    """

    case: str
    package: int
    since: int
    until: int
    last_personal: int
    personal_acts: int
    extensions: int
    late_extensions: int
    reopened: int
    reports: int
    handed_in: int
    now: Now | None
    deadlines: Sequence[Deadline]


def holds_of(asking: Asking, where: str, **parameters: object) -> dict[Holder, list[Hold]]:
    """Return the times of holding for which a condition on leader, office or case holds, by office, post and leader."""
    # A city has a hundred thousand: to make the tuples themselves is several times as fast as to call their classes.
    make = tuple.__new__
    now = asking.ask(_NOW.format(where=where), **parameters)
    standing = {row[:2]: make(Now, row[2:]) for row in now}
    deadlines = _deadlines(asking, where, parameters)
    found: dict[Holder, list[Hold]] = {}
    for row in asking.ask(_HELD_TIMES.format(where=where), **parameters):
        held_at, handed_at = row[6:8]
        stands = None if handed_at else standing.get(row[3:5])
        until = civil_day(handed_at) if handed_at else 0
        passed = deadlines.get(row[3:6], ())
        one = make(Hold, (row[3], row[4], civil_day(held_at), until, *row[8:15], stands, passed))
        found.setdefault(row[:3], []).append(one)
    return found


def missed_on(hold: Hold, days: Days, today: int, tenure: Tenure | None) -> set[date]:
    """Return the due days of a package that had passed, and that passed while this leader answered."""
    missed = set()
    for one in hold.deadlines:
        due_on = days.day(one.kind, one.key_day, one.km)
        due = due_on.toordinal()
        left = tenure is not None and 0 < tenure.last_day < due
        if one.since <= due < min(one.until, today) and not left:
            missed.add(due_on)
    return missed


def answered_days(hold: Hold, today: int, tenure: Tenure | None) -> tuple[int, int, int]:
    """Return the first and last civil day of a time of holding, and the last on which the leader answered."""
    last = min(today, hold.until - 1) if hold.until else today
    if hold.now is not None and hold.now.state == RESOLVED:
        last = min(today, civil_day(hold.now.v0))
    answered = min(last, tenure.last_day) if tenure is not None and tenure.last_day else last
    return hold.since, last, answered


def _deadlines(
    asking: Asking, where: str, parameters: Mapping[str, Any]
) -> Mapping[tuple[str, int, int], list[Deadline]]:
    """Return the deadlines that may have passed in each time of holding: not those of states over before their day."""
    today = asking.day.toordinal()
    rows = asking.ask(
        f"""SELECT case_id, package, hold, kind, key_day, km, v0, CASE WHEN {ENDED} THEN v1 ELSE 0 END
        FROM view_packages WHERE {where} AND {HELD} AND held = 1 AND key_day < {today}
        AND v0 < {_instant(_FURTHEST)} AND NOT ({ENDED} AND v1 < {_instant(1)})""",
        **parameters,
    )
    found: dict[tuple[str, int, int], list[Deadline]] = {}
    for case, package, hold, kind, key_day, km, began, ended in rows:
        one = Deadline(kind, key_day, km, civil_day(began), civil_day(ended) if ended else today + 1)
        found.setdefault((case, package, hold), []).append(one)
    return found


def _instant(days: int) -> str:
    """Return, as SQL, the first instant of the civil day so many days after the key day, Unix milliseconds."""
    return f"((CAST(key_day AS BIGINT) + {days - 719163}) * 86400000 - 28800000)"
