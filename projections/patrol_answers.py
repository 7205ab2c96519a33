"""What patrol finds at a moment: facts held against the thresholds in force, each with the acts that made it.

The thresholds are the rows of practice known at the position asked about and in force on the day asked about.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from domain.effective import from_unix_ms, unix_ms
from domain.practice import EARLIEST, practised
from domain.practice_patrol import (
    NO_ACT,
    PASSED_AGAIN,
    PATROL_RULES,
    REOPENED,
    SAME_REPLY,
    UNINVESTIGATED,
    Comparison,
)
from domain.practice_rows import ITEMS, PracticeRow
from projections.answers import Page
from projections.asking import ALIVE, Asking, Order, listed, start_of
from projections.errors import RuleUnknown
from projections.patrol import LEAST_GAP_DAYS, PATROL
from projections.reader import Moment, Reader
from projections.tables import Row
from projections.tallies import Counts, tell
from projections.workload import seen

_COMPARED: Final[Mapping[Comparison, str]] = {"at_least": ">=", "more_than": ">", "at_most": "<=", "less_than": "<"}
_MINUTES: Final = 60
_PERIOD: Final = f"s.k0 < :known_at AND s.v0 <= :as_of AND s.v0 > :since AND {seen('s')}"
_BEFORE: Final = "LEFT JOIN view_stays b ON b.case_id = s.case_id AND b.stay = s.stay - 1"
_FACTS: Final = """
    SELECT s.v0, s.case_id, s.rule, s.seq, s.unit, s.value, s.k0, s.about, s.detail FROM view_findings s
    WHERE s.rule = '{rule}' AND {period} AND s.value {comparison} {threshold}{units}
"""
_PASSED: Final = """
    SELECT s.v0, s.case_id, '{rule}' AS rule, s.stay AS seq, COALESCE(b.unit, s.unit) AS unit,
        s.passes + s.returns AS value, s.k0, 0 AS about, s.entered AS detail
    FROM view_stays s {before}
    WHERE s.passes + s.returns >= 2 AND s.passes + s.returns >= {threshold} AND {period}
        AND s.entered IN ('transferred', 'assigned', 'return_approved'){units} AND s.passes + s.returns >= (
            SELECT MAX(n.passes + n.returns) FROM view_stays n
            WHERE n.case_id = s.case_id AND n.k0 < :known_at AND n.v0 <= :as_of)
"""
_REOPENED: Final = """
    SELECT s.v0, s.case_id, '{rule}' AS rule, s.stay AS seq, COALESCE(b.unit, s.unit) AS unit,
        (SELECT COUNT(*) FROM view_stays n WHERE n.case_id = s.case_id AND n.entered = 'reopened'
            AND n.stay <= s.stay) AS value, s.k0, 0 AS about, COALESCE(b.left_by, '') AS detail
    FROM view_stays s {before} WHERE s.entered = 'reopened' AND {period}{units}
"""
_SILENT: Final = """
    SELECT s.v0, s.case_id, '{rule}' AS rule, s.seq, s.unit, s.v0 AS value, s.k0, 0 AS about, '' AS detail
    FROM view_gaps s WHERE {alive} AND {seen} AND long = 1 AND ep = {epoch} AND v0 < {before} AND v0 > :since{units}
"""
# Acts of an office, and those with which a petitioner opens a case: what ends a gap, or begins one.
_LAST_ACTS: Final = """
    SELECT s.v0, s.case_id, '{rule}' AS rule, s.seq, s.unit, s.v0 AS value, s.k0, 0 AS about, '' AS detail FROM (
        SELECT a.case_id, MAX(a.effective_ms) AS v0, MAX(a.seq) AS seq, MAX(a.idx) AS k0, o.unit
        FROM (SELECT case_id, unit FROM view_stays s WHERE {alive} AND {seen}{units}) AS o
        JOIN view_acts a ON a.case_id = o.case_id AND a.idx < :known_at AND (a.office <> '' OR a.action IN (
            'case.submitted.v1', 'case.review_requested.v1', 'case.recheck_requested.v1'))
        GROUP BY a.case_id, o.unit
    ) AS s WHERE s.v0 < {before} AND s.v0 > :since
"""
_PASSES: Final = """
    SELECT case_id, k0 FROM view_stays WHERE case_id IN (:values) AND k0 < :known_at AND v0 <= :as_of
        AND entered IN ('transferred', 'assigned', 'return_approved') ORDER BY case_id, stay
