"""Down from a figure to its cases: members of its parts, what it is made up of, and how it is spread.

Composition and spread are context: volume is never a score.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from domain.effective import unix_ms
from domain.figure_rows import FIGURES
from projections.answers import Page
from projections.clocks import CLOCK_ROWS, civil_day
from projections.cursors import format_cursor, parse_after
from projections.errors import FigureUnknown
from projections.figures import AREA, BEGUN, CHANNEL, FIGURE_FACTS
from projections.figures_question import FigureQuestion, figure_named, period_of
from projections.reader import Moment, Reader
from projections.tables import Row
from projections.tallies import Counts, tell

PARTS: Final = ("numerator", "denominator", "excluded")
_CHUNK: Final = 1_000
_ORDER: Final = "day, case_id, clock, item"
_KINDS: Final = (int, int, str, str, int)


@dataclass(frozen=True, slots=True)
class Member:
    """One member of a part of a figure.

    `case` is 32 hex digits; `clock` and `item` name the clock and its segment, or the number of an act, a package or a
    stay in the case. `on` is the day that puts it into the period: of the act, or the raw last day of a clock that is
    open. `index` is the log index of the act that made it a member.
    """

    case: str
    clock: str
    item: int
    unit: str
    on: date
    in_numerator: bool
    imported: bool
    index: int


@dataclass(frozen=True, slots=True)
class Share:
    """How many of the submissions of a period belong to one area, channel or unit, and what share that is."""

    key: str
    count: int
    share: float


@dataclass(frozen=True, slots=True)
class Band:
    """How many clocks fall between two numbers of days, both included; `most` None for no upper bound."""

    least: int
    most: int | None
    count: int


def members(
    reader: Reader,
    figure: str,
    part: str,
    as_of: datetime,
    known_at: int | None = None,
    *,
    unit: str | None = None,
    month: str | None = None,
    limit: int | None = None,
    cursor: str | None = None,
) -> Page[Member]:
    """Return exactly the members of a part of a figure: numerator, denominator, or excluded by two persons.

    A count's members are those of its numerator. Raises what `figures` raises, and CursorRefused.
    """
    one = figure_named(figure)
    if part not in PARTS:
        raise FigureUnknown(f"a figure has the parts {', '.join(PARTS)}")
    period = period_of(month, as_of)
    question = ["members", figure, part, unix_ms(as_of), unit, month]
    after: tuple[Any, ...] | None = None
    if cursor is not None:
        known_at, after = parse_after(cursor, question, known_at, _KINDS)
    with reader.at(FIGURE_FACTS, known_at) as moment:
        asked = FigureQuestion(moment, one, period, unit)
        rows = [*walk_members(asked, part, after, limit)]
    more, rows = limit is not None and len(rows) > limit, rows[:limit]
    last = format_cursor(question, moment.known_at, _key(*rows[-1])) if more and rows else None
    return Page(as_of, moment.known_at, tuple(_member(row) for _, row in rows), last)


def walk_members(
    asked: FigureQuestion, part: str, after: tuple[Any, ...] | None, limit: int | None
) -> Iterator[tuple[int, Row]]:
    """Yield the section's number and row of each member behind a sort key, at most one more than `limit`."""
    if not asked.period.begun:
        return
    excluded = set() if part == "excluded" else asked.excluded_cases()
    wanted = " WHERE num = 1" if part == "numerator" and asked.figure.rate else " WHERE 1 = 1"
    left = None if limit is None else limit + 1
    chunk = 0 if limit is None else limit + 1 + min(len(excluded), _CHUNK)
    for number, section in enumerate(asked.sections(only=part == "excluded")):
        if after is not None and number < after[0]:
            continue
        key = after[1:] if after is not None and number == after[0] else None
        while left is None or left > 0:
            rows = _first_rows(asked, section, wanted, key, chunk)
            for row in rows:
                if row[0] not in excluded:
                    yield number, row
                    left = None if left is None else left - 1
                    if left == 0:
                        return
            if left is None or len(rows) < chunk:
                break
            key = _key(number, rows[-1])[1:]


def _first_rows(asked: FigureQuestion, section: str, wanted: str, key: tuple[Any, ...] | None, chunk: int) -> list[Row]:
    """Return the first rows behind a key: of a month, those of its first days, then of more, until they are enough."""
    since, last = asked.period.since_ms, civil_day(asked.period.cut_ms)
    if chunk and since is not None:
        day, width = (civil_day(since + 1) if key is None else int(key[0])), 0
        while day + width < last:
            rows = asked.rows(_page(section, f"{wanted} AND day <= {day + width}", key, chunk))
            if len(rows) == chunk:
                return rows
            width = 4 * width + 1
    return asked.rows(_page(section, wanted, key, chunk))


def _page(section: str, wanted: str, key: tuple[Any, ...] | None, chunk: int) -> str:
    bound = ""
    if key is not None:
        day, case, clock, item = key
        bound = f" AND ({_ORDER}) > ({int(day)}, '{_plain(case)}', '{_plain(clock)}', {int(item)})"
    ending = f" LIMIT {chunk}" if chunk else ""
    columns = "case_id, clock, item, unit, day, num, imported, known"
    return f"SELECT {columns} FROM ({section}) AS member{wanted}{bound} ORDER BY {_ORDER}{ending}"


