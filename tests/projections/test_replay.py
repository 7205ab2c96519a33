"""Replay: the state after each act, what it changed, what became of the clocks, and what differs between moments."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from domain.schema import CIVIL
from projections.errors import CaseUnknown, PositionRefused
from projections.overdue import overdue
from projections.reader import Reader
from projections.replay import CaseReplay, ReplayStep, replay
from projections.replay_compare import When, compare
from projections.replay_state import state_of
from tests.projections.histories import Act, StoredRow, beginning, case_id, stored
from tests.projections.retold import filled, history, moments, retell

HISTORY = history(9, 60)
LAST = datetime(2024, 3, 1, tzinfo=CIVIL)
STREAM = f"case/{case_id(77)}"


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Reader]:
    database = filled(f"sqlite:///{tmp_path_factory.mktemp('views') / 'sundial.db'}", HISTORY)
    yield Reader(database)
    database.close()


@pytest.mark.parametrize(("as_of", "known_at", "_since"), moments(7, HISTORY, 5))
def test_a_replay_tells_what_the_domain_makes_of_every_act(
    reader: Reader, as_of: datetime, known_at: int, _since: datetime | None
) -> None:
    for case, told in retell(HISTORY, known_at).cases.items():
        found = replay(reader, case, as_of, known_at)
        happened = [one for one in told if one.at <= as_of]
        assert [step.index for step in found.steps] == [one.event.index for one in happened]
        assert set(found.not_yet) == {one.event.index for one in told} - {step.index for step in found.steps}
        if len(happened) == len(told):
            assert found.steps[-1].state == state_of(told[-1].after)
        state: dict[str, Any] = {}
        for step in found.steps:
            state = {**step.state} if not state else state | {name: after for name, (_, after) in step.changed.items()}
            assert state == step.state


@pytest.mark.parametrize(("as_of", "known_at", "_since"), moments(8, HISTORY, 6))
def test_every_overdue_clock_was_breached_in_the_replay(
    reader: Reader, as_of: datetime, known_at: int, _since: datetime | None
) -> None:
    late: dict[str, set[tuple[str, bool, str]]] = {}
    for row in overdue(reader, as_of, known_at).rows:
        late.setdefault(row.case, set()).add((row.clock, row.shadow, row.unit))
    for case, clocks in late.items():
        told = replay(reader, case, as_of, known_at)
        turns = [turn for step in told.steps for turn in step.clocks] + [*told.since]
        assert clocks <= {(turn.clock, turn.shadow, turn.unit) for turn in turns if turn.what == "breached"}


Tell = Callable[..., tuple[Reader, list[StoredRow]]]


@pytest.fixture
def tell(any_store_url: str) -> Iterator[Tell]:
    """Tell a ledger of these acts, after the founding ones with the calendars of these years."""
    opened = []

    def told(acts: list[Act], years: Sequence[int] = tuple(range(2021, 2027))) -> tuple[Reader, list[StoredRow]]:
        rows = stored([*beginning(years=years), *acts])
        opened.append(filled(any_store_url, rows))
        return Reader(opened[-1]), rows

    yield told
    for database in opened:
        database.close()


def _act(name: str, on: str, office: str = "roads", age_days: int = 0, **public: Any) -> Act:
    recorded_ms = int(datetime.fromisoformat(f"{on}T10:00:00+08:00").timestamp()) * 1000
    age_ms = age_days * 86_400_000 + 60_000
    return Act(STREAM, f"case.{name}.v1", public, office, "handler", recorded_ms, age_ms)


STORY = [
    _act("registered", "2023-03-01", channel="letter", capacity="competent_unit"),
    _act("notice_served", "2023-03-10", notice="received", means="post"),
    _act("accepted", "2023-03-13", category="31_6"),
    _act("extended", "2023-05-10", days=20, because="complicated"),
    _act("opinion_issued", "2023-06-05", outcome="explain"),
    _act("opinion_served", "2023-06-06", means="post"),
]


def _clocks(step: ReplayStep) -> list[tuple[str, str, bool]]:
    return [(turn.what, turn.clock, turn.shadow) for turn in step.clocks]


def _end_of(day: str) -> datetime:
    return datetime.fromisoformat(f"{day}T23:59:59.999+08:00")


def test_clocks_start_are_met_extended_and_run_out_beside_the_acts(tell: Tell) -> None:
    reader, rows = tell(STORY)
    told: CaseReplay = replay(reader, STREAM, _end_of("2023-08-20"))
    registered, noticed, accepted, extended, _, served = told.steps
    assert ("started", "NOTICE_DIRECT", False) in _clocks(registered)
    assert ("started", "HANDLE", True) in _clocks(registered)
    assert ("met", "NOTICE_DIRECT", False) in _clocks(noticed)
    assert ("started", "HANDLE", False) in _clocks(accepted)
    [longer] = extended.clocks
    # Accepted on 13 March, 60 days: Friday 12 May; 20 days more: Thursday 1 June.
    assert (longer.what, longer.before_on, longer.due_on) == ("extended", date(2023, 5, 12), date(2023, 6, 1))
    issued = told.steps[4]
    assert [(turn.what, turn.clock, turn.late_days) for turn in issued.clocks] == [("breached", "HANDLE", 4)]
    met = next(turn for turn in served.clocks if turn.what == "met")
    assert (met.clock, met.late_days) == ("HANDLE", 5)
    assert served.changed["state"] == ("OPINION_ISSUED", "SERVED")
    assert "office" not in served.changed
    assert [(step.idle_days, step.quiet) for step in told.steps[2:5]] == [(3, False), (58, True), (26, False)]
    assert (told.idle_days, told.quiet) == (75, False)
    assert told.steps[-1].index == len(rows) - 1


def test_a_step_whose_time_has_not_come_is_not_told_and_what_ran_out_meanwhile_is(tell: Tell) -> None:
    reader, rows = tell(STORY)
    told = replay(reader, STREAM, _end_of("2023-06-04"))
    assert [step.act for step in told.steps][-1] == "case.extended.v1"
    assert told.not_yet == (len(rows) - 2, len(rows) - 1)
    assert [(turn.what, turn.clock, turn.late_days) for turn in told.since] == [("breached", "HANDLE", 3)]
    assert (told.idle_days, told.quiet) == (25, False)
    with pytest.raises(CaseUnknown):
        replay(reader, STREAM, LAST, len(rows) - len(STORY))
    with pytest.raises(PositionRefused):
        replay(reader, STREAM, LAST, len(rows) + 1)


def test_what_differs_between_two_moments_names_the_acts_that_made_it(tell: Tell) -> None:
    reader, rows = tell(STORY)
    size, as_of = len(rows), _end_of("2023-05-20")
    found = compare(reader, STREAM, When(as_of, size - 3), When(as_of))
    assert (found.first.known_at, found.second.known_at) == (size - 3, size)
    assert (found.added, found.gone, found.fields) == ((size - 3,), (), ())
    changes = {(one.clock, one.segment): (one.first_status, one.second_status) for one in found.clocks}
    assert ("overdue", "withdrawn") in changes.values()
    assert (None, "running") in changes.values()
    later = compare(reader, STREAM, When(as_of), When(_end_of("2023-06-10")))
    assert (later.fields[0].field, later.fields[0].first, later.fields[0].second) == ("state", "ACCEPTED", "SERVED")
    assert later.fields[0].indices == (size - 2, size - 1)
    same = compare(reader, STREAM, When(as_of), When(as_of))
    assert (same.added, same.gone, same.fields, same.clocks, same.published) == ((), (), (), (), ())


def test_a_calendar_published_between_two_positions_is_named_where_it_moves_a_day(tell: Tell) -> None:
    [calendar] = [act for act in beginning(years=(2023,)) if act.stream == "calendar"]
    registered = _act("registered", "2023-01-06", channel="letter", capacity="competent_unit")
    reader, rows = tell([registered, calendar], years=(2021, 2022))
    # Registered on 6 January, 15 days: Saturday the 21st, which rolls to Monday; by the notice to Saturday the 28th.
    found = compare(reader, STREAM, When(_end_of("2023-01-25"), len(rows) - 1), When(_end_of("2023-01-25")))
    assert found.published == (len(rows) - 1,)
    notice = next(one for one in found.clocks if one.clock == "NOTICE_DIRECT")
    assert (notice.first_due_on, notice.first_status) == (date(2023, 1, 23), "overdue")
    assert (notice.second_due_on, notice.second_status) == (date(2023, 1, 28), "running")
    assert found.added == found.gone == ()


def test_an_act_recorded_late_stands_where_it_was_recorded(tell: Tell) -> None:
    late = [*STORY[:1], _act("notice_served", "2023-04-20", age_days=40, notice="received", means="post")]
    reader, _ = tell(late)
    told = replay(reader, STREAM, _end_of("2023-04-30"))
    step = told.steps[1]
    assert step.late_recorded
    assert step.at - step.claimed_at >= timedelta(days=40)
    assert [(turn.what, turn.late_days) for turn in step.clocks if turn.clock == "NOTICE_DIRECT"] == [
        ("breached", 35),
        ("met", 35),
    ]
