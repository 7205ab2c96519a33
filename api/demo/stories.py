"""The city's two years: which kinds of cases there are, and how offices handle them, each in its own manner."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime, time, timedelta
from random import Random

from api.demo.cases import CaseWriter, IsWorkingDay, Step, load_matters
from domain.schema import CIVIL

FIRST_DAY = date(2024, 6, 3)
LAST_DAY = date(2026, 5, 29)
CASES = 420
SEED = 20240603

ClaimKey = Callable[[str], str]
"""stream → the public claim key, in hex, of the code that was printed for that case."""
PetitionerKey = Callable[[str], str]
"""stream → the public key, in hex, of the petitioner of that case."""


def tell_city(
    seed: int, is_working_day: IsWorkingDay, claim_key: ClaimKey, petitioner_key: PetitionerKey
) -> list[Step]:
    """Tell every case of the city; the steps come in the order in which they are performed."""
    rng = Random(seed)
    matters = load_matters()
    steps: list[Step] = []
    for _ in range(CASES):
        day = FIRST_DAY + timedelta(days=rng.randrange((LAST_DAY - FIRST_DAY).days))
        at = datetime.combine(day, time(rng.randint(8, 20), rng.randint(0, 59)), CIVIL)
        stream = f"case/{rng.getrandbits(128):032x}"
        case = CaseWriter(rng, is_working_day, stream, at, rng.choice(matters))
        _tell_case(case, rng, claim_key, petitioner_key)
        steps += case.steps
    end = datetime.combine(LAST_DAY, time(18), CIVIL)
    kept = _until(steps, end)
    return sorted(kept, key=lambda step: (step.performed_at, step.stream))


def _until(steps: list[Step], end: datetime) -> list[Step]:
    """Leave out what would be performed after the end, with everything of the same case that follows it."""
    stopped: set[str] = set()
    kept = []
    for step in steps:
        if step.performed_at > end:
            stopped.add(step.stream)
        if step.stream not in stopped:
            kept.append(step)
    return kept


def _tell_case(case: CaseWriter, rng: Random, claim_key: ClaimKey, petitioner_key: PetitionerKey) -> None:
    kind = rng.random()
    if kind < 0.45:
        if not _at_the_petition_office(case, rng, claim_key):
            return
    elif kind < 0.72:
        if not _filed_online(case, rng, petitioner_key):
            return
    else:
        _directly_at_the_unit(case, rng, "found" if kind > 0.95 else "mailbox")
    if case.unit == "renewal" and rng.random() < 0.3 and case.holders[-1][0] == "housing":
        return
    _at_the_unit(case, rng)
    _rate(case, rng, petitioner_key)


def _at_the_petition_office(case: CaseWriter, rng: Random, claim_key: ClaimKey) -> bool:
    """A letter, visit or call: the petition office registers and, in its time, transfers."""
    case.pass_days(1)
    public = {"channel": rng.choice(("letter", "visit", "phone")), "capacity": "petition_office"}
    if rng.random() < 0.6:
        public["claim_key"] = claim_key(case.stream)
        case.has_key = True
    case.act("registered", {**public, "area": case.matter["area"]}, "petitions", "window", "intake", **case.texts())
    case.holders.append(("petitions", "petition_office"))
    return _transfer(case, rng)


def _filed_online(case: CaseWriter, rng: Random, petitioner_key: PetitionerKey) -> bool:
    """A petition from the petitioner's own device, to the petition office or straight to the unit."""
    case.has_key = True
    to_petitions = rng.random() < 0.6
    office = "petitions" if to_petitions else case.unit
    capacity = "petition_office" if to_petitions else "competent_unit"
    public = {"channel": "online", "to_office": office, "petitioner_key": petitioner_key(case.stream)}
    case.petitioner("submitted", {**public, "capacity": capacity, "area": case.matter["area"]}, **case.texts())
    if not case.wait(office, 15):
        return False
    public = {"channel": "online", "capacity": capacity, "area": case.matter["area"]}
    case.act("registered", public, office, "window", "intake")
    case.holders.append((office, capacity))
    return _transfer(case, rng) if to_petitions else True


