"""The ratings behind the counts, the windows that lapsed, and what followed where a rating was bad."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from domain.effective import from_unix_ms, unix_ms
from projections.answers import Page
from projections.asking import Asking, Order, listed
from projections.clocks import civil_day
from projections.due import DueDays
from projections.reader import Moment, Reader
from projections.satisfaction import SATISFACTION
from projections.satisfaction_sql import GIVEN, RATINGS, lapsed, of_leader, windows
from projections.tables import Row
from projections.tallies import Counts, tell

_FOLLOWED: Final = """
    EXISTS (SELECT 1 FROM view_followups f WHERE f.case_id = r.case_id AND f.k0 > r.k0 AND f.k0 < :known_at
        AND f.v0 <= :as_of)
"""
_FOLLOW_UPS: Final = """
    SELECT case_id, action, office, k0, v0 FROM view_followups
    WHERE case_id IN (:values) AND k0 < :known_at AND v0 <= :as_of ORDER BY case_id, seq
"""
_BY_TIME: Final = Order("v0, case_id, seq", (int, str, int))


@dataclass(frozen=True, slots=True)
class RatingRow:
    """One rating; `index` is the log index of its act. `leader` held the package then, "" if there was none."""

    case: str
    index: int
    rated_at: datetime
    office: str
    capacity: str
    round: int
    rating: str
    custody: str
    counted: bool
    leader: str
    post: str
    leader_office: str


@dataclass(frozen=True, slots=True)
class WindowRow:
    """One window that lapsed unrated at the end of `last_on`; `custody` "" means that no key had been given."""

    case: str
    segment: int
    capacity: str
    office: str
    round: int
    custody: str
    opened_at: datetime
    opened_index: int
    last_on: date
    provisional: bool
    leader: str


@dataclass(frozen=True, slots=True)
class FollowUp:
    """An office's act that took the case up after the rating; `index` is its log index."""

    action: str
    office: str
    index: int
    at: datetime


@dataclass(frozen=True, slots=True)
class Dissatisfied:
    """A dissatisfied rating by the petitioner's own key, and what has followed; `follow_ups` is empty if nothing has.

    `days` are civil days from the rating to the moment asked about, or to the first act that followed.
    """

    rating: RatingRow
    days: int
    follow_ups: tuple[FollowUp, ...]


def ratings(
    reader: Reader,
    as_of: datetime,
    known_at: int | None = None,
    *,
    unit: str | None = None,
    leader: str | None = None,
    since: datetime | None = None,
    capacity: str | None = None,
    custody: str | None = None,
    rating: str | None = None,
    limit: int | None = None,
    cursor: str | None = None,
) -> Page[RatingRow]:
    """List the ratings of a period, oldest first; raises what `listed` raises."""
    named = {"leader": leader, "capacity": capacity, "custody": custody, "rating": rating}
    chosen = "".join(f" AND r.{name} = :{name}" for name in ("capacity", "custody", "rating") if named[name])

    def sql(asking: Asking) -> list[str]:
        return [f"{RATINGS} WHERE {GIVEN}{chosen}{of_leader(leader)}{asking.units('r.office')}"]

    asked = (as_of, known_at, unit, since)
    return listed(reader, SATISFACTION, asked, named, _BY_TIME, sql, _tell_ratings, limit, cursor)


def lapsed_windows(
    reader: Reader,
    as_of: datetime,
    known_at: int | None = None,
    *,
    unit: str | None = None,
    leader: str | None = None,
    since: datetime | None = None,
    capacity: str | None = None,
    custody: str | None = None,
    limit: int | None = None,
    cursor: str | None = None,
) -> Page[WindowRow]:
    """List the windows that lapsed unrated in a period, by raw last day; raises what `listed` raises."""
    named = {"leader": leader, "capacity": capacity, "custody": custody}
    chosen = "".join(f" AND r.{name} = :{name}" for name in ("capacity", "custody") if named[name] is not None)

    def sql(asking: Asking) -> list[str]:
        return [f"{windows(lapsed(asking))}{chosen}{of_leader(leader)}{asking.units('r.office')}"]

    order = Order("key_day, case_id, segment, capacity", (int, str, int, str))
    asked = (as_of, known_at, unit, since)
    return listed(reader, SATISFACTION, asked, named, order, sql, _tell_windows, limit, cursor)


