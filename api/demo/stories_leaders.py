"""Leader packages of all kinds, and what leaders do without one: instructions, letters read, reports heard, dissent."""

from __future__ import annotations

from datetime import timedelta

from api.demo.cases import CaseTale, NeverDone
from api.demo.leaders import LEADERS, Package
from api.demo.stories_ordinary import accept, at_the_petition_office, give_opinion, pass_on, receive, serve
from api.demo.tales import City, Signer

RESULTS = ("executed", "mediated", "explained", "not_supported")


def hard_case(case: CaseTale) -> CaseTale:
    """Tell a matter that takes long; returns the line on which a leader's acts are told."""
    at_the_petition_office(case)
    pass_on(case)
    receive(case)
    accept(case)
    line = case.beside(case.rng.uniform(4, 14))
    finish(case)
    return line


def finish(case: CaseTale) -> None:
    """The unit's own handling goes on beside the package, or is never done."""
    try:
        case.wait(case.unit, 50)
    except NeverDone:
        return
    give_opinion(case)
    serve(case)


def resolved_in_time(city: City, case: CaseTale) -> None:
    """The leader takes part in person and the matter is resolved before the deadline."""
    package = Package(hard_case(case), reason=city.turn("reason", "superior", "major", "chosen"), days=90)
    package.work("met", "investigated", "conferred", "plan_set")
    package.line.pass_days(12)
    package.resolve(city.turn("result", *RESULTS))


def resolved_late(city: City, case: CaseTale) -> None:
    """Past the deadline; some leaders report why, others do not."""
    package = Package(hard_case(case), days=45)
    package.work("met", "investigated")
    package.line.pass_days(60)
    if city.turn("reported late", True, False):
        package.act("reported", {"report": "专题汇报"}, cause=city.rng.choice(("needs_funds", "several_units")))
    package.line.pass_days(25)
    package.resolve("explained")


def extended_in_time(city: City, case: CaseTale) -> None:
    """The chief approves a later deadline before the first one is over."""
    package = Package(hard_case(case), days=50)
    package.work("met", "conferred")
    package.line.pass_days(12)
    package.chief("extended", {"reason_text": "方案须报批"}, until_on=package.line.day_after(70))
    package.work("plan_set", "investigated")
    package.resolve("executed")


def extended_too_late(city: City, case: CaseTale) -> None:
    """The extension is approved when the deadline is missed already."""
    package = Package(hard_case(case), days=40)
    package.work("met")
    package.line.pass_days(45)
    package.chief("extended", {"reason_text": "补办延期"}, until_on=package.line.day_after(60))
    package.work("investigated")
    package.resolve("explained")


def handed_to_a_colleague(city: City, case: CaseTale) -> None:
    """One proposal is taken back, the next is confirmed: the package changes hands by two acts."""
    package = Package(hard_case(case), "tao", days=80)
    package.work("met")
    proposal = LEADERS["qiao"].named
    package.act("hand_over_proposed", {"reason_text": "分工调整"}, **proposal)
    package.line.pass_days(3)
    package.act("hand_over_withdrawn")
    package.line.pass_days(5)
    package.hand_over(city.turn("taker", "xue", "lu"))
    package.work("met", "investigated", "plan_set")
    package.resolve("mediated")


def across_tenures(city: City, case: CaseTale) -> None:
    """A leader goes while holding a package; whoever comes after takes it on, and the clock is never reset."""
    name = city.turn("goes", *(name for name, one in LEADERS.items() if one.successor))
    leader = LEADERS[name]
    assert leader.until is not None
    case.at = city.business_hour(leader.until - timedelta(days=130))
    line = hard_case(case)
    line.go_to(leader.until - timedelta(days=50))
    package = Package(line, name, "backlog", 90)
    package.work("met", "investigated")
    package.line.pass_days(45)
    package.work("met", "conferred")
    if city.turn("resolved after", True, False, True):
        package.resolve("executed")


def reopened(city: City, case: CaseTale) -> None:
    """A package that was called done is reopened with the same leader, and then done."""
    package = Package(hard_case(case), "lu", "repeated", 60)
    package.work("met", "plan_set")
    package.resolve("explained")
    package.line.pass_days(30)
    package.chief("reopened", ground="dissatisfied", due_on=package.line.day_after(45))
    package.work("met", "investigated")
    package.resolve("executed")


def never_closed(city: City, case: CaseTale) -> None:
    """Taken on, met once at best, and then nothing: packaged and never closed (只包不结)."""
    package = Package(hard_case(case), city.turn("never", "wan", "tao", "xue", "qiu"), "supervised", 60)
    if city.turn("met once", True, False):
        package.work("met")


def dissented(city: City, case: CaseTale) -> None:
    """An officer dissents from the plan for a package; the dissent is answered, adopted or not."""
    package = Package(hard_case(case), "mo" if case.at.year > 2024 else "lu", "major", 70)
    package.work("met", "plan_set")
    plan = package.line.steps[-1]
    member = Signer("housing", "handler", "handler")
    line = package.line
    dissent = line.tell("case.dissent_recorded.v1", {"about": plan}, member, {"reason_text": "补偿标准不一致"})
    line.pass_days(6)
    if city.turn("dissent answered", True, True, False):
        adoption = city.turn("dissent", "not_adopted", "partly_adopted")
        answered = {"item": dissent, "adoption": adoption}
        line.tell("case.dissent_answered.v1", answered, Signer("housing", "deputy", "leader"))
    package.work("investigated")
    package.resolve("executed")


def instructed(city: City, case: CaseTale) -> None:
    """A leader's instruction with a day to report back: done, sent back, or forgotten; it asks for a package."""
    line = hard_case(case)
    post = "vice-a" if city.chance(0.6) else "mayor"
    boss = Signer("guicheng", post, "leader")
    line.tell("case.letter_read.v1", {}, boss, {"text": "已阅"})
    public = {"unit": line.unit, "due_on": line.day_after(30)}
    given = line.tell("case.instruction_given.v1", public, boss, {"text": "请抓紧核实办理并报结果"})
    line.pass_days(city.rng.uniform(15, 40))
    if city.turn("forgotten", False, False, False, True):
        return
    report(line, given)
    if city.turn("instruction again", False, True):
        again = {"item": given, "due_on": line.day_after(20)}
        line.tell("case.instruction_returned.v1", again, boss, {"text": "措施不具体"})
        line.pass_days(12)
        report(line, given)
    line.tell("case.report_heard.v1", {"unit": line.unit}, boss, {"record": "听取汇报"})
    line.tell("case.instruction_accepted.v1", {"item": given}, boss)
    if city.turn("instruction packaged", True, False):
        package = Package(line, "tao", days=60)
        package.work("met", "conferred")
        package.resolve("executed")


def report(line: CaseTale, given: object) -> None:
    """The unit reports back on an instruction."""
    signer = Signer(line.unit, "head", "head")
    line.tell("case.instruction_reported.v1", {"item": given}, signer, {"report": line.finding()})
    line.pass_days(3)