"""
_CLOSINGS: Final = "SELECT case_id, stay, km FROM view_stays WHERE case_id IN (:values) AND closed = 1"
_ACTS: Final = "SELECT case_id, seq, idx FROM view_acts WHERE case_id IN (:values)"


@dataclass(frozen=True, slots=True)
class Finding:
    """One fact on one case: the rule, the threshold that it reached, and the log indices of the acts that made it.

    `unit` is the office whose act it was: who passed on last, answered, closed, recorded; the answerable one where
    nobody acted. `value` and `threshold` are in `measure`: count, days, working_days or hours, the hours rounded down.
    `at` is when the fact came to be, of `no_act` when the silence began. `detail` is the word that tells kinds apart:
    the clock extended, the act recorded late, how the petitioner withdrew, how the case had been closed or passed on.
    """

    case: str
    rule: str
    unit: str
    at: datetime
    value: int
    threshold: int
    measure: str
    threshold_row: str
    indices: tuple[int, ...]
    detail: str


@dataclass(frozen=True, slots=True)
class FindingCount:
    """How many cases a rule finds at an office; a case that made two facts of one rule counts twice."""

    rule: str
    unit: str
    count: int


def patrol(
    reader: Reader,
    as_of: datetime,
    known_at: int | None = None,
    *,
    unit: str | None = None,
    rule: str | None = None,
    since: datetime | None = None,
    limit: int | None = None,
    cursor: str | None = None,
) -> Page[Finding]:
    """List the findings of every rule, or of one, by when the fact came to be, over the period (since, as_of].

    The rule `same_reply` is never here: reply texts are not in the log. Raises RuleUnknown, or what `listed` raises.
    """
    rules = _rules(rule)

    def sql(asking: Asking) -> list[str]:
        return [part for one in rules for part in _parts(asking, one)]

    order = Order("v0, case_id, rule, seq", (int, str, str, int))
    return listed(reader, PATROL, (as_of, known_at, unit, since), {"rule": rule}, order, sql, _tell, limit, cursor)


def count_findings(
    reader: Reader,
    as_of: datetime,
    known_at: int | None = None,
    *,
    unit: str | None = None,
    rule: str | None = None,
    since: datetime | None = None,
) -> Page[FindingCount]:
    """Count what `patrol` would list, by rule and office. Raises what `patrol` raises."""

    def count(moment: Moment, cases: list[str] | None) -> Counts:
        asking = Asking(moment, as_of, unit, since, cases=cases)
        parts = (part for one in rules for part in _parts(asking, one))
        counting = (f"SELECT rule, unit, COUNT(*) FROM ({part}) AS found GROUP BY rule, unit" for part in parts)
        found: Counter[tuple[str, str]] = Counter()
        for name, office, number in asking.ask(" UNION ALL ".join(counting)):
            found[name, office] += number
        return {group: (number,) for group, number in found.items()}

    rules = _rules(rule)
    with reader.at(PATROL, known_at) as moment:
        counts = tell(moment, ("patrol", unit, rule, since), unix_ms(as_of), count)
    told = [FindingCount(name, office, number) for (name, office), (number,) in sorted(counts.items())]
    return Page(as_of, moment.known_at, tuple(told))


@dataclass(frozen=True, slots=True)
class Answer:
    """One written answer that an office gave itself: a reply, or an opinion; `index` is the log index of its act."""

    case: str
    index: int
    unit: str
    at: datetime


def answers_given(
    reader: Reader,
    as_of: datetime,
    known_at: int | None = None,
    *,
    unit: str | None = None,
    since: datetime | None = None,
) -> Page[Answer]:
    """List the answers that offices gave over the period (since, as_of], imports left out; for whoever compares texts.

    Raises PositionRefused or UnitUnknown.
    """
    with reader.at(PATROL, known_at) as moment:
        asking = Asking(moment, as_of, unit, since)
        given = _FACTS.format(
            rule=UNINVESTIGATED, period=_PERIOD, comparison=">=", threshold=0, units=asking.units("s.unit")
        )
        rows = asking.ask(f"{given} ORDER BY s.v0, s.case_id, s.seq")
    answers = (Answer(row[1], row[6], row[4], from_unix_ms(row[0])) for row in rows)
    return Page(as_of, moment.known_at, tuple(answers))


def threshold_at(reader: Reader, rule: str, as_of: datetime, known_at: int | None = None) -> PracticeRow:
    """Return the row of practice that is a rule's threshold on a day, as known at a position.

    Raises PositionRefused, or KeyError for a rule that there is not.
    """
    with reader.at(PATROL, known_at) as moment:
        return _threshold(Asking(moment, as_of), rule)


def _rules(rule: str | None) -> list[str]:
    listed_here = [name for name in PATROL_RULES if name != SAME_REPLY]
    if rule is not None and rule not in listed_here:
        raise RuleUnknown(f"patrol of the log has no rule {rule}; it has {', '.join(listed_here)}")
    return listed_here if rule is None else [rule]


def _threshold(asking: Asking, rule: str) -> PracticeRow:
    practice = asking.moment.reference.rules.at(asking.moment.known_at).practice
    item = PATROL_RULES[rule].item
    row = practised(practice, item, max(asking.day, EARLIEST))
    if row is None:
        raise LookupError(f"no row of practice sets {item}")
    return row


def _parts(asking: Asking, rule: str) -> list[str]:
    """Return the queries that find what a rule finds, each with an index in the order of the list."""
    threshold = _threshold(asking, rule)
    minutes = _MINUTES if ITEMS[threshold.item].unit == "hours" else 1
    parts = {
        "rule": rule,
        "before": _BEFORE,
        "period": _PERIOD,
        "comparison": _COMPARED[PATROL_RULES[rule].comparison],
        "threshold": str(threshold.value * minutes),
    }
    cases = asking.cases("s.case_id")
    if rule == PASSED_AGAIN:
        return [_PASSED.format(**parts, units=asking.units("COALESCE(b.unit, s.unit)") + cases)]
    if rule == REOPENED:
        sql = _REOPENED.format(**parts, units=asking.units("COALESCE(b.unit, s.unit)") + cases)
        return [f"SELECT * FROM ({sql}) AS again WHERE value >= {threshold.value}"]
    if rule == NO_ACT:
        # More than so many days: the silence began before the day that is so many days ago.
        parts["before"] = str(start_of(asking.day.toordinal() - threshold.value))
        parts |= {"alive": ALIVE, "seen": seen("s"), "units": asking.units("unit") + cases}
        if asking.known_then() and threshold.value >= LEAST_GAP_DAYS:
            return [_SILENT.format(**parts, epoch=epoch) for epoch in asking.epochs()]
        return [_LAST_ACTS.format(**parts)]
    return [_FACTS.format(**parts, units=asking.units("s.unit") + cases)]


def _tell(asking: Asking, rows: Sequence[Row]) -> list[Finding]:
    thresholds = {rule: _threshold(asking, rule) for rule in {row[2] for row in rows}}
    indices = _indices(asking, rows)
    told = []
    for v0, case, rule, seq, unit, value, _, _, detail in rows:
        row, measure = thresholds[rule], ITEMS[PATROL_RULES[rule].item].unit
        if rule == NO_ACT:
            value = asking.days_since(v0)
        elif measure == "hours":
            value //= _MINUTES
        made = indices[case, rule, seq]
        told.append(Finding(case, rule, unit, from_unix_ms(v0), value, row.value, measure, row.id, made, detail))
    return told


def _indices(asking: Asking, rows: Sequence[Row]) -> dict[tuple[str, str, int], tuple[int, ...]]:
    """Return the log indices of the acts that made each fact, in order."""

    def cases(*rules: str) -> list[str]:
        return sorted({row[1] for row in rows if row[2] in rules or (not rules and row[7])})

    passes: dict[str, list[int]] = {}
    for case, index in asking.ask_cases(_PASSES, cases(PASSED_AGAIN)):
        passes.setdefault(case, []).append(index)
    closings = {(case, stay): index for case, stay, index in asking.ask_cases(_CLOSINGS, cases(REOPENED))}
    acts = {(case, seq): index for case, seq, index in asking.ask_cases(_ACTS, cases())}
    found: dict[tuple[str, str, int], tuple[int, ...]] = {}
    for _, case, rule, seq, _, _, k0, about, _ in rows:
        if rule == PASSED_AGAIN:
            made = passes[case]
        elif rule == REOPENED:
            made = [closings[case, seq - 1]] if (case, seq - 1) in closings else []
        else:
            made = [acts[case, about]] if about else []
        found[case, rule, seq] = tuple(sorted({*made, k0}))
    return found
