"""The ordinary cases: how a matter comes in, reaches the unit that is competent, is handled, and is rated."""

from __future__ import annotations

from typing import Any

from api.demo.cases import CaseTale
from api.demo.papers import paper, told
from api.demo.tales import City, Step

EXECUTED = {"resolution": "executed"}


def ordinary(city: City, case: CaseTale) -> None:
    """A matter that comes in by any channel and goes the way of most."""
    reach(case)
    handle(case)
    if case.steps[-1].action == "case.replied.v1" and city.chance(0.15):
        case.pass_days(city.rng.uniform(20, 40))
        case.act("concluded", {"conclusion": "answered"}, case.unit, "handler")


def reach(case: CaseTale) -> None:
    """Bring the case to its unit: by the petition office, or straight from whoever wrote to the unit."""
    kind = case.rng.random()
    if kind < 0.5:
        at_the_petition_office(case)
        pass_on(case)
    elif kind < 0.72:
        if online(case, case.rng.random() < 0.6):
            pass_on(case)
    else:
        at_the_unit(case, case.rng.choice(("mailbox", "mailbox", "visit", "fax")) if kind < 0.95 else "found")


def at_the_petition_office(case: CaseTale, channel: str = "", office: str = "petitions") -> Step:
    """A letter, visit or call is registered; most petitioners take a printed code home."""
    case.pass_days(1)
    channel = channel or case.rng.choice(("letter", "visit", "phone", "phone"))
    public: dict[str, Any] = {"channel": channel, "capacity": "petition_office"}
    if case.rng.random() < 0.6:
        public["claim_key"] = case.city.claim_key(case.stream)
        case.has_code = True
    public |= {"area": case.matter["area"], "place": case.matter["place"]}
    registered = case.act("registered", public, office, "window", **case.texts())
    case.hold(office, "petition_office")
    if case.city.chance(0.12):
        attach(case, office)
    return registered


def online(case: CaseTale, to_petitions: bool) -> bool:
    """A petition from the petitioner's own device, to the petition office or straight to the unit."""
    case.has_key = True
    case.unit = case.standing(case.unit)
    office, capacity = ("petitions", "petition_office") if to_petitions else (case.unit, "competent_unit")
    public = {"channel": "online", "to_office": office, "petitioner_key": case.city.petitioner_key(case.stream)}
    where = {"capacity": capacity, "area": case.matter["area"], "place": case.matter["place"]}
    case.petitioner("submitted", {**public, **where}, **case.texts())
    if case.city.chance(0.1):
        case.petitioner("attached", {}, attachments=files(case))
    case.hold(office, capacity)
    case.wait(office, 5)
    case.act("registered", {"channel": "online", **where}, office, "window")
    return to_petitions


def at_the_unit(case: CaseTale, channel: str) -> None:
    """A matter that reaches the unit itself, or that it finds when it goes and looks."""
    case.pass_days(1)
    texts = case.texts()
    if channel == "found":
        texts = {"subject": texts["subject"]}
    case.unit = case.standing(case.unit)
    public = {"channel": channel, "capacity": "competent_unit", "area": case.matter["area"]}
    case.act("registered", {**public, "place": case.matter["place"]}, case.unit, "window", **texts)
    case.hold(case.unit)


def pass_on(case: CaseTale, office: str = "petitions") -> Step:
    """The petition office passes the matter on to the unit, for the district through the district's own.

    A petition filed online has been with the office since it was submitted.
    """
    case.wait(office, 10 if case.has_key else 15)
    case.unit = case.standing(case.unit)
    if case.unit.startswith("dongmen") and office == "petitions":
        public = {"to_office": "dongmen-petitions", "basis": "22_2", "capacity": "petition_office"}
        case.act("transferred", public, office, "window")
        case.hold("dongmen-petitions", "petition_office")
        return pass_on(case, "dongmen-petitions")
    sent = case.act("transferred", {"to_office": case.unit, "basis": "22_1"}, office, "window")
    case.hold(case.unit)
    return sent


def handle(case: CaseTale) -> None:
    """The unit tells the petitioner, then replies, or goes through acceptance, opinion, service and execution."""
    receive(case)
    if case.city.chance(0.38):
        reply(case)
        return
    accept(case)
    case.wait(case.unit, 52)
    give_opinion(case)
    serve(case)


