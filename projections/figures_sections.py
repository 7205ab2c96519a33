"""The rows that each figure counts, as SQL: once for both stores, on both axes, by period and subtree.

A section is a query whose rows are the members of a denominator (or of a count): `case_id`, `clock`, `item`, `unit`,
`day`, `num` (1 if the member is in the numerator too), `imported`, and `known`, the log index of the act that made it a
member. Clocks that closed are judged by the due day that was known when they closed; those still open by the calendar
known at the position asked about. What the formulas mean is said in `domain/figure_rows.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from typing import Final

from domain.practice import practised
from domain.tracks.vocabulary import RESULTS
from projections.asking import ALIVE, ENDED, HELD, Asking, start_of
from projections.claimed import CLAIM_IMPORTED, DONE_IMPORTED
from projections.clocks import ACCEPTANCE, ANSWERS, CLOSED_IMPORTED, CLOSED_MATTER, STARTED_IMPORTED
from projections.figures import (
    ASKED,
    BEGUN,
    PACKAGE,
    PASSED_ON,
    RECOMMENDATION,
    REHANDLED,
    REPEAT,
    RESOLVED,
    SUGGESTION,
)
from projections.overdue_question import Question
from projections.satisfaction import DEVICE
from projections.satisfaction_sql import lapsed, windows

HANDLING: Final = ("HANDLE",)
RESOLVING: Final = tuple(word for word in RESULTS if word not in ("explained", "not_supported"))

_MET: Final = "met = 1"
CLOSED: Final = f"(met = 1 OR (flags & {CLOSED_MATTER}) <> 0)"
_FILE: Final = f"CASE WHEN (flags & {STARTED_IMPORTED | CLOSED_IMPORTED}) <> 0 THEN 1 ELSE 0 END"
_FACT: Final = "view_figure_facts"
_SPELL: Final = "view_figure_spells"
CLAIMS: Final = "view_claimed_deadlines"


class Sections:
    """Builds the sections of one figure for one question; `only` is a condition that every one gets.

    `split` says that members are told apart by unit, which matters where one case can be a member at several.
    """

    def __init__(self, asking: Asking, question: Callable[[], Question], *, split: bool, only: str = "") -> None:
        self.asking = asking
        self._question = question
        self._split = split
        self._only = only
        self._where = f"{asking.units()}{self._only}"

    def of(self, figure: str) -> list[str]:
        """Return the sections of a figure."""
        return _BUILDERS[figure](self)

    def closed(self, clocks: tuple[str, ...], fulfilled: str, *, lapsed_too: bool = True) -> str:
        """Clocks that ended in the period: fulfilled, in time or late, or ended otherwise after their due day."""
        first, last = self._days()
        late = " OR closed_day > due_day" if lapsed_too else ""
        return f"""
            SELECT case_id, clock, segment AS item, unit, closed_day AS day,
                CASE WHEN {fulfilled} AND closed_day <= due_day THEN 1 ELSE 0 END AS num,
                {_FILE} AS imported, km AS known
            FROM view_clocks
            WHERE clock IN ({_listed(clocks)}) AND closed_day BETWEEN {first} AND {last} AND {ENDED}
                AND kx >= :known_at AND v0 <= :as_of AND v1 > :since AND ({fulfilled}{late}){self._where}
        """

    def overdue(self, clocks: tuple[str, ...] = ()) -> str:
        """Clocks that are open and overdue at the cut-off, of all names if none is given."""
        named = f" AND clock IN ({_listed(clocks)})" if clocks else ""
        return f"""
            SELECT case_id, clock, segment AS item, unit, key_day AS day, 0 AS num,
                CASE WHEN (flags & {STARTED_IMPORTED}) <> 0 THEN 1 ELSE 0 END AS imported, k0 AS known
            FROM view_clocks WHERE {self._question().condition}{named}{self._only}
        """

    def running(self, clocks: tuple[str, ...]) -> list[str]:
        """Clocks that are open and not overdue at the cut-off: of the index, what has not closed, or has on that day.

        Where more is folded than is known, what closed earlier may not be known to have.
        """
        day = max(1, self._days()[1])
        closing = ["closed_day = 0", f"closed_day >= {day}"]
        if self.asking.moment.known_at != self.asking.moment.position:
            closing.append(f"closed_day BETWEEN 1 AND {day - 1} AND km >= :known_at")
        return [
            f"""
            SELECT case_id, clock, segment AS item, unit, key_day AS day, 0 AS num,
                CASE WHEN (flags & {STARTED_IMPORTED}) <> 0 THEN 1 ELSE 0 END AS imported, k0 AS known
            FROM view_clocks
            WHERE clock IN ({_listed(clocks)}) AND {closed} AND {ALIVE} AND kx >= :known_at
                AND NOT ({self._question().overdue_before(self.asking.day)}){self._where}
            """
            for closed in closing
        ]

    def due(self) -> str:
        """Handling clocks whose due day lies in the period and is over; not those that ended in time, unfulfilled."""
        first = self.asking.since_ms + 1
        begins = date.fromordinal(max(_day(first), date(1900, 1, 1).toordinal()))
        over = _whole_days(self.asking.as_of_ms)
        done = f"({ENDED})"
        in_time = f"({CLOSED} AND closed_day <= due_day)"
        return f"""
            SELECT case_id, clock, segment AS item, unit, key_day AS day,
                CASE WHEN {done} AND {in_time} THEN 1 ELSE 0 END AS num,
                CASE WHEN {done} THEN {_FILE} WHEN (flags & {STARTED_IMPORTED}) <> 0 THEN 1 ELSE 0 END AS imported,
                k0 AS known
            FROM view_clocks
            WHERE clock = '{HANDLING[0]}' AND {HELD} AND kx >= :known_at
                AND key_day BETWEEN {self._question().first_key_day(begins)} AND {over.toordinal()}
                AND ({self._question().overdue_before(over)}) AND NOT ({self._question().overdue_before(begins)})
                AND NOT ({done} AND NOT {CLOSED} AND closed_day <= due_day){self._where}
        """

    def facts(self, fact: str, num: str = "1", condition: str = "") -> str:
        """Facts of the period."""
        first, last = self._days()
        return f"""
            SELECT case_id, '' AS clock, seq AS item, unit, day, {num} AS num, imported, k0 AS known
            FROM {_FACT} AS told
            WHERE fact IN ({_listed(fact.split())}) AND day BETWEEN {first} AND {last}
                AND {HELD} AND v0 > :since{condition}{self._where}
        """

    def begun(self, kind: str, num: str, condition: str = "") -> str:
        """Spells of a kind that began in the period."""
        return self._spells(kind, "v0", f"{HELD} AND v0 > :since{condition}", num, "k0")

    def ended(self, kind: str, num: str, condition: str = "") -> str:
        """Spells of a kind that ended in the period."""
        return self._spells(kind, "v1", f"k0 < :known_at AND {ENDED} AND v1 > :since{condition}", num, "km")

    def held(self, kind: str) -> str:
        """Spells of a kind that last at the cut-off."""
        return self._spells(kind, "v0", ALIVE, "0", "k0")

    def by_case(self, section: str, num: str) -> str:
        """Members of a section taken together by case, and by unit where units are told apart."""
        unit, also = ("unit", ", unit") if self._split else ("MIN(unit)", "")
        return f"""
            SELECT case_id, '' AS clock, MIN(item) AS item, {unit} AS unit, MIN(day) AS day, {num} AS num,
                MAX(imported) AS imported, MIN(known) AS known
            FROM ({section}) AS member GROUP BY case_id{also}
        """

    def told(self, fact: str, of: str) -> str:
        """Return what holds of a case of which a fact is told by the cut-off; `of` names the outer table."""
        return f"""EXISTS (SELECT 1 FROM {_FACT} AS told_of WHERE told_of.case_id = {of}.case_id
            AND told_of.fact = '{fact}' AND told_of.k0 < :known_at AND told_of.v0 <= :as_of)"""

    def ratings(self, num: str = "CASE WHEN rating = 'dissatisfied' THEN 0 ELSE 1 END") -> str:
        """Ratings that count: by the petitioner's own device key, the first of an office and round."""
        office = f"{self.asking.units('office')}{self._only}"
        return f"""
            SELECT case_id, '' AS clock, seq AS item, office AS unit, {_DAY.format("v0")} AS day,
                {num} AS num, 0 AS imported, k0 AS known
            FROM view_ratings WHERE counted = 1 AND custody = '{DEVICE}' AND {HELD} AND v0 > :since{office}
        """

    def unrated(self) -> str:
        """Windows that lapsed in the period unrated although the petitioner had a device key."""
        where = f"{self.asking.units('office')}{self._only}"
        inner = windows(f"{lapsed(self.asking)} AND custody = '{DEVICE}'{where}")
        return f"""
            SELECT case_id, '' AS clock, segment AS item, office AS unit, key_day AS day, 0 AS num, 0 AS imported,
                k0 AS known FROM ({inner}) AS window_lapsed
        """

    def claims_done(self) -> str:
        """Claimed deadlines of what was done or ended in the period; not of what ended in time without being done."""
        return f"""
            SELECT case_id, covers AS clock, segment AS item, unit, {_DAY.format("v1")} AS day,
                CASE WHEN met = 1 AND done_day <= due_day THEN 1 ELSE 0 END AS num,
                CASE WHEN (flags & {CLAIM_IMPORTED | DONE_IMPORTED}) <> 0 THEN 1 ELSE 0 END AS imported, km AS known
            FROM {CLAIMS} WHERE done_day > 0 AND {ENDED} AND {HELD} AND kx >= :known_at AND v1 > :since
                AND (met = 1 OR done_day > due_day){self._where}
        """

    def claims_past(self) -> str:
        """Claimed deadlines that are past at the cut-off, of what is open then."""
        return f"""
            SELECT case_id, covers AS clock, segment AS item, unit, due_day AS day, 0 AS num,
                CASE WHEN (flags & {CLAIM_IMPORTED}) <> 0 THEN 1 ELSE 0 END AS imported, k0 AS known
            FROM {CLAIMS} WHERE due_day < {self.asking.day.toordinal()} AND {ALIVE} AND kx >= :known_at{self._where}
        """

    def backlog(self) -> list[str]:
        """Cases that were open for longer than practice allows: closed in the period, or open at the cut-off."""
        moment, day = self.asking.moment, self.asking.day
        row = practised(moment.reference.rules.latest.practice, "backlog_days", day)
        if row is None:
            return []
        before = start_of(day.toordinal() - row.value)
        columns = f"""
            SELECT case_id, '' AS clock, stay AS item, unit, {_DAY.format("began")} AS day,
                CASE WHEN {self.told(RESOLVED, "view_stays")} THEN 1 ELSE 0 END AS num, imported, k0 AS known
            FROM view_stays WHERE
        """
        age = f"{_DAY.format('v1')} - {_DAY.format('began')} > {row.value}"
        left = f"k0 < :known_at AND closed = 1 AND {ENDED} AND v1 > :since AND {age}"
        return [f"{columns} {left}{self._where}", f"{columns} {ALIVE} AND began < {before}{self._where}"]

    def packages(self) -> list[str]:
        """Packages that ended in the period and stayed so, or are held at the cut-off."""
        again = f"""
            AND result <> '{PASSED_ON}' AND NOT EXISTS (
                SELECT 1 FROM {_SPELL} AS again WHERE again.case_id = spell_of.case_id AND again.kind = spell_of.kind
                    AND again.item = spell_of.item AND again.spell > spell_of.spell
                    AND again.k0 < :known_at AND again.v0 <= :as_of)
        """
        num = f"CASE WHEN result IN ({_listed(RESOLVING)}) THEN 1 ELSE 0 END"
        return [self.ended(PACKAGE, num, again), self.held(PACKAGE)]

    def _spells(self, kind: str, at: str, condition: str, num: str, known: str) -> str:
        return f"""
            SELECT case_id, '' AS clock, item, unit, {_DAY.format(at)} AS day,
                {num} AS num, 0 AS imported, {known} AS known
            FROM {_SPELL} AS spell_of WHERE kind = '{kind}' AND {condition}{self._where}
        """

    def _days(self) -> tuple[int, int]:
        return max(1, _day(self.asking.since_ms + 1)), _day(self.asking.as_of_ms)


