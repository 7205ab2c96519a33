"""Signing in at a demonstration: one account a role, shown at its door and at no other ledger's."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from starlette.testclient import TestClient

from api.access.sessions import Sessions
from api.demo.doors import PLACES, Doors, doors_of, open_doors
from api.errors import UsageRefused
from api.main import Application
from api.settings import Settings
from projections.supervision_mandates import mandates
from tests.api.clients import enter, open_door, signed_in
from tests.api.conftest import runner
from tests.api.demo_city import open_city

CASE = "0" * 32


@pytest.fixture
def city(demo_home: Settings) -> Iterator[Application]:
    """A demonstration of the test's own, open."""
    with open_city(demo_home) as opened:
        yield opened


@pytest.fixture
def sessions(city: Application) -> Iterator[Sessions]:
    """Its door, which costs nothing to try."""
    with open_door(city, city.settings.access_file) as made:
        yield made


def _enter(city: Application, sessions: Sessions, doors: Doors, name: str) -> TestClient:
    account = next(one for one in doors.accounts if one.name == name)
    with signed_in(city, sessions) as client:
        answer = enter(client, name=name, password=account.password)
        assert answer.status_code == 303
        return client


def test_there_is_an_account_a_role_and_each_opens_what_its_post_may_see(city: Application, sessions: Sessions) -> None:
    doors = open_doors(city, sessions, CASE)
    assert [one.name for one in doors.accounts] == [place.account for place in PLACES]
    assert open_doors(city, sessions, CASE) == doors == doors_of(city.settings)
    assert city.settings.demo_doors.stat().st_mode & 0o077 == 0
    listed = {}
    for account in doors.accounts:
        answer = _enter(city, sessions, doors, account.name).get("/api/overdue")
        assert answer.status_code == 200, account.name
        listed[account.name] = {row["unit"] for row in answer.json()["rows"]}
    assert listed["head"] == {"renewal"} < listed["inspector"] < listed["supervisor"]


def test_its_supervisor_and_its_inspector_hold_an_open_mandate_on_its_last_day(city: Application) -> None:
    held = {
        row.office: row.units for row in mandates(city.reader, city.clock(), standing="open").rows if not row.lapsed
    }
    assert held == {"supervision": ("guicheng",), "discipline": ("housing",)}


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_door_of_a_demonstration_shows_its_names_and_passwords(
    city: Application, sessions: Sessions, lang: str
) -> None:
    doors = open_doors(city, sessions, CASE)
    with signed_in(city, sessions) as client:
        page = client.get(f"/sign-in?lang={lang}").text
    assert all(one.name in page and one.password in page for one in doors.accounts)
    assert doors.code in page


def test_the_code_opens_the_one_case(city: Application, sessions: Sessions) -> None:
    doors = open_doors(city, sessions, CASE)
    with signed_in(city, sessions) as client:
        assert enter(client, code=doors.code).status_code == 303


def test_a_ledger_that_is_no_demonstration_has_no_such_accounts(city: Application, sessions: Sessions) -> None:
    open_doors(city, sessions, CASE)
    city.settings.demo_marker.unlink()
    assert doors_of(city.settings) == Doors()
    with pytest.raises(UsageRefused):
        open_doors(city, sessions, CASE)


def test_the_command_prints_them(demo_home: Settings) -> None:
    told = runner(demo_home)("demo", "--no-serve", "--json").json
    assert {one["name"] for one in told["accounts"]} == {place.account for place in PLACES}
    text = runner(demo_home)("demo", "--no-serve").out
    assert all(one["password"] in text for one in told["accounts"])
