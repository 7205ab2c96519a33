"""The views of whole lives fold alike: live in any batches, rebuilt, and recomputed, on both stores."""

from __future__ import annotations

from projections.engine import Engine
from projections.open import open_database
from projections.views import VIEWS
from tests.projections.asked_always import asked_always
from tests.projections.histories import append, create_ledger
from tests.projections.retold import history

HISTORY = history(11, 60)


def test_live_rebuilt_and_recomputed_digests_are_equal_and_the_same_on_both_stores(
    sqlite_url: str, postgres_url: str
) -> None:
    found = []
    for url in (sqlite_url, postgres_url):
        create_ledger(url)
        database = open_database(url)
        engine = Engine(database, batch=13, states=9)
        for start in range(0, len(HISTORY), 250):
            append(url, HISTORY[start : start + 250])
            engine.catch_up()
        size, live = engine.digests()
        assert engine.recompute(size) == live
        assert Engine(database, asked_always(VIEWS)).recompute(size) == live
        Engine(database).rebuild()
        assert engine.digests() == (len(HISTORY), live)
        found.append(live)
        database.close()
    assert found[0] == found[1]
    assert {"satisfaction", "workload", "patrol"} <= found[0].keys()
