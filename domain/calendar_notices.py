"""The yearly notices that say which days are rest days and which weekends are worked (调休).

A notice reaches the ledger as the public part of a `calendar.published.v1` act. Nothing here computes a
holiday: the days are transcribed from what the State Council published, one act a year and notice, and an
amendment is a later version of the whole year.

Source: 全国年节及纪念日放假办法 articles 2, 6 and 7; the notices named in `domain/data/calendar_*.toml`.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from importlib.resources import files
from itertools import pairwise
from typing import Any

from domain import fields
from domain.errors import ReferenceRefused

CALENDAR_ID = "cn"
ACTION = "calendar.published.v1"
MAX_DAYS = 200
SATURDAY = 5
ONE_DAY = timedelta(days=1)

_FIELDS: Mapping[str, fields.Kind] = {
    "calendar": fields.choice({CALENDAR_ID: None}),
    "version": fields.integer(1, 999),
    "year": fields.integer(1950, 2199),
    "notice": fields.citation,
    "source": fields.citation,
    "rest_days": fields.listing(fields.day, 1, MAX_DAYS),
    "make_up_days": fields.listing(fields.day, 0, MAX_DAYS),
    "provisional": fields.boolean,
}


class CalendarRefused(ReferenceRefused):
    """A published calendar table was not taken in; `field` is the one that broke the rule."""

    @property
    def field(self) -> str:
        """Give the name of the field that broke the rule."""
        return self.rule.removeprefix(f"{ACTION} ")


@dataclass(frozen=True, slots=True)
class CalendarNotice:
    """One year's arrangement as one notice set it: the days off, the weekend days worked, and where it is written.

    Days ascend without repeats. They are days of `year`, or of the December before or the January after it,
    where the notice reaches over the year's end. A provisional table holds only what the statute already
    fixes, and no make-up days.
    """

    year: int
    version: int
    notice: str
    source: str
    rest_days: tuple[date, ...]
    make_up_days: tuple[date, ...]
    provisional: bool


def parse_published(public: Mapping[str, Any]) -> CalendarNotice:
    """Read the public part of a `calendar.published.v1` act, strictly; the inverse of `format_published`.

    Raises CalendarRefused if a field is missing, unknown or of another type; if a day is not a date, is out of
    order, repeated, of another year, or both off and worked; if a make-up day is no Saturday or Sunday, or if a
    provisional table names one.
    """
    values = _values(public)
    notice = CalendarNotice(
        year=values["year"],
        version=values["version"],
        notice=values["notice"],
        source=values["source"],
        rest_days=values["rest_days"],
        make_up_days=values["make_up_days"],
        provisional=values["provisional"],
    )
    _check_order("rest_days", notice.rest_days, notice.year)
    _check_order("make_up_days", notice.make_up_days, notice.year)
    _check_make_up(notice)
    return notice


def format_published(notice: CalendarNotice) -> dict[str, Any]:
    """Give the public part of the act that publishes this notice: strings, integers, booleans and lists only."""
    return {
        "calendar": CALENDAR_ID,
        "version": notice.version,
        "year": notice.year,
        "notice": notice.notice,
        "source": notice.source,
        "rest_days": [day.isoformat() for day in notice.rest_days],
        "make_up_days": [day.isoformat() for day in notice.make_up_days],
        "provisional": notice.provisional,
    }


def published_acts() -> list[dict[str, Any]]:
    """Give the public parts that put the packaged notices into a new ledger, in the order they were issued."""
    return [format_published(notice) for notice in packaged_notices()]


def packaged_notices() -> list[CalendarNotice]:
    """Read the notices shipped with this package, checked like any other, by year and version.

    Raises CalendarRefused if a packaged table is not lawful, KeyError if one lacks a key.
    """
    tables = sorted(
        (entry for entry in files("domain").joinpath("data").iterdir() if _is_calendar(entry.name)),
        key=lambda entry: entry.name,
    )
    rows = [row for table in tables for row in tomllib.loads(table.read_text(encoding="utf-8"))["notice"]]
    return [_packaged(row) for row in sorted(rows, key=lambda row: (row["year"], row["version"]))]


def _is_calendar(name: str) -> bool:
    return name.startswith("calendar_") and name.endswith(".toml")


def _packaged(row: Mapping[str, Any]) -> CalendarNotice:
    rest = sorted(day for holiday in row["rest"] for day in _span(holiday["first"], holiday["last"]))
    return parse_published(
        {
            "calendar": CALENDAR_ID,
            "version": row["version"],
            "year": row["year"],
            "notice": f"{row['title']}（{row['number']}，{row['issued_on'].isoformat()}）",
            "source": row["address"],
            "rest_days": [day.isoformat() for day in rest],
            "make_up_days": [day.isoformat() for day in row["make_up"]],
            "provisional": row["provisional"],
        }
    )


def _span(first: date, last: date) -> Iterable[date]:
    return (first + offset * ONE_DAY for offset in range((last - first).days + 1))


def calendar_refused(field: str, zh: str, en: str) -> CalendarRefused:
    """Make the refusal of a table for what one of its fields says."""
    return CalendarRefused(
        "calendar_refused",
        rule=f"{ACTION} {field}",
        zh=f"日历表未被接受:{field}:{zh}",
        en=f"calendar table refused: {field}: {en}",
        action=ACTION,
    )


def _values(public: Mapping[str, Any]) -> dict[str, Any]:
    if public.keys() - _FIELDS.keys():
        # An unknown name is not repeated: it might be personal text in the wrong place.
        raise calendar_refused("unknown", "不是日历表的字段", "is not a field of a calendar table")
    values = {}
    for field, kind in _FIELDS.items():
        if field not in public:
            raise calendar_refused(field, "缺少该字段", "is missing")
        try:
            values[field] = kind(public[field])
        except fields.Unfit as unfit:
            raise calendar_refused(field, unfit.zh, unfit.en) from None
    return values


def _check_order(field: str, days: tuple[date, ...], year: int) -> None:
    if any(later <= earlier for earlier, later in pairwise(days)):
        raise calendar_refused(field, "日期应按先后排列", "days must ascend")
    if days and not date(year - 1, 12, 1) <= days[0] <= days[-1] <= date(year + 1, 1, 31):
        raise calendar_refused(
            field,
            "日期应在当年,或在上年十二月、次年一月",
            "days must be of the year, the December before it or the January after it",
        )


def _check_make_up(notice: CalendarNotice) -> None:
    days = notice.make_up_days
    if any(day.weekday() < SATURDAY for day in days):
        raise calendar_refused("make_up_days", "调休上班日应为周六或周日", "a make-up day is a Saturday or a Sunday")
    if set(days) & set(notice.rest_days):
        raise calendar_refused("make_up_days", "同一天不能既休息又上班", "no day can be both off and worked")
    if notice.provisional and days:
        raise calendar_refused("make_up_days", "暂定日历不得推测调休", "a provisional table guesses no make-up days")
