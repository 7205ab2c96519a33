"""Counts that are brought forward by the cases touched since are those counted anew, wherever the log stands."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import pytest

from domain.calendars import published_acts
from domain.effective import from_unix_ms
from projections import tallies
from projections.engine import Engine
from projections.figures_answers import figures, series
from projections.figures_lists import bands
from projections.open import open_database
from projections.overdue import count_overdue
from projections.packages_answers import count_packages
from projections.packages_board import package_board
from projections.packages_needed import count_unpackaged
from projections.patrol_answers import count_findings
from projections.reader import Reader
from projections.satisfaction_answers import satisfaction
from projections.satisfaction_lists import count_unfollowed
from projections.tallies import Most, Tallies, _sum
from projections.workload_answers import workload
from tests.projections.figure_histories import figure_cases
from tests.projections.histories import Act, append, beginning, create_ledger, stored

ACTS = figure_cases(5, 90)
LATER = max(act.recorded_ms for act in ACTS)
CALENDAR = Act("calendar", "calendar.published.v1", next(one for one in published_acts() if one["year"] == 2026))
HISTORY = stored([*beginning(years=range(2018, 2026)), *ACTS[:-60], CALENDAR, *ACTS[-60:]])
FIRST = len(HISTORY) - len(ACTS) + 200
STEPS = {"sqlite": 8, "postgresql": 3}


def recorded(row: Any) -> datetime:
    return from_unix_ms(int.from_bytes(row.state[-8:], "big"))


def answers(reader: Reader, as_of: datetime, known_at: int | None) -> Sequence[object]:
    month = f"{as_of.year}-{as_of.month:02}"
    since = as_of - timedelta(days=200)
    return (
        figures(reader, as_of, known_at).rows,
        figures(reader, as_of, known_at, by_unit=True).rows,
        figures(reader, as_of, known_at, month=month, unit="county-a").rows,
        series(reader, "due_closure_rate", as_of, known_at, months=6).rows,
        series(reader, "on_time_reply_rate_local", as_of, known_at, months=4).rows,
        count_overdue(reader, as_of, known_at),
        count_overdue(reader, as_of, known_at, unit="county-b", soon=30),
        workload(reader, as_of, known_at).rows,
        workload(reader, as_of, known_at, since=since).rows,
        package_board(reader, as_of, known_at).rows,
        count_packages(reader, as_of, known_at),
        count_unfollowed(reader, as_of, known_at),
        count_findings(reader, as_of, known_at).rows,
        count_findings(reader, as_of, known_at, unit="county-a", since=since).rows,
        count_unpackaged(reader, as_of, known_at, unit="county-a"),
        satisfaction(reader, as_of, known_at).rows,
        satisfaction(reader, as_of, known_at, since=since, by_leader=True).rows,
        bands(reader, "overdue_days", as_of, known_at).rows,
        bands(reader, "closing_days", as_of, known_at, month=month).rows,
    )


@pytest.fixture(params=["sqlite", "postgres"])
def url(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> str:
    if request.param == "sqlite":
        found = f"sqlite:///{tmp_path_factory.mktemp('tallies') / 'sundial.db'}"
    else:
        found = request.getfixturevalue("postgres_server").create_database()
    create_ledger(found)
    return found


def test_what_is_brought_forward_is_what_is_counted_anew(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    store = url.split(":")[0]
    chance = random.Random(store)
    database = open_database(url)
    engine, kept = Engine(database), Reader(database)
    counted: list[bool] = []
    forward = Tallies._moved

    def watched(self: Tallies, *asked: Any) -> Any:
        found = forward(self, *asked)
        counted.append(found is not None)
        return found

    monkeypatch.setattr(Tallies, "_moved", watched)
    cuts = sorted(chance.sample(range(FIRST, len(HISTORY)), STEPS[store] - 1))
    done, early = 0, recorded(HISTORY[FIRST])
    for cut in (*cuts, len(HISTORY)):
        append(url, HISTORY[done:cut])
        engine.catch_up()
        done, now = cut, recorded(HISTORY[cut - 1])
        for as_of in (early, now + timedelta(milliseconds=1), now + timedelta(hours=2)):
            assert answers(kept, as_of, None) == answers(Reader(database), as_of, None)
    assert answers(kept, early, cuts[0]) == answers(Reader(database), early, cuts[0])
    assert sum(counted) > len(counted) / 2
    database.close()


def test_too_many_touched_cases_are_counted_anew(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tallies, "MOST_TOUCHED", 3)
    database = open_database(url)
    kept, as_of = Reader(database), recorded(HISTORY[-1])
    for start, stop in ((0, FIRST), (FIRST, len(HISTORY))):
        append(url, HISTORY[start:stop])
        Engine(database).catch_up()
        assert count_overdue(kept, as_of) == count_overdue(Reader(database), as_of)
    database.close()


def test_the_greatest_of_a_group_is_counted_anew_only_where_it_may_be_gone() -> None:
    held = {"a": (2, Most(7)), "b": (1, Most(3))}
    assert _sum(held, {}, {"a": (1, Most(9)), "c": (1, Most(1))}) == {
        "a": (3, 9),
        "b": (1, 3),
        "c": (1, 1),
    }
    assert _sum(held, {"a": (1, Most(5))}, {}) == {"a": (1, 7), "b": (1, 3)}
    assert _sum(held, {"a": (1, Most(7))}, {"a": (1, Most(8))}) == {"a": (2, 8), "b": (1, 3)}
    assert _sum(held, {"a": (1, Most(7))}, {}) is None
