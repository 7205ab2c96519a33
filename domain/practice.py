"""Local practice as profiles: reading them strictly, checking them against the nation's rows, applying them.

A profile is a TOML file of rows (`data/profiles/`), with the competence rows of the place if it has any. It becomes
law of a ledger as `rules.published.v1`: a signed act with its place in the log, and each row with its days in force.
A place that decides nothing about an item has the national row; `practised` says which row holds on a day.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from functools import cache
from importlib.resources import files
from itertools import pairwise
from typing import Any, Final, NamedTuple

from domain.competence import CompetenceRow, areas, check_competence, parse_competence
from domain.errors import ReferenceRefused
from domain.practice_rows import CLOCK, ITEMS, LAG, PracticeRow, item_of
from domain.rows import ClockRow, parse_row

NATIONAL: Final = "national"
NATION: Final = "CN"
EARLIEST: Final = date(2005, 5, 1)
_HEAD: Final = ("id", "name_zh", "name_en", "jurisdiction", "version", "extends")
_ROW: Final = ("id", "item", "value", "article", "source", "confidence", "in_force_from", "in_force_to")
_COMPETENCE: Final = ("jurisdiction", "row")
_DAY: Final = timedelta(days=1)
_LENGTHS: Final = {"evaluation_window_days": "EVALUATION", "recommendation_reply_days": "RECOMMENDATION_REPLY"}
"""Items of their own that are the length of a clock whose number the law leaves open."""


class Profile(NamedTuple):
    """What one place practises: `rows` are its own, as they are published; `extends` is "" for the nation's.

    `competence` are its competence rows, within the administrative code `region`.
    """

    id: str
    name_zh: str
    name_en: str
    jurisdiction: str
    version: str
    extends: str
    rows: tuple[Mapping[str, Any], ...]
    region: str = ""
    competence: tuple[Mapping[str, Any], ...] = ()


def packaged_profiles() -> tuple[str, ...]:
    """Return the names of the profiles that come with the program."""
    folder = files("domain").joinpath("data", "profiles")
    return tuple(sorted(one.name.removesuffix(".toml") for one in folder.iterdir() if one.name.endswith(".toml")))


@cache
def load_profile(name: str) -> Profile:
    """Read a packaged profile. Raises ReferenceRefused if there is none of this name."""
    if name not in packaged_profiles():
        raise _refuse(name, "id", f"不是随程序提供的配置:{'、'.join(packaged_profiles())}", "is not packaged")
    return parse_profile(files("domain").joinpath("data", "profiles", f"{name}.toml").read_bytes())


def parse_profile(data: bytes) -> Profile:
    """Read a profile strictly, each row by itself and all of them together.

    Raises ReferenceRefused naming the row and the column that is missing, unknown, out of its range or without a
    source, or the row that overlaps or leaves a gap. Whether it keeps to the nation's clocks is known only
    where these are known: see `check_practice`.
    """
    try:
        tables = tomllib.loads(data.decode("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError):
        raise _refuse("?", "toml", "不是 TOML 文件", "is not TOML") from None
    for name in sorted((tables.keys() - {"competence"}) ^ {*_HEAD, "row"}):
        raise _refuse("?", name, "缺少或多余", "is missing or unknown")
    head = {name: tables[name] for name in _HEAD}
    if not all(isinstance(value, str) for value in head.values()) or not isinstance(tables["row"], list):
        raise _refuse("?", "head", "应为文字,row 应为列表", "must be text, and row a list of rows")
    profile = Profile(**head, rows=tuple(_published(row, tables["jurisdiction"]) for row in tables["row"]))
    if "competence" in tables:
        profile = _with_competence(profile, tables["competence"])
    parsed = practice_of(profile.rows)
    _check_times(parsed)
    if profile.extends not in ("", NATIONAL):
        raise _refuse(profile.id, "extends", "只能为空或 national", "must be empty or national")
    if not profile.extends:
        _check_complete(profile, parsed)
    return profile


def _with_competence(profile: Profile, table: Any) -> Profile:
    """Return the profile with its competence rows, whose areas have to be in the tree."""
    if not isinstance(table, Mapping) or table.keys() != {*_COMPETENCE} or not isinstance(table["row"], list):
        raise _refuse("?", "competence", "应恰有 jurisdiction 与 row", "must have exactly jurisdiction and row")
    rows = tuple(row if isinstance(row, Mapping) else {} for row in table["row"])
    parsed = parse_competence(rows, str(table["jurisdiction"]))
    check_competence(parsed)
    for row in parsed:
        if row.area not in areas():
            raise _refuse(row.id, "area", "不在内容分类表中", "is not in the tree of subject areas")
    return profile._replace(region=str(table["jurisdiction"]), competence=rows)


def _published(row: Any, jurisdiction: str) -> Mapping[str, Any]:
    if not isinstance(row, Mapping):
        raise _refuse("?", "row", "应为表", "must be a table")
    for name in sorted({*map(str, row)} ^ {*_ROW}):
        raise _refuse(str(row.get("id", "?"))[:64], name, "缺少或多余", "is missing or unknown")
    return {"table": "practice", **row, "jurisdiction": jurisdiction}


def practice_of(rows: Iterable[Mapping[str, Any]]) -> tuple[PracticeRow, ...]:
    """Return the rows of practice among published rows, each checked by itself."""
    parsed = (parse_row(row) for row in rows if row.get("table") == "practice")
    return tuple(row for row in parsed if isinstance(row, PracticeRow))


def profile_act(profile: Profile) -> dict[str, Any]:
    """Give version and rows with which `rules.published.v1` makes this profile the practice of a ledger."""
    rows = [dict(row) for row in profile.rows]
    if profile.extends:
        rows = [*(dict(row) for row in load_profile(profile.extends).rows), *rows]
    return {"version": f"practice-{profile.id}-{profile.version}", "rows": rows}


def packaged_competence() -> tuple[CompetenceRow, ...]:
    """Return the competence rows that come with the program: those of the example city, as their sources say."""
    profiles = [load_profile(name) for name in packaged_profiles()]
    return tuple(row for one in profiles for row in parse_competence(one.competence, one.region))


@cache
def _national() -> tuple[PracticeRow, ...]:
    return practice_of(load_profile(NATIONAL).rows)


def practised(rows: Sequence[PracticeRow], item: str, day: date) -> PracticeRow | None:
    """Return the row of an item that holds on a day: the place's own, else the nation's; None before the law."""
    found = [row for row in (*_national(), *rows) if row.item == item and row.in_force(day)]
    local = [row for row in found if row.jurisdiction != NATION]
    return next(reversed(local or found), None)


def check_practice(rows: Sequence[PracticeRow], clocks: Sequence[ClockRow], lags: Mapping[str, int]) -> None:
    """Check that rows of practice leave no gap and keep to the nation's rows: clocks, and lags in days.

    Raises ReferenceRefused naming the row that does not.
    """
    _check_times(rows)
    for row in rows:
        if row.item.startswith(CLOCK):
            _check_clock(row, [one for one in clocks if one.clock == row.item.removeprefix(CLOCK)])
        elif row.item == LAG or row.item.startswith(f"{LAG}."):
            action = row.item.removeprefix(LAG).removeprefix(".")
            _check_ceiling(row, lags.get(action) or lags[""])
        else:
            _check_floor(row)


def localise_clocks(clocks: Mapping[str, ClockRow], practice: Sequence[PracticeRow]) -> dict[str, ClockRow]:
    """Return the clock rows by id, each cut where a place has a length of its own, with the place's row between."""
    known = dict(clocks)
    for local in practice:
        name = _LENGTHS.get(local.item) or (local.item.removeprefix(CLOCK) if local.item.startswith(CLOCK) else "")
        for row in [one for one in known.values() if name and one.clock == name]:
            if row.confidence == "C" and local.item in _LENGTHS:
                continue  # The law of its time had a number of its own.
            begin, end = max(row.in_force_from, local.in_force_from), _earlier(row.in_force_to, local.in_force_to)
            if end is not None and end < begin:
                continue
            del known[row.id]
            for part in _cut(row, local, begin, end):
                known[part.id] = part
    return known


