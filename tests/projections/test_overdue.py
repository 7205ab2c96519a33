"""Overdue on both axes, against a recount in plain Python at random moments."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from domain.schema import CIVIL
from projections.database import Database
from projections.engine import Engine
from projections.errors import ClockUnknown, CursorRefused, PositionRefused, UnitUnknown
from projections.open import open_database
from projections.overdue import OverdueClock, count_overdue, overdue
from projections.reader import Reader
from tests.projections.histories import (
    DAY_MS,
    START_MS,
    UNITS,
    Act,
    StoredRow,
    append,
    beginning,
    case_id,
    cases,
    create_ledger,
    stored,
)
from tests.projections.recount import Counted, recount

FIRST_DAY = datetime.fromtimestamp(START_MS / 1000, CIVIL)


def _history() -> list[StoredRow]:
    acts = beginning(years=range(2011, 2018))
    late_calendars = [act for act in beginning(years=range(2018, 2021)) if act.stream == "calendar"]
    of_cases = cases(7, 150)
    for number, calendar in enumerate(late_calendars):
        of_cases.insert((number + 1) * len(of_cases) // 6, calendar)
    return stored([*acts, *of_cases])


HISTORY = _history()


@pytest.fixture(params=["sqlite", "postgres"], scope="module")
def asked(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Database, Reader]]:
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path_factory.mktemp('views') / 'sundial.db'}"
    else:
        url = request.getfixturevalue("postgres_server").create_database()
    create_ledger(url)
    append(url, HISTORY)
    database = open_database(url)
    Engine(database).catch_up()
    yield database, Reader(database)
    database.close()


def _counted(row: OverdueClock) -> Counted:
    case, clock, segment, shadow, unit, due_on, days, provisional, late, imported, _, started_on, _ = row
    return (due_on, case, clock, segment, shadow, unit, days, provisional, late, imported, started_on)


def _moments(count: int) -> Iterator[tuple[datetime, int]]:
    chance = random.Random(count)
    for number in range(count):
        as_of = FIRST_DAY + timedelta(seconds=chance.randrange(-30, 1200 * 86_400))
        if number % 4 == 0:
            as_of = as_of.replace(hour=0, minute=0, second=0, microsecond=0)
        known_at = chance.choice([len(HISTORY), chance.randrange(len(HISTORY) + 1)])
        yield as_of, known_at


@pytest.mark.parametrize(("as_of", "known_at"), list(_moments(60)))
def test_the_list_equals_a_recount_at_random_moments(
    asked: tuple[Database, Reader], as_of: datetime, known_at: int
) -> None:
    rows = overdue(asked[1], as_of, known_at).rows
    assert sorted(_counted(row) for row in rows) == recount(HISTORY, as_of, known_at)
    assert [row.due_on for row in rows] == sorted(row.due_on for row in rows)


@pytest.mark.parametrize(("as_of", "known_at"), list(_moments(12)))
def test_pages_of_any_length_make_up_the_list_and_the_counts(
    asked: tuple[Database, Reader], as_of: datetime, known_at: int
) -> None:
    whole = overdue(asked[1], as_of, known_at).rows
    count = count_overdue(asked[1], as_of, known_at)
    assert count.total == len(whole) == sum(count.by_unit.values())
    assert count.by_unit == {unit: sum(row.unit == unit for row in whole) for unit in {row.unit for row in whole}}
    for limit in (1, 7, 1000):
        rows: list[OverdueClock] = []
        cursor: str | None = None
        while True:
            page = overdue(asked[1], as_of, known_at, limit=limit, cursor=cursor)
            rows += page.rows
            cursor = page.cursor
            if cursor is None or (limit == 1 and len(rows) >= 15):
                break
        assert rows == list(whole[: len(rows)])
        assert cursor is not None or len(rows) == len(whole)


@pytest.mark.parametrize("unit", ["city", "county-a", "water-a", "wells-a", "county-b"])
@pytest.mark.parametrize("clock", [None, "HANDLE"])
def test_a_unit_means_its_subtree(asked: tuple[Database, Reader], unit: str, clock: str | None) -> None:
    for as_of, known_at in list(_moments(6)):
        if known_at > 10:
            expected = recount(HISTORY, as_of, known_at, unit, clock)
            rows = overdue(asked[1], as_of, known_at, unit=unit, clock=clock).rows
            assert sorted(_counted(row) for row in rows) == expected
            page = overdue(asked[1], as_of, known_at, unit=unit, clock=clock, limit=5).rows
            assert page == rows[:5]
            assert count_overdue(asked[1], as_of, known_at, unit=unit, clock=clock).total == len(expected)


def test_without_a_position_all_that_is_known_counts(asked: tuple[Database, Reader]) -> None:
    as_of = FIRST_DAY + timedelta(days=400)
    page = overdue(asked[1], as_of)
    assert page.known_at == len(HISTORY)
    assert page.rows == overdue(asked[1], as_of, len(HISTORY)).rows
    assert len(page.rows) > 20


@pytest.mark.parametrize(
    ("as_of", "some"), [(datetime(1, 1, 1, tzinfo=UTC), False), (datetime(9999, 12, 31, 23, tzinfo=UTC), True)]
)
def test_the_ends_of_time_have_an_answer(asked: tuple[Database, Reader], as_of: datetime, some: bool) -> None:
    assert bool(overdue(asked[1], as_of, limit=3).rows) is some
    assert bool(count_overdue(asked[1], as_of).total) is some


def test_questions_without_an_answer_say_why(asked: tuple[Database, Reader]) -> None:
    reader = asked[1]
    as_of = FIRST_DAY + timedelta(days=400)
    with pytest.raises(PositionRefused):
        overdue(reader, as_of, len(HISTORY) + 1)
    with pytest.raises(PositionRefused):
        overdue(reader, as_of, -1)
    with pytest.raises(UnitUnknown):
        overdue(reader, as_of, unit="nowhere")
    with pytest.raises(UnitUnknown):
        overdue(reader, as_of, 3, unit=UNITS[-1])
    with pytest.raises(ClockUnknown):
        overdue(reader, as_of, clock="SUNDIAL")
    cursor = overdue(reader, as_of, limit=2).cursor
    assert cursor is not None
    for wrong in ("", "x", "A" * 40, cursor[:-4], cursor + "é"):
        with pytest.raises(CursorRefused):
            overdue(reader, as_of, limit=2, cursor=wrong)
    with pytest.raises(CursorRefused):
        overdue(reader, as_of + timedelta(days=1), limit=2, cursor=cursor)
    with pytest.raises(CursorRefused):
        overdue(reader, as_of, 12, limit=2, cursor=cursor)


def test_a_calendar_entered_late_moves_open_due_dates_and_leaves_the_past_as_known(any_store_url: str) -> None:
    before = beginning(years=range(2011, 2018))
    public = {"channel": "letter", "capacity": "competent_unit"}
    registered_ms = int(datetime(2018, 1, 31, 10, tzinfo=CIVIL).timestamp()) * 1000
    case = Act(f"case/{case_id(1)}", "case.registered.v1", public, "roads", "intake", registered_ms)
    calendar = [act for act in beginning(years=(2018,)) if act.stream == "calendar"]
    rows = stored([*before, case, *calendar])
    create_ledger(any_store_url)
    append(any_store_url, rows[:-1])
    database = open_database(any_store_url)
    engine, reader = Engine(database), Reader(database)
    engine.catch_up()
    # Registered on 31 January, 15 days: Thursday 15 February, which the notice of 2018 makes a holiday to the 21st.
    as_of = datetime(2018, 2, 20, 23, 59, 59, tzinfo=CIVIL)
    as_known_then = overdue(reader, as_of)
    assert [(row.clock, row.due_on.isoformat(), row.provisional) for row in as_known_then.rows] == [
        ("NOTICE_DIRECT", "2018-02-15", True)
    ]
    case_rows = engine.digests()[1]["clocks"]
    append(any_store_url, rows[-1:])
    engine.catch_up()
    assert overdue(reader, as_of).rows == ()
    assert overdue(reader, as_of, len(rows) - 1) == as_known_then
    [moved] = overdue(reader, as_of + timedelta(days=3)).rows
    assert (moved.due_on.isoformat(), moved.overdue_days, moved.provisional) == ("2018-02-22", 1, False)
    assert engine.digests()[1]["clocks"] == case_rows
    database.close()


def test_what_is_due_on_a_day_is_not_yet_overdue_on_it(any_store_url: str) -> None:
    public = {"channel": "letter", "capacity": "competent_unit"}
    registered_ms = int(datetime(2018, 3, 1, 10, tzinfo=CIVIL).timestamp()) * 1000
    case = Act(f"case/{case_id(1)}", "case.registered.v1", public, "roads", "intake", registered_ms)
    served = Act(case.stream, "case.notice_served.v1", {"notice": "received", "means": "post"}, "roads", "handler")
    recorded_ms = registered_ms + 30 * DAY_MS
    late = replace(served, recorded_ms=recorded_ms, age_ms=16 * DAY_MS)
    rows = stored([*beginning(), case, late])
    create_ledger(any_store_url)
    append(any_store_url, rows)
    database = open_database(any_store_url)
    Engine(database).catch_up()
    reader = Reader(database)

    def clocks(day: int, known_at: int | None = None) -> list[tuple[str, bool]]:
        as_of = datetime(2018, 3, day, 23, 59, 59, 999000, tzinfo=CIVIL)
        return [(row.clock, row.late_recorded) for row in overdue(reader, as_of, known_at).rows]

    assert clocks(16) == []
    # Served on the 15th, they wrote on the 31st: it counts from the 31st and un-breaches nothing.
    assert clocks(17) == [("NOTICE_DIRECT", True)]
    assert clocks(17, len(rows) - 1) == [("NOTICE_DIRECT", False)]
    assert clocks(31) == []
    assert clocks(31, len(rows) - 1) == [("NOTICE_DIRECT", False)]
    database.close()


def test_an_extension_within_the_holiday_that_a_due_day_moved_over_came_in_time(sqlite_url: str) -> None:
    # 60 days from 1 March end on 30 April 2018, a day off that moves to 2 May; the head extends on 1 May.
    def act(action: str, public: dict[str, Any], month: int, day: int) -> Act:
        moment = int(datetime(2018, month, day, 10, tzinfo=CIVIL).timestamp()) * 1000
        return Act(f"case/{case_id(1)}", f"case.{action}.v1", public, "roads", "head", moment)

    opened = {"channel": "letter", "capacity": "competent_unit"}
    acts = [
        *(act("registered", opened, 3, 1), act("accepted", {"category": "31_6"}, 3, 1)),
        act("extended", {"days": 30, "because": "complicated"}, 5, 1),
    ]
    create_ledger(sqlite_url)
    append(sqlite_url, stored([*beginning(), *acts]))
    database = open_database(sqlite_url)
    Engine(database).catch_up()
    may = [datetime(2018, 5, day, 12, tzinfo=CIVIL) for day in (10, 30, 31)]
    assert [[row.clock for row in overdue(Reader(database), day, clock="HANDLE").rows] for day in may] == [
        [],
        [],
        ["HANDLE"],
    ]
    database.close()
