"""What figures say of themselves: members, units, months, ranks, exclusions, and why there is no value."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from functools import cache

import pytest

from domain.due import due_of, row_of, standing
from domain.figure_rows import FIGURES
from domain.reference import Reference
from domain.schema import CIVIL
from projections.cursors import format_cursor
from projections.engine import Engine
from projections.errors import CursorRefused, FigureUnknown, PeriodRefused, RankRefused, UnitUnknown
from projections.figures_answers import FigureRow, compared, figures, rank, series
from projections.figures_lists import Member, bands, composition, members
from projections.figures_series import MONTHLY
from projections.open import open_database
from projections.overdue import count_overdue, count_overdue_by_leader, due_soon, overdue
from projections.reader import Reader
from tests.projections.figure_histories import figure_cases
from tests.projections.histories import UNITS, Act, append, beginning, case_id, create_ledger, stored
from tests.projections.recount_town import Told, known
from tests.projections.test_figures import FIRST_DAY

HISTORY = stored([*beginning(years=range(2018, 2027)), *figure_cases(21, 150)])
AS_OF = FIRST_DAY + timedelta(days=700, hours=7)
DAY = 86_400_000


@pytest.fixture(params=["sqlite", "postgres"], scope="module")
def reader(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Reader]:
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path_factory.mktemp('figures') / 'sundial.db'}"
    else:
        url = request.getfixturevalue("postgres_server").create_database()
    create_ledger(url)
    append(url, HISTORY)
    database = open_database(url)
    Engine(database).catch_up()
    yield Reader(database)
    database.close()


@pytest.mark.parametrize("figure", FIGURES)
def test_a_figure_leads_down_to_exactly_its_members(reader: Reader, figure: str) -> None:
    for month in (None, "2023-05"):
        row = figures(reader, AS_OF, figure=figure, month=month).rows[0]
        below = members(reader, figure, "denominator", AS_OF, month=month).rows
        above = members(reader, figure, "numerator", AS_OF, month=month).rows
        assert len(members(reader, figure, "excluded", AS_OF, month=month).rows) == row.exclusions
        assert (len(above), len(below)) == (
            row.numerator,
            row.numerator if row.denominator is None else row.denominator,
        )
        assert {*above} <= {*below}
        paged: list[Member] = []
        cursor = None
        while True:
            page = members(reader, figure, "denominator", AS_OF, month=month, limit=7, cursor=cursor)
            paged += page.rows
            if (cursor := page.cursor) is None:
                break
        assert tuple(paged) == below


@pytest.mark.parametrize("figure", ["on_time_closure_rate", "due_closure_rate", "submissions", "satisfaction_rate"])
def test_units_and_months_add_up(reader: Reader, figure: str) -> None:
    whole = figures(reader, AS_OF, figure=figure).rows[0]
    units = [row for row in figures(reader, AS_OF, figure=figure, by_unit=True).rows if row.id == figure]
    assert sum(row.numerator for row in units) == whole.numerator
    assert sum(row.denominator or 0 for row in units) == (whole.denominator or 0)
    told = series(reader, figure, AS_OF, months=25).rows
    assert told == tuple(figures(reader, AS_OF, figure=figure, month=row.month).rows[0] for row in told)
    assert [row.partial for row in told] == [False] * 24 + [True]
    assert told[-1].month == f"{AS_OF.year}-{AS_OF.month:02}"
    if figure == "submissions":
        # Who is left out now was not left out in every month.
        whole_series = series(reader, figure, AS_OF, months=60).rows
        assert sum(row.numerator + row.exclusions for row in whole_series) == whole.numerator + whole.exclusions


@pytest.mark.parametrize("figure", MONTHLY)
def test_a_series_is_what_its_months_are_by_themselves(reader: Reader, figure: str) -> None:
    excluded, members = next(row.index for row in HISTORY if row.action == "case.exclusion_approved.v1"), 0
    for known_at, unit in ((excluded, None), (None, "county-a"), (excluded // 2, None)):
        for as_of in (AS_OF, FIRST_DAY + timedelta(days=120, hours=5)):
            told = series(reader, figure, as_of, known_at, unit=unit, months=30).rows
            alone = [
                figures(reader, as_of, known_at, figure=figure, month=row.month, unit=unit).rows[0] for row in told
            ]
            assert told == tuple(alone)
            members += sum(row.denominator or row.numerator for row in told)
    assert members


def test_a_month_is_told_beside_the_month_and_the_year_before(reader: Reader) -> None:
    for figure in ("submissions", "on_time_closure_rate"):
        told = compared(reader, figure, "2024-01", AS_OF)
        assert (told.month_before.month, told.year_before.month) == ("2023-12", "2023-01")
        now, then = told.row.value or 0.0, told.year_before.value or 0.0
        expected = now / then - 1 if figure == "submissions" else (now - then) * 100
        assert told.year_on_year == pytest.approx(expected, abs=1e-5)


def test_satisfaction_is_never_told_without_participation(reader: Reader) -> None:
    rows = figures(reader, AS_OF, figure="satisfaction_rate").rows
    assert [row.id for row in rows] == ["satisfaction_rate", "participation_rate"]
    assert [row.id for row in figures(reader, AS_OF, figure="recommendation_adoption_rate").rows][1:] == [
        "recommendation_reply_rate"
    ]


def test_small_samples_and_context_rank_nobody(reader: Reader) -> None:
    ranked = rank(reader, "timely_acceptance_rate", AS_OF + timedelta(days=900)).rows
    placed = [one for one in ranked if one.place is not None]
    assert len(placed) >= 2
    assert all((one.row.denominator or 0) >= one.minimum == 30 for one in placed)
    assert all((one.row.denominator or 0) < 30 for one in ranked if one.place is None)
    assert [one.row.value for one in placed] == sorted((one.row.value or 0.0 for one in placed), reverse=True)
    with pytest.raises(RankRefused, match="30"):
        rank(reader, "timely_acceptance_rate", AS_OF, month="2023-05")
    for figure in ("repeat_matter_rate", "submissions", "participation_rate"):
        with pytest.raises(RankRefused, match=figure):
            rank(reader, figure, AS_OF)


def test_composition_and_bands_hold_everybody_once(reader: Reader) -> None:
    [submitted] = figures(reader, AS_OF, figure="submissions").rows
    for by in ("area", "channel", "unit"):
        shares = composition(reader, by, AS_OF).rows
        assert sum(share.count for share in shares) == submitted.numerator + submitted.exclusions
        assert sum(share.share for share in shares) == pytest.approx(1, abs=1e-4)
    closed = len(members(reader, "closed", "denominator", AS_OF).rows)
    excluded = len(members(reader, "closed", "excluded", AS_OF).rows)
    assert sum(band.count for band in bands(reader, "closing_days", AS_OF).rows) == closed + excluded
    assert sum(band.count for band in bands(reader, "overdue_days", AS_OF).rows) == count_overdue(reader, AS_OF).total


def test_a_value_that_is_missing_says_why(reader: Reader) -> None:
    def reason(as_of: datetime, known_at: int | None = None, month: str | None = None) -> str:
        return figures(reader, as_of, known_at, figure="due_closure_rate", month=month).rows[0].reason

    assert reason(AS_OF) == ""
    assert reason(AS_OF, 0) == "nothing_known"
    assert reason(datetime(2001, 1, 1, tzinfo=CIVIL)) == "before_first"
    assert reason(AS_OF, month="2030-01") == "not_begun"
    assert reason(AS_OF, month="2021-01") == "no_cases"
    row = figures(reader, AS_OF, figure="due_closure_rate", month="2021-01").rows[0]
    assert row.why is not None
    assert (row.value, row.imported_share) == (None, None)


def test_questions_without_an_answer_are_refused(reader: Reader) -> None:
    with pytest.raises(FigureUnknown):
        figures(reader, AS_OF, figure="popularity")
    with pytest.raises(FigureUnknown):
        members(reader, "closed", "middle", AS_OF)
    with pytest.raises(FigureUnknown):
        composition(reader, "age", AS_OF)
    with pytest.raises(FigureUnknown):
        bands(reader, "age", AS_OF)
    with pytest.raises(UnitUnknown):
        figures(reader, AS_OF, figure="closed", unit="nowhere")
    for month in ("2023-13", "2023", "x"):
        with pytest.raises(PeriodRefused):
            figures(reader, AS_OF, month=month)
    with pytest.raises(PeriodRefused):
        series(reader, "closed", AS_OF, months=61)
    for cursor in ("x", format_cursor(["other"], 3, (0, 1, "a", "b", 1))):
        with pytest.raises(CursorRefused):
            members(reader, "closed", "denominator", AS_OF, limit=1, cursor=cursor)


def test_what_a_leader_answers_for_is_what_he_holds_then(reader: Reader) -> None:
    for as_of, known_at in ((AS_OF, None), (AS_OF - timedelta(days=200), None), (AS_OF, len(HISTORY) // 2)):
        whole = overdue(reader, as_of, known_at).rows
        by_leader = count_overdue_by_leader(reader, as_of, known_at)
        assert sum(by_leader.values()) == len(whole)
        for leader in by_leader:
            listed = overdue(reader, as_of, known_at, leader=leader).rows
            if leader:
                assert listed == tuple(row for row in whole if row.leader == leader)
                assert len(listed) == by_leader[leader] == count_overdue(reader, as_of, known_at, leader=leader).total
                assert overdue(reader, as_of, known_at, leader=leader, limit=3).rows == listed[:3]


def test_what_is_due_soon_and_overdue_since_is_told_by_days(reader: Reader) -> None:
    for as_of, known_at in ((AS_OF, None), (AS_OF - timedelta(days=250), None), (AS_OF, len(HISTORY) // 2)):
        day = as_of.date()
        for days in (0, 7, 60):
            soon = due_soon(reader, as_of, known_at, days=days).rows
            assert all(0 <= (row.due_on - day).days <= days and row.overdue_days <= 0 for row in soon)
            assert [row.due_on for row in soon] == sorted(row.due_on for row in soon)
            listed = {(row.case, row.clock, row.segment) for row in soon}
            assert listed == {
                (case, clock, segment)
                for due_on, case, clock, segment in _open_clocks(as_of, known_at)
                if day <= due_on <= day + timedelta(days=days)
            }
            assert due_soon(reader, as_of, known_at, days=days, limit=5).rows == soon[:5]
            assert count_overdue(reader, as_of, known_at, soon=days).total == len(soon)
        since = day - timedelta(days=40)
        old = overdue(reader, as_of, known_at, since=since).rows
        assert old == tuple(row for row in overdue(reader, as_of, known_at).rows if row.due_on < since)


def _open_clocks(as_of: datetime, known_at: int | None) -> Iterator[tuple[date, str, str, int]]:
    """The duties that run or are overdue at a moment, by the domain alone."""
    size = len(HISTORY) if known_at is None else known_at
    cases, reference = _known(size)
    for case, acts in cases.items():
        for clock in acts[-1].after.clocks:
            row = row_of(clock, reference.rules)
            due = due_of(clock, reference.calendars, reference.rules, size - 1).on
            if row.nature == "duty" and standing(clock, due, as_of).status in ("running", "overdue"):
                yield due, case, clock.clock, clock.segment


@cache
def _known(size: int) -> tuple[dict[str, list[Told]], Reference]:
    return known(HISTORY, size)


def _told(url: str, acts: Sequence[Act]) -> Reader:
    create_ledger(url)
    append(url, stored([*beginning(years=range(2018, 2027)), *acts]))
    database = open_database(url)
    Engine(database).catch_up()
    return Reader(database)


def _ms(day: int) -> int:
    return int(datetime(2023, 3, 1, 10, tzinfo=CIVIL).timestamp() * 1000) + (day - 1) * DAY


def _rate(reader: Reader, day: int, known_at: int | None = None) -> FigureRow:
    as_of = datetime(2023, 3, 1, 23, 59, 59, tzinfo=CIVIL) + timedelta(days=day - 1)
    return figures(reader, as_of, known_at, figure="on_time_closure_rate").rows[0]


def _opened(number: int, day: int) -> Act:
    public = {"channel": "letter", "capacity": "competent_unit"}
    return Act(f"case/{case_id(number)}", "case.registered.v1", public, UNITS[0], "intake", _ms(day))


def _replied(number: int, day: int) -> Act:
    return Act(f"case/{case_id(number)}", "case.replied.v1", {"means": "post"}, UNITS[0], "handler", _ms(day))


def test_the_rate_falls_when_an_open_case_goes_overdue_and_nothing_is_closed(sqlite_url: str) -> None:
    reader = _told(sqlite_url, [_opened(1, 1), _opened(2, 2), _replied(1, 20)])
    assert (_rate(reader, 40).numerator, _rate(reader, 40).denominator, _rate(reader, 40).value) == (1, 1, 1.0)
    assert (_rate(reader, 70).numerator, _rate(reader, 70).denominator, _rate(reader, 70).value) == (1, 2, 0.5)


def test_what_is_written_down_late_makes_no_closure_timely(sqlite_url: str) -> None:
    late = replace(_replied(1, 90), age_ms=60 * DAY)
    reader = _told(sqlite_url, [_opened(1, 1), late])
    assert (_rate(reader, 80).numerator, _rate(reader, 80).denominator) == (0, 1)
    assert (_rate(reader, 95).numerator, _rate(reader, 95).denominator) == (0, 1)


def test_a_case_is_left_out_only_once_two_persons_said_so(sqlite_url: str) -> None:
    stream = f"case/{case_id(1)}"
    acts = [
        *(_opened(1, 1), _opened(2, 1), _replied(2, 10)),
        Act(stream, "case.exclusion_proposed.v1", {"figure": "all", "ground": "duplicate"}, UNITS[0], "head", _ms(70)),
        Act(stream, "case.exclusion_approved.v1", {"item": 2}, "city", "supervisor", _ms(80)),
        Act(stream, "case.exclusion_lifted.v1", {"item": 2}, "city", "supervisor", _ms(100)),
    ]
    reader = _told(sqlite_url, acts)
    told = [(_rate(reader, day).denominator, _rate(reader, day).exclusions) for day in (75, 85, 105)]
    assert told == [(2, 0), (1, 1), (2, 0)]
    [excluded] = members(reader, "on_time_closure_rate", "excluded", datetime(2023, 5, 25, tzinfo=CIVIL)).rows
    assert (excluded.case, excluded.clock) == (case_id(1), "HANDLE")


def test_every_figure_says_where_it_comes_from() -> None:
    for figure in FIGURES.values():
        texts = (figure.name, figure.formula, figure.above, figure.left_out)
        assert all(part.strip() for text in texts for part in text)
        assert figure.article
        assert figure.source
        assert figure.confidence in ("C", "S", "L", "D")
        assert figure.rate == figure.id.endswith(("_rate", "_local"))
        assert not figure.beside or figure.beside in FIGURES
    assert {figure.id for figure in FIGURES.values() if figure.nature == "context"} == {
        *("submissions", "closed", "resolved", "overdue")
    }
