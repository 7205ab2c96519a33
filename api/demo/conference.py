"""The joint conference of the city: eight meetings, who came, what was decided, and which tasks were done."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from api.demo.cases import NeverDone
from api.demo.tales import City, Signer, Step, Tale

STREAM = "conference/joint"
SECRETARY = Signer("joint", "secretary", "supervisor")
MEETINGS = (
    *(date(2024, 7, 18), date(2024, 10, 17), date(2025, 1, 16), date(2025, 4, 17)),
    *(date(2025, 7, 17), date(2025, 10, 16), date(2026, 1, 15), date(2026, 4, 16)),
)
MEMBERS = ("housing", "labour", "transport", "ecology", "education", "renewal")
TASKS = ("建立拖欠工资应急周转金", "公布老旧小区维修计划", "清理超期未办结事项", "核查安置房交付进度")


@dataclass(frozen=True, slots=True)
class Meeting:
    """One meeting: when, the act that called it, and the line on which its decisions are written down."""

    on: date
    convened: Step
    decisions: Tale


class Conference:
    """Calls the meetings; stories ask it to decide something at the next one."""

    def __init__(self, city: City) -> None:
        """Call every meeting of the two years."""
        self._city = city
        self._meetings = [self._call(number, city.business_hour(day)) for number, day in enumerate(MEETINGS)]

    def decide(self, after: datetime, decision: str, case: str = "", text: str = "") -> tuple[Step, datetime]:
        """Decide something at the first meeting after a moment; returns the decision and when it was taken.

        Raises NeverDone if there is no meeting any more.
        """
        for meeting in self._meetings:
            if meeting.on > after.date():
                line = meeting.decisions
                public: dict[str, Any] = {"meeting": meeting.convened, "decision": decision, "case": case}
                step = line.tell("conference.decided.v1", public, SECRETARY, {"text": text or "会议议定事项"})
                return step, step.at
        raise NeverDone

    def _call(self, number: int, at: datetime) -> Meeting:
        """Write down one meeting from its convening to its minutes, and its task."""
        line = Tale(self._city, STREAM, at - timedelta(days=7))
        form = ("full", "working", "case")[number % 3]
        convened = line.tell("conference.convened.v1", {"form": form, "due_on": at.date().isoformat()}, SECRETARY)
        line.at = at
        for member in MEMBERS:
            self._attend(line, convened, member, number)
        self._preside(line, convened, number)
        decisions = Tale(self._city, STREAM, line.at + timedelta(minutes=5))
        task_line = Tale(self._city, STREAM, line.at + timedelta(hours=2))
        self._task(task_line, convened, number)
        line.pass_days(4)
        line.tell("conference.minuted.v1", {"item": convened}, SECRETARY, {"record": "会议纪要"})
        return Meeting(at.date(), convened, decisions)

    def _attend(self, line: Tale, convened: Step, member: str, number: int) -> None:
        attendance = "delegate" if (number + len(member)) % 4 == 0 else "present"
        if member == "renewal" and number % 2:
            attendance = "absent"
        public = {"item": convened, "member": member, "member_post": "head", "attendance": attendance}
        line.tell("conference.attended.v1", public, SECRETARY)

    def _preside(self, line: Tale, convened: Step, number: int) -> None:
        """The convener presides, or delegates it to a vice mayor."""
        public: dict[str, Any] = {"item": convened, "leader": "officer-qiao", "leader_post": "convener"}
        public["leader_office"] = "joint"
        if number % 3 == 1:
            public |= {"leader": "officer-tao", "leader_post": "vice-a", "leader_office": "guicheng"}
            public["delegated_by"] = "officer-qiao"
        line.tell("conference.presided.v1", public, SECRETARY)

    def _task(self, line: Tale, convened: Step, number: int) -> None:
        """One task a meeting: done, sent back and done again, or not done by its day."""
        unit = MEMBERS[(number * 5) % len(MEMBERS)]
        public = {"meeting": convened, "unit": unit, "due_on": line.day_after(60)}
        task = line.tell("conference.task_set.v1", public, SECRETARY, {"text": TASKS[number % len(TASKS)]})
        if unit == "renewal":
            return
        line.pass_days(45 if number % 4 else 75)
        self._execute(line, task, unit)
        if number % 3 == 2:
            again = {"item": task, "due_on": line.day_after(30)}
            line.tell("conference.task_returned.v1", again, SECRETARY, {"text": "请补充佐证"})
            line.pass_days(20)
            self._execute(line, task, unit)
        line.pass_days(6)
        line.tell("conference.task_accepted.v1", {"item": task}, SECRETARY)

    def _execute(self, line: Tale, task: Step, unit: str) -> None:
        signer = Signer(unit, "handler", "handler")
        line.tell("conference.task_executed.v1", {"item": task}, signer, {"report": "已落实", "proof": "佐证材料"})


def tell_policy(city: City) -> None:
    """Each meeting decides on a matter of policy; one member dissents from one of them."""
    for number, day in enumerate(MEETINGS):
        before = city.business_hour(day) - timedelta(days=1)
        step, at = city.conference.decide(before, ("policy", "coordinate", "package")[number % 3])
        if number == 3:
            line = Tale(city, STREAM, at + timedelta(minutes=1))
            signer = Signer("housing", "head", "head")
            line.tell("conference.dissented.v1", {"item": step}, signer, {"reason_text": "资金来源未落实"})
