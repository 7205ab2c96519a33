"""What lists can be narrowed by."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime, time
from typing import Final

from api.errors import UsageRefused
from api.lists.listing import Filter
from domain.schema import CIVIL

_SLUG: Final = r"[a-z0-9][a-z0-9-]{0,62}"
_WORD: Final = r"[A-Za-z][A-Za-z0-9_]{0,62}"
_DAY: Final = r"\d{4}-\d{2}-\d{2}"


def read_day(text: str) -> date:
    """Read a civil day. Raises UsageRefused."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise UsageRefused("day_unreadable") from None


def read_day_end(text: str) -> datetime:
    """Read a civil day as its last instant in +08:00: a period since then begins with the next day."""
    return datetime.combine(read_day(text), time.max, CIVIL)


def one_of(known: Filter, words: Iterable[str]) -> Filter:
    """A filter that takes these words alone."""
    listed = tuple(words)
    return replace(known, pattern="|".join(listed), en=f"{known.en}: {', '.join(listed)}")


UNIT: Final = Filter("unit", str, "单位(含下级)", "an office, with those below it", _SLUG)
CLOCK: Final = Filter("clock", str, "时限", "one clock, such as HANDLE", r"[A-Z][A-Z_]{0,39}")
LEADER: Final = Filter("leader", str, "领导", "a leader, as the directory names officers", _SLUG)
OFFICER: Final = Filter("officer", str, "工作人员", "an officer, as the directory names officers", _SLUG)
CASE: Final = Filter("case", str, "信访事项", "a case: 32 hex digits", r"[0-9a-f]{32}")
OVERDUE_SINCE: Final = Filter("since", str, "此日起超期", "overdue since this day or later", _DAY, read=read_day)
SINCE: Final = Filter("since", str, "此日之后", "after this day", _DAY, read=read_day_end)
DAYS: Final = Filter("days", int, "天数之内", "within so many days", low=0, high=366)
LEAST_DAYS: Final = Filter("least_days", int, "至少天数", "open for at least so many days", high=100_000)
MOST_DAYS: Final = Filter("most_days", int, "至多天数", "open for at most so many days", high=100_000)
LEAST_PASSES: Final = Filter("least_passes", int, "至少转送次数", "passed on at least so often")
STATE: Final = Filter("state", str, "状态", "a state")
STANDING: Final = Filter("standing", str, "进展", "how it stands")
CODE: Final = Filter("code", str, "代码", "a code of the track: a trigger, a step, a fault", _WORD)
TRACK: Final = Filter("track", str, "轨道", "a track", needed=True, example="rectification")
KIND: Final = Filter("kind", str, "种类", "a kind", _WORD)
CONDITION: Final = Filter("condition", str, "情形", "a condition for packaging", r"[A-Za-z0-9_.-]{1,63}")
ACT: Final = Filter("act", str, "行为", "an act", r"[a-z_.0-9]{1,80}")
RULE: Final = Filter("rule", str, "规则", "a rule of patrol", r"[a-z_]{1,40}")
MEETING: Final = Filter("meeting", int, "会议", "a meeting, by the number of its first act", high=2**31)
CAPACITY: Final = Filter(
    "capacity", str, "身份", "petition_office or competent_unit", r"petition_office|competent_unit"
)
CUSTODY: Final = Filter("custody", str, "密钥", "device, printed or reported", r"device|printed|reported")
RATING: Final = Filter("rating", str, "评价", "a rating", r"satisfied|basically_satisfied|dissatisfied")
UNFOLLOWED: Final = Filter("unfollowed", bool, "仅未跟进", "only those that nobody followed up")
BY_LEADER: Final = Filter("by_leader", bool, "按领导", "a row for each leader")
BY_UNIT: Final = Filter("by_unit", bool, "按单位", "a row for each unit")
MONTH: Final = Filter("month", str, "月份", "a month, YYYY-MM", r"\d{4}-\d{2}")
MONTHS: Final = Filter("months", int, "月数", "how many months, up to five years", low=1, high=60)
FIGURE: Final = Filter("figure", str, "指标", "one figure, such as satisfaction_rate", r"[a-z_]{1,60}")
WHICH_FIGURE: Final = Filter(
    "figure",
    str,
    "指标",
    "the figure, such as satisfaction_rate",
    r"[a-z_]{1,60}",
    needed=True,
    example="timely_acceptance_rate",
)
WHICH_MONTH: Final = Filter("month", str, "月份", "the month, YYYY-MM", r"\d{4}-\d{2}", needed=True, example="2025-11")
PART: Final = Filter(
    "part",
    str,
    "部分",
    "numerator, denominator or excluded",
    r"numerator|denominator|excluded",
    needed=True,
    example="numerator",
)
BY: Final = Filter("by", str, "按", "area, channel or unit", r"area|channel|unit", needed=True, example="area")
GROUP: Final = Filter("by", str, "按", "unit, clock or leader", r"unit|clock|leader")
OF: Final = Filter(
    "of",
    str,
    "对象",
    "what the bands are of: closing_days, overdue_days",
    r"[a-z_]{1,40}",
    needed=True,
    example="closing_days",
)