def dissatisfied(
    reader: Reader,
    as_of: datetime,
    known_at: int | None = None,
    *,
    unit: str | None = None,
    leader: str | None = None,
    since: datetime | None = None,
    unfollowed: bool = False,
    limit: int | None = None,
    cursor: str | None = None,
) -> Page[Dissatisfied]:
    """List the dissatisfied ratings with what followed, oldest first; `unfollowed` leaves those that nothing followed.

    Raises what `listed` raises.
    """
    nothing = f" AND NOT {_FOLLOWED}" if unfollowed else ""

    def sql(asking: Asking) -> list[str]:
        bad = f"{GIVEN} AND r.rating = 'dissatisfied' AND r.counted = 1"
        return [f"{RATINGS} WHERE {bad}{nothing}{of_leader(leader)}{asking.units('r.office')}"]

    named = {"leader": leader, "unfollowed": unfollowed}
    asked = (as_of, known_at, unit, since)
    return listed(reader, SATISFACTION, asked, named, _BY_TIME, sql, _tell_dissatisfied, limit, cursor)


def count_unfollowed(reader: Reader, as_of: datetime, known_at: int | None = None, *, unit: str | None = None) -> int:
    """Count the dissatisfied ratings that nothing followed. Raises PositionRefused or UnitUnknown."""

    def count(moment: Moment, cases: list[str] | None) -> Counts:
        asking = Asking(moment, as_of, unit, cases=cases)
        bad = f"{GIVEN} AND r.rating = 'dissatisfied' AND r.counted = 1 AND NOT {_FOLLOWED}"
        where = f"{bad}{asking.units('r.office')}{asking.cases('r.case_id')}"
        return {"": (asking.ask(f"SELECT COUNT(*) FROM view_ratings r WHERE {where}")[0][0],)}

    with reader.at(SATISFACTION, known_at) as moment:
        return tell(moment, ("unfollowed", unit), unix_ms(as_of), count).get("", (0,))[0]


def _tell_ratings(asking: Asking, rows: Sequence[Row]) -> list[RatingRow]:
    return [_rating(row) for row in rows]


def _rating(row: Row) -> RatingRow:
    v0, case, _, index, office, capacity, round_, rating, custody, counted, *who = row
    return RatingRow(case, index, from_unix_ms(v0), office, capacity, round_, rating, custody, bool(counted), *who)


def _tell_windows(asking: Asking, rows: Sequence[Row]) -> list[WindowRow]:
    due = DueDays(asking.moment.reference.calendars, asking.moment.known_at)
    told = []
    for key_day, case, segment, capacity, office, round_, custody, kind, index, opened, leader, *_ in rows:
        last_on, provisional = due.due(kind, key_day, asking.moment.known_at)
        where = (case, segment, capacity, office, round_, custody)
        told.append(WindowRow(*where, from_unix_ms(opened), index, last_on, provisional, leader))
    return told


def _tell_dissatisfied(asking: Asking, rows: Sequence[Row]) -> list[Dissatisfied]:
    followed: dict[str, list[FollowUp]] = {}
    for case, action, office, index, at in asking.ask_cases(_FOLLOW_UPS, sorted({row[1] for row in rows})):
        followed.setdefault(case, []).append(FollowUp(action, office, index, from_unix_ms(at)))
    told = []
    for row in rows:
        after = tuple(one for one in followed.get(row[1], []) if one.index > row[3])
        until = civil_day(asking.as_of_ms)
        if after:
            until = min(until, *(civil_day(unix_ms(one.at)) for one in after))
        told.append(Dissatisfied(_rating(row), max(0, until - civil_day(row[0])), after))
    return told
