"""The tale of one case: its acts in the manner of the offices that handle it, drawn from a seeded generator."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from functools import cache
from importlib import resources
from typing import Any, NamedTuple

from api.demo.tales import PETITIONER, ROLES, City, Signer, Step, Tale

PLACES = ("东门里", "沙洲新村", "河沿街", "北望小区", "石桥镇", "槐树巷", "新港路", "青溪苑", "西园", "南浦")
MEANS = ("post", "online", "message", "in_person")


class Manner(NamedTuple):
    """How an office works: how often it does its duty in time, how early then, and how often its acts come in late."""

    diligence: float = 0.98
    early: tuple[float, float] = (0.2, 0.85)
    slack: float = 1 / 120


MANNERS: Mapping[str, Manner] = {
    "petitions": Manner(0.99),
    "housing": Manner(0.97),
    "transport": Manner(0.93),
    "ecology": Manner(1.0, (0.08, 0.45), 0.0),
    "renewal": Manner(0.45, (0.7, 0.99), 0.2),
    "dongmen-housing": Manner(0.95),
}
"""Ecology is the office that others might learn from; renewal is the one that shirks."""
ORDINARY = Manner()
NEVER_WHEN_SLACK = 0.3
CLOSED_OFFICE, SUCCESSOR, CLOSED_ON = "villages", "housing", date(2025, 9, 30)
"""One office is merged into another; from that day the successor goes on with its cases (`changes.toml`)."""


class NeverDone(Exception):
    """An office never does its duty, and the case stays where it is: the rest of its story is not told."""


class CaseTale(Tale):
    """Writes the steps of one case."""

    def __init__(self, city: City, stream: str, at: datetime, matter: Mapping[str, str]) -> None:
        """Begin a case about a matter at an instant of civil time."""
        super().__init__(city, stream, at)
        self.matter = matter
        self.unit = matter["office"]
        self.place = self.rng.choice(PLACES)
        self.holders: list[tuple[str, str]] = []
        self.has_key = self.has_code = False
        self.round = 1

    @property
    def number(self) -> str:
        """The case's number: 32 hex digits."""
        return self.stream.partition("/")[2]

    def act(
        self, action: str, public: Mapping[str, Any], office: str, post: str, role: str = "", /, **sealed: Any
    ) -> Step:
        """Add an office's act at the current time; a slack office writes some of them down much later."""
        office = self.standing(office)
        manner = MANNERS.get(office, ORDINARY)
        lag = self.rng.randint(6, 25) if self.rng.random() < manner.slack else 0
        return self.tell(f"case.{action}.v1", public, Signer(office, post, role or ROLES[post]), sealed, lag)

    def petitioner(self, action: str, public: Mapping[str, Any], /, **sealed: Any) -> Step:
        """Add an act of the petitioner."""
        return self.tell(f"case.{action}.v1", public, PETITIONER, sealed)

    def beside(self, days: float) -> CaseTale:
        """Begin another line of events on the same case, so many days from now; the two go on side by side."""
        line = CaseTale(self.city, self.stream, self.at, self.matter)
        line.unit, line.place, line.round = self.unit, self.place, self.round
        line.holders, line.has_key, line.has_code = [*self.holders], self.has_key, self.has_code
        line.pass_days(days)
        return line

    def standing(self, office: str) -> str:
        """Return the office, or its successor, which first takes the case over where that has not been done yet."""
        if office != CLOSED_OFFICE or self.at.date() <= CLOSED_ON:
            return office
        if self.unit == CLOSED_OFFICE:
            self.unit = SUCCESSOR
            if (CLOSED_OFFICE, "competent_unit") in self.holders:
                public = {"from_office": CLOSED_OFFICE}
                self.tell("case.taken_over.v1", public, Signer(SUCCESSOR, "handler", "handler"))
                self.hold(SUCCESSOR)
        return SUCCESSOR

    def hold(self, office: str, capacity: str = "competent_unit") -> None:
        """Note that an office has the case now."""
        if (office, capacity) not in self.holders:
            self.holders.append((office, capacity))

    def wait(self, office: str, limit: float) -> None:
        """Let the days pass that an office takes for a duty of limit days; raises NeverDone if it never does it."""
        manner, rng = MANNERS.get(office, ORDINARY), self.rng
        if rng.random() < manner.diligence:
            days = rng.uniform(*manner.early) * limit
        elif rng.random() < NEVER_WHEN_SLACK:
            raise NeverDone
        else:
            days = rng.uniform(1.1, 2.4) * limit
        self.pass_days(days)

    def texts(self) -> dict[str, str]:
        """What the petitioner tells."""
        return {
            "subject": self.matter["subject"],
            "text": self.matter["text"].format(place=self.place, month=self.rng.randint(1, 12)),
            "name": "信访人" + "甲乙丙丁戊己庚辛壬癸"[self.rng.randint(0, 9)],
            "contact": f"1{self.rng.randint(30, 99)}0000{self.rng.randint(0, 9999):04d}",
        }

    def finding(self) -> str:
        """What the office says of the matter."""
        return f"关于{self.place}的反映,{self.matter['opinion']}"

    def means(self) -> str:
        """How something was served."""
        return self.rng.choice(MEANS)


def new_case(city: City, at: datetime | None = None, office: str = "") -> CaseTale:
    """Begin a case on some day, or on this one, about a matter of this office, or of any."""
    at = at or city.any_day()
    known = [matter for matter in load_matters() if office in ("", matter["office"])]
    if not office and city.chance(0.5):
        known = [matter for matter in known if matter["office"] != "renewal"]
    case = CaseTale(city, f"case/{city.rng.getrandbits(128):032x}", at, city.rng.choice(known))
    case.unit = case.standing(case.unit)
    return case


def early_case(city: City, office: str = "", days: int = 240) -> CaseTale:
    """Begin a case early enough for a story that takes so many days."""
    from_day, last = city.any_day, date(2026, 5, 29) - timedelta(days=days)
    return new_case(city, from_day(last=last), office)


@cache
def load_matters() -> tuple[Mapping[str, str], ...]:
    """Read what the city's people write about."""
    text = resources.files("api.demo").joinpath("texts.toml").read_text("utf-8")
    return tuple(tomllib.loads(text)["matters"])
