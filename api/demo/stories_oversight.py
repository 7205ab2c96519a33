"""Supervision: triggers, answers and findings, rectification, orders to correct, and the three recommendations."""

from __future__ import annotations

from typing import Any

from api.demo.cases import CaseTale, NeverDone
from api.demo.stories_ordinary import accept, at_the_petition_office, give_opinion, online, pass_on, receive, serve
from api.demo.tales import City, Signer, Step

WATCH = Signer("supervision", "supervisor", "supervisor")
WATCH_HEAD = Signer("supervision", "head", "head")
TRIGGERS = ("delay", "perfunctory", "rule_breach_accept", "rule_breach_handle", "not_notified", "shirk")


def slow_case(case: CaseTale, days: float = 70, late: bool = True) -> CaseTale:
    """Tell a matter that its unit lets lie after the notice; returns a line for those who press it.

    The line begins after so many days. The opinion comes late, or just in time.
    """
    at_the_petition_office(case)
    pass_on(case)
    receive(case)
    accept(case)
    line = case.beside(days)
    case.pass_days(case.rng.uniform(75, 130) if late else case.rng.uniform(38, 50))
    give_opinion(case)
    try:
        serve(case)
    except NeverDone:
        return line
    return line


def tell(line: CaseTale, act: str, signer: Signer, /, sealed: dict[str, str] | None = None, **public: Any) -> Step:
    """Add an act of a track to the line."""
    return line.tell(f"case.{act}.v1", public, signer, sealed)


def unit_of(line: CaseTale, post: str = "head") -> Signer:
    """The unit that is pressed, by its head."""
    return Signer(line.unit, post, "head" if post == "head" else "handler")


def open_supervision(line: CaseTale, trigger: str = "", days: int = 15) -> Step:
    """Press the unit, for one of the reasons of article 40."""
    trigger = trigger or line.city.turn("trigger", *TRIGGERS)
    public = {"unit": line.unit, "trigger": trigger, "due_on": line.day_after(days)}
    return tell(line, "supervision_opened", WATCH, {"text": "督办通知"}, **public)


def answer(line: CaseTale, item: Step, days: float = 10) -> None:
    """The unit answers after some days."""
    line.pass_days(days)
    tell(line, "supervision_answered", unit_of(line), {"reply": line.finding()}, item=item)
    line.pass_days(4)


def supervised(city: City, case: CaseTale) -> None:
    """The unit answers in time, late, or again after its answer was sent back; supervision ends with a finding."""
    line = slow_case(case)
    item = open_supervision(line)
    answer(line, item, city.turn("answer", 8, 11, 26))
    if city.turn("answer returned", False, True, False):
        tell(line, "supervision_returned", WATCH, {"text": "未说明原因"}, item=item, due_on=line.day_after(10))
        answer(line, item, 7)
    finding = city.turn("found", "corrected", "partly_corrected", "unfounded")
    tell(line, "supervision_closed", WATCH, item=item, finding=finding)


def unanswered(city: City, case: CaseTale) -> None:
    """Supervision that the unit does not answer."""
    open_supervision(slow_case(case), "delay")


def asked_for_by_the_petitioner(city: City, case: CaseTale) -> None:
    """The petitioner asks, without a word, that an omission be looked at; it is taken up or declined."""
    online(case, to_petitions=False)
    line = case.beside(22)
    trigger = city.turn("asked for", "not_notified", "not_accepted")
    asked = line.petitioner("supervision_requested", {"unit": case.unit, "trigger": trigger})
    line.pass_days(3)
    if city.turn("taken up", True, False):
        tell(line, "supervision_taken_up", WATCH, {"text": "督办通知"}, item=asked, due_on=line.day_after(10))
        answer(line, asked, 6)
        tell(line, "supervision_closed", WATCH, item=asked, finding="corrected")
    else:
        tell(line, "supervision_declined", WATCH, item=asked, ground="no_fault")
    case.pass_days(28)
    case.act("notice_served", {"notice": "received", "means": "message"}, case.unit, "window")
    case.pass_days(8)
    case.act("replied", {"means": "online"}, case.unit, "handler", reply=case.finding())


def rectified(city: City, case: CaseTale) -> None:
    """What supervision found must be set right by a day: done, sent back and done, or not reported."""
    line = slow_case(case)
    item = open_supervision(line)
    answer(line, item)
    tell(line, "supervision_closed", WATCH, item=item, finding="escalated")
    due_on = line.day_after(30)
    ordered = tell(
        line, "rectification_ordered", WATCH, {"text": "限期整改"}, unit=line.unit, due_on=due_on, about=item
    )
    if city.turn("not rectified", False, False, True):
        return
    line.pass_days(city.turn("rectified", 20, 24, 40))
    tell(line, "rectification_reported", unit_of(line), {"report": "整改情况", "proof": "佐证"}, item=ordered)
    line.pass_days(4)
    if city.turn("rectified again", True, False):
        due_on = line.day_after(15)
        tell(line, "rectification_returned", WATCH, {"text": "整改不到位"}, item=ordered, due_on=due_on)
        line.pass_days(10)
        tell(line, "rectification_reported", unit_of(line), {"report": "再次整改"}, item=ordered)
        line.pass_days(3)
    tell(line, "rectification_accepted", WATCH, item=ordered)