_DAY: Final = f"(({{0}} + 28800000) / 86400000 + {date(1970, 1, 1).toordinal()})"


def _listed(words: tuple[str, ...] | list[str]) -> str:
    return ", ".join(f"'{word}'" for word in words)


def _day(milliseconds: int) -> int:
    return (milliseconds + 28_800_000) // 86_400_000 + date(1970, 1, 1).toordinal()


def _whole_days(milliseconds: int) -> date:
    """Return the first civil day that is not over yet at an instant: its last millisecond is the end of a day."""
    return date.fromordinal(max(1, min(_day(milliseconds + 1), (date.max - timedelta(days=1)).toordinal())))


CLOCK_RATES: Final[Mapping[str, tuple[tuple[str, ...], str]]] = {
    "timely_acceptance_rate": (ACCEPTANCE, _MET),
    "on_time_closure_rate": (HANDLING, CLOSED),
    "on_time_reply_rate": (ANSWERS, _MET),
}
"""The rates of clocks: which clocks, and what holds of those that were fulfilled."""


def _rate(figure: str) -> Callable[[Sections], list[str]]:
    clocks, fulfilled = CLOCK_RATES[figure]
    return lambda s: [s.closed(clocks, fulfilled), s.overdue(clocks)]


def _one_time(s: Sections) -> list[str]:
    first = f" AND NOT {s.told(REPEAT, 'told')}"
    members = s.facts(f"{RESOLVED} {REHANDLED}", f"CASE WHEN fact = '{RESOLVED}' THEN 1 ELSE 0 END", first)
    return [s.by_case(members, f"CASE WHEN MAX(num) = 1 AND NOT {s.told(REHANDLED, 'member')} THEN 1 ELSE 0 END")]


