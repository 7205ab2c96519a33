"""What single acts of routing must fulfil beyond the tables, each with its article."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from domain import routing_events as acts
from domain.case_state import Case
from domain.clock import civil_day
from domain.people import People
from domain.refusing import need_receiver, refuse
from domain.schema import Event
from domain.vocabulary import CAPACITIES, name_of


def check_passed_on(case: Case, event: Any, people: People) -> None:
    """Check that a matter is passed to another office, by the basis that fits the one that passes it (22, 23)."""
    need_receiver(case, event, event.to_office, event.capacity, people)
    if event.to_office == case.office:
        raise refuse(
            case, event, "to_itself", "22(1)", "不得转送给自己", "an office cannot transfer a matter to itself"
        )
    own_system = event.basis == "23_1"
    if own_system != (case.capacity == "competent_unit"):
        allowed = ("22_1", "22_2") if own_system else ("23_1",)
        raise refuse(
            case,
            event,
            "basis",
            "22(1), 23(1)",
            f"{name_of(CAPACITIES, case.capacity).zh}转送的依据应为:{'、'.join(allowed)}",
            f"a {name_of(CAPACITIES, case.capacity).en} transfers on the basis of: {', '.join(allowed)}",
            allowed,
        )
    if own_system and not people.is_under(event.to_office, case.office, event.index):
        raise refuse(
            case,
            event,
            "not_subordinate",
            "23(1)",
            f"{event.to_office} 不是 {case.office} 的下级单位;不属于本系统职权的,应告知信访人向有权机关提出",
            f"{event.to_office} is not below {case.office}; a matter outside the unit's own system is not passed "
            "sideways, the petitioner is told which body is competent",
        )


def _assigned(case: Case, event: acts.CaseAssigned, people: People) -> None:
    check_passed_on(case, event, people)
    if event.report_due_on <= civil_day(event.effective_at):
        raise refuse(
            case,
            event,
            "report_due_on",
            "22(3)",
            "报告期限应在交办之日以后",
            "the day of the report must come after that of the assignment",
        )


def _report_extended(case: Case, event: Event, people: People) -> None:
    if not any(clock.clock == "ASSIGNED_REPORT" for clock in case.running):
        raise refuse(case, event, "no_report_due", "22(3)", "没有待提交的办结报告", "no closing report is due")


def _objected(case: Case, event: Event, people: People) -> None:
    if not case.senders:
        raise refuse(
            case,
            event,
            "no_sender",
            "23(3)",
            "直接提出的事项没有转送单位,应告知信访人向有权机关提出",
            "a matter received from the petitioner has no sender; the petitioner is told which body is competent",
        )


def _dispute(case: Case, event: acts.CaseDisputeRecorded, people: People) -> None:
    if event.with_office == case.office or people.office(event.with_office, event.index) is None:
        raise refuse(
            case, event, "with_office", "24(1)", "争议另一方应为另一单位", "the other side must be another open office"
        )


def _designated(case: Case, event: acts.CaseDesignated, people: People) -> None:
    need_receiver(case, event, event.to_office, event.capacity, people)
    if event.designator == "superior":
        wanted = (case.office, event.to_office)
        if not all(people.is_under(office, event.office, event.index) for office in wanted):
            raise refuse(
                case,
                event,
                "not_common_superior",
                "24(1)",
                f"{event.office} 不是 {'、'.join(wanted)} 共同的上级单位",
                f"{event.office} is not above both {' and '.join(wanted)}",
                ("conference",),
            )
        return
    office = people.office(event.office, event.index)
    if office is None or office.kind != "petition_office":
        raise refuse(
            case,
            event,
            "not_conference",
            "24(1)",
            "联席会议的决定由其办公室所在的信访部门记录",
            "a decision of the joint conference is recorded by the petition office that is its office",
        )


def _other_case(case: Case, event: Any, people: People) -> None:
    if event.other_case and case.stream == f"case/{event.other_case}":
        raise refuse(case, event, "itself", "19(3)", "所指事项不能是本件", "the other case cannot be this one")


def _received_from(case: Case, event: acts.CaseReceivedFrom, people: People) -> None:
    need_receiver(case, event, event.office, event.capacity, people)


def _taken_over(case: Case, event: acts.CaseTakenOver, people: People) -> None:
    if event.from_office != case.office:
        raise refuse(
            case,
            event,
            "not_the_holder",
            "24(2)",
            f"原单位应为现持有单位 {case.office}",
            f"the office taken over from must be the holder, {case.office}",
            (case.office,),
        )


ROUTING_RULES: Final[Mapping[str, Callable[[Case, Any, People], None]]] = {
    acts.CaseAssigned.action: _assigned,
    acts.CaseReportExtended.action: _report_extended,
    acts.CaseObjected.action: _objected,
    acts.CaseDisputeRecorded.action: _dispute,
    acts.CaseDesignated.action: _designated,
    acts.CaseNotAccepted.action: _other_case,
    acts.CaseNoLongerAccepted.action: _other_case,
    acts.CaseReceivedFrom.action: _received_from,
    acts.CaseTakenOver.action: _taken_over,
}
