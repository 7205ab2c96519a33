"""Effective time: the claimed moment if it was written down in time, else the recording, and flagged."""

from __future__ import annotations

import ast
from dataclasses import fields
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from audit.entry import MAX_RECORDED_AT
from domain import effective
from domain.due import due_on, end_of_day, standing
from domain.effective import effective_time, from_unix_ms, stands_until, unix_ms
from domain.events import read_event
from tests.domain.city import CALENDARS, Story, at, event_of, ms, officer, service

SERVED = ("case.opinion_served.v1", {"means": "post"})
REPLIED = ("case.replied.v1", {"means": "post"})
LATE_INDEX = 10_000  # after every packaged calendar

# Reckoned by hand: the lag is counted in working days after the claimed day, to 24:00 of the last.
EXAMPLES = [
    pytest.param(REPLIED, "2026-03-02", "2026-03-02T09:00:00+08:00", False, id="at once"),
    pytest.param(REPLIED, "2026-03-02", "2026-03-03T23:59:59+08:00", False, id="by the end of the next working day"),
    pytest.param(REPLIED, "2026-03-02", "2026-03-04T00:00:00+08:00", True, id="one second later"),
    # Friday 6 March: the next working day is Monday the 9th.
    pytest.param(REPLIED, "2026-03-06", "2026-03-09T18:00:00+08:00", False, id="over a weekend"),
    pytest.param(REPLIED, "2026-03-06", "2026-03-10T00:00:00+08:00", True, id="too late over a weekend"),
    # Wednesday 30 September 2026: rest to the 7th, the next working day is Thursday 8 October.
    pytest.param(REPLIED, "2026-09-30", "2026-10-08T12:00:00+08:00", False, id="over National Day"),
    # Friday 18 September 2026: Sunday the 20th is a make-up working day, so that is the last.
    pytest.param(REPLIED, "2026-09-18", "2026-09-20T12:00:00+08:00", False, id="by a make-up Sunday"),
    pytest.param(REPLIED, "2026-09-18", "2026-09-21T09:00:00+08:00", True, id="after a make-up Sunday"),
    # Proof of service has five working days: Monday 2 March to Monday 9 March.
    pytest.param(SERVED, "2026-03-02", "2026-03-09T20:00:00+08:00", False, id="service within five working days"),
    pytest.param(SERVED, "2026-03-02", "2026-03-10T00:00:00+08:00", True, id="service after five working days"),
]


@pytest.mark.parametrize(("act", "claimed", "recorded", "late"), EXAMPLES)
def test_an_act_counts_from_its_claimed_time_only_within_the_lag(
    act: tuple[str, dict[str, Any]], claimed: str, recorded: str, late: bool
) -> None:
    event = event_of(*act, officer("housing"), claimed=claimed, recorded=recorded, index=LATE_INDEX)
    assert event.late_recorded is late
    assert event.effective_at.isoformat() == (recorded if late else at(claimed))
    assert event.claimed_at.isoformat() == at(claimed)


MOMENTS = (
    "2026-03-02T08:59:59+08:00",
    "2026-03-02T09:00:00+08:00",
    "2026-03-02T20:00:00+08:00",
    "2026-03-05T09:00:00+08:00",
)


@pytest.mark.parametrize("recorded", MOMENTS)
@pytest.mark.parametrize("later", MOMENTS)
def test_an_act_stands_at_a_later_recording_only_if_nothing_but_the_recording_differs(
    recorded: str, later: str
) -> None:
    told = event_of(*REPLIED, officer("housing"), claimed="2026-03-02", recorded=recorded, index=LATE_INDEX)
    now = event_of(*REPLIED, officer("housing"), claimed="2026-03-02", recorded=later, index=LATE_INDEX)
    stands = told.recorded_at_ms <= now.recorded_at_ms <= stands_until(told)
    if stands:
        assert [field.name for field in fields(now) if getattr(now, field.name) != getattr(told, field.name)] in (
            [],
            ["recorded_at_ms"],
        )
    same_day = ("2026-03-02T09:00:00+08:00", "2026-03-02T20:00:00+08:00")
    assert stands is (recorded in same_day and later in same_day and recorded <= later)


DECADES = (*MOMENTS, "2036-03-05T09:00:00+08:00")