def ordered_to_correct(city: City, case: CaseTale) -> None:
    """The superior orders a unit to correct a fault of articles 43 to 46."""
    line = slow_case(case, 80)
    boss = Signer("guicheng", "mayor", "leader")
    fault = city.turn("fault", "44_3", "45_1", "44_2")
    due_on = line.day_after(20)
    ordered = tell(line, "correction_ordered", boss, {"text": "责令改正"}, unit=line.unit, fault=fault, due_on=due_on)
    line.pass_days(14)
    tell(line, "correction_reported", unit_of(line), {"report": "改正情况"}, item=ordered)
    line.pass_days(5)
    if city.turn("corrected again", True, False):
        due_on = line.day_after(15)
        tell(line, "correction_returned", boss, {"text": "未见实效"}, item=ordered, due_on=due_on)
        line.pass_days(9)
        tell(line, "correction_reported", unit_of(line), {"report": "再次改正"}, item=ordered)
        line.pass_days(3)
    tell(line, "correction_accepted", boss, item=ordered)


def recommended(city: City, case: CaseTale) -> None:
    """One of the three recommendations, with a reply on adoption or none, and what became of it."""
    line = slow_case(case, 40, late=False)
    kind = city.turn("kind", "improve", "policy", "accountability")
    to = "guicheng" if kind != "improve" else line.unit
    public = {"recommendation": kind, "unit": to, "concerning": line.unit, "due_on": line.day_after(30)}
    issued = tell(line, "recommendation_issued", WATCH_HEAD, {"text": "建议书"}, **public)
    if city.turn("no reply", False, False, False, True):
        return
    line.pass_days(city.turn("reply", 18, 26, 48))
    signer = unit_of(line) if to == line.unit else Signer("guicheng", "vice-a", "leader")
    adoption = city.turn("adoption", "adopted", "not_adopted", "adopted", "partly_adopted")
    if kind == "accountability":
        measure = city.turn("measure", "talk", "criticised", "none")
        tell(line, "accountability_decided", signer, item=issued, measure=measure)
        return
    tell(line, "recommendation_replied", signer, {"reply": "采纳情况"}, item=issued, adoption=adoption)
    if adoption != "not_adopted" and city.turn("carried out", True, True, False):
        line.pass_days(40)
        tell(line, "recommendation_implemented", signer, {"proof": "新修订的办法"}, item=issued)


def coordinated(city: City, case: CaseTale) -> None:
    """A letter of coordination to another unit, answered or not."""
    line = slow_case(case, 12, late=False)
    other = "transport" if line.unit != "transport" else "housing"
    desk = Signer("petitions", "handler", "handler")
    sent = tell(line, "coordination_sent", desk, {"text": "商请函"}, unit=other, due_on=line.day_after(15))
    if city.turn("coordinated", True, True, False):
        line.pass_days(city.turn("coordination", 6, 12, 20))
        tell(line, "coordination_answered", Signer(other, "handler", "handler"), {"reply": "复函"}, item=sent)


def escalated(city: City, case: CaseTale) -> None:
    """The ladder on one case: talk, circular, listed supervision, ordered rectification, each decided by a meeting."""
    line = slow_case(case, 90)
    open_supervision(line, city.turn("ladder", "shirk", "refuse_execute", "shirk"))
    line.pass_days(20)
    for step in ("talk", "circular", "listed", "rectify"):
        decision, line.at = city.conference.decide(line.at, step, line.number, "对该单位采取措施")
        line.pass_days(2)
        public = {"unit": line.unit, "step": step, "decision": decision, "due_on": line.day_after(30)}
        taken = tell(line, "escalated", Signer("joint", "secretary", "supervisor"), {"text": "决定书"}, **public)
        if city.turn("ladder answered", True, True, True, False):
            line.pass_days(city.turn("ladder report", 12, 41, 25))
            tell(line, "escalation_answered", unit_of(line), {"report": "整改报告"}, item=taken)
            if step != "talk" and city.turn("ladder lifted", False, False, False, True):
                line.pass_days(10)
                convener = Signer("joint", "convener", "leader")
                tell(line, "escalation_lifted", convener, item=taken, finding="corrected")
                return
