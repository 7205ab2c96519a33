"""The rows that make a leader package a duty: conditions that practice sets under article 18(2).

A condition names a fact, a word from a closed table for something that a case shows, and the days for which it
must have held. No fact is about a petitioner: a repeated matter is a matter that came back.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import Final

from domain.naming import Name

FACTS: Final[Mapping[str, Name]] = MappingProxyType(
    {
        "instructed": Name("上级领导批示", "instructed by a leader"),
        "supervised": Name("已立项督办", "under supervision"),
        "listed": Name("挂牌督办或责令整改", "under listed supervision or ordered rectification"),
        "repeated": Name("同一事项再次提出", "a matter that came back"),
        "urgent": Name("依第二十五条报告", "reported under article 25"),
        "open": Name("未办结", "open"),
    }
)


@dataclass(frozen=True, slots=True)
class PackagingRow:
    """One condition that makes a package a duty, with where it is written and when it holds."""

    id: str
    fact: str
    after_days: int
    title_zh: str
    title_en: str
    article: str
    source: str
    confidence: str
    jurisdiction: str
    in_force_from: date
    in_force_to: date | None

    def in_force(self, day: date) -> bool:
        """Say whether the condition holds on a day."""
        return self.in_force_from <= day and (self.in_force_to is None or day <= self.in_force_to)


def fault_of(row: PackagingRow) -> tuple[str, str, str] | None:
    """Say what is wrong with a row by itself: the column, and why in Chinese and English; None if nothing is."""
    if row.fact not in FACTS:
        return "fact", f"应为下列之一:{' '.join(FACTS)}", f"must be one of {' '.join(FACTS)}"
    if not 0 <= row.after_days <= 3660:
        return "after_days", "应为 0 至 3660", "must be 0 to 3660"
    for column in ("title_zh", "title_en"):
        if not getattr(row, column).strip():
            return column, "不得为空", "must not be empty"
    return None
