"""Telling the city to a new ledger, with simulated time and seeded chance, through the ordinary use cases."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime, timedelta
from functools import partial
from importlib import resources
from typing import Any

from api.actions import Clock, command, write_instant
from api.anchors import advance_anchor
from api.demo.cases import Step
from api.demo.stories import FIRST_DAY, LAST_DAY, SEED, tell_city
from api.errors import UsageRefused
from api.founding import parse_plan
from api.initialise import initialise
from api.keyfiles import Key, keep_key, new_key
from api.main import Application, open_application, open_log
from api.queries import OverdueQuestion, ask_overdue
from api.registrars import Registrars, rotate
from api.settings import Settings
from audit.possession import CODE_SIZE, derive_claim_key, prove_claim
from audit.suite import public_key
from domain.reference import Reference
from domain.schema import CIVIL

Told = Callable[[int, int], None]
FOUNDED_AT = datetime(2024, 6, 1, 9, tzinfo=CIVIL)
TOLD_EVERY = 50


@dataclass(frozen=True, slots=True)
class DemoTold:
    """What the demonstration holds; example is the case that has been overdue longest."""

    cases: int
    size: int
    overdue: int
    first_on: str
    last_on: str
    example: str

    def document(self) -> dict[str, Any]:
        """The demonstration as JSON members."""
        return asdict(self)


class SimulatedClock:
    """A clock that stands where it was put."""

    def __init__(self, at: datetime) -> None:
        """Stand at an instant."""
        self.at = at

    def __call__(self) -> datetime:
        """Tell the time."""
        return self.at

    def move_to(self, at: datetime) -> None:
        """Go forward to an instant; an earlier one moves a second on."""
        self.at = max(at, self.at + timedelta(seconds=1))


class SeededEntropy:
    """Bytes that look random and are the same for the same seed; for a demonstration's keys only."""

    def __init__(self, seed: int) -> None:
        """Begin the stream of a seed."""
        self._seed = seed.to_bytes(8, "big")
        self._count = 0

    def __call__(self, size: int) -> bytes:
        """Return the next size bytes."""
        self._count += 1
        return hashlib.shake_256(self._seed + self._count.to_bytes(8, "big")).digest(size)


def set_stage(settings: Settings, told: Told) -> DemoTold:
    """Tell the city to an empty home and database, or find it told already.

    Raises UsageRefused if there is a ledger that is not this demonstration, or one that was left unfinished.
    """
    state = _read_marker(settings)
    if state is None:
        _refuse_foreign(settings)
        settings.home.mkdir(mode=0o700, parents=True, exist_ok=True)
        _write_marker(settings, {"complete": False})
        clock, entropy = SimulatedClock(FOUNDED_AT), SeededEntropy(SEED)
        plan = parse_plan(resources.files("api.demo").joinpath("city.toml").read_bytes())
        initialise(settings, plan, clock=clock, entropy=entropy)
        with open_application(settings, clock=clock, entropy=entropy) as application:
            Stage(application, clock).play(told)
        _write_marker(settings, {"complete": True, "ends_at": clock.at.isoformat()})
    elif not state["complete"]:
        raise UsageRefused("demo_unfinished")
    with open_application(settings, clock=demo_clock(settings) or (lambda: FOUNDED_AT)) as application:
        return _describe(application)


def demo_clock(settings: Settings) -> Clock | None:
    """The clock of a demonstration: it goes on from the city's last day. None where the ledger is no demonstration."""
    state = _read_marker(settings)
    if state is None or not state["complete"]:
        return None
    log = open_log(settings)
    try:
        last = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=log.head().recorded_at)
    finally:
        log.close()
    base, started = max(last, datetime.fromisoformat(state["ends_at"])), time.monotonic()
    return lambda: base + timedelta(seconds=time.monotonic() - started)


