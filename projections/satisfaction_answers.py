"""How offices and leaders were rated: counts of each rating, and who could have rated and did not."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from domain.effective import unix_ms
from projections.answers import Page
from projections.asking import Asking
from projections.reader import Moment, Reader
from projections.satisfaction import DEVICE, NOBODY, PRINTED, REPORTED, SATISFACTION
from projections.satisfaction_sql import GIVEN, RATINGS, RATINGS_ALONE, lapsed, of_leader, running, windows
from projections.tables import Row
from projections.tallies import Counts, tell

_PREFIXES: Final = {DEVICE: "", PRINTED: "printed_", REPORTED: "reported_"}


@dataclass(frozen=True, slots=True)
class SatisfactionRow:
    """How one office, or one leader, was rated in a period, in one capacity.

    `capacity` is what the office was rated as: petition_office or competent_unit. On a board by leader, `leader` and
    `post` are set and `unit` is the leader's office. The plain counts are ratings by keys made on devices: they are
    the headline; those of printed codes stand apart, and what staff entered is never counted. `lapsed` are windows
    that ended unrated though the petitioner had such a key, `open_windows` those that run still, `unable` those that
    lapsed where no key had been given: they are in no rate.
    """

    unit: str
    capacity: str
    leader: str = ""
    post: str = ""
    satisfied: int = 0
    basically_satisfied: int = 0
    dissatisfied: int = 0
    lapsed: int = 0
    open_windows: int = 0
    printed_satisfied: int = 0
    printed_basically_satisfied: int = 0
    printed_dissatisfied: int = 0
    printed_lapsed: int = 0
    reported_satisfied: int = 0
    reported_basically_satisfied: int = 0
    reported_dissatisfied: int = 0
    unable: int = 0

    @property
    def rated(self) -> int:
        """Ratings by keys made on devices."""
        return self.satisfied + self.basically_satisfied + self.dissatisfied

    @property
    def satisfaction_rate(self) -> float | None:
        """(satisfied + basically) ÷ rated, never shown without `participation_rate`; None if nobody rated."""
        return (self.satisfied + self.basically_satisfied) / self.rated if self.rated else None

    @property
    def participation_rate(self) -> float | None:
        """Rated ÷ (rated + lapsed unrated): silence is never satisfaction. None if nobody could have rated yet."""
        return self.rated / (self.rated + self.lapsed) if self.rated + self.lapsed else None


def satisfaction(
    reader: Reader,
    as_of: datetime,
    known_at: int | None = None,
    *,
    unit: str | None = None,
    leader: str | None = None,
    since: datetime | None = None,
    by_leader: bool = False,
) -> Page[SatisfactionRow]:
    """Count ratings and windows by office and capacity, or by leader and capacity, over the period (since, as_of].

    A window belongs to the day after which it lapsed; `leader` keeps what concerns packages that this officer held.
    Raises PositionRefused or UnitUnknown.
    """

    def count(moment: Moment, cases: list[str] | None) -> Counts:
        asking = Asking(moment, as_of, unit, since, leader=leader, cases=cases)
        who = "leader_office, capacity, leader, post" if by_leader else "office, capacity"
        chosen = of_leader(leader) + asking.units("h.office" if by_leader else "r.office") + asking.cases("r.case_id")
        chosen += " AND h.leader IS NOT NULL" if by_leader else ""
        led = by_leader or leader is not None
        found = [*_counted_ratings(asking, who, chosen, led), *_counted_windows(asking, who, chosen, led)]
        return {row[:-1]: (row[-1],) for row in found}

    key = ("satisfaction", unit, leader, since, by_leader)
    with reader.at(SATISFACTION, known_at) as moment:
        counts = tell(moment, key, unix_ms(as_of), count)
    rows: dict[tuple[Any, ...], dict[str, Any]] = {}
    for (*whose, column), (number,) in counts.items():
        rows.setdefault(tuple(whose), {})[column] = number
    return Page(as_of, moment.known_at, tuple(SatisfactionRow(*whose, **rows[whose]) for whose in sorted(rows)))


def _counted_ratings(asking: Asking, who: str, chosen: str, led: bool) -> list[Row]:
    inner = f"{RATINGS if led else RATINGS_ALONE} WHERE {GIVEN} AND (r.counted = 1 OR r.custody = '{REPORTED}'){chosen}"
    grouped = f"{who}, custody, rating"
    rows = asking.ask(f"SELECT {grouped}, COUNT(*) FROM ({inner}) AS given GROUP BY {grouped}")
    return [(*row[:-3], _PREFIXES[row[-3]] + row[-2], row[-1]) for row in rows]


_OVER: Final = {DEVICE: "lapsed", PRINTED: "printed_lapsed", NOBODY: "unable"}


def _counted_windows(asking: Asking, who: str, chosen: str, led: bool) -> list[Row]:
    over, runs = lapsed(asking), running(asking)
    told = f", CASE WHEN {over} THEN 1 ELSE 0 END AS is_over, CASE WHEN {runs} THEN 1 ELSE 0 END AS is_open"
    inner = windows(f"(({over}) OR ({runs}))", led=led, told=told) + chosen
    sums = "SUM(is_over), SUM(is_open)"
    found: list[Row] = []
    for *whose, custody, ended, last in asking.ask(
        f"SELECT {who}, custody, {sums} FROM ({inner}) AS windows GROUP BY {who}, custody"
    ):
        counted = [(_OVER[custody], ended)] if custody in _OVER else []
        counted += [("open_windows", last)] if custody == DEVICE else []
        found += [(*whose, column, int(number)) for column, number in counted if number]
    return found
