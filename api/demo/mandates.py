"""Mandates: a random inspection, visits, a campaign, a yearly assessment, and two that stay open."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import date
from functools import partial
from typing import Any

from api.demo.stories_oversight import WATCH, WATCH_HEAD
from api.demo.tales import City, Signer, Standing, Step, Tale
from domain.cross_references import population
from domain.people import NOW
from domain.tracks.draw import draw, population_digest

GROUP = Signer("discipline", "inspector", "inspector")
CRITERIA = (("timely_acceptance", 30), ("on_time_closure", 30), ("satisfaction", 20), ("rectified", 20))


class Mandate(Tale):
    """The acts of one mandate in its own stream."""

    def __init__(
        self, city: City, slug: str, word: str, units: list[str], first: date, last: date, signer: Signer = WATCH_HEAD
    ) -> None:
        """Open a mandate over these units from a day to another."""
        super().__init__(city, f"mandate/{slug}", city.business_hour(first))
        public = {"mandate": word, "units": units, "from_on": first.isoformat(), "until_on": last.isoformat()}
        self.opened = self.add("opened", signer, {"matter": "依年度督查计划"}, **public)

    def add(
        self, action: str, signer: Signer = WATCH, /, sealed: Mapping[str, str] | None = None, **public: Any
    ) -> Step:
        """Add an act of the mandate."""
        return self.tell(f"mandate.{action}.v1", public, signer, sealed)

    def close(self) -> None:
        """Close the mandate; petitioners may learn of the looks into their cases from now on."""
        self.pass_days(5)
        self.add("closed", WATCH_HEAD, item=self.opened)


def random_inspection(city: City) -> None:
    """Twelve cases are drawn by a seed that nobody knew when the population was fixed, and some are looked at."""
    units = ["housing", "labour", "transport", "renewal"]
    mandate = Mandate(city, "random-2025-1", "random", units, date(2025, 6, 2), date(2025, 8, 29))
    cases: list[str] = []
    drawn: list[str] = []

    def fix(log: Standing) -> Mapping[str, Any]:
        cases.extend(population(log.cases, units, "held", log.people, NOW))
        return {"population": population_digest(cases), "size": len(cases), "members": "held"}

    def seed(log: Standing) -> Mapping[str, Any]:
        drawn.extend(draw(cases, min(12, len(cases)), log.root))
        return {"checkpoint_size": log.size, "root": log.root.hex(), "count": len(drawn), "drawn": drawn}

    fixed = mandate.tell("mandate.population_fixed.v1", {}, WATCH, lookup=fix)
    mandate.pass_days(1)
    mandate.tell("mandate.drawn.v1", {"item": fixed}, WATCH, lookup=seed)
    for number in range(5):
        mandate.pass_days(3)
        look = {"ground": "routine"}
        sealed = {"reason_text": "随机抽查"}
        mandate.tell("mandate.replayed.v1", look, WATCH, sealed, lookup=partial(_drawn_case, drawn, number))
    mandate.close()


def _drawn_case(drawn: list[str], number: int, log: Standing) -> Mapping[str, Any]:
    return {"case": drawn[number % len(drawn)]}


def visits(city: City) -> None:
    """Inspections on the spot: the renewal office has to set things right, the ecology bureau has not."""
    units = ["renewal", "ecology"]
    mandate = Mandate(city, "visits-2025", "periodic", units, date(2025, 9, 1), date(2026, 3, 31))
    for unit, right in (("ecology", True), ("renewal", False)):
        mandate.pass_days(12)
        planned = mandate.add("visit_planned", unit=unit, due_on=mandate.day_after(14))
        mandate.pass_days(13)
        mandate.add("visit_held", WATCH, {"record": "实地督查记录"}, item=planned)
        mandate.pass_days(5)
        found = {"facts_clear": right, "procedure_right": right, "petitioners_satisfied": right}
        mandate.add("visit_found", WATCH, {"report": "督查报告"}, item=planned, **found)
        mandate.pass_days(40)
        if not right:
            head = Signer(unit, "head", "head")
            mandate.add("visit_rectified", head, {"report": "整改报告", "proof": "佐证"}, item=planned)
            mandate.pass_days(6)
        mandate.add("visit_closed", item=planned)
    mandate.close()


def campaign(city: City) -> None:
    """A list of backlog cases is fixed at a checkpoint; one case is added by two persons, one is not taken off."""
    units = ["renewal", "housing"]
    mandate = Mandate(city, "backlog-2025", "campaign", units, date(2025, 3, 3), date(2025, 12, 31))
    listed: list[str] = []

    def fix(log: Standing) -> Mapping[str, Any]:
        listed.extend(population(log.cases, units, "held", log.people, NOW))
        members = listed[:-1] or listed
        public = {"population": population_digest(members), "size": len(members)}
        return {**public, "checkpoint_size": log.size, "root": log.root.hex()}

    fixed = mandate.tell("mandate.list_fixed.v1", {}, WATCH, lookup=fix)
    for change, number, ground in (("added", -1, "wrongly_recorded"), ("removed", 0, "no_fault")):
        mandate.pass_days(20)
        public = {"about": fixed, "change": change, "ground": ground}
        case = partial(_listed_case, listed, number)
        proposed = mandate.tell(
            "mandate.list_change_proposed.v1", public, WATCH, {"reason_text": "核对台账"}, lookup=case
        )
        mandate.pass_days(3)
        action = "list_change_confirmed" if change == "added" else "list_change_refused"
        mandate.add(action, WATCH_HEAD, item=proposed)
    mandate.go_to(date(2025, 12, 22))
    mandate.add("list_closed", item=fixed)
    mandate.close()


def _listed_case(listed: list[str], number: int, log: Standing) -> Mapping[str, Any]:
    return {"case": listed[number]}


def assessment(city: City) -> None:
    """What the year 2025 will be scored by is frozen before it begins; the scores are computed after it."""
    units = ["housing", "labour", "transport", "ecology", "education", "renewal"]
    mandate = Mandate(city, "assessment-2025", "assessment", units, date(2024, 12, 2), date(2026, 3, 31))
    criteria = [{"criterion": word, "weight": weight} for word, weight in CRITERIA]
    year: dict[str, Any] = {"from_on": "2025-01-01", "until_on": "2025-12-31", "criteria": criteria}
    frozen = mandate.add("scheme_frozen", WATCH_HEAD, None, **year)
    mandate.go_to(date(2026, 1, 26))

    def score(log: Standing) -> Mapping[str, Any]:
        scores = hashlib.sha256(repr(sorted(units)).encode() + log.root).hexdigest()
        return {"checkpoint_size": log.size, "root": log.root.hex(), "scores": scores}

    mandate.tell("mandate.assessed.v1", {"item": frozen}, WATCH, lookup=score)
    mandate.pass_days(12)
    sealed = {"text": "对按期办结一项有异议", "reply": "复核无误"}
    mandate.add("objection_heard", WATCH_HEAD, sealed, item=frozen, unit="transport", adoption="not_adopted")
    mandate.pass_days(10)
    mandate.add("assessment_closed", WATCH_HEAD, item=frozen)
    mandate.close()


def standing_supervision(city: City) -> None:
    """What the supervision office may look into this year: every office of the city."""
    Mandate(city, "supervision-2026", "periodic", ["guicheng"], date(2026, 1, 5), date(2026, 12, 31))


def special_inspection(city: City) -> None:
    """The inspection group looks into the office that shirks and the bureau above it."""
    Mandate(city, "inspection-2026", "special", ["housing"], date(2026, 3, 2), date(2026, 12, 31), GROUP)


MANDATES = (random_inspection, visits, campaign, assessment, standing_supervision, special_inspection)
