"""Who has how much to do: every stretch of a case at one answerable office, and the posts named for it.

A case is open from its first act until it is answered for good: its opinion served, a reply given, or its end
(`CLOSED`). It opens anew where it is reopened, reviewed or handled anew. While it is open exactly one office answers
for it, and the stretch at that office is a stay. An open case that is overdue is an open case.

Moves count in the order in which they were recorded: one that claims an earlier time than the move before it counts
with that one, so that at no moment two offices answer for one case. `passes` and `returns` say how often the case had
been passed on and given back by then. `ka` and `va` are the log index and moment of the first written answer recorded
in the open span, or after its end; `silent` marks an end that owed the petitioner an answer and came before any.

A case that went to the discipline bodies leaves every list and count once that is known, whatever had been in it (30).

Source: articles 5(3), 22, 23 and 30; one answerable office at every moment is a design decision.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Final

from domain.case_state import Case
from domain.moves import AFTER, DIRECTED, NEW, OVER, REPLIED, REVIEW_SERVED
from domain.transitions import TRANSITIONS
from projections.entries import CASE_PREFIX
from projections.items import word_of_action
from projections.tables import EPOCH_BITS, OPEN, OPEN_AT, OPEN_EPOCH, Column, Index, Row, Table
from projections.view import Put, Rows, Step

CLOSED: Final = frozenset({*OVER, *AFTER, REPLIED, DIRECTED, REVIEW_SERVED})
"""States in which the handling is over: answered, served or ended. Another request or a reopening opens it again."""

PASSES: Final = frozenset({"case.transferred.v1", "case.assigned.v1"})
RETURNED: Final = "case.return_approved.v1"
OUT: Final = "case.transferred_out.v1"
OWNED: Final = "case.responsibility_set.v1"
NOTICE: Final = "case.notice_served.v1"
ANSWERS: Final = frozenset(
    {
        "case.replied.v1",
        "case.opinion_served.v1",
        "case.directed.v1",
        "case.review_served.v1",
        "case.recheck_served.v1",
        "case.suggestion_decided.v1",
        "case.settled.v1",
        "case.mediation_performed.v1",
    }
)
"""Acts that answer the petitioner in writing, whatever they say; who settles has the settlement in writing."""

ANSWERING_NOTICES: Final = frozenset({"not_accepted", "no_longer_accepted", "directed", "routed"})
OWING: Final = frozenset({"case.concluded.v1", "case.not_accepted.v1", "case.no_longer_accepted.v1"})
"""Acts that end a case, owe the petitioner an answer, and are none themselves (19, 23, 34).

