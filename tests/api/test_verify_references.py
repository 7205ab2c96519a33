"""What an act says of other streams is checked when it is recorded, and again by a verification that trusts nobody."""

from __future__ import annotations

from typing import Any

import pytest

from api.actions import new_case
from api.main import Application
from api.policy import DomainPolicy
from api.registrars import Registrars
from api.settings import Settings
from api.verify.run import verify_database
from audit.faults import Kind
from domain.errors import TransitionRefused
from domain.tracks.draw import draw, population_digest
from tests.api.conftest import found
from tests.api.test_tracks import PLAN, in_days, perform
from tests.postgres_server import PostgresServer

UNKNOWN = "0" * 32
LETTER = {"channel": "letter", "capacity": "competent_unit"}


@pytest.fixture(scope="module")
def founded_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """A ledger with a petition office, a unit and a joint conference, to be copied for each test."""
    folder = tmp_path_factory.mktemp("tracks")
    return found(folder / "home", f"sqlite:///{folder / 'sundial.db'}", PLAN)


@pytest.fixture(scope="module")
def founded_postgres(tmp_path_factory: pytest.TempPathFactory, postgres_server: PostgresServer) -> Settings:
    return found(tmp_path_factory.mktemp("tracks") / "home", postgres_server.create_database(), PLAN)


@pytest.fixture
def careless(application: Application, monkeypatch: pytest.MonkeyPatch) -> Application:
    """The same ledger, run by somebody who left that check out."""
    monkeypatch.setattr(DomainPolicy, "check_elsewhere", lambda *_: None)
    return application


def _cases(application: Application, count: int, office: str = "works") -> list[str]:
    streams = [new_case() for _ in range(count)]
    capacity = "petition_office" if office == "bureau" else "competent_unit"
    for stream in streams:
        perform(application, stream, "case.registered.v1", {**LETTER, "capacity": capacity}, office, "intake")
    return sorted(stream.partition("/")[2] for stream in streams)


def _mandate(application: Application) -> None:
    period = {"from_on": in_days(application, -1), "until_on": in_days(application, 30)}
    opened = {"mandate": "random", "units": ["works"], **period}
    perform(application, "mandate/m", "mandate.opened.v1", opened, "bureau", "inspector", matter="抽查")


def _decision(application: Application, decision: str, **about: str) -> int:
    """Hold a meeting and let it decide; return the number of its decision."""
    stream, chair = "conference/congress", ("congress", "supervisor")
    registrars = Registrars(application.desk, application.key("registrar-1"), application.key("registrar-2"))
    if not list(application.ledger.stream_entries(stream)):
        chief = {"officer": "officer-congress", "post": "board", "designation": "chief", "from_on": "2020-01-01"}
        registrars.publish("people/congress", "people.leader_designated.v1", chief)
    number = len(list(application.ledger.stream_entries(stream))) + 1
    meeting = {"form": "working", "due_on": in_days(application, 1)}
    perform(application, stream, "conference.convened.v1", meeting, *chair)
    presided = {"item": number, "leader": "officer-congress", "leader_post": "board", "leader_office": "congress"}
    perform(application, stream, "conference.presided.v1", presided, *chair)
    public = {"meeting": number, "decision": decision, **about}
    perform(application, stream, "conference.decided.v1", public, *chair, text="决定")
    return number + 2


def _faults(application: Application) -> list[tuple[int, str]]:
    application.views.catch_up()
    found = verify_database(application.settings).faults
    assert {fault.kind for fault in found} <= {Kind.UNLAWFUL}
    return [(fault.index, fault.detail) for fault in found]


def _draw(application: Application, population: list[str], **fixed: Any) -> tuple[int, int]:
    """Fix a population and draw two of it by the newest checkpoint; return the indices of both acts."""
    _mandate(application)
    public = {"population": population_digest(population), "size": len(population), **fixed}
    at = perform(application, "mandate/m", "mandate.population_fixed.v1", public, "bureau", "inspector")
    _cases(application, 1)
    application.ledger.checkpoint()
    size = application.ledger.head().size
    root = application.ledger.root(size)
    chosen = list(draw(population, 2, root))
    drawn = {"item": 2, "checkpoint_size": size, "root": root.hex(), "count": 2, "drawn": chosen}
    return at, perform(application, "mandate/m", "mandate.drawn.v1", drawn, "bureau", "inspector")


