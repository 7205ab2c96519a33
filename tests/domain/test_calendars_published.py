"""The notices as acts: transcribed rightly, taken in strictly, amended by version, and known from an index on."""

from __future__ import annotations

import pickle
import unicodedata
from datetime import date, timedelta
from typing import Any

import chinese_calendar
import holidays
import pytest

from domain.calendars import (
    NEW_CALENDARS,
    CalendarRefused,
    format_published,
    load_calendar,
    load_calendars,
    parse_published,
    published_acts,
)

ACTS = published_acts()
ONE_DAY = timedelta(days=1)

# Days on which a library disagrees with the notices, each with its reason. There are none in 2011 to 2026.
CHINESECALENDAR_EXCEPTIONS: dict[date, str] = {}
HOLIDAYS_EXCEPTIONS: dict[date, str] = {}


def _every_day(first: date, last: date) -> list[date]:
    return [first + n * ONE_DAY for n in range((last - first).days + 1)]


def _act(**changes: Any) -> dict[str, Any]:
    act = {
        "calendar": "cn",
        "version": 1,
        "year": 2030,
        "notice": "A notice (2029)",
        "source": "https://example.org/notice",
        "rest_days": ["2029-12-31", "2030-01-01"],
        "make_up_days": ["2029-12-29"],
        "provisional": False,
    }
    return act | changes


def _find(year: int, version: int) -> dict[str, Any]:
    return next(act for act in ACTS if (act["year"], act["version"]) == (year, version))


def test_chinesecalendar_agrees_on_every_day_from_2011_to_2026() -> None:
    calendar = load_calendar()
    days = _every_day(date(2011, 1, 1), date(2026, 12, 31))
    wrong = [day for day in days if calendar.is_working_day(day) != chinese_calendar.is_workday(day)]
    assert wrong == sorted(CHINESECALENDAR_EXCEPTIONS)


def test_holidays_agrees_on_every_day_from_2011_to_2026() -> None:
    calendar = load_calendar()
    china = holidays.country_holidays("CN", years=range(2011, 2027))
    days = _every_day(date(2011, 1, 1), date(2026, 12, 31))
    wrong = [day for day in days if calendar.is_working_day(day) != china.is_working_day(day)]
    assert wrong == sorted(HOLIDAYS_EXCEPTIONS)


def test_holidays_knows_the_same_statutory_days_of_the_provisional_year() -> None:
    china = holidays.country_holidays("CN", years=2027, language="en_US")
    statutory = {day for day, name in china.items() if "observed" not in name}
    assert statutory == {day for day in load_calendar().rest_days if day.year == 2027}


# Each year's totals as read off the notice: days off and weekend days worked.
@pytest.mark.parametrize(
    ("year", "version", "number", "off", "worked"),
    [
        (2011, 1, "国办发明电〔2010〕40号，2010-12-09", 29, 5),
        (2012, 1, "国办发明电〔2011〕45号，2011-12-05", 27, 7),
        (2013, 1, "国办发明电〔2012〕33号，2012-12-08", 29, 12),
        (2014, 1, "国办发明电〔2013〕28号，2013-12-11", 22, 5),
        (2015, 1, "国办发明电〔2014〕28号，2014-12-16", 23, 4),
        (2015, 2, "国发明电〔2015〕1号，2015-05-13", 26, 5),
        (2016, 1, "国办发明电〔2015〕18号，2015-12-10", 24, 6),
        (2017, 1, "国办发明电〔2016〕17号，2016-12-01", 24, 5),
        (2018, 1, "国办发明电〔2017〕12号，2017-11-30", 23, 6),
        (2019, 1, "国办发明电〔2018〕15号，2018-12-04", 21, 5),
        (2019, 2, "国办发明电〔2019〕3号，2019-03-22", 24, 7),
        (2020, 1, "国办发明电〔2019〕16号，2019-11-21", 27, 7),
        (2020, 2, "国办发明电〔2020〕1号，2020-01-26", 30, 6),
        (2021, 1, "国办发明电〔2020〕27号，2020-11-25", 31, 7),
        (2022, 1, "国办发明电〔2021〕11号，2021-10-25", 31, 7),
        (2023, 1, "国办发明电〔2022〕16号，2022-12-08", 27, 7),
        (2024, 1, "国办发明电〔2023〕7号，2023-10-25", 28, 8),
        (2025, 1, "国办发明电〔2024〕12号，2024-11-12", 28, 5),
        (2026, 1, "国办发明电〔2025〕7号，2025-11-04", 33, 6),
        (2027, 1, "国务院令第795号，2024-11-10", 13, 0),
    ],
)
def test_every_year_has_its_notice_with_its_days(year: int, version: int, number: str, off: int, worked: int) -> None:
    act = _find(year, version)
    assert act["notice"].endswith(f"（{number}）")
    assert str(year) in act["notice"] or "70周年" in act["notice"]
    assert act["source"].startswith("https://www.gov.cn/")
    assert (len(act["rest_days"]), len(act["make_up_days"])) == (off, worked)
    assert act["provisional"] is (year == 2027)


