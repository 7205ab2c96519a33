"""The lists of supervision: queue, tracks, mandates, recommendations, suggestions, conferences and receptions."""

from __future__ import annotations

from typing import Final, get_args

from api.lists import filters as by
from api.lists.listing import Listing, case_links
from domain.tracks.vocabulary import RECOMMENDATIONS
from projections import conferences_answers as conferences
from projections import conferences_tasks as tasks
from projections import designated as designated
from projections import receptions as receptions
from projections import recommendations as recommendations
from projections import suggestions_answers as suggestions
from projections import supervision_answers as supervision
from projections import supervision_assessments as assessed
from projections import supervision_mandates as mandates
from projections import supervision_queue as queue
from projections.item_answers import Standing, TrackItem

SUPERVISION: Final = (
    Listing(
        "supervision",
        "待督办事项",
        "The standing queue of supervision",
        queue.standing_queue,
        queue.QueueItem,
        (by.UNIT, by.one_of(by.KIND, queue.KINDS)),
    ),
    Listing(
        "track-items",
        "督办轨道事项",
        "Files, steps, rectifications and corrections of one track",
        supervision.track_items,
        TrackItem,
        (by.one_of(by.TRACK, supervision.TRACKS), by.UNIT, by.CODE, by.one_of(by.STANDING, get_args(Standing))),
    ),
    Listing(
        "mandates",
        "督查授权",
        "Mandates: matter, scope and period",
        mandates.mandates,
        mandates.Mandate,
        (by.UNIT, by.one_of(by.STANDING, ("open", "closed"))),
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
        "assessments",
        "考核考评",
        "Assessments: criteria frozen first, scores computed at a checkpoint",
        assessed.assessments,
        assessed.Assessment,
        (by.UNIT,),
    ),
    Listing(
        "designations",
        "责任领导",
        "Chiefs and supervising leaders of offices, with their days",
        designated.designations,
        designated.Designated,
        (by.UNIT, by.one_of(by.STANDING, get_args(designated.Standing))),
    ),
    Listing(
        "recommendations",
        "三项建议",
        "Recommendations and their adoption",
        recommendations.recommendations,
        recommendations.Recommendation,
        (
            by.UNIT,
            by.one_of(by.KIND, RECOMMENDATIONS),
            by.one_of(by.STANDING, ("open", "overdue", "replied", "implemented")),
        ),
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
        (by.UNIT, by.one_of(by.STANDING, ("studied", "decided", "implemented", "overdue", "unreplied"))),
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
        (by.UNIT, by.MEETING, by.one_of(by.STANDING, ("open", "overdue", "executed", "accepted"))),
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
        (by.UNIT, by.LEADER, by.one_of(by.STANDING, ("planned", "held", "missed", "unaccounted"))),
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
