"""Every clock explains itself: the whole text once, then each thing that it must not leave out."""

from __future__ import annotations

from datetime import date, datetime

import pytest

from domain.calendars import Calendars, published_acts
from domain.clocks import national_rules, published_rules, rows_digest
from domain.due import due_on, end_of_day, row_of
from domain.explain import ClockExplanation, explain, explain_clock
from tests.domain.city import CALENDARS, Story, at, service


def _only(
    story: Story, name: str, as_of: str, calendars: Calendars = CALENDARS, shadow: bool = False
) -> ClockExplanation:
    moment = end_of_day(date.fromisoformat(as_of))
    return next(
        one for one in explain(story.case, CALENDARS, moment) if one.clock.clock == name and one.clock.shadow == shadow
    )


def test_an_open_clock_is_explained_in_chinese() -> None:
    told = _only(Story().registered("housing", "2026-03-02").accepted("2026-03-02"), "HANDLE", "2026-05-01")
    assert told.lines_zh == (
        "办结期限(HANDLE,第 2 段),责任单位:housing",
        "起算:2026年3月2日(星期一)的“受理”(本件第 2 项,账本第 1002 号),当日不计入(民法典第二百零一条)",
        "规则:2022.HANDLE,信访工作条例第 34 条,60 日,适用于 2022-05-01 起施行至今;信访工作条例第三十四条:"
        "对本条例第三十一条第六项规定的信访事项应当自受理之日起60日内办结;可信度 C(已核对原文)",
        "计算:自2026年3月3日(星期二)起数 60 日,最后一日为2026年5月1日(星期五)",
        "顺延:最后一日为休息日,不计 "
        + "、".join(f"2026-05-0{day} 放假:{_notice(2026)}" for day in (1, 2, 3, 4, 5))
        + ",至2026年5月6日(星期三)(民法典第二百零三条)",
        f"日历:第 {CALENDARS.latest.version} 版,日期确定",
        "延期、中止:无",
        "届满:2026年5月6日(星期三)24时;截至2026年5月1日(星期五)剩余 5 天",
    )


def test_the_same_clock_is_explained_in_english() -> None:
    told = _only(Story().registered("housing", "2026-03-02").accepted("2026-03-02"), "HANDLE", "2026-05-08")
    assert told.lines_en[0] == "handling, from acceptance (HANDLE, segment 2), duty of: housing"
    assert told.lines_en[1].startswith('start: "accept" on 2026-03-02 (Mon) (no. 2 of the case, entry 1002)')
    assert "article 34, 60 calendar days" in told.lines_en[2]
    assert told.lines_en[3] == ("count: 60 calendar days from 2026-03-03 (Tue), the last of them 2026-05-01 (Fri)")
    assert told.lines_en[4].endswith("to 2026-05-06 (Wed) (Civil Code 203)")
    assert told.lines_en[-1] == "due: 2026-05-06 (Wed), 24:00; as of 2026-05-08 (Fri) overdue by 2 days"
    assert len(told.lines_en) == len(told.lines_zh)


def _notice(year: int) -> str:
    return next(notice.notice for notice in CALENDARS.latest.notices if notice.year == year and not notice.provisional)


@pytest.mark.parametrize(
    ("as_of", "zh", "en"),
    [
        ("2026-03-01", "尚未起算", "not started"),
        ("2026-03-17", "剩余 0 天", "0 days left"),
        ("2026-03-18", "超期 1 天", "overdue by 1 day"),
        ("2026-03-20", "以“转送”完成,超期 3 天", 'met by "transfer" on 2026-03-20 (Fri), 3 days late'),
    ],
)
def test_a_clock_tells_how_it_stood_at_any_moment(as_of: str, zh: str, en: str) -> None:
    story = Story().registered("bureau", "2026-03-02").transferred("housing", "2026-03-20")
    told = _only(story, "ROUTE", as_of)
    assert zh in told.lines_zh[-1]
    assert en in told.lines_en[-1]


def test_a_shadow_ended_by_acceptance_was_neither_met_nor_missed() -> None:
    told = _only(
        Story().registered("housing", "2026-03-02").accepted("2026-03-09"), "HANDLE", "2026-03-10", shadow=True
    )
    assert told.standing.status == "ended"
    assert "以“受理”终止,未超期" in told.lines_zh[-1]
    assert "design decision" in told.lines_en[2]


