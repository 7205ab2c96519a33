"""Telling the city to a new ledger, with simulated time and seeded chance, through the ordinary use cases."""

from __future__ import annotations

import hashlib
import json
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from datetime import time as hour
from importlib import resources
from itertools import groupby
from typing import Any, TypeVar

from api.actions import ACT_ID_BYTES, Clock, command, write_instant
from api.census import take_census
from api.demo.papers import file_papers
from api.demo.staff import Staff, load_changes
from api.demo.stories import SEED, tell_city
from api.demo.tales import FIRST_DAY, LAST_DAY, Standing, Step
from api.errors import UsageRefused
from api.founding import parse_plan
from api.initialise import initialise
from api.keyfiles import Key, new_key
from api.main import Application, open_application, open_log
from api.queries import OverdueQuestion, ask_overdue
from api.settings import Settings
from audit.store.possession import CODE_SIZE, derive_claim_key, prove_claim
from audit.suite import public_key
from domain.commands import Command
from domain.reference import Reference
from domain.schema import CIVIL

Told = Callable[[int, int], None]
Answer = TypeVar("Answer")
FOUNDED_AT = datetime(2024, 6, 1, 9, tzinfo=CIVIL)
OPENING = hour(8, 30)


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
        folder = resources.files("api.demo")
        with resources.as_file(folder.joinpath("profile.toml")) as profile:
            plan = parse_plan(folder.joinpath("city.toml").read_bytes())
            plan = plan.model_copy(update={"profile": str(profile)})
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
        self._staff = Staff(application)
        self._petitioners: dict[str, Key] = {}
        self._codes: dict[str, bytes] = {}
        self._numbers: dict[Step, int] = {}
        self._lengths: Counter[str] = Counter()

    def play(self, told: Told) -> None:
        """Perform everything, the changes of office holders and keys in between."""
        reference: Reference = self._application.ledger.reference()
        is_working_day = reference.calendars.latest.is_working_day
        steps = tell_city(SEED, is_working_day, self._claim_key, self._petitioner_key)
        changes = load_changes()
        done = 0
        for together in _batches(steps):
            while changes and changes[0]["on"] <= together[0].performed_at.date():
                change = changes.pop(0)
                self._clock.move_to(datetime.combine(change["on"], OPENING, CIVIL))
                self._staff.change(**change)
            self._clock.move_to(max(step.performed_at for step in together))
            self._perform(together)
            done += len(together)
            told(done, len(steps))
        take_census(self._application)

    def _perform(self, together: list[Step]) -> None:
        """Prepare, sign and commit acts of different streams in one transaction."""
        wishes, keys = [], []
        for step in together:
            key = self._staff.key(step.signer) if step.signer.office else self._petitioners[step.stream]
            act_id, claimed_at = self._application.entropy(ACT_ID_BYTES), write_instant(step.at)
            wishes.append(self._desk.wish(self._command(step, key), key, step.signer.role, act_id, claimed_at))
            keys.append(key)
        ledger = self._application.ledger
        signed = [
            (_sound(prepared), key.sign(_sound(prepared).to_sign))
            for prepared, key in zip(ledger.prepare_many(wishes), keys, strict=True)
        ]
        for answer, step in zip(ledger.commit_many(signed), together, strict=True):
            _sound(answer)
            file_papers(self._application, step.stream, step.sealed)

    def _command(self, step: Step, key: Key) -> Command:
        """Put in what a step leaves open: the numbers of other acts, a proof made with a code, a checkpoint."""
        public = {name: self._numbers[it] if isinstance(it, Step) else it for name, it in step.public.items()}
        if step.action == "case.key_claimed.v1":
            claim = derive_claim_key(self._codes[step.stream], self._origin, step.stream)
            public["claim_proof"] = prove_claim(claim, self._origin, step.stream, key.public).hex()
        if step.lookup is not None:
            public |= step.lookup(self._standing())
        self._lengths[step.stream] += 1
        self._numbers[step] = self._lengths[step.stream]
        return command(step.stream, step.action, public, step.sealed)

    def _standing(self) -> Standing:
        """Sign a checkpoint, and read the cases that there are at it."""
        ledger = self._application.ledger
        ledger.checkpoint()
        cases = tuple(ledger.state(stream) for stream in self._lengths if stream.startswith("case/"))
        return Standing(ledger.head().size, ledger.root(), cases, ledger.reference().people)

    def _claim_key(self, stream: str) -> str:
        self._codes[stream] = self._application.entropy(CODE_SIZE)
        return public_key(derive_claim_key(self._codes[stream], self._origin, stream)).hex()

    def _petitioner_key(self, stream: str) -> str:
        if stream not in self._petitioners:
            self._petitioners[stream] = new_key("petitioner", "petitioner", entropy=self._application.entropy)
        return self._petitioners[stream].public.hex()


def _batches(steps: list[Step]) -> Iterator[list[Step]]:
    """Group the steps of each day so that a group has one of every stream: what an office writes down in the evening.

    The first group of a day has the first step of every stream, and so on. One that reads the log stands alone.
    """
    for _, day in groupby(steps, key=lambda step: step.performed_at.date()):
        rounds: list[list[Step]] = []
        turns: Counter[str] = Counter()
        for step in day:
            if turns[step.stream] == len(rounds):
                rounds.append([])
            rounds[turns[step.stream]].append(step)
            turns[step.stream] += 1
        for together in rounds:
            plain = [step for step in together if step.lookup is None]
            yield from ([plain] if plain else [])
            yield from ([step] for step in together if step.lookup is not None)


def _sound(answer: Answer | Exception) -> Answer:
    if isinstance(answer, Exception):
        raise answer
    return answer


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
