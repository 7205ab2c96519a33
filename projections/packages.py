"""Leader packages (领导包案): one row an act on a package, which says who answered for what from that act on.

The leader, the deadline and the counts are the domain's own (`domain.tracks.packages`). A row holds while nothing else
is done on the package, so one row a moment tells who held it, since when, and when that leader last did something in
person. Deadlines pass, and leaders fall silent, without an act: both are computed (`packages_answers.py`).

Beside the packages stand dissents and petitioners' ratings, each with the leader who held the case at that moment.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from sys import intern
from typing import Any, Final

from domain.case_events import CaseRated
from domain.case_state import Case
from domain.effective import unix_ms
from domain.schema import Event
from domain.tracks.duty_events import DissentAnswered, DissentRecorded
from domain.tracks.package import Package
from domain.tracks.rows import TRACK_ROWS
from projections.clocks import kind_of
from projections.due import due_day
from projections.items import AS_SET, is_case, word_of
from projections.states import DIVERTED, TAIL, began_at, begin, end, is_diverted, is_open, last_of, withdraw
from projections.tables import Column, Index, Row, Table
from projections.view import Put, Rows, Step

RESOLVED: Final = "RESOLVED"
LATE: Final = "extended_late"
"""The word of an extension that came after the deadline: it is noted and changes nothing."""

_LEADER = (Column("leader", "text"), Column("post", "text"), Column("office", "text"))
_COUNTS = tuple(Column(name, "small") for name in ("extensions", "late_extensions", "reports", "reopened"))
_DEADLINE = "key_day, case_id, package, segment"
_QUEUED = "leader, kind, k0, km, kx, v0, v1, touched_at, seq, reason, flags"
_BOARD = "office, post, hold, act, held, held_at, kind, key_day, ended_by, k0, km, kx, v0, v1"
PACKAGES = Table(
    "view_packages",
    3,
    (
        Column("case_id", "text"),
        Column("package", "integer"),
        Column("segment", "small"),
        Column("seq", "integer"),
        Column("act", "text"),
        Column("actor", "text"),
        Column("state", "text"),
        Column("held", "small"),
        *_LEADER,
        Column("hold", "small"),
        Column("assigned_by", "text"),
        Column("reason", "text"),
        Column("result", "text"),
        Column("kind", "small"),
        Column("key_day", "integer"),
        Column("acts", "integer"),
        *_COUNTS,
        Column("proposal", "integer"),
        Column("taker", "text"),
        Column("taker_post", "text"),
        Column("taker_office", "text"),
        Column("assigned_at", "big"),
        Column("held_at", "big"),
        Column("last_at", "big"),
        Column("touched_at", "big"),
        Column("judged", "integer"),
        *TAIL,
    ),
    (
        Index("page", f"ep, held, {_DEADLINE}", f"office, {_QUEUED}"),
        Index("office", f"office, ep, held, {_DEADLINE}", _QUEUED),
        Index("acts", "v0, case_id, seq", "package, segment, office, leader, act, k0, kx"),
        Index("leader", "leader, case_id, package, segment", _BOARD),
        Index("proposals", "case_id, proposal", "", "proposal > 0"),
    ),
)
MARKS = Table(
    "view_package_marks",
    3,
    (
        Column("case_id", "text"),
        Column("mark_seq", "integer"),
        Column("segment", "small"),
        Column("mark", "text"),
        Column("package", "integer"),
        *_LEADER,
        Column("officer", "text"),
        Column("officer_post", "text"),
        Column("officer_office", "text"),
        Column("code", "text"),
        Column("rated_as", "text"),
        Column("rated_office", "text"),
        Column("custody", "text"),
        Column("about", "integer"),
        *TAIL,
    ),
    (Index("leader", "leader, mark, case_id, mark_seq, segment", "post, office, code, custody, k0, km, kx, v0, v1"),),
)
_NUMBER = {column.name: number for number, column in enumerate(PACKAGES.columns)}
_HOLD, _HELD_AT = _NUMBER["hold"], _NUMBER["held_at"]
_ACTS: Final = frozenset(row.action for row in TRACK_ROWS if row.track == "package")


class PackageRows:
    """The view behind everything that is asked about leader packages."""

    name = "packages"
    version = 4
    tables = (PACKAGES, MARKS)
    actions: frozenset[str] | None = _ACTS | {
        DIVERTED,
        CaseRated.action,
        DissentRecorded.action,
        DissentAnswered.action,
    }

    def follows(self, stream: str) -> bool:
        """Cases only."""
        return is_case(stream)

    def fold(self, step: Step, rows: Rows) -> Iterable[Put]:
        """Put what an act made of the case's package, or the mark that it left."""
        event = step.event
        if is_diverted(step):
            return ()
        if event.action == DIVERTED:
            return withdraw(step, rows)
        if event.action not in _ACTS:
            return _mark(step, rows)
        package: Package | None = step.after.tracks.package
        if package is None or package is step.before.tracks.package:
            return ()
        return _turned(step, package, rows)


