"""The board of leaders: records against a recount day by day, and hand-overs with the days counted by hand."""

from __future__ import annotations

from collections import Counter
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from domain.tracks.attribution import attribution, missed_by
from domain.tracks.package import Hold
from domain.tracks.packages import PERSONAL
from projections.packages_board import LeaderRecord, package_board
from projections.packages_spans import responsibility
from projections.reader import Reader
from tests.projections.recount_tracks import TRACKS, Turn, day_of, moments, next_index, package_of, until
from tests.projections.track_views import CASE, act, assigned, moment, opened, tenure, told

SIZE = len(TRACKS.rows)
MOMENTS = list(moments(8, SIZE))
DAY = timedelta(days=1)
_SETS = ("package_assigned", "package_extended", "package_reopened")

Key = tuple[str, str, str, date | None]


class _Recount:
    """The records of all leaders at one moment, counted turn by turn and day by day."""

    def __init__(self, as_of: datetime, known_at: int) -> None:
        self.today, self.known_at = day_of(as_of), known_at
        self.tenures = TRACKS.tenures(known_at)
        self.records: dict[Key, Counter[str]] = {}
        gone = TRACKS.gone(known_at)
        for (case, number), turns in TRACKS.packages.items():
            by_then = until(turns, as_of, known_at)
            if by_then and f"case/{case}" not in gone:
                self._package((case, number), turns, by_then)

    def _tenure(self, by_then: list[Turn], turn: Turn) -> tuple[Key, date | None]:
        package = package_of(turn)
        hold = package.holds[-1]
        held = next(one.at for one in by_then if len(package_of(one).holds) == len(package.holds))
        spans = self.tenures.get((hold.office, hold.post, hold.leader), [])
        begun = [span for span in spans if span[0] <= day_of(held)] or spans[:1]
        first, last = begun[-1] if begun else (None, None)
        return (hold.office, hold.post, hold.leader, first), last

    def _package(self, key: tuple[str, int], turns: list[Turn], by_then: list[Turn]) -> None:
        for at, turn in enumerate(by_then):
            mine, _ = self._tenure(by_then, turn)
            record = self.records.setdefault(mine, Counter())
            word = turn.event.action.split(".")[1]
            late = at and package_of(by_then[at - 1]).late_extensions != package_of(turn).late_extensions
            record["personal_acts"] += turn.event.action in PERSONAL
            record["extensions"] += word == "package_extended" and not late
            record["late_extensions"] += bool(late)
            record["reopened"] += word == "package_reopened"
            record["reports"] += word == "package_reported"
            if word == "package_hand_over_confirmed" and len(package_of(turn).holds) > 1:
                record["handed_in"] += 1
                self.records[self._tenure(by_then, by_then[at - 1])[0]]["handed_out"] += 1
        for mine in {self._tenure(by_then, turn)[0] for turn in by_then}:
            self.records[mine]["packaged"] += 1
        self._days(turns, by_then)
        self._last(turns, by_then)

    def _due(self, turns: list[Turn], turn: Turn) -> date:
        package = package_of(turn)
        clocked = [one for one in turns[: turns.index(turn) + 1] if one.event.action.split(".")[1] in _SETS]
        started = any(c.clock == "PACKAGE" and c.key_day == package.due_on for c in clocked[-1].after.running)
        index = turn.event.index if package.resolved_at is not None else next_index(turns, turn, self.known_at)
        return TRACKS.roll(package.due_on, index) if started else package.due_on

    def _days(self, turns: list[Turn], by_then: list[Turn]) -> None:
        """Go through the days of the package: who held it at the end of each, and whose deadline passed."""
        last = by_then[-1]
        stop = self.today if package_of(last).resolved_at is None else min(self.today, day_of(last.at))
        day = day_of(by_then[0].at)
        while day <= self.today:
            turn = next(one for one in reversed(by_then) if day_of(one.at) <= day)
            mine, ended = self._tenure(by_then, turn)
            answers = ended is None or day <= ended
            if day <= stop:
                self.records[mine]["days_held" if answers else "days_after_tenure"] += 1
            is_open = package_of(turn).resolved_at is None
            if day < self.today and is_open and answers and self._due(turns, turn) == day:
                self.records[mine]["missed"] += 1
            day += DAY

    def _last(self, turns: list[Turn], by_then: list[Turn]) -> None:
        turn = by_then[-1]
        package, due = package_of(turn), self._due(turns, turn)
        mine, ended = self._tenure(by_then, turn)
        record = self.records[mine]
        if package.resolved_at is not None:
            record["closed"] += 1
            record["on_time" if day_of(turn.at) <= due else "closed_late"] += 1
            record["resolved"] += package.result not in ("explained", "not_supported")
        elif ended is not None and ended < self.today:
            record["left"] += 1
        else:
            record["holding"] += 1
            record["overdue"] += self.today > due