def _cut(row: ClockRow, local: PracticeRow, begin: date, end: date | None) -> Iterator[ClockRow]:
    if row.in_force_from < begin:
        yield replace(row, in_force_to=begin - _DAY)
    yield replace(
        row,
        id=f"{local.id}@{row.id}",
        length=local.value,
        article=local.article,
        source=local.source,
        confidence=local.confidence,
        jurisdiction=local.jurisdiction,
        in_force_from=begin,
        in_force_to=end,
    )
    if end is not None and (row.in_force_to is None or end < row.in_force_to):
        yield replace(row, id=f"{row.id}+", in_force_from=end + _DAY)


def _earlier(one: date | None, other: date | None) -> date | None:
    return min((day for day in (one, other) if day is not None), default=None)


def localise_lags(lags: Mapping[str, int], practice: Sequence[PracticeRow]) -> dict[str, int]:
    """Return the working days for recording, by action, with those that a place has set now."""
    own = {row.item: row.value for row in practice if row.in_force_to is None}
    return {action: own.get(f"{LAG}.{action}" if action else LAG, days) for action, days in lags.items()} | {
        item.removeprefix(f"{LAG}."): days for item, days in own.items() if item.startswith(f"{LAG}.")
    }


def _check_times(rows: Sequence[PracticeRow]) -> None:
    series: dict[tuple[str, str], list[PracticeRow]] = {}
    for row in rows:
        series.setdefault((row.item, row.jurisdiction), []).append(row)
    for known in series.values():
        known.sort(key=lambda row: row.in_force_from)
        for before, after in pairwise(known):
            if before.in_force_to is None or before.in_force_to >= after.in_force_from:
                raise _refuse(after.id, "in_force_from", f"与 {before.id} 重叠", f"overlaps {before.id} in time")
            if before.in_force_to + _DAY != after.in_force_from:
                raise _refuse(
                    after.id, "in_force_from", f"与 {before.id} 之间有空档", f"leaves a gap after {before.id}"
                )
        if known[-1].in_force_to is not None:
            raise _refuse(known[-1].id, "in_force_to", "之后没有规定,留有空档", "leaves a gap: nothing follows it")


