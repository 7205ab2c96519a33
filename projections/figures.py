"""What the figures need to know of a case and no other view has, as facts and spells on two time axes.

A fact is one act that a formula asks for: that the matter began, was resolved, was handled anew, was the same as
another, or that an office asked the petitioner to come again. A spell is something that lasts: a leader package with
its holder, a recommendation until its reply, a suggestion until its decision, an exclusion until it is lifted.
`k0`, `km` and `v0`, `v1` are as in `clocks.py`; within one spell and its successor moments never go back. Nothing here
is a figure: figures are counted from these rows when they are asked for (`figures_answers.py`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from sys import intern
from typing import Any, Final

from domain import case_events, handling_events, review_events, routing_events
from domain.case_state import Case
from domain.tracks import duty_events, joint_events, package_events, supervision_events
from projections.clocks import civil_day
from projections.entries import CASE_PREFIX
from projections.tables import OPEN, OPEN_AT, Column, Index, Row, Table
from projections.view import Put, Rows, Step

BEGUN, RESOLVED, REHANDLED, REPEAT, ASKED, AREA, CHANNEL = (
    *("begun", "resolved", "rehandled", "repeat", "asked", "area", "channel"),
)
PACKAGE, RECOMMENDATION, SUGGESTION, EXCLUSION = "package", "recommendation", "suggestion", "exclusion"
PASSED_ON, REPLACED = "passed_on", "replaced"

FACTS = Table(
    "view_figure_facts",
    3,
    (
        Column("case_id", "text"),
        Column("fact", "text"),
        Column("seq", "integer"),
        Column("unit", "text"),
        Column("value", "text"),
        Column("day", "integer"),
        Column("k0", "big"),
        Column("v0", "big"),
        Column("imported", "small"),
    ),
    (Index("period", "fact, day, unit", "case_id, seq, value, k0, v0, imported"),),
)
SPELLS = Table(
    "view_figure_spells",
    4,
    (
        Column("case_id", "text"),
        Column("kind", "text"),
        Column("item", "integer"),
        Column("spell", "small"),
        Column("unit", "text"),
        Column("leader", "text"),
        Column("post", "text"),
        Column("code", "text"),
        Column("k0", "big"),
        Column("v0", "big"),
        Column("km", "big"),
        Column("v1", "big"),
        Column("result", "text"),
    ),
    (
        Index("begun", "kind, v0", "k0, km, v1, unit, case_id, item, result"),
        Index("ended", "kind, v1", "k0, km, v0, unit, case_id, item, result"),
        Index("known", "kind, km"),
        Index("leader", "leader, kind", "case_id, k0, v0, km, v1"),
    ),
)
_SPELL, _V0, _KM, _V1, _RESULT = (
    [column.name for column in SPELLS.columns].index(name) for name in ("spell", "v0", "km", "v1", "result")
)


class Figures:
    """The view behind the figures that clocks, ratings and stays do not tell."""

    name = "figures"
    version = 2
    tables = (FACTS, SPELLS)

    @property
    def actions(self) -> frozenset[str]:
        """The acts that the table below names."""
        return _ACTIONS

    def follows(self, stream: str) -> bool:
        """Cases only."""
        return stream.startswith(CASE_PREFIX)

    def fold(self, step: Step, rows: Rows) -> Iterable[Put]:
        """Put what the act tells: a fact, the beginning of a spell, or its end."""
        return _FOLDS[step.event.action](step, rows)


FIGURE_FACTS = Figures()

Fold = Callable[[Step, Rows], Iterable[Put]]


def _fact(step: Step, fact: str, unit: str, value: str) -> Put:
    event = step.event
    moment = step.at
    where = (step.key, fact, event.originator_version, intern(unit), value)
    return 0, (*where, civil_day(moment), event.index, moment, int(step.imported))


def _begun(step: Step, rows: Rows) -> Iterator[Put]:
    before: Case = step.before
    after: Case = step.after
    if before.version == 0:
        # This tells the first channel too.
        yield _fact(step, BEGUN, after.office, after.channel)
    elif after.channel != before.channel:
        yield _fact(step, CHANNEL, after.office, after.channel)
    if after.area != before.area:
        yield _fact(step, AREA, after.office, after.area)


def _tells(fact: str, value: str = "") -> Fold:
    """Return the fold of an act that is a fact whenever it happens; `value` names the field with its word."""

    def fold(step: Step, rows: Rows) -> Iterable[Put]:
        return (
            _fact(step, fact, step.before.office or step.event.office, getattr(step.event, value) if value else ""),
        )

    return fold


def _demanded(step: Step, rows: Rows) -> Iterable[Put]:
    event: Any = step.event
    return (_fact(step, ASKED, event.unit, event.demand),)


def _remanded(step: Step, rows: Rows) -> Iterable[Put]:
    event: Any = step.event
    if event.decision == "uphold":
        return ()
    return (_fact(step, REHANDLED, step.before.handling.unit or step.before.office, event.decision),)


def _reopened(step: Step, rows: Rows) -> Iterable[Put]:
    event: Any = step.event
    if event.reopening != "dissatisfied":
        return ()
    return (_fact(step, REHANDLED, step.after.office, "reopened"),)


def _linked(step: Step, rows: Rows) -> Iterable[Put]:
    event: Any = step.event
    return (_fact(step, REPEAT, step.after.office, event.link),) if event.link == "same_matter" else ()


def _merged(step: Step, rows: Rows) -> Iterable[Put]:
    return (_fact(step, REPEAT, step.before.office, "merged"),)


def _last(step: Step, rows: Rows, kind: str, item: int) -> Row | None:
    """Return the latest spell of an item."""
    case_id = step.key
    found, spell = None, 1
    while (row := rows[1].get((case_id, kind, item, spell))) is not None:
        found, spell = row, spell + 1
    return found


def _begin(
    step: Step, last: Row | None, kind: str, item: int, unit: str, code: str, leader: str = "", post: str = ""
) -> Put:
    moment = step.at
    number = 1
    if last is not None:
        number, moment = last[_SPELL] + 1, max(moment, last[_V0] if last[_KM] == OPEN else last[_V1])
    key = (step.key, kind, item, number)
    return 1, (*key, intern(unit), intern(leader), intern(post), code, step.event.index, moment, OPEN, OPEN_AT, "")


def _end(step: Step, row: Row, result: str) -> Put:
    moment = max(step.at, row[_V0])
    return 1, (*row[:_KM], step.event.index, moment, result)


def _packaged(step: Step, rows: Rows) -> Iterator[Put]:
    """Follow the package through its holders: what the domain made of the act decides, not the act by itself."""
    package = step.after.tracks.package
    if package is None or (package.seq != getattr(step.event, "item", package.seq)):
        return
    earlier = step.before.tracks.package
    if earlier is not None and earlier.seq != package.seq:
        replaced = _last(step, rows, PACKAGE, earlier.seq)
        if replaced is not None and replaced[_KM] == OPEN:
            yield _end(step, replaced, REPLACED)
    last = _last(step, rows, PACKAGE, package.seq)
    hold = package.holds[-1]
    if last is not None and last[_KM] == OPEN:
        if package.resolved_at is not None:
            yield _end(step, last, package.result)
            return
        if (last[5], last[6], last[4]) == hold[:3]:
            return
        yield _end(step, last, PASSED_ON)
    elif package.resolved_at is not None:
        return
    yield _begin(step, last, PACKAGE, package.seq, hold.office, package.reason, hold.leader, hold.post)


def _issued(step: Step, rows: Rows) -> Iterable[Put]:
    event: Any = step.event
    return (_begin(step, None, RECOMMENDATION, event.originator_version, event.unit, event.recommendation),)


def _replied(step: Step, rows: Rows) -> Iterable[Put]:
    event: Any = step.event
    row = _last(step, rows, RECOMMENDATION, event.item)
    if row is None or row[_KM] != OPEN:
        return ()
    # Whoever was advised to hold to account and took a measure has adopted the advice.
    measure = getattr(event, "measure", "")
    return (_end(step, row, getattr(event, "adoption", "adopted" if measure != "none" else "not_adopted")),)


def _classified(step: Step, rows: Rows) -> Iterator[Put]:
    last = _last(step, rows, SUGGESTION, 0)
    if step.after.category == SUGGESTION:
        if last is None or last[_RESULT] == "reclassified":
            yield _begin(step, last, SUGGESTION, 0, step.after.office, "")
    elif last is not None and last[_KM] == OPEN:
        yield _end(step, last, "reclassified")


def _decided(step: Step, rows: Rows) -> Iterator[Put]:
    event: Any = step.event
    last = _last(step, rows, SUGGESTION, 0)
    if last is None or last[_RESULT] == "reclassified":
        last = _begin(step, last, SUGGESTION, 0, step.before.office, "")[1]
    if last[_KM] == OPEN:
        yield _end(step, last, event.adoption)


def _excluded(step: Step, rows: Rows) -> Iterable[Put]:
    event: Any = step.event
    item = step.before.tracks.item(event.item)
    if item is None or item.track != EXCLUSION or item.state != "PROPOSED":
        return ()
    return (_begin(step, None, EXCLUSION, event.item, item.office, item.code),)


def _lifted(step: Step, rows: Rows) -> Iterable[Put]:
    event: Any = step.event
    row = _last(step, rows, EXCLUSION, event.item)
    return (_end(step, row, "lifted"),) if row is not None and row[_KM] == OPEN else ()


_FOLDS: Final[Mapping[str, Fold]] = {
    case_events.CaseSubmitted.action: _begun,
    case_events.CaseRegistered.action: _begun,
    routing_events.CaseReceivedFrom.action: _begun,
    review_events.CaseCorrected.action: _begun,
    handling_events.CaseResolved.action: _tells(RESOLVED, "resolution"),
    joint_events.VisitDemanded.action: _demanded,
    routing_events.CaseReturnApproved.action: _tells(REHANDLED),
    review_events.CaseReviewDecided.action: _remanded,
    review_events.CaseRecheckDecided.action: _remanded,
    review_events.CaseReopened.action: _reopened,
    review_events.CaseLinked.action: _linked,
    review_events.CaseMerged.action: _merged,
    **dict.fromkeys(
        (
            package_events.PackageAssigned.action,
            package_events.HandOverConfirmed.action,
            package_events.PackageResolved.action,
            package_events.PackageReopened.action,
        ),
        _packaged,
    ),
    supervision_events.RecommendationIssued.action: _issued,
    supervision_events.RecommendationReplied.action: _replied,
    supervision_events.AccountabilityDecided.action: _replied,
    handling_events.CaseClassified.action: _classified,
    handling_events.CaseReclassified.action: _classified,
    handling_events.CaseRoutedStatutory.action: _classified,
    case_events.CaseAccepted.action: _classified,
    supervision_events.SuggestionDecided.action: _decided,
    duty_events.ExclusionApproved.action: _excluded,
    duty_events.ExclusionLifted.action: _lifted,
}
_ACTIONS: Final = frozenset(_FOLDS)
