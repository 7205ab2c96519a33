"""Made-up ledgers for the tests of figures: cases with packages, recommendations, reviews, ratings and exclusions.

Like those of `histories.py` they are deterministic and need not be lawful: acts come too late, twice, or name items
that are settled.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from typing import Any

from tests.projections.histories import DAY_MS, OFFICES, PETITION_OFFICES, START_MS, UNITS, Act, case_id

Told = tuple[str, dict[str, Any], str, str]
FIRST = date(2022, 6, 1)
BEGIN_MS = START_MS + (FIRST - date(2018, 1, 8)).days * DAY_MS
LEADERS = ("officer-an", "officer-bo", "officer-cao")
CLAIMED = ("handling", "handling", "notice", "review")
FIGURE_WORDS = (
    "all",
    "on_time_closure_rate",
    "satisfaction_rate",
    "one_time_resolution_rate",
    "package_resolution_rate",
)


def figure_cases(seed: int, count: int, days: int = 900) -> list[Act]:
    """Return the acts of many cases, interleaved as they were recorded over these many days."""
    chance = random.Random(seed)
    acts: list[Act] = []
    for number in range(count):
        acts += _Case(chance, number, BEGIN_MS + chance.randrange(days * DAY_MS)).acts()
    return sorted(acts, key=lambda act: act.recorded_ms)


class _Case:
    """One case as it goes: where it is, and which items it has."""

    def __init__(self, chance: random.Random, number: int, moment: int) -> None:
        self.chance = chance
        self.number = number
        self.stream = f"case/{case_id(number)}"
        self.moment = moment
        self.key = f"petitioner {number}".ljust(32, ".")
        self.imported = chance.random() < 0.2
        self.holder = chance.choice(PETITION_OFFICES + UNITS)
        self.seq = 0
        self.items: dict[str, list[int]] = {}
        self.proposals = 0
        self.claims = random.Random(number)

    def acts(self) -> Iterator[Act]:
        yield self._begin()
        for _ in range(self.chance.randrange(2, 26)):
            self.moment += int(self.chance.expovariate(1 / (14 * DAY_MS)))
            action, public, office, kind = self.chance.choices(_MOVES, _WEIGHTS)[0](self)
            if kind:
                self.items.setdefault(kind, []).append(self.seq + 1)
            yield self._act(action, public, office)
            if self.claims.random() < 0.12:
                yield self._claim()

    def _claim(self) -> Act:
        """Say by which day something was to be done; drawn apart, so that the case goes as it would without."""
        self.seq += 1
        day = FIRST + timedelta(days=(self.moment - BEGIN_MS) // DAY_MS + self.claims.randrange(-5, 70))
        public: dict[str, Any] = {"covers": self.claims.choice(CLAIMED), "due_on": day.isoformat()}
        if self.imported or self.claims.random() < 0.2:
            public["imported"] = {"mapping": "board", "precision": "instant"}
        age = self.claims.choice([60_000, 3_600_000, 9 * DAY_MS, -2 * DAY_MS])
        return Act(self.stream, "case.deadline_claimed.v1", public, self.holder, "handler", self.moment + 1, age)

    def _begin(self) -> Act:
        capacity = OFFICES[self.holder][1]
        if self.chance.random() < 0.6 and not self.imported:
            public = {"channel": "online", "to_office": self.holder, "petitioner_key": self.key.encode().hex()}
            return self._act("case.submitted.v1", {**public, "capacity": capacity, "area": "housing"}, self.key)
        channel, area = (
            self.chance.choice(["letter", "phone", "suggestion"]),
            self.chance.choice(["urban", "housing", "rural"]),
        )
        return self._act("case.registered.v1", {"channel": channel, "capacity": capacity, "area": area}, self.holder)

    def _act(self, action: str, public: dict[str, Any], office: str) -> Act:
        self.seq += 1
        if self.imported and not any(word in action for word in _NEVER_IMPORTED):
            public = {**public, "imported": {"mapping": "board", "precision": "instant"}}
        age = self.chance.choice([60_000, 3_600_000, 3_600_000, DAY_MS, 9 * DAY_MS, 40 * DAY_MS, -2 * DAY_MS])
        return Act(self.stream, action, public, office, "handler", self.moment, age)

    def item(self, kind: str) -> int:
        """An item of a kind, or one that there is not."""
        items = self.items.get(kind, []) or [99]
        return items[-1] if self.chance.random() < 0.8 else self.chance.choice(items)

    def in_days(self, least: int, most: int) -> str:
        day = FIRST + timedelta(days=(self.moment - BEGIN_MS) // DAY_MS + self.chance.randrange(least, most))
        return day.isoformat()

    def leader(self) -> dict[str, Any]:
        leader = self.chance.choice(LEADERS)
        return {"leader": leader, "leader_post": "desk", "leader_office": self.chance.choice(PETITION_OFFICES)}

    def transfer(self) -> Told:
        giver, self.holder = self.holder, self.chance.choice(UNITS)
        public = {"to_office": self.holder, "basis": "22_1", "capacity": OFFICES[self.holder][1]}
        return "case.transferred.v1", public, giver, ""

    def hand_over(self) -> Told:
        if self.proposals and self.chance.random() < 0.7:
            confirmed, self.proposals = self.proposals, 0
            public = {"item": self.item("package"), "confirmed": confirmed}
            return "case.package_hand_over_confirmed.v1", public, self.holder, ""
        self.proposals = self.seq + 1
        return "case.package_hand_over_proposed.v1", {"item": self.item("package"), **self.leader()}, self.holder, ""


_NEVER_IMPORTED = (
    *(
        "submitted",
        "rated",
        "package",
        "exclusion",
        "recommendation",
        "accountability",
        "suggestion",
        "visit",
        "corrected",
    ),
)

Move = Callable[[_Case], Told]


def _plain(action: str, **words: Any) -> Move:
    """An act of the holder; a list among the fields is a choice."""

    def move(case: _Case) -> Told:
        public = {name: case.chance.choice(word) if isinstance(word, list) else word for name, word in words.items()}
        return f"case.{action}.v1", public, case.holder, ""

    return move


def _on(kind: str, action: str, **words: Any) -> Move:
    """An act on an item of the kind; where the case has none yet, the act that opens one comes instead."""
    plain = _plain(action, **words)

    def move(case: _Case) -> Told:
        if kind not in case.items and case.chance.random() < 0.9:
            return _OPENING[kind](case)
        name, public, office, _ = plain(case)
        return name, {"item": case.item(kind), **public}, office, ""

    return move


def _opening(kind: str, action: str, **words: Any) -> Move:
    plain = _plain(action, **words)
    return lambda case: (*plain(case)[:3], kind)


def _package(case: _Case) -> Told:
    public = {**case.leader(), "package_reason": "backlog", "due_on": case.in_days(5, 60)}
    return "case.package_assigned.v1", public, case.holder, "package"


def _reopen_package(case: _Case) -> Told:
    public = {"item": case.item("package"), "ground": "routine", "due_on": case.in_days(5, 60)}
    return "case.package_reopened.v1", public, case.holder, ""


def _rate(case: _Case) -> Told:
    rating = case.chance.choice(["satisfied", "basically_satisfied", "dissatisfied"])
    of, office = case.chance.choice([(OFFICES[case.holder][1], case.holder), ("petition_office", "city")])
    return "case.rated.v1", {"of": of, "office": office, "round": 1, "rating": rating}, case.key, ""


def _link(case: _Case) -> Told:
    other = case_id(case.number + 1)
    return (
        "case.linked.v1",
        {"other_case": other, "link": case.chance.choice(["same_matter", "related"])},
        case.holder,
        "",
    )


_OPENING: dict[str, Move] = {
    "package": _package,
    "recommendation": _opening(
        "recommendation", "recommendation_issued", recommendation=["improve", "accountability"], unit=UNITS
    ),
    "exclusion": _opening("exclusion", "exclusion_proposed", figure=list(FIGURE_WORDS), ground="duplicate"),
}
_ADOPTIONS = ["adopted", "partly_adopted", "not_adopted"]
_TABLE: tuple[tuple[int, Move], ...] = (
    (6, _Case.transfer),
    (3, _plain("return_approved")),
    (5, _plain("notice_served", notice=["received", "accepted"], means="post")),
    (4, _plain("replied", means="post")),
    (5, _plain("accepted", category="31_6")),
    (3, _plain("opinion_issued", outcome=["support", "explain"])),
    (6, _plain("opinion_served", means="post")),
    (2, _plain("extended", days=[5, 30], because="complicated")),
    (2, _plain("concluded", conclusion=["answered", "mediated", "execution_done"])),
    (1, _plain("withdrawn", way="paper")),
    (1, lambda case: ("case.merged.v1", {"into": case_id(case.number + 2)}, case.holder, "")),
    (2, _link),
    (4, _plain("resolved", resolution=["executed", "mediated"])),
    (2, _plain("reopened", reopening=["dissatisfied", "new_facts"])),
    (2, _plain("review_requested", to_office="city", way="paper")),
    (3, _plain("review_decided", decision=["uphold", "change", "revoke", "redo"], changed_to="support")),
    (2, _plain("review_served", means="post")),
    (2, _plain("classified", category=["suggestion", "31_6", "31_5"])),
    (1, _plain("reclassified", category=["suggestion", "31_6"])),
    (2, _opening("suggestion", "suggestion_decided", adoption=_ADOPTIONS)),
    (3, _OPENING["recommendation"]),
    (3, _on("recommendation", "recommendation_replied", adoption=_ADOPTIONS)),
    (1, _on("recommendation", "accountability_decided", measure=["none", "talk"])),
    (1, _package),
    (5, _on("package", "package_accepted")),
    (3, _Case.hand_over),
    (3, _on("package", "package_resolved", result=["executed", "mediated", "explained"])),
    (1, _reopen_package),
    (1, _OPENING["exclusion"]),
    (3, _on("exclusion", "exclusion_approved")),
    (1, _on("exclusion", "exclusion_lifted")),
    (2, _plain("visit_demanded", unit=UNITS, demand=["signature", "officer_away"])),
    (5, _rate),
    (1, _plain("corrected", seq=1, act="case.registered.v1", field="area", to=["urban", "rural"])),
)
_WEIGHTS = [weight for weight, _ in _TABLE]
_MOVES = [move for _, move in _TABLE]
