"""The figures as data: what each divides by what, who is left out, and whether an office may be judged by it.

A figure never judges petitioners, and none improves when fewer people petition: volume is context. The formulas are
decisions of this ledger where no text of national law has them; each row says where it comes from. The words that
an exclusion from a figure may use are these ids (`tracks/vocabulary.py`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, Literal

from domain.naming import Name

Nature = Literal["score", "diagnostic", "context"]


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure: its names, its formula in words, and what counts above and below the line.

    A `rate` is numerator by denominator; a count has no denominator, and `below` is empty. Only a figure whose nature
    is score may rank offices. `beside` names the figure without which this one is never shown.
    """

    id: str
    name: Name
    formula: Name
    above: Name
    below: Name
    left_out: Name
    nature: Nature
    article: str
    source: str
    confidence: str
    beside: str = ""

    @property
    def rate(self) -> bool:
        """Whether the figure is a rate, with a denominator."""
        return bool(self.below.zh)


_PRACTICE: Final = "信访工作考核通行指标,全国法规未定公式;公式为账本设计决定"
_OURS: Final = "账本设计决定"
_NONE: Final = Name("", "")
_CLOCKS_OUT: Final = Name(
    "期限届满前因撤回、并案、转送、导入法定途径等终止的;经两人批准剔除的",
    "clocks that ended in time without being fulfilled (withdrawn, merged, passed on); cases excluded by two persons",
)
_EXCLUDED: Final = Name("经两人批准剔除的", "cases excluded by two persons")


def _figure(
    identifier: str,
    name: tuple[str, str],
    formula: tuple[str, str],
    above: tuple[str, str],
    below: tuple[str, str] = ("", ""),
    left_out: Name = _EXCLUDED,
    nature: Nature = "score",
    article: str = "39(1)",
    source: str = _PRACTICE,
    confidence: str = "D",
    beside: str = "",
) -> Figure:
    parts = (Name(*name), Name(*formula), Name(*above), Name(*below), left_out)
    return Figure(identifier, *parts, nature, article, source, confidence, beside)