def _one_visit(s: Sections) -> list[str]:
    closed = s.closed(HANDLING, CLOSED, lapsed_too=False)
    return [s.by_case(closed, f"CASE WHEN {s.told(ASKED, 'member')} THEN 0 ELSE 1 END")]


def _adopted(*words: str) -> str:
    return f"CASE WHEN {ENDED} AND result IN ({_listed(words)}) THEN 1 ELSE 0 END"


_BUILDERS: Final[Mapping[str, Callable[[Sections], list[str]]]] = {
    **{figure: _rate(figure) for figure in CLOCK_RATES},
    "on_time_reply_rate_local": lambda s: [s.closed(ANSWERS, _MET), s.overdue(ANSWERS), *s.running(ANSWERS)],
    "due_closure_rate": lambda s: [s.due()],
    "claimed_deadline_rate": lambda s: [s.claims_done(), s.claims_past()],
    "satisfaction_rate": lambda s: [s.ratings()],
    "participation_rate": lambda s: [s.ratings("1"), s.unrated()],
    "one_time_resolution_rate": _one_time,
    "one_visit_rate": _one_visit,
    "package_resolution_rate": Sections.packages,
    "backlog_resolution_rate": Sections.backlog,
    "recommendation_adoption_rate": lambda s: [s.ended(RECOMMENDATION, _adopted("adopted"))],
    "recommendation_reply_rate": lambda s: [s.begun(RECOMMENDATION, f"CASE WHEN {ENDED} THEN 1 ELSE 0 END")],
    "suggestion_adoption_rate": lambda s: [
        s.begun(SUGGESTION, _adopted("adopted", "partly_adopted"), f" AND NOT ({ENDED} AND result = 'reclassified')")
    ],
    "repeat_matter_rate": lambda s: [s.facts(BEGUN, f"CASE WHEN {s.told(REPEAT, 'told')} THEN 1 ELSE 0 END")],
    "submissions": lambda s: [s.facts(BEGUN)],
    "closed": lambda s: [s.closed(HANDLING, CLOSED, lapsed_too=False)],
    "resolved": lambda s: [s.facts(RESOLVED)],
    "overdue": lambda s: [s.overdue()],
}
