"""From one row to the acts it claims, or to the reason for which it cannot make any.

A row is taken whole or not at all. Each act seals the texts of its columns and a source record: the row's
number and key, a digest over the act's cells and one digest a cell, so that a later file that says
something else can be told apart column by column without reading anyone's text.
"""

from __future__ import annotations

import hashlib
from collections.abc import Container, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from api.importer.identity import Identity, length_prefixed
from api.importer.mapping import ActPart, RowMapping
from api.importer.tables import Cell, Flaw, Row, cell_text
from api.importer.times import Moment, TimeReader, TimeUnreadable

MAX_KEY_CHARACTERS = 200


@dataclass(frozen=True, slots=True)
class PlannedAct:
    """One act of a row, ready for the rules: claimed_at is RFC 3339 with the mapping's offset."""

    action: str
    act_id: bytes
    claimed_at: str
    public: Mapping[str, Any]
    sealed: Mapping[str, Any]
    opens: bool

    @property
    def name(self) -> tuple[bytes, str]:
        """What the act is known by: its id and the time it is claimed at."""
        return self.act_id, self.claimed_at

    @property
    def source(self) -> Mapping[str, Any]:
        """The sealed record of where the act came from."""
        record: Mapping[str, Any] = self.sealed["source"]
        return record


@dataclass(frozen=True, slots=True)
class AbsentAct:
    """An act that a row could make and does not: its id, and the columns that are empty."""

    act_id: bytes
    columns: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PlannedCase:
    """The acts of one row, in the order in which the case takes them, and those that it leaves out."""

    row: int
    stream: str
    acts: tuple[PlannedAct, ...]
    absent: tuple[AbsentAct, ...] = ()

    @property
    def act_ids(self) -> list[bytes]:
        """The ids of all acts that a row of this key could have made."""
        return [*(act.act_id for act in self.acts), *(act.act_id for act in self.absent)]

    def without(self, recorded: Container[bytes]) -> PlannedCase:
        """The case with only those acts that are not recorded yet."""
        return replace(self, acts=tuple(act for act in self.acts if act.act_id not in recorded))


class RowRefused(ValueError):
    """The row cannot make acts: a reason code of the catalogues and the column it is about."""

    def __init__(self, reason: str, column: str = "", other_row: int = 0) -> None:
        """Keep the code "rows.<reason>", the column's name, and the row that this one repeats."""
        super().__init__(reason)
        self.reason = reason
        self.column = column
        self.other_row = other_row


class RowReader:
    """Turns the rows of one file into planned cases; remembers the keys it has seen."""

    def __init__(self, mapping: RowMapping, identity: Identity, now: datetime) -> None:
        """Read by mapping, name by identity, and refuse times that lie after now."""
        self._mapping = mapping
        self._identity = identity
        self._now = now
        self._times = TimeReader(mapping.part.time_formats, mapping.part.date_formats, mapping.zone)
        self._seen: dict[str, int] = {}

    def read(self, row: Row) -> PlannedCase:
        """Return what the row claims; raises RowRefused naming the reason and the column."""
        key = self._read_key(row)
        texts = {column: self._read_cell(row, column) for column in self._mapping.columns}
        acts: list[PlannedAct] = []
        absent: list[AbsentAct] = []
        previous: Moment | None = None
        for part in self._mapping.acts:
            if part.optional and not any(texts[column].strip() for column in part.columns):
                absent.append(AbsentAct(self._identity.act(key, part.action), part.columns))
                continue
            moment = self._read_moment(row, part, texts)
            if previous is not None and moment.at < previous.at:
                raise RowRefused("before_previous", part.at)
            previous = moment
            acts.append(self._plan(part, row.number, key, texts, moment))
        return PlannedCase(row.number, self._identity.case(key), tuple(acts), tuple(absent))

    def _read_key(self, row: Row) -> str:
        column = self._mapping.part.key
        key = self._read_cell(row, column).strip()
        if not key or len(key) > MAX_KEY_CHARACTERS:
            raise RowRefused("key_missing", column)
        first = self._seen.setdefault(key, row.number)
        if first != row.number:
            raise RowRefused("repeated", column, first)
        return key

    def _read_cell(self, row: Row, column: str) -> str:
        cell: Cell = row.cells[column]
        if isinstance(cell, Flaw):
            raise RowRefused(cell.value, column)
        return cell_text(cell)

    def _read_moment(self, row: Row, part: ActPart, texts: Mapping[str, str]) -> Moment:
        for column in (part.at, *part.needs):
            if not texts[column].strip():
                raise RowRefused("cell_missing", column)
        try:
            moment = self._times.read(row.cells[part.at])
        except TimeUnreadable:
            raise RowRefused("time_unreadable", part.at) from None
        if moment.at > self._now and not (moment.precision == "day" and moment.at.date() == self._today):
            raise RowRefused("time_in_future", part.at)
        return moment

    @property
    def _today(self) -> object:
        return self._now.astimezone(self._mapping.zone).date()

    def _plan(self, part: ActPart, number: int, key: str, texts: Mapping[str, str], moment: Moment) -> PlannedAct:
        public = {**part.public, "imported": {"mapping": self._mapping.part.name, "precision": moment.precision}}
        sealed: dict[str, Any] = {name: texts[column] for name, column in part.sealed.items() if texts[column]}
        sealed["source"] = source_record(number, key, {column: texts[column] for column in part.columns})
        act_id = self._identity.act(key, part.action)
        opens = part is self._mapping.acts[0]
        return PlannedAct(part.action, act_id, moment.at.isoformat(timespec="seconds"), public, sealed, opens)


def source_record(row: int, key: str, texts: Mapping[str, str]) -> dict[str, Any]:
    """Build the sealed record of a row's cells: row, key, a digest of all of them and one of each.

    A digest is SHA-256 over the length-prefixed column names and texts, in lower-case hex; the cells' own
    are cut to 16 bytes.
    """
    flat = [text for pair in texts.items() for text in pair]
    cells = [[column, _digest([column, text])[:32]] for column, text in texts.items()]
    return {"row": row, "key": key, "digest": _digest(flat), "cells": cells}


def changed_columns(recorded: Mapping[str, Any], found: Mapping[str, Any]) -> list[str]:
    """Name the columns whose cells differ between two source records of one row, in the file's order."""
    if recorded.get("digest") == found["digest"]:
        return []
    before = dict(recorded.get("cells", []))
    return [column for column, digest in found["cells"] if before.get(column) != digest]


def _digest(texts: list[str]) -> str:
    return hashlib.sha256(length_prefixed(texts)).hexdigest()
