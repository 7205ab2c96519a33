"""A clock explains itself: why its date is that date, in Chinese and in English.

Start event, rule and article, the days counted and skipped, raw and moved due day, the calendar that
decided, what is provisional, recorded late or imported, and how the clock stands at a moment.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from domain.calendars import Calendar, Calendars, SkippedDay
from domain.case_state import Case
from domain.clock import Clock
from domain.clocks import Rules, national_rules
from domain.due import Due, Standing, civil_day, due_of, row_of, standing
from domain.rows import ClockRow, Law
from domain.told import changes, date_en, date_zh, days_en
from domain.vocabulary import Name, name_of
from domain.wording import ACTIONS

CONFIDENCES: Final = {
    "C": Name("已核对原文", "read in the primary text"),
    "S": Name("二手或不完整来源", "secondary or partial source"),
    "L": Name("地方做法", "local practice"),
    "D": Name("账本设计决定", "design decision"),
}


@dataclass(frozen=True, slots=True)
class ClockExplanation:
    """One clock, explained as of a moment; `lines_zh` and `lines_en` are the same sentences, one a line.

    `skipped` are the rest days that moved the last day, or that a count of working days passed over;
    `made_up` the worked weekend days in the same span.
    """

    clock: Clock
    row: ClockRow
    law: Law
    due: Due
    standing: Standing
    as_of: datetime
    skipped: tuple[SkippedDay, ...]
    made_up: tuple[date, ...]
    lines_zh: tuple[str, ...]
    lines_en: tuple[str, ...]


def explain(
    case: Case, calendars: Calendars, as_of: datetime, rules: Rules | None = None, known_at: int | None = None
) -> list[ClockExplanation]:
    """Explain every clock of the case as of a moment of the world, oldest first.

    `known_at` is the log index up to which calendars count; the case must have been folded up to it.
    """
    rules = rules or national_rules()
    clocks = sorted(case.clocks, key=lambda clock: (clock.started_seq, clock.clock, clock.segment))
    return [explain_clock(clock, calendars, as_of, rules, known_at) for clock in clocks]


def explain_clock(
    clock: Clock, calendars: Calendars, as_of: datetime, rules: Rules, known_at: int | None = None
) -> ClockExplanation:
    """Explain one clock as of a moment of the world."""
    row = row_of(clock, rules)
    law = rules.at(clock.started_index).laws[row.law]
    due = due_of(clock, calendars, rules, known_at)
    stands = standing(clock, due.on, as_of, row.nature)
    skipped, made_up = _passed_over(clock, row, due)
    lines = [
        _heading(clock, row),
        _start(clock, row),
        _rule(clock, row, law),
        *_counted(clock, row, due, skipped, made_up),
        *changes(clock),
        *_remarks(clock),
        _result(clock, row, due, stands, as_of),
    ]
    return ClockExplanation(
        clock,
        row,
        law,
        due,
        stands,
        as_of,
        skipped,
        made_up,
        tuple(line.zh for line in lines),
        tuple(line.en for line in lines),
    )


def _counted(
    clock: Clock, row: ClockRow, due: Due, skipped: Sequence[SkippedDay], made_up: Sequence[date]
) -> list[Name]:
    if row.nature == "open":
        return [Name("计算:法律没有规定日数,不计超期", "count: the law gives no number of days, so none is overdue")]
    return [_count(clock, row, due), *_moved(clock, row, due, skipped, made_up), _calendar(due)]


def _passed_over(clock: Clock, row: ClockRow, due: Due) -> tuple[tuple[SkippedDay, ...], tuple[date, ...]]:
    if row.nature == "open":
        return (), ()
    if clock.day_kind == "working":
        first, last = clock.start_day + timedelta(days=1), due.on
        return due.calendar.skipped(first, last), due.calendar.made_up(first, last + timedelta(days=1))
    skipped = due.calendar.skipped(due.raw_on, due.on)
    if not row.weekends_roll:
        skipped = tuple(day for day in skipped if day.reason == "holiday")
    return skipped, due.calendar.made_up(due.raw_on, due.on + timedelta(days=1))


def _heading(clock: Clock, row: ClockRow) -> Name:
    whose = {
        "right": Name("信访人的权利,不是单位的过失", "the petitioner's right, never an office's fault"),
        "window": Name(f"{clock.unit} 的权利,逾期不构成过失", f"a window of {clock.unit}, no fault if it lapses"),
        "open": Name("由共同的上级机关决定", "for the common superior to decide"),
    }.get(row.nature, Name(f"责任单位:{clock.unit}", f"duty of: {clock.unit}"))
    return Name(
        f"{row.title_zh}({clock.clock}{'影子' if clock.shadow else ''},第 {clock.segment} 段),{whose.zh}",
        f"{row.title_en} ({clock.clock}{' shadow' if clock.shadow else ''}, segment {clock.segment}), {whose.en}",
    )


def _start(clock: Clock, row: ClockRow) -> Name:
    act = name_of(ACTIONS, clock.started_by)
    if row.counts_from:
        return Name(
            f"起算:收到该信访事项的{date_zh(clock.start_day)}(由“{act.zh}”启动,本件第 {clock.started_seq} 项,"
            f"账本第 {clock.started_index} 号),当日不计入(民法典第二百零一条)",
            f'start: the matter was received on {date_en(clock.start_day)} (begun by "{act.en}", '
            f"no. {clock.started_seq} of the case, entry {clock.started_index}); "
            "that day is not counted (Civil Code 201)",
        )
    return Name(
        f"起算:{date_zh(clock.start_day)}的“{act.zh}”(本件第 {clock.started_seq} 项,账本第 {clock.started_index} 号),"
        "当日不计入(民法典第二百零一条)",
        f'start: "{act.en}" on {date_en(clock.start_day)} (no. {clock.started_seq} of the case, '
        f"entry {clock.started_index}); that day is not counted (Civil Code 201)",
    )


def _rule(clock: Clock, row: ClockRow, law: Law) -> Name:
    sure = CONFIDENCES[row.confidence]
    until_zh = f"至 {row.in_force_to}" if row.in_force_to else "起施行至今"
    until_en = f"to {row.in_force_to}" if row.in_force_to else "on, still in force"
    length = _length(clock, row)
    return Name(
        f"规则:{row.id},{law.name_zh}第 {row.article} 条,{length.zh},"
        f"适用于 {row.in_force_from} {until_zh};{row.source};可信度 {row.confidence}({sure.zh})",
        f"rule: {row.id}, {law.name_en}, article {row.article}, {length.en}, "
        f"in force from {row.in_force_from} {until_en}; confidence {row.confidence} ({sure.en})",
    )


def _length(clock: Clock, row: ClockRow) -> Name:
    if row.nature == "open":
        return Name("未规定日数", "no number of days")
    days = clock.length - clock.extended
    if row.sets and days != row.length:
        return Name(f"由该行为自定({days} 日)", f"as the act sets it ({days_en(days)})")
    return Name(f"{row.length} {_unit(row.day_kind).zh}", f"{row.length} {_unit(row.day_kind).en}")


def _unit(day_kind: str) -> Name:
    return Name("个工作日", "working days") if day_kind == "working" else Name("日", "calendar days")


def _count(clock: Clock, row: ClockRow, due: Due) -> Name:
    first = clock.start_day + timedelta(days=1)
    unit = _unit(clock.day_kind)
    more_zh = f",另加听证所占 {clock.excluded} 日不计" if clock.excluded else ""
    more_en = f", and {days_en(clock.excluded)} of hearing that do not count" if clock.excluded else ""
    if clock.extended:
        more_zh = f"(含延长 {clock.extended} 日){more_zh}"
        more_en = f" ({days_en(clock.extended)} of extension among them){more_en}"
    return Name(
        f"计算:自{date_zh(first)}起数 {clock.length} {unit.zh}{more_zh},最后一日为{date_zh(due.raw_on)}",
        f"count: {clock.length} {unit.en} from {date_en(first)}{more_en}, the last of them {date_en(due.raw_on)}",
    )


def _moved(clock: Clock, row: ClockRow, due: Due, skipped: Sequence[SkippedDay], made_up: Sequence[date]) -> list[Name]:
    lines: list[Name] = []
    if skipped:
        listed = Name("、".join(_skipped_zh(day) for day in skipped), ", ".join(_skipped_en(day) for day in skipped))
        if clock.day_kind == "working":
            lines.append(Name(f"不计入的休息日:{listed.zh}", f"rest days not counted: {listed.en}"))
        else:
            lines.append(
                Name(
                    f"顺延:最后一日为休息日,不计 {listed.zh},至{date_zh(due.on)}(民法典第二百零三条)",
                    f"moved: the last day is a rest day; past {listed.en}, to {date_en(due.on)} (Civil Code 203)",
                )
            )
    if made_up:
        lines.append(
            Name(
                f"其中调休上班日:{'、'.join(date_zh(day) for day in made_up)}",
                f"worked weekend days among them: {', '.join(date_en(day) for day in made_up)}",
            )
        )
    if not row.weekends_roll and clock.day_kind == "calendar":
        lines.append(Name("周末不顺延(政策数据)", "weekends do not move the last day (policy data)"))
    return lines


def _skipped_zh(day: SkippedDay) -> str:
    return f"{day.on.isoformat()} {'周末' if day.reason == 'weekend' else f'放假:{day.notice}'}"


def _skipped_en(day: SkippedDay) -> str:
    return f"{day.on.isoformat()} {'weekend' if day.reason == 'weekend' else f'day off: {day.notice}'}"


def _calendar(due: Due) -> Name:
    known: Calendar = due.calendar
    if due.provisional:
        return Name(
            f"日历:第 {known.version} 版;届满日所在时段的放假通知尚未公布,日期为暂定",
            f"calendar: version {known.version}; the notice for these days is yet to come, the date is provisional",
        )
    return Name(f"日历:第 {known.version} 版,日期确定", f"calendar: version {known.version}, the date is firm")


def _remarks(clock: Clock) -> list[Name]:
    lines: list[Name] = []
    if clock.started_late:
        lines.append(
            Name(
                "起算的行为补录过迟,按记录时间计算",
                "the starting act was recorded too late and counts from its recording",
            )
        )
    if clock.closed_late:
        lines.append(
            Name(
                "完成的行为补录过迟,按记录时间计算",
                "the closing act was recorded too late and counts from its recording",
            )
        )
    if clock.imported:
        lines.append(
            Name("时间来自导入的文件,为导入单位所称", "times come from an imported file and are the importer's claim")
        )
    return lines


def _unjudged(clock: Clock, row: ClockRow, stands: Standing, as_of: datetime) -> Name | None:
    """Say how a segment stands that is not judged by a day: one replaced by a later, or a duty without a number."""
    day = civil_day(as_of)
    if stands.status == "withdrawn":
        return Name(
            f"本段自账本第 {clock.withdrawn_index} 号起由后一段代替,或者自始无此义务,不再计算",
            f"from entry {clock.withdrawn_index} on this segment is replaced by a later one, or was never owed",
        )
    if row.nature == "open" and stands.status == "open":
        return Name(
            f"截至{date_zh(day)}已 {stands.days} 天,等待决定",
            f"as of {date_en(day)} it has waited {days_en(stands.days)} for the decision",
        )
    return None


def _result(clock: Clock, row: ClockRow, due: Due, stands: Standing, as_of: datetime) -> Name:
    unjudged = _unjudged(clock, row, stands, as_of)
    if unjudged is not None:
        return unjudged
    day = civil_day(as_of)
    until = Name(f"届满:{date_zh(due.on)}24时", f"due: {date_en(due.on)}, 24:00")
    if stands.status in ("met", "met_late", "ended", "ended_late") and clock.closed_at is not None:
        act, on = name_of(ACTIONS, clock.closed_by), civil_day(clock.closed_at)
        verb = Name("完成", "met") if clock.met else Name("终止", "ended")
        how = (
            Name(f",超期 {stands.days} 天", f", {days_en(stands.days)} late")
            if stands.days
            else Name(",未超期", ", in time")
        )
        return Name(
            f"{until.zh};{date_zh(on)}以“{act.zh}”{verb.zh}{how.zh}",
            f'{until.en}; {verb.en} by "{act.en}" on {date_en(on)}{how.en}',
        )
    words = {
        "not_started": Name("尚未起算", "not started"),
        "overdue": Name(f"超期 {stands.days} 天", f"overdue by {days_en(stands.days)}"),
        "running": Name(f"剩余 {stands.days} 天", f"{days_en(stands.days)} left"),
        "suspended": Name(f"因听证中止 {stands.days} 天", f"suspended by a hearing for {days_en(stands.days)}"),
        "lapsed": Name(f"期限已过 {stands.days} 天", f"lapsed {days_en(stands.days)} ago"),
    }[stands.status]
    return Name(f"{until.zh};截至{date_zh(day)}{words.zh}", f"{until.en}; as of {date_en(day)} {words.en}")
