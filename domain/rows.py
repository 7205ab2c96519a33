"""The rows of law: what each says, and the check that none lacks its article, source, confidence and dates."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import MISSING, dataclass, fields
from datetime import date
from typing import Any

from domain import vocabulary
from domain.errors import ReferenceRefused
from domain.packaging_rows import PackagingRow
from domain.packaging_rows import fault_of as packaging_fault
from domain.practice_rows import PracticeRow, fault_of

CONFIDENCES = ("C", "S", "L", "D")
DAY_KINDS = ("calendar", "working")
DUTIES = ("receiving_office", "acting_office", "petitioner", "superior")
EXCEPTIONS = ("", "not_addressable")
NATURES = ("duty", "right", "window", "open")
CONDITIONS = ("", "simplified", "review_stands")
COUNTS_FROM = ("", "receipt")
ACT_LISTS = ("starts", "meets", "ends", "extends", "suspends", "resumes", "voids")


@dataclass(frozen=True, slots=True)
class Law:
    """A regulation and the days it was in force; both days included, None while in force."""

    id: str
    name_zh: str
    name_en: str
    article: str
    source: str
    confidence: str
    jurisdiction: str
    in_force_from: date
    in_force_to: date | None


@dataclass(frozen=True, slots=True)
class ClockRow:
    """One time limit of one law; `data/clocks.toml` explains the columns. `length` is in days of `day_kind`.

    Columns with a default may be missing from a published row, and then mean the default: rows published
    before these columns existed stay what they were.
    """

    id: str
    clock: str
    shadow: bool
    title_zh: str
    title_en: str
    law: str
    article: str
    source: str
    confidence: str
    jurisdiction: str
    in_force_from: date
    in_force_to: date | None
    starts: tuple[str, ...]
    capacity: str
    meets: tuple[str, ...]
    ends: tuple[str, ...]
    length: int
    day_kind: str
    duty_of: str
    unless: str
    weekends_roll: bool
    extends: tuple[str, ...] = ()
    suspends: tuple[str, ...] = ()
    resumes: tuple[str, ...] = ()
    voids: tuple[str, ...] = ()
    extend_limit: int = 0
    nature: str = "duty"
    sets: str = ""
    only_if: str = ""
    counts_from: str = ""

    def in_force(self, day: date) -> bool:
        """Say whether this row governs a clock that starts on day."""
        return self.in_force_from <= day and (self.in_force_to is None or day <= self.in_force_to)


@dataclass(frozen=True, slots=True)
class LagRow:
    """How many working days after its claimed day an act may be recorded and still count from the claimed time.

    `action` "" is the row for every act without one of its own.
    """

    id: str
    action: str
    working_days: int
    article: str
    source: str
    confidence: str
    jurisdiction: str
    in_force_from: date
    in_force_to: date | None


Row = Law | ClockRow | LagRow | PracticeRow | PackagingRow
TABLES: Mapping[str, type[Row]] = {
    "law": Law,
    "clock": ClockRow,
    "lag": LagRow,
    "practice": PracticeRow,
    "packaging": PackagingRow,
}

# The columns of each kind of row with their types, and those that it cannot do without.
_COLUMNS: Mapping[type[Row], tuple[Mapping[str, str], frozenset[str]]] = {
    make: (
        {field.name: str(field.type) for field in fields(make)},
        frozenset(field.name for field in fields(make) if field.default is MISSING),
    )
    for make in TABLES.values()
}


def parse_row(row: Mapping[str, Any]) -> Row:
    """Read one row as it is published: its columns, and `table` naming its kind; dates as YYYY-MM-DD, "" for open.

    Raises ReferenceRefused naming the row and the column that is missing, unknown or not of its kind.
    """
    make = TABLES.get(str(row.get("table")))
    if make is None:
        raise _refuse(row, "table", f"should be one of {', '.join(TABLES)}", f"应为下列之一:{'、'.join(TABLES)}")
    columns, needed = _COLUMNS[make]
    given = row.keys() - {"table"}
    if not needed <= given <= columns.keys():
        odd = ", ".join(sorted((needed - given) | (given - columns.keys())))
        raise _refuse(row, odd, "is missing or unknown", "缺少或多余")
    parsed = make(**{name: _column(row, name, kind) for name, kind in columns.items() if name in given})
    _check_common(row, parsed)
    if isinstance(parsed, ClockRow):
        _check_clock(row, parsed)
    elif isinstance(parsed, LagRow) and not 1 <= parsed.working_days <= 60:
        raise _refuse(row, "working_days", "must be 1 to 60", "应为 1 至 60")
    elif isinstance(parsed, PracticeRow | PackagingRow):
        fault = fault_of(parsed) if isinstance(parsed, PracticeRow) else packaging_fault(parsed)
        if fault is not None:
            raise _refuse(row, fault[0], fault[2], fault[1])
    return parsed


def _column(row: Mapping[str, Any], name: str, kind: str) -> Any:
    value = row[name]
    if kind == "date | None" and value == "":
        return None
    if kind.startswith("date"):
        try:
            return date.fromisoformat(value)
        except (TypeError, ValueError):
            raise _refuse(row, name, "must be a date, YYYY-MM-DD", "应为日期") from None
    if kind.startswith("tuple"):
        if type(value) is list and all(type(item) is str for item in value):
            return tuple(value)
        raise _refuse(row, name, "must be a list of action names", "应为行为名称的列表")
    if type(value) is not {"str": str, "int": int, "bool": bool}[kind]:
        raise _refuse(row, name, f"must be of type {kind}", f"类型应为 {kind}")
    return value


def _check_common(row: Mapping[str, Any], parsed: Row) -> None:
    for name in ("id", "article", "source", "jurisdiction"):
        if not getattr(parsed, name).strip():
            raise _refuse(row, name, "must not be empty", "不得为空")
    if parsed.confidence not in CONFIDENCES:
        raise _refuse(row, "confidence", "must be C, S, L or D", "应为 C、S、L 或 D")
    if parsed.in_force_to is not None and parsed.in_force_to < parsed.in_force_from:
        raise _refuse(row, "in_force_to", "must not be before in_force_from", "不得早于生效日")


def _check_clock(row: Mapping[str, Any], parsed: ClockRow) -> None:
    words = (
        ("day_kind", DAY_KINDS),
        ("duty_of", DUTIES),
        ("unless", EXCEPTIONS),
        ("capacity", ("", *vocabulary.CAPACITIES)),
        ("nature", NATURES),
        ("only_if", CONDITIONS),
        ("counts_from", COUNTS_FROM),
    )
    for name, allowed in words:
        if getattr(parsed, name) not in allowed:
            listed = ", ".join(word or '""' for word in allowed)
            raise _refuse(row, name, f"must be one of {listed}", f"应为下列之一:{listed}")
    numberless = bool(parsed.sets) or parsed.nature == "open"
    if not (parsed.length == 0 if numberless else 1 <= parsed.length <= 3660):
        raise _refuse(
            row,
            "length",
            "must be 1 to 3660 days, and 0 only where an act sets the day or the law has no number",
            "应为 1 至 3660 日;仅由行为自定或法律无期限的为 0",
        )
    if not 0 <= parsed.extend_limit <= 3660:
        raise _refuse(row, "extend_limit", "must be 0 to 3660 days", "应为 0 至 3660 日")
    if bool(parsed.suspends) != bool(parsed.resumes):
        raise _refuse(row, "resumes", "must be given where suspends is, and only there", "应与 suspends 同时列出")
    if not parsed.starts or not parsed.meets:
        raise _refuse(row, "starts" if not parsed.starts else "meets", "must name an act", "应列出行为")


def _refuse(row: Mapping[str, Any], column: str, en: str, zh: str) -> ReferenceRefused:
    which = str(row.get("id", "?"))[:64]
    return ReferenceRefused(
        "rule_row",
        rule=f"row {which}",
        zh=f"规则行 {which}:列 {column} {zh}",
        en=f"rule row {which}: column {column} {en}",
        action="rules.published.v1",
    )
