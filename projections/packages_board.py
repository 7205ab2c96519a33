"""The board of leaders (领导包案台账): what each did with the packages held, by post and tenure.

Responsibility goes by the time of holding: a deadline was missed by whoever answered at the end of the due day, a
hand-over afterwards passes the duty on and not the fault, and clocks never start anew. A leader whose tenure ended
without a hand-over answers up to that day; from the next day nobody does.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from operator import attrgetter
from typing import Any, Final, NamedTuple

from domain.effective import unix_ms
from domain.tracks.vocabulary import RESULTS
from projections.answers import Page
from projections.asking import Asking
from projections.clocks import civil_day
from projections.cursors import format_cursor, parse_after
from projections.item_answers import Days, filters
from projections.packages import PACKAGE_ROWS, RESOLVED
from projections.packages_answers import silence_days
from projections.packages_holds import Hold, answered_days, holds_of, missed_on
from projections.packages_marks import Marked, marks_of
from projections.reader import Moment, Reader
from projections.tallies import Counts, Most, tell
from projections.tenures import Holder, Tenure, tenure_on, tenures_of

_RATINGS: Final = ("satisfied", "basically_satisfied", "dissatisfied")
_SUMS: Final = (
    *("packaged", "holding", "left", "not_closed", "overdue", "missed", "personal_acts", "extensions"),
    *("late_extensions", "reopened", "handed_in", "handed_out", "reports", "reports_owed", "days_held"),
    "days_after_tenure",
)
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
    question = [PACKAGE_ROWS.name, "board", unix_ms(as_of), unit, leader]
    after: tuple[Any, ...] = ()
    if cursor is not None:
        known_at, after = parse_after(cursor, question, known_at, (str, str, str))

    def count(moment: Moment, cases: list[str] | None) -> Counts:
        return _counted(Asking(moment, as_of, unit, leader=leader, cases=cases))

    with reader.at(PACKAGE_ROWS, known_at) as moment:
        counts = tell(moment, ("board", unit, leader), unix_ms(as_of), count)
    holders = sorted({group.holder for group in counts if group.held and group.holder > after})
    more = limit is not None and len(holders) > limit
    shown = holders[:limit]
    today = civil_day(unix_ms(as_of))
    groups = sorted((group for group in counts if group.held and group.holder in {*shown}), key=_Group.order)
    rows = tuple(_record(group, counts[group], counts.get(group._replace(held=False), ()), today) for group in groups)
    return Page(as_of, moment.known_at, rows, format_cursor(question, moment.known_at, shown[-1]) if more else None)


class _Group(NamedTuple):
    """What is counted together: times of holding (`held`), or ratings and dissents, of a holder in one tenure."""

    holder: Holder
    tenure: Tenure | None
    held: bool

    def order(self) -> tuple[Holder, Tenure | tuple[int, int]]:
        """Holders by office, post and name, each tenure in its order."""
        return self.holder, self.tenure or (0, 0)


def _counted(asking: Asking) -> dict[_Group, tuple[int, ...]]:
    """Count what every holder did in each tenure."""
    leader = filters({"leader": asking.named("leader")})
    holds, marks = holds_of(asking, f"1 = 1{leader}{asking.units('office')}{asking.cases()}"), marks_of(asking)
    known = tenures_of(asking.moment, sorted({holder[2] for holder in (*holds, *marks)}))
    today, days, allowed = asking.day.toordinal(), Days(asking), silence_days(asking)
    found: dict[_Group, tuple[int, ...]] = {}
    for holder, of_holder in holds.items():
        of_tenure: dict[Tenure | None, list[Hold]] = {}
        for hold in of_holder:
            of_tenure.setdefault(tenure_on(known.get(holder, ()), hold.since), []).append(hold)
        for tenure, mine in of_tenure.items():
            found[_Group(holder, tenure, held=True)] = _numbers(mine, days, today, tenure, allowed)
    for holder, of_holder_too in marks.items():
        by_tenure: dict[Tenure | None, list[Marked]] = {}
        for mark in of_holder_too:
            by_tenure.setdefault(tenure_on(known.get(holder, ()), mark.day), []).append(mark)
        for tenure, marked in by_tenure.items():
            found[_Group(holder, tenure, held=False)] = _marks(marked)
    return found


def _numbers(holds: Sequence[Hold], days: Days, today: int, tenure: Tenure | None, allowed: int) -> tuple[int, ...]:
    values = {
        "packaged": len({(hold.case, hold.package) for hold in holds}),
        **_standing(holds, days, today, tenure, allowed),
        **_done(holds),
        **_answered(holds, days, today, tenure),
    }
    last = max((civil_day(hold.last_personal) for hold in holds if hold.last_personal), default=0)
    return (len(holds), *(values[name] for name in _SUMS), *_closed(holds), Most(last))


def _marks(marks: Sequence[Marked]) -> tuple[int, ...]:
    rated = [(mark.code, mark.custody == "printed") for mark in marks if mark.mark == "rated"]
    dissents = sum(mark.mark == "dissent" for mark in marks)
    return (len(marks), dissents, *(rated.count((word, printed)) for printed in (False, True) for word in _RATINGS))


def _record(group: _Group, numbers: Sequence[int], marks: Sequence[int], today: int) -> LeaderRecord:
    (office, post, leader), tenure = group.holder, group.tenure
    first, last = (None, None) if tenure is None else (tenure.first_day, tenure.last_day)
    sums, ends, acted = numbers[1 : 1 + len(_SUMS)], numbers[1 + len(_SUMS) : -1], int(numbers[-1])
    on_time, *results = ends
    by_result = {word: count for word, count in zip(RESULTS, results, strict=True) if count}
    dissents, *rated = marks[1:] or (0,) * (1 + 2 * len(_RATINGS))
    return LeaderRecord(
        leader=leader,
        post=post,
        office=office,
        tenure_from=date.fromordinal(first) if first else None,
        tenure_until=date.fromordinal(last) if last else None,
        **dict(zip(_SUMS, sums, strict=True)),
        closed=sum(results),
        resolved=sum(by_result.get(word, 0) for word in _IN_SUBSTANCE),
        by_result=by_result,
        on_time=on_time,
        closed_late=sum(results) - on_time,
        last_personal_act_on=date.fromordinal(acted) if acted else None,
        days_since_personal_act=max(0, today - acted) if acted else None,
        dissents=dissents,
        ratings=dict(zip(_RATINGS, rated[: len(_RATINGS)], strict=True)),
        printed_ratings=dict(zip(_RATINGS, rated[len(_RATINGS) :], strict=True)),
    )


def _standing(holds: Sequence[Hold], days: Days, today: int, tenure: Tenure | None, allowed: int) -> Mapping[str, int]:
    open_ = [hold.now for hold in holds if hold.now is not None and hold.now.state != RESOLVED]
    if tenure is not None and 0 < tenure.last_day < today:
        return {"holding": 0, "left": len(open_), "overdue": 0, "not_closed": 0}
    overdue = [days.day(now.kind, now.key_day, now.km).toordinal() < today for now in open_]
    silent = [bool(allowed) and today - civil_day(now.touched_at) > allowed for now in open_]
    listed_now = sum(one or other for one, other in zip(overdue, silent, strict=True))
    return {"holding": len(open_), "left": 0, "overdue": sum(overdue), "not_closed": listed_now}


def _done(holds: Sequence[Hold]) -> Mapping[str, int]:
    names = ("personal_acts", "extensions", "late_extensions", "reopened", "handed_in", "reports")
    done = {name: sum(map(attrgetter(name), holds)) for name in names}
    return {**done, "handed_out": sum(hold.until > 0 for hold in holds)}


def _closed(holds: Sequence[Hold]) -> tuple[int, ...]:
    """Count the packages that ended in the leader's hands: by their day, and by each result."""
    ended = [hold.now for hold in holds if hold.now is not None and hold.now.state == RESOLVED]
    on_time = sum(civil_day(now.v0) <= now.judged for now in ended)
    results = Counter(now.result for now in ended)
    return (on_time, *(results[word] for word in RESULTS))


def _answered(holds: Sequence[Hold], days: Days, today: int, tenure: Tenure | None) -> Mapping[str, int]:
    missed = owed = held = after = 0
    for hold in holds:
        if hold.deadlines:
            times = len(missed_on(hold, days, today, tenure))
            missed += times
            owed += bool(times) and not hold.reports
        first, last, answered = answered_days(hold, today, tenure)
        held += max(0, answered - first + 1)
        after += max(0, last - max(answered, first - 1))
    return {"missed": missed, "reports_owed": owed, "days_held": held, "days_after_tenure": after}