def _directly_at_the_unit(case: CaseWriter, rng: Random, channel: str) -> None:
    case.pass_days(1)
    texts = case.texts()
    if channel == "found":
        texts = {"subject": texts["subject"]}
    public = {"channel": channel, "capacity": "competent_unit", "area": case.matter["area"]}
    case.act("registered", public, case.unit, "window", "intake", **texts)
    case.holders.append((case.unit, "competent_unit"))


def _transfer(case: CaseWriter, rng: Random) -> bool:
    """The petition office passes the matter on; what concerns the renewal office goes through housing at times."""
    if not case.wait("petitions", 15):
        return False
    through = "housing" if case.unit == "renewal" and rng.random() < 0.5 else case.unit
    public = {"to_office": through, "basis": "22_1" if rng.random() < 0.8 else "22_2"}
    case.act("transferred", public, "petitions", "window", "intake")
    case.holders.append((through, "competent_unit"))
    if through == case.unit:
        return True
    if not case.wait("housing", 15):
        case.unit = "housing"
        return False
    case.act("transferred", {"to_office": case.unit, "basis": "23_1"}, through, "handler", "handler")
    case.holders.append((case.unit, "competent_unit"))
    return True


def _at_the_unit(case: CaseWriter, rng: Random) -> None:
    """The unit tells the petitioner, then replies or goes through acceptance, opinion and service."""
    unit = case.unit
    if case.wait(unit, 15):
        case.act("notice_served", {"notice": "received", "means": case.means()}, unit, "window", "intake")
    elif rng.random() < 0.5:
        return
    if rng.random() < 0.35:
        if case.wait(unit, 25):
            post, role = ("deputy", "leader") if rng.random() < 0.3 else ("handler", "handler")
            case.act("replied", {"means": case.means()}, unit, post, role, reply=case.matter["opinion"])
        return
    case.pass_days(rng.uniform(1, 9))
    case.act("accepted", {"category": "31_6"}, unit, "handler", "handler")
    if not case.wait(unit, 52):
        return
    _give_opinion(case, rng)


def _give_opinion(case: CaseWriter, rng: Random) -> None:
    unit = case.unit
    post, role = ("head", "head") if rng.random() < 0.6 else ("deputy", "leader")
    outcome = rng.choices(("support", "explain", "not_support"), (5, 3, 2))[0]
    parts: Mapping[str, str] = {
        "claim": case.matter["subject"],
        "facts": case.matter["opinion"],
        "opinion": {"support": "予以支持。", "explain": "予以解释说明。", "not_support": "不予支持。"}[outcome],
        "basis": "《信访工作条例》第三十一条第六项、第三十二条",
    }
    case.act("opinion_issued", {"outcome": outcome}, unit, post, role, **parts)
    if case.wait(unit, 8):
        case.act("opinion_served", {"means": case.means()}, unit, "window", "intake", proof="送达回证")


def _rate(case: CaseWriter, rng: Random, petitioner_key: PetitionerKey) -> None:
    """The petitioner claims the printed code where there is one, and rates the offices, or does not."""
    done = case.steps[-1].action in ("case.replied.v1", "case.opinion_served.v1")
    if not case.has_key or not done or rng.random() < 0.4:
        return
    case.pass_days(rng.uniform(1, 12))
    if case.steps[0].action != "case.submitted.v1":
        case.petitioner("key_claimed", {"petitioner_key": petitioner_key(case.stream)})
    for office, capacity in dict.fromkeys(case.holders):
        case.pass_days(rng.uniform(1, 3))
        weights = (2, 3, 6) if office == "renewal" else (6, 3, 1)
        rating = rng.choices(("satisfied", "basically_satisfied", "dissatisfied"), weights)[0]
        case.petitioner("rated", {"of": capacity, "office": office, "round": 1, "rating": rating})
