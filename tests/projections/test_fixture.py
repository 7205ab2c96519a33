"""The benchmarks' shared fixture, in small: a good ledger, the same each time, whose counts the views give too."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import orjson
import pytest

from api.verify.run import verify_database
from domain.due import end_of_day
from projections.engine import Engine
from projections.open import open_database
from projections.overdue import count_overdue
from projections.reader import Reader
from tests.benchmarks.fixture import Fixture, copy_to_postgres, make_fixture
from tests.benchmarks.fixture_stories import LAST_DAY, schedule

CASES, ENTRIES = 160, 850


@pytest.fixture(scope="module")
def fixture(tmp_path_factory: pytest.TempPathFactory) -> Fixture:
    return make_fixture(tmp_path_factory.mktemp("bench"), CASES, ENTRIES)


def test_the_fixture_is_a_good_ledger(fixture: Fixture) -> None:
    found = verify_database(fixture.settings)
    assert found.ok, found.faults[:1]
    assert found.report.size == fixture.entries == ENTRIES


def test_its_counts_are_those_of_the_views_on_both_stores(fixture: Fixture, postgres_url: str) -> None:
    copy_to_postgres(fixture, postgres_url)
    digests = []
    for url in (fixture.settings.database, postgres_url):
        with closing(open_database(url)) as database:
            engine = Engine(database, decode=orjson.loads, encode=orjson.dumps)
            engine.rebuild()
            digests.append(engine.digests())
            assert count_overdue(Reader(database), end_of_day(LAST_DAY)).total == fixture.overdue > 0
    assert digests[0] == digests[1]
    assert fixture.open >= CASES // 6


def test_the_same_numbers_give_the_same_acts(fixture: Fixture, tmp_path: Path) -> None:
    assert make_fixture(fixture.settings.home.parent, CASES, ENTRIES) == fixture
    again = make_fixture(tmp_path, CASES, ENTRIES)
    roots = {verify_database(one.settings, views=False).report.root for one in (fixture, again)}
    assert len(roots) == 1
    acts = list(schedule(CASES, 800))
    assert (len(acts), len({act.case for act in acts})) == (800, CASES)
    with pytest.raises(ValueError, match="number"):
        list(schedule(10, 1000))
