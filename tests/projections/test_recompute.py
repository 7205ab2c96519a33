"""Figures made again from entries alone, and held against the views and against what was published."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from domain.figure_rows import FIGURES
from projections import recompute as recomputing
from projections.engine import Engine
from projections.errors import FigureUnknown, PositionRefused, UnitUnknown, ViewsMissing
from projections.figures_answers import figures
from projections.open import open_database
from projections.reader import Reader
from projections.recompute import Published, Wanted, recompute, recompute_published
from tests.projections.figure_histories import figure_cases
from tests.projections.histories import append, beginning, create_ledger, stored
from tests.projections.test_figures import FIRST_DAY

HISTORY = stored([*beginning(years=range(2018, 2027)), *figure_cases(8, 35)])
AS_OF = FIRST_DAY + timedelta(days=700)


@pytest.fixture
def reader(any_store_url: str) -> Iterator[Reader]:
    create_ledger(any_store_url)
    append(any_store_url, HISTORY)
    database = open_database(any_store_url)
    Engine(database).catch_up()
    yield Reader(database)
    database.close()


def test_every_figure_is_the_same_from_entries_alone(reader: Reader, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recomputing, "CASES_AT_ONCE", 17)
    some = ("on_time_closure_rate", "one_time_resolution_rate", "backlog_resolution_rate")
    for known_at, month, unit, names in (
        (None, None, None, FIGURES),
        (400, None, "city", some),
        (None, "2023-05", None, some),
    ):
        rows = {row.id: row for row in figures(reader, AS_OF, known_at, unit=unit, month=month).rows}
        for name in names:
            found = recompute(reader, name, AS_OF, known_at, unit=unit, month=month)
            assert found.equal, found.difference
            row = rows[name]
            assert found.computed == found.told == Published(row.numerator, row.denominator, row.exclusions)


def test_a_published_figure_is_confirmed_or_not(reader: Reader) -> None:
    [row, _] = figures(reader, AS_OF, 450, figure="satisfaction_rate").rows
    published = Published(row.numerator, row.denominator)
    assert recompute(reader, row.id, AS_OF, 450, published=published).equal
    assert not recompute(reader, row.id, AS_OF, 450, published=Published(row.numerator + 1, row.denominator)).equal
    assert not recompute(reader, row.id, AS_OF, 450, published=published._replace(exclusions=99)).equal


def test_figures_published_together_are_made_again_in_one_fold(reader: Reader, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recomputing, "CASES_AT_ONCE", 17)
    wanted = [
        Wanted(row.id, month, unit, Published(row.numerator, row.denominator, row.exclusions))
        for month, unit in ((None, None), ("2023-05", "city"))
        for row in figures(reader, AS_OF, 450, unit=unit, month=month).rows
    ]
    found = recompute_published(reader, wanted, AS_OF, 450)
    assert [one.figure for one in found] == [one.figure for one in wanted]
    assert all(one.equal and one.computed == one.told for one in found)
    wrong = wanted[3]._replace(published=wanted[3].published._replace(numerator=wanted[3].published.numerator + 1))
    assert [one.equal for one in recompute_published(reader, [wrong, wanted[4]], AS_OF, 450)] == [False, True]


def test_no_view_needs_to_stand_where_none_is_asked(sqlite_url: str) -> None:
    create_ledger(sqlite_url)
    append(sqlite_url, HISTORY)
    database = open_database(sqlite_url)
    alone = recompute(Reader(database), "closed", AS_OF, views=False)
    assert alone.computed.numerator > 0
    assert alone.told is None
    with pytest.raises(ViewsMissing):
        recompute(Reader(database), "closed", AS_OF)
    Engine(database).catch_up()
    assert recompute(Reader(database), "closed", AS_OF).told == alone.computed
    database.close()


def test_a_row_that_was_changed_is_named(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'sundial.db'}"
    create_ledger(url)
    append(url, HISTORY)
    database = open_database(url)
    Engine(database).catch_up()
    reader = Reader(database)
    with sqlite3.connect(tmp_path / "sundial.db") as raw:
        [(case, segment)] = raw.execute(
            "SELECT case_id, segment FROM view_clocks WHERE clock = 'HANDLE' AND met = 1 AND closed_day > due_day"
            " AND kx > 100000 ORDER BY case_id LIMIT 1"
        )
        raw.execute(
            "UPDATE view_clocks SET due_day = closed_day WHERE case_id = ? AND segment = ? AND clock = 'HANDLE'",
            (case, segment),
        )
    raw.close()
    found = recompute(reader, "on_time_closure_rate", AS_OF + timedelta(days=900))
    assert not found.equal
    assert found.difference is not None
    assert (found.difference.case, found.difference.item) == (case, segment)
    assert (found.difference.in_views, found.difference.in_entries) == ("numerator", "denominator")
    assert recompute(reader, "satisfaction_rate", AS_OF).equal
    database.close()


def test_questions_without_an_answer_say_why(reader: Reader) -> None:
    with pytest.raises(FigureUnknown):
        recompute(reader, "popularity", AS_OF)
    with pytest.raises(UnitUnknown):
        recompute(reader, "closed", AS_OF, unit="nowhere")
    with pytest.raises(PositionRefused):
        recompute(reader, "closed", AS_OF, len(HISTORY) + 1)
