"""Signing in at an identity provider: a real one over HTTP, and every way in which what comes back can be wrong."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from starlette.testclient import TestClient

from api.access.sessions import ATTEMPT_MS, COOKIE, Sessions
from api.access.store import AccessStore
from api.errors import ApiError, InputRefused
from api.founding import parse_plan
from api.http.app import build_app
from api.http.oidc_door import ATTEMPT_COOKIE, BACK
from api.initialise import initialise
from api.main import Application, machine_clock, milliseconds, open_application
from api.oidc.provider import METADATA_SECONDS, Provider
from api.oidc.settings import OidcSettings, load_oidc
from api.settings import load_settings
from tests.api.clients import BASE, CHEAP, token_of
from tests.api.conftest import PLAN, Run
from tests.api.identity_provider import CLIENT, SECRET, Claims, IdentityProvider, identity_provider

RETURN = f"{BASE}{BACK}"


@dataclass
class World:
    """A server whose officers sign in at a provider: the provider, a browser, the sessions, and how late it is."""

    theirs: IdentityProvider
    client: TestClient
    sessions: Sessions
    ours: Provider
    later: timedelta = timedelta()

    def leave(self, asked: str = "?next=/lists") -> str:
        """Go to the provider and let it sign in; return where it sends the browser back to, if it does."""
        answer = self.client.get(f"/sign-in/oidc{asked}", follow_redirects=False)
        assert answer.status_code == 303, answer.text
        return str(httpx.get(answer.headers["location"], trust_env=False).headers["location"])

    def back(self, address: str) -> Any:
        """Come back."""
        parts = urlsplit(address)
        return self.client.get(f"{parts.path}?{parts.query}", follow_redirects=False)

    def refused(self, address: str) -> tuple[int, str]:
        """Come back and be refused: the status, and what the page says; there is no session then."""
        answer = self.back(address)
        assert COOKIE not in self.client.cookies
        assert 'role="alert"' in answer.text
        return answer.status_code, answer.text


@pytest.fixture
def any_store_url(sqlite_url: str) -> str:
    """One store is enough here."""
    return sqlite_url


@pytest.fixture(scope="module")
def ledger(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Application]:
    """One small ledger for all tests, none of which writes to it."""
    home = tmp_path_factory.mktemp("oidc") / "home"
    settings = load_settings(home=home, language="en", environment={})
    initialise(settings, parse_plan(PLAN.encode()))
    with open_application(settings) as opened:
        yield opened


@pytest.fixture(scope="module")
def theirs() -> Iterator[IdentityProvider]:
    """One provider for all tests."""
    with identity_provider(RETURN) as made:
        yield made


@pytest.fixture
def world(ledger: Application, theirs: IdentityProvider, tmp_path: Path) -> Iterator[World]:
    """A server with one account that was mapped to a subject, and one that was not."""
    theirs.user, theirs.spoil, theirs.unsigned, theirs.documents = "subject-lin", lambda claims: None, False, {}
    theirs.published = None
    late: list[World] = []

    def clock() -> datetime:
        return machine_clock() + (late[0].later if late else timedelta())

    now = milliseconds(clock)
    settings = OidcSettings(theirs.issuer, CLIENT, SECRET, algorithms=("RS256", "ES256"))
    provider = Provider(settings, lambda: now() // 1_000)
    store = AccessStore(tmp_path / "access.db")
    sessions = Sessions(store, now, ledger.entropy, CHEAP)
    sessions.set_subject("lin", "officer-lin", "subject-lin")
    sessions.set_password("shen", "officer-shen", "a long enough password")
    app = build_app(ledger, sessions, provider=provider)
    with TestClient(app, base_url=BASE, raise_server_exceptions=False) as client:
        late.append(World(theirs, client, sessions, provider))
        yield late[0]
    store.close()


def test_an_officer_signs_in_there_and_goes_on_here(world: World) -> None:
    door = world.client.get("/sign-in?next=/lists&lang=en").text
    assert "/sign-in/oidc?next=%2Flists&amp;lang=en" in door
    world.client.cookies.set(COOKIE, "f" * 64)  # planted beforehand
    answer = world.back(world.leave("?next=/lists&lang=en"))
    assert answer.status_code == 200
    assert 'content="0;url=/lists?lang=en"' in answer.text
    given = next(one for one in answer.headers.get_list("set-cookie") if one.startswith(COOKIE))
    assert {"HttpOnly", "SameSite=strict", "Path=/"} <= {part.strip() for part in given.split(";")}
    assert "f" * 64 not in given
    world.client.cookies.clear()
    world.client.cookies.set(COOKIE, given.partition("=")[2].partition(";")[0])
    assert world.client.get("/lists").status_code == 200
    assert "lin" in world.client.get("/lists").text
    left = world.client.post("/sign-out", data={"csrf": token_of(world.client)}, follow_redirects=False)
    assert left.headers["location"] == "/sign-in?left=1"
    assert world.client.get("/api/overdue").status_code == 401
    assert f"{world.theirs.issuer}/leave" in world.client.get("/sign-in?left=1").text


def test_what_is_sent_there_is_bound_to_this_attempt_alone(world: World) -> None:
    first, second = (
        parse_qs(urlsplit(world.client.get("/sign-in/oidc", follow_redirects=False).headers["location"]).query)
        for _ in range(2)
    )
    assert first["redirect_uri"] == [RETURN]
    assert (first["response_type"], first["code_challenge_method"], first["scope"]) == (["code"], ["S256"], ["openid"])
    assert all(first[name] != second[name] for name in ("state", "nonce", "code_challenge"))
    assert all(len(first[name][0]) >= 43 for name in ("state", "nonce", "code_challenge"))
    cookie = next(one for one in world.client.cookies.jar if one.name == ATTEMPT_COOKIE)
    assert cookie.path == BACK
    assert cookie.has_nonstandard_attr("HttpOnly")


def _spoiled(**changes: Any) -> Callable[[Claims], None]:
    def spoil(claims: Claims) -> None:
        for name, value in changes.items():
            if value is None:
                claims.pop(name, None)
            else:
                claims[name] = value

    return spoil


BAD_CLAIMS = {
    "the nonce of another attempt": {"nonce": "0" * 64},
    "no nonce": {"nonce": None},
    "another client's": {"aud": "another"},
    "several clients', and not for this one": {"aud": [CLIENT, "another"], "azp": "another"},
    "several clients', for nobody in particular": {"aud": [CLIENT, "another"]},
    "over": {"exp": 1_700_000_000},
    "without an end": {"exp": None},
    "of the future": {"iat": 4_000_000_000},
    "not yet valid": {"nbf": 4_000_000_000},
    "another issuer's": {"iss": "https://elsewhere.example"},
    "nobody's": {"sub": None},
    "an empty subject's": {"sub": ""},
}


@pytest.mark.parametrize("changes", BAD_CLAIMS.values(), ids=BAD_CLAIMS)
def test_an_identity_that_is_not_the_one_asked_for_is_refused(world: World, changes: dict[str, Any]) -> None:
    world.theirs.spoil = _spoiled(**changes)
    status, page = world.refused(world.leave())
    assert status == 401
    assert "subject-lin" not in page
    world.theirs.spoil = lambda claims: None
    assert world.back(world.leave()).status_code == 200


def test_an_identity_that_nobody_signed_is_refused(world: World) -> None:
    world.theirs.unsigned = True
    assert world.refused(world.leave())[0] == 401


def test_an_identity_signed_by_a_key_that_is_not_published_is_refused(world: World) -> None:
    assert world.back(world.leave()).status_code == 200
    world.client.cookies.clear()
    address = world.leave()
    world.theirs.published = world.theirs.key
    world.theirs.change_keys()
    assert world.refused(address)[0] == 401
    world.theirs.published = None
    assert world.back(world.leave()).status_code == 200


def test_keys_that_were_changed_are_fetched_again_once(world: World) -> None:
    assert world.back(world.leave()).status_code == 200
    world.theirs.asked.clear()
    assert world.back(world.leave()).status_code == 200
    assert world.theirs.asked == ["token"]
    for elliptic in (True, False):
        world.theirs.change_keys(elliptic=elliptic)
        world.theirs.asked.clear()
        assert world.back(world.leave()).status_code == 200
        assert world.theirs.asked == ["token", "keys"]
    world.later = timedelta(seconds=METADATA_SECONDS + 1)
    world.theirs.spoil = lambda claims: claims.update(
        exp=claims["exp"] + METADATA_SECONDS, iat=claims["iat"] + METADATA_SECONDS
    )
    world.theirs.asked.clear()
    assert world.back(world.leave()).status_code == 200
    assert world.theirs.asked == ["discovery", "token", "keys"]


def test_a_state_is_good_once_for_one_browser_and_not_for_long(world: World) -> None:
    address = world.leave()
    assert world.back(address).status_code == 200
    world.client.cookies.clear()
    assert world.refused(address)[0] == 401  # replayed
    address = world.leave()
    world.client.cookies.clear()
    assert world.refused(address)[0] == 401  # in another browser
    address = world.leave()
    world.later = timedelta(milliseconds=ATTEMPT_MS + 1_000)
    assert world.refused(address)[0] == 401
    for address in (f"{RETURN}?code=x&state={'0' * 64}", f"{RETURN}?code=x", RETURN, f"{RETURN}?error=access_denied"):
        assert world.refused(address)[0] == 401


def test_a_code_is_good_once_and_not_under_another_state(world: World) -> None:
    spent = world.leave()
    assert world.back(spent).status_code == 200
    world.client.cookies.clear()
    code = parse_qs(urlsplit(spent).query)["code"][0]
    state = parse_qs(urlsplit(world.leave()).query)["state"][0]
    assert world.refused(f"{RETURN}?code={code}&state={state}")[0] == 401
    mine, other = world.leave(), world.leave()  # the cookie is the second attempt's: its state, the first one's code
    code, state = parse_qs(urlsplit(mine).query)["code"][0], parse_qs(urlsplit(other).query)["state"][0]
    assert world.refused(f"{RETURN}?code={code}&state={state}")[0] == 401


def test_who_says_no_there_or_comes_from_another_issuer_is_told_so(world: World) -> None:
    world.theirs.user = None
    address = world.leave("?lang=en")
    assert "error=access_denied" in address
    assert "did not sign you in" in world.refused(address)[1]
    world.theirs.user = "subject-lin"
    assert world.refused(f"{world.leave()}&iss=https://elsewhere.example")[0] == 401
    assert world.back(f"{world.leave()}&iss={world.theirs.issuer}").status_code == 200


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_subject_without_an_account_opens_nothing_and_makes_none(world: World, lang: str) -> None:
    world.theirs.user = "subject-unknown"
    accounts = world.sessions.store.accounts()
    status, page = world.refused(world.leave(f"?lang={lang}"))
    assert status == 401
    assert {"zh": "没有为您开设账号", "en": "no account here was given to you"}[lang] in page
    assert "subject-unknown" not in page
    assert world.sessions.store.accounts() == accounts
    world.theirs.user = "subject-lin"
    assert world.sessions.store.disable_account("lin")
    assert world.refused(world.leave())[0] == 401


def test_an_account_without_a_password_has_no_other_door_and_a_subject_one_account(world: World) -> None:
    form = {"csrf": token_of(world.client), "name": "lin", "password": ""}
    assert world.client.post("/sign-in", data=form).status_code == 401
    with pytest.raises(ApiError, match="subject_taken"):
        world.sessions.set_subject("shen", "officer-shen", "subject-lin")
    assert world.sessions.sign_in("shen", "a long enough password", "here")


BAD_DOCUMENTS: dict[str, dict[str, Any]] = {
    "another issuer's": {"issuer": "https://elsewhere.example"},
    "without protection on the way": {"token_endpoint": "http://login.example/token"},
    "without keys": {"jwks_uri": ""},
    "without S256": {"code_challenge_methods_supported": ["plain"]},
}


@pytest.mark.parametrize("documents", BAD_DOCUMENTS.values(), ids=BAD_DOCUMENTS)
def test_a_discovery_document_that_is_not_the_issuers_is_not_followed(world: World, documents: dict[str, Any]) -> None:
    world.theirs.documents = documents
    answer = world.client.get("/sign-in/oidc", follow_redirects=False)
    assert answer.status_code == 503
    assert 'role="alert"' in answer.text


def test_a_provider_that_is_away_leaves_the_other_doors_open(ledger: Application, world: World) -> None:
    away = Provider(OidcSettings("http://127.0.0.1:9", CLIENT), lambda: 0)
    app = build_app(ledger, world.sessions, provider=away)
    with TestClient(app, base_url=BASE, raise_server_exceptions=False) as client:
        assert client.get("/sign-in/oidc").status_code == 503
        form = {"csrf": token_of(client), "name": "shen", "password": "a long enough password"}
        assert client.post("/sign-in", data=form, follow_redirects=False).status_code == 303
    with TestClient(build_app(ledger, world.sessions), base_url=BASE) as client:
        assert client.get("/sign-in/oidc").status_code == 404
        assert "/sign-in/oidc" not in client.get("/sign-in").text


GOOD = 'issuer = "https://login.example"\nclient_id = "sundial"\n'


def test_the_file_names_the_provider_and_a_secret_that_nobody_else_reads(tmp_path: Path) -> None:
    file, secret = tmp_path / "oidc.toml", tmp_path / "secret"
    file.write_text(GOOD + 'client_secret_file = "secret"\nscopes = ["profile"]\nalgorithms = ["ES256"]\n')
    secret.write_text("hush\n")
    secret.chmod(0o600)
    found = load_oidc(file)
    assert (found.issuer, found.secret, found.scopes) == ("https://login.example", "hush", ("openid", "profile"))
    assert found.algorithms == ("ES256",)
    secret.chmod(0o644)
    with pytest.raises(InputRefused, match="oidc_secret_open"):
        load_oidc(file)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "issuer = ",
        'issuer = "http://login.example"\nclient_id = "x"',
        'issuer = "https://u:p@login.example"\nclient_id = "x"',
        'client_id = "x"',
        GOOD + 'unknown = "x"',
        GOOD + 'algorithms = ["none"]',
        GOOD + 'algorithms = ["HS256"]',
        GOOD + "scopes = 3",
        GOOD + 'client_secret_file = "missing"',
        GOOD + "name_zh = 1",
    ],
)
def test_a_file_that_cannot_be_meant_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "oidc.toml").write_text(text)
    with pytest.raises(InputRefused):
        load_oidc(tmp_path / "oidc.toml")


def test_an_account_is_mapped_on_the_command_line(founded: Any, run: Run) -> None:
    assert run("accounts", "add", "lin", "--officer", "officer-lin", "--no-password").code == 2
    assert run("accounts", "add", "lin", "--officer", "officer-lin", "--subject", "s-1", "--no-password").code == 0
    assert run("accounts", "add", "shen", "--officer", "officer-shen", "--subject", "s-1", "--no-password").code == 2
    founded.oidc_file.write_text(GOOD + 'algorithms = ["none"]')
    refused = run("serve")
    assert (refused.code, "algorithms" in refused.err) == (2, True)
    assert run("serve", "--oidc", founded.home / "nowhere.toml").code == 2
