"""From one row that is a case to the acts it claims, or to the reason for which it cannot make any.

A row is taken whole or not at all.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime
from itertools import pairwise

from api.importer.cells import CellReader, Texts, fallback_code
from api.importer.identity import Identity
from api.importer.mapping import RowMapping
from api.importer.mapping_parts import ANNOTATED, OPENING, ActPart
from api.importer.plans import AbsentAct, Plan, PlannedAct, PlannedCase, RowRefused, changed_columns, source_record
from api.importer.tables import Row
from api.importer.times import Moment

__all__ = ["PlannedAct", "PlannedCase", "RowReader", "RowRefused", "changed_columns", "source_record"]

Dated = tuple[Moment, ActPart]


class RowReader:
    """Turns the rows of one file into planned cases; remembers the keys it has seen."""

    def __init__(self, mapping: RowMapping, identity: Identity, now: datetime) -> None:
        """Read by mapping, name by identity, and refuse times that lie after now."""
        self._mapping = mapping
        self._identity = identity
        self._cells = CellReader(mapping, identity, now)
        self._seen: dict[str, int] = {}

    def plans(self, rows: Iterable[Row]) -> Iterator[Plan]:
        """Yield what each row comes to."""
        for row in rows:
            try:
                yield Plan(1, self.read(row))
            except RowRefused as refused:
                yield Plan(1, None, ((row.number, refused),))

    def read(self, row: Row) -> PlannedCase:
        """Return what the row claims; raises RowRefused naming the reason and the column."""
        key = self._cells.key(row)
        first = self._seen.setdefault(key, row.number)
        if first != row.number:
            raise RowRefused("repeated", self._mapping.part.key, first)
        texts = self._cells.texts(row)
        dated: list[Dated] = []
        absent: list[AbsentAct] = []
        for part in self._mapping.acts:
            if part.optional and not any(texts[column].strip() for column in part.columns):
                absent.append(AbsentAct(self._identity.act(key, part.name), part.columns))
                continue
            moment = self._cells.moment(row, part.at)
            self._cells.check_needs(part, texts)
            dated.append((moment, part))
        acts = [self._plan(row, part, key, texts, moment) for moment, part in self._ordered(dated)]
        acts[1:1] = self._deadlines(row, key, texts, dated[0][0], absent)
        return PlannedCase(row.number, self._identity.case(key), tuple(acts), tuple(absent))

    def _ordered(self, dated: list[Dated]) -> list[Dated]:
        """Put the acts in the order of their times where the mapping lets them; raises RowRefused where it does not."""
        if self._mapping.part.order == "time":
            first, *rest = dated
            dated = [first, *sorted(rest, key=lambda one: one[0].at)]
        for (before, _), (after, part) in pairwise(dated):
            if after.at < before.at:
                raise RowRefused("before_previous", part.at)
        return dated

    def _plan(self, row: Row, part: ActPart, key: str, texts: Texts, moment: Moment) -> PlannedAct:
        act_id = self._identity.act(key, part.name)
        act = self._cells.plan(row, part, key, texts, part.columns, moment, act_id)
        if self._mapping.part.refused == "reject" or part.action in (ANNOTATED, *OPENING):
            return act
        other = self._identity.event(key, part.name, "instead", ANNOTATED)
        told = {column: texts[column] for column in part.columns}
        code = fallback_code(part.action)
        instead = self._cells.annotation(row, key, code, told, moment, other, texts[part.at], act.office)
        return replace(act, instead=instead)

    def _deadlines(
        self, row: Row, key: str, texts: Texts, begun: Moment, absent: list[AbsentAct]
    ) -> Iterator[PlannedAct]:
        """Yield the deadlines that the row claims, set when its case began; those without one join the absent."""
        for part in self._mapping.part.deadlines:
            act_id = self._identity.event(key, "deadline", part.covers, "1")
            if not texts[part.column].strip():
                absent.append(AbsentAct(act_id, (part.column,)))
                continue
            due_on = self._cells.day(row, part.column)
            if due_on < begun.at.date():
                raise RowRefused("deadline_before_start", part.column)
            yield self._cells.deadline(row, part, key, begun, due_on, act_id)