PACKAGE_ROWS = PackageRows()


def _turned(step: Step, package: Package, rows: Rows) -> Iterator[Put]:
    case_id = step.key
    last = last_of(rows[0], case_id, package.seq)
    word = _word(step.event, step.before.tracks.package, package)
    if last is not None:
        yield 0, end(last, step, word)
    key = (case_id, package.seq, 1 if last is None else last[2] + 1)
    tail = begin(step, last)
    held_at = began_at(tail) if last is None or last[_HOLD] != len(package.holds) else last[_HELD_AT]
    yield 0, (*key, *_told(step, package, word, last, held_at), *tail)


def _told(step: Step, package: Package, word: str, last: Row | None, held_at: int) -> Row:
    event, hold = step.event, package.holds[-1]
    item = step.after.tracks.item(package.seq)
    state = RESOLVED if package.resolved_at is not None else ("" if item is None else item.state)
    assigned_at = unix_ms(package.assigned_at)
    last_at = 0 if package.last_act_at is None else unix_ms(package.last_act_at)
    return (
        event.originator_version,
        word,
        event.actor,
        state,
        int(state != RESOLVED),
        *map(intern, hold[:3]),
        len(package.holds),
        intern(package.assigned_by),
        package.reason,
        package.result,
        *_deadline(step, package, last),
        package.acts,
        *(getattr(package, column.name) for column in _COUNTS),
        *((0, "", "", "") if package.proposal is None else (package.proposal.seq, *package.proposal.taker)),
        assigned_at,
        held_at,
        last_at,
        last_at or assigned_at,
        _judged(step, package, last) if state == RESOLVED else 0,
    )


def _deadline(step: Step, package: Package, last: Row | None) -> Row:
    """Return how the deadline counts, and its day: as the package's clock does, or as set where none runs."""
    if package.resolved_at is None:
        for clock in step.after.running:
            if clock.clock == "PACKAGE" and clock.key_day == package.due_on:
                rule = step.reference.rules.at(clock.started_index).clocks[clock.rule]
                return (kind_of("calendar", 0, rule.weekends_roll), package.due_on.toordinal())
    kind = AS_SET if last is None or last[_NUMBER["key_day"]] != package.due_on.toordinal() else last[_NUMBER["kind"]]
    return (kind, package.due_on.toordinal())


def _judged(step: Step, package: Package, last: Row | None) -> int:
    """Return the due day that the resolution is judged by: by the calendar known before it."""
    key_day: int
    kind, key_day = _deadline(step, package, last)
    if kind == AS_SET:
        return key_day
    return due_day(step.reference.calendars.as_known(step.event.index - 1), kind, key_day).toordinal()


def _word(event: Event, before: Package | None, after: Package) -> str:
    if before is not None and before.seq == after.seq and before.late_extensions != after.late_extensions:
        return LATE
    return intern(word_of(event).removeprefix("package_"))


def _mark(step: Step, rows: Rows) -> Iterator[Put]:
    event: Any = step.event
    case_id, after = step.key, step.after
    if isinstance(event, DissentAnswered):
        last = last_of(rows[1], case_id, event.item)
        if last is not None and last[3] == "dissent" and is_open(last) and last[2] == 1:
            yield 1, end(last, step, "answered")
            yield 1, (*last[:2], 2, *last[3:11], event.adoption, *last[12 : -len(TAIL)], *begin(step, last))
        return
    held = _holder(after)
    key = (case_id, event.originator_version, 1)
    if isinstance(event, DissentRecorded):
        officer = (event.actor, event.post, event.office)
        yield 1, (*key, "dissent", *held, *officer, "", "", "", "", event.about, *begin(step))
    elif held[0]:
        key_used = step.before.key(event.key_id)
        custody = key_used.custody if key_used is not None else ""
        rating = (event.rating, event.of, event.rated_office, custody, event.round)
        yield 1, (*key, "rated", *held, "", "", "", *rating, *begin(step))


def _holder(case: Case) -> Row:
    """Return the number of the case's last package and the leader who holds it, or held it until it was resolved."""
    package = case.tracks.package
    if package is None:
        return (0, "", "", "")
    hold = package.holds[-1]
    return (package.seq, hold.leader, hold.post, hold.office)
