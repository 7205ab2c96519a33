"""Lists of things on the tracks: each against a recount by the domain's tables, at random moments on both axes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from domain.tracks.rows import ROWS, SETTLED
from projections.conferences_answers import attendance, decisions, meetings
from projections.conferences_tasks import count_tasks, tasks
from projections.designated import designations
from projections.errors import CursorRefused, UnitUnknown
from projections.item_answers import TrackItem
from projections.reader import Reader
from projections.receptions import count_receptions, receptions
from projections.recommendations import count_recommendations, recommendations
from projections.supervision_answers import TRACKS as ALL_TRACKS
from projections.supervision_answers import count_track, track_items
from projections.supervision_assessments import assessments
from projections.supervision_mandates import campaign_lists, inspection_visits, mandates, random_inspections
from projections.supervision_queue import KINDS, count_queue, standing_queue
from tests.projections.recount_tracks import TRACKS, Turn, day_of, moments

SIZE = len(TRACKS.rows)
MOMENTS = list(moments(6, SIZE))
Lister = Callable[..., Any]


def _expected(track: str, as_of: datetime, known_at: int) -> list[tuple[Any, ...]]:
    """Of each thing: stream, the acts that opened and changed it, its state, and the days of both."""
    found = []
    for (stream, item), turns in TRACKS.of_track(track, as_of, known_at).items():
        last = turns[-1]
        found.append((stream, item, last.event.originator_version, last.after, day_of(turns[0].at)))
    return sorted(found)


@pytest.mark.parametrize("track", [track for track in ALL_TRACKS if track != "dissatisfied"])
def test_every_track_equals_a_recount_at_random_moments(tracks: Reader, track: str) -> None:
    seen: Counter[str] = Counter()
    for as_of, known_at in MOMENTS:
        rows = track_items(tracks, as_of, known_at, track=track).rows
        found = sorted((r.stream, r.item, r.seq, r.state, r.opened_on) for r in rows)
        assert found == _expected(track, as_of, known_at)
        assert all(row.settled == ((track, row.state) in SETTLED) for row in rows)
        seen.update(row.state for row in rows)
        _check_standings(tracks, as_of, known_at, track, rows)
    assert len(seen) > (track != "duty")


def _check_standings(tracks: Reader, as_of: datetime, known_at: int, track: str, rows: tuple[TrackItem, ...]) -> None:
    overdue = track_items(tracks, as_of, known_at, track=track, standing="overdue").rows
    assert overdue == tuple(row for row in rows if row.overdue_days)
    done = track_items(tracks, as_of, known_at, track=track, standing="done").rows
    assert done == tuple(row for row in rows if row.done_on)
    settled = track_items(tracks, as_of, known_at, track=track, standing="settled").rows
    assert settled == tuple(row for row in rows if row.settled)
    for count in count_track(tracks, as_of, known_at, track=track).rows:
        mine = [row for row in rows if row.unit == count.unit]
        assert (count.opened, count.overdue) == (len(mine), sum(row.overdue_days > 0 for row in mine))
        assert count.open == sum(not row.settled for row in mine)
        assert (count.done, count.late) == (
            sum(row.done_on is not None for row in mine),
            sum(r.done_late for r in mine),
        )


def test_what_is_done_and_due_equals_the_acts(tracks: Reader) -> None:
    """Done on the day of the act that meets it, unless it was returned since; due as set, rolled where a clock runs."""
    for as_of, known_at in MOMENTS[:4]:
        for track in ("rectification", "instruction", "coordination"):
            of_track = TRACKS.of_track(track, as_of, known_at)
            for row in track_items(tracks, as_of, known_at, track=track).rows:
                turns = of_track[row.stream, row.item]
                assert row.returned == sum(turn.event.action.endswith("_returned.v1") for turn in turns)
                met = [turn for turn in turns if ROWS[turn.event.action].meets]
                returned = [turn for turn in turns if turn.event.action.endswith("_returned.v1")]
                done = met and (not returned or returned[-1].event.index < met[-1].event.index)
                assert row.done_on == (day_of(met[-1].at) if done else None)
                assert row.done_late == (
                    row.due_on is not None and row.done_on is not None and row.done_on > row.due_on
                )
                assert row.due_on is not None
                assert row.due_on >= _set_day(turns)
                assert row.due_on - _set_day(turns) < timedelta(days=12)


def _set_day(turns: list[Turn]) -> Any:
    return next(t.event.due_on for t in reversed(turns) if getattr(t.event, "due_on", None) is not None)


@pytest.mark.parametrize(
    ("track", "lister", "prefix"),
    [
        ("recommendation", recommendations, "case/"),
        ("meeting", meetings, "conference/"),
        ("decision", decisions, "conference/"),
        ("task", tasks, "conference/"),
        ("reception", receptions, "bulletin/"),
        ("mandate", mandates, "mandate/"),
        ("draw", random_inspections, "mandate/"),
        ("visit", inspection_visits, "mandate/"),
        ("campaign", campaign_lists, "mandate/"),
        ("scheme", assessments, "mandate/"),
    ],
)
def test_lists_with_rows_of_their_own_equal_a_recount(tracks: Reader, track: str, lister: Lister, prefix: str) -> None:
    some = 0
    for as_of, known_at in MOMENTS:
        rows = lister(tracks, as_of, known_at).rows
        found = []
        for row in rows:
            place = getattr(row, {"case/": "case", "mandate/": "mandate"}.get(prefix, "office"))
            state = getattr(row, "state", "DECIDED")
            found.append((prefix + place, getattr(row, "item", 1), state))
        assert sorted(found) == sorted((s, i, state) for s, i, _, state, _ in _expected(track, as_of, known_at))
        some += len(rows)
        assert _paged(lister, tracks, as_of, known_at) == rows
    assert some > 4


def _paged(lister: Lister, reader: Reader, as_of: datetime, known_at: int) -> tuple[Any, ...]:
    page = lister(reader, as_of, known_at, limit=4)
    rows = [*page.rows]
    while page.cursor is not None:
        page = lister(reader, as_of, known_at, limit=4, cursor=page.cursor)
        rows += page.rows
    return tuple(rows)


def test_an_assessment_says_what_was_frozen_computed_and_objected_to(tracks: Reader) -> None:
    objections = computed = 0
    for as_of, known_at in (*MOMENTS, (MOMENTS[0][0] + timedelta(days=900), SIZE)):
        of_track = TRACKS.of_track("scheme", as_of, known_at)
        for row in assessments(tracks, as_of, known_at).rows:
            turns = of_track[f"mandate/{row.mandate}", row.item]
            frozen: Any = turns[0].event
            assert [*zip(row.criteria, row.weights, strict=True)] == [*map(tuple, _weighed(frozen))]
            assert (row.from_on, row.until_on) == (frozen.from_on, frozen.until_on)
            last: Any = next((turn for turn in reversed(turns) if turn.event.action == "mandate.assessed.v1"), None)
            assert row.computed_on == (last and day_of(last.at))
            assert row.scores == (last.event.scores if last else "")
            heard: list[Any] = [turn.event for turn in turns if turn.event.action == "mandate.objection_heard.v1"]
            assert row.objections == len(heard)
            assert row.upheld == sum(one.adoption != "not_adopted" for one in heard)
            objections, computed = objections + len(heard), computed + (last is not None)
    assert objections
    assert computed


def _weighed(event: Any) -> list[tuple[str, int]]:
    return [(one.criterion, one.weight) for one in event.criteria]


def test_who_was_designated_equals_the_directory(tracks: Reader) -> None:
    standing: Counter[str] = Counter()
    for as_of, known_at in MOMENTS:
        known: dict[tuple[str, str], list[list[Any]]] = {}
        for row in TRACKS.rows[:known_at]:
            public = row.statement["public"]
            if row.action == "people.leader_designated.v1":
                begun = date.fromisoformat(public["from_on"])
                known.setdefault((row.stream[7:], public["officer"]), []).append([begun, None])
            elif row.action == "people.designation_ended.v1":
                known[row.stream[7:], public["officer"]][-1][1] = date.fromisoformat(public["on"])
        expected = {
            (*who, *days, days[1] is None or days[1] >= day_of(as_of))
            for who, times in known.items()
            for days in times
            if days[0] <= day_of(as_of)
        }
        rows = designations(tracks, as_of, known_at).rows
        assert {(row.unit, row.officer, row.from_on, row.until_on, row.in_force) for row in rows} == expected
        assert len(rows) == len(expected)
        for word in ("in_force", "ended"):
            found = designations(tracks, as_of, known_at, standing=word).rows
            assert found == tuple(row for row in rows if row.in_force == (word == "in_force"))
            standing[word] += len(found)
        assert _paged(designations, tracks, as_of, known_at) == rows
    assert len(standing) == 2


def test_counts_are_those_of_the_lists(tracks: Reader) -> None:
    for as_of, known_at in MOMENTS:
        advice = recommendations(tracks, as_of, known_at).rows
        for count in count_recommendations(tracks, as_of, known_at).rows:
            mine = [row for row in advice if row.kind == count.kind]
            assert (count.issued, count.replied) == (len(mine), sum(row.replied_on is not None for row in mine))
            assert count.overdue == sum(row.overdue_days > 0 for row in mine)
            assert count.adopted == sum(row.adoption == "adopted" for row in mine)
        set_ = tasks(tracks, as_of, known_at).rows
        counted = count_tasks(tracks, as_of, known_at).rows
        assert sum(count.tasks for count in counted) == len(set_)
        assert sum(count.overdue for count in counted) == sum(row.overdue_days > 0 for row in set_)
        planned = receptions(tracks, as_of, known_at).rows
        leaders = count_receptions(tracks, as_of, known_at).rows
        assert sum(one.scheduled for one in leaders) == len(planned)
        assert all(one.scheduled == one.held + one.missed + one.unaccounted + one.upcoming for one in leaders)
        assert sum(one.unaccounted for one in leaders) == sum(row.unaccounted for row in planned)


def test_the_queue_is_what_the_lists_say_is_overdue_and_dissatisfied(tracks: Reader) -> None:
    kinds: set[str] = set()
    for as_of, known_at in MOMENTS:
        queue = standing_queue(tracks, as_of, known_at).rows
        found = Counter(row.kind for row in queue)
        assert count_queue(tracks, as_of, known_at) == found
        for track in ("supervision", "rectification", "correction", "escalation", "instruction", "coordination"):
            assert found[track] == len(track_items(tracks, as_of, known_at, track=track, standing="overdue").rows)
        waiting = track_items(tracks, as_of, known_at, track="dissatisfied", standing="open").rows
        assert found["dissatisfied"] == len(waiting)
        assert found["recommendation"] == len(recommendations(tracks, as_of, known_at, standing="overdue").rows)
        assert found["task"] == len(tasks(tracks, as_of, known_at, standing="overdue").rows)
        assert _paged(standing_queue, tracks, as_of, known_at) == queue
        kinds |= set(found)
    assert len(kinds) >= 11
    assert kinds <= {*KINDS}


def test_who_was_rated_dissatisfied_waits_until_followed_up_or_reopened(tracks: Reader) -> None:
    for as_of, known_at in MOMENTS:
        gone = TRACKS.gone(known_at)
        waits: dict[tuple[str, int], int] = {}
        for event, before, _ in TRACKS.steps:
            given: Any = event
            if event.index >= known_at or event.effective_at > as_of or event.originator_id in gone:
                continue
            if event.action == "case.rated.v1" and given.rating == "dissatisfied":
                waits[event.originator_id, event.originator_version] = given.round
            settled = {"case.dissatisfaction_followed_up.v1": getattr(event, "round", 0)}
            settled["case.reopened.v1"] = getattr(before, "round", 0)
            for key in [key for key in waits if key[0] == event.originator_id and event.action in settled]:
                if waits[key] == settled[event.action]:
                    del waits[key]
        rows = track_items(tracks, as_of, known_at, track="dissatisfied", standing="open").rows
        assert sorted((row.stream, row.item) for row in rows) == sorted(waits)


def test_members_attendance_is_the_last_that_was_recorded(tracks: Reader) -> None:
    for as_of, known_at in MOMENTS:
        last: dict[tuple[str, int, str], str] = {}
        for (stream, item), turns in TRACKS.of_track("meeting", as_of, known_at).items():
            for turn in turns:
                given: Any = turn.event
                if turn.event.action == "conference.attended.v1":
                    last[stream, item, given.member] = given.attendance
        rows = attendance(tracks, as_of, known_at).rows
        assert {(f"conference/{r.office}", r.meeting, r.member): r.attendance for r in rows} == last


def test_questions_without_an_answer_say_why(tracks: Reader) -> None:
    as_of = MOMENTS[0][0]
    with pytest.raises(KeyError):
        track_items(tracks, as_of, track="package")
    with pytest.raises(UnitUnknown):
        standing_queue(tracks, as_of, unit="nowhere")
    cursor = track_items(tracks, as_of, track="supervision", limit=1).cursor
    with pytest.raises(CursorRefused):
        track_items(tracks, as_of, track="rectification", limit=1, cursor=cursor)
