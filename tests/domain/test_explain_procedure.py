"""A case transferred twice, objected to, extended, reviewed and re-reviewed with a hearing explains every clock."""

from __future__ import annotations

from datetime import date

import pytest

from domain.due import end_of_day
from domain.explain import ClockExplanation, explain
from tests.domain.city import CALENDARS, Story, officer, petitioner

AS_OF = end_of_day(date(2026, 10, 30))


def _long_story() -> Story:
    story = Story().submitted("bureau", "2026-01-05").registered("bureau", "2026-01-05", channel="online")
    story.transferred("district", "2026-01-06").transferred("roads", "2026-01-07")
    story.act("objected", "2026-01-09", objection="not_competent")
    story.act("return_approved", "2026-01-12", officer("district"))
    story.transferred("office", "2026-01-13").notified("2026-01-15").accepted("2026-01-20")
    story.act("extended", "2026-03-10", days=20, because="complicated")
    story.opined("2026-04-01").served("2026-04-02")
    story.act("review_requested", "2026-04-20", petitioner(), to_office="department", way="key")
    story.act("review_decided", "2026-05-10", decision="uphold").act("review_served", "2026-05-12", means="post")
    story.act("recheck_requested", "2026-06-01", petitioner(), to_office="ministry", way="key")
    story.act("hearing_opened", "2026-06-15", stage="recheck").act("hearing_closed", "2026-06-17", stage="recheck")
    return story.act("recheck_decided", "2026-07-06", decision="uphold").act(
        "recheck_served", "2026-07-08", means="post"
    )


def _of(name: str, explained: list[ClockExplanation], segment: int = 0) -> ClockExplanation:
    found = [one for one in explained if one.clock.clock == name and not one.clock.shadow]
    return next(one for one in found if segment in (0, one.clock.segment)) if segment else found[-1]


def test_every_clock_of_a_long_case_is_explained_in_both_languages() -> None:
    explained = explain(_long_story().case, CALENDARS, AS_OF)
    names = {one.clock.clock for one in explained}
    assert names >= {"ROUTE", "NOTICE_TRANSFERRED", "OBJECT", "HANDLE", "REVIEW_REQUEST", "REVIEW_DECISION"}
    assert names >= {"RECHECK_REQUEST", "RECHECK_DECISION"}
    for one in explained:
        assert len(one.lines_zh) == len(one.lines_en) >= 5
        # A holiday's notice has its Chinese title in both languages; nothing else is left untranslated.
        english = [line for line in one.lines_en if "day off" not in line]
        assert not any("一" <= sign <= "鿿" for line in english for sign in line)
        assert one.standing.status in ("met", "met_late", "ended", "ended_late", "withdrawn", "lapsed")


@pytest.mark.parametrize(
    ("name", "zh", "en"),
    [
        pytest.param("HANDLE", "延长 20 日", "extended by 20 days", id="extension"),
        pytest.param("HANDLE", "数 80 日(含延长 20 日)", "80 calendar days", id="length with the extension"),
        pytest.param("RECHECK_DECISION", "自该日起中止计算", "stands still from that day", id="hearing opened"),
        pytest.param("RECHECK_DECISION", "不计 3 日", "3 days, the first and the last included", id="hearing closed"),
        pytest.param("RECHECK_DECISION", "听证所占 3 日不计", "3 days of hearing", id="days excluded"),
        pytest.param("REVIEW_REQUEST", "信访人的权利,不是单位的过失", "never an office's fault", id="a right"),
        pytest.param("OBJECT", "逾期不构成过失", "no fault if it lapses", id="a window"),
        pytest.param("REVIEW_DECISION", "第 35 条", "article 35", id="the article"),
    ],
)
def test_an_explanation_tells_what_moved_the_clock(name: str, zh: str, en: str) -> None:
    one = _of(name, explain(_long_story().case, CALENDARS, AS_OF))
    assert zh in "\n".join(one.lines_zh)
    assert en in "\n".join(one.lines_en)


def test_a_replaced_segment_says_from_which_entry_it_no_longer_counts() -> None:
    story = _long_story()
    replaced = _of("RECHECK_DECISION", explain(story.case, CALENDARS, AS_OF), 1)
    hearing = next(event for event in story.events if event.action == "case.hearing_opened.v1")
    assert replaced.standing.status == "withdrawn"
    assert f"第 {hearing.index} 号" in replaced.lines_zh[-1]
    assert f"entry {hearing.index}" in replaced.lines_en[-1]


def test_an_extension_without_effect_a_suspension_and_an_open_dispute_say_so() -> None:
    late = Story().registered("housing", "2026-03-02").accepted("2026-03-02")
    late.act("extended", "2026-05-07", days=30, because="complicated")
    told = _of("HANDLE", explain(late.case, CALENDARS, end_of_day(date(2026, 5, 10))))
    assert any("不产生效果" in line for line in told.lines_zh)
    assert any("without effect" in line for line in told.lines_en)
    dispute = Story().registered("bureau", "2026-03-02").transferred("housing", "2026-03-02")
    dispute.act("objected", "2026-03-03", objection="not_competent").act(
        "dispute_recorded", "2026-03-04", with_office="roads"
    )
    told = _of("ACCEPT_DISPUTE", explain(dispute.case, CALENDARS, end_of_day(date(2026, 3, 14))))
    assert told.standing == ("open", 10)
    assert "法律没有规定日数" in "\n".join(told.lines_zh)
    assert "no number of days" in "\n".join(told.lines_en)
