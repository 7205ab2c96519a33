"""Handling of every kind: suggestions, statutory ways, simplified handling, hearings, mediation, extensions."""

from __future__ import annotations

from api.demo.cases import CaseTale
from api.demo.stories_ordinary import (
    EXECUTED,
    accept,
    at_the_petition_office,
    at_the_unit,
    give_opinion,
    investigate,
    online,
    pass_on,
    rate,
    reach,
    receive,
    serve,
)
from api.demo.tales import City

STATUTORY = ("31_1", "31_2", "31_3", "31_4", "31_5")


def suggestion(city: City, case: CaseTale) -> None:
    """A suggestion is studied, adopted, in part or not, answered, and carried out if it was adopted."""
    at_the_unit(case, "suggestion")
    case.act("classified", {"category": "suggestion"}, case.unit, "handler")
    investigate(case)
    case.wait(case.unit, 12)
    case.act("replied", {"means": case.means()}, case.unit, "handler", reply=case.finding())
    adoption = city.turn("suggestion", "adopted", "not_adopted", "adopted", "partly_adopted")
    due = {} if adoption == "not_adopted" else {"due_on": case.day_after(90)}
    decided = case.act("suggestion_decided", {"adoption": adoption, **due}, case.unit, "deputy", reply=case.finding())
    if due and city.turn("implemented", True, True, False):
        case.wait(case.unit, 90)
        case.act("suggestion_implemented", {"item": decided}, case.unit, "handler", proof="落实照片")
        case.act("resolved", {"resolution": "suggestion_implemented"}, case.unit, "deputy", proof="落实照片")
        if city.turn("suggestion published", True, False):
            publish(case, "adopted_suggestion")


def publish(case: CaseTale, scope: str, approve: bool = True) -> None:
    """One proposes to publish a part of the case, another person approves, or does not."""
    case.pass_days(3)
    public = {"scope": scope, "ground": "public_interest"}
    proposed = case.act("publication_proposed", public, case.unit, "handler")
    case.pass_days(4)
    if approve:
        case.act("publication_approved", {"item": proposed}, case.unit, "head")
    else:
        case.act("publication_refused", {"item": proposed, "ground": "privacy"}, "supervision", "head")


def statutory(city: City, case: CaseTale) -> None:
    """The matter goes the way that another statute gives it; a protective duty is performed by the unit itself."""
    category = city.turn("statutory", *STATUTORY)
    reach(case)
    receive(case)
    case.pass_days(4)
    case.act("classified", {"category": category}, case.unit, "handler")
    case.act("routed_statutory", {"category": category}, case.unit, "handler", text="依照相关法律规定办理")
    case.act("notice_served", {"notice": "routed", "means": case.means()}, case.unit, "window")
    case.pass_days(city.rng.uniform(30, 80))
    if category == "31_5":
        investigate(case)
        case.act("replied", {"means": "post"}, case.unit, "handler", reply=case.finding())
        case.act("resolved", {"resolution": "duty_performed"}, case.unit, "deputy", proof="处罚决定书")
    else:
        case.act("concluded", {"conclusion": "statutory"}, case.unit, "handler")


def simplified(city: City, case: CaseTale) -> None:
    """A clear matter is accepted within three working days and decided within ten; one turns out to be complex."""
    at_the_unit(case, "phone")
    ground = city.turn("simplified", "clear", "immediate", "pressing", "settled_position")
    case.act("simplified", {"ground": ground}, case.unit, "window")
    case.pass_days(1)
    case.act("accepted", {"category": "31_6"}, case.unit, "window")
    case.act("notice_served", {"notice": "accepted", "means": "message"}, case.unit, "window")
    if city.turn("simplified ended", False, False, False, True):
        case.pass_days(3)
        case.act("simplified_ended", {"exclusion": "complex"}, case.unit, "handler")
        case.pass_days(20)
    else:
        case.pass_days(city.rng.randint(3, 9))
    give_opinion(case, "support")
    serve(case)


def reclassified(city: City, case: CaseTale) -> None:
    """Taken for an administrative procedure first, then for a petition matter."""
    reach(case)
    receive(case)
    case.act("classified", {"category": "31_4"}, case.unit, "handler")
    case.act("routed_statutory", {"category": "31_4"}, case.unit, "handler", text="向登记机构申请")
    case.pass_days(12)
    case.act("reclassified", {"category": "31_6"}, case.unit, "deputy", reason="登记机构不予办理,属于信访事项")
    case.act("accepted", {"category": "31_6"}, case.unit, "handler")
    case.wait(case.unit, 45)
    give_opinion(case)
    serve(case)


def hearing(city: City, case: CaseTale) -> None:
    """A hearing on the handling, which stops no clock; members of the public say what they think of it."""
    reach(case)
    receive(case)
    accept(case)
    case.pass_days(14)
    case.act("hearing_opened", {"stage": "handling"}, case.unit, "head")
    case.pass_days(2)
    case.act("hearing_closed", {"stage": "handling"}, case.unit, "head", record="听证笔录")
    case.pass_days(10)
    give_opinion(case)
    serve(case)
    case.pass_days(12)
    finding = city.turn("finding", "proper", "improvable", "proper")
    panel = city.turn("panel", "lawyers", "delegates", "public")
    case.act("panel_reviewed", {"panel": panel, "finding": finding}, case.unit, "handler", text="评议记录")


