"""Cases on their way: through two tiers, assigned with report-back, objected to, disputed, and leaving the house."""

from __future__ import annotations

from datetime import timedelta

from api.demo.cases import CLOSED_OFFICE, CLOSED_ON, CaseTale, new_case
from api.demo.stories_ordinary import (
    accept,
    at_the_petition_office,
    at_the_unit,
    give_opinion,
    handle,
    investigate,
    online,
    pass_on,
    rate,
    reply,
    serve,
)
from api.demo.tales import City


def through_two_tiers(city: City, case: CaseTale) -> None:
    """From the city's petition office to the district's, and from there to the district's unit."""
    if case.city.chance(0.4):
        online(case, to_petitions=True)
    else:
        at_the_petition_office(case)
    pass_on(case)
    handle(case)


def assigned(city: City, case: CaseTale) -> None:
    """The petition office asks for a report by a day; some ask for longer, some report late or not at all."""
    at_the_petition_office(case)
    case.wait("petitions", 15)
    public = {"to_office": case.unit, "basis": "22_1", "report_due_on": case.day_after(75)}
    case.act("assigned", public, "petitions", "window")
    case.hold(case.unit)
    line = case.beside(60)
    if city.turn("report extended", False, True, False):
        line.act("report_extended", {"days": 20}, "petitions", "head", reason="施工期较长")
        line.pass_days(15)
    if city.turn("report late", False, False, False, False, True):
        line.pass_days(30)
    handle(case)
    if city.turn("reported", True, True, True, True, True, False):
        line.act("report_submitted", {}, case.unit, "handler", report=case.finding())


def objection_accepted(city: City, case: CaseTale) -> None:
    """The unit says in time that the matter is another's, the sender agrees and passes it on anew."""
    objection(case, "not_competent")
    case.pass_days(3)
    case.act("return_approved", {}, "petitions", "window")
    case.unit = city.rng.choice([unit for unit in ("housing", "labour", "transport") if unit != case.unit])
    pass_on(case)
    handle(case)


def objection_rejected(city: City, case: CaseTale) -> None:
    """The sender does not agree, and the unit handles the matter after all."""
    objection(case, "several_units")
    case.pass_days(4)
    case.act("objection_rejected", {}, "petitions", "handler", reason="属于该单位职责,依据三定规定")
    handle(case)


def objection(case: CaseTale, word: str) -> None:
    """A matter comes to a unit by the petition office, and the unit objects within five working days."""
    at_the_petition_office(case)
    pass_on(case)
    case.pass_days(case.rng.randint(1, 4))
    case.act("objected", {"objection": word}, case.unit, "deputy", reason="涉及事项由其他单位主管")


def disputed(city: City, case: CaseTale) -> None:
    """Two units cannot agree; their common superior, or the joint conference, designates one of them."""
    other = city.rng.choice([unit for unit in ("labour", "transport", "education") if unit != case.unit])
    objection(case, "not_competent")
    case.pass_days(3)
    case.act("objection_rejected", {}, "petitions", "handler")
    case.pass_days(5)
    case.act("dispute_recorded", {"with_office": other}, case.unit, "handler")
    case.pass_days(city.rng.uniform(6, 30))
    public = {"to_office": other, "designator": "superior"}
    if city.turn("designated", True, False):
        case.act("designated", public, "guicheng", "mayor", "head", reason="按职责分工")
    else:
        case.act("designated", {**public, "designator": "conference"}, "petitions", "head", reason="联席会议议定")
    case.unit = other
    case.hold(other)
    handle(case)


def urgent(city: City, case: CaseTale) -> None:
    """A major matter is put before the government at once, and passed on the next day."""
    at_the_petition_office(case, "phone")
    case.act("reported_urgent", {}, "petitions", "head", report="涉及供水安全,建议立即处置")
    case.pass_days(1)
    case.act("transferred", {"to_office": case.unit, "basis": "22_1"}, "petitions", "window")
    case.hold(case.unit)
    handle(case)


def to_the_judiciary(city: City, case: CaseTale) -> None:
    """A matter of litigation goes where it belongs."""
    at_the_petition_office(case, "letter")
    case.wait("petitions", 15)
    case.act("diverted_judicial", {"body": city.turn("body", "court", "justice")}, "petitions", "handler")


