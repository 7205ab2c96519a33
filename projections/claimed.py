"""Claimed deadlines: by which day an office says that something was to be done, beside the computed clocks.

A claim stands from its act until the clock that it is about is closed with none of that name running, until a later
claim for the same replaces it, or until the case goes to another office, where it stands on. It moves no clock; how
late something was against it is told beside how late it was by law.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from sys import intern
from typing import Any, Final

from domain.case_state import Case
from domain.claim_events import CLAIMED_CLOCKS, CaseDeadlineClaimed
from domain.clock import Clock
from domain.effective import unix_ms
from projections.clocks import civil_day
from projections.entries import CASE_PREFIX
from projections.items import word_of
from projections.states import DIVERTED, TAIL, begin, end, is_diverted, is_open, last_of, withdraw
from projections.tables import Column, Index, Row, Table
from projections.view import Put, Rows, Step
from projections.watching import CLOSED, OFFICE

CLAIMED = Table(
    "view_claimed_deadlines",
    3,
    (
        Column("case_id", "text"),
        Column("covers", "text"),
        Column("segment", "small"),
        Column("seq", "integer"),
        Column("unit", "text"),
        Column("due_day", "integer"),
        Column("done_day", "integer"),
        Column("met", "small"),
        *TAIL,
    ),
    (
        Index("page", "due_day, case_id, covers, segment", "unit, seq, done_day, met, k0, km, kx, v0, v1"),
        Index("ended", "v1, case_id, covers, segment", "unit, due_day, done_day, met, k0, km, kx, v0, flags"),
    ),
)
_SEGMENT, _SEQ, _UNIT, _DUE, _DONE = range(2, 7)
_TAIL_AT: Final = len(CLAIMED.columns) - len(TAIL)
REPLACED: Final = "replaced"
CLAIM_IMPORTED, DONE_IMPORTED = 4, 8
"""Flags of a row beside those of all states: the claim is a file's, or so is the time at which its clock closed."""


class ClaimedRows:
    """The view behind `claimed_deadlines`: one row a claim at one office."""

    name = "claimed"
    version = 2
    tables = (CLAIMED,)
    actions: frozenset[str] | None = frozenset({CaseDeadlineClaimed.action, DIVERTED})
    watches = CLOSED | OFFICE

    def follows(self, stream: str) -> bool:
        """Cases only."""
        return stream.startswith(CASE_PREFIX)

    def fold(self, step: Step, rows: Rows) -> Iterable[Put]:
        """Put a new claim, and the claims that the act ended or passed on."""
        if not rows[0] and step.event.action != CaseDeadlineClaimed.action:
            return ()
        action = step.event.action
        if action == CaseDeadlineClaimed.action:
            return () if is_diverted(step) else _claimed(step, rows)
        if action == DIVERTED:
            return withdraw(step, rows)
        if step.before.closed is step.after.closed and step.before.office == step.after.office:
            return ()
        return () if is_diverted(step) else _changed(step, rows)


CLAIMED_ROWS = ClaimedRows()


def _claimed(step: Step, rows: Rows) -> Iterator[Put]:
    event: Any = step.event
    case_id = step.key
    last = last_of(rows[0], case_id, event.covers)
    if last is not None and is_open(last):
        last = end(last, step, REPLACED)
        yield 0, last
    segment = 1 if last is None else last[_SEGMENT] + 1
    row = (case_id, event.covers, segment, event.originator_version, intern(step.after.office))
    *tail, flags = begin(step, last)
    begun = (*row, event.due_on.toordinal(), 0, 0, *tail, flags | CLAIM_IMPORTED * (event.imported is not None))
    done = _answered(step.after, event.covers)
    yield 0, begun if done is None else _done(step, begun, done)


def _changed(step: Step, rows: Rows) -> Iterator[Put]:
    case_id = step.key
    for covers in CLAIMED_CLOCKS:
        last = last_of(rows[0], case_id, covers)
        if last is None or not is_open(last):
            continue
        done = _answered(step.after, covers)
        if done is not None and done.closed_index == step.event.index:
            yield 0, _done(step, last, done)
        elif last[_UNIT] != step.after.office:
            yield 0, end(last, step, word_of(step.event))
            passed = (case_id, covers, last[_SEGMENT] + 1, last[_SEQ], intern(step.after.office))
            *tail, flags = begin(step, last)
            yield 0, (*passed, last[_DUE], 0, 0, *tail, flags | last[-1] & CLAIM_IMPORTED)


def _answered(case: Case, covers: str) -> Clock | None:
    """Return the last closed clock that a claim is about, None while one runs or before one was closed."""
    names = CLAIMED_CLOCKS[covers]
    if any(clock.clock in names for clock in case.running):
        return None
    return next((clock for clock in reversed(case.closed) if clock.clock in names and clock.closed_at), None)


def _done(step: Step, row: Row, clock: Clock) -> Row:
    """Return a claim as the act left it that closed its clock; the day is that of the closing, whenever it was told."""
    assert clock.closed_at is not None
    ended = end(row, step, word_of(step.event))
    told = (civil_day(unix_ms(clock.closed_at)), int(clock.met))
    return (*ended[:_DONE], *told, *ended[_TAIL_AT:-1], ended[-1] | DONE_IMPORTED * clock.closed_imported)