def mediated(city: City, case: CaseTale) -> None:
    """Mediation comes to an agreement that is performed, or to none, and the handling goes on."""
    reach(case)
    receive(case)
    accept(case)
    case.act("mediation_referred", {"mediator": city.rng.choice(("people", "administrative"))}, case.unit, "handler")
    case.pass_days(3)
    case.act("mediation_accepted", {}, case.unit, "handler")
    case.pass_days(city.rng.uniform(8, 18))
    if city.turn("mediated", True, False, True):
        case.act("mediation_result", {"result": "agreed"}, case.unit, "handler", agreement="调解协议")
        perform(case, "mediated")
        return
    case.act("mediation_result", {"result": "not_agreed"}, case.unit, "handler")
    case.act("mediation_returned", {}, case.unit, "handler")
    case.pass_days(10)
    give_opinion(case)
    serve(case)


def settled(city: City, case: CaseTale) -> None:
    """The two sides settle by themselves."""
    reach(case)
    receive(case)
    accept(case)
    case.pass_days(10)
    case.act("settled", {}, case.unit, "handler", agreement="和解协议")
    perform(case, "settled")


def perform(case: CaseTale, resolution: str) -> None:
    """What was agreed is done, with proof, and the case is concluded by it."""
    case.pass_days(case.rng.uniform(4, 14))
    case.act("mediation_performed", {}, case.unit, "handler", proof="履行凭证")
    case.act("resolved", {"resolution": resolution}, case.unit, "deputy", proof="履行凭证")
    case.act("concluded", {"conclusion": "mediated"}, case.unit, "handler")


def extended(city: City, case: CaseTale) -> None:
    """The head gives the handling more time before it is over, and the petitioner is told why."""
    reach(case)
    receive(case)
    accept(case)
    case.pass_days(city.rng.uniform(30, 48))
    extend(case)
    case.pass_days(city.rng.uniform(12, 28))
    give_opinion(case)
    serve(case)


def extended_late(city: City, case: CaseTale) -> None:
    """The extension comes when the time is over already; it un-breaches nothing."""
    at_the_petition_office(case)
    pass_on(case)
    receive(case)
    accept(case)
    case.pass_days(64)
    extend(case)
    case.pass_days(12)
    give_opinion(case)
    serve(case)


def extend(case: CaseTale, days: int = 30) -> None:
    """Approve an extension and tell the petitioner."""
    public = {"days": days, "because": "complicated"}
    case.act("extended", public, case.unit, "head", reason="需第三方检测")
    case.act("notice_served", {"notice": "extension", "means": case.means()}, case.unit, "window")


def recused(city: City, case: CaseTale) -> None:
    """The handler's own flat is in the same block; the deputy takes over what the handler would have done."""
    at_the_unit(case, "visit")
    case.act("recused", {"officer": "officer-tang"}, case.unit, "handler", reason="与事项有利害关系")
    case.pass_days(4)
    case.act("notice_served", {"notice": "received", "means": "post"}, case.unit, "window")
    case.act("investigated", {"method": "site"}, case.unit, "deputy", text=case.finding())
    case.pass_days(9)
    case.act("replied", {"means": "post"}, case.unit, "deputy", reply=case.finding())
    rate(case)


def represented(city: City, case: CaseTale) -> None:
    """Several people send up to five who speak for them, each with a code of the own."""
    at_the_petition_office(case, "visit")
    for place in ("one", "two", "three"):
        code = city.claim_key(f"{case.stream}/{place}")
        public = {"code_key": code}
        case.act("representative_named", public, "petitions", "window", name="代表", source="推选书")
    pass_on(case)
    receive(case)
    accept(case)
    case.pass_days(30)
    give_opinion(case, "support")
    serve(case)


def supported_and_done(city: City, case: CaseTale) -> None:
    """A supporting opinion, carried out on time, published with its process dates."""
    online(case, to_petitions=False)
    receive(case)
    accept(case)
    case.wait(case.unit, 40)
    give_opinion(case, "support")
    serve(case, follow=False)
    rate(case)
    case.pass_days(20)
    case.act("execution_begun", {}, case.unit, "handler")
    case.pass_days(15)
    case.act("execution_done", {}, case.unit, "handler", proof="验收单")
    case.act("resolved", EXECUTED, case.unit, "deputy", proof="验收单")
    publish(case, "process", city.turn("published", True, False, True, True))


def published_then_withdrawn(city: City, case: CaseTale) -> None:
    """What was published is withdrawn again to protect personal data."""
    online(case, to_petitions=False)
    receive(case)
    case.pass_days(6)
    case.act("replied", {"means": "online"}, case.unit, "handler", reply=case.finding())
    case.pass_days(5)
    public = {"scope": "process", "ground": "public_interest"}
    proposed = case.act("publication_proposed", public, case.unit, "handler")
    case.act("publication_approved", {"item": proposed}, case.unit, "head")
    case.pass_days(40)
    case.act("publication_withdrawn", {"item": proposed, "ground": "privacy"}, case.unit, "head")
