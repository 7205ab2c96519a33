"""The yearly notices that say which days are rest days and which weekends are worked (调休).

A notice reaches the ledger as the public part of a `calendar.published.v1` act. Nothing here computes a
holiday: the days are transcribed from what the State Council published, one act a year and notice, and an
amendment is a later version of the whole year.

Source: 全国年节及纪念日放假办法 articles 2, 6 and 7; the notices named in `domain/data/calendar_*.toml`.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from importlib.resources import files
from itertools import pairwise
from typing import Any

CALENDAR_ID = "cn"
FIELDS = ("calendar", "version", "year", "notice", "source", "rest_days", "make_up_days", "provisional")
FIRST_YEAR, LAST_YEAR = 1950, 2199
MAX_VERSION = 999
MAX_TEXT = 300
MAX_DAYS = 180
SATURDAY = 5
ONE_DAY = timedelta(days=1)

_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)


class CalendarRefused(ValueError):
    """A published calendar table was not taken in; names the field and the rule that it broke."""

    def __init__(self, field: str, rule: str) -> None:
        super().__init__(f"calendar table refused: {field}: {rule}")
        self.field = field
        self.rule = rule


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
    _check_fields(public)
    if public["calendar"] != CALENDAR_ID:
        raise CalendarRefused("calendar", f"the only calendar known is {CALENDAR_ID!r}")
    year = _number(public, "year", FIRST_YEAR, LAST_YEAR)
    provisional = public["provisional"]
    if not isinstance(provisional, bool):
        raise CalendarRefused("provisional", "must be true or false")
    rest_days = _days(public, "rest_days", year)
    if not rest_days:
        raise CalendarRefused("rest_days", "a year without any rest day is no arrangement")
    return CalendarNotice(
        year=year,
        version=_number(public, "version", 1, MAX_VERSION),
        notice=_text(public, "notice"),
        source=_text(public, "source"),
        rest_days=rest_days,
        make_up_days=_make_up_days(public, year, rest_days, provisional),
        provisional=provisional,
    )


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


def _check_fields(public: Mapping[str, Any]) -> None:
    for field in FIELDS:
        if field not in public:
            raise CalendarRefused(field, "is missing")
    for field in public:
        if field not in FIELDS:
            raise CalendarRefused(str(field), "is not a field of a calendar table")


def _number(public: Mapping[str, Any], field: str, least: int, most: int) -> int:
    value = public[field]
    if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
        raise CalendarRefused(field, f"must be a whole number from {least} to {most}")
    return value


def _text(public: Mapping[str, Any], field: str) -> str:
    value = public[field]
    if not isinstance(value, str) or not value.strip() or len(value) > MAX_TEXT:
        raise CalendarRefused(field, f"must be a text of 1 to {MAX_TEXT} characters")
    return value


def _days(public: Mapping[str, Any], field: str, year: int) -> tuple[date, ...]:
    values = public[field]
    if not isinstance(values, list) or len(values) > MAX_DAYS:
        raise CalendarRefused(field, f"must be a list of at most {MAX_DAYS} days")
    days = tuple(_day(value, field) for value in values)
    for earlier, later in pairwise(days):
        if later <= earlier:
            raise CalendarRefused(field, f"days must ascend without repeats, at {later.isoformat()}")
    for day in days:
        if not date(year - 1, 12, 1) <= day <= date(year + 1, 1, 31):
            raise CalendarRefused(field, f"{day.isoformat()} is no day of {year} nor of the months beside it")
    return days


def _day(value: object, field: str) -> date:
    if isinstance(value, str) and _DATE.fullmatch(value):
        try:
            return date.fromisoformat(value)
        except ValueError:
            pass
    raise CalendarRefused(field, "every day must be a real date written YYYY-MM-DD")


def _make_up_days(
    public: Mapping[str, Any], year: int, rest_days: tuple[date, ...], provisional: bool
) -> tuple[date, ...]:
    days = _days(public, "make_up_days", year)
    for day in days:
        if day.weekday() < SATURDAY:
            raise CalendarRefused("make_up_days", f"{day.isoformat()} is a weekday, which is worked anyway")
        if day in rest_days:
            raise CalendarRefused("make_up_days", f"{day.isoformat()} cannot be both off and worked")
    if provisional and days:
        raise CalendarRefused("make_up_days", "a provisional table guesses no make-up days")
    return days
