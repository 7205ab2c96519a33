"""Every figure on both axes and both stores, against a recount in plain Python at random moments."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import cache

import pytest

from api.settings import Settings
from domain.figure_rows import FIGURES
from domain.reference import Reference
from domain.schema import CIVIL
from projections.database import Database
from projections.engine import Engine
from projections.figures_answers import figures
from projections.open import open_database
from projections.reader import Reader
from projections.satisfaction_answers import satisfaction
from tests.projections.figure_histories import BEGIN_MS, figure_cases
from tests.projections.histories import StoredRow, append, beginning, create_ledger, stored
from tests.projections.recount_figures import FORMULAS, parts_of
from tests.projections.recount_town import Told, Town, known, month_of

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


POSITIONS = (0, 30, len(HISTORY) // 3, len(HISTORY) * 2 // 3, len(HISTORY))


@cache
def _known(known_at: int) -> tuple[dict[str, list[Told]], Reference]:
    return known(HISTORY, known_at)


def _moments(count: int) -> Iterator[tuple[datetime, int, str | None, str | None]]:
    chance = random.Random(count)
    for number in range(count):
        as_of = FIRST_DAY + timedelta(seconds=chance.randrange(-20, DAYS * 86_400))
        if number % 3 == 0:
            as_of = as_of.replace(hour=23, minute=59, second=59, microsecond=999_000)
        month = chance.choice([None, f"{as_of.year}-{as_of.month:02}", f"2023-{chance.randrange(1, 13):02}"])
        known_at = chance.choice([*POSITIONS, *POSITIONS[2:]])
        yield as_of, known_at, month, chance.choice([None, None, "city", "county-a", "roads"]) if known_at else None


@pytest.mark.parametrize(("as_of", "known_at", "month", "unit"), list(_moments(24)))
def test_every_figure_equals_a_recount_at_random_moments(
    reader: Reader, as_of: datetime, known_at: int, month: str | None, unit: str | None
) -> None:
    rows = {row.id: row for row in figures(reader, as_of, known_at, unit=unit, month=month).rows}
    assert rows.keys() == FIGURES.keys() == {*FORMULAS, "participation_rate"}
    start, cut = month_of(month, as_of)
    expected = parts_of(Town(*_known(known_at), known_at, start, cut, unit))
    told = {
        name: (rows[name].numerator, rows[name].denominator, rows[name].exclusions, rows[name].imported_share)
        for name in expected
    }
    assert told == expected
    if not rows["participation_rate"].exclusions and (start is None or start <= cut):
        since = None if start is None else start - timedelta(milliseconds=1)
        rated = satisfaction(reader, cut, known_at, unit=unit, since=since).rows
        below = sum(row.rated + row.lapsed for row in rated)
        assert (rows["participation_rate"].numerator, rows["participation_rate"].denominator) == (
            sum(row.rated for row in rated),
            below,
        )


def test_every_figure_of_the_city_equals_a_recount_at_twenty_moments(demo_city: Settings) -> None:
    database = open_database(demo_city.database)
    with database.read() as session:
        sql = "SELECT notification_id - 1, originator_id, originator_version, topic, state FROM entries ORDER BY 1"
        rows = [StoredRow(*row) for row in session.query(sql)]
        parents: dict[str, str] = dict(session.query("SELECT office, parent FROM view_offices"))
    chance = random.Random(20)
    reader = Reader(database)
    last = datetime.fromtimestamp(rows[-1].recorded_ms / 1000, CIVIL)
    for known_at in (len(rows), len(rows) * 3 // 4):
        cases, reference = known(rows, known_at)
        for number in range(10):
            as_of = last - timedelta(seconds=chance.randrange(600 * 86_400))
            month = f"{as_of.year}-{as_of.month:02}" if number % 2 else None
            unit = chance.choice([None, *sorted(parents)]) if number > 2 else None
            told = figures(reader, as_of, known_at, unit=unit, month=month).rows
            expected = parts_of(Town(cases, reference, known_at, *month_of(month, as_of), unit, parents))
            assert {
                row.id: (row.numerator, row.denominator, row.exclusions, row.imported_share)
                for row in told
                if row.id in expected
            } == expected
    database.close()
