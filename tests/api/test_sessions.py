"""Signing in: passwords, query codes, back-off, fixation, forged requests, and posts that end."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from hashlib import shake_256
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from api.access.sessions import (
    COOKIE,
    FREE_FAILURES,
    IDLE_MS,
    LASTING_MS,
    LONGEST_WAIT_MS,
    Sessions,
    SignInRefused,
    TooManyAttempts,
)
from api.access.store import AccessStore
from api.access.viewer import PUBLIC
from api.errors import ApiError
from api.http.signin import local_path
from api.main import Application
from domain.people import NO_PEOPLE, Office, People, Post, Tenure
from tests.api.clients import CHEAP, enter, signed_in, token_of

PASSWORD = "a long enough password"
CASE = "c" * 32


def nobody() -> People:
    """A directory without anybody in it."""
    return NO_PEOPLE


@dataclass
class SimulatedTime:
    """Unix milliseconds that go on only when told to."""

    now: int = 1_900_000_000_000

    def __call__(self) -> int:
        return self.now


@pytest.fixture
def time() -> SimulatedTime:
    """A clock."""
    return SimulatedTime()


@pytest.fixture
def sessions(tmp_path: Path, time: SimulatedTime) -> Iterator[Sessions]:
    """A door with one account and one query code."""
    count = iter(range(1, 10_000))
    store = AccessStore(tmp_path / "access.db")
    door = Sessions(store, time, lambda size: shake_256(str(next(count)).encode()).digest(size), CHEAP)
    door.set_password("shen", "officer-shen", PASSWORD)
    store.add_code("f" * 32, CASE, time())
    yield door
    store.close()


def test_a_password_opens_a_session_and_nothing_else_does(sessions: Sessions) -> None:
    token = sessions.sign_in("shen", PASSWORD, "here")
    assert sessions.viewer(token, nobody).officer == "officer-shen"
    for name, password in (("shen", "wrong"), ("nobody", PASSWORD), ("shen", ""), ("", ""), ("shen", PASSWORD + " ")):
        with pytest.raises(SignInRefused):
            sessions.sign_in(name, password, f"elsewhere {name} {password}")
    assert sessions.viewer("0" * 64, nobody) == PUBLIC


def test_the_file_holds_neither_password_nor_token_nor_code(sessions: Sessions, tmp_path: Path) -> None:
    token = sessions.sign_in("shen", PASSWORD, "here")
    data = b"".join(file.read_bytes() for file in tmp_path.iterdir())
    for secret in (PASSWORD, token, "f" * 32):
        assert secret.encode() not in data
    assert bytes.fromhex(token) not in data


def test_failures_make_the_next_attempt_wait_twice_as_long(sessions: Sessions, time: SimulatedTime) -> None:
    for _ in range(FREE_FAILURES):
        with pytest.raises(SignInRefused):
            sessions.sign_in("shen", "wrong", "there")
    waited = []
    for _ in range(24):
        with pytest.raises(SignInRefused):
            sessions.sign_in("shen", "wrong", "there")
        with pytest.raises(TooManyAttempts):
            sessions.sign_in("shen", PASSWORD, "there")
        until = sessions.store.waiting_until("account:shen")
        waited.append(until - time.now)
        time.now = until
    assert waited[:3] == [1_000, 2_000, 4_000]
    assert waited[-1] == LONGEST_WAIT_MS
    assert sessions.sign_in("shen", PASSWORD, "there")


def test_guessing_codes_is_slowed_down_by_address(sessions: Sessions) -> None:
    for _ in range(FREE_FAILURES + 1):
        with pytest.raises(SignInRefused):
            sessions.sign_in_with_code("e" * 32, "there")
    with pytest.raises(TooManyAttempts):
        sessions.sign_in_with_code("f" * 32, "there")
    token = sessions.sign_in_with_code("f" * 32, "elsewhere")
    assert sessions.viewer(token, nobody).case == CASE


def test_a_revoked_code_opens_nothing(sessions: Sessions, time: SimulatedTime) -> None:
    assert sessions.store.revoke_codes(CASE, time()) == 1
    with pytest.raises(SignInRefused):
        sessions.sign_in_with_code("f" * 32, "here")


def test_what_an_officer_is_follows_the_directory(sessions: Sessions) -> None:
    token = sessions.sign_in("shen", PASSWORD, "here")
    office, post = Office("housing", "competent_unit", "住建局", "", "", "", 1), ("housing", "window")
    held = Tenure("officer-shen", *post, date(2024, 1, 1), 3)
    people = People(
        {"housing": office}, {post: Post(*post, "窗口", "", ("intake",), 2)}, {(*post, held.officer): (held,)}
    )
    ended = people._replace(tenures={(*post, held.officer): (held._replace(until=9),)})
    assert sessions.viewer(token, lambda: people).seats == (("housing", "window", ("intake",)),)
    assert sessions.viewer(token, lambda: ended).roles == {"public"}
    assert sessions.viewer(token, lambda: people).roles == {"public", "intake"}


def test_a_session_ends_when_idle_and_when_old(sessions: Sessions, time: SimulatedTime) -> None:
    idle = sessions.sign_in("shen", PASSWORD, "here")
    time.now += IDLE_MS + 1
    assert sessions.viewer(idle, nobody) == PUBLIC
    busy = sessions.sign_in("shen", PASSWORD, "here")
    for _ in range(LASTING_MS // IDLE_MS + 1):
        time.now += IDLE_MS
        sessions.viewer(busy, nobody)
    assert sessions.viewer(busy, nobody) == PUBLIC


@pytest.mark.parametrize("elsewhere", [False, True], ids=["here", "by another process"])
def test_a_disabled_account_and_a_revoked_code_are_out_at_once(
    sessions: Sessions, tmp_path: Path, time: SimulatedTime, elsewhere: bool
) -> None:
    token, own = sessions.sign_in("shen", PASSWORD, "here"), sessions.sign_in_with_code("f" * 32, "here")
    assert sessions.viewer(token, nobody).officer == "officer-shen"
    assert sessions.viewer(own, nobody).case == CASE
    store = AccessStore(tmp_path / "access.db") if elsewhere else sessions.store
    assert store.disable_account("shen")
    assert sessions.viewer(own, nobody).case == CASE
    assert store.revoke_codes(CASE, time()) == 1
    assert sessions.viewer(own, nobody) == PUBLIC
    assert sessions.viewer(own, nobody, "caller") == PUBLIC
    if elsewhere:
        store.close()
    assert sessions.viewer(token, nobody) == PUBLIC
    with pytest.raises(SignInRefused):
        sessions.sign_in("shen", PASSWORD, "here")


@pytest.mark.parametrize("password", ["", "short", "x" * 257])
def test_a_password_has_a_length(sessions: Sessions, password: str) -> None:
    with pytest.raises(ApiError):
        sessions.set_password("lin", "officer-lin", password)


@pytest.fixture
def any_store_url(sqlite_url: str) -> str:
    """One store is enough here."""
    return sqlite_url


@pytest.fixture
def client(application: Application, sessions: Sessions) -> Iterator[TestClient]:
    """A browser that nobody signed in with."""
    with signed_in(application, sessions) as made:
        yield made


def _enter(client: TestClient, **headers: str) -> Any:
    form = {"name": "shen", "password": PASSWORD, "next": "/", "csrf": token_of(client)}
    return client.post("/sign-in", data=form, headers=headers)


def test_a_session_that_was_planted_beforehand_opens_nothing(client: TestClient, sessions: Sessions) -> None:
    client.cookies.set(COOKIE, "f" * 64)
    answer = _enter(client)
    assert answer.status_code == 303
    given = answer.headers["set-cookie"]
    assert "f" * 64 not in given
    assert {"HttpOnly", "SameSite=strict", "Path=/"} <= {part.strip() for part in given.split(";")}
    assert sessions.viewer("f" * 64, nobody) == PUBLIC


def test_a_form_of_another_site_is_refused(client: TestClient) -> None:
    assert _enter(client, origin="https://evil.example").status_code == 403
    assert _enter(client, **{"sec-fetch-site": "cross-site"}).status_code == 403
    assert _enter(client, origin="http://127.0.0.1").status_code == 303


def test_leaving_needs_the_token_of_the_page(client: TestClient, sessions: Sessions) -> None:
    token = sessions.open(account="shen")
    client.cookies.set(COOKIE, token)
    assert client.post("/sign-out", data={"csrf": "guess"}).status_code == 403
    csrf = sessions.viewer(token, nobody).csrf
    assert client.post("/sign-out", data={"csrf": csrf}).status_code == 303
    assert sessions.viewer(token, nobody) == PUBLIC


def test_a_refusal_shows_the_form_again_and_repeats_no_secret(client: TestClient) -> None:
    answer = enter(client, name="shen", password="the wrong secret")
    assert answer.status_code == 401
    assert "the wrong secret" not in answer.text
    assert 'role="alert"' in answer.text


@pytest.mark.parametrize(
    "text",
    ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)", "", "evil", "\\\\evil"],
)
def test_the_door_leads_nowhere_else(text: str) -> None:
    assert local_path(text) == "/"


def test_the_door_leads_on_to_where_the_reader_was() -> None:
    assert local_path("/cases/0?as_of=2025-01-01") == "/cases/0?as_of=2025-01-01"
