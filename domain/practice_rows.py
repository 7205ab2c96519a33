"""What a place may decide for itself, and how far: the closed table of items that a profile's rows set.

The law leaves some numbers to practice: how long a leader may package a case, when silence is remarkable,
how small a cell may be shown. Such a number is a row with article, source, confidence, jurisdiction and
dates like any other. Where the national rows have a number, a place may only be stricter with its offices
and more careful with petitioners: a ceiling is never raised and a floor never lowered.

`clock.<NAME>` shortens a clock, `lag` and `lag.<action>` a time for recording; the others are items of
their own. A row of an unknown item cannot be published.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import Final, Literal, NamedTuple

Bound = Literal["free", "at_most", "at_least"]
CLOCK: Final = "clock."
LAG: Final = "lag"


@dataclass(frozen=True, slots=True)
class PracticeRow:
    """One number that a place has set for an item, in the item's unit."""

    id: str
    item: str
    value: int
    article: str
    source: str
    confidence: str
    jurisdiction: str
    in_force_from: date
    in_force_to: date | None

    def in_force(self, day: date) -> bool:
        """Say whether the row holds on this day."""
        return self.in_force_from <= day and (self.in_force_to is None or day <= self.in_force_to)


class Item(NamedTuple):
    """One number left to practice: its names, unit, the range that makes sense, and how the nation's number binds."""

    zh: str
    en: str
    unit: str
    low: int
    high: int
    bound: Bound = "free"


UNITS: Final = MappingProxyType(
    {
        "days": ("日", "days"),
        "working_days": ("工作日", "working days"),
        "hours": ("小时", "hours"),
        "count": ("件、次", "count"),
    }
)

ITEMS: Final[Mapping[str, Item]] = MappingProxyType(
    {
        "package_days": Item("领导包案期限", "how long a leader may package a case", "days", 1, 365),
        "package_silence_days": Item(
            "包案领导多少日无亲自行为即列出",
            "days without a packaging leader's own act until it is listed",
            "days",
            1,
            90,
        ),
        "recommendation_reply_days": Item("三项建议书面答复期限", "written reply to a recommendation", "days", 1, 180),
        "evaluation_window_days": Item("信访人评价窗口", "how long the petitioner may rate", "days", 15, 365),
        "assigned_report_days": Item(
            "交办未定期限时的报告期限", "report on an assignment that sets no date", "days", 1, 180
        ),
        "silence_days": Item("多少日无任何行为即列出", "days without any act until a case is listed", "days", 7, 90),
        "returned_times": Item("退回、转出多少次即列出", "returns or transfers until a case is listed", "count", 2, 10),
        "last_hours": Item(
            "期限届满前多少小时内延期即列出",
            "hours before the due day in which an extension is listed",
            "hours",
            1,
            240,
        ),
        "late_recording_days": Item(
            "迟录多少工作日即列出", "working days of late recording until it is listed", "working_days", 1, 60
        ),
        "investigation_times": Item(
            "答复前至少应有的调查、听证、调解次数",
            "acts of investigation, hearing or mediation that an answer needs",
            "count",
            1,
            5,
        ),
        "reopened_times": Item("重新启动多少次即列出", "reopenings until a case is listed", "count", 1, 5),
        "withdrawal_hours": Item(
            "接触信访人后多少小时内撤回即列出",
            "hours after a contact with the petitioner in which a withdrawal is listed",
            "hours",
            1,
            720,
        ),
        "same_reply_cases": Item(
            "同一答复文字用于多少件即列出", "cases with one reply text until they are listed", "count", 2, 100
        ),
        "backlog_days": Item(
            "多少日未办结为信访积案", "days after which an unresolved case is backlog", "days", 60, 730
        ),
        "small_cell_k": Item("公开统计的最小单元", "smallest cell that may be published", "count", 3, 100, "at_least"),
        "rank_minimum": Item(
            "单位排名的最小样本", "smallest sample with which a unit is ranked", "count", 10, 1000, "at_least"
        ),
    }
)
"""The items of their own. Nothing here counts, delays or limits anything that a petitioner does."""


def item_of(name: str) -> Item | None:
    """Return what is known of an item, `clock.…` and `lag…` included; None for one that there is not."""
    if name.startswith(CLOCK) and name != CLOCK:
        clock = name.removeprefix(CLOCK)
        return Item(f"时限 {clock}", f"clock {clock}", "days", 1, 3660, "at_most")
    if name == LAG or name.startswith(f"{LAG}."):
        what = name.removeprefix(LAG).removeprefix(".")
        return Item(f"记录期限 {what}".strip(), f"recording lag {what}".strip(), "working_days", 1, 60, "at_most")
    return ITEMS.get(name)


def fault_of(row: PracticeRow) -> tuple[str, str, str] | None:
    """Say what is wrong with a row by itself: the column, and why in Chinese and English; None if nothing is."""
    item = item_of(row.item)
    if item is None:
        return "item", "不是可由地方确定的事项", "is not an item that is left to practice"
    if not item.low <= row.value <= item.high:
        return "value", f"应为 {item.low} 至 {item.high}", f"must be {item.low} to {item.high}"
    return None
