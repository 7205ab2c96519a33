"""How one made-up case goes: which acts, when, and signed by whom, drawn from a seeded generator."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from importlib import resources
from random import Random
from typing import Any

from domain.schema import CIVIL

IsWorkingDay = Callable[[date], bool]

PLACES = ("东门里", "沙洲新村", "河沿街", "北望小区", "石桥镇", "槐树巷", "新港路", "青溪苑", "西园", "南浦")
MEANS = ("post", "online", "message", "in_person")
DILIGENCE: Mapping[str, float] = {
    "petitions": 0.93,
    "housing": 0.85,
    "labour": 0.9,
    "transport": 0.76,
    "ecology": 0.93,
    "education": 0.88,
    "renewal": 0.32,
}
NEVER_WHEN_SLACK = 0.35


@dataclass(frozen=True, slots=True)
class Step:
    """One act to come: claimed at its time, performed then, or some days later where lag_days says so.

    signer is an office's post, or "" for the petitioner with the case's own key.
    """

    at: datetime
    stream: str
    action: str
    public: Mapping[str, Any]
    sealed: Mapping[str, Any] = field(default_factory=dict)
    office: str = ""
    post: str = ""
    role: str = "petitioner"
    lag_days: int = 0

    @property
    def performed_at(self) -> datetime:
        """When the act is written down."""
        return self.at + timedelta(days=self.lag_days)


class CaseWriter:
    """Writes the steps of one case; time only goes forward in it."""

    def __init__(self, rng: Random, is_working_day: IsWorkingDay, stream: str, at: datetime, matter: Mapping[str, str]):
        """Begin a case about matter at an instant of civil time."""
        self._rng = rng
        self._is_working_day = is_working_day
        self.stream = stream
        self.at = at
        self.matter = matter
        self.unit = matter["office"]
        self.steps: list[Step] = []
        self.holders: list[tuple[str, str]] = []
        self.has_key = False

    def act(self, action: str, public: Mapping[str, Any], office: str, post: str, role: str, **sealed: str) -> None:
        """Add an office's act at the current time; one in sixty is written down much later than it is claimed."""
        lag = self._rng.randint(6, 25) if self._rng.random() < 1 / 60 else 0
        self.steps.append(Step(self.at, self.stream, f"case.{action}.v1", public, sealed, office, post, role, lag))
        self.at += timedelta(days=lag)

    def petitioner(self, action: str, public: Mapping[str, Any], **sealed: str) -> None:
        """Add an act of the petitioner."""
        self.steps.append(Step(self.at, self.stream, f"case.{action}.v1", public, sealed))

    def wait(self, office: str, limit: int) -> bool:
        """Let the days pass that an office takes for a duty of limit days; False if it never does it."""
        rng = self._rng
        if rng.random() < DILIGENCE[office]:
            days = rng.uniform(0.2, 0.85) * limit
        elif rng.random() < NEVER_WHEN_SLACK:
            return False
        else:
            days = rng.uniform(1.05, 2.4) * limit
        self.pass_days(days)
        return True

    def pass_days(self, days: float) -> None:
        """Go to an hour of business that many days later, on the next working day."""
        on = (self.at + timedelta(days=max(days, 1))).date()
        while not self._is_working_day(on):
            on += timedelta(days=1)
        self.at = datetime.combine(on, time(self._rng.randint(9, 16), self._rng.randint(0, 59)), CIVIL)

    def texts(self) -> dict[str, str]:
        """What the petitioner tells."""
        place = self._rng.choice(PLACES)
        return {
            "subject": self.matter["subject"],
            "text": self.matter["text"].format(place=place, month=self._rng.randint(1, 12)),
            "name": "信访人" + "甲乙丙丁戊己庚辛壬癸"[self._rng.randint(0, 9)],
            "contact": f"1{self._rng.randint(30, 99)}0000{self._rng.randint(0, 9999):04d}",
        }

    def means(self) -> str:
        """How something was served."""
        return self._rng.choice(MEANS)


def load_matters() -> list[dict[str, str]]:
    """Read what the city's people write about."""
    text = resources.files("api.demo").joinpath("texts.toml").read_text("utf-8")
    matters: list[dict[str, str]] = tomllib.loads(text)["matters"]
    return matters
