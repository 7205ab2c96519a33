"""The petitioner's page: the own case and no other, in plain language, with the next legal date and why."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from api.access.sessions import Sessions
from api.http.petitioner_pages import PLAIN, TOLD, steps, waiting
from api.main import Application
from api.queries import ask_explanations, ask_timeline
from api.settings import Settings
from api.wording import Wording
from domain.vocabulary import STATES
from projections.overdue import overdue
from tests.api.clients import enter, open_door, signed_in
from tests.api.demo_city import open_city


@pytest.fixture(scope="module")
def city(demo_city: Settings) -> Iterator[Application]:
    """The demonstration city, open."""
    with open_city(demo_city) as opened:
        yield opened


@pytest.fixture
def door(city: Application, tmp_path: Path) -> Iterator[Sessions]:
    """A real door."""
    with open_door(city, tmp_path / "access.db") as sessions:
        yield sessions


@pytest.fixture(scope="module")
def case(city: Application) -> str:
    """A case of which a clock is overdue."""
    return overdue(city.reader, city.clock()).rows[0].case


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_code_opens_the_own_case_with_its_next_date_and_the_reason(
    city: Application, door: Sessions, case: str, lang: str
) -> None:
    code = door.issue_code(case)
    with signed_in(city, door) as client:
        opened = enter(client, code=code)
        assert (opened.status_code, opened.headers["location"]) == (303, "/my-case")
        page = client.get(f"/my-case?lang={lang}").text
    clocks = waiting(ask_explanations(city, case, city.clock()))
    assert clocks
    assert [clock.due.on for clock in clocks] == sorted(clock.due.on for clock in clocks)
    on = clocks[0].due.on
    assert (f"{on.year}年{on.month}月{on.day}日" if lang == "zh" else on.isoformat()) in page
    assert Wording(lang)("my_case.why") in page
    assert page.count("<summary>") == len(clocks)


def test_every_step_of_the_procedure_is_told_and_no_officer_by_name(
    city: Application, door: Sessions, case: str
) -> None:
    acts = ask_timeline(city, case).acts
    told = [act for act in acts if act.action in TOLD or act.role == "petitioner"]
    with signed_in(city, door, case=case) as client:
        page = client.get("/my-case").text
    assert len(re.findall("<h3>", page)) == len(steps(acts)) + page.count("<summary>")
    assert len(steps(acts)) <= len(told)
    assert "officer-" not in page
    assert not any(act.role in ("supervisor", "inspector") for act in steps(acts))


def test_a_code_opens_no_other_case(city: Application, door: Sessions, case: str) -> None:
    other = next(row.case for row in overdue(city.reader, city.clock()).rows if row.case != case)
    with signed_in(city, door, case=case) as client:
        assert other not in client.get("/my-case").text
        assert client.get(f"/cases/{other}").status_code in (403, 404)


def test_without_a_code_the_page_leads_to_the_door(city: Application, door: Sessions) -> None:
    with signed_in(city, door) as client:
        answer = client.get("/my-case", headers={"accept": "text/html"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in?next=%2Fmy-case")


def test_a_revoked_code_and_its_session_open_nothing_any_more(city: Application, door: Sessions, case: str) -> None:
    code = door.issue_code(case)
    with signed_in(city, door, case=case) as client:
        assert client.get("/my-case").status_code == 200
        door.revoke_codes(case)
        assert client.get("/my-case", headers={"accept": "text/html"}).status_code == 303
        assert enter(client, code=code).status_code == 401


def test_every_state_with_a_sentence_is_a_state() -> None:
    assert set(PLAIN) <= set(STATES)
    assert all(Wording(lang)(f"my_case.{key}") for key in PLAIN.values() for lang in ("zh", "en"))