_COUNTS = (
    *("packaged", "holding", "left", "closed", "resolved", "on_time", "closed_late", "overdue", "missed"),
    *("personal_acts", "extensions", "late_extensions", "reopened", "handed_in", "handed_out", "reports"),
    *("days_held", "days_after_tenure"),
)


def _told(row: LeaderRecord) -> tuple[Any, ...]:
    key = (row.office, row.post, row.leader, row.tenure_from)
    return (*key, *(getattr(row, name) for name in _COUNTS))


@pytest.mark.parametrize(("as_of", "known_at"), MOMENTS)
def test_records_equal_a_recount_at_random_moments(tracks: Reader, as_of: datetime, known_at: int) -> None:
    records = _Recount(as_of, known_at).records
    expected = [(*key, *(record[name] for name in _COUNTS)) for key, record in records.items()]
    rows = package_board(tracks, as_of, known_at).rows
    assert sorted(map(_told, rows), key=str) == sorted(expected, key=str)
    for row in rows:
        assert sum(row.by_result.values()) == row.closed == row.on_time + row.closed_late
        assert row.overdue <= row.not_closed <= row.holding


def test_pages_of_leaders_make_up_the_board(tracks: Reader) -> None:
    as_of, known_at = MOMENTS[1]
    whole = package_board(tracks, as_of, known_at).rows
    found: list[LeaderRecord] = []
    cursor: str | None = None
    for _ in range(len(whole)):
        page = package_board(tracks, as_of, known_at, limit=2, cursor=cursor)
        found, cursor = [*found, *page.rows], page.cursor
        if cursor is None:
            break
    assert tuple(found) == whole
    assert package_board(tracks, as_of, known_at, unit="roads").rows == tuple(
        row for row in whole if row.office == "roads"
    )


def _handed_over(ends: str = "") -> list[Any]:
    """Wang has a package to 10 May; Sun takes it on 20 April, or on 15 May where `ends` says so, and resolves it."""
    taker = {"leader": "officer-sun", "leader_post": "seat", "leader_office": "roads"}
    on = ends or "2023-04-20"
    return [
        *tenure("wang", "2020-01-01"),
        *tenure("sun", "2020-01-01", "", "roads"),
        opened(),
        assigned("2023-03-03", "wang", "2023-05-10"),
        act("package_investigated", "2023-03-10", "housing", item=2),
        act("package_hand_over_proposed", "2023-04-18", "housing", item=2, **taker),
        act("package_hand_over_confirmed", on, "roads", item=2, confirmed=4),
        act("package_resolved", "2023-06-01", "roads", item=2, result="executed"),
    ]


