"""Which unit is competent for a matter: a tree of coded subject areas, and a table area × jurisdiction → unit.

The areas are data (`data/areas.toml`); which unit answers for what is each place's own and is published by a
signed act (`competences.py`). The table advises an office where to pass a matter; it refuses nothing, because
only the body that receives a matter can say that it has no powers over it (23(3)).
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Any, Final

from domain import fields
from domain.errors import ReferenceRefused
from domain.fields import Unfit
from domain.rows import CONFIDENCES
from domain.vocabulary import Name

_SEPARATOR: Final = "."
_KINDS: Final = {
    "id": fields.code,
    "area": fields.code,
    "jurisdiction": fields.code,
    "unit": fields.slug,
    "in_force_from": fields.day,
}


@dataclass(frozen=True, slots=True)
class AreaRow:
    """One subject area; the code of an area begins with that of the area above it and a dot."""

    id: str
    name: Name
    article: str
    source: str
    confidence: str


@dataclass(frozen=True, slots=True)
class CompetenceRow:
    """That a unit is competent for an area and all below it, in a jurisdiction and all below it.

    A jurisdiction is an administrative code, of which a longer one lies within a shorter: 430102 in 4301.
    """

    id: str
    area: str
    jurisdiction: str
    unit: str
    article: str
    source: str
    confidence: str
    in_force_from: date
    in_force_to: date | None = None

    def in_force(self, day: date) -> bool:
        """Say whether the row holds on a day."""
        return self.in_force_from <= day and (self.in_force_to is None or day <= self.in_force_to)


@cache
def areas() -> Mapping[str, AreaRow]:
    """Return the packaged subject areas by code.

    Raises ReferenceRefused naming the row that lacks a source or stands below an area that is not there.
    """
    text = files("domain").joinpath("data", "areas.toml").read_text(encoding="utf-8")
    read = tomllib.loads(text)
    source, article = read["source"], read["article"]
    rows = {
        row["id"]: AreaRow(row["id"], Name(row["zh"], row["en"]), article, source, row.get("confidence", "D"))
        for row in read["area"]
    }
    for code, row in rows.items():
        if above(code) and above(code) not in rows:
            raise _refuse(code, f"上级分类 {above(code)} 不在表中", f"stands below {above(code)}, which is no area")
        if row.confidence not in CONFIDENCES or not row.name.zh or not row.name.en:
            raise _refuse(code, "缺少名称或可信度", "lacks a name or its confidence")
    return rows


def above(code: str) -> str:
    """Return the area above this one, "" for one at the top."""
    return code.rpartition(_SEPARATOR)[0]


def line_of(code: str) -> tuple[str, ...]:
    """Return an area and those above it, the nearest first."""
    return (code, *line_of(above(code))) if code else ()


def parse_competence(rows: Sequence[Mapping[str, Any]], within: str) -> tuple[CompetenceRow, ...]:
    """Read competence rows as they are published: exactly their columns, dates as YYYY-MM-DD, "" for open.

    Raises ReferenceRefused naming the row and the column that is missing, unknown or unusable, or the row whose
    jurisdiction does not lie within the given one.
    """
    return tuple(_parse(row, within) for row in rows)


def _parse(row: Mapping[str, Any], within: str) -> CompetenceRow:
    which = str(row.get("id", "?"))[:64]
    columns = CompetenceRow.__dataclass_fields__.keys()
    for name in sorted(row.keys() ^ columns):
        raise _refuse(which, f"列 {name} 缺少或多余", f"column {name} is missing or unknown")
    values = dict(row)
    for name in columns:
        try:
            if name in _KINDS:
                values[name] = _KINDS[name](row[name])
            elif name == "in_force_to":
                values[name] = fields.day(row[name]) if row[name] != "" else None
            elif type(row[name]) is not str or not row[name].strip():
                raise Unfit("应为文字", "must be text")
        except Unfit as unfit:
            raise _refuse(which, f"列 {name} {unfit.zh}", f"column {name} {unfit.en}") from None
    parsed = CompetenceRow(**values)
    if not parsed.jurisdiction.startswith(within):
        raise _refuse(which, f"不在 {within} 之内", f"lies outside {within}")
    if parsed.in_force_to is not None and parsed.in_force_to < parsed.in_force_from:
        raise _refuse(which, "列 in_force_to 早于生效日", "column in_force_to is before in_force_from")
    return parsed


def check_competence(rows: Iterable[CompetenceRow]) -> None:
    """Check that competence rows are usable together.

    Raises ReferenceRefused naming the row that repeats an id, has no source, or says of one area and
    jurisdiction what another says of the same days.
    """
    seen: dict[tuple[str, str], list[CompetenceRow]] = {}
    ids: set[str] = set()
    for row in rows:
        if row.id in ids:
            raise _refuse(row.id, "标识重复", "uses an id that another row has")
        if not row.source.strip() or not row.article.strip() or row.confidence not in CONFIDENCES:
            raise _refuse(row.id, "缺少出处", "lacks its source")
        for other in seen.setdefault((row.area, row.jurisdiction), []):
            if row.in_force(other.in_force_from) or other.in_force(row.in_force_from):
                raise _refuse(row.id, f"与 {other.id} 冲突", f"says what {other.id} says of the same days")
        ids.add(row.id)
        seen[row.area, row.jurisdiction].append(row)


def competent_unit(rows: Iterable[CompetenceRow], area: str, jurisdiction: str, day: date) -> tuple[CompetenceRow, ...]:
    """Return the rows that name the competent unit on a day, the most special first; the first one advises.

    A more special area goes before a more special jurisdiction.
    """
    line = line_of(area)
    fits = [row for row in rows if row.in_force(day) and row.area in line and jurisdiction.startswith(row.jurisdiction)]
    return tuple(sorted(fits, key=lambda row: (line.index(row.area), -len(row.jurisdiction), row.id)))


def _refuse(which: str, zh: str, en: str) -> ReferenceRefused:
    zh, en = f"职权行 {which} {zh}", f"competence row {which} {en}"
    return ReferenceRefused("competence", rule=f"row {which}", zh=zh, en=en, action="rules.competence_published.v1")
