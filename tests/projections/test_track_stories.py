"""Supervision, advice, suggestions, conferences, receptions and mandates told by hand, with their days counted."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

import pytest

from projections.conferences_answers import decisions, meetings
from projections.conferences_tasks import tasks
from projections.reader import Reader
from projections.receptions import count_receptions, receptions
from projections.recommendations import count_recommendations, recommendations
from projections.suggestions_answers import count_suggestions, suggestions
from projections.supervision_answers import (
    dissatisfied_cases,
    instructions,
    ladder,
    leader_duties,
    rectifications,
    supervision_files,
)
from projections.supervision_mandates import campaign_lists, inspection_visits, mandates, random_inspections
from projections.supervision_queue import standing_queue
from tests.projections.histories import Act
from tests.projections.recount_tracks import TRACKS, moments, until
from tests.projections.track_views import CASE, act, moment, opened, told

ROOT = "5c" * 32


def test_a_rectification_is_due_done_late_and_returned_on_the_days_counted_by_hand(sqlite_url: str) -> None:
    acts = [
        opened(),
        act("rectification_ordered", "2023-03-06", unit="housing", due_on="2023-04-01"),
        act("rectification_reported", "2023-04-04", "housing", item=2),
        act("rectification_returned", "2023-04-10", item=2, due_on="2023-04-28"),
        act("rectification_reported", "2023-04-27", "housing", item=2),
        act("rectification_accepted", "2023-05-08", item=2),
    ]
    with told(sqlite_url, acts) as reader:

        def row(day: str) -> tuple[Any, ...]:
            [found] = rectifications(reader, moment(day)).rows
            return (found.state, found.due_on, found.overdue_days, found.done_on, found.done_late, found.returned)

        # Saturday 1 April 2023 rolls to Monday the 3rd (5 April was a holiday of one day).
        assert row("2023-04-03") == ("ORDERED", date(2023, 4, 3), 0, None, False, 0)
        assert row("2023-04-04") == ("REPORTED", date(2023, 4, 3), 0, date(2023, 4, 4), True, 0)
        assert row("2023-04-10") == ("ORDERED", date(2023, 4, 28), 0, None, False, 1)
        assert row("2023-04-27") == ("REPORTED", date(2023, 4, 28), 0, date(2023, 4, 27), False, 1)
        assert row("2023-05-08")[0] == "ACCEPTED"
        assert rectifications(reader, moment("2023-05-08"), standing="settled", unit="housing").rows
        assert rectifications(reader, moment("2023-05-08"), unit="roads").rows == ()


def test_a_file_the_ladder_and_instructions_stand_in_the_queue_until_done(sqlite_url: str) -> None:
    acts = [
        opened(),
        act("supervision_opened", "2023-03-06", unit="housing", trigger="delay", due_on="2023-03-20"),
        act("escalated", "2023-03-27", unit="housing", step="talk", decision=4, due_on="2023-04-10"),
        act("instruction_given", "2023-03-27", unit="roads", due_on="2023-04-14"),
        act("letter_read", "2023-03-28"),
        act("supervision_answered", "2023-04-03", "housing", item=2),
        act("supervision_closed", "2023-04-20", item=2, finding="corrected"),
        act("escalation_lifted", "2023-05-08", item=3, finding="corrected"),
    ]
    with told(sqlite_url, acts) as reader:

        def queue(day: str) -> list[tuple[str, str, int]]:
            return [(row.kind, row.unit, row.days) for row in standing_queue(reader, moment(day)).rows]

        assert queue("2023-03-20") == []
        assert queue("2023-03-21") == [("supervision", "housing", 1)]
        assert queue("2023-04-03") == []
        assert queue("2023-04-20") == [("escalation", "housing", 10), ("instruction", "roads", 6)]
        assert [row.stream for row in standing_queue(reader, moment("2023-04-20"), unit="roads").rows] == [
            f"case/{CASE}"
        ]
        assert queue("2023-05-08") == [("instruction", "roads", 24)]
        [file] = supervision_files(reader, moment("2023-04-20"), code="delay").rows
        assert (file.state, file.outcome, file.done_late) == ("CLOSED", "corrected", True)
        [step] = ladder(reader, moment("2023-05-08")).rows
        assert (step.code, step.about, step.state, step.outcome) == ("talk", 4, "LIFTED", "corrected")
        assert len(instructions(reader, moment("2023-05-08"), standing="overdue").rows) == 1
        assert [row.office for row in leader_duties(reader, moment("2023-05-08")).rows] == ["city"]


def test_a_dissatisfied_rating_waits_until_it_is_followed_up(sqlite_url: str) -> None:
    key, stream = "11" * 32, f"case/{CASE}"
    public = {"channel": "online", "capacity": "competent_unit", "to_office": "housing", "petitioner_key": key}
    rating = {"of": "competent_unit", "office": "housing", "round": 1, "rating": "dissatisfied"}
    acts = [
        act("submitted", "2023-03-01", "", stream, key, **public),
        act("replied", "2023-03-10", "housing", means="post"),
        act("rating_reported", "2023-03-13", "housing", **rating, means="post"),
        act("rated", "2023-03-14", "", stream, key, **rating),
        act("dissatisfaction_followed_up", "2023-03-30", round=1, finding="partly_corrected"),
    ]
    with told(sqlite_url, acts) as reader:
        assert standing_queue(reader, moment("2023-03-13"), kind="dissatisfied").rows == ()
        [row] = standing_queue(reader, moment("2023-03-29")).rows
        assert (row.unit, row.code, row.since_on, row.days) == ("housing", "device", date(2023, 3, 14), 15)
        assert standing_queue(reader, moment("2023-03-30")).rows == ()
        [after] = dissatisfied_cases(reader, moment("2023-03-30")).rows
        assert (after.state, after.outcome, after.about) == ("FOLLOWED", "partly_corrected", 1)


def test_recommendations_count_by_kind_what_was_replied_adopted_and_done(sqlite_url: str) -> None:
    public = {"unit": "housing", "concerning": "roads"}
    acts = [
        opened(),
        act("recommendation_issued", "2023-03-06", **public, recommendation="improve", due_on="2023-04-07"),
        act("recommendation_issued", "2023-03-06", unit="roads", recommendation="accountability"),
        act("recommendation_replied", "2023-04-10", "housing", item=2, adoption="adopted"),
        act("recommendation_implemented", "2023-05-10", "housing", item=2),
        act("accountability_decided", "2023-05-11", "roads", item=3, measure="talk"),
    ]
    with told(sqlite_url, acts) as reader:
        first = recommendations(reader, moment("2023-04-09"), kind="improve").rows[0]
        assert (first.overdue_days, first.concerning, first.due_on) == (2, "roads", date(2023, 4, 7))
        late = recommendations(reader, moment("2023-04-10"), kind="improve").rows[0]
        assert (late.overdue_days, late.reply_late, late.adoption, late.implemented_on) == (0, True, "adopted", None)
        [done] = recommendations(reader, moment("2023-05-10"), standing="implemented").rows
        assert (done.replied_on, done.implemented_on) == (date(2023, 4, 10), date(2023, 5, 10))
        improve, policy, account = count_recommendations(reader, moment("2023-05-11")).rows
        assert (improve.issued, improve.replied_late, improve.adopted, improve.implemented) == (1, 1, 1, 1)
        assert (policy.issued, account.issued, account.replied, account.adopted) == (0, 1, 1, 0)
        assert recommendations(reader, moment("2023-05-11"), kind="accountability").rows[0].measure == "talk"


def _suggestion() -> list[Act]:
    return [
        act("registered", "2023-03-01", "housing", channel="suggestion", capacity="competent_unit"),
        act("suggestion_decided", "2023-03-20", "housing", adoption="partly_adopted", due_on="2023-06-30"),
        act("replied", "2023-03-22", "housing", means="post"),
        act("suggestion_implemented", "2023-07-03", "housing", item=2),
    ]


def test_a_suggestion_is_studied_adopted_replied_to_and_carried_out(sqlite_url: str) -> None:
    with told(sqlite_url, _suggestion()) as reader:
        [row] = suggestions(reader, moment("2023-03-19"), standing="studied").rows
        assert (row.unit, row.adoption, row.received_on) == ("housing", "", date(2023, 3, 1))
        [row] = suggestions(reader, moment("2023-03-21"), standing="unreplied").rows
        assert (row.state, row.adoption, row.due_on) == ("DECIDED", "partly_adopted", date(2023, 6, 30))
        [row] = suggestions(reader, moment("2023-07-02"), standing="overdue").rows
        assert (row.overdue_days, row.replied_on) == (2, date(2023, 3, 22))
        [row] = suggestions(reader, moment("2023-07-03")).rows
        assert (row.state, row.implemented_on, row.implemented_late) == ("IMPLEMENTED", date(2023, 7, 3), True)
        [count] = count_suggestions(reader, moment("2023-07-03"), unit="city").rows
        assert (count.received, count.partly_adopted, count.implemented, count.replied, count.overdue) == (
            1,
            1,
            1,
            1,
            0,
        )


@pytest.mark.parametrize(("as_of", "known_at"), list(moments(10, len(TRACKS.rows))))
def test_suggestions_equal_a_recount_at_random_moments(tracks: Reader, as_of: datetime, known_at: int) -> None:
    """Which cases were suggestions, and the last decision on each, from the acts alone."""
    gone = TRACKS.gone(known_at)
    decided: dict[str, str] = {}
    for (stream, _), turns in sorted(TRACKS.items.items(), key=lambda one: one[1][0].event.index):
        if turns[0].event.action == "case.suggestion_decided.v1" and stream not in gone:
            seen = until(turns, as_of, known_at)
            if seen:
                decided[stream[5:]] = str(getattr(seen[0].event, "adoption", ""))
    rows = suggestions(tracks, as_of, known_at).rows
    late = {row.case for row in rows if row.late_recorded}
    assert {row.case: row.adoption for row in rows if row.adoption and row.case not in late} == {
        case: word for case, word in decided.items() if case not in late
    }
    assert sum(count.received for count in count_suggestions(tracks, as_of, known_at).rows) == sum(
        row.state != "LEFT" for row in rows
    )


def test_a_conference_tells_who_presided_who_came_and_which_task_was_not_executed(sqlite_url: str) -> None:
    stream = "conference/city"

    def said(name: str, day: str, office: str = "city", **public: Any) -> Act:
        return act(name, day, office, stream, **public)

    chair = {"leader": "officer-sun", "leader_post": "seat", "leader_office": "city", "delegated_by": "officer-mayor"}
    acts = [
        said("convened", "2023-03-06", form="full", due_on="2023-03-10"),
        said("presided", "2023-03-10", item=1, **chair),
        said("attended", "2023-03-10", item=1, member="roads", member_post="seat", attendance="absent"),
        said("attended", "2023-03-11", item=1, member="roads", member_post="seat", attendance="delegate"),
        said("attended", "2023-03-11", item=1, member="housing", member_post="seat", attendance="present"),
        said("decided", "2023-03-10", meeting=1, decision="coordinate", case=CASE),
        said("dissented", "2023-03-12", "roads", item=4),
        said("task_set", "2023-03-10", meeting=1, unit="roads", due_on="2023-04-01"),
        said("task_executed", "2023-04-04", "roads", item=5),
        said("minuted", "2023-03-13", item=1),
    ]
    with told(sqlite_url, acts) as reader:
        [row] = meetings(reader, moment("2023-03-10")).rows
        assert (row.presided_by, row.delegated_by, row.absent, row.delegates) == ("officer-sun", "officer-mayor", 1, 0)
        [row] = meetings(reader, moment("2023-03-13")).rows
        assert (row.state, row.present, row.delegates, row.absent) == ("MINUTED", 1, 1, 0)
        assert (row.decisions, row.tasks, row.tasks_open, row.held_on) == (1, 1, 1, date(2023, 3, 10))
        [decision] = decisions(reader, moment("2023-03-13"), case=CASE).rows
        assert (decision.decision, decision.dissents) == ("coordinate", 1)
        # The day of a task is the day that was set, a Saturday here.
        [task] = tasks(reader, moment("2023-04-03"), standing="overdue", unit="roads").rows
        assert (task.due_on, task.overdue_days) == (date(2023, 4, 1), 2)
        [task] = tasks(reader, moment("2023-04-04"), standing="executed").rows
        assert (task.executed_on, task.late) == (date(2023, 4, 4), True)


def test_a_reception_is_published_held_or_unaccounted_for(sqlite_url: str) -> None:
    stream = "bulletin/housing"
    public = {"leader": "officer-wang", "leader_post": "seat", "form": "received", "place": "hall"}

    def said(name: str, day: str, **fields: Any) -> Act:
        return act(name, day, "housing", stream, **fields)

    acts = [
        said("reception_scheduled", "2023-03-06", **public, due_on="2023-03-15", units=["roads", "water-a"]),
        said("reception_scheduled", "2023-03-06", **public, due_on="2023-03-22"),
        said("reception_published", "2023-03-08", item=1),
        said("reception_held", "2023-03-15", item=1, units=["roads"]),
        said("reception_missed", "2023-03-27", item=2, ground="illness"),
    ]
    with told(sqlite_url, acts) as reader:
        held, planned = receptions(reader, moment("2023-03-22")).rows
        assert (held.state, held.published_on, held.held_on) == ("VISITED", date(2023, 3, 8), date(2023, 3, 15))
        assert (held.called, held.present, held.absent) == (("roads", "water-a"), ("roads",), ("water-a",))
        assert planned.unaccounted is False
        [missing] = receptions(reader, moment("2023-03-23"), standing="unaccounted").rows
        assert (missing.item, missing.state) == (2, "PLANNED")
        [count] = count_receptions(reader, moment("2023-03-27")).rows
        assert (count.scheduled, count.published, count.held, count.missed, count.unaccounted) == (2, 1, 1, 1, 0)


def _mandate() -> Sequence[Act]:
    def said(name: str, day: str, **public: Any) -> Act:
        return act(name, day, "city", "mandate/one", **public)

    return [
        said(
            "opened",
            "2023-03-06",
            mandate="random",
            units=["housing", "roads"],
            from_on="2023-03-06",
            until_on="2023-04-30",
        ),
        said("population_fixed", "2023-03-07", population=ROOT, size=40),
        said("drawn", "2023-03-08", item=2, checkpoint_size=900, root=ROOT, count=1, drawn=[CASE]),
        said("replayed", "2023-03-09", case=CASE, ground="routine"),
        said("visit_planned", "2023-03-09", unit="roads", due_on="2023-03-20"),
        said("visit_held", "2023-03-22", item=5),
        said("visit_found", "2023-03-23", item=5, facts_clear=True, procedure_right=False, petitioners_satisfied=True),
        said("list_fixed", "2023-03-24", population=ROOT, size=12, checkpoint_size=950, root=ROOT),
        said("list_change_proposed", "2023-03-25", about=8, change="removed", case=CASE, ground="duplicate"),
        said("list_change_confirmed", "2023-03-26", item=9),
        said("closed", "2023-05-08", item=1),
    ]


def test_a_mandate_its_draw_visit_and_list(sqlite_url: str) -> None:
    with told(sqlite_url, _mandate()) as reader:
        [row] = mandates(reader, moment("2023-05-01"), standing="open").rows
        assert (row.units, row.until_on, row.lapsed) == (("housing", "roads"), date(2023, 4, 30), True)
        assert (row.replays, row.draws, row.visits, row.lists) == (1, 1, 1, 1)
        [row] = mandates(reader, moment("2023-05-08")).rows
        assert (row.state, row.closed_on, row.lapsed) == ("CLOSED", date(2023, 5, 8), False)
        [draw] = random_inspections(reader, moment("2023-03-07")).rows
        assert (draw.state, draw.size, draw.drawn, draw.root) == ("FIXED", 40, 0, "")
        [draw] = random_inspections(reader, moment("2023-03-08")).rows
        assert (draw.state, draw.drawn, draw.checkpoint_size, draw.drawn_on) == ("DRAWN", 1, 900, date(2023, 3, 8))
        assert [row.kind for row in standing_queue(reader, moment("2023-03-21")).rows] == ["visit"]
        [visit] = inspection_visits(reader, moment("2023-03-23")).rows
        assert (visit.facts_clear, visit.procedure_right, visit.satisfied) == (True, False, True)
        [listed] = campaign_lists(reader, moment("2023-03-25")).rows
        assert (listed.size, listed.pending, listed.removed) == (12, 1, 0)
        [listed] = campaign_lists(reader, moment("2023-03-26")).rows
        assert (listed.size, listed.pending, listed.removed) == (12, 0, 1)
