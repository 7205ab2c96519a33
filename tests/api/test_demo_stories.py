"""What there is to see in the demonstration city: every act, every tier, plausible shares, and offices that differ."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import date, datetime

import pytest

from api.demo.conference import MEETINGS
from api.demo.leaders import LEADERS
from api.demo.mandates import CRITERIA
from api.demo.tales import FIRST_DAY, LAST_DAY
from api.main import Application
from api.settings import Settings
from audit.entry import parse_entry
from audit.statement import Statement, parse_statement
from domain.cases import Case
from domain.clock import civil_day
from domain.due import due_on
from domain.events import EVENTS
from domain.people import People
from domain.reference import Reference
from domain.schema import CIVIL
from domain.vocabulary import CHANNELS, OUTCOMES
from tests.api.demo_city import open_city

EXCEPTIONS = {
    "ledger.key_rotated.v1": "the ledger's own key is changed by its operator, with the ledger closed and opened anew",
    "refused.noted.v1": "no officer of the city signs what the rules forbid: the writer would not offer it",
    "looks.recorded.v1": "nobody looks at the city while it is told; a server writes down who does",
}
"""The acts that the city does not have, and why."""


@pytest.fixture(scope="module")
def application(demo_city: Settings) -> Iterator[Application]:
    """The city, open."""
    with open_city(demo_city) as opened:
        yield opened


@pytest.fixture(scope="module")
def statements(application: Application) -> list[tuple[str, Statement]]:
    """Every act as it was signed, with its stream."""
    return [(entry.stream, parse_statement(parse_entry(entry.entry).payload)) for entry in application.ledger.entries()]


@pytest.fixture(scope="module")
def cases(application: Application) -> dict[str, Case]:
    """Every case of the city as it stands."""
    streams = sorted({entry.stream for entry in application.ledger.entries() if entry.stream.startswith("case/")})
    return {stream: application.ledger.state(stream) for stream in streams}


def _values(statements: list[tuple[str, Statement]], action: str, field: str) -> Counter[str]:
    return Counter(str(told.public[field]) for _, told in statements if told.action == action)


def test_the_city_has_every_act_that_an_ordinary_city_can_have(statements: list[tuple[str, Statement]]) -> None:
    told = {statement.action for _, statement in statements}
    absent = EVENTS.keys() - told
    assert EXCEPTIONS.keys() <= absent
    assert len(told) >= 0.9 * len(EVENTS), sorted(absent)
    assert len(absent - EXCEPTIONS.keys()) <= 0.05 * len(EVENTS), sorted(absent)


def test_it_lasts_two_years_and_a_few_acts_are_written_down_late(application: Application) -> None:
    days, late, acts = [], 0, 0
    for stored in application.ledger.entries():
        if stored.stream.startswith("case/"):
            entry = parse_entry(stored.entry)
            claimed = datetime.fromisoformat(parse_statement(entry.payload).claimed_at)
            acts += 1
            days.append(claimed.date())
            late += entry.recorded_at / 1000 - claimed.timestamp() > 5 * 86_400
    assert FIRST_DAY <= min(days) < date(2024, 7, 1)
    assert date(2026, 5, 1) < max(days) <= LAST_DAY
    assert 0 < late < acts / 20


def test_every_channel_outcome_rung_and_kind_of_recommendation_occurs(
    statements: list[tuple[str, Statement]],
) -> None:
    assert _values(statements, "case.registered.v1", "channel").keys() == CHANNELS.keys()
    assert _values(statements, "case.opinion_issued.v1", "outcome").keys() == OUTCOMES.keys()
    assert _values(statements, "case.escalated.v1", "step").keys() == {"talk", "circular", "listed", "rectify"}
    assert len(_values(statements, "case.supervision_opened.v1", "trigger")) >= 4
    assert len(_values(statements, "case.recommendation_issued.v1", "recommendation")) == 3
    assert len(_values(statements, "case.suggestion_decided.v1", "adoption")) == 3
    assert len(_values(statements, "case.routed_statutory.v1", "category")) == 5
    assert len(_values(statements, "case.rated.v1", "rating")) == 3
    assert len(_values(statements, "mandate.opened.v1", "mandate")) == 5
    assert len(_values(statements, "case.package_assigned.v1", "leader")) >= 6
    assert len(_values(statements, "conference.presided.v1", "leader")) == 2
    assert len(MEETINGS) == _values(statements, "conference.convened.v1", "form").total()
    assert sum(weight for _, weight in CRITERIA) == 100


def test_offices_stand_in_three_tiers_and_leaders_hold_posts_for_a_time(application: Application) -> None:
    reference: Reference = application.ledger.reference()
    people: People = reference.people
    tiers = Counter(len(list(people.above(slug))) + 1 for slug in people.offices)
    assert 12 <= len(people.offices) <= 15
    assert set(tiers) == {1, 2, 3}
    assert people.successor("villages") == "housing"
    for leader in LEADERS.values():
        (tenure,) = people.tenures[leader.office, leader.post, leader.officer]
        assert (tenure.ended_on is None) == (leader.until is None)
        assert "leader" in people.posts[leader.office, leader.post].duties


def test_packages_change_hands_are_resolved_or_never_close(cases: dict[str, Case]) -> None:
    packages = [case.tracks.package for case in cases.values() if case.tracks.package is not None]
    assert len(packages) >= 25
    assert any(len(package.holds) > 1 for package in packages)
    assert any(package.extensions for package in packages)
    assert any(package.late_extensions for package in packages)
    assert any(package.reopened for package in packages)
    assert any(package.reports for package in packages)
    closed = [package for package in packages if package.resolved_at is not None]
    assert any(civil_day(package.resolved_at) > package.due_on for package in closed if package.resolved_at)
    assert 5 <= len(packages) - len(closed) <= len(packages) / 2


def test_ratings_come_from_devices_printed_codes_and_staff_and_each_is_kept_apart(
    cases: dict[str, Case], statements: list[tuple[str, Statement]]
) -> None:
    custodies = Counter(rating.custody for case in cases.values() for rating in case.ratings)
    assert custodies.keys() == {"device", "printed"}
    told = _values(statements, "case.rating_reported.v1", "rating")
    assert told.total() >= 10
    assert max(len({rating.of for rating in case.ratings}) for case in cases.values()) == 2


def test_most_cases_are_on_time_one_office_shirks_and_one_is_exemplary(
    application: Application, cases: dict[str, Case]
) -> None:
    late_cases, late, all_of = 0, Counter[str](), Counter[str]()
    for case in cases.values():
        units = _late_units(application, case)
        late_cases += bool(units)
        late.update(units)
        all_of.update({clock.unit for clock in case.clocks if clock.unit})
    assert 0.18 <= late_cases / len(cases) <= 0.27
    share = {unit: late[unit] / number for unit, number in all_of.items() if number >= 20}
    assert share["ecology"] == 0.0
    assert max(share, key=lambda unit: share[unit]) == "renewal"
    assert share["renewal"] > 0.6
    assert sorted(share.values())[-2] < 0.4


def test_the_random_inspection_was_seeded_after_its_population_and_looks_at_what_it_drew(
    application: Application, statements: list[tuple[str, Statement]]
) -> None:
    (fixed,) = (told for _, told in statements if told.action == "mandate.population_fixed.v1")
    (drawn,) = (told for _, told in statements if told.action == "mandate.drawn.v1")
    at = statements.index(("mandate/random-2025-1", fixed))
    begun = {stream.removeprefix("case/") for stream, _ in statements[:at]}
    looked = {told.public["case"] for _, told in statements if told.action == "mandate.replayed.v1"}
    assert looked <= set(drawn.public["drawn"]) < begun
    assert len(drawn.public["drawn"]) == 12 < fixed.public["size"] < len(begun)
    assert application.ledger.root(drawn.public["checkpoint_size"]).hex() == drawn.public["root"]
    assert drawn.public["checkpoint_size"] > at


def _late_units(application: Application, case: Case) -> set[str]:
    """The offices that did a duty of this case late, or have not done it and should have by now."""
    reference: Reference = application.ledger.reference()
    today = application.clock().astimezone(CIVIL).date()
    found = set()
    for clock in case.clocks:
        if not clock.unit or clock.withdrawn_index is not None or (clock.closed_at is not None and not clock.met):
            continue
        done = today if clock.closed_at is None else civil_day(clock.closed_at)
        if done > due_on(clock, reference.calendars, reference.rules)[0]:
            found.add(clock.unit)
    return found
