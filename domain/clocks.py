"""Which rule rows were in force at each position of the ledger, and what they start and stop.

The law itself is `data/clocks.toml`; a ledger publishes it, and every later change, as
`rules.published.v1`. Rows are kept with the log index that made them known, because a clock runs by the
rules in force when it started and a replay must find them again.
"""

from __future__ import annotations

import hashlib
import json
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files
from itertools import product
from typing import Any, Final, Literal, NamedTuple

from domain.errors import ReferenceRefused
from domain.packaging_rows import PackagingRow
from domain.practice import check_practice, localise_clocks, localise_lags
from domain.practice_rows import PracticeRow
from domain.rows import TABLES, ClockRow, LagRow, Law, parse_row
from domain.vocabulary import CAPACITIES

FIRST_INDEX = -1

Effect = Literal["met", "ended", "extended", "suspended", "resumed", "void"]
_EFFECTS: Final[tuple[tuple[str, Effect], ...]] = (
    ("voids", "void"),
    ("resumes", "resumed"),
    ("suspends", "suspended"),
    ("extends", "extended"),
    ("ends", "ended"),
    ("meets", "met"),
)
_FILES: Final = ("clocks.toml", "clocks_procedure.toml", "clocks_tracks.toml", "packaging.toml")


@dataclass(frozen=True, slots=True)
class RuleSet:
    """One published state of the rows, arranged for the fold.

    `starting` finds the rows that an act may start by (action, capacity received in); `closing` says what
    an act does to a clock of a row, by action and row id. An action may stand there with one of its values,
    as `case.notice_served.v1#received`: then only the act with that value counts (`schema.Event.variant`).
    `practice` are the rows of local practice, already applied to clocks and lags; `rows` all rows as published;
    `packaging` the conditions that make a leader package a duty.
    """

    version: str
    laws: Mapping[str, Law]
    clocks: Mapping[str, ClockRow]
    lags: Mapping[str, int]
    lag_rows: tuple[LagRow, ...]
    starting: Mapping[tuple[str, str], tuple[ClockRow, ...]]
    closing: Mapping[str, Mapping[str, Effect]]
    practice: tuple[PracticeRow, ...] = ()
    rows: tuple[Mapping[str, Any], ...] = ()
    packaging: tuple[PackagingRow, ...] = ()

    @classmethod
    def of(cls, version: str, rows: Sequence[Mapping[str, Any]]) -> RuleSet:
        """Arrange published rows.

        Raises ReferenceRefused naming the row that lacks something, repeats an id, names a law that is not
        among the rows, overlaps another row of its clock in time, or is a practice that the nation's rows forbid.
        """
        parsed = [parse_row(row) for row in rows]
        ids = [(type(row), row.id) for row in parsed]
        for twice in ids:
            if ids.count(twice) > 1:
                raise _refuse(twice[1], "所用标识重复", "uses an id that another row has")
        laws = {row.id: row for row in parsed if isinstance(row, Law)}
        clocks = {row.id: row for row in parsed if isinstance(row, ClockRow)}
        lag_rows = tuple(row for row in parsed if isinstance(row, LagRow))
        practice = tuple(row for row in parsed if isinstance(row, PracticeRow))
        packaging = tuple(row for row in parsed if isinstance(row, PackagingRow))
        _check_together(laws, tuple(clocks.values()), lag_rows)
        lags = {row.action: row.working_days for row in lag_rows}
        check_practice(practice, tuple(clocks.values()), lags)
        clocks, lags = localise_clocks(clocks, practice), localise_lags(lags, practice)
        starting: dict[tuple[str, str], tuple[ClockRow, ...]] = {}
        for row in clocks.values():
            for action, capacity in product(row.starts, (row.capacity,) if row.capacity else ("", *CAPACITIES)):
                starting[action, capacity] = (*starting.get((action, capacity), ()), row)
        closing: dict[str, dict[str, Effect]] = {}
        for row in clocks.values():
            for column, effect in _EFFECTS:
                for action in getattr(row, column):
                    closing.setdefault(action, {})[row.id] = effect
        return cls(version, laws, clocks, lags, lag_rows, starting, closing, practice, tuple(rows), packaging)

    def joined(self, rows: Sequence[Mapping[str, Any]]) -> Sequence[Mapping[str, Any]]:
        """Return newly published rows with those of ours that they leave alone: law and practice go separately."""
        local = [row.get("table") == "practice" for row in rows]
        if all(local):
            return [*(row for row in self.rows if row.get("table") != "practice"), *rows]
        if not any(local):
            return [*rows, *(row for row in self.rows if row.get("table") == "practice")]
        return rows


