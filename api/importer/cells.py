"""From the cells of a row to what acts are made of: texts, moments, days, public values, and the acts themselves."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from api.importer.identity import Identity
from api.importer.mapping import RowMapping
from api.importer.mapping_parts import ANNOTATED, DEADLINE_CLAIMED, OPENING, ActBody, DeadlinePart, Fixed, ValuePart
from api.importer.plans import PlannedAct, RowRefused, source_record
from api.importer.tables import Flaw, Row, cell_text
from api.importer.times import Moment, Precision, TimeReader, TimeUnreadable

MAX_KEY_CHARACTERS = 200
_BEYOND = 2**53

Texts = Mapping[str, str]


class CellReader:
    """Reads the cells of one file by its mapping and plans its acts."""

    def __init__(self, mapping: RowMapping, identity: Identity, now: datetime) -> None:
        """Read by mapping, name by identity, and refuse times that lie after now."""
        self.mapping = mapping
        self.identity = identity
        self._now = now
        self._times = TimeReader(mapping.part.time_formats, mapping.part.date_formats, mapping.zone)

    def key(self, row: Row) -> str:
        """Return the key of the row's case; raises RowRefused if it is empty, too long or no text."""
        column = self.mapping.part.key
        key = self.text(row, column).strip()
        if not key or len(key) > MAX_KEY_CHARACTERS:
            raise RowRefused("key_missing", column)
        return key

    def texts(self, row: Row) -> dict[str, str]:
        """Return the texts of all columns that the mapping reads; raises RowRefused naming a flawed cell."""
        return {column: self.text(row, column) for column in self.mapping.columns}

    def text(self, row: Row, column: str) -> str:
        """Return the text of one cell; raises RowRefused for one that holds no value."""
        cell = row.cells[column]
        if isinstance(cell, Flaw):
            raise RowRefused(cell.value, column)
        return cell_text(cell)

    def moment(self, row: Row, column: str) -> Moment:
        """Return the time in a cell; raises RowRefused if there is none, or it is later than now."""
        if not self.text(row, column).strip():
            raise RowRefused("cell_missing", column)
        try:
            moment = self._times.read(row.cells[column])
        except TimeUnreadable:
            raise RowRefused("time_unreadable", column) from None
        if moment.at > self._now and not (moment.precision == "day" and moment.at.date() == self._today):
            raise RowRefused("time_in_future", column)
        return moment

    @property
    def _today(self) -> object:
        return self._now.astimezone(self.mapping.zone).date()

    def day(self, row: Row, column: str) -> date:
        """Return the civil day in a cell, whenever it is; raises RowRefused if there is none."""
        try:
            return self._times.read(row.cells[column]).at.date()
        except TimeUnreadable:
            raise RowRefused("time_unreadable", column) from None

    def check_needs(self, body: ActBody, texts: Texts) -> None:
        """Check that the columns that an act needs are filled; raises RowRefused naming the first that is not."""
        for column in body.needs:
            if not texts[column].strip():
                raise RowRefused("cell_missing", column)

    def value(self, row: Row, part: ValuePart) -> Fixed:
        """Return the public value that a cell stands for; raises RowRefused if it stands for none."""
        text = self.text(row, part.column).strip()
        if part.kind == "map":
            found = part.map.get(text, part.default)
        elif not text:
            found = part.default
        elif part.kind == "day":
            found = self.day(row, part.column).isoformat()
        else:
            found = int(text) if text.isascii() and text.isdigit() and len(text) < len(str(_BEYOND)) else None
        if found is None:
            raise RowRefused("value_unknown", part.column)
        return found

    def plan(
        self, row: Row, body: ActBody, key: str, texts: Texts, columns: tuple[str, ...], moment: Moment, act_id: bytes
    ) -> PlannedAct:
        """Return the act of a row under an id; raises RowRefused if a public value is not to be had."""
        values = {name: self.value(row, part) for name, part in body.values.items()}
        sealed: dict[str, Any] = {name: texts[column] for name, column in body.sealed.items() if texts[column]}
        sealed["source"] = source_record(row.number, key, {column: texts[column] for column in columns})
        public = {**body.public, **values, "imported": self._imported(moment.precision)}
        opens = body.action in OPENING
        return PlannedAct(body.action, act_id, written(moment), public, sealed, opens, office=body.office or "")

    def annotation(
        self, row: Row, key: str, code: str, texts: Texts, moment: Moment, act_id: bytes, text: str, office: str = ""
    ) -> PlannedAct:
        """Return an annotation under the office's code; `text` is sealed."""
        sealed = {"text": text, "source": source_record(row.number, key, texts)}
        public = {"activity": code, "imported": self._imported(moment.precision)}
        return PlannedAct(ANNOTATED, act_id, written(moment), public, sealed, False, office=office)

    def deadline(
        self, row: Row, part: DeadlinePart, key: str, moment: Moment, due_on: date, act_id: bytes, office: str = ""
    ) -> PlannedAct:
        """Return a claimed deadline, set when the act beside it was done."""
        texts = {part.column: self.text(row, part.column)}
        public = {"covers": part.covers, "due_on": due_on.isoformat(), "imported": self._imported(moment.precision)}
        sealed = {"source": source_record(row.number, key, texts)}
        return PlannedAct(DEADLINE_CLAIMED, act_id, written(moment), public, sealed, False, office=office)

    def _imported(self, precision: Precision) -> dict[str, str]:
        return {"mapping": self.mapping.part.name, "precision": precision}


def written(moment: Moment) -> str:
    """Write a moment as an act claims it: RFC 3339 in whole seconds."""
    return moment.at.isoformat(timespec="seconds")


def fallback_code(action: str) -> str:
    """Return the code under which an act is kept that the rules did not allow: its own word."""
    return action.split(".")[1]
