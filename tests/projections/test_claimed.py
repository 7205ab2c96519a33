"""Claimed deadlines: each beside the day by law, counted as kept or late by unit, and equal to a plain recount."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from domain.claim_events import CLAIMED_CLOCKS
from domain.clock import civil_day
from domain.schema import CIVIL
from projections.claimed_answers import ClaimedCount, claimed_deadlines, count_claimed
from projections.database import Database
from projections.engine import Engine
from projections.figures_answers import figures
from projections.open import open_database
from projections.reader import Reader
from tests.projections.histories import DAY_MS, START_MS, Act, append, beginning, case_id, cases, create_ledger, stored
from tests.projections.recount_town import known

LONG_AFTER = datetime(2031, 1, 1, tzinfo=CIVIL)


def _told_day(day: int) -> str:
    return (date(2018, 1, 8) + timedelta(days=day)).isoformat()


def _with_claims(seed: int) -> list[Act]:
    """Made-up cases in which some acts are followed by a claim."""
    chance = random.Random(seed)
    acts = []
    for act in cases(seed, 80):
        acts.append(act)
        if chance.random() < 0.3 and act.office:
            covers = chance.choice(["handling", "handling", "notice", "routing"])
            day = (act.recorded_ms - START_MS) // DAY_MS + chance.randrange(60)
            claim = {"covers": covers, "due_on": _told_day(day)}
            acts.append(Act(act.stream, "case.deadline_claimed.v1", claim, act.office, "handler", act.recorded_ms + 1))
    return acts


HISTORY = stored([*beginning(), *_with_claims(5)])


@pytest.fixture(params=["sqlite", "postgres"], scope="module")
def database(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path_factory.mktemp('views') / 'sundial.db'}"
    else:
        url = request.getfixturevalue("postgres_server").create_database()
    create_ledger(url)
    append(url, HISTORY)
    found = open_database(url)
    Engine(found).catch_up()
    yield found
    found.close()


def _recounted(known_at: int) -> dict[str, Counter[str]]:
    """Count the claims of the first so many entries, long after the last of them."""
    units: dict[str, Counter[str]] = {}
    for told in known(HISTORY, known_at)[0].values():
        for at, one in enumerate(told):
            event: Any = one.event
            if event.action != "case.deadline_claimed.v1":
                continue
            unit, how = _standing(told, at, event.covers, event.due_on)
            if how:
                units.setdefault(unit, Counter())[how] += 1
    return units


def _standing(told: list[Any], at: int, covers: str, due_on: date) -> tuple[str, str]:
    names = CLAIMED_CLOCKS[covers]
    for place in range(at, len(told)):
        event, before, after = told[place].event, told[place].before, told[place].after
        closed = [clock for clock in after.closed if clock.clock in names and clock.closed_at]
        running = any(clock.clock in names for clock in after.running)
        if closed and not running and (place == at or closed[-1].closed_index == event.index):
            in_time = "kept" if closed[-1].met else "ended"
            how = in_time if civil_day(closed[-1].closed_at) <= due_on else "late"
            return (after if place == at else before).office, how
        if place > at and event.action == "case.deadline_claimed.v1" and event.covers == covers:
            return "", ""
    return told[-1].after.office, "overdue"


def test_every_count_equals_a_plain_recount_at_random_positions(database: Database) -> None:
    reader = Reader(database)
    chance = random.Random(3)
    for known_at in (*(chance.randrange(20, len(HISTORY)) for _ in range(20)), len(HISTORY)):
        rows = count_claimed(reader, LONG_AFTER, known_at).rows
        told = {row.unit: Counter(kept=row.kept, late=row.late, overdue=row.overdue, ended=row.ended) for row in rows}
        assert {unit: +count for unit, count in told.items()} == _recounted(known_at)
        assert all(row.waiting == 0 for row in rows)
        listed = claimed_deadlines(reader, LONG_AFTER, known_at).rows
        assert len(listed) == sum(row.claimed for row in rows)
        assert sum(row.met and not row.days_late for row in listed) == sum(row.kept for row in rows)


def test_live_rebuilt_and_recomputed_claims_are_equal(database: Database) -> None:
    engine = Engine(database)
    size, live = engine.digests()
    assert engine.recompute(size)["claimed"] == live["claimed"]


def test_pages_belong_together_and_a_unit_means_those_below_it(database: Database) -> None:
    reader = Reader(database)
    whole = claimed_deadlines(reader, LONG_AFTER).rows
    page = claimed_deadlines(reader, LONG_AFTER, limit=7)
    paged = list(page.rows)
    while page.cursor:
        page = claimed_deadlines(reader, LONG_AFTER, limit=7, cursor=page.cursor)
        paged += page.rows
    assert tuple(paged) == whole
    below = claimed_deadlines(reader, LONG_AFTER, unit="county-a").rows
    assert 0 < len(below) < len(whole)
    assert {row.unit for row in below} <= {"county-a", "water-a", "schools-a", "wells-a"}


def test_the_figure_is_the_counts_of_all_units(database: Database) -> None:
    reader = Reader(database)
    for as_of in (datetime(2018, 6, 1, tzinfo=CIVIL), LONG_AFTER):
        counts = count_claimed(reader, as_of).rows
        told = figures(reader, as_of, figure="claimed_deadline_rate").rows[0]
        assert told.numerator == sum(count.kept for count in counts)
        assert told.denominator == sum(count.kept + count.late + count.overdue for count in counts) > 0


def _story(tmp_url: str) -> Reader:
    stream = f"case/{case_id(1)}"
    day = START_MS + DAY_MS
    registered = {"channel": "letter", "capacity": "competent_unit"}
    claim = {"covers": "handling", "due_on": "2018-01-31"}
    acts = [
        Act(stream, "case.registered.v1", registered, "housing", "intake", day),
        Act(stream, "case.deadline_claimed.v1", claim, "housing", "intake", day + 1),
        Act(stream, "case.replied.v1", {"means": "post"}, "housing", "handler", START_MS + 34 * DAY_MS),
    ]
    create_ledger(tmp_url)
    append(tmp_url, stored([*beginning(), *acts]))
    found = open_database(tmp_url)
    Engine(found).catch_up()
    return Reader(found)


def test_what_was_late_against_its_claim_and_in_time_by_law_says_both(tmp_path: Any) -> None:
    reader = _story(f"sqlite:///{tmp_path / 'a.db'}")
    (row,) = claimed_deadlines(reader, LONG_AFTER).rows
    assert (row.claimed_on, row.done_on, row.met, row.days_late) == (date(2018, 1, 31), date(2018, 2, 11), True, 11)
    assert row.due_on is not None
    assert (row.due_on > date(2018, 3, 1), row.lawful_days_late) == (True, 0)
    assert count_claimed(reader, LONG_AFTER).rows == (ClaimedCount("housing", 1, 0, 1, 0, 0, 0, 0),)
    for day, counts in ((20, (0, 1)), (31, (0, 1)), (32, (1, 0))):
        as_of = datetime(2018, 1, 1, 23, 59, tzinfo=CIVIL) + timedelta(days=day - 1)
        (count,) = count_claimed(reader, as_of).rows
        assert (count.overdue, count.waiting) == counts
        (told, beside) = figures(reader, as_of, figure="claimed_deadline_rate").rows
        assert (told.numerator, told.denominator, beside.id) == (0, count.overdue, "on_time_reply_rate")
    reader_rows = claimed_deadlines(reader, datetime(2018, 2, 5, tzinfo=CIVIL)).rows
    assert (reader_rows[0].done_on, reader_rows[0].met, reader_rows[0].days_late) == (None, False, 5)
