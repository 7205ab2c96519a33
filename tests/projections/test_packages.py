"""Leader packages on both axes: lists against a recount in plain Python, and stories with days counted by hand."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from domain.tracks.attribution import packaged_not_closed as not_closed_of
from projections.errors import CursorRefused, PositionRefused, UnitUnknown
from projections.packages_answers import HeldPackage, count_packages, package_acts, packaged_not_closed, packages
from projections.packages_marks import dissents, hand_overs, held_ratings
from projections.reader import Reader
from tests.projections.recount_tracks import TRACKS, Turn, day_of, moments, next_index, package_of, until
from tests.projections.track_views import CASE, act, assigned, moment, opened, tenure, told

SIZE = len(TRACKS.rows)
SILENCE = 30
MOMENTS = list(moments(14, SIZE))


def _due(turns: list[Turn], turn: Turn, known_at: int) -> date:
    package = package_of(turn)
    clocked = [one for one in turns[: turns.index(turn) + 1] if one.event.action.split(".")[1] in _SETS]
    started = any(c.clock == "PACKAGE" and c.key_day == package.due_on for c in clocked[-1].after.running)
    index = turn.event.index if package.resolved_at is not None else next_index(turns, turn, known_at)
    return TRACKS.roll(package.due_on, index) if started else package.due_on


_SETS = ("package_assigned", "package_extended", "package_reopened")


def _recount(as_of: datetime, known_at: int) -> list[tuple[Any, ...]]:
    found = []
    gone, tenures, today = TRACKS.gone(known_at), TRACKS.tenures(known_at), day_of(as_of)
    for (case, number), turns in TRACKS.packages.items():
        by_then = until(turns, as_of, known_at)
        if not by_then or f"case/{case}" in gone:
            continue
        turn = by_then[-1]
        package, due = package_of(turn), _due(turns, turn, known_at)
        is_open = package.resolved_at is None
        held = next(one.at for one in by_then if len(package_of(one).holds) == len(package.holds))
        hold = package.holds[-1]
        spans = tenures.get((hold.office, hold.post, hold.leader), [])
        begun = [span for span in spans if span[0] <= day_of(held)] or spans[:1]
        answering = not begun or begun[-1][1] is None or begun[-1][1] >= today
        judged = package._replace(due_on=due, resolved_at=None if is_open else turn.at)
        since = day_of(package.last_act_at or package.assigned_at)
        silent = (today - since).days if is_open else 0
        overdue = max(0, (today - due).days) if is_open else 0
        changes = (package.extensions, package.late_extensions, package.reopened, len(package.holds) - 1)
        ended = (package.reports, package.result, not_closed_of(judged, as_of, SILENCE))
        times = (due, overdue, package.acts, max(0, silent))
        found.append((case, number, *hold[:3], answering, *times, *changes, *ended))
    return sorted(found)


def _told(row: HeldPackage) -> tuple[Any, ...]:
    times = (row.due_on, row.overdue_days, row.personal_acts, row.silent_days)
    counts = (row.extensions, row.late_extensions, row.reopened, row.hand_overs, row.reports)
    held = (row.case, row.package, row.leader, row.post, row.office, row.answering)
    return (*held, *times, *counts, row.result, row.reasons)


@pytest.mark.parametrize(("as_of", "known_at"), MOMENTS)
def test_packages_equal_a_recount_at_random_moments(tracks: Reader, as_of: datetime, known_at: int) -> None:
    expected = _recount(as_of, known_at)
    rows = packages(tracks, as_of, known_at).rows
    assert sorted(map(_told, rows)) == expected
    listed = packaged_not_closed(tracks, as_of, known_at).rows
    assert sorted(map(_told, listed)) == [one for one in expected if one[-1]]
    count = count_packages(tracks, as_of, known_at)
    opened_ = [row for row in rows if row.state != "RESOLVED"]
    assert (count.open, count.closed, count.not_closed) == (len(opened_), len(rows) - len(opened_), len(listed))
    assert count.past_deadline == sum("past_deadline" in row.reasons for row in listed)
    assert count.silent == sum("silent" in row.reasons for row in listed)
    assert count.by_office == {name: sum(row.office == name for row in opened_) for name in count.by_office}


def test_the_history_holds_every_turn_that_a_package_can_take() -> None:
    words = {turn.event.action.split(".")[1] for turns in TRACKS.packages.values() for turn in turns}
    assert len(words) == 13
    assert TRACKS.gone(SIZE)
    assert any(package_of(turn).late_extensions for turns in TRACKS.packages.values() for turn in turns)


@pytest.mark.parametrize("limit", [1, 7])
def test_pages_make_up_the_list(tracks: Reader, limit: int) -> None:
    as_of, known_at = MOMENTS[1]
    whole = packages(tracks, as_of, known_at, unit="city", state="open").rows
    found: list[HeldPackage] = []
    cursor: str | None = None
    while True:
        page = packages(tracks, as_of, known_at, unit="city", state="open", limit=limit, cursor=cursor)
        found, cursor = [*found, *page.rows], page.cursor
        if cursor is None:
            break
    assert len(whole) > 10
    assert tuple(found) == whole


def test_questions_without_an_answer_say_why(tracks: Reader) -> None:
    as_of = MOMENTS[1][0]
    with pytest.raises(PositionRefused):
        packages(tracks, as_of, SIZE + 1)
    with pytest.raises(UnitUnknown):
        packages(tracks, as_of, unit="nowhere")
    cursor = packages(tracks, as_of, limit=2).cursor
    assert cursor is not None
    with pytest.raises(CursorRefused):
        packaged_not_closed(tracks, as_of, limit=2, cursor=cursor)
    with pytest.raises(CursorRefused):
        packages(tracks, as_of + timedelta(days=1), limit=2, cursor=cursor)


def test_every_act_on_a_package_is_a_row_of_the_way_down(tracks: Reader) -> None:
    for as_of, known_at in MOMENTS[:6]:
        gone = TRACKS.gone(known_at)
        expected = sorted(
            (case, turn.event.originator_version)
            for (case, _), turns in TRACKS.packages.items()
            for turn in until(turns, as_of, known_at)
            if f"case/{case}" not in gone
        )
        assert sorted((row.case, row.seq) for row in package_acts(tracks, as_of, known_at).rows) == expected


def test_a_package_is_silent_and_past_its_deadline_on_the_days_counted_by_hand(sqlite_url: str) -> None:
    met = act("package_met", "2023-03-20", "housing", item=2, form="received", place="hall", effect="continuing")
    acts = [*tenure("wang", "2020-01-01"), opened(), assigned("2023-03-03", "wang", "2023-05-05"), met]
    with told(sqlite_url, acts) as reader:

        def row(day: str) -> HeldPackage:
            [found] = packages(reader, moment(day)).rows
            return found

        assert (row("2023-03-19").silent_days, row("2023-03-19").personal_acts) == (16, 0)
        assert (row("2023-04-19").silent_days, row("2023-04-19").reasons) == (30, ())
        assert row("2023-04-20").reasons == ("silent",)
        assert row("2023-05-05").overdue_days == 0
        # Friday 5 May 2023; Saturday the 6th was a make-up working day, so nothing rolls.
        assert (row("2023-05-06").overdue_days, row("2023-05-06").reasons) == (1, ("past_deadline", "silent"))
        assert packaged_not_closed(reader, moment("2023-04-19")).rows == ()


def test_a_hand_over_counts_once_both_signed_and_a_leader_who_left_answers_no_more(sqlite_url: str) -> None:
    proposed = act(
        "package_hand_over_proposed",
        "2023-04-03",
        "housing",
        item=2,
        leader="officer-sun",
        leader_post="seat",
        leader_office="roads",
    )
    confirmed = act("package_hand_over_confirmed", "2023-04-10", "roads", item=2, confirmed=3)
    acts = [*tenure("wang", "2020-01-01"), *tenure("sun", "2020-01-01", "2023-06-30", "roads"), opened()]
    acts += [assigned("2023-03-03", "wang", "2023-05-05"), proposed, confirmed]
    with told(sqlite_url, acts) as reader:
        [pending] = hand_overs(reader, moment("2023-04-09"), state="pending").rows
        assert (pending.from_leader, pending.to_leader) == ("officer-wang", "officer-sun")
        assert (pending.state, pending.days) == ("pending", 6)
        assert packages(reader, moment("2023-04-09")).rows[0].leader == "officer-wang"
        [done] = hand_overs(reader, moment("2023-04-10"), state="done").rows
        assert (done.from_leader, done.state, done.days) == ("officer-wang", "done", 7)
        assert hand_overs(reader, moment("2023-04-10"), state="pending").rows == ()
        [held] = packages(reader, moment("2023-06-30")).rows
        assert (held.leader, held.held_on, held.hand_overs, held.answering) == (
            "officer-sun",
            date(2023, 4, 10),
            1,
            True,
        )
        assert packages(reader, moment("2023-07-01")).rows[0].answering is False


def test_a_late_recorded_resolution_counts_from_its_recording(sqlite_url: str) -> None:
    resolved = act("package_resolved", "2023-05-04", "housing", f"case/{CASE}", "", 20, item=2, result="executed")
    accepted = act("package_accepted", "2023-03-04", "housing", item=2)
    acts = [*tenure("wang", "2020-01-01"), opened(), assigned("2023-03-03", "wang", "2023-05-05"), accepted, resolved]
    with told(sqlite_url, acts) as reader:
        [late] = packages(reader, moment("2023-05-20")).rows
        assert (late.state, late.overdue_days) == ("HELD", 15)
        [done] = packages(reader, moment("2023-05-24")).rows
        assert (done.state, done.on_time, done.resolved_on) == ("RESOLVED", False, date(2023, 5, 24))
        assert done.late_recorded


def test_a_dissent_stands_with_its_answer_and_a_rating_with_the_leader_of_its_moment(sqlite_url: str) -> None:
    key = "11" * 32
    submitted = act(
        "submitted",
        "2023-03-01",
        "",
        f"case/{CASE}",
        key,
        channel="online",
        capacity="competent_unit",
        to_office="housing",
        petitioner_key=key,
    )
    rated = act(
        "rated",
        "2023-04-20",
        "",
        f"case/{CASE}",
        key,
        of="competent_unit",
        office="housing",
        round=1,
        rating="dissatisfied",
    )
    acts = [*tenure("wang", "2020-01-01"), submitted, assigned("2023-03-03", "wang", "2023-05-05")]
    acts += [act("dissent_recorded", "2023-04-03", "roads", about=2), rated]
    acts += [act("dissent_answered", "2023-05-10", "roads", item=3, adoption="not_adopted")]
    with told(sqlite_url, acts) as reader:
        [before] = dissents(reader, moment("2023-05-09")).rows
        assert (before.officer, before.about, before.leader, before.adoption) == (
            "officer-roads",
            2,
            "officer-wang",
            "",
        )
        [after] = dissents(reader, moment("2023-05-10"), unit="roads").rows
        assert (after.adoption, after.recorded_at) == ("not_adopted", before.recorded_at)
        [rating] = held_ratings(reader, moment("2023-05-10"), leader="officer-wang").rows
        assert (rating.rating, rating.custody, rating.rated_office) == ("dissatisfied", "device", "housing")
        assert held_ratings(reader, moment("2023-04-19")).rows == ()


def test_a_case_that_goes_to_the_discipline_inspection_leaves_every_list(sqlite_url: str) -> None:
    acts = [*tenure("wang", "2020-01-01"), opened(), assigned("2023-03-03", "wang", "2023-05-05")]
    acts += [act("diverted_discipline", "2023-04-03", "housing")]
    acts += [act("package_investigated", "2023-04-05", "housing", item=2)]
    with told(sqlite_url, acts) as reader:
        page = packages(reader, moment("2023-04-01"))
        assert page.rows == ()
        assert len(packages(reader, moment("2023-04-01"), page.known_at - 2).rows) == 1
        assert count_packages(reader, moment("2023-04-06")).open == 0
        assert replace(page, rows=()) == page
