"""Several offices on one case, and an office that asks people to come again."""

from __future__ import annotations

from api.demo.cases import CaseTale
from api.demo.stories_ordinary import accept, at_the_petition_office, at_the_unit, give_opinion, pass_on, receive, serve
from api.demo.stories_oversight import WATCH_HEAD, tell, unit_of
from api.demo.tales import City, Signer

DESK = Signer("petitions", "head", "head")


def together(city: City, case: CaseTale) -> None:
    """Offices are called together on the spot, and investigate together where the unit leads and reports."""
    at_the_petition_office(case)
    pass_on(case)
    receive(case)
    accept(case)
    line = case.beside(6)
    units = sorted({case.unit, "transport", "ecology"})
    called = tell(line, "onsite_coordination_called", DESK, units=units, due_on=line.day_after(7))
    line.pass_days(8)
    if city.turn("on the spot", True, False, True):
        record = {"record": "现场协调纪要"}
        tell(line, "onsite_coordination_held", DESK, record, item=called, units=units[:2], effect="plan_agreed")
    else:
        tell(line, "onsite_coordination_missed", DESK, item=called, ground="superior_order")
    public = {"unit": case.unit, "units": units, "due_on": line.day_after(30)}
    opened = tell(line, "joint_investigation_opened", WATCH_HEAD, {"text": "联合调查通知"}, **public)
    for days in city.turn("joint reports", (20,), (35,), (18, 9)):
        line.pass_days(days)
        tell(line, "joint_investigation_reported", unit_of(line), {"report": line.finding()}, item=opened)
        if days == 18:
            line.pass_days(3)
            due = {"item": opened, "due_on": line.day_after(12)}
            line.tell("case.joint_investigation_returned.v1", due, WATCH_HEAD, {"text": "请补充现场照片"})
    line.pass_days(5)
    tell(line, "joint_investigation_closed", WATCH_HEAD, item=opened, finding="corrected")
    case.pass_days(42)
    give_opinion(case)
    serve(case)


def asked_to_come_again(city: City, case: CaseTale) -> None:
    """The office asked for another visit: a fact about the office, which its own desk writes down."""
    at_the_unit(case, "visit")
    case.pass_days(3)
    demand = city.turn("demand", "more_papers", "officer_away", "system_down", "signature")
    tell(case, "visit_demanded", Signer(case.unit, "window", "intake"), unit=case.unit, demand=demand)
    case.wait(case.unit, 11)
    case.act("replied", {"means": "in_person"}, case.unit, "handler", reply=case.finding())
