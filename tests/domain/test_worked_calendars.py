"""A calendar notice that comes late: open due days move, and what was known at the position before stays as it was.

The reckoning is by hand from the articles, as in `test_worked_examples.py`; positions are log indices.
"""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from domain.calendar_notices import published_acts
from domain.clock import Clock
from domain.due import due_on, end_of_day, is_overdue, standing
from domain.reference import Reference, check_reference, fold_reference
from tests.domain.city import CITY, REGISTRAR, Story, event_of

NOTICE = 2000
"""The place of the late notice in the log; every act of the stories stands before it."""


def _published(reference: Reference, year: int, index: int, **changed: Any) -> Reference:
    """The reference after the notice of one year was entered at this place of the log."""
    public = {**next(act for act in published_acts() if act["year"] == year), **changed}
    event = event_of("calendar.published.v1", public, REGISTRAR, stream="calendar", index=index)
    check_reference(reference, event)
    return fold_reference(reference, event)


# The ledger knows the notice of 2025 in time, and that of 2026 only late: until then 2026 is guessed by weekends.
BEFORE = _published(CITY, 2025, 300)
AFTER = _published(BEFORE, 2026, NOTICE)


def _clock(name: str, on: str, *, transferred: bool = False) -> Clock:
    story = Story().registered("bureau" if transferred else "housing", on)
    story = story.transferred("housing", on) if transferred else story.accepted(on)
    return story.clock(name)


@pytest.mark.parametrize(
    ("clock", "guessed", "noticed"),
    [
        # 34, Civil Code 203: accepted 2 March 2026 + 60 = Friday 1 May. By weekends alone a working day; by the notice
        # Labour Day rests from 1 to 5 May, so it is due on Wednesday the 6th.
        pytest.param(_clock("HANDLE", "2026-03-02"), "2026-05-01", "2026-05-06", id="HANDLE past Labour Day"),
        # 34: accepted 10 March 2026 + 60 = Saturday 9 May. By weekends alone to Monday the 11th; by the notice that
        # Saturday is worked for Labour Day, and the day stays.
        pytest.param(_clock("HANDLE", "2026-03-10"), "2026-05-11", "2026-05-09", id="HANDLE on a made-up Saturday"),
        # 34: accepted 16 March 2026 + 60 = Friday 15 May, a working day by either.
        pytest.param(_clock("HANDLE", "2026-03-16"), "2026-05-15", "2026-05-15", id="HANDLE that does not move"),
        # 23(3), five working days: received Monday 28 September 2026. By weekends alone 29, 30, 1, 2 and Monday
        # 5 October; by the notice 29, 30, rest 1 to 7, then 8, 9 and the made-up Saturday the 10th.
        pytest.param(
            _clock("OBJECT", "2026-09-28", transferred=True), "2026-10-05", "2026-10-10", id="OBJECT over National Day"
        ),
    ],
)
def test_a_late_notice_moves_open_due_days_and_not_what_was_known_before(
    clock: Clock, guessed: str, noticed: str
) -> None:
    before, after = date.fromisoformat(guessed), date.fromisoformat(noticed)
    assert due_on(clock, BEFORE.calendars) == (before, True)
    assert due_on(clock, AFTER.calendars) == (after, False)
    # As known at the position before the notice, the ledger still answers what it answered then.
    assert due_on(clock, AFTER.calendars, known_at=NOTICE - 1) == (before, True)
    assert due_on(clock, AFTER.calendars, known_at=NOTICE) == (after, False)


def test_an_office_is_not_overdue_over_a_holiday_that_the_ledger_learned_of_late_and_was_as_known_then() -> None:
    # Accepted 2 March 2026: by weekends due on 1 May, by the notice on 6 May. On 5 May it was overdue as known then.
    clock, day = _clock("HANDLE", "2026-03-02"), end_of_day(date(2026, 5, 5))
    then = due_on(clock, AFTER.calendars, known_at=NOTICE - 1)[0]
    assert standing(clock, then, day).status == "overdue"
    assert not is_overdue(clock, AFTER.calendars, day)
    assert not is_overdue(clock, AFTER.calendars, end_of_day(date(2026, 5, 6)))
    assert is_overdue(clock, AFTER.calendars, end_of_day(date(2026, 5, 7)))


def test_a_closed_clock_stays_judged_by_the_calendar_that_was_known_when_it_closed() -> None:
    # Accepted 2 March 2026, served on Monday 4 May: late by the calendar of the day, and the notice pardons nothing.
    story = Story().registered("housing", "2026-03-02").accepted("2026-03-02").opined("2026-04-30").served("2026-05-04")
    clock = story.clock("HANDLE")
    due, provisional = due_on(clock, AFTER.calendars)
    assert (due, provisional) == (date(2026, 5, 1), True)
    assert standing(clock, due, end_of_day(date(2026, 5, 4))) == ("met_late", 3)