def _check_complete(profile: Profile, rows: Sequence[PracticeRow]) -> None:
    for item in ITEMS:
        first = min((row for row in rows if row.item == item), key=lambda row: row.in_force_from, default=None)
        if first is None:
            raise _refuse(item, "item", "全国基准缺少此事项", "is missing: the national baseline sets every item")
        if first.in_force_from > EARLIEST:
            raise _refuse(first.id, "in_force_from", f"应不晚于 {EARLIEST}", f"must not be after {EARLIEST}")


def _check_clock(row: PracticeRow, clocks: Sequence[ClockRow]) -> None:
    if not clocks:
        raise _refuse(row.id, "item", "没有这个时限", "names a clock that is not among the rows")
    for clock in clocks:
        if clock.duty_of == "petitioner":
            zh, en = "是信访人的权利,地方不得改变", "is a right of the petitioner, which no place may change"
            raise _refuse(row.id, "item", zh, en)
        if not clock.length:
            zh, en = "没有全国日数,由行为自定", "has no number of days: acts or other law set it"
            raise _refuse(row.id, "item", zh, en)
        over = row.in_force_to is None or clock.in_force_from <= row.in_force_to
        if over and (clock.in_force_to is None or row.in_force_from <= clock.in_force_to):
            _check_ceiling(row, clock.length, clock.id)


def _check_ceiling(row: PracticeRow, ceiling: int, national: str = "") -> None:
    if row.value > ceiling:
        zh = f"{row.value} 长于全国规定的 {ceiling} {national}".strip()
        en = f"{row.value} is longer than the nation's {ceiling} {national}".strip()
        raise _refuse(row.id, "value", zh, en)


def _check_floor(row: PracticeRow) -> None:
    item = item_of(row.item)
    floor = next((one.value for one in _national() if one.item == row.item), 0)
    if item is not None and item.bound == "at_least" and row.jurisdiction != NATION and row.value < floor:
        zh, en = f"{row.value} 低于全国基准的 {floor}", f"{row.value} is below the nation's {floor}"
        raise _refuse(row.id, "value", zh, en)


def _refuse(which: str, column: str, zh: str, en: str) -> ReferenceRefused:
    return ReferenceRefused(
        "profile",
        rule=f"row {which}",
        zh=f"地方规则行 {which}:列 {column} {zh}",
        en=f"practice row {which}: column {column} {en}",
        action="rules.published.v1",
    )
