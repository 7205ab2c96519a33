"""The rules of online patrol (网上巡查): facts that supervision looks at, each with a name and a threshold.

A rule lists what happened; whether somebody shirked or was perfunctory is for people to find (40, 43 to 45). Its number
is a row of practice (`practice_rows.ITEMS`) with source, confidence and dates, so that a place can set its own.

Source: article 40 names what supervision looks for; the numbers are design decisions of this ledger, each in its row.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, Literal, NamedTuple

Comparison = Literal["at_least", "more_than", "at_most", "less_than"]

PASSED_AGAIN: Final = "passed_again"
UNINVESTIGATED: Final = "uninvestigated"
SAME_REPLY: Final = "same_reply"
EXTENDED_LAST: Final = "extended_last"
REOPENED: Final = "reopened"
RECORDED_LATE: Final = "recorded_late"
NO_ACT: Final = "no_act"
WITHDRAWN_AFTER: Final = "withdrawn_after"


class PatrolRule(NamedTuple):
    """One rule: its names, the item of practice that is its threshold, and how a value is held against it."""

    zh: str
    en: str
    item: str
    comparison: Comparison
    article: str


PATROL_RULES: Final[Mapping[str, PatrolRule]] = MappingProxyType(
    {
        PASSED_AGAIN: PatrolRule(
            "反复退回、转出", "returned or passed on again and again", "returned_times", "at_least", "23, 24, 40"
        ),
        UNINVESTIGATED: PatrolRule(
            "未见调查即答复", "answered without any investigation", "investigation_times", "less_than", "31(6), 40"
        ),
        SAME_REPLY: PatrolRule(
            "多件答复文字相同", "the same reply text across cases", "same_reply_cases", "at_least", "32, 40"
        ),
        EXTENDED_LAST: PatrolRule("期限将满才延期", "extended in the last hours", "last_hours", "at_most", "34, 40"),
        REOPENED: PatrolRule("办结后又重新启动", "closed, then reopened", "reopened_times", "at_least", "40, 45"),
        RECORDED_LATE: PatrolRule(
            "行为之后很久才记录", "recorded long after it was claimed", "late_recording_days", "more_than", "40, 46(4)"
        ),
        NO_ACT: PatrolRule("多日无任何行为", "no act for many days", "silence_days", "more_than", "40"),
        WITHDRAWN_AFTER: PatrolRule(
            "接触信访人后随即撤回", "withdrawn right after a contact", "withdrawal_hours", "at_most", "17, 40"
        ),
    }
)
"""Every rule of patrol. None counts what a petitioner does; the last looks at what an office did before."""
