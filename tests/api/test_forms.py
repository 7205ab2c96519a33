"""Every form on every page carries a token, and nothing that a page sends is taken without it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

import pytest
from starlette.testclient import TestClient

from api.access.rows import TABLE
from api.access.sessions import Sessions
from api.access.tokens import FORM_COOKIE
from api.main import Application
from api.settings import Settings
from projections.overdue import overdue
from tests.api.clients import enter, open_door, signed_in, token_of
from tests.api.demo_city import open_city

VIEWERS = {
    "": "",
    "mayor": "officer-heng",
    "head": "officer-zheng",
    "intake": "officer-lin",
    "inspector": "officer-yan",
}
FILLED = {
    "name": "overdue",
    "action": "case.opinion_issued.v1",
    "index": "0",
    "kind": "mandate",
    "seq": "1",
    "number": "0",
}


class Form(NamedTuple):
    """A form that is posted: where it goes, and the values of its hidden fields."""

    action: str
    hidden: dict[str, str]


class Forms(HTMLParser):
    """Collects the forms of a page that are posted."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[Form] = []
        self._inside = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = dict(attrs)
        if tag == "form":
            self._inside = (told.get("method") or "get").lower() == "post"
            if self._inside:
                self.found.append(Form(told.get("action") or "", {}))
        elif tag == "input" and self._inside and told.get("type") == "hidden":
            self.found[-1].hidden[str(told.get("name"))] = told.get("value") or ""

    def handle_endtag(self, tag: str) -> None:
        self._inside = self._inside and tag != "form"


@pytest.fixture(scope="module")
def city(demo_city: Settings) -> Iterator[Application]:
    """The demonstration city, open."""
    with open_city(demo_city) as opened:
        yield opened


@pytest.fixture
def door(city: Application, tmp_path: Path) -> Iterator[Sessions]:
    """Real sessions, with an account of each kind."""
    with open_door(city, tmp_path / "access.db") as sessions:
        for name, officer in VIEWERS.items():
            sessions.store.put_account(name, officer, "")
        yield sessions


def _pages(case: str) -> Iterator[str]:
    """An address of every page; what has no page of its own is asked for as well."""
    for method, path in TABLE:
        if method == "GET" and not path.startswith(("/api/", "/static/", "/tile/", "/feeds/")):
            yield re.sub(r"{(\w+)(?::path)?}", lambda found: FILLED.get(found[1], case), path)


def _forms(client: TestClient, case: str) -> dict[str, Form]:
    """Every form that is posted, by where it goes, on any page that this client may see."""
    found: dict[str, Form] = {}
    for path in _pages(case):
        answer = client.get(path, headers={"accept": "text/html"})
        if "html" not in answer.headers.get("content-type", ""):
            continue
        parser = Forms()
        parser.feed(answer.text)
        for form in parser.found:
            assert form.hidden.get("csrf"), (path, form.action)
            found[urlsplit(form.action).path] = form
    return found


@pytest.mark.parametrize("viewer", ["", "petitioner", "head"])
def test_every_form_on_every_page_has_a_token_and_is_refused_without_it(
    city: Application, door: Sessions, viewer: str
) -> None:
    case = overdue(city.reader, city.clock()).rows[0].case
    own = case if viewer == "petitioner" else ""
    with signed_in(city, door, account="" if own else viewer, case=own) as client:
        found = _forms(client, case)
        assert "/sign-in" in found
        assert ("/sign-out" in found) == bool(viewer)
        for path, form in found.items():
            for token in ("", "guess", "f" * 64, "令牌"):
                answer = client.post(path, data={**form.hidden, "csrf": token})
                assert (answer.status_code, answer.json()["code"]) == (403, "csrf_token"), path


def test_whatever_a_page_may_send_needs_a_token_however_it_is_sent(city: Application, door: Sessions) -> None:
    changes = [path for method, path in TABLE if method != "GET" and not path.startswith("/api/")]
    assert {"/sign-in", "/sign-out"} <= set(changes)
    for account in ("", "head"):
        with signed_in(city, door, account=account) as client:
            for path in changes:
                for kind in ("application/x-www-form-urlencoded", "text/plain", "application/json", ""):
                    answer = client.post(
                        path.replace("{case}", "0" * 32), content=b"a=b", headers={"content-type": kind}
                    )
                    assert answer.status_code in (401, 403), (account, path, kind)
                    assert answer.json()["code"] in ("csrf_token", "sign_in_needed", "not_allowed"), (path, kind)


def test_a_token_is_good_for_the_browser_that_it_was_given_to(city: Application, door: Sessions) -> None:
    door.set_password("lin", "officer-lin", "a long enough password")
    said = {"name": "lin", "password": "a long enough password"}
    with signed_in(city, door) as one, signed_in(city, door) as other:
        token = token_of(one)
        cookie = one.cookies[FORM_COOKIE]
        assert token_of(one) == token
        assert token_of(other) != token
        assert other.post("/sign-in", data={"csrf": token, **said}).status_code == 403
        other.cookies.clear()
        assert other.post("/sign-in", data={"csrf": token, **said}).status_code == 403
        assert cookie not in token
        assert enter(one, **said).status_code == 303
    given = one.get("/sign-in").headers.get("set-cookie", "")
    assert FORM_COOKIE not in given  # a session has a token of its own


def test_the_cookie_of_the_form_is_unreadable_and_stays_here(city: Application, door: Sessions) -> None:
    with signed_in(city, door) as client:
        given = client.get("/sign-in").headers["set-cookie"]
    assert {"HttpOnly", "SameSite=strict", "Path=/"} <= {part.strip() for part in given.split(";")}