_RATES: Final = (
    _figure(
        "timely_acceptance_rate",
        ("及时受理率", "timely acceptance rate"),
        ("按期告知受理情况的 ÷(按期 + 逾期 + 已超期未告知)", "in time ÷ (in time + late + overdue and not accepted)"),
        (
            "在收到之日起十五日内书面告知受理情况的时限(NOTICE_DIRECT、NOTICE_TRANSFERRED)",
            "clocks NOTICE_DIRECT and NOTICE_TRANSFERRED met in time: told in writing what becomes of the matter",
        ),
        ("上述各项,加逾期才告知或者终止的,加截止时已超期的", "those, met or ended late, or open and overdue"),
        _CLOCKS_OUT,
        article="23(2), 23(3)",
    ),
    _figure(
        "on_time_closure_rate",
        ("按期办结率", "on-time closure rate"),
        ("按期办结 ÷(办结 + 已超期未办结)", "closed on time ÷ (closed + open and overdue)"),
        ("办理时限(HANDLE 或其影子时限)届满前办结的", "HANDLE, or its shadow, closed on or before the due day"),
        (
            "办结的,加超期后终止的,加截止时已超期未办结的",
            "closed, or ended after the due day, or open and overdue at the cut-off",
        ),
        _CLOCKS_OUT,
        article="34",
    ),
    _figure(
        "on_time_reply_rate",
        ("按期答复率", "on-time reply rate"),
        ("按期答复 ÷(按期 + 逾期 + 已超期未答复)", "on time ÷ (on time + late + overdue unanswered)"),
        (
            "办理、复查、复核时限内以书面答复或者意见完成的",
            "HANDLE, its shadow, REVIEW_DECISION and RECHECK_DECISION met in time by a written answer",
        ),
        ("上述各项,加逾期答复或者终止的,加截止时已超期的", "those, answered or ended late, or open and overdue"),
        _CLOCKS_OUT,
        article="34, 35, 36(2)",
    ),
    _figure(
        "on_time_reply_rate_local",
        ("按期答复率(地方口径,含未到期)", "on-time reply rate, local variant with what is not yet due"),
        ("按期答复 ÷(按期 + 逾期 + 已超期 + 未到期)", "on time ÷ (on time + late + overdue + not yet due)"),
        ("同按期答复率", "as in on_time_reply_rate"),
        ("同按期答复率,另加截止时未到期的", "as in on_time_reply_rate, and those running at the cut-off"),
        _CLOCKS_OUT,
        "diagnostic",
        source="地方口径:未到期的计入分母;单列并注明",
        confidence="L",
    ),
    _figure(
        "due_closure_rate",
        ("到期办结率", "due closure rate"),
        ("届满日前办结 ÷ 届满日在本期内的", "closed by the due date ÷ due dates falling in the period"),
        ("在届满日或者之前办结的办理时限", "HANDLE, or its shadow, closed on or before the due day"),
        ("届满日在本期内且已过完的办理时限", "HANDLE, or its shadow, whose due day lies in the period and is over"),
        _CLOCKS_OUT,
        article="34",
    ),
    _figure(
        "claimed_deadline_rate",
        ("所称期限遵守率", "share of claimed deadlines kept"),
        ("按所称期限完成 ÷(按期 + 逾期 + 已超过未完成)", "kept ÷ (kept + late + past and not done)"),
        (
            "在单位自称或者旧系统所载的期限届满前完成的",
            "done on or before the day that the office, or its old system, says was set",
        ),
        (
            "上述各项,加逾期完成或者终止的,加截止时已超过该日仍未完成的",
            "those, done or ended after that day, or open past it at the cut-off",
        ),
        Name(
            "该日届满前未完成即终止的;被后一期限取代的;经两人批准剔除的",
            "ended in time without being done; replaced by a later claim; cases excluded by two persons",
        ),
        "diagnostic",
        article="34",
        source="单位自称的期限,与法定时限并列,不改变任何时限;公式为账本设计决定",
        beside="on_time_reply_rate",
    ),
    _figure(
        "satisfaction_rate",
        ("满意率", "satisfaction rate"),
        ("(满意 + 基本满意)÷ 已评价", "(satisfied + basically satisfied) ÷ rated"),
        ("评价为满意、基本满意的", "ratings satisfied or basically satisfied"),
        (
            "信访人以本人设备密钥作出的评价,每轮每单位一次;打印码另列,工作人员代录的不计",
            "ratings by the petitioner's own device key, one an office and round; slips apart, staff-entered never",
        ),
        article="21(2)",
        beside="participation_rate",
    ),
    _figure(
        "participation_rate",
        ("参评率", "participation rate"),
        ("已评价 ÷(已评价 + 窗口届满未评价)", "rated ÷ (rated + window lapsed unrated)"),
        ("同满意率的分母", "the denominator of satisfaction_rate"),
        (
            "已评价的,加持有设备密钥而评价窗口届满未评价的",
            "those, and the windows that lapsed unrated where the petitioner has a device key",
        ),
        nature="diagnostic",
        article="21(2)",
    ),
    _figure(
        "one_time_resolution_rate",
        ("一次性化解率", "one-time resolution rate"),
        (
            "首次提出即化解且未重新办理 ÷ 首次提出已化解或者重新办理",
            "resolved, not re-handled ÷ resolved or re-handled",
        ),
        ("化解后未被交还、因不满意重启、在复查复核中撤销变更重办的", "first submissions resolved and never re-handled"),
        (
            "首次提出的事项中,本期化解的或者重新办理的",
            "first submissions resolved, or returned, reopened as dissatisfied, or revoked, changed, redone on review",
        ),
        article="7",
    ),
    _figure(
        "one_visit_rate",
        ("最多跑一次", "one visit at most"),
        ("单位未要求信访人再来的办结事项 ÷ 办结事项", "closed with no office asking to come again ÷ closed"),
        (
            "办结前后没有单位要求信访人再来的事项",
            "closed matters in which no office asked the petitioner to come again",
        ),
        ("本期办结的事项(HANDLE 或其影子时限)", "matters closed in the period, by HANDLE or its shadow"),
        article="7",
    ),
    _figure(
        "package_resolution_rate",
        ("包案化解率", "package resolution rate"),
        ("包案化解 ÷ 包案", "resolved ÷ packaged"),
        ("以执行、调解、履职、落实化解的领导包案", "leader packages resolved in substance"),
        ("本期终结的,加截止时仍在包的", "packages that ended in the period, or are held at the cut-off"),
        article="18(2)",
    ),
    _figure(
        "backlog_resolution_rate",
        ("积案化解率", "backlog resolution rate"),
        ("积案化解 ÷ 积案", "resolved ÷ listed"),
        ("化解的积案", "backlog cases resolved in substance"),
        (
            "自登记起超过 backlog_days 未办结,本期办结或者截止时仍未办结的",
            "open more than backlog_days after they began, and closed in the period or still open at the cut-off",
        ),
        article="18(2)",
    ),
    _figure(
        "recommendation_adoption_rate",
        ("三项建议采纳率", "recommendation adoption rate"),
        ("采纳 ÷ 已反馈", "adopted ÷ replied"),
        ("书面反馈采纳的建议", "recommendations whose written reply adopts them"),
        ("本期书面反馈的建议", "recommendations replied to in the period"),
        article="40(4)",
        beside="recommendation_reply_rate",
    ),
    _figure(
        "recommendation_reply_rate",
        ("三项建议反馈率", "recommendation reply rate"),
        ("已反馈 ÷ 提出", "replied ÷ issued"),
        ("截止时已书面反馈的", "those replied to by the cut-off"),
        ("本期提出的建议", "recommendations issued in the period"),
        article="40(4)",
    ),
    _figure(
        "suggestion_adoption_rate",
        ("建议采纳率", "suggestion adoption rate"),
        ("采纳或者部分采纳 ÷ 建议", "adopted or partly adopted ÷ suggestions"),
        ("截止时决定采纳或者部分采纳的", "those decided as adopted or partly adopted by the cut-off"),
        ("本期归为建议意见类的事项", "matters classified as suggestions, or decided as such, in the period"),
        article="29",
    ),
    _figure(
        "repeat_matter_rate",
        ("重复事项占比", "share of repeated matters"),
        ("同一事项再次提出 ÷ 提出", "repeat submissions ÷ submissions"),
        ("截止时被认定与另一件为同一事项的", "those linked to, or merged into, another case of the same matter"),
        ("本期提出的事项", "submissions in the period"),
        nature="diagnostic",
        source=_OURS,
    ),
)
_COUNTS: Final = (
    _figure(
        "submissions",
        ("提出件数", "submissions"),
        ("本期提出", "submitted in the period"),
        ("本期提出的事项", "matters submitted, registered or received in the period"),
        nature="context",
        source=_OURS,
    ),
    _figure(
        "closed",
        ("办结件数", "closed"),
        ("本期办结", "closed in the period"),
        ("本期办结的办理时限", "HANDLE, or its shadow, closed in the period"),
        nature="context",
        source=_OURS,
    ),
    _figure(
        "resolved",
        ("化解件数", "resolved"),
        ("本期化解", "resolved in substance in the period"),
        ("本期实体解决的事项", "matters resolved in substance in the period"),
        nature="context",
        source=_OURS,
    ),
    _figure(
        "overdue",
        ("超期时限", "overdue clocks"),
        ("截止时已超期", "open and overdue at the cut-off"),
        ("截止时已超期未完成的各类时限", "clocks of every kind that are open and overdue at the cut-off"),
        nature="context",
        source=_OURS,
    ),
)

FIGURES: Final[Mapping[str, Figure]] = MappingProxyType({row.id: row for row in (*_RATES, *_COUNTS)})
"""All figures by id, in the order in which reports show them."""

NATURES: Final[Mapping[str, Name]] = MappingProxyType(
    {
        "score": Name("评价单位的指标", "judges offices"),
        "diagnostic": Name("诊断指标,不据以排名", "a diagnostic: ranks nobody"),
        "context": Name("情况说明,不据以评价", "context: judges nobody"),
    }
)
"""What a figure may be used for."""

REASONS: Final[Mapping[str, Name]] = MappingProxyType(
    {
        "nothing_known": Name("截止位置之前账本没有任何记录", "nothing is recorded before this position"),
        "before_first": Name("截止时间早于账本的第一项记录", "the moment lies before the first act that is recorded"),
        "not_begun": Name("该期尚未开始", "the period has not begun"),
        "no_cases": Name("本期没有应计入分母的事项", "no case belongs into the denominator in this period"),
    }
)
"""Why a figure has no value."""
