"""The cases behind the workload, and the standing lists: nobody named, closed without a reply, let go at first contact.

At every moment an open case has an answerable office, a responsible post and a next measure, and every case is
answered: what falls short of that is on a list until it is mended. Source: articles 5(3), 22 and 23.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from domain.effective import from_unix_ms
from projections.answers import Page
from projections.asking import Asking, Order, listed, start_of
from projections.reader import Reader
from projections.tables import Row
from projections.workload import WORKLOAD, seen
from projections.workload_answers import alive_parts

_STAY: Final = (
    "case_id, stay, unit, capacity, entered, left_by, round, passes, returns, imported, began, k0, v0, km, v1"
)
_WHOLE: Final = ", ".join(f"whole.{column}" for column in _STAY.split(", "))
_MEASURE: Final = """
    SELECT case_id, stay, post, measure, until_day FROM view_measures
    WHERE case_id IN (:values) AND k0 < :known_at AND v0 <= :as_of AND (km >= :known_at OR v1 > :as_of)
"""
_NAMED: Final = """
    EXISTS (SELECT 1 FROM view_measures m WHERE m.case_id = s.case_id AND m.stay = s.stay AND m.k0 < :known_at
        AND m.v0 <= :as_of AND (m.km >= :known_at OR m.v1 > :as_of) AND (m.until_day = 0 OR m.until_day >= :day))
"""
_LATER_STAY: Final = """
    EXISTS (SELECT 1 FROM view_stays n WHERE n.case_id = s.case_id AND n.stay = s.stay + 1 AND n.k0 < :known_at
        AND n.v0 <= :as_of)
"""
_RECEIVED_ELSEWHERE: Final = """
    EXISTS (SELECT 1 FROM view_stays n WHERE n.case_id = s.case_id AND n.stay = 2 AND n.left_by = 'out_received'
        AND n.km < :known_at AND n.v1 <= :as_of)