def _plain(text: str) -> str:
    """Return a case id or a clock's name, which are letters, digits and underscores; anything else names nothing."""
    return text if text.replace("_", "").isalnum() and text.isascii() else ""


def _key(number: int, row: Row) -> tuple[Any, ...]:
    case, clock, item, _, day, *_ = row
    return (number, day, case, clock, item)


def _member(row: Row) -> Member:
    case, clock, item, unit, day, num, imported, known = row
    return Member(case, clock, item, unit, date.fromordinal(day), bool(num), bool(imported), known)


# Which facts tell it: the last one counts, and that a case began tells its first channel.
_COMPOSED: Final = {"area": (AREA,), "channel": (BEGUN, CHANNEL)}


def composition(
    reader: Reader,
    by: str,
    as_of: datetime,
    known_at: int | None = None,
    *,
    unit: str | None = None,
    month: str | None = None,
) -> Page[Share]:
    """Say how the submissions of a period are made up by area, channel or unit, the most frequent first: context only.

    Area and channel are those known at the position, corrections included. Raises what `figures` raises; FigureUnknown
    for another word than these three.
    """
    if by not in (*_COMPOSED, "unit"):
        raise FigureUnknown("a composition is by area, channel or unit")
    period = period_of(month, as_of)
    with reader.at(FIGURE_FACTS, known_at) as moment:
        asked = FigureQuestion(moment, FIGURES["submissions"], period, unit)
        [section] = asked.sections()
        rows = asked.rows(_composed(section, by)) if period.begun else []
    total = sum(count for _, count in rows)
    ordered = sorted(rows, key=lambda row: (-row[1], row[0]))
    return Page(as_of, moment.known_at, tuple(Share(key, count, round(count / total, 6)) for key, count in ordered))


def _composed(section: str, by: str) -> str:
    if by == "unit":
        return f"SELECT unit, COUNT(*) FROM ({section}) AS begun GROUP BY unit"
    told = ", ".join(f"'{fact}'" for fact in _COMPOSED[by])
    latest = f"""
        SELECT value FROM view_figure_facts AS said WHERE said.case_id = begun.case_id AND said.fact IN ({told})
            AND said.k0 < :known_at ORDER BY said.seq DESC LIMIT 1
    """
    inner = f"SELECT COALESCE(({latest}), '') AS word FROM ({section}) AS begun"
    return f"SELECT word, COUNT(*) FROM ({inner}) AS worded GROUP BY word"


BANDS: Final[Mapping[str, tuple[int, ...]]] = {
    "closing_days": (0, 16, 31, 61, 91),
    "overdue_days": (1, 8, 31, 91, 181, 366),
}


def bands(
    reader: Reader,
    of: str,
    as_of: datetime,
    known_at: int | None = None,
    *,
    unit: str | None = None,
    month: str | None = None,
) -> Page[Band]:
    """Spread clocks over bands of days: `closing_days` from receipt or acceptance to closure, `overdue_days` so far.

    Raises what `figures` raises; FigureUnknown for another spread.
    """
    if of not in BANDS:
        raise FigureUnknown(f"the spreads are {', '.join(BANDS)}")
    period = period_of(month, as_of)
    with reader.at(CLOCK_ROWS, known_at) as moment:
        asked = FigureQuestion(moment, FIGURES["closed" if of == "closing_days" else "overdue"], period, unit)

        def count(at: Moment, cases: list[str] | None) -> Counts:
            return {day: (number,) for day, number in _days(asked.of(at, cases), of).items()}

        counts = tell(moment, ("bands", of, unit, month), period.cut_ms, count) if period.begun else {}
        days = {day: number for day, (number,) in counts.items()}
    starts = BANDS[of]
    found = [
        Band(least, most, sum(count for day, count in days.items() if day >= least and (most is None or day <= most)))
        for least, most in zip(starts, [*(start - 1 for start in starts[1:]), None], strict=True)
    ]
    return Page(as_of, moment.known_at, tuple(found))


def _days(asked: FigureQuestion, of: str) -> dict[int, int]:
    """Count clocks by days."""
    if of == "closing_days":
        [section] = asked.sections()
        sql = section.replace("SELECT case_id,", "SELECT start_day, case_id,", 1)
        rows = asked.rows(f"SELECT day - start_day, COUNT(*) FROM ({sql}) AS closed GROUP BY day - start_day")
        return {max(0, days): sum(count for other, count in rows if max(0, other) == max(0, days)) for days, _ in rows}
    question = asked.question
    found: dict[int, int] = {}
    # Which clock is due when is the same for all that are open as known.
    km = "CASE WHEN km < :known_at THEN km ELSE :known_at END"
    condition = f"{question.condition}{asked.only}"
    sql = f"SELECT kind, key_day, {km}, COUNT(*) FROM view_clocks WHERE {condition} GROUP BY kind, key_day, 3"
    for kind, key_day, km, count in asked.rows(sql):
        days = (question.day - question.due.due(kind, key_day, km)[0]).days
        found[days] = found.get(days, 0) + count
    return found
