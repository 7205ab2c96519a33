"""A bulletin as sheets: a title, notes, one table and its charts each, in one language; every form is made of these."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final, Literal

from api.bulletin.contents import COMPOSED, COUNT_BARS, RATE_LINES, Bulletin
from api.bulletin.words import Words
from api.charts import Chart, Series
from domain.figure_rows import FIGURES, REASONS, Figure
from domain.practice_patrol import PATROL_RULES
from domain.tracks.vocabulary import ITEM_STATES
from domain.vocabulary import CAPACITIES, CHANNELS, name_of
from projections.figures_answers import Compared, FigureRow


class Percent(float):
    """A number from 0 to 1 that is read as per cent."""


Cell = str | int | Percent | date | None
_MOST_UNITS: Final = 15


@dataclass(frozen=True, slots=True)
class Sheet:
    """One section: a table, what is said of it, and charts of what it tells."""

    name: str
    title: str
    headings: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    notes: tuple[str, ...] = ()
    charts: tuple[Chart, ...] = ()


@dataclass(frozen=True, slots=True)
class Paper:
    """A bulletin in one language: its title, what it was made of, and its sections."""

    title: str
    language: str
    facts: tuple[tuple[str, str], ...]
    notes: tuple[str, ...]
    sheets: tuple[Sheet, ...]
    on: date


def as_paper(bulletin: Bulletin, words: Words) -> Paper:
    """Put a bulletin into words."""
    wish = bulletin.wish
    covers = words("all") if wish.unit is None else f"{words.office(wish.unit)} {words('subtree')}"
    place = f"{bulletin.origin} · {words('entries', size=wish.known_at, root=bulletin.root.hex())}"
    facts = (
        (words("month"), words.month(wish.month)),
        (words("unit"), covers),
        (words("as_of"), words.day(wish.as_of_on)),
        (words("known_at"), place),
    )
    notes = [words("partial")] if bulletin.partial else []
    if bulletin.reason:
        notes.append(words("empty", reason=words.name(REASONS[bulletin.reason])))
    sheets = tuple(section(bulletin, words) for section in _SECTIONS)
    return Paper(
        f"{words('title')} {words.month(wish.month)}",
        words.say.language,
        facts,
        (*notes, words("check")),
        sheets,
        wish.as_of_on,
    )


def _sheet(
    words: Words,
    name: str,
    headings: Sequence[str],
    rows: Sequence[tuple[Cell, ...]],
    notes: Sequence[str] = (),
    charts: Sequence[Chart] = (),
) -> Sheet:
    return Sheet(name, words(name), tuple(words(one) for one in headings), tuple(rows), tuple(notes), tuple(charts))


def _figures(bulletin: Bulletin, words: Words) -> Sheet:
    headings = ("figure", "value", "numerator", "denominator", "exclusions", "on_month", "on_year", "imported", "note")
    return _sheet(words, "figures", headings, [_figure_row(one, words) for one in bulletin.figures])


def _figure_row(told: Compared, words: Words) -> tuple[Cell, ...]:
    row, figure = told.row, FIGURES[told.row.id]
    return (
        words.name(figure.name),
        _value(row, figure),
        row.numerator,
        row.denominator,
        row.exclusions,
        _change(told.month_on_month, figure, words),
        _change(told.year_on_year, figure, words),
        None if row.imported_share is None else Percent(row.imported_share),
        "" if row.why is None else words.name(row.why),
    )


def _value(row: FigureRow, figure: Figure) -> Cell:
    if row.value is None:
        return None
    return Percent(row.value) if figure.rate else int(row.value)


def _change(change: float | None, figure: Figure, words: Words) -> str:
    if change is None:
        return ""
    return words("points" if figure.rate else "relative", change=change)


def _trends(bulletin: Bulletin, words: Words) -> Sheet:
    """The months up to this one: rates as lines, counts as bars, and both as one table."""
    names = (*RATE_LINES, *COUNT_BARS)
    told = {name: bulletin.series[name] for name in names}
    months = tuple(row.month or "" for row in told[RATE_LINES[0]])
    rows = [(month, *(_value(told[name][at], FIGURES[name]) for name in names)) for at, month in enumerate(months)]

    def drawn(kind: Literal["lines", "bars"], title: str, shown: Sequence[str]) -> Chart:
        series = (Series(words.name(FIGURES[name].name), tuple(row.value for row in told[name])) for name in shown)
        nothing = words("nothing_drawn")
        return Chart(kind, words(title), words("month"), months, tuple(series), nothing, percent=kind == "lines")

    headings = (words("month"), *(words.name(FIGURES[name].name) for name in names))
    charts = (drawn("lines", "lines", RATE_LINES), drawn("bars", "counts", COUNT_BARS))
    return Sheet("trends", words("trends"), headings, tuple(rows), (), charts)


def _formulas(bulletin: Bulletin, words: Words) -> Sheet:
    headings = ("figure", "formula", "above", "below", "left_out", "basis")
    rows = [
        (*(words.name(name) for name in (one.name, one.formula, one.above, one.below, one.left_out)), _basis(one))
        for one in FIGURES.values()
    ]
    return _sheet(words, "formulas", headings, rows)


def _basis(figure: Figure) -> str:
    return f"{figure.article} · {figure.source} · {figure.confidence}"


def _overdue(bulletin: Bulletin, words: Words) -> Sheet:
    rows = [
        (row.case, words.clock(row.clock), words.office(row.unit), row.due_on, row.overdue_days, row.leader)
        for row in bulletin.overdue
    ]
    total = bulletin.overdue_count.total
    note = words("capped" if total > len(rows) else "total", total=total, shown=len(rows))
    return _sheet(words, "overdue", ("case", "clock", "office", "due_on", "overdue_days", "leader"), rows, [note])


def _by_unit(bulletin: Bulletin, words: Words) -> Sheet:
    by_unit = sorted(bulletin.overdue_count.by_unit.items(), key=lambda pair: (-pair[1], pair[0]))
    rows = [(words.office(unit), number) for unit, number in by_unit]
    most = rows[:_MOST_UNITS]
    series = Series(words("overdue_now"), tuple(float(number) for _, number in most))
    labels = tuple(office for office, _ in most)
    chart = Chart("bars", words("by_unit"), words("office"), labels, (series,), words("nothing_drawn"))
    return _sheet(words, "by_unit", ("office", "overdue_now"), rows, (), [chart])


def _spread(bulletin: Bulletin, words: Words) -> Sheet:
    rows: list[tuple[Cell, ...]] = [
        (words("over" if band.most is None else "from_to", least=band.least, most=band.most), band.count)
        for band in bulletin.bands
    ]
    return _sheet(words, "spread", ("days", "count"), rows)


def _satisfaction(bulletin: Bulletin, words: Words) -> Sheet:
    rows = [
        (
            words.office(row.unit),
            words.name(name_of(CAPACITIES, row.capacity)),
            row.satisfied,
            row.basically_satisfied,
            row.dissatisfied,
            row.lapsed,
            None if row.satisfaction_rate is None else Percent(row.satisfaction_rate),
            None if row.participation_rate is None else Percent(row.participation_rate),
        )
        for row in bulletin.satisfaction
    ]
    rated = [row for row in bulletin.satisfaction if row.rated][:_MOST_UNITS]
    series = (
        Series(words("satisfied"), tuple(float(row.satisfied) for row in rated)),
        Series(words("basically"), tuple(float(row.basically_satisfied) for row in rated)),
        Series(words("dissatisfied"), tuple(float(row.dissatisfied) for row in rated)),
    )
    labels = tuple(f"{words.office(row.unit)}·{words.name(name_of(CAPACITIES, row.capacity))}" for row in rated)
    chart = Chart("stacked", words("satisfaction"), words("office"), labels, series, words("nothing_drawn"))
    headings = ("office", "capacity", "satisfied", "basically", "dissatisfied", "lapsed")
    rates = ("satisfaction_rate", "participation_rate")
    return _sheet(words, "satisfaction", (*headings, *rates), rows, [words("printed")], [chart])


def _board(bulletin: Bulletin, words: Words) -> Sheet:
    headings = ("leader", "office", "post", "packaged", "holding", "not_closed", "closed", "resolved", "on_time")
    more = ("overdue_now", "missed", "silent", "handed")
    rows = [
        (
            row.leader,
            words.office(row.office),
            words.post(row.office, row.post),
            *(
                row.packaged,
                row.holding,
                row.not_closed,
                row.closed,
                row.resolved,
                row.on_time,
                row.overdue,
                row.missed,
            ),
            row.days_since_personal_act,
            f"{row.handed_in}/{row.handed_out}",
        )
        for row in bulletin.board
    ]
    return _sheet(words, "board", (*headings, *more), rows)


def _rectifications(bulletin: Bulletin, words: Words) -> Sheet:
    rows = [
        (
            row.stream.partition("/")[2],
            words.office(row.unit),
            words.name(name_of(ITEM_STATES, row.state)),
            row.opened_on,
            row.due_on,
            row.overdue_days,
        )
        for row in bulletin.rectifications
    ]
    headings = ("case", "office", "state", "opened_on", "due_on", "overdue_days")
    return _sheet(words, "rectifications", headings, rows, [words("total", total=len(rows))])


def _patrol(bulletin: Bulletin, words: Words) -> Sheet:
    rows = [(_rule(row.rule, words), words.office(row.unit), row.count) for row in bulletin.patrol]
    return _sheet(words, "patrol", ("rule", "office", "count"), rows, [words("facts")])


def _rule(word: str, words: Words) -> str:
    found = PATROL_RULES[word]
    return words.say.pick(found.zh, found.en)


def _composition(bulletin: Bulletin, words: Words) -> Sheet:
    rows = [
        (words(by), _composed(by, share.key, words), share.count, Percent(share.share))
        for by in COMPOSED
        for share in bulletin.composition[by]
    ]
    return _sheet(words, "composition", ("kind", "word", "count", "share"), rows)


def _composed(by: str, key: str, words: Words) -> str:
    if not key:
        return words("unknown")
    return words.name(name_of(CHANNELS, key)) if by == "channel" else key


_SECTIONS: Final[tuple[Callable[[Bulletin, Words], Sheet], ...]] = (
    _figures,
    _trends,
    _by_unit,
    _overdue,
    _spread,
    _board,
    _rectifications,
    _patrol,
    _satisfaction,
    _composition,
    _formulas,
)
