"""What bears on figures: ratings of every custody, their follow-up, exclusions by two persons, and aid."""

from __future__ import annotations

from api.demo.cases import CaseTale
from api.demo.stories_ordinary import at_the_petition_office, online, pass_on, receive, reply
from api.demo.stories_oversight import WATCH, WATCH_HEAD, tell
from api.demo.tales import City, Signer


def told_by_staff(city: City, case: CaseTale) -> None:
    """No key, no code: staff write down what they were told on the telephone, and it counts for nothing."""
    at_the_petition_office(case, "phone")
    pass_on(case)
    receive(case)
    case.pass_days(8)
    case.act("replied", {"means": "in_person"}, case.unit, "handler", reply=case.finding())
    case.pass_days(5)
    for office, capacity in case.holders:
        rating = city.rng.choice(("satisfied", "satisfied", "satisfied", "basically_satisfied"))
        public = {"of": capacity, "office": office, "round": 1, "rating": rating, "means": "message"}
        case.act("rating_reported", public, case.unit, "window")


def dissatisfied(city: City, case: CaseTale) -> None:
    """Rated dissatisfied with the own key; some offices look again, others leave it."""
    online(case, to_petitions=False)
    receive(case)
    case.pass_days(12)
    case.act("replied", {"means": "online"}, case.unit, "handler", reply=case.finding())
    case.pass_days(3)
    bad = {"of": "competent_unit", "office": case.unit, "round": 1, "rating": "dissatisfied"}
    case.petitioner("rated", bad, comment="答非所问")
    if city.turn("followed up", True, False):
        case.pass_days(city.rng.uniform(4, 20))
        finding = city.turn("follow-up", "corrected", "partly_corrected", "unfounded")
        public = {"round": 1, "finding": finding}
        signer = WATCH if city.turn("who", False, True, False) else Signer(case.unit, "deputy", "leader")
        tell(case, "dissatisfaction_followed_up", signer, {"record": "回访记录"}, **public)


def excluded(city: City, case: CaseTale) -> None:
    """A case is left out of a figure on a ground, by a second person; one is refused, one counts again later."""
    at_the_petition_office(case)
    pass_on(case)
    reply(case)
    public = {"figure": city.turn("figure", "on_time_closure_rate", "all"), "ground": "court_suspended"}
    proposed = tell(case, "exclusion_proposed", Signer(case.unit, "head", "head"), {"reason_text": "诉讼中"}, **public)
    case.pass_days(6)
    kind = city.turn("exclusion", "lifted", "refused", "stands")
    if kind == "refused":
        tell(case, "exclusion_refused", WATCH_HEAD, item=proposed, ground="no_fault")
        return
    tell(case, "exclusion_approved", WATCH_HEAD, item=proposed)
    if kind == "lifted":
        case.pass_days(60)
        tell(case, "exclusion_lifted", WATCH_HEAD, item=proposed)


def aided(city: City, case: CaseTale) -> None:
    """Aid from a fund, decided by two persons, with nothing asked in return."""
    at_the_petition_office(case)
    pass_on(case)
    receive(case)
    desk, head = Signer("petitions", "handler", "handler"), Signer("petitions", "head", "head")
    sealed = {"recipient": "申请人", "amount": "20000", "reason_text": "家庭困难"}
    asked = tell(case, "aid_requested", desk, sealed, fund=city.turn("fund", "special", "social"))
    case.pass_days(5)
    if city.turn("aid", False, True, False):
        tell(case, "aid_refused", head, item=asked, ground="outside_competence")
    else:
        tell(case, "aid_approved", head, {"amount": "20000"}, item=asked)
        case.pass_days(4)
        tell(case, "aid_paid", desk, {"proof": "发放凭证"}, item=asked)
    case.pass_days(9)
    case.act("replied", {"means": "post"}, case.unit, "handler", reply=case.finding())
