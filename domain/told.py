"""How days, and the acts that moved a clock, are told in Chinese and in English."""

from __future__ import annotations

from datetime import date
from typing import Final

from domain.clock import Change, Clock, civil_day
from domain.vocabulary import Name, name_of
from domain.wording import ACTIONS

WEEKDAYS_ZH: Final = "一二三四五六日"
WEEKDAYS_EN: Final = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


def date_zh(day: date) -> str:
    """Write a day as people there write it, with its day of the week."""
    return f"{day.year}年{day.month}月{day.day}日(星期{WEEKDAYS_ZH[day.weekday()]})"


def date_en(day: date) -> str:
    """Write a day in ISO form with its day of the week."""
    return f"{day.isoformat()} ({WEEKDAYS_EN[day.weekday()]})"


def days_en(number: int) -> str:
    """Write a number of days."""
    return f"{number} day{'' if number == 1 else 's'}"


def changes(clock: Clock) -> list[Name]:
    """Tell every extension, suspension, succession and correction of a clock, or that there was none."""
    if not clock.changes:
        return [Name("延期、中止:无", "extensions, suspensions: none")]
    return [_change(change) for change in clock.changes]


def _change(change: Change) -> Name:
    act, day = name_of(ACTIONS, change.action), civil_day(change.at)
    what = {
        "extended": Name(f"延长 {change.days} 日", f"extended by {days_en(change.days)}"),
        "suspended": Name("自该日起中止计算", "the count stands still from that day"),
        "resumed": Name(
            f"恢复计算,首尾两日在内不计 {change.days} 日",
            f"the count goes on; {days_en(change.days)}, the first and the last included, are excluded",
        ),
        "taken_over": Name("由承继单位继续计算,起算不变", "it runs on at the successor from the same start"),
        "corrected": Name(
            f"更正记录,移动 {change.days} 日", f"a recording mistake corrected, by {days_en(change.days)}"
        ),
    }[change.kind]
    late = Name("", "")
    if not change.counted:
        late = Name(
            ";作出时期限已过或者不在中止之中,不产生效果", "; the time was over, or nothing stood still: without effect"
        )
    return Name(
        f"变动:{date_zh(day)}“{act.zh}”(本件第 {change.seq} 项,账本第 {change.log_index} 号),{what.zh}{late.zh}",
        f'change: "{act.en}" on {date_en(day)} (no. {change.seq} of the case, entry {change.log_index}), '
        f"{what.en}{late.en}",
    )
