"""Ratings and windows on both axes, against a recount in plain Python, and in stories told by hand."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from domain.case_state import Case
from domain.tracks.evaluation import WINDOW
from projections.database import Database
from projections.errors import CursorRefused, UnitUnknown
from projections.reader import Reader
from projections.satisfaction_answers import SatisfactionRow, satisfaction
from projections.satisfaction_lists import Dissatisfied, count_unfollowed, dissatisfied, lapsed_windows, ratings
from tests.projections.retold import (
    END,
    Known,
    Told,
    day_of,
    days_between,
    filled,
    history,
    holders,
    in_period,
    moments,
    retell,
    under,
)

HISTORY = history(5, 130)
LAST = datetime.fromisoformat("2024-03-01T00:00:00+08:00")
FOLLOWING = {
    "reopened",
    "dissatisfaction_followed_up",
    "supervision_opened",
    "supervision_answered",
}
Key = tuple[str, str, str]


@pytest.fixture(params=["sqlite", "postgres"], scope="module")
def reader(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Reader]:
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path_factory.mktemp('views') / 'sundial.db'}"
    else:
        url = request.getfixturevalue("postgres_server").create_database()
    database: Database = filled(url, HISTORY)
    yield Reader(database)
    database.close()


def _given(told: list[Told]) -> Iterator[tuple[Told, str, bool]]:
    """Yield every rating with its custody, and whether it counts."""
    seen = set()
    for one in told:
        event: Any = one.event
        if one.name == "rating_reported":
            yield one, "reported", False
        if one.name == "rated":
            custody = one.after.ratings[-1].custody
            said = (event.rated_office, event.of, event.round)
            counted = bool(custody) and said not in seen
            seen |= {said} if counted else set()
            yield one, custody, counted


def _asked(case: Case, capacity: str) -> str:
    """Return the office of this kind that a window asks about."""
    if case.capacity == capacity:
        return case.office
    for holding in [*case.senders[::-1], *case.holdings[::-1]]:
        if holding.capacity == capacity:
            return holding.office
    return ""


def _windows(known: Known, told: list[Told]) -> Iterator[tuple[datetime, datetime, str, str, str, date]]:
    """Yield when each window opened and was cut short, the office, capacity, custody, and its last day."""
    calendars = known.reference.calendars
    given: list[tuple[Told, Any]] = [(one, one.event) for one, _, counted in _given(told) if counted]
    for clock in told[-1].after.clocks:
        if clock.clock != WINDOW or clock.withdrawn_index is not None:
            continue
        opened = next(one for one in told if one.event.index == clock.known_from)
        rounds = [one for one in told if one.after.round != one.before.round and one.event.index > opened.event.index]
        then = calendars.as_known(rounds[0].event.index - 1).roll(clock.key_day) if rounds else None
        cut = then is not None and day_of(rounds[0].at) <= then
        keys = {key.custody for key in opened.after.petitioner_keys}
        printed = bool(keys or opened.after.claim_key)
        custody = "device" if "device" in keys else "printed" if printed else ""
        for capacity in ("petition_office", "competent_unit"):
            office = _asked(opened.after, capacity)
            rated = [one for one, e in given if (e.of, e.round) == (capacity, opened.after.round)]
            if office and not (rated and rated[0].event.index < opened.event.index):
                last = calendars.as_known(known.known_at - 1).roll(clock.key_day)
                ended = rated[0].at if rated else rounds[0].at if cut else END
                yield clock.started_at, ended, office, capacity, custody, last


def _recount(
    known: Known, as_of: datetime, since: datetime | None, unit: str | None, leader: str | None
) -> dict[tuple[str, str], Counter[str]]:
    rows: dict[tuple[str, str], Counter[str]] = {}
    for told in known.seen.values():
        held = holders(told)
        for one, custody, counted in _given(told):
            event: Any = one.event
            office, of, rating = event.rated_office, event.of, event.rating
            wanted = under(office, unit) and leader in (None, held(one.at))
            if wanted and in_period(one.at, since, as_of) and (counted or custody == "reported"):
                prefix = {"device": "", "printed": "printed_", "reported": "reported_"}[custody]
                rows.setdefault((office, of), Counter())[prefix + rating] += 1
        for opened, ended, office, capacity, custody, last in _windows(known, told):
            if opened > as_of or not under(office, unit) or leader not in (None, held(opened)):
                continue
            counts = rows.setdefault((office, capacity), Counter())
            if day_of(as_of) <= last:
                counts["open_windows"] += custody == "device" and ended > as_of
            elif ended < END:
                continue
            elif since is None or day_of(since) <= last:
                counts[{"device": "lapsed", "printed": "printed_lapsed", "": "unable"}[custody]] += 1
    return {key: counts for key, counts in rows.items() if +counts}


def _counts(row: SatisfactionRow) -> Counter[str]:
    names = [name for name in SatisfactionRow.__slots__ if name not in ("unit", "capacity", "leader", "post")]
    return Counter({name: getattr(row, name) for name in names if getattr(row, name)})


@pytest.mark.parametrize(("as_of", "known_at", "since"), moments(1, HISTORY, 8))
def test_the_board_equals_a_recount_at_random_moments(
    reader: Reader, as_of: datetime, known_at: int, since: datetime | None
) -> None:
    known = retell(HISTORY, known_at)
    for unit, leader in ((None, None), ("county-a", None), (None, "officer-wang")):
        page = satisfaction(reader, as_of, known_at, unit=unit, leader=leader, since=since)
        found = {(row.unit, row.capacity): _counts(row) for row in page.rows}
        assert {key: c for key, c in found.items() if c} == _recount(known, as_of, since, unit, leader)


def test_the_lists_are_what_the_board_counts(reader: Reader) -> None:
    board = satisfaction(reader, LAST).rows
    listed = ratings(reader, LAST).rows
    device = [row for row in listed if row.counted and row.custody == "device"]
    assert len(device) == sum(row.rated for row in board) > 15
    assert len(ratings(reader, LAST, custody="printed").rows) >= sum(row.printed_satisfied for row in board) > 0
    windows = lapsed_windows(reader, LAST, custody="device").rows
    assert len(windows) == sum(row.lapsed for row in board) > 5
    assert all(row.last_on < LAST.date() and row.opened_at.date() < row.last_on for row in windows)
    led = satisfaction(reader, LAST, by_leader=True).rows
    assert {row.leader for row in led} == {"officer-wang", "officer-sun"}
    for row in led:
        own = ratings(reader, LAST, leader=row.leader, capacity=row.capacity, custody="device").rows
        assert row.rated == sum(one.counted and one.leader_office == row.unit for one in own)


def test_pages_make_up_the_list(reader: Reader) -> None:
    whole = dissatisfied(reader, LAST).rows
    rows: list[Dissatisfied] = []
    cursor: str | None = None
    while True:
        page = dissatisfied(reader, LAST, limit=7, cursor=cursor)
        rows, cursor = [*rows, *page.rows], page.cursor
        if cursor is None:
            break
    assert tuple(rows) == whole
    first = ratings(reader, LAST, limit=3).cursor
    with pytest.raises(CursorRefused):
        dissatisfied(reader, LAST, limit=3, cursor=first)
    with pytest.raises(CursorRefused):
        ratings(reader, LAST - timedelta(days=1), limit=3, cursor=first)
    with pytest.raises(UnitUnknown):
        satisfaction(reader, LAST, unit="nowhere")


@pytest.mark.parametrize(("as_of", "known_at", "since"), moments(2, HISTORY, 4))
def test_what_followed_a_bad_rating_equals_a_recount(
    reader: Reader, as_of: datetime, known_at: int, since: datetime | None
) -> None:
    expected = []
    for case, told in retell(HISTORY, known_at).seen.items():
        for one, _, counted in _given(told):
            event: Any = one.event
            bad = counted and event.rating == "dissatisfied"
            if bad and in_period(one.at, since, as_of):
                later = [o for o in told if o.name in FOLLOWING and o.event.index > one.event.index and o.at <= as_of]
                until = min([as_of, *(o.at for o in later)])
                acts = tuple(o.event.index for o in later)
                expected.append((case, one.event.index, max(0, days_between(one.at, until)), acts))
    rows = dissatisfied(reader, as_of, known_at, since=since).rows
    told_rows = [(r.rating.case, r.rating.index, r.days, tuple(f.index for f in r.follow_ups)) for r in rows]
    assert sorted(told_rows) == sorted(expected)
    alone = dissatisfied(reader, as_of, known_at, since=since, unfollowed=True).rows
    ever = dissatisfied(reader, as_of, known_at, unfollowed=True).rows
    assert count_unfollowed(reader, as_of, known_at) == len(ever)
    assert [row.rating.index for row in alone] == [row.rating.index for row in rows if not row.follow_ups]


def test_a_staff_entered_rating_changes_no_score() -> None:
    row = SatisfactionRow("roads", "competent_unit", satisfied=1, dissatisfied=1, lapsed=2, reported_satisfied=90)
    assert (row.rated, row.satisfaction_rate, row.participation_rate) == (2, 0.5, 0.5)
    assert SatisfactionRow("roads", "competent_unit", printed_satisfied=4).satisfaction_rate is None
