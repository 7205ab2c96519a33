"""Who answered for which package on which days: responsibility by the time of holding and of tenure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from domain.tracks.attribution import NOBODY
from projections.answers import Page
from projections.asking import Asking, Order, listed
from projections.item_answers import Days, filters
from projections.packages import PACKAGE_ROWS
from projections.packages_holds import Hold, answered_days, holds_of, missed_on
from projections.reader import Reader
from projections.states import HELD
from projections.tables import Row
from projections.tenures import Tenure, tenure_on, tenures_of

_ORDER = Order("case_id, package", (str, int))
_HELD_BY = f"""
    SELECT 1 FROM view_packages AS later WHERE later.case_id = assigned.case_id AND later.package = assigned.package
        AND {HELD}{{by_whom}}
"""
"""Whether a leader held a package that was assigned; what is not named otherwise is a column of `later`."""


@dataclass(frozen=True, slots=True)
class Responsibility:
    """Days, both included, on which one leader answered for a package; the leader is "" on days on which nobody did.

    `post` and `office` are then those of the leader whose tenure ended. `missed` says that a deadline passed on a day
    on which this leader answered.
    """

    case: str
    package: int
    leader: str
    post: str
    office: str
    first_on: date
    last_on: date
    days: int
    missed: bool


def responsibility(
    reader: Reader,
    as_of: datetime,
    known_at: int | None = None,
    *,
    unit: str | None = None,
    case: str | None = None,
    leader: str | None = None,
    limit: int | None = None,
    cursor: str | None = None,
) -> Page[Responsibility]:
    """Return who answered for packages from their assignment on, by case and package, in the order of the days.

    `leader` and `unit` (the leader's office and its subtree) choose the packages that such a leader held at any time;
    `limit` counts packages. A civil day belongs to who held the package at its end.

    Raises PositionRefused, UnitUnknown, or CursorRefused if the cursor is another question's.
    """
    named = {"case_id": case, "leader": leader}

    def sql(asking: Asking) -> Sequence[str]:
        by_whom = f"{filters({'leader': leader})}{asking.units('office')}"
        held = f" AND EXISTS ({_HELD_BY.format(by_whom=by_whom)})" if by_whom else ""
        first = f"{HELD}{filters({'case_id': case})} AND segment = 1{held}"
        return [f"SELECT case_id, package FROM view_packages AS assigned WHERE {first}"]

    return listed(reader, PACKAGE_ROWS, (as_of, known_at, unit, None), named, _ORDER, sql, _spans, limit, cursor)


def _spans(asking: Asking, keys: Sequence[Row]) -> list[Responsibility]:
    wanted = {(row[0], row[1]) for row in keys}
    holders = holds_of(asking, "case_id IN (:cases)", cases=sorted({case for case, _ in wanted}))
    known = tenures_of(asking.moment, sorted({holder[2] for holder in holders}))
    found: list[Responsibility] = []
    for (office, post, leader), holds in holders.items():
        tenures = known.get((office, post, leader), [])
        for hold in holds:
            if (hold.case, hold.package) in wanted:
                found += _of_hold(asking, hold, (leader, post, office), tenure_on(tenures, hold.since))
    return sorted(found, key=lambda one: (one.case, one.package, one.first_on, one.leader == NOBODY))


def _of_hold(
    asking: Asking, hold: Hold, holder: tuple[str, str, str], tenure: Tenure | None
) -> Iterator[Responsibility]:
    today, days = asking.day.toordinal(), Days(asking)
    leader, post, office = holder
    first, last, answered = answered_days(hold, today, tenure)
    missed = bool(missed_on(hold, days, today, tenure))
    spans = ((leader, first, answered, missed), (NOBODY, max(first, answered + 1), last, False))
    for who, begin, end, at_fault in spans:
        if begin <= end:
            on = (date.fromordinal(begin), date.fromordinal(end))
            yield Responsibility(hold.case, hold.package, who, post, office, *on, end - begin + 1, at_fault)
