"""All lists, in the order in which menus show them."""

from __future__ import annotations

from typing import Final

from api.lists import figure_lines as lines
from api.lists import filters as by
from api.lists.listing import Listing, case_links
from api.lists.overdue_lines import OverdueGroup, count_groups, group_links
from api.lists.package_lists import PACKAGES
from api.lists.satisfaction_lines import DissatisfiedLine, dissatisfied_links, dissatisfied_shape
from api.lists.supervision_lists import SUPERVISION
from projections import patrol_answers
from projections import satisfaction_answers as satisfaction
from projections import satisfaction_lists as ratings
from projections import workload_answers as workload
from projections import workload_lists as stays
from projections.claimed_answers import ClaimedCount, ClaimedDeadline, claimed_deadlines, count_claimed
from projections.figures_answers import figures
from projections.figures_lists import Band, Member, Share
from projections.overdue import OverdueClock, due_soon, overdue

_CLOCKS: Final = (
    Listing(
        "overdue",
        "已超期的时限",
        "The open clocks past due, oldest first",
        overdue,
        OverdueClock,
        (by.UNIT, by.CLOCK, by.LEADER, by.OVERDUE_SINCE),
        case_links,
    ),
    Listing(
        "due-soon",
        "即将到期的时限",
        "The open clocks that will soon be due",
        due_soon,
        OverdueClock,
        (by.UNIT, by.CLOCK, by.LEADER, by.DAYS),
        case_links,
    ),
    Listing(
        "overdue-counts",
        "超期时限汇总",
        "Overdue clocks counted by unit, clock or leader",
        count_groups,
        OverdueGroup,
        (by.GROUP, by.UNIT, by.CLOCK),
        group_links,
        paged=False,
    ),
)
_CLAIMED: Final = (
    Listing(
        "claimed-deadlines",
        "所称期限",
        "Deadlines that offices say they were given, beside those by law",
        claimed_deadlines,
        ClaimedDeadline,
        (by.UNIT,),
        case_links,
    ),
    Listing(
        "claimed-kept",
        "所称期限的遵守",
        "Claimed deadlines kept and missed, by unit",
        count_claimed,
        ClaimedCount,
        (by.UNIT,),
        paged=False,
    ),
)
_SATISFACTION: Final = (
    Listing(
        "satisfaction",
        "满意度",
        "Ratings by office, with participation",
        satisfaction.satisfaction,
        satisfaction.SatisfactionRow,
        (by.UNIT, by.LEADER, by.SINCE, by.BY_LEADER),
        paged=False,
    ),
    Listing(
        "ratings",
        "评价",
        "Every rating",
        ratings.ratings,
        ratings.RatingRow,
        (by.UNIT, by.LEADER, by.SINCE, by.CAPACITY, by.CUSTODY, by.RATING),
        case_links,
    ),
    Listing(
        "lapsed-windows",
        "到期未评",
        "Windows that lapsed without a rating",
        ratings.lapsed_windows,
        ratings.WindowRow,
        (by.UNIT, by.LEADER, by.SINCE, by.CAPACITY, by.CUSTODY),
        case_links,
    ),
    Listing(
        "dissatisfied",
        "不满意件跟进",
        "Dissatisfied ratings and what offices did afterwards",
        ratings.dissatisfied,
        DissatisfiedLine,
        (by.UNIT, by.LEADER, by.SINCE, by.UNFOLLOWED),
        dissatisfied_links,
        shape=dissatisfied_shape,
    ),
)
_WORKLOAD: Final = (
    Listing(
        "workload",
        "办理量",
        "Stock, inflow and closure by unit: context, never a score",
        workload.workload,
        workload.WorkloadRow,
        (by.UNIT, by.SINCE),
        paged=False,
    ),
    Listing(
        "open-cases",
        "在办件",
        "Cases open at their unit",
        stays.open_cases,
        stays.StayRow,
        (by.UNIT, by.LEAST_DAYS, by.MOST_DAYS, by.LEAST_PASSES),
        case_links,
    ),
    Listing(
        "received-cases",
        "收到件",
        "Cases that units received",
        stays.received_cases,
        stays.StayRow,
        (by.UNIT, by.SINCE),
        case_links,
    ),
    Listing(
        "closed-cases",
        "办结件",
        "Cases that units closed",
        stays.closed_cases,
        stays.StayRow,
        (by.UNIT, by.SINCE),
        case_links,
    ),
    Listing(
        "unowned",
        "无人负责件",
        "Cases without a responsible post or next measure",
        stays.unowned,
        stays.Unowned,
        (by.UNIT,),
        case_links,
    ),
    Listing(
        "closed-without-reply",
        "无回音件",
        "Cases closed without a reply",
        stays.closed_without_reply,
        stays.Unanswered,
        (by.UNIT, by.SINCE),
        case_links,
    ),
    Listing(
        "first-contacts",
        "首接推出件",
        "First contacts passed on without another unit's receipt",
        stays.first_contacts,
        stays.FirstContact,
        (by.UNIT, by.SINCE),
        case_links,
    ),
)
_PATROL: Final = (
    Listing(
        "patrol",
        "网上巡查",
        "Facts that a rule of patrol names; what they mean is for people to find",
        patrol_answers.patrol,
        patrol_answers.Finding,
        (by.UNIT, by.RULE, by.SINCE),
        case_links,
    ),
    Listing(
        "patrol-counts",
        "网上巡查汇总",
        "Findings counted by rule and unit",
        patrol_answers.count_findings,
        patrol_answers.FindingCount,
        (by.UNIT, by.RULE, by.SINCE),
        paged=False,
    ),
)
_FIGURES: Final = (
    Listing(
        "figures",
        "指标",
        "Figures with their formulas and parts",
        figures,
        lines.FigureLine,
        (by.FIGURE, by.UNIT, by.BY_UNIT, by.MONTH),
        lines.figure_links,
        paged=False,
        shape=lines.figure_shape,
    ),
    Listing(
        "series",
        "指标逐月",
        "A figure month by month",
        lines.ask_series,
        lines.FigureLine,
        (by.WHICH_FIGURE, by.UNIT, by.MONTHS),
        lines.figure_links,
        paged=False,
        shape=lines.figure_shape,
    ),
    Listing(
        "comparison",
        "同比环比",
        "A month beside the month and the year before",
        lines.ask_compared,
        lines.ComparedLine,
        (by.WHICH_FIGURE, by.WHICH_MONTH, by.UNIT),
        paged=False,
        shape=lines.compared_shape,
    ),
    Listing(
        "rank",
        "排名",
        "Units by a figure, with their samples",
        lines.ask_rank,
        lines.RankedLine,
        (by.WHICH_FIGURE, by.UNIT, by.MONTH),
        lines.ranked_links,
        paged=False,
        shape=lines.ranked_shape,
    ),
    Listing(
        "members",
        "指标构成件",
        "The cases behind a part of a figure",
        lines.ask_members,
        Member,
        (by.WHICH_FIGURE, by.PART, by.UNIT, by.MONTH),
        case_links,
    ),
    Listing(
        "composition",
        "构成",
        "What matters are made up of: context, never a score",
        lines.ask_composition,
        Share,
        (by.BY, by.UNIT, by.MONTH),
        paged=False,
    ),
    Listing(
        "bands",
        "分布",
        "A spread over bands of days",
        lines.ask_bands,
        Band,
        (by.OF, by.UNIT, by.MONTH),
        paged=False,
    ),
)

LISTS: Final = (*_CLOCKS, *_CLAIMED, *PACKAGES, *_SATISFACTION, *_WORKLOAD, *SUPERVISION, *_PATROL, *_FIGURES)

BY_NAME: Final = {listing.name: listing for listing in LISTS}