def receive(case: CaseTale) -> None:
    """The notice of receipt, and who takes what measure next."""
    case.wait(case.unit, 10 if case.has_key else 15)
    case.act("notice_served", {"notice": "received", "means": case.means()}, case.unit, "window")
    if case.city.chance(0.4):
        measure_on = case.day_after(14)
        public = {"post": "handler", "measure": case.rng.choice(("investigate", "contact", "consult"))}
        case.act("responsibility_set", {**public, "measure_on": measure_on}, case.unit, "deputy")


def investigate(case: CaseTale) -> None:
    """One step of finding out what is true; the office that shirks does without."""
    if case.unit != "renewal":
        case.pass_days(case.rng.uniform(1, 6))
        method = case.rng.choice(("site", "heard", "documents", "asked_others"))
        case.act("investigated", {"method": method}, case.unit, "handler", text=case.finding())


def reply(case: CaseTale) -> None:
    """A written reply outside the procedure."""
    if case.city.chance(0.7):
        investigate(case)
    case.wait(case.unit, 25)
    post = "deputy" if case.city.chance(0.3) else "handler"
    case.act("replied", {"means": case.means()}, case.unit, post, reply=case.finding())
    rate(case)


def accept(case: CaseTale) -> None:
    """The matter is classified, accepted into the procedure of 31(6), and looked into."""
    case.pass_days(case.rng.uniform(1, 8))
    if case.city.chance(0.5):
        case.act("classified", {"category": "31_6"}, case.unit, "handler")
    case.act("accepted", {"category": "31_6"}, case.unit, "handler")
    if case.city.chance(0.85):
        investigate(case)


def give_opinion(case: CaseTale, outcome: str = "") -> str:
    """The handling opinion, with its four parts; returns the outcome."""
    outcome = outcome or case.rng.choices(("support", "explain", "not_support"), (5, 3, 2))[0]
    said = {"support": "予以支持。", "explain": "予以解释说明。", "not_support": "不予支持。"}[outcome]
    parts = {"claim": case.matter["subject"], "facts": case.finding(), "opinion": said}
    post = "head" if case.city.chance(0.6) else "deputy"
    basis = "《信访工作条例》第三十一条第六项、第三十二条"
    case.act("opinion_issued", {"outcome": outcome}, case.unit, post, **parts, basis=basis)
    return outcome


def serve(case: CaseTale, follow: bool = True) -> None:
    """The opinion reaches the petitioner; one that supports is carried out, and the offices are rated."""
    case.wait(case.unit, 7)
    case.act("opinion_served", {"means": case.means()}, case.unit, "window", proof="送达回证")
    if not follow:
        return
    rate(case)
    issued = next(step for step in reversed(case.steps) if step.action == "case.opinion_issued.v1")
    if issued.public["outcome"] == "support" and case.unit != "renewal":
        case.pass_days(case.rng.uniform(10, 40))
        execute(case)


def execute(case: CaseTale) -> None:
    """A supporting opinion is carried out, with proof; most of them."""
    case.act("execution_begun", {}, case.unit, "handler")
    if case.city.chance(0.8):
        case.pass_days(case.rng.uniform(10, 45))
        case.act("execution_done", {}, case.unit, "handler", proof="履行凭证")
        case.act("resolved", EXECUTED, case.unit, "deputy", proof="履行凭证")


def rate(case: CaseTale, weights: tuple[int, int, int] = (6, 3, 1)) -> str:
    """The petitioner claims the printed code where there is one, and rates the offices, or does not.

    Returns the last rating given, "" for none.
    """
    if not (case.has_key or case.has_code) or case.city.chance(0.35):
        return ""
    case = case.beside(case.rng.uniform(1, 9))
    if not case.has_key:
        case.petitioner("key_claimed", {"petitioner_key": case.city.petitioner_key(case.stream)})
    rating = ""
    for office, capacity in case.holders:
        shares = {"renewal": (1, 3, 6), "ecology": (9, 2, 1)}.get(office, weights)
        rating = case.rng.choices(("satisfied", "basically_satisfied", "dissatisfied"), shares)[0]
        case.petitioner("rated", {"of": capacity, "office": office, "round": case.round, "rating": rating})
        case.pass_days(1)
    return rating


def attach(case: CaseTale, office: str) -> None:
    """Files that go with the case, told by digest, size and type alone."""
    case.act("attached", {}, office, "window", attachments=files(case))


def files(case: CaseTale) -> list[dict[str, Any]]:
    """One to three files as the record tells them."""
    found = []
    for _ in range(case.rng.randint(1, 3)):
        most = case.rng.choice((2_000_000, 600_000))
        number = int(case.city.digest(), 16) + case.rng.randint(20_000, most)
        found.append(told(paper(number)))
    return found
