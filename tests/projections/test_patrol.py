"""Patrol: facts against thresholds, on both axes, against a recount in plain Python; and stories told by hand."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest

from domain.due import civil_day
from domain.practice import load_profile, practice_of
from domain.practice_patrol import PATROL_RULES, SAME_REPLY
from domain.practice_rows import ITEMS
from domain.schema import CIVIL
from projections.database import Database
from projections.errors import RuleUnknown
from projections.patrol_answers import Finding, count_findings, patrol
from projections.reader import Reader
from tests.projections.retold import Known, Told, days_between, filled, history, in_period, moments, retell
from tests.projections.test_workload import SHUT, Book

HISTORY = history(8, 150)
LAST = datetime.fromisoformat("2024-03-01T00:00:00+08:00")
THRESHOLDS = {row.item: row.value for row in practice_of(load_profile("national").rows)}
Found = tuple[str, str, str, int, tuple[int, ...]]


@pytest.fixture(params=["sqlite", "postgres"], scope="module")
def reader(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Reader]:
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path_factory.mktemp('views') / 'sundial.db'}"
    else:
        url = request.getfixturevalue("postgres_server").create_database()
    database: Database = filled(url, HISTORY)
    yield Reader(database)
    database.close()


def _book(told: list[Told]) -> Book:
    book = Book()
    for one in told:
        book.take(one)
    return book


def _moves(told: list[Told], since: datetime | None, as_of: datetime) -> Iterator[Found]:
    """What is found of a case that was passed on again and again, or reopened."""
    case = told[0].event.originator_id[5:]
    desks = [desk for desk in _book(told).desks if desk.since <= as_of]
    passed = [n for n, desk in enumerate(desks) if desk.how in ("transferred", "assigned", "return_approved")]
    if len(passed) >= THRESHOLDS["returned_times"] and in_period(desks[passed[-1]].since, since, as_of):
        indices = tuple(desks[n].index for n in passed)
        unit = desks[passed[-1] - 1].office if passed[-1] else desks[0].office
        yield case, "passed_again", unit, len(passed), indices
    again = [n for n, desk in enumerate(desks) if desk.how == "reopened"]
    for count, number in enumerate(again, 1):
        if count >= THRESHOLDS["reopened_times"] and in_period(desks[number].since, since, as_of):
            earlier = desks[number - 1]
            yield case, "reopened", earlier.office, count, (earlier.left_index, desks[number].index)


def _silence(told: list[Told], since: datetime | None, as_of: datetime) -> Iterator[Found]:
    """What is found of an open case that no office has touched for days."""
    case, at, last = told[0].event.originator_id[5:], None, None
    was_open = False
    for one in told:
        is_open = one.after.state not in SHUT
        if was_open and is_open and not one.event.office:
            continue
        moment = one.at if at is None else max(one.at, at)
        if moment > as_of:
            break
        at, last, was_open = (moment, one, is_open) if is_open or was_open else (at, last, False)
    if at is not None and last is not None and was_open and in_period(at, since, as_of):
        days = days_between(at, as_of)
        if days > THRESHOLDS["silence_days"]:
            yield case, "no_act", last.after.office, days, (last.event.index,)


def _acts(known: Known, told: list[Told], since: datetime | None, as_of: datetime) -> Iterator[Found]:
    """What is found of single acts."""
    contact, looked = None, 0
    for one in told:
        if in_period(one.at, since, as_of):
            yield from _written(known, one, looked)
            if one.name == "extended":
                yield from _extended(known, told, one)
            if one.name == "withdrawn" and contact is not None:
                yield from _withdrawn(one, contact)
        looked = 0 if one.name == "reopened" else looked + (one.name == "investigated")
        contact = one if _met(one) else contact


def _written(known: Known, one: Told, looked: int) -> Iterator[Found]:
    event: Any = one.event
    if not event.office or getattr(event, "imported", None) is not None:
        return
    case, calendar = event.originator_id[5:], known.reference.calendars.as_known(event.index - 1)
    late = calendar.working_days_between(civil_day(event.claimed_at), civil_day(event.recorded_at))
    if late > THRESHOLDS["late_recording_days"]:
        yield case, "recorded_late", event.office, late, (event.index,)
    package = one.before.tracks.package
    looks = looked + (package.acts if package else 0)
    if one.name in ("replied", "opinion_issued") and looks < THRESHOLDS["investigation_times"]:
        yield case, "uninvestigated", event.office, looks, (event.index,)


def _extended(known: Known, told: list[Told], one: Told) -> Iterator[Found]:
    index = one.event.index
    calendar = known.reference.calendars.as_known(index - 1)
    for clock in one.before.running:
        if any(moved.opened_index == index and moved.clock == clock.clock for moved in one.after.running):
            midnight = datetime.combine(calendar.roll(clock.key_day) + timedelta(days=1), datetime.min.time(), CIVIL)
            if midnight - one.at <= timedelta(hours=THRESHOLDS["last_hours"]):
                started = told[clock.started_seq - 1].event.index
                hours = int((midnight - one.at).total_seconds() // 3600)
                yield one.event.originator_id[5:], "extended_last", clock.unit, hours, (started, index)


def _withdrawn(one: Told, contact: Told) -> Iterator[Found]:
    passed = one.at - contact.at
    if timedelta() <= passed <= timedelta(hours=THRESHOLDS["withdrawal_hours"]):
        indices = (contact.event.index, one.event.index)
        hours = int(passed.total_seconds() // 3600)
        yield one.event.originator_id[5:], "withdrawn_after", one.before.office, hours, indices


def _met(one: Told) -> bool:
    event: Any = one.event
    served = one.name in ("notice_served", "opinion_served", "replied", "directed")
    heard = one.name == "investigated" and event.method == "heard"
    return heard or one.name == "package_met" or (served and event.means == "in_person")


def _recount(known: Known, as_of: datetime, since: datetime | None) -> list[Found]:
    found: list[Found] = []
    for told in known.seen.values():
        found += _moves(told, since, as_of)
        found += _silence(told, since, as_of)
        found += _acts(known, told, since, as_of)
    return sorted(found)


def _told(row: Finding) -> Found:
    return (row.case, row.rule, row.unit, row.value, row.indices)


@pytest.mark.parametrize(("as_of", "known_at", "since"), moments(5, HISTORY, 10))
def test_the_findings_equal_a_recount_at_random_moments(
    reader: Reader, as_of: datetime, known_at: int, since: datetime | None
) -> None:
    rows = patrol(reader, as_of, known_at, since=since).rows
    assert sorted(map(_told, rows)) == _recount(retell(HISTORY, known_at), as_of, since)
    counted = {(row.rule, row.unit): row.count for row in count_findings(reader, as_of, known_at, since=since).rows}
    assert counted == Counter((row.rule, row.unit) for row in rows)


def test_every_rule_of_the_log_finds_something_and_names_its_threshold(reader: Reader) -> None:
    for rule, described in PATROL_RULES.items():
        if rule != SAME_REPLY:
            rows = patrol(reader, LAST, rule=rule).rows
            assert rows, rule
            assert {row.threshold for row in rows} == {THRESHOLDS[described.item]}
            assert {row.threshold_row for row in rows} == {f"CN.{described.item}"}
            assert {row.measure for row in rows} == {ITEMS[described.item].unit}


@pytest.mark.parametrize("rule", [SAME_REPLY, "guilt", ""])
def test_a_rule_that_the_log_cannot_answer_is_refused(reader: Reader, rule: str) -> None:
    with pytest.raises(RuleUnknown):
        patrol(reader, LAST, rule=rule)


def test_pages_and_units_make_up_the_list(reader: Reader) -> None:
    whole = patrol(reader, LAST).rows
    rows: list[Finding] = []
    cursor: str | None = None
    while True:
        page = patrol(reader, LAST, limit=40, cursor=cursor)
        rows, cursor = [*rows, *page.rows], page.cursor
        if cursor is None:
            break
    assert tuple(rows) == whole
    assert all(one.at <= other.at for one, other in pairwise(whole))
    below = {"county-a", "water-a", "schools-a", "wells-a"}
    assert patrol(reader, LAST, unit="county-a").rows == tuple(row for row in whole if row.unit in below)


def test_no_rule_has_a_word_of_guilt_or_counts_what_a_petitioner_does() -> None:
    for described in PATROL_RULES.values():
        assert not any(word in described.zh for word in ("推诿", "敷衍", "违规", "责任", "次上访"))
        assert not any(word in described.en for word in ("shirk", "guilt", "perfunctory", "fault", "violat"))