def test_late_recording_and_imports_are_told() -> None:
    story = Story().registered("housing", "2026-03-02", recorded="2026-03-20").notified("2026-03-21", "2026-04-20")
    told = _only(story, "NOTICE_DIRECT", "2026-05-01")
    assert any("起算的行为补录过迟" in line for line in told.lines_zh)
    assert any("the closing act was recorded too late" in line for line in told.lines_en)
    imported = {"channel": "mailbox", "capacity": "competent_unit", "imported": {"mapping": "b", "precision": "day"}}
    story = Story().tell("case.registered.v1", imported, service("housing"), "2018-03-02", "2026-03-20")
    assert any("importer's claim" in line for line in _only(story, "HANDLE", "2018-05-01", shadow=True).lines_en)


def test_a_date_past_the_published_calendar_is_called_provisional() -> None:
    told = _only(Story().registered("bureau", "2027-09-20"), "ROUTE", "2027-09-21")
    assert told.due.provisional
    assert any("暂定" in line for line in told.lines_zh)
    assert any("provisional" in line for line in told.lines_en)


def test_make_up_days_in_the_way_are_named() -> None:
    told = _only(Story().registered("bureau", "2025-12-17"), "ROUTE", "2026-01-01")
    assert told.made_up == (date(2026, 1, 4),)
    assert any("调休上班日:2026年1月4日(星期日)" in line for line in told.lines_zh)


def _calendars_with_late_notice(index: int) -> Calendars:
    """The packaged calendars, with a second version of 2026 that adds 17 March as a rest day, known from index on."""
    acts = published_acts()
    calendars = Calendars()
    for position, act in enumerate(acts):
        calendars = calendars.apply(position, act)
    old = next(act for act in acts if act["year"] == 2026)
    rest = sorted([*old["rest_days"], "2026-03-17"])
    return calendars.apply(index, {**old, "version": old["version"] + 1, "rest_days": rest})


def test_a_late_calendar_notice_moves_open_clocks_and_leaves_the_past_answerable() -> None:
    calendars = _calendars_with_late_notice(5000)
    clock = Story().registered("bureau", "2026-03-02").clock("ROUTE")
    assert due_on(clock, calendars) == (date(2026, 3, 18), False)
    assert due_on(clock, calendars, known_at=4999) == (date(2026, 3, 17), False)


def test_a_closed_clock_stays_judged_by_the_calendar_known_when_it_closed() -> None:
    calendars = _calendars_with_late_notice(5000)
    clock = Story().registered("bureau", "2026-03-02").transferred("housing", "2026-03-18").clock("ROUTE")
    assert due_on(clock, calendars)[0] == date(2026, 3, 17)


def test_a_length_in_working_days_is_counted_and_explained_by_them() -> None:
    # Five working days from Monday 2 February 2026 end on Monday the 9th; from Thursday the 12th the make-up
    # Saturday the 14th counts, then rest to the 23rd: 13, 14, 24, 25, 26 February.
    rows = [
        {**row, "length": 5, "day_kind": "working"} if row["id"] == "2022.ROUTE" else row
        for row in published_rules()["rows"]
    ]
    rules = national_rules().apply(500, "working", rows_digest(rows), rows)
    story = Story()
    story.reference = story.reference._replace(rules=rules)
    clock = story.registered("bureau", "2026-02-12").clock("ROUTE")
    assert clock.key_day == clock.start_day == date(2026, 2, 12)
    assert due_on(clock, CALENDARS, rules) == (date(2026, 2, 26), False)
    told = explain_clock(clock, CALENDARS, datetime.fromisoformat(at("2026-02-20")), rules)
    assert told.made_up == (date(2026, 2, 14),)
    assert [day.on.day for day in told.skipped] == [15, 16, 17, 18, 19, 20, 21, 22, 23]
    assert "5 个工作日" in told.lines_zh[3]
    assert "不计入的休息日" in told.lines_zh[4]
    assert row_of(clock, rules).length == 5


def test_where_weekends_do_not_roll_the_explanation_says_so() -> None:
    rows = [{**row, "weekends_roll": False} if row["table"] == "clock" else row for row in published_rules()["rows"]]
    rules = national_rules().apply(500, "strict", rows_digest(rows), rows)
    story = Story()
    story.reference = story.reference._replace(rules=rules)
    clock = story.registered("bureau", "2026-03-06").clock("ROUTE")
    assert due_on(clock, CALENDARS, rules)[0] == date(2026, 3, 21)
    told = explain_clock(clock, CALENDARS, end_of_day(date(2026, 3, 10)), rules)
    assert "周末不顺延(政策数据)" in told.lines_zh