A withdrawal owes none; a matter that went to the judicial bodies or to another ledger is answered there, and of one
that went to the discipline bodies nothing is said (30).
"""

STAYS = Table(
    "view_stays",
    2,
    (
        Column("case_id", "text"),
        Column("stay", "small"),
        Column("unit", "text"),
        Column("capacity", "text"),
        Column("entered", "text"),
        Column("left_by", "text"),
        Column("closed", "small"),
        Column("round", "small"),
        Column("passes", "small"),
        Column("returns", "small"),
        Column("imported", "small"),
        Column("silent", "small"),
        Column("began", "big"),
        Column("ka", "big"),
        Column("va", "big"),
        Column("k0", "big"),
        Column("v0", "big"),
        Column("km", "big"),
        Column("v1", "big"),
        Column("ep", "small"),
    ),
    (
        Index("stock", "ep, v0, case_id, stay", "unit, began, passes, returns, imported, k0, km, v1"),
        Index("eldest", "ep, began, case_id, stay", "unit, v0, k0, km, v1, passes"),
        Index("unit", "unit, ep, v0, case_id, stay", "began, passes, returns, imported, k0, km, v1"),
        Index("entered", "v0, unit", "stay, entered, began, k0"),
        Index("left_at", "v1, unit", "closed, left_by, k0, v0, km"),
        Index("silent", "v1, case_id, stay", "unit, ka, va, k0, v0, km", "silent = 1"),
        Index("again", "v0, case_id, stay", "unit, passes, returns, entered, k0", "passes + returns >= 2"),
        Index("anew", "v0, case_id, stay", "unit, k0", "entered = 'reopened'"),
        Index("let_go", "v1, case_id", "unit, left_by, km", "stay = 1 AND left_by IN ('directed', 'transferred_out')"),
    ),
)
MEASURES = Table(
    "view_measures",
    2,
    (
        Column("case_id", "text"),
        Column("seq", "integer"),
        Column("stay", "small"),
        Column("unit", "text"),
        Column("post", "text"),
        Column("measure", "text"),
        Column("until_day", "integer"),
        Column("k0", "big"),
        Column("v0", "big"),
        Column("km", "big"),
        Column("v1", "big"),
    ),
)
HANDED_OVER = Table("view_handed_over", 1, (Column("case_id", "text"), Column("k0", "big")))
DISCIPLINE: Final = "case.diverted_discipline.v1"
_MOVING: Final = frozenset(
    row.action
    for row in TRANSITIONS
    for state, target in row.moves.items()
    if any((state in CLOSED) != (reached in CLOSED) for reached in (target, *row.branches.values()))
)
_MOVED: Final = frozenset(
    {
        "case.submitted.v1",
        "case.registered.v1",
        "case.received_from.v1",
        "case.designated.v1",
        "case.taken_over.v1",
        "case.review_decided.v1",
        "case.recheck_decided.v1",
    }
)
_NUMBER: Final = {column.name: number for number, column in enumerate(STAYS.columns)}
_BEGAN, _KA, _VA, _V0, _KM = (_NUMBER[name] for name in ("began", "ka", "va", "v0", "km"))
_SILENT, _CLOSED, _PASSES = _NUMBER["silent"], _NUMBER["closed"], _NUMBER["passes"]


class Workload:
    """The view behind `workload`: stays of cases at offices, and the posts and measures named in them."""

    name = "workload"
    version = 4
    tables = (STAYS, MEASURES, HANDED_OVER)
    actions: frozenset[str] | None = _MOVING | _MOVED | PASSES | ANSWERS | {RETURNED, OUT, OWNED, NOTICE}

    def follows(self, stream: str) -> bool:
        """Cases only."""
        return stream.startswith(CASE_PREFIX)

    def fold(self, step: Step, rows: Rows) -> Iterable[Put]:
        """End the stay that the act ended, begin the one that it began, and note answers and posts."""
        before: Case = step.before
        after: Case = step.after
        stays, action = rows[0], step.event.action
        last = stays.get((step.key, len(stays)))
        answering = _answers(step.event)
        was_open = before.state != NEW and before.state not in CLOSED
        is_open = after.state not in CLOSED
        if was_open == is_open and action != DISCIPLINE:
            moved = before.office != after.office or before.capacity != after.capacity
            if not is_open or not (moved or action in PASSES or action == OUT):
                if answering and last is not None and last[_KA] == OPEN:
                    return ((0, _answered(last, step)),)
                return self._owned(step, last, rows[1]) if action == OWNED and is_open else ()
        return self._moved(step, last, is_open, answering)

    def _moved(self, step: Step, last: Row | None, is_open: bool, answering: bool) -> Iterator[Put]:
        event, after = step.event, step.after
        if event.action == DISCIPLINE:
            yield 2, (step.key, event.index)
        at = step.at
        if last is not None:
            at = max(at, last[_V0])
            if answering and last[_KA] == OPEN:
                last = _answered(last, step)
            if last[_KM] == OPEN:
                silent = not is_open and event.action in OWING and after.addressable and not last[_VA] <= at
                shown = (*last[:5], _word(event), int(not is_open), *last[7:_SILENT], int(silent))
                yield 0, (*shown, *last[_BEGAN:_KM], event.index, at, event.index >> EPOCH_BITS)
        if is_open and after.office:
            yield 0, _begun(step, last, at)

    def _owned(self, step: Step, last: Row | None, measures: dict[Row, Row]) -> Iterator[Put]:
        event: Any = step.event
        if last is None:
            return
        case_id, seq, at = last[0], event.originator_version, max(step.at, last[_V0])
        for row in measures.values():
            if row[9] == OPEN:
                at = max(at, row[8])
                yield 1, (*row[:9], event.index, at)
        until = event.measure_on.toordinal() if event.measure_on is not None else 0
        what = (last[1], last[2], event.responsible_post, event.measure, until)
        yield 1, (case_id, seq, *what, event.index, at, OPEN, OPEN_AT)


WORKLOAD = Workload()


def seen(alias: str = "") -> str:
    """Return what holds of rows of cases that have not left every view, the rows being those of a table's alias."""
    column = f"{alias}.case_id" if alias else "case_id"
    return f"{column} NOT IN (SELECT case_id FROM view_handed_over WHERE k0 < :known_at)"


def _answers(event: Any) -> bool:
    """Say whether an act answers the petitioner in writing."""
    return event.action in ANSWERS or (event.action == NOTICE and event.notice in ANSWERING_NOTICES)


def _answered(last: Row, step: Step) -> Row:
    answer = (step.event.index, step.at)
    return (*last[:_KA], *answer, *last[_VA + 1 :])


def _begun(step: Step, last: Row | None, at: int) -> Row:
    """Return the row of a stay that begins; within an open span it goes on counting what the one before it counted."""
    event, after = step.event, step.after
    counts, number, began, answer = (0, 0), 1, at, (OPEN, OPEN_AT)
    if last is not None:
        counts, number = last[_PASSES : _PASSES + 2], last[1] + 1
        if last[_KM] == OPEN:
            began, answer = last[_BEGAN], last[_KA : _VA + 1]
    passes, returns = counts[0] + (event.action in PASSES), counts[1] + (event.action == RETURNED)
    entered = "remanded" if event.action in _REMANDING else _word(event)
    where = (step.key, number, after.office, after.capacity, entered, "", 0, after.round)
    counted = (passes, returns, int(after.imported), 0, began, *answer)
    return (*where, *counted, event.index, at, OPEN, OPEN_AT, OPEN_EPOCH)


_REMANDING: Final = frozenset({"case.review_decided.v1", "case.recheck_decided.v1"})


def _word(event: Any) -> str:
    """Return the act's name without its family and version; a matter directed on the spot is told apart."""
    word = word_of_action(event.action)
    return "directed_on_the_spot" if word == "directed" and event.on_the_spot else word