@pytest.mark.parametrize("recorded", DECADES)
@pytest.mark.parametrize("later", DECADES)
def test_an_imported_act_stands_at_every_later_recording_once_its_time_has_come(recorded: str, later: str) -> None:
    public = {**REPLIED[1], "imported": {"mapping": "message-board", "precision": "day"}}
    told, now = (
        event_of(REPLIED[0], public, service("housing"), claimed="2026-03-02", recorded=moment, index=LATE_INDEX)
        for moment in (recorded, later)
    )
    stands = told.recorded_at_ms <= now.recorded_at_ms <= stands_until(told)
    assert stands is (MOMENTS[1] <= recorded <= later)
    differ = [field.name for field in fields(now) if getattr(now, field.name) != getattr(told, field.name)]
    assert not stands or differ in ([], ["recorded_at_ms"])
    assert stands_until(told) in (0, effective.LAST_MS)
    assert effective.LAST_MS == MAX_RECORDED_AT


def test_no_rule_but_that_of_corrections_reads_the_moment_of_recording() -> None:
    readers = {
        path.name
        for path in Path(effective.__file__).parent.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Attribute) and node.attr in ("recorded_at", "recorded_at_ms")
    }
    assert readers == {"clock_changes.py", "review_rules.py", "schema.py"}
    correction = "case.corrected.v1"
    assert {correction} == effective.READS_RECORDING
    public = {"seq": 1, "act": "case.replied.v1", "field": "time", "to": at("2026-03-02")}
    assert stands_until(event_of(correction, public, officer("housing"))) == 0


def test_an_act_claimed_for_the_future_counts_from_its_recording() -> None:
    event = event_of(*REPLIED, officer("housing"), claimed="2026-03-09", recorded="2026-03-02")
    assert (event.effective_at.isoformat(), event.late_recorded) == (at("2026-03-02"), False)


def test_an_imported_act_keeps_the_files_time_however_old() -> None:
    public = {"means": "online", "imported": {"mapping": "board", "precision": "instant"}}
    event = event_of("case.replied.v1", public, service("housing"), claimed="2012-03-09", recorded="2026-03-02")
    assert (event.effective_at.isoformat(), event.late_recorded) == (at("2012-03-09"), False)


def test_served_on_day_59_but_written_down_on_day_80_unbreaches_nothing() -> None:
    story = Story().registered("housing", "2026-03-02").accepted("2026-03-02").opined("2026-04-20")
    story.served("2026-04-30", recorded="2026-05-21")
    clock = story.clock("HANDLE")
    due, _ = due_on(clock, CALENDARS)
    assert clock.late_recorded
    assert clock.closed_at is not None
    assert clock.closed_at.isoformat() == at("2026-05-21")
    assert standing(clock, due, end_of_day(due)).status == "running"
    stands = standing(clock, due, clock.closed_at)
    assert (stands.status, stands.days) == ("met_late", 15)  # due Wednesday 6 May, counted as served on the 21st


def test_a_registration_written_down_late_starts_its_clocks_when_written_down() -> None:
    clock = Story().registered("housing", "2026-03-02", recorded="2026-03-20").clock("NOTICE_DIRECT")
    assert clock.started_late
    assert clock.start_day.isoformat() == "2026-03-20"


def test_a_calendar_published_afterwards_does_not_turn_a_prompt_act_into_a_late_one() -> None:
    claimed, recorded = datetime.fromisoformat(at("2026-09-30")), ms("2026-10-02")
    position = next(index for index, known in CALENDARS.steps if 2026 in known.firm_years)
    public = REPLIED[1]

    def late(index: int) -> bool:
        who = officer("housing")
        event = read_event(
            REPLIED[0],
            "case/0",
            1,
            index,
            *who[:4],
            who.key_id,
            at("2026-09-30"),
            recorded,
            public,
            calendars=CALENDARS,
        )
        return event.late_recorded

    assert late(position) is True  # before the notice: Thursday 1 October looked like a working day
    assert late(position + 1) is False
    assert from_unix_ms(unix_ms(claimed)) == claimed


def test_an_instant_written_in_another_zone_is_the_same_instant() -> None:
    abroad = event_of(*REPLIED, officer("housing"), claimed="2026-03-02T01:00:00+00:00", recorded="2026-03-03")
    assert abroad.effective_at == datetime.fromisoformat(at("2026-03-02"))


def test_the_time_that_counts_is_decided_by_rules_and_calendar_alone() -> None:
    class Generous:
        def lag_days(self, action: str, index: int) -> int:
            return 30

    claimed = datetime.fromisoformat(at("2026-03-02"))
    assert effective_time("x", 9, claimed, ms("2026-04-01"), False, Generous(), CALENDARS) == (claimed, False)
