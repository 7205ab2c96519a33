"""Due days: by bound, by calendar object and by the day table, for every calendar known at any position."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest

from domain.calendars import Calendars
from domain.schema import CIVIL
from projections import clocks, overdue, overdue_question, scans
from projections.database import Database
from projections.due import CALENDAR_DAYS, HOLIDAYS_ALONE, DueDays
from projections.engine import Engine
from projections.open import open_database
from projections.reader import Reader
from tests.projections.histories import Act, append, beginning, cases, create_ledger, stored
from tests.projections.recount import known_reference, recount
from tests.projections.test_overdue import FIRST_DAY

OF_CASES = cases(41, 60)
CALENDARS = [act for act in beginning(years=range(2018, 2021)) if act.stream == "calendar"]
HISTORY = stored(
    [
        *beginning(years=range(2011, 2018)),
        *OF_CASES[:80],
        CALENDARS[0],
        *OF_CASES[80:150],
        *CALENDARS[1:],
        *OF_CASES[150:],
    ]
)
PUBLISHED = [row.index for row in HISTORY if row.stream == "calendar"]
FIRST_KEY = date(2018, 1, 25).toordinal()

_ROLLED = "SELECT day, rolled, provisional FROM view_days WHERE k0 < :n AND k1 >= :n AND day BETWEEN :low AND :high"
_WORKING = """
    SELECT s.day, MIN(e.day) FROM view_days s JOIN view_days e
        ON e.calendar = s.calendar AND e.working = s.working + :length AND e.k0 < :n AND e.k1 >= :n
    WHERE s.k0 < :n AND s.k1 >= :n AND s.day BETWEEN :low AND :high GROUP BY s.day
"""


@pytest.fixture
def database(any_store_url: str) -> Iterator[Database]:
    create_ledger(any_store_url)
    append(any_store_url, HISTORY)
    found = open_database(any_store_url)
    yield found
    found.close()


def _calendars() -> Calendars:
    return known_reference(HISTORY).calendars


@pytest.mark.parametrize("position", [*(index + 1 for index in PUBLISHED[6:]), PUBLISHED[-1], len(HISTORY)])
def test_the_day_table_says_what_the_calendar_says(database: Database, position: int) -> None:
    Engine(database).catch_up()
    due = DueDays(_calendars(), position)
    span = {"n": position, "low": FIRST_KEY, "high": FIRST_KEY + 250}
    with database.read() as session:
        rolled = session.query(_ROLLED, span)
        working = session.query(_WORKING, {**span, "length": 5})
    for day, ends, provisional in rolled:
        assert due.due(CALENDAR_DAYS, day, position) == (date.fromordinal(ends), bool(provisional))
    assert {day: date.fromordinal(end) for day, end in working} == {
        day: due.due(5, day, position)[0] for day, _ in working
    }
    assert len(rolled) == len(working) == 251


@pytest.mark.parametrize("kind", [CALENDAR_DAYS, HOLIDAYS_ALONE, 3, 10])
def test_bounds_hold_for_every_key_day_and_every_moment_of_closing(database: Database, kind: int) -> None:
    due = DueDays(_calendars(), len(HISTORY))
    day = date(2019, 2, 11)
    closings = [0, PUBLISHED[7], PUBLISHED[7] + 1, PUBLISHED[-1] + 1, len(HISTORY)]
    keys = range(day.toordinal() - 40, day.toordinal() + 5)
    values = ", ".join(f"({kind}, {key}, {km})" for key in keys for km in closings)
    with database.read() as session:
        rows = session.query(
            f"WITH clocks (kind, key_day, km) AS (VALUES {values}) "
            f"SELECT key_day, km FROM clocks WHERE {due.overdue(kind, day)}"
        )
    assert sorted(rows) == [(key, km) for key in keys for km in closings if due.due(kind, key, km)[0] < day]
    for key in keys:
        assert date.fromordinal(due.earliest(kind, key)) == min(due.due(kind, key, km)[0] for km in closings)
        first = due.first_key_day(kind, date.fromordinal(key))
        assert all(due.due(kind, first - 1, km)[0] < date.fromordinal(key) for km in closings)


def test_many_epochs_answer_as_one_does(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clocks, "EPOCH_BITS", 4)
    monkeypatch.setattr(overdue_question, "EPOCH_BITS", 4)
    monkeypatch.setattr(clocks, "OPEN", 32_767 << 4)
    monkeypatch.setattr(scans, "_MORE", -10)  # of ten rows asked for, one is read at a time
    Engine(database).catch_up()
    reader = Reader(database)
    for days in range(0, 900, 45):
        for known_at in (len(HISTORY), len(HISTORY) // 2):
            as_of = FIRST_DAY + timedelta(days=days)
            expected = recount(HISTORY, as_of, known_at)
            whole = overdue.overdue(reader, as_of, known_at)
            assert len(whole.rows) == len(expected)
            first = overdue.overdue(reader, as_of, known_at, limit=10)
            assert first.rows == whole.rows[:10]
            if first.cursor is not None:
                second = overdue.overdue(reader, as_of, known_at, limit=15, cursor=first.cursor)
                assert second.rows == whole.rows[10:25]


def test_a_page_is_in_the_order_of_due_days_even_where_two_calendars_judge(
    any_store_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Raw days 15, 16 and 18 February 2018. The notice of 2018, by which all three move to the 22nd, is entered on
    # 3 March; the last clock was closed before that, late, and stays judged by the plain week: Monday the 19th.
    monkeypatch.setattr(scans, "_MORE", -1)  # of one row asked for, one is read at a time
    begun = [(1, _at(1, 31)), (2, _at(2, 1)), (3, _at(2, 3))]
    public = {"channel": "letter", "capacity": "competent_unit"}
    notice = {"notice": "received", "means": "post"}
    registered = [
        Act(f"case/{number:032}", "case.registered.v1", public, "roads", "intake", moment) for number, moment in begun
    ]
    served = [
        Act(f"case/{number:032}", "case.notice_served.v1", notice, "roads", "handler", moment)
        for number, moment in ((3, _at(3, 2)), (1, _at(3, 5)), (2, _at(3, 5)))
    ]
    calendar = next(act for act in beginning(years=(2018,)) if act.stream == "calendar")
    acts = [*registered, served[0], replace(calendar, recorded_ms=_at(3, 3)), *served[1:]]
    create_ledger(any_store_url)
    append(any_store_url, stored([*beginning(years=range(2011, 2018)), *acts]))
    database = open_database(any_store_url)
    Engine(database).catch_up()
    found, cursor = [], None
    for _ in begun:
        page = overdue.overdue(Reader(database), datetime(2018, 3, 1, 12, tzinfo=CIVIL), limit=1, cursor=cursor)
        found += [(row.case[-1], row.due_on.isoformat()) for row in page.rows]
        cursor = page.cursor
    assert found == [("3", "2018-02-19"), ("1", "2018-02-22"), ("2", "2018-02-22")]
    assert cursor is None
    database.close()


def _at(month: int, day: int) -> int:
    return int(datetime(2018, month, day, 10, tzinfo=CIVIL).timestamp()) * 1000
