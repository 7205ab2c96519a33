"""Worked examples: due days computed by hand from the articles, beside what the clocks say.

Each row's comment is the reckoning: the day of the starting act is not counted (Civil Code 201), the
length of the article is added, and a last day of rest moves to the next working day (203).
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest

from domain.due import due_on, end_of_day, is_overdue
from tests.domain.city import CALENDARS, Story

Tell = Callable[[str], Story]


def _route(on: str) -> Story:
    return Story().registered("bureau", on)


def _route_online(on: str) -> Story:
    return Story().submitted("bureau", on)


def _direct(on: str) -> Story:
    return Story().registered("housing", on)


def _transferred(on: str) -> Story:
    return Story().registered("bureau", on).transferred("housing", on)


def _handle(on: str) -> Story:
    return Story().registered("housing", on).accepted(on)


EXAMPLES = [
    # 22(1): received Monday 2 March 2026; counted from the 3rd; the 15th day is Tuesday 17 March, a working day.
    pytest.param(_route, "ROUTE", False, "2026-03-02", "2026-03-17", "2026-03-17", id="ROUTE on plain days"),
    # 22(1): Friday 6 March 2026 + 15 = Saturday 21 March; the weekend moves it to Monday 23 March.
    pytest.param(_route, "ROUTE", False, "2026-03-06", "2026-03-21", "2026-03-23", id="ROUTE off a Saturday"),
    # 22(1): Saturday 7 March 2026 + 15 = Sunday 22 March; to Monday 23 March.
    pytest.param(_route, "ROUTE", False, "2026-03-07", "2026-03-22", "2026-03-23", id="ROUTE off a Sunday"),
    # 22(1): 16 September 2026 + 15 = 1 October, National Day to the 7th; to Thursday 8 October.
    pytest.param(_route, "ROUTE", False, "2026-09-16", "2026-10-01", "2026-10-08", id="ROUTE past National Day"),
    # 22(1): 5 September 2026 + 15 = Sunday 20 September, which 2026's notice makes a working day; it stays.
    pytest.param(
        _route, "ROUTE", False, "2026-09-05", "2026-09-20", "2026-09-20", id="ROUTE stays on a make-up Sunday"
    ),
    # 22(1), filed online 14 February 2024 + 15 = 29 February (leap year), a Thursday.
    pytest.param(_route_online, "ROUTE", False, "2024-02-14", "2024-02-29", "2024-02-29", id="ROUTE on a leap day"),
    # 22(1): 17 December 2025 + 15 = 1 January 2026; rest from the 1st to the 3rd, and Sunday the 4th is made up.
    pytest.param(_route, "ROUTE", False, "2025-12-17", "2026-01-01", "2026-01-04", id="ROUTE over the year's end"),
    # 2005 regulation, 21(1): 1 April 2022 + 15 = Saturday 16 April 2022; to Monday the 18th.
    pytest.param(_route, "ROUTE", False, "2022-04-01", "2022-04-16", "2022-04-18", id="ROUTE under the law of 2005"),
    # 23(2): 5 January 2026 + 15 = Tuesday 20 January.
    pytest.param(_direct, "NOTICE_DIRECT", False, "2026-01-05", "2026-01-20", "2026-01-20", id="NOTICE_DIRECT plain"),
    # 23(2): 31 January 2026 + 15 = Sunday 15 February, first day of the Spring Festival rest to the 23rd; to the 24th.
    pytest.param(
        _direct, "NOTICE_DIRECT", False, "2026-01-31", "2026-02-15", "2026-02-24", id="NOTICE_DIRECT past nine days"
    ),
    # 23(2): 30 January 2026 + 15 = Saturday 14 February, made up for the Spring Festival; it stays.
    pytest.param(
        _direct, "NOTICE_DIRECT", False, "2026-01-30", "2026-02-14", "2026-02-14", id="NOTICE_DIRECT made-up Saturday"
    ),
    # 2005 regulation, 22(2): 15 April 2011 + 15 = Saturday 30 April, first day of the May rest to 2 May; to the 3rd.
    pytest.param(_direct, "NOTICE_DIRECT", False, "2011-04-15", "2011-04-30", "2011-05-03", id="NOTICE_DIRECT in 2011"),
    # 23(3): received by transfer 4 May 2022 + 15 = Thursday 19 May.
    pytest.param(
        _transferred, "NOTICE_TRANSFERRED", False, "2022-05-04", "2022-05-19", "2022-05-19", id="NOTICE_TRANSFERRED"
    ),
    # 23(3): 19 May 2022 + 15 = Friday 3 June, Dragon Boat rest from the 3rd to Sunday the 5th; to Monday the 6th.
    pytest.param(
        _transferred, "NOTICE_TRANSFERRED", False, "2022-05-19", "2022-06-03", "2022-06-06", id="past Dragon Boat"
    ),
    # 2005 regulation, 21(2): 30 April 2022 + 15 = Sunday 15 May; to Monday the 16th. The law of the start governs.
    pytest.param(
        _transferred, "NOTICE_TRANSFERRED", False, "2022-04-30", "2022-05-15", "2022-05-16", id="last day of 2005"
    ),
    # 34: accepted 2 March 2026 + 60: 29 days to 31 March, 30 to 30 April, 1 more is 1 May, rest to the 5th; to the 6th.
    pytest.param(_handle, "HANDLE", False, "2026-03-02", "2026-05-01", "2026-05-06", id="HANDLE past Labour Day"),
    # 34: 1 July 2024 + 60: 30 days to 31 July, 30 more is Friday 30 August.
    pytest.param(_handle, "HANDLE", False, "2024-07-01", "2024-08-30", "2024-08-30", id="HANDLE plain"),
    # 34: 1 January 2024 + 60: 30 to the 31st, 29 to 29 February, 1 more is Friday 1 March (leap year).
    pytest.param(_handle, "HANDLE", False, "2024-01-01", "2024-03-01", "2024-03-01", id="HANDLE over a leap February"),
    # 34: 1 January 2023 + 60: 30 to the 31st, 28 to 28 February, 2 more is Thursday 2 March.
    pytest.param(_handle, "HANDLE", False, "2023-01-01", "2023-03-02", "2023-03-02", id="HANDLE over February"),
    # 34: 10 November 2022 + 60: 20 to the 30th, 31 to 31 December, 9 more is Monday 9 January 2023.
    pytest.param(_handle, "HANDLE", False, "2022-11-10", "2023-01-09", "2023-01-09", id="HANDLE over the year's end"),
    # 2005 regulation, 33: 1 March 2022 + 60: 30 to the 31st, 30 more is Saturday 30 April, rest to 4 May; to the 5th.
    pytest.param(_handle, "HANDLE", False, "2022-03-01", "2022-04-30", "2022-05-05", id="HANDLE under the law of 2005"),
    # 34 by design decision, from receipt: 10 February 2026 + 60: 18 to the 28th, 31 to 31 March, 11 more is
    # Saturday 11 April; to Monday the 13th.
    pytest.param(_direct, "HANDLE", True, "2026-02-10", "2026-04-11", "2026-04-13", id="shadow from direct receipt"),
    # The same from the transfer: 4 August 2025 + 60: 27 to the 31st, 30 to 30 September, 3 more is 3 October,
    # National Day and Mid-Autumn rest to the 8th; to Thursday 9 October.
    pytest.param(_transferred, "HANDLE", True, "2025-08-04", "2025-10-03", "2025-10-09", id="shadow from a transfer"),
]


@pytest.mark.parametrize(("tell", "name", "shadow", "on", "raw", "due"), EXAMPLES)
def test_a_clock_is_due_on_the_day_that_the_article_gives(
    tell: Tell, name: str, shadow: bool, on: str, raw: str, due: str
) -> None:
    clock = tell(on).clock(name, shadow=shadow)
    assert clock.key_day == date.fromisoformat(raw)
    assert due_on(clock, CALENDARS) == (date.fromisoformat(due), False)


@pytest.mark.parametrize(("tell", "name", "shadow", "on", "raw", "due"), EXAMPLES)
def test_what_is_due_on_a_day_is_overdue_only_after_its_last_instant(
    tell: Tell, name: str, shadow: bool, on: str, raw: str, due: str
) -> None:
    clock = tell(on).clock(name, shadow=shadow)
    day = date.fromisoformat(due)
    assert not is_overdue(clock, CALENDARS, end_of_day(day))
    assert is_overdue(clock, CALENDARS, end_of_day(date.fromordinal(day.toordinal() + 1)))


@pytest.mark.parametrize(
    ("on", "rule"),
    [
        pytest.param("2005-05-01", "2005.ROUTE", id="first day of the law of 2005"),
        pytest.param("2022-04-30", "2005.ROUTE", id="last day of the law of 2005"),
        pytest.param("2022-05-01", "2022.ROUTE", id="first day of the law of 2022"),
        pytest.param("2022-05-01T00:00:00+08:00", "2022.ROUTE", id="midnight in civil time"),
        pytest.param("2022-04-30T16:00:00+00:00", "2022.ROUTE", id="midnight in civil time, written in UTC"),
        pytest.param("2022-04-30T15:59:59+00:00", "2005.ROUTE", id="the second before, written in UTC"),
    ],
)
def test_the_law_in_force_on_the_day_a_clock_starts_governs_it(on: str, rule: str) -> None:
    assert _route(on).clock("ROUTE").rule == rule


def test_before_the_first_regulation_no_clock_starts() -> None:
    assert _route("2005-04-30").case.clocks == ()


def test_a_due_day_beyond_the_published_calendar_is_provisional() -> None:
    clock = _handle("2027-03-01").clock("HANDLE")
    assert due_on(clock, CALENDARS)[1]
