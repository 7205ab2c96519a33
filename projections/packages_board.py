"""The board of leaders (领导包案台账): what each did with the packages held, by post and tenure.

Responsibility goes by the time of holding: a deadline was missed by whoever answered at the end of the due day, a
hand-over afterwards passes the duty on and not the fault, and clocks never start anew. A leader whose tenure ended
without a hand-over answers up to that day; from the next day nobody does.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from domain.tracks.vocabulary import RESULTS
from projections.answers import Page
from projections.asking import Asking, Order, listed
from projections.clocks import civil_day
from projections.item_answers import Days, filters
from projections.packages import PACKAGE_ROWS, RESOLVED
from projections.packages_answers import silence_days
from projections.packages_holds import Hold, answered_days, holds_of, missed_on
from projections.packages_marks import Marked, marks_of
from projections.reader import Reader
from projections.states import HELD
from projections.tables import Row
from projections.tenures import Holder, Tenure, tenure_on, tenures_of

_ORDER = Order("office, post, leader", (str, str, str))
_IN_SUBSTANCE: Final = ("executed", "mediated", "duty_performed", "implemented")


@dataclass(frozen=True, slots=True)
class LeaderRecord:
    """What one leader did with packages in one tenure of one post, up to the moment asked about.

    Packages: `packaged` were held at any time, `holding` are held now, `left` stayed behind open when the tenure ended.
    `closed` ended in the leader's hands, `by_result` how, `resolved` of them in substance; `on_time` by their day.
    `overdue` are held now and past their day, `missed` are those whose day passed while the leader answered, and
    `reports_owed` those of them on which no report on the missed deadline was made. `not_closed` are on that list now.
    Acts: `personal_acts`, the last of them, and the days since, None if there was none. `days_held` are days on which
    the leader answered for a package, `days_after_tenure` those on which nobody did. Ratings are the petitioners' of
    cases held then, `printed` those made with a code that the rated office printed, which no score counts.
    """

    leader: str
    post: str
    office: str
    tenure_from: date | None
    tenure_until: date | None
    packaged: int
    holding: int
    left: int
    not_closed: int
    closed: int
    resolved: int
    by_result: dict[str, int]
    on_time: int
    closed_late: int
    overdue: int
    missed: int
    personal_acts: int
    last_personal_act_on: date | None
    days_since_personal_act: int | None
    extensions: int
    late_extensions: int
    reopened: int
    handed_in: int
    handed_out: int
    dissents: int
    reports: int
    reports_owed: int
    ratings: dict[str, int]
    printed_ratings: dict[str, int]
    days_held: int
    days_after_tenure: int


def package_board(
    reader: Reader,
    as_of: datetime,
    known_at: int | None = None,
    *,
    unit: str | None = None,
    leader: str | None = None,
    limit: int | None = None,
    cursor: str | None = None,
) -> Page[LeaderRecord]:
    """Return the record of every leader who has held a package, by office, post and leader.

    `limit` counts leaders in one post; each has a row a tenure. `unit` is the leader's office and its subtree.

    Raises PositionRefused, UnitUnknown, or CursorRefused if the cursor is another question's.
    """
    named = {"leader": leader}

    def sql(asking: Asking) -> Sequence[str]:
        where = f"{HELD}{filters(named)}{asking.units('office')}"
        return [f"SELECT DISTINCT office, post, leader FROM view_packages WHERE {where}"]

    return listed(reader, PACKAGE_ROWS, (as_of, known_at, unit, None), named, _ORDER, sql, _records, limit, cursor)


def _records(asking: Asking, keys: Sequence[Row]) -> list[LeaderRecord]:
    leaders = sorted({row[2] for row in keys})
    holds, marks = holds_of(asking, leaders), marks_of(asking, leaders)
    known = tenures_of(asking.moment, leaders)
    found = []
    for office, post, leader in keys:
        holder = (office, post, leader)
        tenures = known.get(holder, [])
        of_tenure: dict[Tenure | None, list[Hold]] = {}
        for hold in holds.get(holder, ()):
            of_tenure.setdefault(tenure_on(tenures, hold.since), []).append(hold)
        for tenure in sorted(of_tenure, key=lambda one: one or (0, 0)):
            mine = [mark for mark in marks.get(holder, ()) if tenure_on(tenures, mark.day) == tenure]
            found.append(_record(asking, holder, tenure, of_tenure[tenure], mine))
    return found


def _record(
    asking: Asking, holder: Holder, tenure: Tenure | None, holds: Sequence[Hold], marks: Sequence[Marked]
) -> LeaderRecord:
    today, days = asking.day.toordinal(), Days(asking)
    office, post, leader = holder
    first, last = (None, None) if tenure is None else (tenure.first_day, tenure.last_day)
    return LeaderRecord(
        leader=leader,
        post=post,
        office=office,
        tenure_from=date.fromordinal(first) if first else None,
        tenure_until=date.fromordinal(last) if last else None,
        packaged=len({(hold.case, hold.package) for hold in holds}),
        **_standing(holds, days, today, tenure, silence_days(asking)),
        **_done(holds, today),
        **_closed(holds),
        **_answered(holds, days, today, tenure),
        dissents=sum(mark.mark == "dissent" for mark in marks),
        ratings=_counted(mark.code for mark in marks if mark.mark == "rated" and mark.custody != "printed"),
        printed_ratings=_counted(mark.code for mark in marks if mark.mark == "rated" and mark.custody == "printed"),
    )


def _standing(holds: Sequence[Hold], days: Days, today: int, tenure: Tenure | None, allowed: int) -> Mapping[str, Any]:
    open_ = [hold.now for hold in holds if hold.now is not None and hold.now.state != RESOLVED]
    if tenure is not None and 0 < tenure.last_day < today:
        return {"holding": 0, "left": len(open_), "overdue": 0, "not_closed": 0}
    overdue = [days.day(now.kind, now.key_day, now.km).toordinal() < today for now in open_]
    silent = [bool(allowed) and today - civil_day(now.touched_at) > allowed for now in open_]
    listed_now = sum(one or other for one, other in zip(overdue, silent, strict=True))
    return {"holding": len(open_), "left": 0, "overdue": sum(overdue), "not_closed": listed_now}


def _done(holds: Sequence[Hold], today: int) -> Mapping[str, Any]:
    last = max((civil_day(hold.last_personal) for hold in holds if hold.last_personal), default=0)
    names = ("personal_acts", "extensions", "late_extensions", "reopened", "handed_in", "reports")
    return {
        **{name: sum(getattr(hold, name) for hold in holds) for name in names},
        "handed_out": sum(hold.until > 0 for hold in holds),
        "last_personal_act_on": date.fromordinal(last) if last else None,
        "days_since_personal_act": max(0, today - last) if last else None,
    }


def _closed(holds: Sequence[Hold]) -> Mapping[str, Any]:
    ended = [hold.now for hold in holds if hold.now is not None and hold.now.state == RESOLVED]
    on_time = sum(civil_day(now.v0) <= now.judged for now in ended)
    by_result = {word: count for word in RESULTS if (count := sum(now.result == word for now in ended))}
    return {
        "closed": len(ended),
        "resolved": sum(by_result.get(word, 0) for word in _IN_SUBSTANCE),
        "by_result": by_result,
        "on_time": on_time,
        "closed_late": len(ended) - on_time,
    }


def _answered(holds: Sequence[Hold], days: Days, today: int, tenure: Tenure | None) -> Mapping[str, Any]:
    missed = owed = held = after = 0
    for hold in holds:
        times = len(missed_on(hold, days, today, tenure))
        missed += times
        owed += bool(times) and not hold.reports
        first, last, answered = answered_days(hold, today, tenure)
        held += max(0, answered - first + 1)
        after += max(0, last - max(answered, first - 1))
    return {"missed": missed, "reports_owed": owed, "days_held": held, "days_after_tenure": after}


def _counted(codes: Iterable[str]) -> dict[str, int]:
    found = dict.fromkeys(("satisfied", "basically_satisfied", "dissatisfied"), 0)
    for code in codes:
        found[code] += 1
    return found
