"""Every route with every role against the table of rights; what is out of bounds is as good as not there."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from api.access.bounds import Bounds, OutOfBounds, UnitNeeded
from api.access.document import FILE, document
from api.access.rows import TABLE
from api.access.table import STAFF
from api.access.viewer import PUBLIC, Seat, Viewer
from api.http.app import build_app
from api.main import Application
from api.settings import Settings
from domain.case_state import Case, Holding
from projections.overdue import overdue
from tests.api.clients import FixedSessions, client_of
from tests.api.demo_city import open_city

ROLES = ("public", "petitioner", *STAFF)
REFUSED = ("sign_in_needed", "not_allowed")
CASE = "0" * 32


@pytest.fixture(scope="module")
def city(demo_city: Settings) -> Iterator[Application]:
    """The demonstration city, open."""
    with open_city(demo_city) as opened:
        yield opened


def _viewer(role: str) -> Viewer:
    if role == "public":
        return PUBLIC
    if role == "petitioner":
        return Viewer("petitioner", case=CASE, csrf="token")
    return Viewer("staff", officer="officer-x", seats=(Seat("no-such-office", "post", (role,)),), csrf="token")


@pytest.mark.parametrize("role", ROLES)
def test_every_route_lets_in_exactly_whom_the_table_names(city: Application, role: str) -> None:
    viewer = _viewer(role)
    with client_of(city, viewer) as client:
        for (method, path), row in TABLE.items():
            if path.startswith("/openapi"):
                continue
            wanted = {role, "public"} & {grant.role for grant in row.grants}
            answer = client.request(method, path.replace("{case}", CASE), follow_redirects=False)
            refused = answer.status_code in (401, 403) and answer.json()["code"] in REFUSED
            assert refused != bool(wanted), (method, path, role, answer.status_code)


def test_every_route_has_a_row_and_every_row_a_route(city: Application) -> None:
    app = build_app(city, FixedSessions(PUBLIC))
    assert set(_routes(app)) == set(TABLE)


def _routes(app: FastAPI) -> Iterator[tuple[str, str]]:
    """Every route of the application; an included router tells of its own."""
    for route in app.routes:
        contexts: list[Any] = (
            [*route.effective_route_contexts()] if hasattr(route, "effective_route_contexts") else [route]
        )
        for context in contexts:
            for method in context.methods or ():
                if method != "HEAD":
                    yield method, context.path


def test_a_route_without_a_row_is_not_there(city: Application) -> None:
    app = build_app(city, FixedSessions(_viewer("inspector")))

    @app.get("/api/forgotten")
    def forgotten() -> str:
        return "seen"

    with TestClient(app, base_url="http://127.0.0.1", raise_server_exceptions=False) as client:
        answer = client.get("/api/forgotten")
    assert (answer.status_code, "seen" in answer.text) == (404, False)


def test_a_page_that_needs_signing_in_leads_to_the_door(city: Application) -> None:
    with client_of(city, PUBLIC) as client:
        answer = client.get("/?unit=housing", headers={"accept": "text/html"}, follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in?next=%2F%3Funit%3Dhousing")


def test_an_office_sees_its_own_and_not_its_neighbours_cases(city: Application) -> None:
    page = overdue(city.reader, city.clock())
    row = next(row for row in page.rows if row.unit)
    other = next(
        slug
        for slug, office in city.ledger.reference().people.offices.items()
        if office.parent and not city.ledger.reference().people.is_under(row.unit, slug) and slug != row.unit
        if slug not in {one.unit for one in page.rows if one.case == row.case}
    )
    own = Viewer("staff", officer="officer-x", seats=(Seat(row.unit, "desk", ("handler",)),))
    with client_of(city, own) as client:
        assert client.get(f"/api/cases/{row.case}/timeline").status_code == 200
        listed = client.get("/api/overdue").json()["rows"]
        assert listed
        people = city.ledger.reference().people
        assert all(one["unit"] == row.unit or people.is_under(one["unit"], row.unit) for one in listed)
        assert client.get(f"/api/overdue?unit={other}").status_code == 404


def test_bounds_narrow_to_the_only_root_and_ask_where_there_are_several(city: Application) -> None:
    people = city.ledger.reference().people
    roots = [slug for slug, office in people.offices.items() if not office.parent]
    leaves = [slug for slug, office in people.offices.items() if office.parent][:2]
    assert Bounds(people, tuple(roots)).unit(None) is None
    assert Bounds(people, (leaves[0],)).unit(None) == leaves[0]
    with pytest.raises(OutOfBounds):
        Bounds(people, (leaves[0],)).unit("no-such-office")
    with pytest.raises(OutOfBounds):
        Bounds(people).unit(None)
    if not people.is_under(leaves[0], leaves[1]) and not people.is_under(leaves[1], leaves[0]):
        with pytest.raises(UnitNeeded):
            Bounds(people, tuple(leaves)).unit(None)


def test_a_case_diverted_to_discipline_leaves_every_units_view(city: Application) -> None:
    people = city.ledger.reference().people
    held = Case(stream=f"case/{CASE}", office="housing", holdings=(Holding("housing", "competent_unit"),))
    Bounds(people, ("housing",)).check_case(held)
    diverted = held._replace(state="DIVERTED_DISCIPLINE")
    with pytest.raises(OutOfBounds):
        Bounds(people, ("housing",)).check_case(diverted)
    Bounds(people, ("housing",), inspecting=True).check_case(diverted)


def test_a_petitioner_sees_the_one_case_of_the_code(city: Application) -> None:
    people = city.ledger.reference().people
    own = Case(stream=f"case/{CASE}", office="housing")
    Bounds(people, case=CASE).check_case(own)
    with pytest.raises(OutOfBounds):
        Bounds(people, case="1" * 32).check_case(own)


def test_the_printed_table_is_current() -> None:
    assert FILE.read_text("utf-8") == document(), "run: python -m api.access.document"


def test_the_store_is_readable_by_its_owner_alone(tmp_path: Path) -> None:
    from api.access.store import AccessStore

    AccessStore(tmp_path / "access.db").close()
    assert (tmp_path / "access.db").stat().st_mode & 0o077 == 0
