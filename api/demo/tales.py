"""How the city is told: every stream has a tale, and a tale is a row of steps, each an act to come.

Nothing here knows the number that an act will have. A step that needs the number of an earlier one holds that step
itself among its fields; whoever performs the steps puts the number in.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from random import Random
from typing import TYPE_CHECKING, Any, NamedTuple

from domain.case_state import Case
from domain.people import People
from domain.schema import CIVIL

if TYPE_CHECKING:
    from api.demo.conference import Conference

FIRST_DAY = date(2024, 6, 3)
LAST_DAY = date(2026, 5, 29)
ROLES: Mapping[str, str] = {
    "window": "intake",
    "handler": "handler",
    "deputy": "leader",
    "head": "head",
    "mayor": "leader",
    "vice-a": "leader",
    "vice-b": "leader",
    "office": "handler",
    "convener": "leader",
    "secretary": "supervisor",
    "supervisor": "supervisor",
    "inspector": "inspector",
}
"""The role in which the holder of a post acts where a story does not say another."""

IsWorkingDay = Callable[[date], bool]
ClaimKey = Callable[[str], str]
"""stream → the public claim key, in hex, of the code that was printed for that case."""
PetitionerKey = Callable[[str], str]
"""stream → the public key, in hex, of the petitioner of that case."""


class Standing(NamedTuple):
    """The log just before an act: a signed checkpoint's size and root, and the cases and offices there are."""

    size: int
    root: bytes
    cases: tuple[Case, ...]
    people: People


Lookup = Callable[[Standing], Mapping[str, Any]]
"""The log just before an act → further public fields of the act."""


class Signer(NamedTuple):
    """Who signs: the holder of a post, or this officer of it where two overlap; nobody for the petitioner."""

    office: str = ""
    post: str = ""
    role: str = "petitioner"
    officer: str = ""


PETITIONER = Signer()


@dataclass(frozen=True, slots=True, eq=False)
class Step:
    """One act to come: claimed at its time, performed then, or some days later where lag_days says so.

    A value of `public` that is a step stands for the number that this step has in its stream. `lookup` adds fields
    that can only be read from the log as it then is.
    """

    at: datetime
    stream: str
    action: str
    public: Mapping[str, Any]
    sealed: Mapping[str, Any] = field(default_factory=dict)
    signer: Signer = PETITIONER
    lag_days: int = 0
    lookup: Lookup | None = None

    @property
    def performed_at(self) -> datetime:
        """When the act is written down."""
        return self.at + timedelta(days=self.lag_days)


class Tale:
    """The steps of one stream, or one line of events in it; its time only goes forward."""

    def __init__(self, city: City, stream: str, at: datetime) -> None:
        """Begin a tale of the city at an instant of civil time."""
        self.city = city
        self.rng = city.rng
        self.stream = stream
        self.at = at
        self.steps: list[Step] = []
        city.tales.append(self)

    def tell(
        self,
        action: str,
        public: Mapping[str, Any],
        signer: Signer,
        sealed: Mapping[str, Any] | None = None,
        lag_days: int = 0,
        lookup: Lookup | None = None,
    ) -> Step:
        """Add an act of an office, a minute or more after the last one."""
        step = Step(self.at, self.stream, action, public, sealed or {}, signer, lag_days, lookup)
        self.steps.append(step)
        self.at += timedelta(days=lag_days, minutes=self.rng.randint(1, 9))
        return step

    def pass_days(self, days: float) -> None:
        """Go to an hour of business that many days later, on the next working day."""
        self.at = self.city.business_hour((self.at + timedelta(days=max(days, 1))).date())

    def go_to(self, day: date) -> None:
        """Go to an hour of business on a day or the next working day after it, if it still lies ahead."""
        if day > self.at.date():
            self.at = self.city.business_hour(day)

    def day_after(self, days: int) -> str:
        """Write the day that lies so many days ahead, as a deadline is set."""
        return (self.at.date() + timedelta(days=days)).isoformat()


class City:
    """What all stories share: chance, calendar, keys, the joint conference, and the tales told so far."""

    conference: Conference

    def __init__(
        self,
        seed: int,
        is_working_day: IsWorkingDay,
        claim_key: ClaimKey,
        petitioner_key: PetitionerKey,
    ) -> None:
        """Begin a city in which nothing has happened."""
        self.rng = Random(seed)
        self.is_working_day = is_working_day
        self.claim_key = claim_key
        self.petitioner_key = petitioner_key
        self.tales: list[Tale] = []
        self._turns: Counter[str] = Counter()

    def turn(self, what: str, *options: Any) -> Any:
        """Take the options of a rare thing in turn, so that each of them happens."""
        self._turns[what] += 1
        return options[(self._turns[what] - 1) % len(options)]

    def chance(self, likelihood: float) -> bool:
        """Throw a die."""
        return self.rng.random() < likelihood

    def digest(self) -> str:
        """Make up a 32-byte digest, in hex."""
        return hashlib.sha256(self.rng.randbytes(16)).hexdigest()

    def business_hour(self, day: date) -> datetime:
        """Return an hour of business on a day, or on the next working day after it."""
        while not self.is_working_day(day):
            day += timedelta(days=1)
        return datetime.combine(day, time(self.rng.randint(9, 16), self.rng.randint(0, 59)), CIVIL)

    def any_day(self, first: date = FIRST_DAY, last: date = LAST_DAY) -> datetime:
        """Return a moment on any day of a span, at an hour at which people are awake."""
        day = first + timedelta(days=self.rng.randrange((last - first).days))
        return datetime.combine(day, time(self.rng.randint(8, 20), self.rng.randint(0, 59)), CIVIL)

    def steps(self) -> list[Step]:
        """Return what is performed until the city's last day, in the order in which it is performed."""
        end = datetime.combine(LAST_DAY, time(18), CIVIL)
        told = [step for tale in self.tales for step in tale.steps if step.performed_at <= end]
        return sorted(told, key=lambda step: (step.performed_at, step.stream))
