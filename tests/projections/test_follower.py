"""The live path: batches, crashes between them, eviction, two processes on one log."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import datetime, timedelta

import pytest

from domain.schema import CIVIL
from projections.clocks import CLOCK_ROWS
from projections.codec import STANDARD
from projections.database import Database, Session
from projections.engine import Engine
from projections.entries import size_at
from projections.errors import LogGap, ViewsMissing
from projections.follower import Follower
from projections.open import open_database
from projections.registry import LIVE
from projections.timeline import TIMELINE
from projections.views import VIEWS
from tests.projections.histories import append, beginning, cases, create_ledger, stored

HISTORY = stored([*beginning(), *cases(3, 60)])


class Lightning(Exception):
    """The process died here."""


class Fragile(Database):
    """A database whose process dies while it writes its `fatal`-th transaction: at its start or just before its end."""

    def __init__(self, whole: Database, fatal: int, *, late: bool) -> None:
        self.dialect, self.url = whole.dialect, whole.url
        self._whole = whole
        self._left = fatal
        self._late = late

    def read(self) -> AbstractContextManager[Session]:
        return self._whole.read()

    def tidy(self, names: Collection[str]) -> None:
        self._whole.tidy(names)

    def close(self) -> None:
        self._whole.close()

    @contextmanager
    def write(self, *, lasting: bool = True) -> Iterator[Session]:
        self._left -= 1
        with self._whole.write(lasting=lasting) as session:
            if self._left == 0 and not self._late:
                raise Lightning
            yield session
            if self._left == 0:
                raise Lightning


@pytest.fixture
def database(any_store_url: str) -> Iterator[Database]:
    create_ledger(any_store_url)
    found = open_database(any_store_url)
    yield found
    found.close()


@pytest.mark.parametrize("late", [False, True])
@pytest.mark.parametrize("fatal", [1, 2, 5])
def test_a_crash_between_batches_applies_nothing_twice(database: Database, fatal: int, late: bool) -> None:
    engine = Engine(database)
    engine.catch_up()
    append(database.url, HISTORY)
    doomed = Follower(Fragile(database, fatal, late=late), VIEWS, LIVE, STANDARD, batch=13, states=100)
    with pytest.raises(Lightning):
        doomed.catch_up()
    assert engine.position() == 13 * (fatal - 1)
    assert engine.digests()[1] == engine.recompute(13 * (fatal - 1))
    assert engine.catch_up() == len(HISTORY) - 13 * (fatal - 1)
    assert engine.digests() == (len(HISTORY), engine.recompute(len(HISTORY)))


def test_a_follower_whose_write_failed_can_go_on(database: Database) -> None:
    Engine(database).catch_up()
    append(database.url, HISTORY)
    fragile = Fragile(database, 3, late=True)
    follower = Follower(fragile, VIEWS, LIVE, STANDARD, batch=20, states=100)
    with pytest.raises(Lightning):
        follower.catch_up()
    assert follower.catch_up() == len(HISTORY) - 40
    engine = Engine(database)
    assert engine.digests()[1] == engine.recompute(len(HISTORY))


@pytest.mark.parametrize("states", [0, 1, 5])
def test_evicted_states_are_made_again_concluded_cases_included(database: Database, states: int) -> None:
    engine = Engine(database, batch=3, states=states)
    engine.catch_up()
    append(database.url, HISTORY)
    engine.catch_up()
    assert engine.digests()[1] == engine.recompute(len(HISTORY))


def test_the_size_of_batches_changes_nothing(database: Database) -> None:
    digests = []
    for batch in (1, 17, 10_000):
        engine = Engine(database, batch=batch)
        if batch == 1:
            engine.catch_up()
            append(database.url, HISTORY)
        else:
            engine.rebuild()
        engine.catch_up()
        digests.append(engine.digests())
    assert digests[0] == digests[1] == digests[2]


def test_a_second_engine_on_the_same_log_folds_no_entry_again(database: Database) -> None:
    first, second = Engine(database, batch=10), Engine(database, batch=7)
    first.catch_up()
    second.catch_up()
    append(database.url, HISTORY)
    folded = first.catch_up(30)
    folded += second.catch_up(80)
    folded += first.catch_up(95)
    folded += second.catch_up()
    assert folded == len(HISTORY)
    assert first.catch_up() == 0
    assert first.digests()[1] == first.recompute(len(HISTORY))


def test_a_view_never_passes_over_a_gap(database: Database) -> None:
    engine = Engine(database)
    engine.catch_up()
    append(database.url, [*HISTORY[:20], *HISTORY[21:]])
    with pytest.raises(LogGap):
        engine.catch_up()
    assert engine.position() == 0


def test_views_built_by_newer_code_are_left_alone(database: Database) -> None:
    engine = Engine(database)
    engine.catch_up()
    with database.write() as session:
        session.run("UPDATE view_state SET version = 99 WHERE name = 'clocks'")
    with pytest.raises(ViewsMissing, match="newer"):
        Engine(database).catch_up()
    with pytest.raises(ViewsMissing):
        Follower(database, [TIMELINE, CLOCK_ROWS], LIVE, STANDARD, batch=1, states=1).catch_up()


def test_a_date_is_the_position_after_the_last_entry_recorded_by_then(database: Database) -> None:
    append(database.url, HISTORY)
    times = [row.recorded_ms for row in HISTORY]
    with database.read() as session:
        for index in (0, 11, len(times) // 2, len(times) - 1):
            moment = datetime.fromtimestamp(0, CIVIL) + timedelta(milliseconds=times[index])
            assert size_at(session, moment) == sum(time <= times[index] for time in times)
            assert size_at(session, moment - timedelta(milliseconds=1)) == sum(time < times[index] for time in times)
