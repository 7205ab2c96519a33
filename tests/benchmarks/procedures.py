"""A full-length case for measuring: 27 acts from registration to conclusion, by a petition office and a bureau."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

from api.actions import Desk, command, new_case, write_instant
from api.founding import OfficePlan, OfficerPlan, Plan, PostPlan, Role
from api.initialise import initialise
from api.keyfiles import Key
from api.main import Application, open_application
from audit.store.model import Wish
from tests.benchmarks.city import settings_for
from tests.benchmarks.texts import invented, invented_reply

DUTIES: list[Role] = ["intake", "handler", "head", "leader", "supervisor"]
OFFICES = {"petitions": "petition_office", "works": "competent_unit"}

PLAN = Plan(
    origin="sundial.example/procedure",
    offices=[OfficePlan(office=name, kind=kind, name_zh=f"{name}局") for name, kind in OFFICES.items()],
    posts=[PostPlan(office=name, post="desk", name_zh="经办岗", duties=DUTIES) for name in OFFICES],
    officers=[
        OfficerPlan(officer=f"officer-{name}", office=name, post="desk", from_on=date(2020, 1, 1), name="某某")
        for name in OFFICES
    ],
)


class Step(NamedTuple):
    """One act of the case: by which office, in which role, with which fields."""

    office: str
    role: str
    action: str
    public: Mapping[str, Any] = {}
    sealed: Mapping[str, Any] = {}


_OPINION = {"claim": "请求维修", "facts": "经查属实", "opinion": invented_reply(1), "basis": "某条例第三条"}

STEPS: tuple[Step, ...] = (
    Step("petitions", "intake", "registered", {"channel": "letter", "capacity": "petition_office"}, invented(1)),
    Step("petitions", "head", "responsibility_set", {"post": "desk", "measure": "contact"}),
    Step("petitions", "intake", "transferred", {"to_office": "works", "basis": "22_1"}),
    Step("works", "head", "responsibility_set", {"post": "desk", "measure": "investigate"}),
    Step("works", "intake", "notice_served", {"notice": "received", "means": "post"}, {"text": "已收到"}),
    Step("works", "intake", "classified", {"category": "31_6"}),
    Step("works", "intake", "accepted", {"category": "31_6"}),
    Step("works", "intake", "notice_served", {"notice": "accepted", "means": "post"}, {"text": "予以受理"}),
    Step("works", "handler", "investigated", {"method": "heard"}, {"text": "听取陈述"}),
    Step("works", "handler", "investigated", {"method": "site"}, {"text": "实地查看"}),
    Step("works", "handler", "mediation_referred", {"mediator": "people"}),
    Step("works", "handler", "mediation_accepted"),
    Step("works", "handler", "mediation_result", {"result": "not_agreed"}),
    Step("works", "handler", "mediation_returned"),
    Step("petitions", "head", "supervision_opened", {"unit": "works", "trigger": "delay"}, {"text": "请说明进展"}),
    Step("works", "head", "supervision_answered", {"item": 15}, {"reply": "正在办理"}),
    Step("petitions", "head", "supervision_closed", {"item": 15, "finding": "corrected"}),
    Step("works", "handler", "hearing_opened", {"stage": "handling"}),
    Step("works", "handler", "hearing_closed", {"stage": "handling"}, {"record": "听证笔录"}),
    Step("works", "head", "extended", {"days": 30, "because": "complicated"}, {"reason": "需要鉴定"}),
    Step("works", "intake", "notice_served", {"notice": "extension", "means": "post"}, {"text": "延期三十日"}),
    Step("works", "head", "opinion_issued", {"outcome": "support"}, _OPINION),
    Step("works", "intake", "opinion_served", {"means": "in_person"}, {"proof": "送达回证"}),
    Step("works", "handler", "execution_begun"),
    Step("works", "handler", "execution_done", {}, {"proof": "验收单"}),
    Step("works", "handler", "resolved", {"resolution": "executed"}, {"proof": "验收单"}),
    Step("works", "handler", "concluded", {"conclusion": "execution_done"}),
)


class Bureaus:
    """An open ledger and the officers of its two offices."""

    def __init__(self, application: Application) -> None:
        self.application = application
        self.ledger = application.ledger
        self.desk: Desk = application.desk
        self.keys: dict[str, Key] = {name: application.key(f"officer-{name}") for name in OFFICES}

    def perform(self, case: str, step: Step) -> None:
        """Prepare, sign and commit one act: the use case of every caller."""
        wish = command(case, f"case.{step.action}.v1", step.public, step.sealed)
        self.desk.perform(wish, self.keys[step.office], step.role)

    def tell(self, case: str) -> None:
        """Tell a whole case, act by act."""
        for step in STEPS:
            self.perform(case, step)

    def tell_many(self, cases: list[str]) -> None:
        """Tell cases side by side, the same act of all of them at once, as an import does."""
        for step in STEPS:
            key = self.keys[step.office]
            wishes = [self._wish(case, step, key) for case in cases]
            signed = []
            for prepared in self.ledger.prepare_many(wishes):
                if isinstance(prepared, Exception):
                    raise prepared
                signed.append((prepared, key.sign(prepared.to_sign)))
            for answer in self.ledger.commit_many(signed):
                if isinstance(answer, Exception):
                    raise answer

    def _wish(self, case: str, step: Step, key: Key) -> Wish:
        wanted = command(case, f"case.{step.action}.v1", step.public, step.sealed)
        return self.desk.wish(wanted, key, step.role, self.desk.entropy(16), write_instant(self.desk.clock()))


def cases(count: int) -> list[str]:
    """Name so many new cases."""
    return [new_case() for _ in range(count)]


@contextmanager
def found_bureaus(home: Path, url: str) -> Iterator[Bureaus]:
    """Found a ledger with its two offices and keep it open."""
    settings = settings_for(home, url)
    initialise(settings, PLAN)
    with open_application(settings) as application:
        yield Bureaus(application)
