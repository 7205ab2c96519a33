"""The office that shirks: the old town renewal office, as its own acts show it.

It passes on and returns again and again, extends in the last hours, replies without looking into anything and in the
same words, writes acts down long after they are claimed, and does nothing for months.
"""

from __future__ import annotations

from datetime import timedelta

from api.demo.cases import CaseTale
from api.demo.stories_ordinary import at_the_petition_office, at_the_unit, online, pass_on, rate
from api.demo.tales import City, Signer

REPLY = "您反映的问题已收悉,我办将按有关规定办理。"
DESK = Signer("renewal", "window", "intake")
HANDLER = Signer("renewal", "handler", "handler")


def passed_to_and_fro(city: City, case: CaseTale) -> None:
    """From the petition office to housing, down to renewal, objected, back, down again, and at last designated."""
    case.unit = "housing"
    at_the_petition_office(case)
    pass_on(case)
    for objection in ("not_competent", "several_units"):
        case.pass_days(city.rng.uniform(6, 13))
        case.act("transferred", {"to_office": "renewal", "basis": "23_1"}, "housing", "handler")
        case.hold("renewal")
        case.pass_days(city.rng.randint(2, 6))
        case.tell("case.objected.v1", {"objection": objection}, HANDLER, {"reason": "不属于我办职责"})
        case.pass_days(city.rng.uniform(3, 9))
        case.act("return_approved", {}, "housing", "handler")
    case.pass_days(5)
    case.act("transferred", {"to_office": "renewal", "basis": "23_1"}, "housing", "handler")
    case.unit = "renewal"
    case.pass_days(3)
    case.tell("case.objected.v1", {"objection": "not_competent"}, HANDLER, {"reason": "不属于我办职责"})
    case.pass_days(4)
    case.act("dispute_recorded", {"with_office": "housing"}, "renewal", "handler")
    case.pass_days(city.rng.uniform(20, 50))
    public = {"to_office": "renewal", "designator": "conference"}
    case.tell("case.designated.v1", public, Signer("petitions", "head", "head"), {"reason": "联席会议议定"})
    empty_reply(case, city.rng.uniform(40, 90))


def empty_reply(case: CaseTale, days: float) -> None:
    """A reply in the words of all the others, without any investigation; rated accordingly."""
    case.pass_days(days)
    case.tell("case.replied.v1", {"means": "post"}, HANDLER, {"reply": REPLY})
    rate(case)


def replied_with_a_form(city: City, case: CaseTale) -> None:
    """Received, left lying, and answered with the form letter."""
    come(case)
    notice(case, city.rng.uniform(8, 22))
    empty_reply(case, city.rng.uniform(18, 70))


def extended_in_the_last_hours(city: City, case: CaseTale) -> None:
    """Accepted late, extended on the last day, decided without looking, served after the end or not at all."""
    come(case)
    notice(case, city.rng.uniform(8, 20))
    case.pass_days(city.rng.uniform(20, 40))
    accepted = case.at
    case.tell("case.accepted.v1", {"category": "31_6"}, HANDLER)
    case.at = (accepted + timedelta(days=60)).replace(hour=17, minute=city.rng.randint(10, 55))
    public = {"days": 30, "because": "complicated"}
    case.tell("case.extended.v1", public, Signer("renewal", "head", "head"), {"reason": "情况复杂"})
    if city.chance(0.5):
        return
    case.pass_days(city.rng.uniform(27, 60))
    parts = {"claim": case.matter["subject"], "facts": REPLY, "opinion": "予以解释说明。", "basis": "有关规定"}
    case.tell("case.opinion_issued.v1", {"outcome": "explain"}, Signer("renewal", "deputy", "leader"), parts)
    case.pass_days(city.rng.uniform(5, 15))
    case.tell("case.opinion_served.v1", {"means": "left"}, DESK, {"proof": "送达回证"})
    rate(case)


def written_down_weeks_later(city: City, case: CaseTale) -> None:
    """Everything is claimed in time and recorded weeks after."""
    come(case)
    notice(case, city.rng.uniform(3, 9), city.rng.randint(20, 45))
    case.pass_days(6)
    lag = city.rng.randint(15, 40)
    case.tell("case.replied.v1", {"means": "post"}, HANDLER, {"reply": REPLY}, lag)
    rate(case)


def forgotten(city: City, case: CaseTale) -> None:
    """A notice, perhaps an acceptance, and then no act for months."""
    come(case)
    if city.chance(0.7):
        notice(case, city.rng.uniform(8, 25))
    if city.chance(0.5):
        case.pass_days(city.rng.uniform(20, 50))
        case.tell("case.accepted.v1", {"category": "31_6"}, HANDLER)


def closed_and_reopened(city: City, case: CaseTale) -> None:
    """Concluded as answered, and reopened when the superior looked at it."""
    come(case)
    notice(case, 9)
    empty_reply(case, city.rng.uniform(10, 30))
    case.pass_days(5)
    case.tell("case.concluded.v1", {"conclusion": "answered"}, HANDLER)
    case.pass_days(city.rng.uniform(20, 60))
    case.tell(
        "case.reopened.v1", {"reopening": "superior_order"}, Signer("housing", "head", "head"), {"reason": "答复空洞"}
    )


def come(case: CaseTale) -> None:
    """A matter reaches the office, mostly by the petition office."""
    kind = case.rng.random()
    if kind < 0.6:
        at_the_petition_office(case)
        pass_on(case)
    elif kind < 0.85:
        online(case, to_petitions=True)
        pass_on(case)
    else:
        at_the_unit(case, "mailbox")


def notice(case: CaseTale, days: float, lag_days: int = 0) -> None:
    """The notice of receipt after some days, written down so many days after."""
    case.pass_days(days)
    case.tell("case.notice_served.v1", {"notice": "received", "means": "message"}, DESK, {}, lag_days)
