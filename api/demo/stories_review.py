"""After the opinion: review, re-review, conclusion, reopening, withdrawal, and mistakes put right."""

from __future__ import annotations

from typing import Any

from api.demo.cases import CaseTale
from api.demo.stories_ordinary import (
    accept,
    at_the_petition_office,
    at_the_unit,
    execute,
    give_opinion,
    handle,
    investigate,
    online,
    pass_on,
    reach,
    receive,
    reply,
    serve,
)
from api.demo.tales import City, Signer

ABOVE = {"renewal": "housing", "dongmen-housing": "dongmen"}
"""The body above a unit that reviews its opinions, where it is not the city's government."""


def reviewed(city: City, case: CaseTale) -> None:
    """The petitioner asks the body above to review the opinion; most are upheld."""
    opine(case)
    decision = city.turn("review", "uphold", "change", "uphold", "revoke", "uphold", "redo")
    review(case, decision)
    if decision in ("revoke", "redo"):
        handle_anew(case)


def rechecked(city: City, case: CaseTale) -> None:
    """Review and then re-review with a hearing, whose days are not counted; its opinion is published."""
    opine(case)
    review(case, "uphold")
    case.pass_days(city.rng.randint(5, 20))
    ask(case, "recheck_requested", "guicheng")
    case.pass_days(14)
    case.act("hearing_opened", {"stage": "recheck"}, "guicheng", "vice-a")
    case.pass_days(6)
    case.act("hearing_closed", {"stage": "recheck"}, "guicheng", "vice-a", record="听证笔录")
    case.pass_days(10)
    decision = city.turn("recheck", {"decision": "uphold"}, {"decision": "change", "changed_to": "support"})
    case.act("recheck_decided", decision, "guicheng", "vice-a", **decided(case))
    case.pass_days(2)
    case.act("recheck_served", {"means": "post"}, "guicheng", "office", proof="送达回证")
    case.pass_days(9)
    public = {"scope": "review_opinion", "ground": "legal_duty"}
    proposed = case.act("publication_proposed", public, "guicheng", "office")
    case.act("publication_approved", {"item": proposed}, "guicheng", "vice-a")


def no_longer_accepted(city: City, case: CaseTale) -> None:
    """The same facts after a re-review: no longer accepted, with the case in which that was decided."""
    earlier = next(
        (tale for tale in city.tales if any(step.action == "case.recheck_served.v1" for step in tale.steps)), None
    )
    if earlier is None:
        return
    case.go_to(earlier.at.date())
    at_the_petition_office(case, "letter")
    case.pass_days(6)
    public = {"other_case": earlier.stream.partition("/")[2]}
    case.act("no_longer_accepted", public, "petitions", "handler", reason="已经复核终结")


def opine(case: CaseTale) -> None:
    """A matter with an opinion that does not support it, served."""
    if case.city.chance(0.5):
        online(case, to_petitions=True)
    else:
        at_the_petition_office(case)
    pass_on(case)
    receive(case)
    accept(case)
    case.wait(case.unit, 45)
    give_opinion(case, case.rng.choice(("explain", "not_support")))
    serve(case, follow=False)


def ask(case: CaseTale, action: str, to_office: str) -> None:
    """Ask with the petitioner's own key, or on a signed paper that the office above records."""
    public: dict[str, Any] = {"to_office": to_office, "way": "key" if case.has_key else "paper"}
    if case.has_key:
        case.petitioner(action, public, text="不服上述意见,请求复查复核")
    else:
        desk = {"housing": "window", "guicheng": "office", "dongmen": "office"}[to_office]
        signer = Signer(to_office, desk, "intake")
        case.tell(f"case.{action}.v1", public, signer, {"source": "申请书"})
    case.hold(to_office)


def review(case: CaseTale, decision: str) -> None:
    """Ask for a review within thirty days; the body above decides, in its time or late."""
    above = ABOVE.get(case.unit, "guicheng")
    case.pass_days(case.rng.randint(3, 24))
    ask(case, "review_requested", above)
    case.wait(above, 24)
    public = {"decision": decision, "changed_to": "support" if decision == "change" else ""}
    post = {"housing": "head", "guicheng": "vice-a", "dongmen": "head"}[above]
    case.act("review_decided", public, above, post, **decided(case))
    case.pass_days(1)
    desk = "window" if above == "housing" else "office"
    case.act("review_served", {"means": "post"}, above, desk, proof="送达回证")


def decided(case: CaseTale) -> dict[str, str]:
    """What a review or re-review opinion says."""
    basis = "《信访工作条例》第三十五条、第三十六条"
    return {"facts": case.finding(), "opinion": "依照规定作出上述意见。", "basis": basis}


def handle_anew(case: CaseTale) -> None:
    """A second round of handling, after a review sent the matter back or the case was reopened."""
    case.round = 2
    case.pass_days(5)
    case.act("accepted", {"category": "31_6"}, case.unit, "handler")
    investigate(case)
    case.wait(case.unit, 40)
    give_opinion(case, "support")
    serve(case, follow=False)
    case.pass_days(10)
    execute(case)


def reopened(city: City, case: CaseTale) -> None:
    """Rated dissatisfied, looked at again, reopened, and handled in a second round."""
    online(case, to_petitions=False)
    receive(case)
    case.pass_days(10)
    case.act("replied", {"means": "online"}, case.unit, "handler", reply=case.finding())
    case.pass_days(4)
    bad = {"of": "competent_unit", "office": case.unit, "round": 1, "rating": "dissatisfied"}
    case.petitioner("rated", bad, comment="没有解决")
    case.pass_days(city.rng.uniform(5, 15))
    public = {"round": 1, "finding": "partly_corrected"}
    case.act("dissatisfaction_followed_up", public, case.unit, "deputy", record="回访记录")
    case.act("reopened", {"reopening": "dissatisfied"}, case.unit, "handler", reason="回访发现问题未解决")
    handle_anew(case)


def withdrawn(city: City, case: CaseTale) -> None:
    """The petitioner takes the matter back, with the own key or on paper."""
    if city.turn("withdrawn", True, False):
        online(case, to_petitions=False)
        case.pass_days(6)
        case.petitioner("withdrawn", {"way": "key"}, text="问题已经解决")
    else:
        at_the_unit(case, "visit")
        case.pass_days(8)
        case.act("withdrawn", {"way": "paper"}, case.unit, "window", source="撤回申请书")


def corrected(city: City, case: CaseTale) -> None:
    """A recording mistake of the registration is corrected: the wrong area, or the wrong channel."""
    at_the_petition_office(case, "letter")
    case.pass_days(2)
    field, to = city.turn("corrected", ("area", "other"), ("channel", "fax"), ("place", "guicheng.dongmen"))
    public = {"seq": case.steps[0], "act": "case.registered.v1", "field": field, "to": to}
    case.act("corrected", public, "petitions", "window", reason="录入错误")
    pass_on(case)
    handle(case)


def written_down_late(city: City, case: CaseTale) -> None:
    """A reply that, it is claimed, went out in time was written down weeks later, and counts from then."""
    reach(case)
    case.pass_days(6)
    notice = {"notice": "received", "means": "post"}
    case.tell("case.notice_served.v1", notice, Signer(case.unit, "window", "intake"), {}, city.rng.randint(18, 40))
    reply(case)