@pytest.mark.parametrize(
    ("ends", "misser"),
    [("", "officer-sun"), ("2023-05-15", "officer-wang")],
    ids=["handed over in time: the taker misses it", "handed over after the day: the giver has missed it"],
)
def test_a_row_follows_hand_overs_at_every_day_and_the_fault_stays(sqlite_url: str, ends: str, misser: str) -> None:
    with told(sqlite_url, _handed_over(ends)) as reader:
        on = date.fromisoformat(ends or "2023-04-20")
        for day in (date(2023, 3, 3) + DAY * number for number in range(95)):
            rows = {row.leader: row for row in package_board(reader, moment(day.isoformat())).rows}
            holder = "officer-wang" if day < on else "officer-sun"
            held = {leader for leader, row in rows.items() if row.holding}
            assert held == ({holder} if day < date(2023, 6, 1) else set())
            missed = {leader for leader, row in rows.items() if row.missed}
            assert missed == ({misser} if day > date(2023, 5, 10) else set())
        wang, sun = rows["officer-wang"], rows["officer-sun"]
        assert (wang.handed_out, sun.handed_in, sun.closed, sun.closed_late, sun.resolved) == (1, 1, 1, 1, 1)
        assert (wang.personal_acts, wang.last_personal_act_on) == (1, date(2023, 3, 10))
        assert (wang.days_held, sun.days_held) == ((on - date(2023, 3, 3)).days, (date(2023, 6, 1) - on).days + 1)
        assert (wang.reports_owed, sun.reports_owed) == ((1, 0) if ends else (0, 1))


def _attributed(as_of: datetime, known_at: int) -> list[tuple[Any, ...]]:
    """Who answered on which days, by the domain's own attribution of the packages as they stood."""
    tenures, gone = TRACKS.tenures(known_at), TRACKS.gone(known_at)
    found = []
    for (case, number), turns in TRACKS.packages.items():
        by_then = until(turns, as_of, known_at)
        if not by_then or f"case/{case}" in gone:
            continue
        package = package_of(by_then[-1])
        counts = range(1, len(package.holds) + 1)
        starts = [next(turn.at for turn in by_then if len(package_of(turn).holds) == count) for count in counts]
        times = zip(package.holds, starts, [*starts[1:], None], strict=True)
        holds = tuple(hold._replace(since=start, until=stop) for hold, start, stop in times)
        ends: dict[Hold, date] = {}
        for hold in holds:
            spans = tenures.get((hold.office, hold.post, hold.leader), [])
            begun = [span for span in spans if span[0] <= day_of(hold.since)] or spans[:1]
            if begun and begun[-1][1] is not None:
                ends[hold] = begun[-1][1]
        resolved_at = None if package.resolved_at is None else by_then[-1].at
        stands = package._replace(holds=holds, resolved_at=resolved_at)
        found += [(case, number, *span) for span in attribution(stands, day_of(as_of), ends)]
    return sorted(found)


def test_responsibility_equals_the_domains_attribution(tracks: Reader) -> None:
    for as_of, known_at in MOMENTS[:8]:
        rows = responsibility(tracks, as_of, known_at).rows
        found = [(r.case, r.package, r.leader, r.post, r.office, r.first_on, r.last_on) for r in rows]
        assert sorted(found) == _attributed(as_of, known_at)


def test_who_missed_a_deadline_is_whom_the_domain_names(sqlite_url: str) -> None:
    with told(sqlite_url, _handed_over("2023-05-15")) as reader:
        [first, second] = responsibility(reader, moment("2023-05-20"), case=CASE).rows
        assert (first.leader, first.last_on, first.missed) == ("officer-wang", date(2023, 5, 14), True)
        assert (second.leader, second.first_on, second.missed) == ("officer-sun", date(2023, 5, 15), False)
    turns = next(t for t in TRACKS.packages.values() if not package_of(t[0]).reopened)
    assert missed_by(package_of(turns[0]), package_of(turns[0]).due_on) is None


def test_ratings_and_dissents_are_counted_for_the_leader_of_their_moment(tracks: Reader) -> None:
    as_of, known_at = moment("2023-12-31"), SIZE
    rows = package_board(tracks, as_of, known_at).rows
    gone = TRACKS.gone(known_at)
    rated = [
        event
        for event, before, _ in TRACKS.steps
        if event.action == "case.rated.v1" and event.index < known_at and event.effective_at <= as_of
        if before.tracks.package is not None and event.originator_id not in gone
    ]
    assert sum(sum(row.ratings.values()) for row in rows) == len(rated) > 20
    assert all(not sum(row.printed_ratings.values()) for row in rows)
