"""Worked examples of the whole procedure: due days by hand from the articles, beside what the clocks say.

Each comment is the reckoning: the day of the starting act is not counted (Civil Code 201), the length is added,
extensions and hearing days too, and a last day of rest moves to the next working day (203). Working days follow
each year's notice of the State Council, make-up days included.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest

from domain.clock import Clock
from domain.due import due_on
from tests.domain.city import CALENDARS, Story, officer, petitioner

Tell = Callable[[], Clock]
HEARD = {"stage": "recheck"}


def _object(on: str) -> Tell:
    return lambda: Story().registered("bureau", on).transferred("housing", on).clock("OBJECT")


def _assigned(on: str, due: str) -> Story:
    public = {"to_office": "housing", "basis": "22_1", "capacity": "competent_unit", "report_due_on": due}
    return Story().registered("bureau", on).act("assigned", on, **public)


def _report(on: str, due: str, *more: tuple[str, int]) -> Tell:
    def tell() -> Clock:
        story = _assigned(on, due)
        for day, days in more:
            story.act("report_extended", day, officer("bureau", "head"), days=days)
        return story.clock("ASSIGNED_REPORT")

    return tell


def _handle(on: str, *more: tuple[str, int]) -> Tell:
    def tell() -> Clock:
        story = Story().registered("housing", on).accepted(on)
        for day, days in more:
            story.act("extended", day, days=days, because="complicated")
        return story.clock("HANDLE")

    return tell


def served(on: str) -> Story:
    """An opinion of the lowest office, served on a day."""
    story = Story().submitted("office", on).registered("office", on, channel="online")
    return story.accepted(on).opined(on).served(on)


def _asks(on: str) -> Tell:
    return lambda: served(on).clock("REVIEW_REQUEST")


def reviewing(on: str) -> Story:
    """A review requested on a day."""
    return served(on).act("review_requested", on, petitioner(), to_office="department", way="key")


def reviewed(on: str) -> Story:
    """A review opinion served on a day."""
    return reviewing(on).act("review_decided", on, decision="uphold").act("review_served", on, means="post")


def rechecking(on: str) -> Story:
    """A re-review requested on a day."""
    story = reviewed(on)
    return story.act("recheck_requested", on, petitioner(), to_office="ministry", way="key")


def _recheck(on: str, *hearings: tuple[str, str]) -> Tell:
    def tell() -> Clock:
        story = rechecking(on)
        for first, last in hearings:
            story.act("hearing_opened", first, **HEARD).act("hearing_closed", last, **HEARD)
        return story.clock("RECHECK_DECISION")

    return tell


def _simple(on: str, *, accept: str = "") -> Tell:
    def tell() -> Clock:
        story = Story().registered("housing", on).act("simplified", on, ground="clear")
        return story.accepted(accept).clock("SIMPLIFIED_OPINION") if accept else story.clock("SIMPLIFIED_ACCEPT")

    return tell


EXAMPLES = [
    # 23(3): received Monday 2 March 2026; 3, 4, 5, 6 and Monday 9 March are the five working days.
    pytest.param(_object("2026-03-02"), "2026-03-09", id="OBJECT over one weekend"),
    # 23(3): Friday 6 March 2026; Monday 9 to Friday 13 March.
    pytest.param(_object("2026-03-06"), "2026-03-13", id="OBJECT from a Friday"),
    # 23(3): Saturday 7 March 2026; counted from the day after, the first working day is Monday the 9th; to the 13th.
    pytest.param(_object("2026-03-07"), "2026-03-13", id="OBJECT from a Saturday"),
    # 23(3): Monday 28 September 2026; 29 and 30, rest 1 to 7 October, then 8, 9 and the made-up Saturday the 10th.
    pytest.param(_object("2026-09-28"), "2026-10-10", id="OBJECT over National Day to a made-up Saturday"),
    # 23(3): Thursday 12 February 2026; 13, made-up Saturday 14, rest 15 to 23, then 24, 25 and 26 February.
    pytest.param(_object("2026-02-12"), "2026-02-26", id="OBJECT over the Spring Festival"),
    # 23(3): Thursday 31 December 2025; rest 1 to 3 January, made-up Sunday the 4th, then 5, 6, 7 and 8 January 2026.
    pytest.param(_object("2025-12-31"), "2026-01-08", id="OBJECT over the year's end with a made-up Sunday"),
    # 23(3): Friday 20 September 2024; Monday 23 to Friday 27 September.
    pytest.param(_object("2024-09-20"), "2024-09-27", id="OBJECT in 2024"),
    # 23(3), first day of the law: Sunday 1 May 2022; rest to the 4th, then 5, 6, made-up Saturday 7, 9 and 10 May.
    pytest.param(_object("2022-05-01"), "2022-05-10", id="OBJECT on the first day of the law of 2022"),
    # 22(3): the assignment sets Friday 15 May 2026.
    pytest.param(_report("2026-03-02", "2026-05-15"), "2026-05-15", id="ASSIGNED_REPORT as set"),
    # 22(3): it sets Saturday 16 May 2026, the last day of a period: to Monday the 18th (203).
    pytest.param(_report("2026-03-02", "2026-05-16"), "2026-05-18", id="ASSIGNED_REPORT off a Saturday"),
    # 22(3): it sets Saturday 9 May 2026, made up for Labour Day; it stays.
    pytest.param(_report("2026-03-02", "2026-05-09"), "2026-05-09", id="ASSIGNED_REPORT on a made-up Saturday"),
    # 22(3): 15 April 2026, and the assigner consents on the 10th to 20 days more: 5 May is rest; to Wednesday the 6th.
    pytest.param(_report("2026-03-02", "2026-04-15", ("2026-04-10", 20)), "2026-05-06", id="ASSIGNED_REPORT extended"),
    # 2005 regulation, 21(1)(4): set to Sunday 10 April 2022; to Monday the 11th.
    pytest.param(_report("2022-03-01", "2022-04-10"), "2022-04-11", id="ASSIGNED_REPORT under the law of 2005"),
    # 34: accepted 2 March 2026 + 60 = 1 May, to the 6th; 30 more on 20 April: raw Sunday 31 May, to Monday 1 June.
    pytest.param(_handle("2026-03-02", ("2026-04-20", 30)), "2026-06-01", id="HANDLE extended by 30"),
    # The same, extended on 6 May itself, the rolled last day: still in time.
    pytest.param(_handle("2026-03-02", ("2026-05-06", 30)), "2026-06-01", id="HANDLE extended on the rolled last day"),
    # The same, extended on 7 May: too late; due stays 6 May.
    pytest.param(_handle("2026-03-02", ("2026-05-07", 30)), "2026-05-06", id="HANDLE extended a day late"),
    # 34: 10 + 15 days in two steps: 1 May + 25 = Tuesday 26 May.
    pytest.param(
        _handle("2026-03-02", ("2026-04-20", 10), ("2026-05-08", 15)), "2026-05-26", id="HANDLE extended in two steps"
    ),
    # 34: 10 days to Monday 11 May, then 15 more on 12 May: too late, due stays 11 May.
    pytest.param(
        _handle("2026-03-02", ("2026-04-20", 10), ("2026-05-12", 15)), "2026-05-11", id="HANDLE second step too late"
    ),
    # 2005 regulation, 33: accepted 30 April 2022 + 60 = 29 June; 30 more on 20 June = Friday 29 July (law of start).
    pytest.param(_handle("2022-04-30", ("2022-06-20", 30)), "2022-07-29", id="HANDLE of 2005 extended under 2022"),
    # 34: accepted 3 November 2025 + 60 = Friday 2 January 2026, rest to the 3rd; Sunday the 4th is made up.
    pytest.param(_handle("2025-11-03"), "2026-01-04", id="HANDLE over the year's end to a made-up Sunday"),
    # 34: accepted 31 December 2023 + 60: 31 days of January, then 29 is Thursday 29 February 2024.
    pytest.param(_handle("2023-12-31"), "2024-02-29", id="HANDLE to a leap day"),
    # 35: written reply 2 March 2026 + 30 = Wednesday 1 April.
    pytest.param(_asks("2026-03-02"), "2026-04-01", id="REVIEW_REQUEST plain"),
    # 35: 5 March 2026 + 30 = Saturday 4 April, Tomb-Sweeping rest to Monday the 6th; to Tuesday the 7th.
    pytest.param(_asks("2026-03-05"), "2026-04-07", id="REVIEW_REQUEST past Tomb-Sweeping"),
    # 2005 regulation, 34: 15 April 2022 + 30 = Sunday 15 May; to Monday the 16th.
    pytest.param(_asks("2022-04-15"), "2022-05-16", id="REVIEW_REQUEST under the law of 2005"),
    # 35: request received 16 March 2026 + 30 = Wednesday 15 April.
    pytest.param(lambda: reviewing("2026-03-16").clock("REVIEW_DECISION"), "2026-04-15", id="REVIEW_DECISION plain"),
    # 35: 11 September 2026 + 30 = Sunday 11 October; to Monday the 12th.
    pytest.param(
        lambda: reviewing("2026-09-11").clock("REVIEW_DECISION"), "2026-10-12", id="REVIEW_DECISION, a Sunday"
    ),
    # 36(1): review opinion 16 March 2026 + 30 = Wednesday 15 April.
    pytest.param(lambda: reviewed("2026-03-16").clock("RECHECK_REQUEST"), "2026-04-15", id="RECHECK_REQUEST plain"),
    # 36(1): 1 April 2026 + 30 = 1 May, rest to the 5th; to Wednesday the 6th.
    pytest.param(
        lambda: reviewed("2026-04-01").clock("RECHECK_REQUEST"), "2026-05-06", id="RECHECK_REQUEST, Labour Day"
    ),
    # 36(1): request 1 June 2026 + 30 = Wednesday 1 July.
    pytest.param(_recheck("2026-06-01"), "2026-07-01", id="RECHECK_DECISION without a hearing"),
    # 36(2): hearing 15 to 17 June: three days do not count; 1 July + 3 = Saturday the 4th, to Monday the 6th.
    pytest.param(_recheck("2026-06-01", ("2026-06-15", "2026-06-17")), "2026-07-06", id="RECHECK_DECISION, three days"),
    # 36(2): hearing on 15 June alone: one day; Thursday 2 July.
    pytest.param(_recheck("2026-06-01", ("2026-06-15", "2026-06-15")), "2026-07-02", id="RECHECK_DECISION, one day"),
    # 36(2): hearing from the day of the request to 3 June: the 1st was not counted anyway; two days; Friday 3 July.
    pytest.param(
        _recheck("2026-06-01", ("2026-06-01", "2026-06-03")), "2026-07-03", id="RECHECK_DECISION, hearing at once"
    ),
    # 36(2): hearings 8 to 9 June and 22 to 26 June: 2 + 5 days; 1 July + 7 = Wednesday 8 July.
    pytest.param(
        _recheck("2026-06-01", ("2026-06-08", "2026-06-09"), ("2026-06-22", "2026-06-26")),
        "2026-07-08",
        id="RECHECK_DECISION, two hearings",
    ),
    # 36(2): a hearing opened on 2 July, after the last day, excludes nothing; Wednesday 1 July.
    pytest.param(_recheck("2026-06-01", ("2026-07-02", "2026-07-10")), "2026-07-01", id="RECHECK_DECISION, too late"),
    # 36(2): hearing from 28 June over the due day to 3 July: 28, 29, 30, 1, 2, 3 are six days; Tuesday 7 July.
    pytest.param(
        _recheck("2026-06-01", ("2026-06-28", "2026-07-03")), "2026-07-07", id="RECHECK_DECISION, across its last day"
    ),
    # 2005 regulation, 35(2): request 8 April 2022, hearing 5 to 6 May: 8 May + 2 = Tuesday 10 May.
    pytest.param(_recheck("2022-04-08", ("2022-05-05", "2022-05-06")), "2022-05-10", id="RECHECK_DECISION of 2005"),
    # 2016 trial rule: received Friday 6 March 2026: 9, 10, 11 March.
    pytest.param(_simple("2026-03-06"), "2026-03-11", id="SIMPLIFIED_ACCEPT over a weekend"),
    # 2016 trial rule: received Wednesday 30 September 2026; rest to 7 October, then 8, 9, made-up Saturday 10.
    pytest.param(_simple("2026-09-30"), "2026-10-10", id="SIMPLIFIED_ACCEPT over National Day"),
    # 2016 trial rule: accepted Monday 9 March 2026: 10 to 13, 16 to 20, and Monday 23 March.
    pytest.param(_simple("2026-03-06", accept="2026-03-09"), "2026-03-23", id="SIMPLIFIED_OPINION over two weekends"),
    # 2016 trial rule: accepted 28 April 2026: 29, 30, rest to 5 May, 6, 7, 8, made-up Saturday 9, 11, 12, 13, 14 May.
    pytest.param(_simple("2026-04-27", accept="2026-04-28"), "2026-05-14", id="SIMPLIFIED_OPINION over Labour Day"),
]


@pytest.mark.parametrize(("tell", "due"), EXAMPLES)
def test_a_clock_of_the_procedure_is_due_on_the_day_that_the_article_gives(tell: Tell, due: str) -> None:
    assert due_on(tell(), CALENDARS) == (date.fromisoformat(due), False)


def test_there_are_at_least_forty_worked_examples() -> None:
    assert len(EXAMPLES) >= 40
