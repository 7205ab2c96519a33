"""Every figure on both axes and both stores, against a recount in plain Python at random moments."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest

from domain.figure_rows import FIGURES
from domain.schema import CIVIL
from projections.database import Database
from projections.engine import Engine
from projections.figures_answers import figures
from projections.open import open_database
from projections.reader import Reader
from tests.projections.figure_histories import BEGIN_MS, figure_cases
from tests.projections.histories import StoredRow, append, beginning, create_ledger, stored
from tests.projections.recount_figures import FORMULAS, Town, known, month_of, recount_figure

FIRST_DAY = datetime.fromtimestamp(BEGIN_MS / 1000, CIVIL)
DAYS = 1100


def _history() -> list[StoredRow]:
    early = beginning(years=range(2018, 2023))
    late = [act for act in beginning(years=range(2023, 2027)) if act.stream == "calendar"]
    acts = figure_cases(3, 170)
    for number, calendar in enumerate(late):
        acts.insert((number + 1) * len(acts) // 6, calendar)
    return stored([*early, *acts])


HISTORY = _history()


@pytest.fixture(params=["sqlite", "postgres"], scope="module")
def reader(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Reader]:
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path_factory.mktemp('figures') / 'sundial.db'}"
    else:
        url = request.getfixturevalue("postgres_server").create_database()
    create_ledger(url)
    append(url, HISTORY)
    database: Database = open_database(url)
    Engine(database).catch_up()
    yield Reader(database)
    database.close()


def _moments(count: int) -> Iterator[tuple[datetime, int, str | None, str | None]]:
    chance = random.Random(count)
    for number in range(count):
        as_of = FIRST_DAY + timedelta(seconds=chance.randrange(-20, DAYS * 86_400))
        if number % 3 == 0:
            as_of = as_of.replace(hour=23, minute=59, second=59, microsecond=999_000)
        known_at = chance.choice([len(HISTORY), chance.randrange(len(HISTORY) + 1)])
        month = chance.choice([None, f"{as_of.year}-{as_of.month:02}", f"2023-{chance.randrange(1, 13):02}"])
        yield as_of, known_at, month, chance.choice([None, None, "city", "county-a", "roads"])


@pytest.mark.parametrize(("as_of", "known_at", "month", "unit"), list(_moments(24)))
def test_every_figure_equals_a_recount_at_random_moments(
    reader: Reader, as_of: datetime, known_at: int, month: str | None, unit: str | None
) -> None:
    if unit is not None and known_at < 12:
        unit = None
    rows = {row.id: row for row in figures(reader, as_of, known_at, unit=unit, month=month).rows}
    assert rows.keys() == FIGURES.keys()
    cases, reference = known(HISTORY, known_at)
    start, cut = month_of(month, as_of)
    town = Town(cases, reference, known_at, start, cut, unit)
    told = {}
    expected = {}
    for name in FORMULAS:
        row, again = rows[name], recount_figure(town, name)
        told[name] = (row.numerator, row.denominator, row.exclusions, row.imported_share)
        below = len(again.below)
        share = round(again.imported / below, 6) if below else None
        expected[name] = (len(again.above), below if FIGURES[name].rate else None, again.excluded, share)
    assert told == expected
