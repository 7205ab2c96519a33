"""One fold: live, rebuilt and recomputed views are equal, on both stores and for any batches."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from projections.database import Database
from projections.engine import Engine
from projections.open import open_database
from projections.views import VIEWS
from tests.projections.histories import StoredRow, append, beginning, cases, create_ledger, stored


@pytest.fixture(scope="module")
def history() -> list[StoredRow]:
    """Founding acts, a hundred cases, a calendar entered late in the middle of them."""
    acts = beginning(years=range(2011, 2019))
    later = [act for act in beginning(years=(2019,)) if act.stream == "calendar"]
    of_cases = cases(1, 120)
    return stored([*acts, *of_cases[:250], *later, *of_cases[250:]])


@pytest.fixture
def database(any_store_url: str) -> Iterator[Database]:
    create_ledger(any_store_url)
    found = open_database(any_store_url)
    yield found
    found.close()


def test_live_rebuilt_and_recomputed_digests_are_equal(database: Database, history: list[StoredRow]) -> None:
    engine = Engine(database, batch=7)
    for start in range(0, len(history), 100):
        append(database.url, history[start : start + 100])
        engine.catch_up()
    size, live = engine.digests()
    assert size == len(history)
    assert engine.recompute(size) == live
    assert Engine(database).rebuild() == size
    assert engine.digests() == (size, live)
    assert live.keys() == {view.name for view in VIEWS}
