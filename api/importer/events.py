"""From the rows of an event log to cases: one row an event, the events of a case gathered, put in order and told apart.

A file is read twice: once for where each case's last row is, once for the rows themselves, of which those are held
whose case goes on. So a log in the order of its cases needs no memory, and one in the order of time some.

An event is known by its own number where the log has one, else by its case, its activity, and which of that activity
in the case it is; so a later file adds what came after, and a changed time is seen as a change. Two rows that have the
same case, activity and time are one event twice.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date, datetime
from typing import NamedTuple

from api.errors import InputRefused
from api.importer.cells import CellReader, Texts, fallback_code
from api.importer.identity import Identity
from api.importer.mapping import RowMapping
from api.importer.mapping_parts import ANNOTATED, OPENING, EventPart, LogPart
from api.importer.plans import Plan, PlannedAct, PlannedCase, RowRefused
from api.importer.tables import Row
from api.importer.times import Moment

MAX_HELD_ROWS = 2**19

Refused = list[tuple[int, RowRefused]]


class _Event(NamedTuple):
    """One readable row: when, what for, and as which activity; `part` is None for what is kept as an annotation."""

    moment: Moment
    row: Row
    texts: Texts
    activity: str
    number: str
    part: EventPart | None
    code: str
    office: str

    @property
    def opens(self) -> bool:
        """Whether a case begins with it."""
        return self.part is not None and self.part.action in OPENING

    @property
    def place(self) -> tuple[datetime, bool, int]:
        """What events are put in order by; at one moment the beginning comes first, then the file's order counts."""
        return self.moment.at, not self.opens, self.row.number


class EventReader:
    """Turns the rows of one event log into planned cases."""

    def __init__(self, mapping: RowMapping, log: LogPart, identity: Identity, now: datetime) -> None:
        """Read by mapping, whose log this is; name by identity, and refuse times that lie after now."""
        self._part = mapping.part
        self._log = log
        self._identity = identity
        self._cells = CellReader(mapping, identity, now)
        self._acts = {activity: act for act in log.acts for activity in act.activities}
        self._notes = {activity: note.code for note in log.notes for activity in note.activities}

    def plans(self, first: Iterable[Row], again: Iterable[Row]) -> Iterator[Plan]:
        """Yield each case with its last row, and each row that belongs to none; both readings are of one file.

        Raises InputRefused if the rows of too many cases lie scattered over the file.
        """
        ends = {key: row.number for row in first if (key := self._key_of(row))}
        held: dict[str, list[Row]] = {}
        count = 0
        for row in again:
            try:
                key = self._cells.key(row)
            except RowRefused as refused:
                yield Plan(1, None, ((row.number, refused),))
                continue
            held.setdefault(key, []).append(row)
            count += 1
            if row.number == ends.get(key):
                rows = held.pop(key)
                count -= len(rows)
                yield self.read(key, rows)
            elif count > MAX_HELD_ROWS:
                raise InputRefused("log_scattered", limit=MAX_HELD_ROWS)

    def _key_of(self, row: Row) -> str:
        try:
            return self._cells.key(row)
        except RowRefused:
            return ""

    def read(self, key: str, rows: list[Row]) -> Plan:
        """Return what the rows of one case come to."""
        refused: Refused = []
        events: list[_Event] = []
        for row in rows:
            try:
                events.append(self._read(row))
            except RowRefused as why:
                refused.append((row.number, why))
        acts = list(self._plan(key, self._sifted(events, refused), refused))
        case = PlannedCase(rows[0].number, self._identity.case(key), tuple(acts), of_events=True) if acts else None
        return Plan(len(rows), case, tuple(refused))

    def _read(self, row: Row) -> _Event:
        log = self._log
        texts = self._cells.texts(row)
        activity = texts[log.activity].strip()
        if not activity:
            raise RowRefused("cell_missing", log.activity)
        part = self._acts.get(activity)
        code = self._notes.get(activity, "")
        if part is None and not code:
            if log.unknown == "reject":
                raise RowRefused("activity_unknown", log.activity)
            code = log.unknown_code
        moment = self._cells.moment(row, log.at)
        if part is not None:
            self._cells.check_needs(part, texts)
        number = texts[log.event].strip() if log.event else ""
        office = (part.office if part is not None else None) or (
            str(self._cells.value(row, log.office)) if log.office else ""
        )
        return _Event(moment, row, texts, activity, number, part, code, office)

    def _sifted(self, events: list[_Event], refused: Refused) -> Iterator[_Event]:
        """Yield the events in the order of time, without those told twice and those before the case began."""
        seen: dict[tuple[str, ...], int] = {}
        events.sort(key=lambda event: event.place)
        begun = next((place for place, event in enumerate(events) if event.opens), 0)
        for place, event in enumerate(events):
            named = (event.number,) if event.number else (event.activity, event.moment.at.isoformat())
            first = seen.setdefault(named, event.row.number)
            if first != event.row.number:
                refused.append((event.row.number, RowRefused("repeated", self._log.event or self._log.at, first)))
            elif place < begun:
                refused.append((event.row.number, RowRefused("before_case", self._log.at)))
            else:
                yield event

    def _plan(self, key: str, events: Iterator[_Event], refused: Refused) -> Iterator[PlannedAct]:
        counts: Counter[str] = Counter()
        claimed: dict[str, list[date]] = {}
        begun: date | None = None
        for event in events:
            begun = begun or event.moment.at.date()
            counts[event.activity] += 1
            which = f"#{event.number}" if event.number else str(counts[event.activity])
            try:
                act = self._act(key, event, which)
            except RowRefused as why:
                refused.append((event.row.number, why))
                continue
            yield replace(act, row=event.row.number)
            for deadline in self._deadlines(key, event, claimed, begun, refused):
                yield replace(deadline, row=event.row.number)

    def _act(self, key: str, event: _Event, which: str) -> PlannedAct:
        cells, log = self._cells, self._log
        text = event.texts[log.text] if log.text and event.texts[log.text].strip() else event.activity
        own = tuple(column for column in (log.activity, log.at, log.event, log.text) if column)
        told = {column: event.texts[column] for column in own}
        note_id = self._identity.event(key, event.activity, which, ANNOTATED)
        if event.part is None:
            return cells.annotation(event.row, key, event.code, told, event.moment, note_id, text, event.office)
        act_id = self._identity.event(key, event.activity, which, event.part.action)
        columns = tuple(dict.fromkeys([log.activity, log.at, *event.part.read]))
        act = cells.plan(event.row, event.part, key, event.texts, columns, event.moment, act_id)
        act = replace(act, office=event.office)
        if self._part.refused == "reject" or act.opens or act.beside:
            return act
        code = fallback_code(act.action)
        return replace(
            act,
            instead=cells.annotation(event.row, key, code, told, event.moment, note_id, text, event.office),
        )

    def _deadlines(
        self, key: str, event: _Event, claimed: dict[str, list[date]], begun: date, refused: Refused
    ) -> Iterator[PlannedAct]:
        """Yield the deadlines in the event's row that were not claimed before it in the case."""
        for part in self._part.deadlines:
            if not event.texts[part.column].strip():
                continue
            known = claimed.setdefault(part.covers, [])
            try:
                due_on = self._cells.day(event.row, part.column)
                if due_on < begun:
                    raise RowRefused("deadline_before_start", part.column)
            except RowRefused as why:
                refused.append((event.row.number, why))
                continue
            if not known or known[-1] != due_on:
                known.append(due_on)
                act_id = self._identity.event(key, "deadline", part.covers, str(len(known)))
                yield self._cells.deadline(event.row, part, key, event.moment, due_on, act_id, event.office)