def test_the_acts_come_one_a_year_and_notice_in_the_order_they_were_issued() -> None:
    order = [(act["year"], act["version"]) for act in ACTS]
    assert order == sorted(order)
    assert {year for year, _ in order} == set(range(2011, 2028))
    issued = [act["notice"].removesuffix("）").rsplit("，", 1)[1] for act in ACTS if not act["provisional"]]
    assert issued == sorted(issued)


def test_the_amendments_change_only_what_their_notices_say() -> None:
    changes = {}
    for year in (2015, 2019, 2020):
        first, second = _find(year, 1), _find(year, 2)
        changes[year] = (
            sorted(set(second["rest_days"]) ^ set(first["rest_days"])),
            sorted(set(second["make_up_days"]) ^ set(first["make_up_days"])),
        )
    assert changes == {
        2015: (["2015-09-03", "2015-09-04", "2015-09-05"], ["2015-09-06"]),
        2019: (["2019-05-02", "2019-05-03", "2019-05-04"], ["2019-04-28", "2019-05-05"]),
        2020: (["2020-01-31", "2020-02-01", "2020-02-02"], ["2020-02-01"]),
    }


def test_only_three_notices_reach_into_the_december_before() -> None:
    beside = {
        act["year"]: sorted(day for day in act["rest_days"] + act["make_up_days"] if day[:4] != str(act["year"]))
        for act in ACTS
    }
    assert {year: days for year, days in beside.items() if days} == {
        2012: ["2011-12-31"],
        2019: ["2018-12-29", "2018-12-30", "2018-12-31"],
        2023: ["2022-12-31"],
    }


def test_an_act_is_data_that_the_canonical_form_can_carry() -> None:
    for act in ACTS:
        for value in act.values():
            items = value if isinstance(value, list) else [value]
            assert all(type(item) in {str, int, bool} for item in items)
            assert all(unicodedata.is_normalized("NFC", item) for item in items if isinstance(item, str))


def test_parsing_and_formatting_are_inverses() -> None:
    assert [format_published(parse_published(act)) for act in ACTS] == ACTS
    assert format_published(parse_published(_act())) == _act()


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        pytest.param({"calendar": "us"}, "calendar", id="another calendar"),
        pytest.param({"version": 0}, "version", id="a version below 1"),
        pytest.param({"version": True}, "version", id="a version that is a boolean"),
        pytest.param({"version": "1"}, "version", id="a version that is a text"),
        pytest.param({"year": 1949}, "year", id="a year out of bounds"),
        pytest.param({"year": 2030.0}, "year", id="a year that is a float"),
        pytest.param({"notice": " "}, "notice", id="a notice without a name"),
        pytest.param({"notice": "x" * 401}, "notice", id="a notice that is too long"),
        pytest.param({"source": None}, "source", id="no source"),
        pytest.param({"provisional": 0}, "provisional", id="provisional as a number"),
        pytest.param({"rest_days": []}, "rest_days", id="no rest day"),
        pytest.param({"rest_days": "2030-01-01"}, "rest_days", id="days that are no list"),
        pytest.param({"rest_days": ["2030-02-29"]}, "rest_days", id="a date that does not exist"),
        pytest.param({"rest_days": ["20300101"]}, "rest_days", id="a date in another form"),
        pytest.param({"rest_days": ["2030-01-01\n"]}, "rest_days", id="a date with a line break"),
        pytest.param({"rest_days": ["２０３０-01-01"]}, "rest_days", id="a date in full-width digits"),
        pytest.param({"rest_days": [20300101]}, "rest_days", id="a date that is a number"),
        pytest.param({"rest_days": ["2030-01-02", "2030-01-01"]}, "rest_days", id="days out of order"),
        pytest.param({"rest_days": ["2030-01-01", "2030-01-01"]}, "rest_days", id="a day repeated"),
        pytest.param({"rest_days": ["2029-11-30"]}, "rest_days", id="a day of the year before"),
        pytest.param({"rest_days": ["2031-02-01"]}, "rest_days", id="a day of the year after"),
        pytest.param({"rest_days": [f"2030-01-{n:02}" for n in range(1, 32)] * 7}, "rest_days", id="too many days"),
        pytest.param({"make_up_days": ["2030-01-02"]}, "make_up_days", id="a make-up day on a Wednesday"),
        pytest.param(
            {"rest_days": ["2030-01-05"], "make_up_days": ["2030-01-05"]}, "make_up_days", id="both off and worked"
        ),
        pytest.param({"provisional": True}, "make_up_days", id="a guessed make-up day"),
        pytest.param({"weather": "fair"}, "unknown", id="an unknown field"),
    ],
)
def test_a_table_that_is_not_lawful_is_refused_naming_the_field(changes: dict[str, Any], field: str) -> None:
    with pytest.raises(CalendarRefused) as refused:
        parse_published(_act(**changes))
    assert refused.value.field == field
    assert field in refused.value.message_en
    assert field in refused.value.message_zh
    assert pickle.loads(pickle.dumps(refused.value)).args == refused.value.args


