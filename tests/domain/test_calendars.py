"""Which days are worked, where a period ends, and what the tables made from the calendar say."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.calendars import NEW_CALENDARS, Calendar, day_table, load_calendar, raw_bound, start_bound

CALENDAR = load_calendar()
ONE_DAY = timedelta(days=1)

days = st.dates(date(2010, 1, 1), date(2029, 12, 31))
policies = st.booleans()


def _day(text: str) -> date:
    return date.fromisoformat(text)


@pytest.mark.parametrize(
    ("raw", "rolled"),
    [
        pytest.param("2026-11-18", "2026-11-18", id="stays on an ordinary Wednesday"),
        pytest.param("2026-11-21", "2026-11-23", id="moves off a Saturday"),
        pytest.param("2026-11-22", "2026-11-23", id="moves off a Sunday"),
        pytest.param("2026-02-14", "2026-02-14", id="stays on a make-up Saturday"),
        pytest.param("2026-09-20", "2026-09-20", id="stays on a make-up Sunday"),
        pytest.param("2026-02-15", "2026-02-24", id="moves past nine days of Spring Festival"),
        pytest.param("2026-10-01", "2026-10-08", id="moves past National Day"),
        pytest.param("2011-10-01", "2011-10-08", id="lands on the make-up Saturday after National Day"),
        pytest.param("2012-01-01", "2012-01-04", id="moves past New Year"),
        pytest.param("2011-12-31", "2011-12-31", id="stays on a Saturday that the next year's notice made up"),
        pytest.param("2018-12-29", "2018-12-29", id="stays on 2018's last Saturday, made up"),
        pytest.param("2018-12-30", "2019-01-02", id="moves over the year's end"),
        pytest.param("2022-12-31", "2023-01-03", id="moves over the year's end from a Saturday"),
        pytest.param("2016-02-29", "2016-02-29", id="stays on a leap day, a Monday"),
        pytest.param("2020-02-29", "2020-03-02", id="moves off a leap day, a Saturday"),
        pytest.param("2014-04-05", "2014-04-08", id="moves over holiday, Sunday and the day off in its place"),
        pytest.param("2015-06-20", "2015-06-23", id="moves over holiday, Sunday and Monday off"),
        pytest.param("2015-09-03", "2015-09-06", id="moves past victory day to the worked Sunday"),
        pytest.param("2019-05-01", "2019-05-05", id="moves past the changed Labour Day to the worked Sunday"),
        pytest.param("2020-01-24", "2020-02-03", id="moves past the extended Spring Festival"),
        pytest.param("2024-02-09", "2024-02-09", id="stays on a new year's eve that was not given"),
        pytest.param("2025-10-05", "2025-10-09", id="moves past the joined National Day and Mid-Autumn"),
    ],
)
def test_a_last_day_that_is_a_rest_day_moves_to_the_next_working_day(raw: str, rolled: str) -> None:
    assert CALENDAR.roll(_day(raw)) == _day(rolled)


@pytest.mark.parametrize(
    ("raw", "rolled"),
    [
        pytest.param("2026-11-21", "2026-11-21", id="stays on an ordinary Saturday"),
        pytest.param("2026-10-04", "2026-10-08", id="moves off a Sunday that the notice names"),
        pytest.param("2025-10-08", "2025-10-09", id="moves off the last day of a holiday"),
        pytest.param("2014-04-05", "2014-04-06", id="lands on the Sunday that the notice does not name"),
    ],
)
def test_where_policy_says_so_only_the_days_a_notice_names_move(raw: str, rolled: str) -> None:
    assert CALENDAR.roll(_day(raw), weekends_roll=False) == _day(rolled)


@pytest.mark.parametrize(
    ("start", "count", "end"),
    [
        pytest.param("2026-11-16", 5, "2026-11-23", id="five days over a weekend"),
        pytest.param("2026-11-20", 1, "2026-11-23", id="the first after a Friday is Monday"),
        pytest.param("2026-02-13", 5, "2026-02-27", id="a make-up Saturday counts, Spring Festival does not"),
        pytest.param("2026-02-27", 1, "2026-02-28", id="the next working day is a make-up Saturday"),
        pytest.param("2019-04-26", 5, "2019-05-06", id="two worked Sundays count around Labour Day"),
        pytest.param("2018-12-28", 2, "2019-01-02", id="over the year's end with a make-up Saturday"),
        pytest.param("2026-11-21", 0, "2026-11-21", id="none gives the day back, rest day or not"),
    ],
)
def test_working_days_are_counted_from_the_day_after(start: str, count: int, end: str) -> None:
    assert CALENDAR.add_working_days(_day(start), count) == _day(end)


def test_working_days_are_not_counted_backwards() -> None:
    with pytest.raises(ValueError, match="forward only"):
        CALENDAR.add_working_days(date(2026, 11, 20), -1)
    with pytest.raises(ValueError, match="at least 1"):
        start_bound(CALENDAR, date(2026, 11, 20), 0)


def test_the_skipped_days_say_why_they_are_not_counted() -> None:
    skipped = CALENDAR.skipped(date(2026, 9, 26), date(2026, 10, 8))
    assert [row.on.day for row in skipped] == [26, 27, 1, 2, 3, 4, 5, 6, 7]
    assert {row.reason for row in skipped} == {"holiday"}
    assert all("国办发明电〔2025〕7号" in row.notice for row in skipped)
    assert [tuple(row) for row in CALENDAR.skipped(date(2026, 11, 20), date(2026, 11, 23))] == [
        (date(2026, 11, 21), "weekend", ""),
        (date(2026, 11, 22), "weekend", ""),
    ]
    assert CALENDAR.made_up(date(2026, 2, 14), date(2026, 2, 28)) == (date(2026, 2, 14),)


def test_a_day_of_december_is_explained_by_the_notice_that_reached_back_to_it() -> None:
    (row,) = CALENDAR.skipped(date(2018, 12, 31), date(2019, 1, 1))
    assert "国办发明电〔2018〕15号" in row.notice or "国办发明电〔2019〕3号" in row.notice
    notice = CALENDAR.notice_for(date(2018, 12, 31))
    assert notice is not None
    assert notice.year == 2019
    assert CALENDAR.notice_for(date(2030, 1, 1)) is None


@pytest.mark.parametrize(
    ("day", "covered", "provisional"),
    [
        pytest.param("2010-12-31", False, True, id="before the tables"),
        pytest.param("2011-01-01", True, False, id="the first day"),
        pytest.param("2025-12-31", True, False, id="a year's end with the next notice known"),
        pytest.param("2026-12-24", True, False, id="the last day that no notice to come has ever reached"),
        pytest.param("2026-12-25", True, True, id="the last week, which the next notice may change"),
        pytest.param("2027-01-01", True, True, id="a statutory day in a year without its notice"),
        pytest.param("2027-03-01", True, True, id="an ordinary day in a year without its notice"),
        pytest.param("2028-03-01", False, True, id="beyond every table"),
    ],
)
def test_a_day_past_the_edge_is_marked_provisional_never_guessed_silently(
    day: str, covered: bool, provisional: bool
) -> None:
    assert (CALENDAR.covers(_day(day)), CALENDAR.provisional(_day(day))) == (covered, provisional)


def test_the_year_without_its_notice_holds_the_thirteen_statutory_days_and_no_make_up_days() -> None:
    rest = sorted(day for day in CALENDAR.rest_days if day.year == 2027)
    assert len(rest) == 13
    assert CALENDAR.roll(date(2027, 2, 5)) == date(2027, 2, 9)
    assert CALENDAR.roll(date(2027, 5, 1)) == date(2027, 5, 3)
    assert not [day for day in CALENDAR.make_up_days if day.year == 2027]


def test_without_any_table_weekends_alone_are_rest_days_and_everything_is_provisional() -> None:
    bare = NEW_CALENDARS.latest
    assert bare.roll(date(2026, 10, 3)) == date(2026, 10, 5)
    assert bare.is_working_day(date(2026, 10, 1))
    assert not bare.covers(date(2026, 10, 1))
    assert bare.provisional(date(2026, 10, 1))
    assert list(day_table(bare)) == []
    assert len(list(day_table(bare, date(2026, 1, 1), date(2026, 12, 31)))) == 365


@given(day=days, weekends_roll=policies)
def test_rolling_is_idempotent_and_never_lands_on_a_day_that_rolls(day: date, weekends_roll: bool) -> None:
    rolled = CALENDAR.roll(day, weekends_roll)
    assert rolled >= day
    assert CALENDAR.roll(rolled, weekends_roll) == rolled
    assert not CALENDAR.rolls(rolled, weekends_roll)
    assert not CALENDAR.is_statutory_rest(rolled)
    if weekends_roll:
        assert CALENDAR.is_working_day(rolled)
    assert all(CALENDAR.rolls(day + n * ONE_DAY, weekends_roll) for n in range((rolled - day).days))


@given(first=days, second=days, weekends_roll=policies)
def test_rolling_is_monotone(first: date, second: date, weekends_roll: bool) -> None:
    earlier, later = sorted((first, second))
    assert CALENDAR.roll(earlier, weekends_roll) <= CALENDAR.roll(later, weekends_roll)


@given(day=days)
def test_every_day_is_either_worked_or_not_and_a_make_up_day_is_a_weekend(day: date) -> None:
    assert CALENDAR.is_working_day(day) != CALENDAR.is_rest_day(day)
    if day in CALENDAR.make_up_days:
        assert day.weekday() >= 5
        assert CALENDAR.is_working_day(day)
    if CALENDAR.is_statutory_rest(day):
        assert CALENDAR.is_rest_day(day)


@given(day=days, count=st.integers(1, 90))
def test_adding_working_days_is_the_inverse_of_counting_them(day: date, count: int) -> None:
    end = CALENDAR.add_working_days(day, count)
    assert CALENDAR.is_working_day(end)
    assert CALENDAR.working_days_between(day, end) == count
    assert CALENDAR.add_working_days(CALENDAR.add_working_days(day, count), 1) == CALENDAR.add_working_days(
        day, count + 1
    )


@given(as_of=days, weekends_roll=policies)
def test_a_raw_day_is_overdue_exactly_when_it_is_before_the_bound(as_of: date, weekends_roll: bool) -> None:
    bound = raw_bound(CALENDAR, as_of, weekends_roll)
    for offset in range(-20, 21):
        raw = as_of + offset * ONE_DAY
        assert (raw < bound) == (CALENDAR.roll(raw, weekends_roll) < as_of)


@given(as_of=days, count=st.integers(1, 30))
def test_a_count_of_working_days_is_overdue_exactly_when_it_started_before_the_bound(as_of: date, count: int) -> None:
    bound = start_bound(CALENDAR, as_of, count)
    for offset in range(-15, 16):
        start = bound + offset * ONE_DAY
        assert (start < bound) == (CALENDAR.add_working_days(start, count) < as_of)


def test_the_bound_of_every_day_is_near() -> None:
    for ordinal in range(date(2011, 1, 1).toordinal(), date(2027, 12, 31).toordinal()):
        day = date.fromordinal(ordinal)
        assert 0 <= (day - raw_bound(CALENDAR, day)).days <= 11


@pytest.mark.parametrize("weekends_roll", [True, False], ids=["weekends roll", "weekends stay"])
def test_the_day_table_says_what_the_calendar_says(weekends_roll: bool) -> None:
    rows = list(day_table(CALENDAR, weekends_roll=weekends_roll))
    assert (rows[0].day, rows[-1].day) == (date(2010, 1, 1).toordinal(), date(2029, 12, 31).toordinal())
    assert [row.day for row in rows] == list(range(rows[0].day, rows[-1].day + 1))
    worked = 0
    for row in rows:
        day = date.fromordinal(row.day)
        worked += CALENDAR.is_working_day(day)
        assert row == (row.day, CALENDAR.roll(day, weekends_roll).toordinal(), worked)


def test_the_day_table_counts_working_days_as_the_calendar_does() -> None:
    rows = {row.day: row.working for row in day_table(CALENDAR)}
    start, end = date(2019, 1, 1), date(2019, 12, 31)
    assert rows[end.toordinal()] - rows[start.toordinal()] == CALENDAR.working_days_between(start, end)
    assert CALENDAR.working_days_between(end, start) == 0


def test_a_calendar_is_immutable_and_equal_by_value() -> None:
    assert load_calendar() == CALENDAR
    assert hash(load_calendar()) == hash(CALENDAR)
    with pytest.raises(AttributeError):
        CALENDAR.version = 0  # type: ignore[misc]
    assert Calendar.of(CALENDAR.version, CALENDAR.notices) == CALENDAR
