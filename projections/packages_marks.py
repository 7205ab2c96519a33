"""What stands beside leader packages: hand-overs, dissents, and the ratings of cases held, each with its leader."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, NamedTuple

from domain.effective import from_unix_ms
from projections.answers import Page
from projections.asking import ENDED, Asking, Order, listed
from projections.clocks import civil_day
from projections.item_answers import filters, named_rows, ordered, select
from projections.packages import MARKS, PACKAGE_ROWS, PACKAGES
from projections.reader import Reader
from projections.states import ALIVE, BEGUN_LATE, HELD
from projections.tables import Row
from projections.tenures import Holder

_MARK_ORDER = Order("case_id, mark_seq", (str, int))
_PROPOSALS = Order("case_id, proposal", (str, int))
_ENDINGS = {
    "hand_over_confirmed": "done",
    "hand_over_withdrawn": "withdrawn",
    "hand_over_proposed": "replaced",
    "resolved": "lapsed",
}


@dataclass(frozen=True, slots=True)
class HandOver:
    """One proposal to hand a package over; `proposal` is its number in the case.

    `state` is pending, done, withdrawn, replaced by another, or lapsed by the resolution. Until it is done the leader
    who gives answers on. `days` are civil days from the proposal to its end, or to the moment asked about.
    """

    case: str
    package: int
    proposal: int
    from_leader: str
    from_post: str
    from_office: str
    to_leader: str
    to_post: str
    to_office: str
    proposed_at: datetime
    state: str
    ended_at: datetime | None
    days: int


@dataclass(frozen=True, slots=True)
class Dissent:
    """One officer's explicit dissent from act `about` of a case; `adoption` is "" until it is answered.

    `leader` held a package of the case then, "" for none. Source: an officer whose dissent was not adopted bears none
    of the responsibility (confidence S).
    """

    case: str
    seq: int
    about: int
    officer: str
    post: str
    office: str
    leader: str
    recorded_at: datetime
    adoption: str
    answered_at: datetime | None
    late_recorded: bool


@dataclass(frozen=True, slots=True)
class HeldRating:
    """One petitioner's rating of an office that handled a packaged case, with the leader who held it at that moment.

    `of` is what the office was rated as. `custody` tells a key made on the petitioner's device from one claimed with
    a printed code.
    """

    case: str
    seq: int
    rating: str
    of: str
    rated_office: str
    round: int
    custody: str
    leader: str
    post: str
    office: str
    at: datetime


class Marked(NamedTuple):
    """A dissent or a rating as the board of leaders counts it, on its civil day."""

    mark: str
    code: str
    custody: str
    day: int


def hand_overs(
    reader: Reader,
    as_of: datetime,
    known_at: int | None = None,
    *,
    unit: str | None = None,
    leader: str | None = None,
    state: Literal["pending", "done"] | None = None,
    limit: int | None = None,
    cursor: str | None = None,
) -> Page[HandOver]:
    """Return proposals to hand a package over, by case; `leader` is the one who gives, `unit` that leader's office.

    Raises PositionRefused, UnitUnknown, or CursorRefused if the cursor is another question's.
    """
    named = {"leader": leader}

    def sql(asking: Asking) -> Sequence[str]:
        where = f"{_last_of_proposal(state)}{filters(named)}{asking.units('office')}"
        return select(asking, PACKAGES, _PROPOSALS, where, HELD)

    asked = (as_of, known_at, unit, None)
    bound = {**named, "state": state}
    return listed(reader, PACKAGE_ROWS, asked, bound, ordered(_PROPOSALS), sql, _hand_overs, limit, cursor)


def dissents(
    reader: Reader,
    as_of: datetime,
    known_at: int | None = None,
    *,
    unit: str | None = None,
    officer: str | None = None,
    limit: int | None = None,
    cursor: str | None = None,
) -> Page[Dissent]:
    """Return the dissents recorded on cases; `unit` is the dissenting officer's office.

    Raises what `hand_overs` raises.
    """
    named = {"officer": officer}

    def sql(asking: Asking) -> Sequence[str]:
        return select(
            asking, MARKS, _MARK_ORDER, f" AND mark = 'dissent'{filters(named)}{asking.units('officer_office')}"
        )

    def describe(asking: Asking, rows: Sequence[Row]) -> list[Dissent]:
        found = list(named_rows(MARKS, rows))
        begun = _begun(asking, [row["case_id"] for row in found])
        return [_dissent(row, begun[row["case_id"], row["mark_seq"]]) for row in found]

    asked = (as_of, known_at, unit, None)
    return listed(reader, PACKAGE_ROWS, asked, named, ordered(_MARK_ORDER), sql, describe, limit, cursor)


def held_ratings(
    reader: Reader,
    as_of: datetime,
    known_at: int | None = None,
    *,
    unit: str | None = None,
    leader: str | None = None,
    limit: int | None = None,
    cursor: str | None = None,
) -> Page[HeldRating]:
    """Return petitioners' ratings of packaged cases; `unit` is the leader's office. Raises what `hand_overs` does."""
    named = {"leader": leader}

    def sql(asking: Asking) -> Sequence[str]:
        return select(asking, MARKS, _MARK_ORDER, f" AND mark = 'rated'{filters(named)}{asking.units('office')}")

    def describe(asking: Asking, rows: Sequence[Row]) -> list[HeldRating]:
        return [_rating(row) for row in named_rows(MARKS, rows)]

    asked = (as_of, known_at, unit, None)
    return listed(reader, PACKAGE_ROWS, asked, named, ordered(_MARK_ORDER), sql, describe, limit, cursor)


def marks_of(asking: Asking) -> dict[Holder, list[Marked]]:
    """Return the ratings of cases that leaders held, and the dissents that officers recorded, by leader or officer.

    Those of the unit asked for, of the officer named `leader`, and of the cases named `cases`, if any are.
    """
    by_leader = filters({"leader": asking.named("leader")})
    sql = f"""SELECT office, post, leader, mark, code, custody, v0 FROM view_package_marks
        WHERE leader <> '' AND mark = 'rated' AND {ALIVE}{by_leader}{asking.units("office")}{asking.cases()}
        UNION ALL SELECT officer_office, officer_post, officer, mark, code, custody, v0 FROM view_package_marks
        WHERE mark = 'dissent' AND {HELD} AND segment = 1
            {by_leader.replace("leader =", "officer =")}{asking.units("officer_office")}{asking.cases()}"""
    found: dict[Holder, list[Marked]] = {}
    for office, post, leader, mark, code, custody, at in asking.ask(sql):
        found.setdefault((office, post, leader), []).append(Marked(mark, code, custody, civil_day(at)))
    return found


def _last_of_proposal(state: str | None) -> str:
    """Return what holds of the state in which a proposal stood last: acts in person and extensions do not end it."""
    later = """SELECT 1 FROM view_packages AS later WHERE later.case_id = view_packages.case_id
        AND later.package = view_packages.package AND later.segment = view_packages.segment + 1
        AND later.proposal = view_packages.proposal AND later.k0 < :known_at AND later.v0 <= :as_of"""
    which = {None: "", "pending": f" AND NOT ({ENDED})", "done": f" AND {ENDED} AND ended_by = 'hand_over_confirmed'"}
    return f" AND proposal > 0 AND NOT EXISTS ({later}){which[state]}"


def _hand_overs(asking: Asking, rows: Sequence[Row]) -> list[HandOver]:
    found = list(named_rows(PACKAGES, rows))
    sql = f"""SELECT case_id, proposal, MIN(v0) FROM view_packages
        WHERE case_id IN (:values) AND proposal > 0 AND {HELD} GROUP BY case_id, proposal"""
    proposed = {row[:2]: row[2] for row in asking.ask_cases(sql, sorted({row["case_id"] for row in found}))}
    return [_hand_over(asking, row, proposed[row["case_id"], row["proposal"]]) for row in found]


def _hand_over(asking: Asking, row: Mapping[str, Any], proposed_at: int) -> HandOver:
    ended = row["km"] < asking.moment.known_at and row["v1"] <= asking.as_of_ms
    last = civil_day(row["v1"]) if ended else asking.day.toordinal()
    return HandOver(
        row["case_id"],
        row["package"],
        row["proposal"],
        row["leader"],
        row["post"],
        row["office"],
        row["taker"],
        row["taker_post"],
        row["taker_office"],
        from_unix_ms(proposed_at),
        _ENDINGS[row["ended_by"]] if ended else "pending",
        from_unix_ms(row["v1"]) if ended else None,
        max(0, last - civil_day(proposed_at)),
    )


def _begun(asking: Asking, cases: Sequence[str]) -> dict[tuple[str, int], int]:
    sql = f"""SELECT case_id, mark_seq, v0 FROM view_package_marks
        WHERE case_id IN (:values) AND mark = 'dissent' AND segment = 1 AND {HELD}"""
    return {(row[0], row[1]): row[2] for row in asking.ask_cases(sql, sorted({*cases}))}


def _dissent(row: Mapping[str, Any], recorded_at: int) -> Dissent:
    answered = row["segment"] > 1
    return Dissent(
        row["case_id"],
        row["mark_seq"],
        row["about"],
        row["officer"],
        row["officer_post"],
        row["officer_office"],
        row["leader"],
        from_unix_ms(recorded_at),
        row["code"],
        from_unix_ms(row["v0"]) if answered else None,
        bool(row["flags"] & BEGUN_LATE),
    )


def _rating(row: Mapping[str, Any]) -> HeldRating:
    rated = (row["code"], row["rated_as"], row["rated_office"], row["about"], row["custody"])
    held = (row["leader"], row["post"], row["office"])
    return HeldRating(row["case_id"], row["mark_seq"], *rated, *held, from_unix_ms(row["v0"]))
