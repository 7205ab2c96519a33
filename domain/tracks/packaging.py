"""Which cases must have a leader package, and for how many days they have had none.

The conditions are rows of `data/packaging.toml`. What a case shows is a mapping from a fact's word to the moment
since when it holds: `facts_of` reads those that the case itself knows, a caller adds what only views know.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime, timedelta
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from domain.clock import civil_day
from domain.errors import ReferenceRefused

if TYPE_CHECKING:
    from domain.case_state import Case

FACTS: Final = ("instructed", "supervised", "listed", "repeated", "urgent", "open")
CONFIDENCES: Final = ("C", "S", "L", "D")


@dataclass(frozen=True, slots=True)
class Condition:
    """One condition that makes a package a duty, with where it is written and when it holds."""

    id: str
    fact: str
    after_days: int
    title_zh: str
    title_en: str
    article: str
    source: str
    confidence: str
    jurisdiction: str
    in_force_from: date
    in_force_to: date | None

    def in_force(self, day: date) -> bool:
        """Say whether the condition holds on a day."""
        return self.in_force_from <= day and (self.in_force_to is None or day <= self.in_force_to)


class Unpackaged(NamedTuple):
    """A condition that a case meets without having a package: since which day, and for how many days."""

    condition: str
    since: date
    days: int


def must_be_packaged(
    facts: Mapping[str, datetime], packaged: bool, conditions: Sequence[Condition], as_of: datetime
) -> tuple[Unpackaged, ...]:
    """Return the conditions that ask for a package which the case has not, the oldest first.

    `facts` gives for each fact's word since when it holds; a fact that begins after `as_of` does not count yet.
    """
    if packaged:
        return ()
    today = civil_day(as_of)
    found = []
    for condition in conditions:
        began = facts.get(condition.fact)
        if began is None or began > as_of:
            continue
        since = max(civil_day(began) + timedelta(days=condition.after_days), condition.in_force_from)
        if since <= today and condition.in_force(today):
            found.append(Unpackaged(condition.id, since, (today - since).days))
    return tuple(sorted(found, key=lambda one: (one.since, one.condition)))


def facts_of(case: Case) -> Mapping[str, datetime]:
    """Return the facts that the case itself knows, each with the moment since when it holds."""
    facts = dict(case.tracks.marks)
    if case.began_at is not None:
        facts["open"] = case.began_at
    return facts


def is_packaged(case: Case) -> bool:
    """Say whether a leader answers for the case now, or did until it was resolved."""
    return case.tracks.package is not None


def parse_conditions(rows: Iterable[Mapping[str, Any]]) -> tuple[Condition, ...]:
    """Read condition rows strictly.

    Raises ReferenceRefused naming the row and the column that is missing, unknown or unusable.
    """
    return tuple(_condition(row) for row in rows)


@cache
def national_conditions() -> tuple[Condition, ...]:
    """Return the packaged rows, read once."""
    text = files("domain").joinpath("data", "packaging.toml").read_text(encoding="utf-8")
    return parse_conditions(tomllib.loads(text)["condition"])


def _condition(row: Mapping[str, Any]) -> Condition:
    names = [field.name for field in fields(Condition)]
    odd = sorted(row.keys() ^ set(names))
    if odd:
        raise _refuse(row, odd[0], "缺少或多余", "is missing or unknown")
    given = dict(row)
    for name in ("in_force_from", "in_force_to"):
        given[name] = _day(row, name)
    for name in names:
        if name not in ("after_days", "in_force_from", "in_force_to") and not _is_text(row[name]):
            raise _refuse(row, name, "应为非空文字", "must be text that is not empty")
    after = row["after_days"]
    if type(after) is not int or not 0 <= after <= 3660:
        raise _refuse(row, "after_days", "应为 0 至 3660 的整数", "must be a whole number from 0 to 3660")
    if row["fact"] not in FACTS:
        raise _refuse(row, "fact", f"应为下列之一:{' '.join(FACTS)}", f"must be one of {' '.join(FACTS)}")
    if row["confidence"] not in CONFIDENCES:
        raise _refuse(row, "confidence", "应为 C、S、L 或 D", "must be C, S, L or D")
    return Condition(**given)


def _is_text(value: Any) -> bool:
    return type(value) is str and bool(value.strip())


def _day(row: Mapping[str, Any], name: str) -> date | None:
    value = row[name]
    if name == "in_force_to" and value == "":
        return None
    try:
        return date.fromisoformat(value)
    except (TypeError, ValueError):
        raise _refuse(row, name, "应为日期", "must be a date, YYYY-MM-DD") from None


def _refuse(row: Mapping[str, Any], column: str, zh: str, en: str) -> ReferenceRefused:
    which = str(row.get("id", "?"))[:64]
    return ReferenceRefused(
        "packaging_row",
        rule=f"row {which}",
        zh=f"包案条件行 {which}:列 {column} {zh}",
        en=f"packaging row {which}: column {column} {en}",
        action="rules.published.v1",
    )
