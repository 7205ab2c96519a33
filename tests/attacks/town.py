"""A small real ledger to attack: three offices, cases of every kind that the rules know, checkpoints along the way."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from api.actions import command
from api.anchors import advance_anchor
from api.founding import OfficePlan, OfficerPlan, Plan, PostPlan
from api.initialise import initialise
from api.keyfiles import Key
from api.main import Application, open_application
from api.settings import Settings, load_settings
from tests.benchmarks.texts import invented, invented_reply

CASES = 62
CASES_A_CHECKPOINT = 9
START = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)

PLAN = Plan(
    origin="sundial.example/town",
    offices=[
        OfficePlan(office="petitions", kind="petition_office", name_zh="信访局"),
        OfficePlan(office="works", kind="competent_unit", name_zh="城管局"),
        OfficePlan(office="water", kind="competent_unit", name_zh="水务局"),
    ],
    posts=[
        PostPlan(office=office, post="desk", name_zh="经办岗", duties=["intake", "handler"])
        for office in ("petitions", "works", "water")
    ],
    officers=[
        OfficerPlan(officer=f"officer-{name}", office=office, post="desk", from_on=date(2020, 1, 1), name="某某")
        for name, office in (("an", "petitions"), ("bo", "works"), ("chen", "water"))
    ],
)
OFFICERS = {"petitions": "officer-an", "works": "officer-bo", "water": "officer-chen"}


class Clock:
    """A clock that moves on by some minutes whenever it is read: the town's, and the same each time."""

    def __init__(self) -> None:
        self._now = START
        self._chance = random.Random(11)

    def __call__(self) -> datetime:
        self._now += timedelta(seconds=self._chance.randint(1, 240))
        return self._now


class Town:
    """Tells cases through the same use cases as anyone would."""

    def __init__(self, application: Application, chance: random.Random) -> None:
        self.application = application
        self._chance = chance
        self._keys = {office: application.key(name) for office, name in OFFICERS.items()}

    def tell_case(self, number: int) -> None:
        """Tell one case; what happens in it depends on its number."""
        stream = f"case/{self._chance.randbytes(16).hex()}"
        text = invented(number)
        if number % 3 == 0:
            self._tell_filed(stream, text, number)
        elif number % 3 == 1:
            self._register(stream, "petitions", "petition_office", text)
            self._act(stream, "petitions", "case.transferred.v1", {"to_office": "water", "basis": "22_1"})
            self._tell_handling(stream, "water", number)
        else:
            self._register(stream, "works", "competent_unit", text)
            self._act(stream, "works", "case.replied.v1", {"means": "post"}, {"reply": invented_reply(number)})

    def _tell_filed(self, stream: str, text: dict[str, str], number: int) -> None:
        """A petitioner files online with a key of the own device, and rates in the end."""
        petitioner = Key("petitioner", self._chance.randbytes(32), "petitioner", custody="device")
        public = {"channel": "online", "to_office": "works", "petitioner_key": petitioner.public.hex()}
        self._perform(stream, "case.submitted.v1", petitioner, "petitioner", public, text)
        self._register(stream, "works", "competent_unit", text)
        self._tell_handling(stream, "works", number)
        rating = {"of": "competent_unit", "office": "works", "round": 1, "rating": "satisfied"}
        self._perform(stream, "case.rated.v1", petitioner, "petitioner", rating, {"comment": "已解决"})

    def _tell_handling(self, stream: str, office: str, number: int) -> None:
        parts = {"claim": "请求", "facts": "事实", "opinion": invented_reply(number), "basis": "依据"}
        self._act(stream, office, "case.notice_served.v1", {"notice": "received", "means": "post"}, {"text": "告知"})
        self._act(stream, office, "case.accepted.v1", {"category": "31_6"})
        self._act(stream, office, "case.opinion_issued.v1", {"outcome": "support"}, parts)
        self._act(stream, office, "case.opinion_served.v1", {"means": "in_person"}, {"proof": "回证"})
        if number % 12 == 1:
            erased = {"targets": [{"seq": 1, "slots": [2, 3]}], "basis": "request"}
            self._act(stream, office, "case.erased.v1", erased)

    def _register(self, stream: str, office: str, capacity: str, text: dict[str, str]) -> None:
        self._act(stream, office, "case.registered.v1", {"channel": "letter", "capacity": capacity}, text)

    def _act(
        self, stream: str, office: str, action: str, public: Mapping[str, object], sealed: dict[str, str] | None = None
    ) -> None:
        role = "handler" if action == "case.opinion_issued.v1" else "intake"
        self._perform(stream, action, self._keys[office], role, public, sealed)

    def _perform(
        self,
        stream: str,
        action: str,
        key: Key,
        role: str,
        public: Mapping[str, object],
        sealed: dict[str, str] | None,
    ) -> None:
        self.application.desk.perform(command(stream, action, public, sealed), key, role)


def build_town(home: Path, url: str, seed: int = 7) -> Settings:
    """Found and fill a ledger, keep its anchor at its newest checkpoint, and return its settings.

    All keys, names and times follow from the seed.
    """
    settings = load_settings(home=home, database=url, language="en", environment={})
    chance, clock = random.Random(seed), Clock()
    initialise(settings, PLAN, clock=clock, entropy=chance.randbytes)
    with open_town(settings, chance, clock) as town:
        for number in range(CASES):
            town.tell_case(number)
            if number % CASES_A_CHECKPOINT == 0:
                advance_anchor(settings.anchor_file, town.application.ledger)
        advance_anchor(settings.anchor_file, town.application.ledger)
    return settings


@contextmanager
def open_town(settings: Settings, chance: random.Random, clock: Clock) -> Iterator[Town]:
    """Open the ledger for more cases."""
    with open_application(settings, clock=clock, entropy=chance.randbytes) as application:
        yield Town(application, chance)


def insiders(settings: Settings) -> dict[bytes, Ed25519PrivateKey]:
    """Return the private keys that insiders among the attackers have: the officers' own, by key id."""
    with open_application(settings) as application:
        keys = [application.key(name) for name in OFFICERS.values()]
    return {key.key_id: Ed25519PrivateKey.from_private_bytes(key.secret) for key in keys}
