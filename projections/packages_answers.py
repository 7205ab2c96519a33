"""What is asked of leader packages: who answers for which, what is packaged and not closed, hand-overs, dissents.

Every list is as of a moment of the world and as known at a log position. A leader whose tenure ended without a
hand-over answers no more (`answering`), and nobody does in the leader's place until the package is handed over.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final, Literal, NamedTuple

from domain.effective import from_unix_ms, unix_ms
from domain.practice import practised
from domain.schema import CIVIL
from projections.answers import Page
from projections.asking import Asking, Order, listed
from projections.clocks import civil_day
from projections.item_answers import Days, alive, day_of, day_on, filters, maybe_day, named_rows, ordered, select
from projections.packages import PACKAGE_ROWS, PACKAGES, RESOLVED
from projections.reader import Moment, Reader
from projections.states import BEGUN_LATE, HELD
from projections.tables import Row
from projections.tallies import Counts, tell
from projections.tenures import tenure_on, tenures_of

DEADLINE_FIRST = Order("key_day, case_id, package", (int, str, int))
_HELD, _CLOSED = " AND held = 1", " AND held = 0"
ACT_ORDER = Order("v0, case_id, seq", (int, str, int))


class HeldPackage(NamedTuple):
    """One package as it stood; `package` is the number of its assignment in the case.

    `answering` is false once the leader's tenure ended without a hand-over. `overdue_days` counts civil days after
    `due_on` while the package is open; `silent_days` those since the leader's last act in person, or the assignment.
    `reasons` says why it is on the list of packages that do not close: "past_deadline", or "silent" for more than
    `silence_days`, which is policy data, 0 where there is none. `result` and `on_time` are of the resolution.
    """

    case: str
    package: int
    state: str
    leader: str
    post: str
    office: str
    answering: bool
    assigned_by: str
    reason: str
    assigned_on: date
    held_on: date
    due_on: date
    overdue_days: int
    result: str
    resolved_on: date | None
    on_time: bool | None
    personal_acts: int
    last_personal_act_on: date | None
    silent_days: int
    extensions: int
    late_extensions: int
    reopened: int
    hand_overs: int
    reports: int
    reasons: tuple[str, ...]
    silence_days: int
    late_recorded: bool


@dataclass(frozen=True, slots=True)
class PackageCount:
    """How many packages are open, past their deadline, silent, either of the two, and resolved.

    `by_office` has the open ones by the leader's office.
    """

    as_of: datetime
    known_at: int
    open: int
    past_deadline: int
    silent: int
    not_closed: int
    closed: int
    by_office: dict[str, int]


@dataclass(frozen=True, slots=True)
class PackageAct:
    """One act on a package, and what the package was from it on."""

    case: str
    package: int
    seq: int
    act: str
    actor: str
    state: str
    leader: str
    post: str
    office: str
    due_on: date
    at: datetime
    late_recorded: bool


def packages(
    reader: Reader,
    as_of: datetime,
    known_at: int | None = None,
    *,
    unit: str | None = None,
    leader: str | None = None,
    state: Literal["open", "closed"] | None = None,
    limit: int | None = None,
    cursor: str | None = None,
) -> Page[HeldPackage]:
    """Return the packages as they stood, the earliest deadline first; `unit` is the leader's office and its subtree.

    Raises PositionRefused, UnitUnknown, or CursorRefused if the cursor is another question's.
    """
    held = {None: (_HELD, _CLOSED), "open": (_HELD,), "closed": (_CLOSED,)}[state]
    return _list(reader, (as_of, known_at, unit), leader, f"packages {state}", held, limit, cursor)


def packaged_not_closed(
    reader: Reader,
    as_of: datetime,
    known_at: int | None = None,
    *,
    unit: str | None = None,
    leader: str | None = None,
    limit: int | None = None,
    cursor: str | None = None,
) -> Page[HeldPackage]:
    """Return the packages that do not close: past their deadline, or without an act in person for too long.

    Raises what `packages` raises. Source: 只包不结; the days of silence are `package_silence_days` of the profile.
    """
    return _list(reader, (as_of, known_at, unit), leader, "not closed", None, limit, cursor)


def count_packages(
    reader: Reader,
    as_of: datetime,
    known_at: int | None = None,
    *,
    unit: str | None = None,
    leader: str | None = None,
) -> PackageCount:
    """Count what `packages` and `packaged_not_closed` list. Raises what they raise."""

    def count(moment: Moment, cases: list[str] | None) -> Counts:
        asking = Asking(moment, as_of, unit, leader=leader, cases=cases)
        past, silent = Days(asking).past(), silent_for_long(asking)
        sql = f"""
            SELECT office, held, COUNT(*), SUM(CASE WHEN {past} THEN 1 ELSE 0 END),
                SUM(CASE WHEN {silent} THEN 1 ELSE 0 END), SUM(CASE WHEN {past} OR {silent} THEN 1 ELSE 0 END)
            FROM view_packages
            WHERE {alive(asking)}{filters({"leader": leader})}{asking.units("office")}{asking.cases()}
            GROUP BY office, held
        """
        return {(row[0], row[1]): tuple(map(int, row[2:])) for row in asking.ask(sql)}

    with reader.at(PACKAGE_ROWS, known_at) as moment:
        counts = tell(moment, ("packages", unit, leader), unix_ms(as_of), count)
    rows = [(*group, *numbers) for group, numbers in sorted(counts.items())]
    opened = [row for row in rows if row[1]]
    open_, past_deadline, quiet, not_closed = (sum(int(row[at]) for row in opened) for at in (2, 3, 4, 5))
    closed = sum(row[2] for row in rows if not row[1])
    by_office = {row[0]: row[2] for row in opened}
    return PackageCount(as_of, moment.known_at, open_, past_deadline, quiet, not_closed, closed, by_office)


def package_acts(
    reader: Reader,
    as_of: datetime,
    known_at: int | None = None,
    *,
    unit: str | None = None,
    case: str | None = None,
    leader: str | None = None,
    act: str | None = None,
    limit: int | None = None,
    cursor: str | None = None,
) -> Page[PackageAct]:
    """Return the acts on packages by then, in the order in which they count: the way down from every count.

    `act` is the word of the act: assigned, accepted, met, investigated, conferred, plan_set, extended, extended_late,
    hand_over_proposed, hand_over_confirmed, hand_over_withdrawn, reported, resolved or reopened. Raises what
    `packages` raises.
    """
    named = {"case_id": case, "leader": leader, "act": act}

    def sql(asking: Asking) -> Sequence[str]:
        return select(asking, PACKAGES, ACT_ORDER, filters(named) + asking.units("office"), HELD)

    def describe(asking: Asking, rows: Sequence[Row]) -> list[PackageAct]:
        days = Days(asking)
        return [_act(row, days) for row in named_rows(PACKAGES, rows)]

    asked = (as_of, known_at, unit, None)
    return listed(reader, PACKAGE_ROWS, asked, named, ordered(ACT_ORDER), sql, describe, limit, cursor)


def silence_days(asking: Asking) -> int:
    """Return after how many days without an act in person a leader is silent: policy data, 0 where there is none."""
    row = practised(asking.moment.reference.rules.latest.practice, "package_silence_days", asking.day)
    return 0 if row is None else row.value


def silent_for_long(asking: Asking) -> str:
    """Return what holds of open packages whose leader has been silent for longer than policy allows."""
    allowed = silence_days(asking)
    if not allowed:
        return "1 = 0"
    first = asking.day - timedelta(days=allowed)
    return f"(held = 1 AND touched_at < {unix_ms(datetime(first.year, first.month, first.day, tzinfo=CIVIL))})"


def _list(
    reader: Reader,
    asked: tuple[datetime, int | None, str | None],
    leader: str | None,
    question: str,
    conditions: tuple[str, ...] | None,
    limit: int | None,
    cursor: str | None,
) -> Page[HeldPackage]:
    def sql(asking: Asking) -> Sequence[str]:
        which = conditions or (f"{_HELD} AND ({Days(asking).past()} OR {silent_for_long(asking)})",)
        of_unit = filters({"leader": leader}) + asking.units("office")
        return [part for one in which for part in select(asking, PACKAGES, DEADLINE_FIRST, one + of_unit, told=_TOLD)]

    named = {"leader": leader, "question": question}
    return listed(
        reader, PACKAGE_ROWS, (*asked, None), named, ordered(DEADLINE_FIRST), sql, _held_packages, limit, cursor
    )


_TOLD: Final = (
    *("case_id", "package", "state", "leader", "post", "office", "assigned_by", "reason", "assigned_at", "held_at"),
    *("judged", "kind", "key_day", "km", "touched_at", "result", "v0", "acts", "last_at", "extensions"),
    *("late_extensions", "reopened", "hold", "reports", "flags"),
)


def _held_packages(asking: Asking, rows: Sequence[Row]) -> list[HeldPackage]:
    read = [row[-len(_TOLD) :] for row in rows]
    known = tenures_of(asking.moment, sorted({row[3] for row in read}))
    today, days, allowed = asking.day.toordinal(), Days(asking), silence_days(asking)
    found = []
    for row in read:
        tenures = known.get((row[5], row[4], row[3]))
        tenure = tenure_on(tenures, civil_day(row[9])) if tenures else None
        answering = tenure is None or not 0 < tenure.last_day < today
        found.append(_held_package(row, days, today, allowed, answering))
    return found


def _held_package(row: Row, days: Days, today: int, allowed: int, answering: bool) -> HeldPackage:
    # fmt: off
    (case, package, state, leader, post, office, assigned_by, reason, assigned_at, held_at, judged, kind, key_day, km,
     touched_at, result, v0, acts, last_at, extensions, late_extensions, reopened, hold, reports, flags) = row
    # fmt: on
    ended_on, on_time, overdue, silent, reasons = None, None, 0, 0, ()
    if state == RESOLVED:
        due_on, ended_on = day_on(judged), day_of(v0)
        on_time = ended_on <= due_on
    else:
        due_on = days.day(kind, key_day, km)
        overdue = max(0, today - due_on.toordinal())
        silent = max(0, today - civil_day(touched_at))
        reasons = (*(("past_deadline",) if overdue else ()), *(("silent",) if 0 < allowed < silent else ()))
    assigned_on, held_on, last_on = day_of(assigned_at), day_of(held_at), maybe_day(last_at)
    # To make the tuple itself is several times as fast as to call its class.
    # fmt: off
    return tuple.__new__(HeldPackage, (
        case, package, state, leader, post, office, answering, assigned_by, reason, assigned_on, held_on, due_on,
        overdue, result, ended_on, on_time, acts, last_on, silent, extensions, late_extensions, reopened, hold - 1,
        reports, reasons, allowed, bool(flags & BEGUN_LATE),
    ))
    # fmt: on


def _act(row: Mapping[str, Any], days: Days) -> PackageAct:
    same = ("package", "seq", "act", "actor", "state", "leader", "post", "office")
    return PackageAct(
        case=row["case_id"],
        due_on=days.day(row["kind"], row["key_day"], row["km"]),
        at=from_unix_ms(row["v0"]),
        late_recorded=bool(row["flags"] & BEGUN_LATE),
        **{name: row[name] for name in same},
    )
