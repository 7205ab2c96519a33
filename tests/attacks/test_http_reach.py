"""Reaching over HTTP for what is not one's own: other cases, other roles' routes, other people's names, files, pages.

The demonstration city is attacked with real sessions. What is out of reach is answered as if it were not there.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from api.access.bounds import mandated_units
from api.access.rows import TABLE
from api.access.sessions import COOKIE, Sessions
from api.demo.doors import PLACES
from api.main import Application
from api.settings import Settings
from domain.people import NOW
from projections.overdue import overdue
from projections.supervision_mandates import mandates
from tests.api.clients import enter, open_door, signed_in, token_of
from tests.api.demo_city import open_city

SCRIPT = "<script>alert('日晷')</script>\"'><img src=x onerror=alert(1)>"
CLIMBS = (
    "../demo.json",
    "..%2fdemo.json",
    "%2e%2e/%2e%2e/keystore.db",
    "....//access.db",
    "/etc/passwd",
    "x.css%00.png",
)


@pytest.fixture(scope="module")
def city(demo_city: Settings) -> Iterator[Application]:
    """The demonstration city, open."""
    with open_city(demo_city) as opened:
        yield opened


@pytest.fixture
def door(city: Application, tmp_path: Path) -> Iterator[Sessions]:
    """A real door with an account for each place of the demonstration."""
    with open_door(city, tmp_path / "access.db") as sessions:
        people = city.ledger.reference().people
        for place in PLACES:
            holder = next(
                officer
                for (office, post, officer), tenures in people.tenures.items()
                if (office, post) == (place.office, place.post) and tenures[-1].until == NOW
            )
            sessions.store.put_account(place.account, holder, "")
        yield sessions


@pytest.fixture(scope="module")
def foreign(city: Application) -> str:
    """A case that the renewal office never held."""
    people = city.ledger.reference().people
    for entry in city.ledger.entries():
        if entry.stream.startswith("case/"):
            case: Any = city.ledger.state(entry.stream)
            offices = {case.office, *(held.office for held in case.holdings)}
            if not any(office == "renewal" or people.is_under(office, "renewal") for office in offices):
                return entry.stream.removeprefix("case/")
    raise AssertionError("there is one")


CASE_ROUTES = sorted(path for method, path in TABLE if method == "GET" and "{case}" in path)
CASE_CHANGES = sorted(path for method, path in TABLE if method != "GET" and "{case}" in path)


def test_an_office_does_not_reach_another_offices_case_by_any_route(
    city: Application, door: Sessions, foreign: str
) -> None:
    for account in ("handler", "head"):
        with signed_in(city, door, account=account) as client:
            for path in CASE_ROUTES:
                named = re.sub(r"{(\w+)}", "json", path.replace("{case}", foreign))
                missing = client.get(named.replace(foreign, "f" * 32))
                answer = client.get(named)
                assert answer.status_code in (404, 422), (account, path)
                assert foreign not in answer.text or answer.status_code == missing.status_code, path


@pytest.mark.parametrize("path", CASE_CHANGES)
def test_an_office_changes_nothing_of_another_offices_case(
    city: Application, door: Sessions, foreign: str, path: str
) -> None:
    with signed_in(city, door, account="handler") as client:
        token = token_of(client, "/desk")
        headers = {"x-csrf-token": token, "content-type": "text/plain"}
        sent = {"data": {"csrf": token}} if path.startswith("/desk/") else {"content": b"x", "headers": headers}
        assert client.post(path.replace("{case}", foreign), **sent).status_code == 404
    assert door.store.revoke_codes(foreign, 0) == 0


def test_what_nobody_asked_for_is_not_taken_from_a_form(city: Application, door: Sessions, foreign: str) -> None:
    own = overdue(city.reader, city.clock()).rows[0].case
    door.set_password("lin", "officer-lin", "a long enough password")
    with signed_in(city, door) as client:
        more = {"officer": "officer-heng", "role": "leader", "case": foreign, "seats": "city", "kind": "staff"}
        assert enter(client, name="lin", password="a long enough password", **more).status_code == 303
        people = city.ledger.reference().people
        viewer = door.viewer(client.cookies[COOKIE], lambda: people)
        assert (viewer.officer, viewer.case, "leader" in viewer.roles) == ("officer-lin", "", False)
    with signed_in(city, door, case=own) as client:
        given = {"csrf": token_of(client, "/my-case"), "case": foreign, "code": "f" * 32}
        answer = client.post(f"/my-case/code?case={foreign}", data=given)
        assert door.viewer(answer.cookies[COOKIE], lambda: people).case == own
    assert door.store.case_of_code("f" * 32) is None


def test_a_code_does_not_reach_another_case_or_the_offices_routes(
    city: Application, door: Sessions, foreign: str
) -> None:
    own = overdue(city.reader, city.clock()).rows[0].case
    with signed_in(city, door, case=own) as client:
        for path in (*CASE_ROUTES, "/", "/lists", "/api/overdue", "/api/diff", "/figures"):
            named = re.sub(r"{(\w+)}", "json", path.replace("{case}", foreign))
            assert client.get(named).status_code in (303, 401, 403, 404, 422), path
        shown = client.get(f"/my-case?case={foreign}").text
        assert foreign not in shown.replace(f"case={foreign}", "")  # the choice of language keeps the address


def test_a_mandate_that_is_over_or_not_yet_begun_opens_nothing(city: Application) -> None:
    reader, now = city.reader, city.clock()
    closed = {row.office for row in mandates(reader, now, standing="closed").rows}
    assert "supervision" in closed
    assert mandated_units(["discipline"], reader, now) == ["housing"]
    last = next(row.until_on for row in mandates(reader, now, standing="open").rows if row.office == "discipline")
    later = now + timedelta(days=(last - now.date()).days + 2)
    assert mandated_units(["discipline"], reader, later) == []


def test_an_act_is_prepared_by_nobody_but_its_actor(city: Application, door: Sessions) -> None:
    key = city.key("officer-yan")
    actor: dict[str, Any] = {"actor": key.actor, "post": key.post, "office": key.office, "role": "inspector"}
    wish: dict[str, Any] = {
        "command": {"stream": "mandate/x", "action": "mandate.opened.v1", "public": {}, "sealed": {}},
        "actor": actor | {"key_id": key.key_id.hex()},
    }
    with signed_in(city, door, account="handler") as client:
        refused = client.post("/api/acts/prepare", json=wish)
        assert (refused.status_code, refused.json()["code"]) == (401, "sign_in_as_actor")
        # What nobody documented is not taken over: neither beside the fields nor within them.
        for more in ({"viewer": "mayor"}, {"actor": wish["actor"] | {"duties": ["head"]}}):
            assert client.post("/api/acts/prepare", json=wish | more).status_code == 422


def test_a_token_that_was_planted_or_that_an_old_session_had_opens_nothing(city: Application, door: Sessions) -> None:
    with signed_in(city, door) as client:
        client.cookies.set(COOKIE, "0" * 64)
        assert client.get("/api/overdue").status_code == 401
    with signed_in(city, door, account="handler") as client:
        assert client.get("/api/overdue").status_code == 200
        door.store.end_session(client.cookies[COOKIE])
        assert client.get("/api/overdue").status_code == 401


CHANGES = sorted(path for method, path in TABLE if method != "GET")


def test_no_change_is_taken_from_another_sites_page(city: Application, door: Sessions) -> None:
    with signed_in(city, door, account="handler") as client:
        for path in CHANGES:
            for headers in ({"origin": "https://evil.example"}, {"sec-fetch-site": "cross-site"}, {"origin": "null"}):
                answer = client.post(path.replace("{case}", "0" * 32), headers=headers)
                assert (answer.status_code, answer.json()["code"]) == (403, "foreign_origin"), (path, headers)


@pytest.fixture
def mayor(city: Application, door: Sessions) -> Iterator[TestClient]:
    """Who may look at everything."""
    with signed_in(city, door, account="mayor") as made:
        yield made


PAGES = ("/", "/lists", "/lists/overdue", "/figures", "/sign-in", "/nothing-here", "/api/overdue")


@pytest.mark.parametrize("path", PAGES)
def test_no_page_is_framed_or_runs_what_was_not_installed(mayor: TestClient, path: str) -> None:
    answer = mayor.get(path, headers={"accept": "text/html"})
    policy = answer.headers["content-security-policy"]
    assert "frame-ancestors 'none'" in policy
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert answer.headers["x-frame-options"] == "DENY"
    assert answer.headers["x-content-type-options"] == "nosniff"


def test_script_in_any_part_of_an_address_comes_back_as_text_or_not_at_all(mayor: TestClient) -> None:
    for path in PAGES:
        for field in ("unit", "leader", "as_of", "known_at", "cursor", "next", "month", "case", SCRIPT):
            for accept in ("text/html", "application/json"):
                answer = mayor.get(path, params={field: SCRIPT}, headers={"accept": accept})
                assert answer.status_code < 500, (path, field)
                if "html" in answer.headers.get("content-type", ""):
                    assert "<script>alert" not in answer.text, (path, field)
                    assert "<img src=x" not in answer.text, (path, field)
    answer = enter(mayor, name=SCRIPT, password=SCRIPT, next=SCRIPT)
    assert "<script>alert" not in answer.text


@pytest.mark.parametrize("climb", CLIMBS)
@pytest.mark.parametrize("root", ["/static/", "/tile/", "/tile/entries/"])
def test_no_address_climbs_out_of_its_folder(mayor: TestClient, root: str, climb: str) -> None:
    answer = mayor.get(root + climb)
    assert answer.status_code in (400, 404, 422)
    assert "root:" not in answer.text
    assert "ends_at" not in answer.text