@pytest.mark.parametrize("field", sorted(_act()))
def test_a_table_that_lacks_a_field_is_refused(field: str) -> None:
    act = _act()
    del act[field]
    with pytest.raises(CalendarRefused, match="is missing") as refused:
        parse_published(act)
    assert refused.value.field == field


def test_an_amendment_is_known_from_its_entry_on_and_the_past_stays_answerable() -> None:
    calendars = NEW_CALENDARS.apply(7, _find(2020, 1)).apply(90, _find(2020, 2))
    before, after = calendars.as_known(89), calendars.as_known(90)
    assert before.roll(date(2020, 1, 30)) == date(2020, 1, 31)
    assert after.roll(date(2020, 1, 30)) == date(2020, 2, 3)
    assert before.is_working_day(date(2020, 2, 1))
    assert after.is_rest_day(date(2020, 2, 1))
    assert (before.version, after.version) == (1, 2)
    assert calendars.as_known(7) == before
    assert calendars.as_known(10**9) == calendars.latest == after


def test_before_any_act_nothing_is_known_but_weekends() -> None:
    calendars = NEW_CALENDARS.apply(7, _find(2020, 1))
    unknown = calendars.as_known(6)
    assert unknown.version == 0
    assert unknown.provisional(date(2020, 1, 24))
    assert unknown.is_working_day(date(2020, 1, 24))


def test_the_labour_day_of_2019_was_one_day_until_it_was_four() -> None:
    calendars = NEW_CALENDARS.apply(1, _find(2019, 1)).apply(2, _find(2019, 2))
    rolled = [calendars.as_known(index).roll(date(2019, 5, 1)) for index in (1, 2)]
    assert rolled == [date(2019, 5, 2), date(2019, 5, 5)]
    worked = [calendars.as_known(index).is_working_day(date(2019, 4, 28)) for index in (1, 2)]
    assert worked == [False, True]


def test_the_next_years_notice_settles_the_last_week_of_the_year() -> None:
    calendars = NEW_CALENDARS.apply(1, _find(2018, 1)).apply(2, _find(2019, 1))
    last = date(2018, 12, 31)
    assert calendars.as_known(1).is_working_day(last)
    assert calendars.as_known(1).provisional(last)
    assert calendars.as_known(2).is_rest_day(last)
    assert not calendars.as_known(2).provisional(last)


def test_a_provisional_year_becomes_firm_by_its_next_version() -> None:
    notice = _act(year=2027, version=2, rest_days=["2027-01-01"], make_up_days=[])
    calendars = load_calendars().apply(500, notice)
    assert not calendars.latest.provisional(date(2027, 3, 1))
    assert not calendars.latest.provisional(date(2026, 12, 31))
    assert calendars.as_known(499).provisional(date(2026, 12, 31))


@pytest.mark.parametrize(
    ("act", "field"),
    [
        pytest.param(_find(2026, 1), "version", id="a version published already"),
        pytest.param(_find(2026, 1) | {"version": 3}, "version", id="a version skipped"),
        pytest.param(_act(version=2), "version", id="a year that starts with its second version"),
        pytest.param(
            _find(2026, 1) | {"version": 2, "make_up_days": [], "provisional": True},
            "provisional",
            id="a published year made provisional again",
        ),
    ],
)
def test_a_table_that_cannot_follow_is_refused(act: dict[str, Any], field: str) -> None:
    calendars = load_calendars()
    with pytest.raises(CalendarRefused) as refused:
        calendars.apply(100, act)
    assert refused.value.field == field
    assert calendars == load_calendars()


def test_acts_are_taken_in_by_ascending_index() -> None:
    calendars = NEW_CALENDARS.apply(7, _find(2020, 1))
    with pytest.raises(ValueError, match="ascending"):
        calendars.apply(7, _find(2020, 2))


def test_where_two_notices_name_a_day_the_later_prevails() -> None:
    worked = _act(year=2029, version=1, rest_days=["2029-01-01"], make_up_days=["2029-12-30"])
    off = _act(year=2030, version=1, rest_days=["2029-12-30"], make_up_days=[])
    calendars = NEW_CALENDARS.apply(1, worked).apply(2, off)
    assert calendars.as_known(1).is_working_day(date(2029, 12, 30))
    assert calendars.as_known(2).is_rest_day(date(2029, 12, 30))
    notice = calendars.latest.notice_for(date(2029, 12, 30))
    assert notice is not None
    assert notice.year == 2030
