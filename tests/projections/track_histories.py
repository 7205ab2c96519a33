"""Made-up ledgers in which every track moves: packages, supervision, advice, suggestions, conferences, mandates.

Acts are drawn from the domain's own tables, so that most of them move something; now and then one names a thing that is
settled, or comes late. Leaders come and go. Like those of `histories.py` they need not be lawful.
"""

from __future__ import annotations

import random
from collections.abc import Mapping
from datetime import date
from hashlib import sha256
from typing import Any

from domain.tracks import vocabulary as words
from domain.tracks.rows import TRACK_ROWS
from domain.tracks.table import Row
from tests.domain.track_acts import TRACK_PUBLIC
from tests.domain.track_optional import TRACK_OPTIONAL
from tests.projections.histories import DAY_MS, OFFICES, START_MS, UNITS, Act, case_id

BEGAN_MS = START_MS + 1600 * DAY_MS
LEADERS = tuple(
    (f"officer-{name}", "seat", UNITS[number % 3]) for number, name in enumerate(("wang", "sun", "li", "qi"))
)
_CODES: Mapping[str, Any] = {
    "adoption": words.ADOPTIONS,
    "attendance": words.ATTENDANCES,
    "change": words.CHANGES,
    "decision": words.DECISIONS,
    "effect": words.EFFECTS,
    "fault": words.FAULTS,
    "finding": words.FINDINGS,
    "ground": words.GROUNDS,
    "measure": words.MEASURES,
    "package_reason": words.PACKAGE_REASONS,
    "recommendation": words.RECOMMENDATIONS,
    "result": words.RESULTS,
    "step": words.STEPS,
    "trigger": words.FURTHER_TRIGGERS,
}
_ON_CASES = [row for row in TRACK_ROWS if row.action.startswith("case.")]
_WEIGHTS = {
    "package": 7,
    "recommendation": 3,
    "suggestion": 3,
    "instruction": 3,
    **dict.fromkeys(("supervision", "rectification", "correction", "escalation", "coordination", "dissent"), 2),
}
_PROCEDURE: tuple[tuple[str, dict[str, Any]], ...] = (
    ("case.accepted.v1", {"category": "31_6"}),
    ("case.classified.v1", {"category": "suggestion"}),
    ("case.reclassified.v1", {"category": "31_6"}),
    ("case.replied.v1", {"means": "post"}),
    ("case.opinion_issued.v1", {"outcome": "explain"}),
    ("case.opinion_served.v1", {"means": "post"}),
    ("case.reopened.v1", {"reopening": "dissatisfied"}),
    ("case.reopened.v1", {"reopening": "new_facts"}),
    ("case.concluded.v1", {"conclusion": "answered"}),
    ("case.linked.v1", {"other_case": case_id(7), "link": "same_matter"}),
    ("case.withdrawn.v1", {"way": "paper"}),
)