def to_discipline(city: City, case: CaseTale) -> None:
    """An accusation is handed over; nothing more is said, and what was written in the letter is erased."""
    at_the_petition_office(case, "letter")
    case.pass_days(2)
    case.act("diverted_discipline", {}, "petitions", "head")
    targets = [{"seq": 1, "slots": [0, 1, 2, 3]}]
    case.act("erased", {"targets": targets, "basis": "accusation"}, "petitions", "window")


def erased(city: City, case: CaseTale) -> None:
    """A petitioner has name and contact erased; the acts and their proofs stay."""
    at_the_petition_office(case, "letter")
    pass_on(case)
    handle(case)
    case.pass_days(30)
    case.act("erased", {"targets": [{"seq": 1, "slots": [2, 3]}], "basis": "request"}, "petitions", "window")


def directed(city: City, case: CaseTale) -> None:
    """The petitioner is told in writing which body is competent, on the spot where somebody came in person."""
    visit = city.turn("directed", True, False)
    at_the_petition_office(case, "visit" if visit else "letter")
    if not visit:
        case.wait("petitions", 15)
    public = {"means": "in_person" if visit else "post", "on_the_spot": visit}
    case.act("directed", public, "petitions", "window", text="请向有管辖权的机关提出")
    case.pass_days(4)
    case.act("concluded", {"conclusion": "directed_elsewhere"}, "petitions", "handler")


def in_process_already(city: City, case: CaseTale) -> None:
    """Not accepted because the same matter is being handled in another case, and the petitioner is told so."""
    first = new_case(city, case.at, case.matter["office"])
    at_the_unit(first, "mailbox")
    at_the_petition_office(case, "letter")
    case.pass_days(5)
    public = {"cause": "19_3", "other_case": first.number}
    case.act("not_accepted", public, "petitions", "handler", reason="同一事项正在办理")
    handle(first)


def joined(city: City, case: CaseTale) -> None:
    """Two submissions of one matter go on as one case."""
    first = new_case(city, case.at, case.matter["office"])
    at_the_unit(first, "mailbox")
    case.unit = first.unit
    at_the_unit(case, "visit")
    case.pass_days(3)
    case.act("merged", {"into": first.number}, case.unit, "handler")
    handle(first)


def told_again(city: City, case: CaseTale) -> None:
    """The matter comes back in a new case; the two are linked, and the second must have a leader's package."""
    at_the_unit(case, "mailbox")
    reply(case)
    again = new_case(city, case.at, case.matter["office"])
    again.pass_days(60)
    at_the_unit(again, "visit")
    again.pass_days(2)
    again.act("linked", {"other_case": case.number, "link": "same_matter"}, again.unit, "handler")
    handle(again)


def out_of_the_city(city: City, case: CaseTale) -> None:
    """A matter of another city leaves for its ledger; it is out when the receipt is there."""
    at_the_petition_office(case, "letter")
    case.wait("petitions", 15)
    public = {"system": "ledger", "origin": "demo.sundial.example/lincheng"}
    case.act("transferred_out", public, "petitions", "handler")
    case.wait("petitions", 20)
    case.act("out_received", {"leaf": city.digest()}, "petitions", "handler")


def from_another_city(city: City, case: CaseTale) -> None:
    """A matter that another city's ledger sent."""
    case.pass_days(1)
    public = {"system": "ledger", "origin": "demo.sundial.example/lincheng", "leaf": city.digest()}
    public |= {"channel": "letter", "capacity": "petition_office", "area": case.matter["area"]}
    case.act("received_from", public, "petitions", "window", **case.texts())
    case.hold("petitions", "petition_office")
    pass_on(case)
    handle(case)


def taken_over(city: City, case: CaseTale) -> None:
    """A matter of the villages office, which is merged into housing while the case is open."""
    case.at = city.business_hour(CLOSED_ON - timedelta(days=city.rng.randint(40, 60)))
    case.unit = CLOSED_OFFICE
    at_the_petition_office(case)
    pass_on(case)
    case.pass_days(6)
    case.act("notice_served", {"notice": "received", "means": "post"}, case.unit, "window")
    accept(case)
    case.pass_days(48)
    investigate(case)
    give_opinion(case)
    serve(case, follow=False)
    rate(case)
