"""What happens in the shared fixture: which case has which acts, by whom and when. The same for the same numbers.

A story is a lawful run of acts; a case that is cut short has its first acts only, and stays open. Two years, and twelve
bureaus under two petition offices.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from hashlib import sha256
from typing import Any, NamedTuple

from api.founding import OfficePlan, OfficerPlan, Plan, PostPlan, Role
from domain.schema import CIVIL

SEED = 4
BUREAUS = [f"bureau-{number:02}" for number in range(1, 13)]
COUNTIES = ["county-a", "county-b"]
DUTIES: list[Role] = ["intake", "handler", "head", "leader", "supervisor"]
FIRST = datetime(2023, 1, 4, 8, 30, tzinfo=CIVIL)
LAST_DAY = date(2024, 12, 31)

DAY_MS = 86_400_000
FIRST_MS = int(FIRST.timestamp()) * 1000
END_MS = int(datetime(2025, 1, 1, tzinfo=CIVIL).timestamp()) * 1000
_CASE_BITS, _STEP_BITS = 24, 4

PLAN = Plan(
    origin="sundial.example/fixture",
    offices=[
        OfficePlan(office="city", kind="petition_office", name_zh="市信访局"),
        *(
            OfficePlan(office=name, kind="petition_office", name_zh=f"{name} 信访局", parent="city")
            for name in COUNTIES
        ),
        *(
            OfficePlan(office=name, kind="competent_unit", name_zh=f"{name} 局", parent=COUNTIES[number % 2])
            for number, name in enumerate(BUREAUS)
        ),
    ],
    posts=[
        PostPlan(office=name, post="desk", name_zh="经办岗", duties=DUTIES) for name in ("city", *COUNTIES, *BUREAUS)
    ],
    officers=[
        OfficerPlan(officer=f"officer-{name}", office=name, post="desk", from_on=date(2020, 1, 1))
        for name in ("city", *COUNTIES, *BUREAUS)
    ],
)


class Step(NamedTuple):
    """One act of a story: in which role, which act, with which public fields, and days after the one before."""

    role: str
    action: str
    public: Mapping[str, Any]
    days: float
    upper: bool = False


_DIRECT = Step("intake", "case.registered.v1", {"capacity": "competent_unit", "channel": "letter"}, 0)
_ABOVE = Step("intake", "case.registered.v1", {"capacity": "petition_office", "channel": "online"}, 0, True)
_PASSED = Step("intake", "case.transferred.v1", {"basis": "22_1", "capacity": "competent_unit"}, 6, True)
_RECEIVED = Step("intake", "case.notice_served.v1", {"means": "post", "notice": "received"}, 5)
_ACCEPTED = Step("intake", "case.accepted.v1", {"category": "31_6"}, 4)
_TOLD = Step("intake", "case.notice_served.v1", {"means": "post", "notice": "accepted"}, 1)
_PACKAGED = Step("head", "case.package_assigned.v1", {"leader_post": "desk", "package_reason": "major"}, 2, True)
_OPINION = Step("head", "case.opinion_issued.v1", {"outcome": "explain"}, 40)
_SERVED = Step("intake", "case.opinion_served.v1", {"means": "in_person"}, 3)
_TAKEN = Step("leader", "case.package_accepted.v1", {"item": 2}, 2)
_RESOLVED = Step("leader", "case.package_resolved.v1", {"item": 2, "result": "explained"}, 2)

STORIES: Sequence[Sequence[Step]] = (
    (_DIRECT, _RECEIVED, _ACCEPTED, _OPINION, _SERVED),
    (_DIRECT, _ACCEPTED, _TOLD, _OPINION, _SERVED),
    (_ABOVE, _PASSED, _RECEIVED, _ACCEPTED, _OPINION, _SERVED),
    (_DIRECT, _RECEIVED, _ACCEPTED, _OPINION, _SERVED),
)
# One case in nine, of those that the bureaus receive themselves, has a leader who answers for it.
_LED = (_DIRECT, _PACKAGED, _TAKEN, _ACCEPTED, _TOLD, _OPINION, _SERVED, _RESOLVED)
_LED_EACH, _LED_DAYS = 9, 60
# One case in six stops somewhere; the shorter stories make room for the longer ones.
_CUT = 6


class Planned(NamedTuple):
    """One act to come: of which case, its place there from 1, the act, by which office, and when (Unix ms)."""

    case: int
    seq: int
    step: Step
    office: str
    recorded_ms: int


def case_id(number: int) -> str:
    """Return a case id that looks random and is not."""
    return sha256(b"fixture %d" % number).hexdigest()[:32]


def bureau_of(case: int) -> int:
    """Return the number of the bureau that a case is about."""
    return (case * 2_654_435_761 >> 16) % len(BUREAUS)


def story_of(case: int) -> Sequence[Step]:
    """Return the whole story of a case."""
    return _LED if case % _LED_EACH == 1 else STORIES[case % len(STORIES)]


def schedule(cases: int, acts: int) -> Iterator[Planned]:
    """Yield exactly so many acts of so many cases in the order of their recording.

    Raises ValueError if the stories cannot be cut to that number.
    """
    lengths = _lengths(cases, acts)
    chance = random.Random(SEED)
    order = []
    for case, length in enumerate(lengths):
        story = story_of(case)
        # Half of the cases that are cut short began in the last weeks and wait; the others have been left lying.
        recent = length < len(story) and chance.random() < 0.5
        first, last = (END_MS - 40 * DAY_MS, END_MS) if recent else (FIRST_MS, END_MS - 110 * DAY_MS)
        moment = first + int(chance.random() * (last - first))
        for number in range(length):
            moment += int(story[number].days * DAY_MS * (0.3 + chance.random()))
            order.append(min(moment, END_MS - 1) << _CASE_BITS + _STEP_BITS | case << _STEP_BITS | number)
    order.sort()
    last = 0
    for packed in order:
        case, number = packed >> _STEP_BITS & (1 << _CASE_BITS) - 1, packed & (1 << _STEP_BITS) - 1
        last = max(last, packed >> _CASE_BITS + _STEP_BITS)
        step, bureau = story_of(case)[number], bureau_of(case)
        yield Planned(case, number + 1, step, COUNTIES[bureau % 2] if step.upper else BUREAUS[bureau], last)


def public_of(planned: Planned) -> dict[str, Any]:
    """Return the public fields of an act."""
    if planned.step.action == "case.transferred.v1":
        return {**planned.step.public, "to_office": BUREAUS[bureau_of(planned.case)]}
    if planned.step is _PACKAGED:
        due_on = datetime.fromtimestamp(planned.recorded_ms // 1000 + _LED_DAYS * 86_400, CIVIL).date().isoformat()
        bureau = BUREAUS[bureau_of(planned.case)]
        leader = {"leader": f"officer-{bureau}", "leader_office": bureau}
        return {**planned.step.public, **leader, "due_on": due_on}
    return dict(planned.step.public)


def _lengths(cases: int, acts: int) -> list[int]:
    """Cut every sixth story short, then these and others by an act each until the number is right."""
    chance = random.Random(SEED + 1)
    wholes = [len(story_of(case)) for case in range(cases)]
    lengths = [chance.randrange(1, whole) if case % _CUT == 0 else whole for case, whole in enumerate(wholes)]
    left = sum(lengths) - acts
    for case in (*range(0, cases, _CUT), *range(cases)):
        if left > 0 and lengths[case] > 1:
            lengths[case], left = lengths[case] - 1, left - 1
        elif left < 0 and lengths[case] < wholes[case]:
            lengths[case], left = lengths[case] + 1, left + 1
    if left:
        raise ValueError("no such number of acts")
    return lengths
