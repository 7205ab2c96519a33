"""Supervision (督查督办): every file, order and step against a unit, and every mandate of a supervising body, as rows.

Beside the tracks of the domain one more thing is kept here, the case that a petitioner rated dissatisfied: it waits
until somebody followed it up or the case was reopened. Ratings that staff reported are no ratings and wait for nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from sys import intern
from typing import Any, Final

from domain.case_events import CaseRated
from domain.review_events import CaseReopened
from domain.schema import Event
from domain.tracks.docket_rows import MANDATE_ROWS
from domain.tracks.duty_events import DissatisfactionFollowedUp
from domain.tracks.rows import TRACK_ROWS
from projections.items import AS_SET, HEAD, is_case, item_rows, item_table, word_of
from projections.states import DIVERTED, TAIL, began_at, begin, end, is_diverted, is_open, withdraw
from projections.tables import Column, Row
from projections.view import Put, Rows, Step

ON_CASES: Final = (
    *("supervision", "rectification", "correction", "escalation", "instruction", "coordination", "duty"),
    *("aid", "exclusion", "publication"),
)
"""The tracks on cases that are kept here."""

OF_THE_HOLDER: Final = frozenset({"aid", "exclusion", "publication"})
"""Those that name no unit: they stand with the office that has the case when they are opened."""

DISSATISFIED: Final = "dissatisfied"

SUPERVISION = item_table("view_supervision")
MANDATES = item_table(
    "view_mandates",
    Column("units", "text"),
    Column("first_day", "integer"),
    Column("last_day", "integer"),
    Column("population", "text"),
    Column("checkpoint_size", "big"),
    Column("root", "text"),
    Column("drawn", "integer"),
    Column("found", "text"),
    Column("ref", "text"),
)
_TRACKED: Final = frozenset(row.action for row in TRACK_ROWS if row.track in ON_CASES)
_MANDATED: Final = frozenset(row.action for row in MANDATE_ROWS)
_TRACK, _UNIT = ([column.name for column in HEAD].index(name) for name in ("track", "unit"))
_FINDINGS: Final = ("facts_clear", "procedure_right", "petitioners_satisfied")


class SupervisionRows:
    """The view behind the standing queue, the ladder, rectifications and mandates."""

    name = "supervision"
    version = 2
    tables = (SUPERVISION, MANDATES)
    actions: frozenset[str] | None = (
        _TRACKED | _MANDATED | {CaseRated.action, DissatisfactionFollowedUp.action, CaseReopened.action, DIVERTED}
    )

    def follows(self, stream: str) -> bool:
        """Cases, and mandates."""
        return is_case(stream) or stream.startswith("mandate/")

    def fold(self, step: Step, rows: Rows) -> Iterable[Put]:
        """Put what the act opened or moved."""
        event = step.event
        if not is_case(step.stream):
            return ((1, row) for row in item_rows(step, rows[1], _of_mandate))
        if is_diverted(step):
            return ()
        if event.action == DIVERTED:
            return withdraw(step, rows)
        if event.action in _TRACKED:
            return ((0, _held(step, row)) for row in item_rows(step, rows[0]))
        return ((0, row) for row in _dissatisfaction(step, rows))


SUPERVISION_ROWS = SupervisionRows()


def _held(step: Step, row: Row) -> Row:
    if row[_TRACK] not in OF_THE_HOLDER or row[_UNIT]:
        return row
    return (*row[:_UNIT], intern(step.after.office), *row[_UNIT + 1 :])


def _dissatisfaction(step: Step, rows: Rows) -> Iterator[Row]:
    event: Any = step.event
    if isinstance(event, CaseRated):
        if event.rating == DISSATISFIED:
            yield _rated(step, event)
        return
    word, about, outcome = "REOPENED", step.before.round, ""
    if isinstance(event, DissatisfactionFollowedUp):
        word, about, outcome = "FOLLOWED", event.round, event.finding
    for row in list(rows[0].values()):
        named = dict(zip((column.name for column in HEAD), row, strict=False))
        if named["track"] == DISSATISFIED and named["waiting"] and is_open(row) and named["about"] == about:
            tail = begin(step, row)
            yield end(row, step, word_of(event))
            told = {"seq": event.originator_version, "act": word_of(event), "actor": event.actor, "segment": 2}
            stands = {"state": word, "waiting": 0, "settled": 1, "outcome": outcome, "done_at": began_at(tail)}
            yield (*{**named, **told, **stands}.values(), *tail)


def _rated(step: Step, event: CaseRated) -> Row:
    place, seq = step.key, event.originator_version
    used = step.before.key(event.key_id)
    custody = used.custody if used is not None else ""
    tail = begin(step)
    standing = (DISSATISFIED, "WAITING", 1, 0, "", intern(event.rated_office), custody, "", event.round)
    return (place, seq, 1, seq, word_of(event), event.actor, *standing, AS_SET, 0, 0, began_at(tail), 0, 0, 0, *tail)


def _of_mandate(event: Event, before: Row | None) -> Row:
    """Keep what a mandate, a draw, a list, a visit or an assessment says of itself.

    `ref` is the case that an act of it names. An assessment's criteria with their weights stand in `found`, the digest
    of its scores in `population`.
    """
    known = dict(zip((column.name for column in MANDATES.columns[len(HEAD) : -len(TAIL)]), before or (), strict=False))
    first, last = getattr(event, "from_on", None), getattr(event, "until_on", None)
    words = [name for name in _FINDINGS if getattr(event, name, False)]
    found = " ".join([*words, *(f"{one.criterion}:{one.weight}" for one in getattr(event, "criteria", ()))])
    digest = getattr(event, "population", "") or getattr(event, "scores", "")
    return (
        " ".join(getattr(event, "units", ())) or known.get("units", ""),
        first.toordinal() if first is not None else known.get("first_day", 0),
        last.toordinal() if last is not None else known.get("last_day", 0),
        digest or known.get("population", ""),
        getattr(event, "checkpoint_size", known.get("checkpoint_size", 0)),
        getattr(event, "root", known.get("root", "")),
        getattr(event, "count", known.get("drawn", 0)),
        found or known.get("found", ""),
        getattr(event, "case", known.get("ref", "")),
    )