"""


@dataclass(frozen=True, slots=True)
class StayRow:
    """A stretch of an open case at one office.

    `began_at` is when the case came to be open, `entered_at` when the office came to answer for it, `index` the log
    index of the act `entered`. `left_by`, `left_at` and `left_index` are "" and None while the stay lasts. `days` are
    civil days from `began_at` to the moment asked about, or to `left_at`.
    """

    case: str
    unit: str
    capacity: str
    entered: str
    entered_at: datetime
    index: int
    began_at: datetime
    days: int
    left_by: str
    left_at: datetime | None
    left_index: int | None
    round: int
    passes: int
    returns: int
    imported: bool


@dataclass(frozen=True, slots=True)
class Unowned:
    """An open case without a responsible post, or whose next measure's day has passed.

    `reason` is no_post or measure_past; in the second case `post`, `measure` and `until_on` are the last ones named.
    `days` are civil days since the office came to answer for the case, or since the day that has passed.
    """

    case: str
    unit: str
    since: datetime
    index: int
    reason: str
    days: int
    post: str = ""
    measure: str = ""
    until_on: date | None = None


@dataclass(frozen=True, slots=True)
class Unanswered:
    """A closed case whose petitioner was never answered; `index` is the log index of the act `closed_by`."""

    case: str
    unit: str
    closed_by: str
    closed_at: datetime
    index: int
    days: int


@dataclass(frozen=True, slots=True)
class FirstContact:
    """A case that the first office reached let go before another office had received it.

    `way` is directed (told to go elsewhere, other than on the spot) or transferred_out, this only until the receiver's
    receipt is recorded. What goes to the judicial bodies has to go there (22), and no receipt of theirs is an act here.
    """

    case: str
    unit: str
    way: str
    at: datetime
    index: int


def open_cases(
    reader: Reader,
    as_of: datetime,
    known_at: int | None = None,
    *,
    unit: str | None = None,
    least_days: int | None = None,
    most_days: int | None = None,
    least_passes: int | None = None,
    limit: int | None = None,
    cursor: str | None = None,
) -> Page[StayRow]:
    """List the open cases with the office that answers for each, longest open first; raises what `listed` raises.

    `least_days` and `most_days` bound the civil days since the case came to be open, `least_passes` how often it was
    passed on.
    """
    named = {"least_days": least_days, "most_days": most_days, "least_passes": least_passes}

    def sql(asking: Asking) -> list[str]:
        day, bounds = asking.day.toordinal(), ""
        if least_days is not None:
            bounds += f" AND began < {start_of(day - least_days + 1)}"
        if most_days is not None:
            bounds += f" AND began >= {start_of(day - most_days)}"
        if least_passes is not None:
            bounds += " AND passes >= :least_passes"
        # What is not open then is passed over in the index; only what is told is read whole.
        return [
            f"""SELECT found.first, {_WHOLE} FROM (SELECT began AS first, case_id, stay FROM view_stays
            WHERE began <= :as_of AND {part}{bounds}) AS found
            JOIN view_stays AS whole ON whole.case_id = found.case_id AND whole.stay = found.stay"""
            for part in alive_parts(asking)
        ]

    order = Order("first, case_id, stay", (int, str, int))
    return listed(reader, WORKLOAD, (as_of, known_at, unit, None), named, order, sql, _tell_stays, limit, cursor)


def received_cases(
    reader: Reader,
    as_of: datetime,
    known_at: int | None = None,
    *,
    unit: str | None = None,
    since: datetime | None = None,
    entered: Sequence[str] = (),
    limit: int | None = None,
    cursor: str | None = None,
) -> Page[StayRow]:
    """List the stays that began in a period, in any of these ways or in all; raises what `listed` raises."""
    named = {f"way{number}": way for number, way in enumerate(entered)}
    ways = f" AND entered IN ({', '.join(f':{name}' for name in named)})" if named else ""

    def sql(asking: Asking) -> list[str]:
        # A matter sent out of the ledger stays with the office that sent it until the receipt: nobody received it.
        period = f"k0 < :known_at AND v0 > :since AND v0 <= :as_of AND entered <> 'transferred_out' AND {seen()}"
        return [f"SELECT v0 AS first, {_STAY} FROM view_stays WHERE {period}{ways}{asking.units()}"]

    order = Order("first, case_id, stay", (int, str, int))
    return listed(reader, WORKLOAD, (as_of, known_at, unit, since), named, order, sql, _tell_stays, limit, cursor)


def closed_cases(
    reader: Reader,
    as_of: datetime,
    known_at: int | None = None,
    *,
    unit: str | None = None,
    since: datetime | None = None,
    limit: int | None = None,
    cursor: str | None = None,
) -> Page[StayRow]:
    """List the cases closed in a period, by when; raises what `listed` raises."""

    def sql(asking: Asking) -> list[str]:
        period = f"km < :known_at AND v1 > :since AND v1 <= :as_of AND {seen()}{asking.units()}"
        return [f"SELECT v1 AS last, {_STAY} FROM view_stays WHERE closed = 1 AND {period}"]

    order = Order("last, case_id, stay", (int, str, int))
    return listed(reader, WORKLOAD, (as_of, known_at, unit, since), {}, order, sql, _tell_stays, limit, cursor)


def unowned(
    reader: Reader,
    as_of: datetime,
    known_at: int | None = None,
    *,
    unit: str | None = None,
    limit: int | None = None,
    cursor: str | None = None,
) -> Page[Unowned]:
    """List the open cases without a responsible post or a next measure, longest at their office first.

    Raises what `listed` raises.
    """

    def sql(asking: Asking) -> list[str]:
        named = _NAMED.replace(":day", str(asking.day.toordinal()))
        columns = "s.v0, s.case_id, s.stay, s.unit, s.k0"
        return [f"SELECT {columns} FROM view_stays s WHERE {part} AND NOT {named}" for part in alive_parts(asking)]

    order = Order("v0, case_id, stay", (int, str, int))
    return listed(reader, WORKLOAD, (as_of, known_at, unit, None), {}, order, sql, _tell_unowned, limit, cursor)


def closed_without_reply(
    reader: Reader,
    as_of: datetime,
    known_at: int | None = None,
    *,
    unit: str | None = None,
    since: datetime | None = None,
    limit: int | None = None,
    cursor: str | None = None,
) -> Page[Unanswered]:
    """List the cases that ended without an answer that was owed and are still ended so; raises what `listed` raises."""

    def sql(asking: Asking) -> list[str]:
        ended = f"s.km < :known_at AND s.v1 > :since AND s.v1 <= :as_of AND {seen('s')}{asking.units('s.unit')}"
        unanswered = "NOT (s.ka < :known_at AND s.va <= :as_of)"
        columns = "s.v1, s.case_id, s.stay, s.unit, s.left_by, s.km"
        closed = f"s.silent = 1 AND {ended} AND {unanswered} AND NOT {_LATER_STAY}"
        return [f"SELECT {columns} FROM view_stays s WHERE {closed}"]

    order = Order("v1, case_id, stay", (int, str, int))
    return listed(reader, WORKLOAD, (as_of, known_at, unit, since), {}, order, sql, _tell_unanswered, limit, cursor)


def first_contacts(
    reader: Reader,
    as_of: datetime,
    known_at: int | None = None,
    *,
    unit: str | None = None,
    since: datetime | None = None,
    limit: int | None = None,
    cursor: str | None = None,
) -> Page[FirstContact]:
    """List the cases that the first office reached let go before another had received them, by when.

    Whoever is reached first registers and answers for the matter until another unit's receipt (首问负责).
    Raises what `listed` raises.
    """

    def sql(asking: Asking) -> list[str]:
        left = f"s.km < :known_at AND s.v1 > :since AND s.v1 <= :as_of AND {seen('s')}{asking.units('s.unit')}"
        ways = f"(s.left_by = 'directed' OR NOT {_RECEIVED_ELSEWHERE})"
        columns = "s.v1, s.case_id, s.unit, s.left_by, s.km"
        first = "s.stay = 1 AND s.left_by IN ('directed', 'transferred_out')"
        return [f"SELECT {columns} FROM view_stays s WHERE {first} AND {ways} AND {left}"]

    order = Order("v1, case_id", (int, str))
    return listed(reader, WORKLOAD, (as_of, known_at, unit, since), {}, order, sql, _tell_first, limit, cursor)


def _tell_stays(asking: Asking, rows: Sequence[Row]) -> list[StayRow]:
    told = []
    for _, case, _, unit, capacity, entered, left_by, round_, passes, returns, imported, *times in rows:
        began, k0, v0, km, v1 = times
        gone = km < asking.moment.known_at and v1 <= asking.as_of_ms
        left: tuple[str, datetime | None, int | None] = ("", None, None)
        if gone:
            left = (left_by, from_unix_ms(v1), km)
        days = asking.days_since(began, v1 if gone else None)
        who = (case, unit, capacity, entered, from_unix_ms(v0), k0, from_unix_ms(began), days)
        told.append(StayRow(*who, *left, round_, passes, returns, bool(imported)))
    return told


def _tell_unowned(asking: Asking, rows: Sequence[Row]) -> list[Unowned]:
    cases = sorted({row[1] for row in rows})
    last = {(case, stay): named for case, stay, *named in asking.ask_cases(_MEASURE, cases)}
    told = []
    for v0, case, stay, unit, k0 in rows:
        since = (case, unit, from_unix_ms(v0), k0)
        if (case, stay) in last:
            post, measure, until = last[case, stay]
            past = (asking.day.toordinal() - until, post, measure, date.fromordinal(until))
            told.append(Unowned(*since, "measure_past", *past))
        else:
            told.append(Unowned(*since, "no_post", asking.days_since(v0)))
    return told


def _tell_unanswered(asking: Asking, rows: Sequence[Row]) -> list[Unanswered]:
    told = ((case, unit, by, from_unix_ms(v1), km, asking.days_since(v1)) for v1, case, _, unit, by, km in rows)
    return [Unanswered(*row) for row in told]


def _tell_first(asking: Asking, rows: Sequence[Row]) -> list[FirstContact]:
    return [FirstContact(case, unit, way, from_unix_ms(v1), km) for v1, case, unit, way, km in rows]
