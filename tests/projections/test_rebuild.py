"""Rebuilding: beside the old views, resumable, on two processes, and after a change of a view's code."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise

import pytest

from projections import rebuild
from projections.clocks import CLOCK_ROWS
from projections.database import Database
from projections.engine import Engine
from projections.open import open_database
from projections.rebuild import ranges_of
from projections.tables import Column, Table
from projections.timeline import TIMELINE
from projections.view import Put, Rows, Step, View
from projections.views import VIEWS
from tests.projections.histories import append, beginning, cases, create_ledger, stored

HISTORY = stored([*beginning(), *cases(11, 300)])


class Ledgerdemain:
    """A view of a later day: how many acts each stream has."""

    name = "ledgerdemain"
    actions = None

    def __init__(self, version: int) -> None:
        self.version = version
        self.tables = (Table("view_counts", 1, (Column("stream", "text"), Column(f"acts_{version}", "integer"))),)

    def follows(self, stream: str) -> bool:
        return True

    def fold(self, step: Step, rows: Rows) -> Iterable[Put]:
        return ((0, (step.stream, step.event.originator_version * self.version)),)


@pytest.fixture
def database(any_store_url: str) -> Iterator[Database]:
    create_ledger(any_store_url)
    append(any_store_url, HISTORY)
    found = open_database(any_store_url)
    yield found
    found.close()


@pytest.mark.parametrize("entries", [0, 1, 4_001, 100_000, 10**9])
def test_ranges_hold_every_stream_once(entries: int) -> None:
    ranges = list(ranges_of(entries))
    assert ranges[0][0] == ""
    assert ranges[-1][1] is None
    assert all(high == low for (_, high), (low, _) in pairwise(ranges))
    assert [low for low, _ in ranges] == sorted(low for low, _ in ranges)


def test_two_processes_build_what_one_builds(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    engine = Engine(database)
    engine.rebuild()
    one = engine.digests()
    monkeypatch.setattr(rebuild, "ENTRIES_A_RANGE", 5)
    steps: list[tuple[int, int]] = []
    engine.rebuild(processes=2, progress=lambda done, total: steps.append((done, total)))
    assert engine.digests() == one
    assert steps[-1][0] == steps[-1][1] > 200


def test_a_killed_rebuild_goes_on_where_it_was(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rebuild, "ENTRIES_A_RANGE", 5)
    engine = Engine(database)
    engine.rebuild()
    expected = engine.digests()

    def strike(done: int, total: int) -> None:
        if done == 150:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        engine.rebuild(progress=strike)
    assert engine.digests() == expected
    steps: list[int] = []
    Engine(database).rebuild(progress=lambda done, total: steps.append(done))
    assert steps[0] == 151
    assert engine.digests() == expected


def test_two_rebuilds_at_once_share_the_work(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rebuild, "ENTRIES_A_RANGE", 50)
    Engine(database).catch_up()
    expected = Engine(database).digests()
    with ThreadPoolExecutor(3) as pool:
        building = [pool.submit(Engine(database).rebuild) for _ in range(3)]
        assert [one.result() for one in building] == [len(HISTORY)] * 3
    assert Engine(database).digests() == expected


def test_readers_see_the_old_view_until_the_swap(database: Database) -> None:
    engine = Engine(database)
    engine.catch_up()
    expected = engine.digests()
    with ThreadPoolExecutor(1) as pool:
        building = pool.submit(engine.rebuild)
        seen = [engine.digests()]
        while not building.done():
            seen.append(engine.digests())
        building.result()
    assert all(found == expected for found in seen)


def test_a_position_written_behind_the_end_of_the_log_is_mended_by_a_rebuild(database: Database) -> None:
    engine = Engine(database)
    engine.catch_up()
    expected = engine.digests()
    with database.write() as session:
        session.run("UPDATE view_state SET position = position + 1000")
    assert Engine(database).rebuild() == len(HISTORY)
    assert Engine(database).digests() == expected


def test_entries_recorded_during_a_rebuild_are_in_it(database: Database) -> None:
    engine = Engine(database)
    engine.catch_up()
    more = stored([*beginning(), *cases(11, 300), *cases(12, 20)])[len(HISTORY) :]
    late = iter([more])

    def record(done: int, total: int) -> None:
        for rows in late:
            append(database.url, rows)

    assert engine.rebuild(progress=record) == len(HISTORY) + len(more)
    assert engine.digests()[1] == engine.recompute(len(HISTORY) + len(more))


def test_a_changed_view_is_rebuilt_and_a_new_one_built_beside_the_others(database: Database) -> None:
    Engine(database).catch_up()
    views: list[View] = [*VIEWS, Ledgerdemain(1)]
    Engine(database, views).catch_up()
    first = Engine(database, views).digests()[1]
    assert first == Engine(database, views).recompute(len(HISTORY))
    changed: list[View] = [*VIEWS, Ledgerdemain(2)]
    engine = Engine(database, changed)
    engine.catch_up()
    second = engine.digests()[1]
    assert second == engine.recompute(len(HISTORY))
    assert second["ledgerdemain"] != first["ledgerdemain"]
    assert {name: digest for name, digest in second.items() if name != "ledgerdemain"} == {
        name: digest for name, digest in first.items() if name != "ledgerdemain"
    }


def test_a_view_that_is_no_more_loses_its_tables(database: Database) -> None:
    Engine(database, [*VIEWS, Ledgerdemain(1)]).catch_up()
    engine = Engine(database)
    engine.rebuild()
    with database.read() as session:
        assert not session.has_table("view_counts")
        assert not session.has_table("view_ledgerdemain_digests")
    assert engine.digests()[1] == engine.recompute(len(HISTORY))


def test_one_view_may_be_rebuilt_alone(database: Database) -> None:
    engine = Engine(database)
    engine.catch_up()
    expected = engine.digests()
    engine.rebuild(["timeline"])
    assert engine.digests() == expected
    with pytest.raises(KeyError):
        engine.rebuild(["sundial"])


def test_views_and_tables_need_names_of_their_own(database: Database) -> None:
    with pytest.raises(ValueError, match="share a name"):
        Engine(database, [TIMELINE, CLOCK_ROWS, TIMELINE])
