"""What petitioners said of the offices that handled their matters, and the windows in which they could.

Two offices are rated apart: the petition office and the competent unit. Only the petitioner's own key rates. A rating
by a key made on the petitioner's device is `device`; by one claimed from a slip that an office printed, `printed`, and
stands beside the headline; what staff wrote down is `reported` and never counts. One rating an office and handling
round counts.

A window that lapses leaves no act. So a row has the day on which its window ends, as the clocks' rows have it, and
whether it lapsed is computed at the moment asked. A row ends where its office was rated in time, or a new round of
handling began first; such a window never lapses. Windows of cases without a key of the petitioner have custody "":
nobody could rate.

Source: article 21(2); one rating an office and round, and what counts in the headline, are design decisions.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Final

from domain.case_state import Case
from domain.clock import Clock, civil_day, last_day
from domain.effective import unix_ms
from domain.tracks.evaluation import WINDOW
from projections.clocks import kind_of
from projections.entries import CASE_PREFIX
from projections.tables import OPEN, OPEN_AT, Column, Index, Row, Table
from projections.view import Put, Rows, Step
from projections.watching import ROUND, RUNNING, TRACKS

CAPACITIES: Final = ("competent_unit", "petition_office")
DEVICE, PRINTED, REPORTED, NOBODY = "device", "printed", "reported", ""
DISSATISFIED: Final = "dissatisfied"

RATED: Final = "case.rated.v1"
STAFF_ENTERED: Final = "case.rating_reported.v1"
FOLLOW_UPS: Final = frozenset(
    {
        "case.reopened.v1",
        "case.dissatisfaction_followed_up.v1",
        "case.supervision_opened.v1",
        "case.supervision_taken_up.v1",
        "case.supervision_answered.v1",
        "case.supervision_closed.v1",
        "case.rectification_ordered.v1",
        "case.rectification_reported.v1",
        "case.rectification_accepted.v1",
        "case.correction_ordered.v1",
        "case.escalated.v1",
    }
)
"""Acts of offices that take up a case whose handling was rated dissatisfied."""
_SAYING: Final = FOLLOW_UPS | {RATED, STAFF_ENTERED}

RATINGS = Table(
    "view_ratings",
    2,
    (
        Column("case_id", "text"),
        Column("seq", "integer"),
        Column("office", "text"),
        Column("capacity", "text"),
        Column("round", "small"),
        Column("rating", "text"),
        Column("custody", "text"),
        Column("counted", "small"),
        Column("k0", "big"),
        Column("v0", "big"),
    ),
    (Index("given", "v0, case_id, seq", "office, capacity, rating, custody, counted, k0"),),
)
WINDOWS = Table(
    "view_windows",
    3,
    (
        Column("case_id", "text"),
        Column("segment", "small"),
        Column("capacity", "text"),
        Column("office", "text"),
        Column("round", "small"),
        Column("custody", "text"),
        Column("kind", "small"),
        Column("key_day", "integer"),
        Column("k0", "big"),
        Column("v0", "big"),
        Column("km", "big"),
        Column("kx", "big"),
        Column("v1", "big"),
    ),
    (Index("lapse", "kind, key_day, case_id, segment, capacity", "office, custody, round, k0, v0, km, kx, v1"),),
)
RATED_HOLDS = Table(
    "view_rated_holds",
    2,
    (
        Column("case_id", "text"),
        Column("seq", "integer"),
        Column("leader", "text"),
        Column("post", "text"),
        Column("office", "text"),
        Column("k0", "big"),
        Column("v0", "big"),
        Column("km", "big"),
        Column("v1", "big"),
    ),
)
FOLLOWED_UP = Table(
    "view_followups",
    2,
    (
        Column("case_id", "text"),
        Column("seq", "integer"),
        Column("action", "text"),
        Column("office", "text"),
        Column("k0", "big"),
        Column("v0", "big"),
    ),
)
_COUNTED = 7


class Satisfaction:
    """The view behind `satisfaction`: ratings, windows, the leaders who held the package, and what followed."""

    name = "satisfaction"
    version = 1
    tables = (RATINGS, WINDOWS, RATED_HOLDS, FOLLOWED_UP)
    actions: frozenset[str] | None = _SAYING
    # What opens a window is published data, so that any act of a case may.
    watches = RUNNING | TRACKS | ROUND

    def follows(self, stream: str) -> bool:
        """Cases only."""
        return stream.startswith(CASE_PREFIX)

    def fold(self, step: Step, rows: Rows) -> Iterable[Put]:
        """Put what the act says of ratings, windows, holds and follow-ups; for most acts that is nothing."""
        before: Case = step.before
        after: Case = step.after
        packaged = after.tracks is not before.tracks and after.tracks.package is not before.tracks.package
        windows = WINDOW in after.segments and after.running is not before.running and _moves_windows(before, after)
        if windows or packaged or after.round != before.round or step.event.action in _SAYING:
            return self._changed(step, before, after, rows)
        return ()

    def _changed(self, step: Step, before: Case, after: Case, rows: Rows) -> Iterator[Put]:
        action = step.event.action
        if action in (RATED, STAFF_ENTERED):
            rating = _rating(step, after, rows[0])
            yield 0, rating
            if rating[_COUNTED]:
                yield from _ended(step, rows[1], lambda row: row[2] == rating[3] and row[4] == rating[4])
        elif action in FOLLOW_UPS and any(row[5] == DISSATISFIED and row[_COUNTED] for row in rows[0].values()):
            yield 3, (*_place(step), action, step.event.office, step.event.index, step.at)
        if after.tracks.package is not before.tracks.package:
            yield from _holds(step, before, after, rows[2])
        if after.round != before.round:
            yield from _lapse_no_more(step, before, rows[1])
        if after.running is not before.running:
            yield from _windows(step, before, after, rows)


SATISFACTION = Satisfaction()


def _place(step: Step) -> tuple[str, int]:
    return step.key, step.event.originator_version


def _rating(step: Step, after: Case, rows: dict[Row, Row]) -> Row:
    event: Any = step.event
    custody = REPORTED
    if event.action == RATED:
        custody = _custody_word(after.ratings[-1].custody)
    said = (event.rated_office, event.of, event.round)
    first = not any(row[_COUNTED] and row[2:5] == said for row in rows.values())
    counted = int(first and custody in (DEVICE, PRINTED))
    return (*_place(step), *said, event.rating, custody, counted, event.index, step.at)


def _custody_word(custody: str) -> str:
    return custody if custody in (DEVICE, NOBODY) else PRINTED


def _moves_windows(before: Case, after: Case) -> bool:
    """Say whether an act that changed the running clocks could have opened a window, or ended one."""
    for clock in after.running:
        if clock.clock == WINDOW:
            return True
    return any(clock.clock == WINDOW for clock in after.closed[len(before.closed) :])


def _windows(step: Step, before: Case, after: Case, rows: Rows) -> Iterator[Put]:
    """Put the windows that the act opened; end those that it closed without a rating, and withdraw the replaced."""
    index = step.event.index
    for clock in after.running:
        if clock.clock == WINDOW and clock not in before.running:
            yield from _opened(step, clock, after, rows)
    for clock in after.closed[len(before.closed) :]:
        if clock.clock != WINDOW:
            continue
        of_clock = [row for row in rows[1].values() if row[1] == clock.segment and row[10] == OPEN]
        if clock.withdrawn_index == index:
            yield from ((1, (*row[:11], index, row[12])) for row in of_clock)
        elif clock.closed_index == index and not clock.met and not _over(step, clock):
            at = step.at
            yield from ((1, (*row[:10], index, row[11], at)) for row in of_clock)


def _opened(step: Step, clock: Clock, after: Case, rows: Rows) -> Iterator[Put]:
    rule = step.reference.rules.at(clock.started_index).clocks[clock.rule]
    keys = [key.custody for key in after.petitioner_keys]
    custody = DEVICE if DEVICE in keys else PRINTED if keys or after.claim_key else NOBODY
    kind, key_day = kind_of(clock.day_kind, clock.length, rule.weekends_roll), clock.key_day.toordinal()
    for capacity in CAPACITIES:
        office = _rateable(after, capacity)
        if office and not _is_rated(rows[0], capacity, after.round):
            what = (capacity, office, after.round, custody, kind, key_day)
            began = (clock.known_from, unix_ms(clock.started_at))
            yield 1, (step.key, clock.segment, *what, *began, OPEN, OPEN, OPEN_AT)


def _is_rated(ratings: dict[Row, Row], capacity: str, handling_round: int) -> bool:
    return bool(ratings) and any(row[_COUNTED] and row[3:5] == (capacity, handling_round) for row in ratings.values())


def _rateable(case: Case, capacity: str) -> str:
    """Return the office of this kind that the petitioner is asked about: the holder, or the last one before it."""
    if case.capacity == capacity:
        return case.office
    for held in (case.senders, case.holdings):
        for office, held_as in reversed(held):
            if held_as == capacity:
                return office
    return ""


def _ended(step: Step, rows: dict[Row, Row], concerns: Any) -> Iterator[Put]:
    index, at = step.event.index, step.at
    for row in rows.values():
        if row[10] == row[11] == OPEN and concerns(row):
            yield 1, (*row[:10], index, OPEN, at)


def _lapse_no_more(step: Step, before: Case, rows: dict[Row, Row]) -> Iterator[Put]:
    """End the windows of a round of handling that is over, except those that had lapsed by then."""
    clocks = {clock.segment: clock for clock in before.clocks if clock.clock == WINDOW}
    lapsed = {segment for segment, clock in clocks.items() if _over(step, clock)}
    yield from _ended(step, rows, lambda row: row[1] not in lapsed)


def _over(step: Step, clock: Clock) -> bool:
    """Say whether the window had lapsed when the act happened, by the calendar known just before it."""
    rule = step.reference.rules.at(clock.started_index).clocks[clock.rule]
    calendar = step.reference.calendars.as_known(step.event.index - 1)
    return civil_day(step.event.effective_at) > last_day(clock, calendar, rule.weekends_roll)


def _holds(step: Step, before: Case, after: Case, rows: dict[Row, Row]) -> Iterator[Put]:
    """Put the hold that an assignment or a hand-over began, and end the one before it."""
    package = after.tracks.package
    if package is None or (step.key, package.holds[-1].from_seq) in rows:
        return
    hold = package.holds[-1]
    since = unix_ms(hold.since)
    for row in rows.values():
        if row[7] == OPEN:
            since = max(since, row[6])
            yield 2, (*row[:7], hold.from_index, since)
    case_id = step.key
    yield 2, (case_id, hold.from_seq, hold.leader, hold.post, hold.office, hold.from_index, since, OPEN, OPEN_AT)
