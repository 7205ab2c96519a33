"""Made-up cases with the whole of a life: passed on, given back, answered, rated, packaged, reopened, withdrawn.

Like those of `histories.py` the acts are in log order and need not be lawful; most of them are. Keys of petitioners are
those that a submission or a claim names, so that ratings are told apart by custody as in a real ledger.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from hashlib import sha256
from typing import Any

from tests.projections.histories import DAY_MS, OFFICES, PETITION_OFFICES, START_MS, UNITS, Act, case_id

HOUR_MS = 3_600_000
LEADERS = (("officer-wang", "seat-wang", "housing"), ("officer-sun", "seat-sun", "city"))
RATINGS = ("satisfied", "satisfied", "basically_satisfied", "dissatisfied", "dissatisfied")


def lives(seed: int, count: int, days: int = 500) -> list[Act]:
    """Return the acts of many cases from 2022-05 on, interleaved as they were recorded over these many days."""
    chance = random.Random(seed)
    acts: list[Act] = []
    for number in range(count):
        began_ms = START_MS + 1600 * DAY_MS + chance.randrange(days * DAY_MS)
        acts += Life(chance, f"case/{case_id(1_000_000 * seed + number)}", began_ms).told()
    return sorted(acts, key=lambda act: act.recorded_ms)


@dataclass
class Life:
    """One case, told step by step; `seq` is the number of the last act, as the case will count it."""

    chance: random.Random
    stream: str
    now_ms: int
    holder: str = ""
    senders: list[str] = field(default_factory=list)
    units: list[str] = field(default_factory=list)
    seq: int = 0
    round: int = 1
    key: str = ""
    package: int = 0
    acts: list[Act] = field(default_factory=list)

    def told(self) -> list[Act]:
        """Tell the case from its beginning to wherever chance ends it."""
        self._begin()
        for _ in range(self.chance.randrange(14)):
            self.now_ms += int(self.chance.expovariate(1 / (11 * DAY_MS)))
            step: Callable[[], None] = self.chance.choice(
                [
                    *(self._pass,) * 3,
                    *(self._handle,) * 4,
                    *(self._answer,) * 3,
                    *(self._rate,) * 4,
                    self._return,
                    self._own,
                    self._supervise,
                    self._lead,
                    self._end,
                    self._extend,
                ]
            )
            step()
        return self.acts

    def act(self, name: str, office: str = "", age_ms: int | None = None, /, **public: Any) -> int:
        """Record an act of the case, by the holder unless another office is named; "-" means the petitioner."""
        ages = [60_000, HOUR_MS, HOUR_MS, DAY_MS, 6 * DAY_MS, 40 * DAY_MS]
        age = self.chance.choice(ages) if age_ms is None else age_ms
        by = "" if office == "-" else office or self.holder
        role = "handler" if by else "petitioner"
        self.seq += 1
        key = "" if by else self.key
        self.acts.append(Act(self.stream, f"case.{name}.v1", public, by, role, self.now_ms, age, key))
        return self.seq

    def _begin(self) -> None:
        self.holder = self.chance.choice(PETITION_OFFICES + UNITS)
        kind = OFFICES[self.holder][1]
        key = sha256(self.stream.encode()).hexdigest()
        way = self.chance.randrange(4)
        public: dict[str, Any]
        if way == 0:
            self.key = key
            public = {"channel": "online", "capacity": kind, "to_office": self.holder, "petitioner_key": key}
            self.act("submitted", "-", 60_000, **public)
            if self.chance.random() < 0.8:
                self.now_ms += DAY_MS
                self.act("registered", channel="online", capacity=kind)
            return
        public = {"channel": "letter", "capacity": kind}
        if way == 1:
            public["claim_key"] = key
        if way == 2:
            public |= {"imported": {"mapping": "board", "precision": "day"}}
        self.act("registered", addressable=self.chance.random() < 0.9, **public)
        if way == 1 and self.chance.random() < 0.7:
            self.key = sha256(key.encode()).hexdigest()
            self.act("key_claimed", "-", 60_000, petitioner_key=self.key, claim_proof="ab" * 64)

    def _pass(self) -> None:
        receiver = self.chance.choice(UNITS + PETITION_OFFICES[:1])
        public: dict[str, Any] = {"to_office": receiver, "basis": "22_1", "capacity": OFFICES[receiver][1]}
        if self.chance.random() < 0.3:
            due = date.fromtimestamp(self.now_ms / 1000) + timedelta(days=20)
            self.act("assigned", **public, report_due_on=due.isoformat())
        else:
            self.act("transferred", **public)
        self.senders.append(self.holder)
        self.holder = receiver

    def _return(self) -> None:
        if self.senders:
            self.act("objected", objection="not_competent")
            self.now_ms += DAY_MS
            self.act("return_approved", self.senders[-1])
            self.holder = self.senders.pop()

    def _handle(self) -> None:
        choices: list[tuple[str, dict[str, Any]]] = [
            ("accepted", {"category": "31_6"}),
            ("investigated", {"method": self.chance.choice(["heard", "site"])}),
            ("notice_served", {"notice": self.chance.choice(["received", "routed"]), "means": "in_person"}),
            ("opinion_issued", {"outcome": "explain"}),
        ]
        name, public = self.chance.choice(choices)
        self.act(name, **public)

    def _answer(self) -> None:
        if self.chance.random() < 0.5:
            self.act("replied", means=self.chance.choice(["post", "in_person"]))
        else:
            self.act("accepted", category="31_6")
            self.now_ms += DAY_MS
            self.act("opinion_issued", outcome="explain")
            self.now_ms += DAY_MS
            self.act("opinion_served", means="post")

    def _rate(self) -> None:
        office = self.chance.choice([self.holder, *self.senders])
        rating = self.chance.choice(RATINGS)
        public = {"of": OFFICES[office][1], "office": office, "round": self.round, "rating": rating}
        if self.chance.random() < 0.2:
            self.act("rating_reported", **public, means="message")
        else:
            self.act("rated", "-", 60_000, **public)

    def _own(self) -> None:
        due = date.fromtimestamp(self.now_ms / 1000) + timedelta(days=self.chance.randrange(2, 30))
        when = {"measure_on": due.isoformat()} if self.chance.random() < 0.7 else {}
        self.act("responsibility_set", post="desk", measure="investigate", **when)

    def _supervise(self) -> None:
        opened = self.act("supervision_opened", "city", unit=self.holder, trigger="delay")
        if self.chance.random() < 0.5:
            self.now_ms += 5 * DAY_MS
            self.act("supervision_answered", item=opened)
        if self.chance.random() < 0.3:
            self.act("dissatisfaction_followed_up", round=self.round, finding="corrected")

    def _lead(self) -> None:
        if not self.package:
            leader, post, office = self.chance.choice(LEADERS)
            due = date.fromtimestamp(self.now_ms / 1000) + timedelta(days=40)
            public = {"leader": leader, "leader_post": post, "leader_office": office, "package_reason": "superior"}
            self.package = self.act("package_assigned", "city", 60_000, **public, due_on=due.isoformat())
            return
        kind = self.chance.randrange(3)
        if kind == 0:
            self.act("package_met", item=self.package, form="received", place="office", effect="explained")
        if kind == 1:
            leader, post, office = self.chance.choice(LEADERS)
            public = {"leader": leader, "leader_post": post, "leader_office": office}
            proposed = self.act("package_hand_over_proposed", "housing", **public, item=self.package)
            self.now_ms += DAY_MS
            self.act("package_hand_over_confirmed", "city", item=self.package, confirmed=proposed)
        if kind == 2:
            self.act("package_resolved", item=self.package, result="mediated")

    def _end(self) -> None:
        kind = self.chance.randrange(8)
        if kind == 0:
            self.act("investigated", "", 60_000, method="heard")
            self.now_ms += self.chance.randrange(1, 8) * DAY_MS // 2
            self.act("withdrawn", "-" if self.key else "", 60_000, way="key" if self.key else "paper")
        if kind == 1:
            self.act("concluded", conclusion="answered")
        if kind == 2:
            self.act("directed", means="in_person", on_the_spot=self.chance.random() < 0.3)
        if kind == 3:
            self.act("not_accepted", cause="19_3")
        if kind in (4, 5):
            self.act("reopened", reopening="dissatisfied")
            self.round += 1
        if kind == 6:
            self.act("transferred_out", system="region", origin="sundial.example/province")
        if kind == 7:
            self.act("diverted_discipline")

    def _extend(self) -> None:
        self.act("extended", days=self.chance.randrange(1, 20), because="complicated")