def test_a_draw_from_all_cases_of_a_mandate_is_drawn_again(application: Application) -> None:
    cases = _cases(application, 5)
    _cases(application, 2, "bureau")
    _draw(application, cases, members="held")
    assert _faults(application) == []


def test_a_population_that_leaves_a_case_out_is_found_and_so_is_its_draw(careless: Application) -> None:
    application = careless
    cases = _cases(application, 5)
    fixed, drawn = _draw(application, cases[1:], members="open")
    assert [index for index, _ in _faults(application)] == [fixed, drawn]


def test_a_drawn_case_that_there_is_not_or_that_no_unit_had_is_found(careless: Application) -> None:
    application = careless
    cases = [*_cases(application, 1, "bureau"), UNKNOWN]
    _, drawn = _draw(application, cases)
    assert [index for index, _ in _faults(application)] == [drawn]


def test_a_seed_that_is_no_checkpoint_is_found(careless: Application) -> None:
    application = careless
    _mandate(application)
    listed = {"population": "5a" * 32, "size": 40, "checkpoint_size": 3, "root": "5b" * 32}
    index = perform(application, "mandate/m", "mandate.list_fixed.v1", listed, "bureau", "inspector")
    [(found, detail)] = _faults(application)
    assert found == index
    assert "checkpoint of size 3" in detail


def test_cases_and_decisions_that_acts_name_are_looked_up(careless: Application) -> None:
    application = careless
    one, other = (f"case/{number}" for number in _cases(application, 2))
    linked = {"other_case": other.partition("/")[2], "link": "same_matter"}
    perform(application, one, "case.linked.v1", linked, "works", "handler")
    decided = _decision(application, "talk", case=one.partition("/")[2])
    step = {"unit": "works", "step": "talk", "decision": decided}
    perform(application, one, "case.escalated.v1", step, "congress", "leader")
    assert _faults(application) == []
    wrong = [
        perform(application, one, "case.linked.v1", {**linked, "other_case": UNKNOWN}, "works", "handler"),
        perform(application, other, "case.escalated.v1", step, "congress", "leader"),
        perform(application, one, "case.escalated.v1", {**step, "step": "circular"}, "congress", "leader"),
        perform(application, one, "case.escalated.v1", {**step, "decision": 99}, "congress", "leader"),
    ]
    assert [index for index, _ in _faults(application)] == wrong
    before = len(wrong)
    _decision(application, "policy", case=UNKNOWN)
    assert len(_faults(application)) == before + 1


def test_a_replayed_case_lies_within_the_mandate(careless: Application) -> None:
    application = careless
    [ours], [theirs] = _cases(application, 1), _cases(application, 1, "bureau")
    _mandate(application)
    public = {"ground": "routine"}
    for number in (ours, theirs):
        index = perform(
            application,
            "mandate/m",
            "mandate.replayed.v1",
            {**public, "case": number},
            "bureau",
            "inspector",
            reason_text="抽查",
        )
    [(found, detail)] = _faults(application)
    assert found == index
    assert "works" in detail


def test_what_is_not_so_is_refused_before_it_is_recorded(application: Application) -> None:
    [one], [theirs] = _cases(application, 1), _cases(application, 1, "bureau")
    _mandate(application)
    size = application.ledger.head().size
    linked = {"other_case": UNKNOWN, "link": "same_matter"}
    step = {"unit": "works", "step": "talk", "decision": 99}
    listed = {"population": "5a" * 32, "size": 40, "checkpoint_size": 3, "root": "5b" * 32}
    fixed = {"population": population_digest([one, UNKNOWN]), "size": 2, "members": "held"}
    replayed = {"case": theirs, "ground": "routine"}
    inspector = ("bureau", "inspector")
    for code, stream, action, public, office, role, sealed in (
        ("no_such_case", f"case/{one}", "case.linked.v1", linked, "works", "handler", {}),
        ("no_decision", f"case/{one}", "case.escalated.v1", step, "congress", "leader", {}),
        ("no_checkpoint", "mandate/m", "mandate.list_fixed.v1", listed, *inspector, {}),
        ("population", "mandate/m", "mandate.population_fixed.v1", fixed, *inspector, {}),
        ("outside_mandate", "mandate/m", "mandate.replayed.v1", replayed, *inspector, {"reason_text": "抽查"}),
    ):
        with pytest.raises(TransitionRefused) as refused:
            perform(application, stream, action, public, office, role, **sealed)
        assert refused.value.code == code
    assert application.ledger.head().size == size
    assert _faults(application) == []
