"""Suggestions (人民建议): under study, adopted or not, carried out, replied to.

A case is a suggestion once it is classified as one, or from its channel on while nobody has classified it otherwise,
and wherever a decision on a suggestion was made. Adopted is not yet carried out; both are told apart from the reply.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from sys import intern
from typing import Any, Final

from domain.case_events import CaseReplied
from domain.case_state import Case
from domain.effective import unix_ms
from domain.moves import DIVERTED_JUDICIAL, MERGED, NO_LONGER_ACCEPTED, NOT_ACCEPTED, OUT_RECEIVED, WITHDRAWN
from domain.tracks.supervision_events import SuggestionDecided, SuggestionImplemented
from projections.clocks import kind_of
from projections.items import AS_SET, is_case, judged, word_of
from projections.states import (
    DIVERTED,
    TAIL,
    began_at,
    begin,
    end,
    is_diverted,
    last_of,
    withdraw,
)
from projections.tables import Column, Index, Row, Table
from projections.view import Put, Rows, Step
from projections.watching import CATEGORY, OFFICE, STATE

SUGGESTIONS = Table(
    "view_suggestions",
    2,
    (
        Column("case_id", "text"),
        Column("segment", "small"),
        Column("seq", "integer"),
        Column("act", "text"),
        Column("state", "text"),
        Column("waiting", "small"),
        Column("unit", "text"),
        Column("item", "integer"),
        Column("adoption", "text"),
        Column("kind", "small"),
        Column("key_day", "integer"),
        Column("received_at", "big"),
        Column("decided_at", "big"),
        Column("done_at", "big"),
        Column("done_due", "integer"),
        Column("done_late", "small"),
        Column("replied_at", "big"),
        *TAIL,
    ),
    (Index("page", "ep, received_at, case_id, segment", "unit, state, waiting, k0, km, kx, v0, v1"),),
)
_GONE: Final = frozenset({WITHDRAWN, MERGED, OUT_RECEIVED, NOT_ACCEPTED, NO_LONGER_ACCEPTED, DIVERTED_JUDICIAL})
_ACTS: Final = frozenset({SuggestionDecided.action, SuggestionImplemented.action, CaseReplied.action})
_NOTHING_YET: Final[Mapping[str, Any]] = {
    **dict.fromkeys(("item", "key_day", "decided_at", "done_at", "done_due", "done_late", "replied_at"), 0),
    "adoption": "",
    "kind": AS_SET,
    "state": "STUDIED",
}


class SuggestionRows:
    """The view behind `suggestions`: one row an act that changed how a suggestion stood."""

    name = "suggestions"
    version = 1
    tables = (SUGGESTIONS,)
    actions: frozenset[str] | None = _ACTS | {DIVERTED}
    watches = CATEGORY | STATE | OFFICE

    def follows(self, stream: str) -> bool:
        """Cases only."""
        return is_case(stream)

    def fold(self, step: Step, rows: Rows) -> Iterable[Put]:
        """Put how the suggestion stands after the act, if the act changed that."""
        before: Case = step.before
        after: Case = step.after
        if not rows[0]:
            category = after.category
            maybe = category == "suggestion" or not category
            if not (maybe and _is_one(after)) and step.event.action != SuggestionDecided.action:
                return ()
        same = before.category is after.category and before.state is after.state and before.office is after.office
        if same and step.event.action not in _ACTS:
            return ()
        if is_diverted(step):
            return ()
        if step.event.action == DIVERTED:
            return withdraw(step, rows)
        return _changed(step, after, rows[0])


SUGGESTION_ROWS = SuggestionRows()


def _is_one(case: Case) -> bool:
    return case.category == "suggestion" or (not case.category and case.channel == "suggestion")


def _changed(step: Step, case: Case, rows: Mapping[Row, Row]) -> Iterator[Put]:
    case_id, event = step.key, step.event
    last, is_one = last_of(rows, case_id), _is_one(case)
    named = dict(zip((column.name for column in SUGGESTIONS.columns), last or (), strict=False))
    tail = begin(step, last)
    told = _told(step, case, named, began_at(tail), is_one)
    if last is not None:
        if told == last[4 : -len(TAIL)]:
            return
        yield 0, end(last, step, word_of(event))
    segment = 1 if last is None else last[1] + 1
    yield 0, (case_id, segment, event.originator_version, word_of(event), *told, *tail)


def _told(step: Step, case: Case, before: Mapping[str, Any], at: int, is_one: bool) -> Row:
    event: Any = step.event
    received_at = case.began_at or event.effective_at
    known = {**_NOTHING_YET, **before}
    decided: Row = tuple(known[name] for name in ("item", "adoption", "kind", "key_day"))
    done: Row = tuple(known[name] for name in ("done_at", "done_due", "done_late"))
    state, decided_at = known["state"], known["decided_at"]
    if isinstance(event, SuggestionDecided):
        state = "DECLINED" if event.adoption == "not_adopted" else "DECIDED"
        decided = (event.originator_version, event.adoption, *_due(step))
        decided_at, done = at, (0, 0, 0)
    elif isinstance(event, SuggestionImplemented) and state == "DECIDED" and event.item == decided[0]:
        state, done = "IMPLEMENTED", judged(step, decided[2], decided[3], at)
    elif not decided_at:
        state = "STUDIED" if is_one and case.state not in _GONE else "LEFT"
    replied_at = at if isinstance(event, CaseReplied) else known["replied_at"]
    unit = intern(case.office)
    return (state, int(state == "DECIDED"), unit, *decided, unix_ms(received_at), decided_at, *done, replied_at)


def _due(step: Step) -> Row:
    """Return how the day for carrying a decision out counts, and the day, 0 for none."""
    event: Any = step.event
    for clock in step.after.running:
        if clock.started_seq == event.originator_version and clock.clock == "IMPLEMENTATION":
            rule = step.reference.rules.at(clock.started_index).clocks[clock.rule]
            return (kind_of("calendar", 0, rule.weekends_roll), clock.key_day.toordinal())
    return (AS_SET, 0 if event.due_on is None else event.due_on.toordinal())
