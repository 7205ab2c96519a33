"""A small ledger for measuring: one competent unit, one intake officer, and acts prepared and signed ahead."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path

from api.actions import ACT_ID_BYTES, command, new_case, write_instant
from api.founding import OfficePlan, OfficerPlan, Plan, PostPlan
from api.initialise import initialise
from api.keyfiles import Key
from api.main import Application, open_application
from api.settings import Settings, load_settings
from audit.store.model import Prepared
from domain.commands import Command
from tests.benchmarks.texts import invented, invented_reply

OFFICE, POST, OFFICER, ROLE = "bureau", "intake", "officer-intake", "intake"
Signed = tuple[Prepared, bytes]
_PREPARED_AT_ONCE = 500

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

    def registrations(self, count: int, *, singly: bool = False) -> list[Signed]:
        """Prepare and sign so many registrations of new cases, invented text sealed; singly, as a server does."""
        public = {"channel": "letter", "capacity": "competent_unit"}
        return self._sign(
            [command(new_case(), "case.registered.v1", public, invented(next(self._numbers))) for _ in range(count)],
            singly,
        )

    def replies(self, cases: Sequence[Signed], *, singly: bool = False) -> list[Signed]:
        """Prepare and sign a reply in each of these cases, which have been registered; singly, as a server does."""
        return self._sign(
            [
                command(
                    prepared.statement.stream,
                    "case.replied.v1",
                    {"means": "post"},
                    {"reply": invented_reply(next(self._numbers))},
                )
                for prepared, _ in cases
            ],
            singly,
        )

    def commit(self, act: Signed) -> None:
        """Commit one act the way a server does: from its draft, which is decided anew."""
        self.ledger.commit(act[0].draft, act[1])

    def commit_many(self, acts: Sequence[Signed]) -> None:
        """Commit acts in one transaction. Raises the first refusal."""
        for answer in self.ledger.commit_many(acts):
            if isinstance(answer, Exception):
                raise answer

    def _sign(self, commands: Sequence[Command], singly: bool) -> list[Signed]:
        desk = self.application.desk
        if singly:
            return [self._signed(desk.prepare(one, self.key, ROLE)) for one in commands]
        claimed_at = write_instant(desk.clock())
        wishes = [desk.wish(one, self.key, ROLE, desk.entropy(ACT_ID_BYTES), claimed_at) for one in commands]
        return [
            self._signed(prepared)
            for start in range(0, len(wishes), _PREPARED_AT_ONCE)
            for prepared in self.ledger.prepare_many(wishes[start : start + _PREPARED_AT_ONCE])
        ]

    def _signed(self, prepared: Prepared | Exception) -> Signed:
        if isinstance(prepared, Exception):
            raise prepared
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
