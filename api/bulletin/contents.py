"""What a bulletin of a month says, gathered from the views at one place in the log and as of one day.

The same month, unit, day and place give the same contents for ever: the figures, lists and boards are asked with both
axes fixed, so that last month's bulletin answers today as it did then.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any, Final

from api.axes import LAST_INSTANT
from api.errors import UsageRefused
from api.main import Application
from domain.figure_rows import FIGURES
from domain.schema import CIVIL
from projections.answers import Page
from projections.figures_answers import Compared, FigureRow, compared, series
from projections.figures_lists import Band, Share, bands, composition
from projections.item_answers import TrackItem
from projections.overdue import OverdueClock, OverdueCount, count_overdue, overdue
from projections.packages_board import LeaderRecord, package_board
from projections.patrol_answers import FindingCount, count_findings
from projections.recompute import Published, Recomputed, Wanted, recompute_published
from projections.satisfaction_answers import SatisfactionRow, satisfaction
from projections.supervision_answers import rectifications

MOST_LISTED: Final = 20_000
"""How many rows a list of a bulletin has at most; its total is told in any case."""

RATE_LINES: Final = ("on_time_closure_rate", "timely_acceptance_rate", "on_time_reply_rate")
COUNT_BARS: Final = ("submissions", "closed")
COMPOSED: Final = ("area", "channel")
SERIES_MONTHS: Final = 12

_MONTH: Final = re.compile(r"(19|2\d)\d\d-(0[1-9]|1[0-2])")
_NO_PERIOD: Final = frozenset({"nothing_known", "before_first", "not_begun"})


@dataclass(frozen=True, slots=True)
class Wish:
    """Which bulletin: a month, YYYY-MM; a unit's subtree or None for all; a day; and how many entries are known."""

    month: str
    unit: str | None
    as_of_on: date
    known_at: int

    @property
    def as_of(self) -> datetime:
        """The last instant of the day."""
        return datetime.combine(self.as_of_on, LAST_INSTANT, CIVIL)

    @property
    def since(self) -> datetime:
        """The last instant before the month."""
        first = datetime.combine(date.fromisoformat(f"{self.month}-01"), LAST_INSTANT, CIVIL)
        return first - timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Bulletin:
    """All that a bulletin says.

    `root` is the tree's over the entries known. `partial` marks a month that is not over, `reason` says why there is
    nothing to tell, a word of `figure_rows.REASONS`, else "". Of the lists, at most `MOST_LISTED` rows are here.
    """

    wish: Wish
    origin: str
    root: bytes
    partial: bool
    reason: str
    figures: tuple[Compared, ...]
    series: Mapping[str, tuple[FigureRow, ...]]
    overdue_count: OverdueCount
    overdue: tuple[OverdueClock, ...]
    bands: tuple[Band, ...]
    satisfaction: tuple[SatisfactionRow, ...]
    board: tuple[LeaderRecord, ...]
    rectifications: tuple[TrackItem, ...]
    patrol: tuple[FindingCount, ...]
    composition: Mapping[str, tuple[Share, ...]]


def wish_for(
    application: Application,
    month: str,
    unit: str | None = None,
    as_of_on: date | None = None,
    known_at: int | None = None,
) -> Wish:
    """Return what is wished, with its axes fixed: as of the month's last day, or today if that is earlier.

    Without `known_at`, all that is in the log now is known. Raises UsageRefused if the month is not one, or the day
    lies after it.
    """
    if not _MONTH.fullmatch(month):
        raise UsageRefused("month_malformed")
    first = date.fromisoformat(f"{month}-01")
    last = (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)
    on = as_of_on or min(last, application.clock().astimezone(CIVIL).date())
    if on > last:
        raise UsageRefused("bulletin_day_outside", month=month)
    return Wish(month, unit, on, application.ledger.head().size if known_at is None else known_at)


def gather(application: Application, wish: Wish) -> Bulletin:
    """Ask the views for everything that a bulletin says.

    Raises QuestionRefused of projections: an unknown unit, or a position that the log does not have.
    """
    application.views.catch_up()
    reader, at, known, unit, month = application.reader, wish.as_of, wish.known_at, wish.unit, wish.month
    told = tuple(compared(reader, name, month, at, known, unit=unit) for name in FIGURES)
    ask: Callable[..., Any] = partial(_ask, reader, at, known, unit=unit)
    return Bulletin(
        wish=wish,
        origin=application.ledger.origin,
        root=application.ledger.root(known),
        partial=any(one.row.partial for one in told),
        reason=_reason(told),
        figures=told,
        series={name: ask(series, name, months=SERIES_MONTHS) for name in (*RATE_LINES, *COUNT_BARS)},
        overdue_count=count_overdue(reader, at, known, unit=unit),
        overdue=ask(overdue, limit=MOST_LISTED),
        bands=ask(bands, "overdue_days", month=month),
        satisfaction=ask(satisfaction, since=wish.since),
        board=ask(package_board, limit=MOST_LISTED),
        rectifications=ask(rectifications, standing="open", limit=MOST_LISTED),
        patrol=ask(count_findings, since=wish.since),
        composition={by: ask(composition, by, month=month) for by in COMPOSED},
    )


def recomputed(application: Application, bulletin: Bulletin) -> tuple[Recomputed, ...]:
    """Make every figure of a bulletin, with those it is compared with, from the entries alone, in one fold of them."""
    wish = bulletin.wish
    rows = [row for one in bulletin.figures for row in (one.row, one.month_before, one.year_before)]
    wanted = [
        Wanted(row.id, row.month, wish.unit, Published(row.numerator, row.denominator, row.exclusions))
        for row in rows
        if row.reason != "not_begun"
    ]
    return recompute_published(application.reader, wanted, wish.as_of, wish.known_at)


def _ask(reader: Any, at: datetime, known: int, question: Callable[..., Page[Any]], *first: str, **named: Any) -> Any:
    return question(reader, *first, at, known, **named).rows


def _reason(told: tuple[Compared, ...]) -> str:
    """Why there is nothing to tell of the month: of the period itself, or that no figure has a case."""
    reasons = {one.row.reason for one in told}
    period = sorted(reasons & _NO_PERIOD)
    if period:
        return period[0]
    return "" if any(one.row.numerator or one.row.denominator for one in told) else "no_cases"
