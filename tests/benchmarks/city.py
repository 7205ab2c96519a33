"""A small ledger for measuring: one competent unit, one intake officer, and acts prepared and signed ahead."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path

from api.actions import command, new_case
from api.founding import OfficePlan, OfficerPlan, Plan, PostPlan
from api.initialise import initialise
from api.keyfiles import Key
from api.main import Application, open_application
from api.settings import Settings, load_settings
from audit.store.model import Prepared
from tests.benchmarks.texts import invented, invented_reply

OFFICE, POST, OFFICER, ROLE = "bureau", "intake", "officer-intake", "intake"
Signed = tuple[Prepared, bytes]

PLAN = Plan(
    origin="sundial.example/bench",
    offices=[OfficePlan(office=OFFICE, kind="competent_unit", name_zh="城管局")],
    posts=[PostPlan(office=OFFICE, post=POST, name_zh="接访岗", duties=["intake"])],
    officers=[OfficerPlan(officer=OFFICER, office=OFFICE, post=POST, from_on=date(2020, 1, 1), name="某某")],
)


class City:
    """An open ledger and the officer who acts in it; every act it makes ready is of another number."""

    def __init__(self, application: Application) -> None:
        self.application = application
        self.ledger = application.ledger
        self.key: Key = application.key(OFFICER)
        self._numbers = itertools.count()

    def registrations(self, count: int) -> list[Signed]:
        """Prepare and sign so many registrations of new cases, invented text sealed."""
        return [self._registration(new_case(), next(self._numbers)) for _ in range(count)]

    def replies(self, cases: Sequence[Signed]) -> list[Signed]:
        """Prepare and sign a reply in each of these cases, which have been registered."""
        return [self._reply(prepared.statement.stream, next(self._numbers)) for prepared, _ in cases]

    def commit(self, act: Signed) -> None:
        """Commit one act the way a server does: from its draft, which is decided anew."""
        self.ledger.commit(act[0].draft, act[1])

    def commit_many(self, acts: Sequence[Signed]) -> None:
        """Commit acts in one transaction. Raises the first refusal."""
        for answer in self.ledger.commit_many(acts):
            if isinstance(answer, Exception):
                raise answer

    def _registration(self, case: str, number: int) -> Signed:
        public = {"channel": "letter", "capacity": "competent_unit"}
        return self._sign("case.registered.v1", case, public, invented(number))

    def _reply(self, case: str, number: int) -> Signed:
        return self._sign("case.replied.v1", case, {"means": "post"}, {"reply": invented_reply(number)})

    def _sign(self, action: str, case: str, public: dict[str, str], sealed: dict[str, str]) -> Signed:
        prepared = self.application.desk.prepare(command(case, action, public, sealed), self.key, ROLE)
        return prepared, self.key.sign(prepared.to_sign)


def settings_for(home: Path, url: str) -> Settings:
    """Return settings of a ledger with this home and database, and nothing of the environment."""
    return load_settings(home=home, database=url, language="en", environment={})


@contextmanager
def found_city(home: Path, url: str) -> Iterator[City]:
    """Found a ledger with its officer and keep it open."""
    settings = settings_for(home, url)
    initialise(settings, PLAN)
    with open_application(settings) as application:
        yield City(application)


def fill(city: City, entries: int, batch: int = 500) -> None:
    """Record cases of two acts each, registration and reply, until the log has so many entries."""
    while (missing := entries - city.ledger.head().size) > 0:
        cases = city.registrations(min(batch, (missing + 1) // 2))
        city.commit_many(cases)
        city.commit_many(city.replies(cases[: missing - len(cases)]))