class Stage:
    """Performs the steps of the city, one after the other, each when its time has come."""

    def __init__(self, application: Application, clock: SimulatedClock) -> None:
        """Take the ledger, freshly founded with the city's plan, and the clock to move."""
        self._application = application
        self._clock = clock
        self._desk = application.desk
        self._origin = application.ledger.origin
        self._petitioners: dict[str, Key] = {}
        self._codes: dict[str, bytes] = {}
        reference: Reference = application.ledger.reference()
        self._calendar = reference.calendars.latest
        self._holders = {(t.office, t.post): t.officer for held in reference.people.tenures.values() for t in held}
        self._keys = {holder: application.key(officer) for holder, officer in self._holders.items()}

    def play(self, told: Told) -> None:
        """Perform everything, the changes of office holders and keys in between."""
        steps = tell_city(SEED, self._calendar.is_working_day, self._claim_key, self._petitioner_key)
        changes = [
            (date(2025, 1, 6), partial(self._hand_over, "housing", "head", "officer-mo", "莫问")),
            (date(2025, 4, 14), partial(self._rotate, "labour", "handler", "handler")),
            (date(2025, 9, 1), partial(self._lose_key, "transport", "handler", "handler")),
        ]
        for number, step in enumerate(steps):
            while changes and changes[0][0] <= step.performed_at.date():
                changes.pop(0)[1]()
            self._clock.move_to(step.performed_at)
            self._perform(step)
            if number % TOLD_EVERY == 0:
                told(number, len(steps))
        told(len(steps), len(steps))
        self._erase_a_name(steps)
        self._application.views.catch_up()
        advance_anchor(self._application.settings.anchor_file, self._application.ledger)

    def _perform(self, step: Step) -> None:
        key = self._keys[step.office, step.post] if step.office else self._petitioners[step.stream]
        public = dict(step.public)
        if step.action == "case.key_claimed.v1":
            claim = derive_claim_key(self._codes[step.stream], self._origin, step.stream)
            public["claim_proof"] = prove_claim(claim, self._origin, step.stream, key.public).hex()
        wish = command(step.stream, step.action, public, step.sealed)
        self._desk.perform(wish, key, step.role, claimed_at=write_instant(step.at))

    def _claim_key(self, stream: str) -> str:
        self._codes[stream] = self._application.entropy(CODE_SIZE)
        return public_key(derive_claim_key(self._codes[stream], self._origin, stream)).hex()

    def _petitioner_key(self, stream: str) -> str:
        if stream not in self._petitioners:
            self._petitioners[stream] = new_key("petitioner", "petitioner", entropy=self._application.entropy)
        return self._petitioners[stream].public.hex()

    def _registrars(self) -> Registrars:
        first, second = (self._application.key(name) for name in ("registrar-qin", "registrar-yao"))
        return Registrars(self._desk, first, second)

    def _hand_over(self, office: str, post: str, officer: str, name: str) -> None:
        """One officer's tenure ends and another's begins, with a key of the new one's own."""
        on, registrars = self._clock.at.astimezone(CIVIL).date(), self._registrars()
        old = self._keys[office, post]
        registrars.end_tenure(office, old.actor, post, on.isoformat())
        registrars.revoke(office, old.key_id.hex(), "tenure_ended")
        registrars.appoint(office, officer, post, on.isoformat(), name)
        self._enrol(office, post, officer, officer, ["head"])

    def _lose_key(self, office: str, post: str, role: str) -> None:
        """A key is lost, ended by a registrar, and replaced by a new one."""
        old = self._keys[office, post]
        self._registrars().revoke(office, old.key_id.hex(), "lost")
        self._enrol(office, post, old.actor, f"{old.actor}-2", [role])

    def _rotate(self, office: str, post: str, role: str) -> None:
        """An officer replaces a key by a new one, signed with the old one."""
        old = self._keys[office, post]
        new = self._keep(f"{old.actor}-2", old.actor, office, post)
        rotate(self._desk, old, new, role)
        self._keys[office, post] = new

    def _enrol(self, office: str, post: str, officer: str, file: str, roles: list[str]) -> None:
        key = self._keep(file, officer, office, post)
        self._registrars().enrol(key, roles)
        self._keys[office, post] = key

    def _keep(self, file: str, officer: str, office: str, post: str) -> Key:
        make = partial(new_key, "officer", officer, office, post, "file", entropy=self._application.entropy)
        settings = self._application.settings
        return keep_key(settings.keys, file, make, settings.passphrase)

    def _erase_a_name(self, steps: list[Step]) -> None:
        """One petitioner has name and contact erased; the acts and their proofs stay."""
        first = next(step for step in steps if step.action == "case.registered.v1" and "contact" in step.sealed)
        targets = [{"seq": 1, "slots": [2, 3]}]
        wish = command(first.stream, "case.erased.v1", {"targets": targets, "basis": "request"})
        self._desk.perform(wish, self._keys[first.office, "window"], "intake")


def _describe(application: Application) -> DemoTold:
    page = ask_overdue(application, OverdueQuestion(application.clock()))
    cases = {entry.stream for entry in application.ledger.entries() if entry.stream.startswith("case/")}
    example = page.rows[0].case if page.rows else ""
    size = application.ledger.head().size
    return DemoTold(len(cases), size, len(page.rows), FIRST_DAY.isoformat(), LAST_DAY.isoformat(), example)


def _refuse_foreign(settings: Settings) -> None:
    """Refuse a home or database in which something else stands."""
    if settings.anchor_file.exists() or (settings.is_sqlite and settings.database_file.exists()):
        raise UsageRefused("not_a_demo")
    if not settings.is_sqlite:
        log = open_log(settings)
        try:
            if log.schema_version():
                raise UsageRefused("not_a_demo")
        finally:
            log.close()


def _read_marker(settings: Settings) -> dict[str, Any] | None:
    try:
        state: dict[str, Any] = json.loads(settings.demo_marker.read_text("utf-8"))
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        raise UsageRefused("demo_unfinished") from error
    return state


def _write_marker(settings: Settings, state: dict[str, Any]) -> None:
    settings.demo_marker.write_text(json.dumps(state) + "\n", "utf-8")
