"""One made-up ledger for the tests of the tracks' views: told once, folded once in each store."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from projections.database import Database
from projections.engine import Engine
from projections.open import open_database
from projections.reader import Reader
from tests.projections.histories import append, create_ledger
from tests.projections.recount_tracks import TRACKS
from tests.projections.track_views import VIEWS_OF_TRACKS


@pytest.fixture(scope="session", params=["sqlite", "postgres"])
def track_database(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    """A database in which the whole history is folded."""
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path_factory.mktemp('tracks') / 'sundial.db'}"
    else:
        url = request.getfixturevalue("postgres_server").create_database()
    create_ledger(url)
    append(url, TRACKS.rows)
    database = open_database(url)
    Engine(database, VIEWS_OF_TRACKS).catch_up()
    yield database
    database.close()


@pytest.fixture
def tracks(track_database: Database) -> Reader:
    """Asks the views of the whole history."""
    return Reader(track_database)
