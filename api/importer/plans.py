"""What a file claims, ready for the rules: acts, the cases that they make, and rows that make none.

Each act seals a source record: the row's number and key, a digest over the act's cells and one digest a cell, so that
a later file that says something else can be told apart column by column without reading anyone's text.
"""

from __future__ import annotations

import hashlib
from collections.abc import Container, Mapping
from dataclasses import dataclass, replace
from typing import Any

from api.importer.identity import length_prefixed
from api.importer.mapping_parts import BESIDE


class RowRefused(ValueError):
    """The row cannot make acts: a reason code of the catalogues and the column it is about."""

    def __init__(self, reason: str, column: str = "", other_row: int = 0) -> None:
        """Keep the code "rows.<reason>", the column's name, and the row that this one repeats."""
        super().__init__(reason)
        self.reason = reason
        self.column = column
        self.other_row = other_row


@dataclass(frozen=True, slots=True)
class PlannedAct:
    """One act of a row, ready for the rules: claimed_at is RFC 3339 with the mapping's offset.

    `row` is the row of an event, 0 where the case is one row. `office` signs, "" for the mapping's first. `instead` is
    what is recorded where the rules do not allow the act, None for nothing.
    """

    action: str
    act_id: bytes
    claimed_at: str
    public: Mapping[str, Any]
    sealed: Mapping[str, Any]
    opens: bool
    row: int = 0
    office: str = ""
    instead: PlannedAct | None = None

    @property
    def name(self) -> tuple[bytes, str]:
        """What the act is known by: its id and the time it is claimed at."""
        return self.act_id, self.claimed_at

    @property
    def source(self) -> Mapping[str, Any]:
        """The sealed record of where the act came from; empty for an act that cannot carry one."""
        record: Mapping[str, Any] = self.sealed.get("source", {})
        return record

    @property
    def act_ids(self) -> tuple[bytes, ...]:
        """The ids under which the act may be recorded."""
        return (self.act_id,) if self.instead is None else (self.act_id, self.instead.act_id)

    @property
    def beside(self) -> bool:
        """Whether the act changes nothing, so that its place in the case does not matter."""
        return self.action in BESIDE


@dataclass(frozen=True, slots=True)
class AbsentAct:
    """An act that a row could make and does not: its id, and the columns that are empty."""

    act_id: bytes
    columns: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PlannedCase:
    """The acts of one case, in the order in which the case takes them, and those that it leaves out.

    `of_events` says that each act is a row of its own: one that is refused does not take the others with it.
    """

    row: int
    stream: str
    acts: tuple[PlannedAct, ...]
    absent: tuple[AbsentAct, ...] = ()
    of_events: bool = False

    @property
    def act_ids(self) -> list[bytes]:
        """The ids of all acts that a row of this key could have made."""
        return [*(one for act in self.acts for one in act.act_ids), *(act.act_id for act in self.absent)]

    def without(self, recorded: Container[bytes]) -> PlannedCase:
        """The case with only those acts that are not recorded yet."""
        return replace(self, acts=tuple(act for act in self.acts if not is_recorded(act, recorded)))


@dataclass(frozen=True, slots=True)
class Plan:
    """What some rows come to: how many they are, the case that they make if any, and the rows that are refused."""

    rows: int
    case: PlannedCase | None
    refused: tuple[tuple[int, RowRefused], ...] = ()


def is_recorded(act: PlannedAct, recorded: Container[bytes]) -> bool:
    """Say whether an act, or what stands in its place, is recorded."""
    return act.act_id in recorded or (act.instead is not None and act.instead.act_id in recorded)


def source_record(row: int, key: str, texts: Mapping[str, str]) -> dict[str, Any]:
    """Build the sealed record of a row's cells: row, key, a digest of all of them and one of each.

    A digest is SHA-256 over the length-prefixed column names and texts, in lower-case hex; the cells' own
    are cut to 16 bytes.
    """
    flat = {column: length_prefixed((column, text)) for column, text in texts.items()}
    cells = [[column, hashlib.sha256(data).hexdigest()[:32]] for column, data in flat.items()]
    return {"row": row, "key": key, "digest": hashlib.sha256(b"".join(flat.values())).hexdigest(), "cells": cells}


def changed_columns(recorded: Mapping[str, Any], found: Mapping[str, Any]) -> list[str]:
    """Name the columns whose cells differ between two source records of one row, in the file's order."""
    if not found or recorded.get("digest") == found["digest"]:
        return []
    before = dict(recorded.get("cells", []))
    return [column for column, digest in found["cells"] if before.get(column) != digest]
