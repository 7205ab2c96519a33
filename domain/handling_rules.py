"""What single acts of handling must fulfil beyond the tables, each with its article."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from domain import case_events, vocabulary
from domain import handling_events as acts
from domain import procedure_words as words
from domain.case_state import Case
from domain.clocks import Rules
from domain.moves import ACCEPTED, RECHECK_REQUESTED
from domain.people import People
from domain.refusing import refuse
from domain.schema import Event

MEDIATION_STEPS: Final[Mapping[str, tuple[str, ...]]] = {
    acts.CaseMediationReferred.action: ("", "not_agreed", "returned"),
    acts.CaseMediationAccepted.action: ("referred",),
    acts.CaseMediationResult.action: ("taken",),
    acts.CaseMediationReturned.action: ("referred", "taken", "not_agreed"),
    acts.CaseMediationPerformed.action: ("agreed",),
    acts.CaseSettled.action: ("", "referred", "taken", "not_agreed", "returned"),
}
"""After which step of mediation each act may come; "" is before the first."""


def _accepted(case: Case, event: case_events.CaseAccepted, people: People) -> None:
    if case.category not in ("", event.category):
        raise refuse(
            case,
            event,
            "category",
            "31",
            f"已分类为“{words.CLASSES[case.category].zh}”,不适用信访程序;可先重新分类",
            f"the matter is classified as {case.category}; only 31(6) goes this way, reclassify it first",
            (acts.CaseReclassified.action,),
        )


def _reclassified(case: Case, event: acts.CaseReclassified, people: People) -> None:
    if event.category == case.category:
        raise refuse(case, event, "same_category", "31", "分类没有变化", "the category is the same")


def _routed(case: Case, event: acts.CaseRoutedStatutory, people: People) -> None:
    if case.category not in ("", event.category):
        raise refuse(
            case,
            event,
            "category",
            "31",
            f"已分类为 {case.category},与 {event.category} 不符;可先重新分类",
            f"the matter is classified as {case.category}, not {event.category}; reclassify it first",
            (acts.CaseReclassified.action,),
        )


def _simplified(case: Case, event: Event, people: People) -> None:
    if case.handling.simplified:
        raise refuse(case, event, "simplified", "2016 trial rule 4", "已适用简易办理", "it is simplified already")
    if case.round > 1 or case.category in words.STATUTORY:
        raise refuse(
            case,
            event,
            "excluded",
            "2016 trial rule 4, 5",
            "简易办理只适用于初次信访事项,且不适用于法定途径",
            "simplified handling is for a first round of handling, outside the statutory procedures",
        )


def _simplified_ended(case: Case, event: Event, people: People) -> None:
    if not case.handling.simplified:
        raise refuse(case, event, "not_simplified", "2016 trial rule 5", "未适用简易办理", "it is not simplified")


def _opinion_issued(case: Case, event: case_events.CaseOpinionIssued, people: People) -> None:
    if case.handling.simplified and event.outcome == "not_support":
        raise refuse(
            case,
            event,
            "excluded",
            "2016 trial rule 5",
            "可能不予支持的不适用简易办理,应先终止简易办理",
            "a claim that is not supported is excluded from simplified handling; end that first",
            (acts.CaseSimplifiedEnded.action,),
        )


def _hearing_opened(case: Case, event: acts.CaseHearingOpened, people: People) -> None:
    stage = {ACCEPTED: "handling", RECHECK_REQUESTED: "recheck"}[case.state]
    if event.stage != stage:
        raise refuse(
            case, event, "stage", "31(6), 36(2)", f"此时的听证阶段为 {stage}", f"a hearing here is of {stage}", (stage,)
        )
    if case.handling.hearing:
        raise refuse(case, event, "hearing_open", "31(6)", "听证尚未结束", "a hearing lasts already")


def _hearing_closed(case: Case, event: Event, people: People) -> None:
    if not case.handling.hearing:
        raise refuse(case, event, "no_hearing", "31(6)", "没有进行中的听证", "no hearing lasts")


def _mediation(case: Case, event: Event, people: People) -> None:
    after = MEDIATION_STEPS[event.action]
    if case.handling.mediation not in after:
        last = case.handling.mediation or "-"
        raise refuse(
            case,
            event,
            "mediation_step",
            "33",
            f"调解目前的步骤为 {last},该行为应在 {'、'.join(step or '-' for step in after)} 之后",
            f"mediation stands at {last}; this act comes after {', '.join(step or '-' for step in after)}",
            after,
        )


def check_extension(case: Case, event: acts.CaseExtended, rules: Rules) -> None:
    """Check that extensions stay within what the row allows in all that the clock runs by, late ones included.

    The limit is that of the rules known when the clock started; a row with the limit 0 sets none.

    Raises TransitionRefused where no handling time of this office runs, or too few days are left.
    Source: article 34; 2005: 33.
    """
    clock = next((c for c in case.running if c.clock == "HANDLE" and not c.shadow and c.unit == event.office), None)
    if clock is None:
        raise refuse(case, event, "nothing_to_extend", "34", "没有可以延长的办理期限", "no handling time runs here")
    row = rules.at(clock.started_index).clocks[clock.rule]
    used = sum(change.days for change in clock.changes if change.kind == "extended")
    if row.extend_limit and used + event.days > row.extend_limit:
        left = row.extend_limit - used
        raise refuse(
            case,
            event,
            "extension_limit",
            row.article,
            f"延长期限合计不得超过 {row.extend_limit} 日,还可延长 {left} 日",
            f"extensions must not exceed {row.extend_limit} days in all; {left} are left",
            (str(left),) if left else (),
        )


def _executes(case: Case, event: Event, people: People) -> None:
    if case.outcome != "support":
        raise refuse(
            case,
            event,
            "not_supported",
            "32",
            "只有支持信访请求的意见需要执行",
            "only a supporting opinion is executed",
            (vocabulary.OUTCOMES["support"].en,),
        )
    if case.handling.execution == "done":
        raise refuse(case, event, "executed", "32", "意见已经执行完毕", "the opinion was executed already")


def _resolved(case: Case, event: acts.CaseResolved, people: People) -> None:
    performed = case.handling.mediation == "performed"
    grounds = {
        "executed": case.handling.execution == "done",
        "mediated": performed,
        "settled": performed,
        "duty_performed": case.category == "31_5",
        "suggestion_implemented": case.category == "suggestion",
    }
    if case.handling.resolved or not grounds[event.resolution]:
        could = () if case.handling.resolved else tuple(ground for ground, holds in grounds.items() if holds)
        raise refuse(
            case,
            event,
            "not_resolved",
            "32, 33, 31(5), 29",
            f"实体解决应有相应的事实;现可记录:{'、'.join(could) or '-'}",
            f"resolved in substance needs its fact; what could be recorded now: {', '.join(could) or '-'}",
            could,
        )


def _responsibility(case: Case, event: acts.CaseResponsibilitySet, people: People) -> None:
    if people.post(event.office, event.responsible_post, event.index) is None:
        raise refuse(
            case,
            event,
            "post_unknown",
            "5(3)",
            f"{event.office} 没有岗位 {event.responsible_post}",
            f"{event.office} has no post {event.responsible_post}",
        )


def _recused(case: Case, event: acts.CaseRecused, people: People) -> None:
    if event.officer in case.recused:
        raise refuse(case, event, "recused", "28(3)", "该工作人员已经回避", "this officer stands aside already")


def _attached(case: Case, event: acts.CaseAttached, people: People) -> None:
    if event.to_seq > case.version:
        raise refuse(
            case,
            event,
            "to_seq",
            "21",
            f"所附行为应为已有的行为(1 至 {case.version})",
            f"files go with an act that the case has, 1 to {case.version}",
        )


HANDLING_RULES: Final[Mapping[str, Callable[[Case, Any, People], None]]] = {
    case_events.CaseAccepted.action: _accepted,
    case_events.CaseOpinionIssued.action: _opinion_issued,
    acts.CaseReclassified.action: _reclassified,
    acts.CaseRoutedStatutory.action: _routed,
    acts.CaseSimplified.action: _simplified,
    acts.CaseSimplifiedEnded.action: _simplified_ended,
    acts.CaseHearingOpened.action: _hearing_opened,
    acts.CaseHearingClosed.action: _hearing_closed,
    **dict.fromkeys(MEDIATION_STEPS, _mediation),
    acts.CaseExecutionBegun.action: _executes,
    acts.CaseExecutionDone.action: _executes,
    acts.CaseResolved.action: _resolved,
    acts.CaseResponsibilitySet.action: _responsibility,
    acts.CaseRecused.action: _recused,
    acts.CaseAttached.action: _attached,
}