def track_history(seed: int, cases: int, days: int = 500) -> list[Act]:
    """Return the acts of cases, conferences, receptions, mandates and appointments, as they were recorded."""
    chance = random.Random(seed)
    acts: list[Act] = []
    for leader, post, office in LEADERS:
        acts += _tenures(chance, leader, post, office)
    for number in range(cases):
        told = _Stream(chance, f"case/{case_id(5000 + number)}", BEGAN_MS + chance.randrange(days * DAY_MS), _ON_CASES)
        acts += told.case()
    for stream in ("conference/city", "conference/county-a", "bulletin/housing", "bulletin/roads", "mandate/one"):
        family = stream.partition("/")[0] + "."
        rows = [row for row in TRACK_ROWS if row.action.startswith(family)]
        acts += _Stream(chance, stream, BEGAN_MS + chance.randrange(60 * DAY_MS), rows).docket(cases // 2)
    return sorted(acts, key=lambda act: act.recorded_ms)


def _tenures(chance: random.Random, leader: str, post: str, office: str) -> list[Act]:
    """A leader's tenures in one post: the first from before everything, one ended at times, and taken up again.

    Whoever takes up a post is designated as chief from a month later on, until his tenure ends.
    """
    stream, name = f"people/{office}", {"officer": leader, "post": post}
    acts = [Act(stream, "people.officer_appointed.v1", {**name, "from_on": "2015-01-01"}, recorded_ms=BEGAN_MS)]
    chief = {**name, "designation": "chief", "from_on": _day(BEGAN_MS + 30 * DAY_MS)}
    acts.append(Act(stream, "people.leader_designated.v1", chief, recorded_ms=BEGAN_MS + 1))
    if chance.random() < 0.7:
        ended = BEGAN_MS + chance.randrange(100, 300) * DAY_MS
        public = {**name, "on": _day(ended - 2 * DAY_MS)}
        acts.append(Act(stream, "people.tenure_ended.v1", public, recorded_ms=ended))
        over = {"officer": leader, "designation": "chief", "on": public["on"]}
        acts.append(Act(stream, "people.designation_ended.v1", over, recorded_ms=ended + 1))
        if chance.random() < 0.6:
            again = ended + chance.randrange(5, 90) * DAY_MS
            public = {**name, "from_on": _day(again)}
            acts.append(Act(stream, "people.officer_appointed.v1", public, recorded_ms=again))
            chief = {**public, "designation": "chief"}
            acts.append(Act(stream, "people.leader_designated.v1", chief, recorded_ms=again + 1))
    return acts


def _day(milliseconds: int) -> str:
    return date.fromtimestamp(milliseconds / 1000).isoformat()


class _Stream:
    """One stream as it goes: what is alive in it, by the number of the act that opened it."""

    def __init__(self, chance: random.Random, stream: str, began_ms: int, rows: list[Row]) -> None:
        self.chance, self.stream, self.now_ms, self.rows = chance, stream, began_ms, rows
        self.acts: list[Act] = []
        self.live: dict[int, tuple[str, str]] = {}
        self.proposed = 1
        self.key = sha256(stream.encode()).hexdigest()
        self.office = chance.choice(UNITS)

    def case(self) -> list[Act]:
        """A case: the procedure goes on, and its tracks beside it."""
        public: dict[str, Any] = {
            "capacity": OFFICES[self.office][1],
            "to_office": self.office,
            "petitioner_key": self.key,
        }
        channel = self.chance.choice(["online", "suggestion"])
        self._add("case.submitted.v1", {**public, "channel": channel}, "")
        self._add("case.registered.v1", {"capacity": public["capacity"], "channel": channel}, self.office)
        for _ in range(self.chance.randrange(4, 40)):
            self.now_ms += int(self.chance.expovariate(1 / (8 * DAY_MS)))
            kind = self.chance.random()
            if kind < 0.72:
                self._track()
            elif kind < 0.86:
                self._add(*self.chance.choice(_PROCEDURE), self.office)
            elif kind < 0.99:
                self._rate_or_pass()
            else:
                self._add("case.diverted_discipline.v1", {}, self.office)
        return self.acts

    def docket(self, count: int) -> list[Act]:
        """A stream of its own: only its tracks."""
        if self.stream.startswith("mandate/"):
            self._add("mandate.opened.v1", {**TRACK_PUBLIC["mandate.opened.v1"][1], "until_on": "2024-06-30"}, "city")
            self.live[1] = ("mandate", "OPEN")
            self.rows = [row for row in self.rows if row.track != "mandate"]
        for _ in range(count):
            self.now_ms += int(self.chance.expovariate(1 / (6 * DAY_MS)))
            self._track()
        return self.acts

    def _rate_or_pass(self) -> None:
        if self.chance.random() < 0.6:
            rating = self.chance.choice(["satisfied", "basically_satisfied", "dissatisfied"])
            public = {"of": "competent_unit", "office": self.office, "round": 1, "rating": rating}
            self._add("case.rated.v1", public, "")
        else:
            to = self.chance.choice(UNITS)
            self._add(
                "case.transferred.v1", {"to_office": to, "basis": "22_1", "capacity": OFFICES[to][1]}, self.office
            )
            self.office = to

    def _track(self) -> None:
        """Open something, or move something that lives; one in twelve acts names whatever it likes."""
        packaged = any(found == ("package", state) for found in self.live.values() for state in _OPEN_PACKAGE)
        could: list[tuple[Row, int]] = []
        for row in self.rows:
            weight = _WEIGHTS.get(row.track, 1)
            if row.opens and not (row.track == "package" and packaged):
                could += [(row, 0)] * weight
            for item, (track, state) in self.live.items():
                if row.track == track and (state in row.moves or self.chance.random() < 0.01):
                    could += [(row, item)] * (2 * weight)
        row, item = self.chance.choice(could)
        seq = len(self.acts) + 1
        public = self._public(row, item)
        if row.opens:
            self.live[seq] = (row.track, next(iter(row.moves.values())))
        elif self.live[item][1] in row.moves:
            self.live[item] = (row.track, row.moves[self.live[item][1]])
        self._add(
            row.action, public, "" if row.action == "case.supervision_requested.v1" else self.chance.choice([*OFFICES])
        )
        if row.action == "case.package_hand_over_proposed.v1":
            self.proposed = seq

    def _public(self, row: Row, item: int) -> dict[str, Any]:
        """The sample's fields, with values of their kinds drawn anew; what may be left out is left out at times."""
        public = dict(TRACK_PUBLIC[row.action][1])
        for name in [*public]:
            if name in TRACK_OPTIONAL.get(row.action, ()) and self.chance.random() < 0.4:
                del public[name]
            elif name in _CODES and isinstance(public[name], str):
                public[name] = self.chance.choice([*_CODES[name]])
            elif name in ("unit", "concerning", "member"):
                public[name] = self.chance.choice(UNITS)
            elif name in ("due_on", "until_on", "plan_due_on"):
                public[name] = _day(self.now_ms + self.chance.randrange(-2, 70) * DAY_MS)
        if "leader" in public:
            named = zip(("leader", "leader_post", "leader_office"), self.chance.choice(LEADERS), strict=True)
            public |= {name: value for name, value in named if name in public}
        if "item" in public:
            public["item"] = item
        if "confirmed" in public:
            public["confirmed"] = self.proposed
        return public

    def _add(self, action: str, public: Mapping[str, Any], office: str) -> None:
        age = self.chance.choice([60_000, 3_600_000, 3_600_000, DAY_MS, 9 * DAY_MS, -DAY_MS])
        role, key = ("handler", "") if office else ("petitioner", self.key)
        self.acts.append(Act(self.stream, action, public, office, role, self.now_ms, age, key))


_OPEN_PACKAGE = ("ASSIGNED", "HELD", "HANDING")