class Rules(NamedTuple):
    """Every state of the rows with the log index from which it was known; immutable."""

    steps: tuple[tuple[int, RuleSet], ...]

    @property
    def latest(self) -> RuleSet:
        """The rows known now."""
        return self.steps[-1][1]

    def at(self, index: int) -> RuleSet:
        """Return the rows that an act at this log index runs by: those published before it."""
        steps = self.steps
        if steps[-1][0] < index:
            return steps[-1][1]
        return next((rule_set for since, rule_set in reversed(steps) if since < index), steps[0][1])

    def lag_days(self, action: str, index: int) -> int:
        """Return the working days within which an act may be recorded and still count from its claimed time."""
        lags = self.at(index).lags
        return lags.get(action) or lags[""]

    def apply(self, index: int, version: str, digest: str, rows: Sequence[Mapping[str, Any]]) -> Rules:
        """Take in the rows that the entry at this log index publishes; they replace the earlier ones.

        Rows of practice alone replace those of practice, rows without any leave these as they are.

        Raises ReferenceRefused if the digest is not that of the rows, the version is not new, or a row is unusable.
        """
        if digest != rows_digest(rows):
            raise _refuse(version, "摘要与规则行不符", "has a digest that is not that of its rows")
        if any(version == known.version for since, known in self.steps if since > FIRST_INDEX):
            raise _refuse(version, "版本号已经发布过", "has a version that was published before")
        global _last
        (steps, named), applied = _last
        if (steps, named) != (self.steps, (index, version, digest)):
            applied = Rules((*self.steps, (index, RuleSet.of(version, self.latest.joined(rows)))))
            _last = ((self.steps, (index, version, digest)), applied)
        return applied


# The last rows that were taken in, by what and as what: an act is first checked and then folded.
_last: tuple[tuple[Any, Any], Rules] = (((), ()), Rules(()))


def rows_digest(rows: Sequence[Mapping[str, Any]]) -> str:
    """Return the SHA-256 of the rows as canonical JSON, in hex."""
    canonical = json.dumps(list(rows), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()


def published_rules() -> dict[str, Any]:
    """Give the public part of the act that publishes the packaged rows in a new ledger."""
    data = files("domain").joinpath("data")
    tables = [tomllib.loads(data.joinpath(name).read_text(encoding="utf-8")) for name in _FILES]
    rows = [{"table": table, **row} for table in TABLES for file in tables for row in file.get(table, ())]
    return {"version": tables[0]["version"], "digest": rows_digest(rows), "rows": rows}


def load_rules() -> Rules:
    """Read the packaged rows, known from before the first entry."""
    public = published_rules()
    return Rules(((FIRST_INDEX, RuleSet.of(public["version"], public["rows"])),))


@cache
def national_rules() -> Rules:
    """Return the packaged rows, read once: what rules in a ledger that has not published any."""
    return load_rules()


def in_force_on(rows: Sequence[ClockRow], day: date) -> list[ClockRow]:
    """Return the rows that govern clocks starting on day; none before the first regulation."""
    return [row for row in rows if row.in_force(day)]


def _check_together(laws: Mapping[str, Law], clocks: Sequence[ClockRow], lags: Sequence[LagRow]) -> None:
    for position, row in enumerate(clocks):
        if row.law not in laws:
            raise _refuse(row.id, "所引法规不在表中", "names a law that is not among the rows")
        for other in clocks[:position]:
            same = (row.clock, row.shadow, row.capacity) == (other.clock, other.shadow, other.capacity)
            if same and (row.in_force(other.in_force_from) or other.in_force(row.in_force_from)):
                raise _refuse(row.id, f"与 {other.id} 生效时间重叠", f"overlaps {other.id} in time")
    if not any(lag.action == "" for lag in lags):
        raise _refuse("lag", "缺少默认的记录期限", 'lacks the default lag, with action ""')


def _refuse(which: str, zh: str, en: str) -> ReferenceRefused:
    return ReferenceRefused(
        "rules",
        rule=f"row {which}",
        zh=f"规则 {which} {zh}",
        en=f"rule {which} {en}",
        action="rules.published.v1",
    )
