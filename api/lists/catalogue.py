"""All lists, in the order in which menus show them."""

from __future__ import annotations

from typing import Final

from api.lists import figure_lines as lines
from api.lists import filters as by
from api.lists.listing import Listing, case_links
from api.lists.satisfaction_lines import DissatisfiedLine, dissatisfied_links, dissatisfied_shape
from projections import conferences_answers as conferences
from projections import conferences_tasks as tasks
from projections import packages_answers as packages
from projections import packages_board, packages_marks, packages_needed, packages_spans, patrol_answers
from projections import receptions as receptions
from projections import recommendations as recommendations
from projections import satisfaction_answers as satisfaction
from projections import satisfaction_lists as ratings
from projections import suggestions_answers as suggestions
from projections import supervision_answers as supervision
from projections import supervision_mandates as mandates
from projections import supervision_queue as queue
from projections import workload_answers as workload
from projections import workload_lists as stays
from projections.figures_answers import figures
from projections.figures_lists import Band, Member, Share
from projections.item_answers import TrackItem
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
)
_PACKAGES: Final = (
    Listing(
        "packages",
        "领导包案",
        "Cases that leaders have taken on",
        packages.packages,
        packages.HeldPackage,
        (by.UNIT, by.LEADER, by.STATE),
        case_links,
    ),
    Listing(
        "packaged-not-closed",
        "只包不结",
        "Packages past their deadline or without a personal act",
        packages.packaged_not_closed,
        packages.HeldPackage,
        (by.UNIT, by.LEADER),
        case_links,
    ),
    Listing(
        "must-be-packaged",
        "应包未包",
        "Cases that need a leader and have none",
        packages_needed.must_be_packaged,
        packages_needed.Unpackaged,
        (by.UNIT, by.CONDITION),
        case_links,
    ),
    Listing(
        "package-board",
        "包案领导一览",
        "Each leader, post and tenure: packages and what became of them",
        packages_board.package_board,
        packages_board.LeaderRecord,
        (by.UNIT, by.LEADER),
    ),
    Listing(
        "package-acts",
        "包案领导本人行为",
        "What leaders did themselves",
        packages.package_acts,
        packages.PackageAct,
        (by.UNIT, by.CASE, by.LEADER, by.ACT),
        case_links,
    ),
    Listing(
        "hand-overs",
        "包案移交",
        "Packages handed from one leader to another",
        packages_marks.hand_overs,
        packages_marks.HandOver,
        (by.UNIT, by.LEADER, by.STATE),
        case_links,
    ),
    Listing(
        "dissents",
        "不同意见",
        "Explicit dissent, which relieves of responsibility",
        packages_marks.dissents,
        packages_marks.Dissent,
        (by.UNIT, by.OFFICER),
        case_links,
    ),
    Listing(
        "held-ratings",
        "包案件评价",
        "Ratings of cases while a leader held them",
        packages_marks.held_ratings,
        packages_marks.HeldRating,
        (by.UNIT, by.LEADER),
        case_links,
    ),
    Listing(
        "responsibility",
        "责任区间",
        "Which leader answered for which days of a package",
        packages_spans.responsibility,
        packages_spans.Responsibility,
        (by.UNIT, by.CASE, by.LEADER),
        case_links,
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
_SUPERVISION: Final = (
    Listing(
        "supervision",
        "待督办事项",
        "The standing queue of supervision",
        queue.standing_queue,
        queue.QueueItem,
        (by.UNIT, by.KIND),
    ),
    Listing(
        "track-items",
        "督办轨道事项",
        "Files, steps, rectifications and corrections of one track",
        supervision.track_items,
        TrackItem,
        (by.TRACK, by.UNIT, by.CODE, by.STANDING),
    ),
    Listing(
        "mandates",
        "督查授权",
        "Mandates: matter, scope and period",
        mandates.mandates,
        mandates.Mandate,
        (by.UNIT, by.STANDING),
    ),
    Listing(
        "random-inspections",
        "随机抽查",
        "Draws that anyone can repeat",
        mandates.random_inspections,
        mandates.RandomInspection,
        (by.UNIT,),
    ),
    Listing(
        "inspection-visits",
        "实地督查",
        "Inspections on the spot",
        mandates.inspection_visits,
        mandates.Visit,
        (by.UNIT,),
    ),
    Listing(
        "campaign-lists",
        "专项名单",
        "Lists fixed at a checkpoint",
        mandates.campaign_lists,
        mandates.CampaignList,
        (by.UNIT,),
    ),
    Listing(
        "recommendations",
        "三项建议",
        "Recommendations and their adoption",
        recommendations.recommendations,
        recommendations.Recommendation,
        (by.UNIT, by.KIND, by.STANDING),
        case_links,
    ),
    Listing(
        "recommendation-counts",
        "三项建议汇总",
        "Recommendations counted by kind",
        recommendations.count_recommendations,
        recommendations.RecommendationCount,
        (by.UNIT,),
        paged=False,
    ),
    Listing(
        "suggestions",
        "人民建议",
        "Suggestions, adopted and implemented",
        suggestions.suggestions,
        suggestions.Suggestion,
        (by.UNIT, by.STANDING),
        case_links,
    ),
    Listing(
        "suggestion-counts",
        "人民建议汇总",
        "Suggestions counted by unit",
        suggestions.count_suggestions,
        suggestions.SuggestionCount,
        (by.UNIT,),
        paged=False,
    ),
    Listing(
        "conferences",
        "联席会议",
        "Meetings, who presided and who attended",
        conferences.meetings,
        conferences.Meeting,
        (by.UNIT,),
    ),
    Listing(
        "attendance",
        "会议出席",
        "Who attended a meeting",
        conferences.attendance,
        conferences.Attendance,
        (by.UNIT, by.MEETING),
    ),
    Listing(
        "decisions",
        "会议决定",
        "What meetings decided",
        conferences.decisions,
        conferences.Decision,
        (by.UNIT, by.MEETING, by.CASE),
    ),
    Listing(
        "tasks",
        "会议任务",
        "Tasks of meetings and their execution",
        tasks.tasks,
        tasks.Task,
        (by.UNIT, by.MEETING, by.STANDING),
    ),
    Listing(
        "task-counts",
        "会议任务汇总",
        "Tasks counted by unit",
        tasks.count_tasks,
        tasks.TaskCount,
        (by.UNIT,),
        paged=False,
    ),
    Listing(
        "receptions",
        "领导接访",
        "Receptions scheduled, published, held or missed",
        receptions.receptions,
        receptions.Reception,
        (by.UNIT, by.LEADER, by.STANDING),
    ),
    Listing(
        "reception-counts",
        "领导接访汇总",
        "Receptions counted by leader",
        receptions.count_receptions,
        receptions.ReceptionCount,
        (by.UNIT,),
        paged=False,
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

LISTS: Final = (*_CLOCKS, *_PACKAGES, *_SATISFACTION, *_WORKLOAD, *_SUPERVISION, *_PATROL, *_FIGURES)

BY_NAME: Final = {listing.name: listing for listing in LISTS}
