"""One fold for the views of the tracks: live in any batches, rebuilt, recomputed, on both stores."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from projections.database import Database
from projections.engine import Engine
from projections.open import open_database
from tests.projections.asked_always import asked_always
from tests.projections.histories import append, create_ledger
from tests.projections.recount_tracks import TRACKS
from tests.projections.track_views import VIEWS_OF_TRACKS


@pytest.fixture
def database(request: pytest.FixtureRequest, track_database: Database) -> Iterator[Database]:
    """An empty ledger in the other store than that in which the history was built."""
    url = request.getfixturevalue("postgres_url" if track_database.dialect == "sqlite" else "sqlite_url")
    create_ledger(url)
    found = open_database(url)
    yield found
    found.close()


def test_live_in_one_store_and_rebuilt_in_the_other_have_equal_digests(
    database: Database, track_database: Database
) -> None:
    engine = Engine(database, VIEWS_OF_TRACKS, batch=61, states=40)
    for start in range(0, len(TRACKS.rows), 700):
        append(database.url, TRACKS.rows[start : start + 700])
        engine.catch_up()
    size, live = engine.digests()
    assert size == len(TRACKS.rows)
    assert engine.recompute(size) == live
    assert Engine(database, asked_always(VIEWS_OF_TRACKS)).recompute(size) == live
    assert Engine(track_database, VIEWS_OF_TRACKS).digests() == (size, live)
    assert len(set(live.values())) == len(VIEWS_OF_TRACKS)
