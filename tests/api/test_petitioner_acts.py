"""What a petitioner may do: offered exactly where the rules allow it, told plainly where not, by the own key alone."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from starlette.testclient import TestClient

from api.access.device import CODE, LASTING, OPEN, message
from api.access.sessions import COOKIE, Sessions
from api.access.viewer import PUBLIC, Viewer
from api.actions import command, new_case, write_instant
from api.http.names import Names
from api.http.petitioner_acts import WORDS, Offer, offers
from api.keyfiles import Key
from api.main import Application
from api.queries import ask_explanations, fold_case
from api.settings import Settings
from api.wording import Wording
from audit.store.model import Actor
from domain.case_state import Case
from tests.api.clients import client_of, open_door, signed_in
from tests.api.demo_city import copy_city, open_city

BRINGING = ("case.submitted.v1", "case.key_claimed.v1")
KEYED = "SELECT originator_id FROM entries WHERE topic IN (?, ?) ORDER BY notification_id"


@pytest.fixture(scope="module")
def city(demo_city: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Application]:
    """A copy of the demonstration city in which these tests file matters."""
    with open_city(copy_city(demo_city, tmp_path_factory.mktemp("acts") / "home")) as opened:
        yield opened


@pytest.fixture(scope="module")
def stranger(city: Application) -> Iterator[TestClient]:
    """Somebody who is not signed in."""
    with client_of(city, PUBLIC) as made:
        yield made


@pytest.fixture
def door(city: Application, tmp_path: Path) -> Iterator[Sessions]:
    """A real door."""
    with open_door(city, tmp_path / "access.db") as sessions:
        yield sessions


def _case(city: Application, case: str) -> Case:
    return fold_case(city, case, None, city.ledger.reference())[0]


def _offers(city: Application, case: str) -> list[Offer]:
    reference, at = city.ledger.reference(), city.clock()
    names = Names(Wording("en"), reference.people)
    return offers(_case(city, case), reference, at, names, ask_explanations(city, case, at))


def _prepared(stranger: TestClient, case: Case, offer: Offer) -> Any:
    chosen = {one.name: one.choices[0][0] for one in offer.asked if one.choices}
    files = [{"digest": "0" * 64, "size": 1, "media_type": "text/plain"}]
    sealed = {one.name: files for one in offer.asked if one.kind == "files"}
    wish = {"stream": case.stream, "action": offer.action, "public": {**offer.fixed, **chosen}, "sealed": sealed}
    who = {"actor": "petitioner", "role": "petitioner", "key_id": case.petitioner_keys[-1].key_id.hex()}
    return stranger.post("/api/acts/prepare", json={"command": wish, "actor": who})


def test_an_act_is_offered_exactly_where_the_ledger_would_take_it(city: Application, stranger: TestClient) -> None:
    streams = [str(row[0]) for row in city.ledger.log.select(KEYED, BRINGING)]
    told: dict[str, set[bool]] = {}
    for stream in dict.fromkeys([*streams[:: len(streams) // 12], *streams[-14:]]):
        case = _case(city, stream.removeprefix("case/"))
        for offer in _offers(city, stream.removeprefix("case/")):
            answer = _prepared(stranger, case, offer)
            assert offer.possible == (answer.status_code == 200), (offer, answer.text)
            assert offer.possible or not re.search(r"[A-Z]{4,}|case\.", offer.refused)
            told.setdefault(offer.action, set()).add(offer.possible)
    assert told.keys() == WORDS.keys()
    assert told["case.rated.v1"] == told["case.withdrawn.v1"] == {True, False}


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_page_leads_to_what_can_be_done_and_says_why_not(city: Application, lang: str) -> None:
    case = str(city.ledger.log.select(KEYED, BRINGING)[0][0]).removeprefix("case/")
    with client_of(city, Viewer("petitioner", case=case, csrf="token")) as client:
        page = client.get(f"/my-case?lang={lang}").text
        links = {found.partition("?")[0] for found in re.findall(r'/my-case/acts/([^"]+)"', page)}
        assert links == {offer.action for offer in _offers(city, case) if offer.possible}
        for offer in _offers(city, case):
            answer = client.get(f"/my-case/acts/{offer.action}", params={"office": offer.office, "lang": lang})
            assert answer.status_code == 200
            assert ('id="petition"' in answer.text) == offer.possible
        for path in ("case.accepted.v1", "case.rated.v1?office=joint", "nonsense"):
            assert client.get(f"/my-case/acts/{path}").status_code == 404


def _file(city: Application) -> tuple[str, Key]:
    """A matter that somebody files with a key of their own."""
    stream, key = new_case(), Key("petitioner", Ed25519PrivateKey.generate().private_bytes_raw(), "petitioner")
    public = {"channel": "online", "to_office": "housing", "petitioner_key": key.public.hex()}
    wish = command(stream, "case.submitted.v1", {**public, "capacity": "competent_unit"}, {"text": "灯不亮"})
    who = Actor("petitioner", "", "", "petitioner", key.key_id)
    at = write_instant(city.clock())
    prepared = city.ledger.prepare(wish, who, act_id=bytes.fromhex(stream[5:]), claimed_at=at, seed=bytes(32))
    city.ledger.commit(prepared.draft, key.sign(prepared.to_sign))
    return stream.removeprefix("case/"), key


def _knock(city: Application, client: TestClient, case: str, key: Key, purpose: str = OPEN, /, **changed: Any) -> Any:
    at = client.get("/api/door").json()["at"]
    signed = key.sign(message(city.ledger.origin, case, purpose, at))
    body = {"case": case, "key": key.public.hex(), "purpose": purpose, "at": at, "signature": signed.hex()}
    return client.post("/api/door", json=body | changed)


def test_the_key_that_filed_opens_the_own_case_and_renews_its_code(city: Application, door: Sessions) -> None:
    case, key = _file(city)
    old = door.issue_code(case)
    with signed_in(city, door) as client:
        assert _knock(city, client, case, key).json() == {"code": None}
        assert client.get("/my-case").status_code == 200
        code = _knock(city, client, case, key, CODE).json()["code"]
    assert door.store.case_of_code(code.replace("-", "")) == case
    assert door.store.case_of_code(old.replace("-", "")) is None


def test_no_other_key_case_purpose_or_moment_opens_it(city: Application, door: Sessions) -> None:
    (case, key), (other, foreign) = _file(city), _file(city)
    early = write_instant(city.clock() - LASTING - timedelta(seconds=2))
    late = write_instant(city.clock() + timedelta(seconds=5))
    with signed_in(city, door) as client:
        wrong = [
            _knock(city, client, case, foreign),
            _knock(city, client, case, key, case=other),
            _knock(city, client, case, key, purpose=CODE),
            _knock(city, client, "0" * 32, key),
            _knock(city, client, case, key, at="yesterday"),
            _knock(city, client, case, key, signature="00" * 64),
        ]
        for at in (early, late):
            signed = key.sign(message(city.ledger.origin, case, OPEN, at)).hex()
            wrong.append(_knock(city, client, case, key, at=at, signature=signed))
        assert {(answer.status_code, answer.json()["code"]) for answer in wrong} == {(401, "key_refused")}
        assert COOKIE not in client.cookies
        foreign_page = {"origin": "https://evil.example"}
        at = client.get("/api/door").json()["at"]
        body = {"case": case, "key": key.public.hex(), "purpose": OPEN, "at": at, "signature": "00" * 64}
        assert client.post("/api/door", json=body, headers=foreign_page).status_code == 403


def test_a_code_that_others_know_is_replaced_and_their_sessions_end(city: Application, door: Sessions) -> None:
    case, _ = _file(city)
    old = door.issue_code(case)
    with signed_in(city, door, case=case) as client, signed_in(city, door, case=case) as thief:
        assert client.post("/my-case/code", data={"csrf": "another"}).status_code == 403
        csrf = door.viewer(client.cookies[COOKIE], lambda: city.ledger.reference().people).csrf
        page = client.post("/my-case/code", data={"csrf": csrf})
        (code,) = re.findall(r"<code>([0-9a-f]{8}(?:-[0-9a-f]{8}){3})</code>", page.text)
        assert client.get("/my-case").status_code == 200
        assert code not in client.get("/my-case").text
        assert thief.get("/my-case", headers={"accept": "text/html"}).status_code == 303
    assert door.store.case_of_code(code.replace("-", "")) == case
    assert door.store.case_of_code(old.replace("-", "")) is None


def test_the_form_names_the_unit_that_the_published_rows_name_without_scripts(
    city: Application, stranger: TestClient
) -> None:
    page = stranger.get("/submit?area=housing.repair&place=guicheng&lang=en").text
    (chosen,) = re.findall(r'<option value="([a-z-]+)" data-capacity="[a-z_]+" selected>', page)
    advised = stranger.get("/api/competence?area=housing.repair&jurisdiction=guicheng").json()["rows"][0]["unit"]
    assert chosen == advised
    offered = set(re.findall(r'<option value="([a-z-]+)" data-capacity', page))
    people = city.ledger.reference().people
    assert offered == {
        slug for slug in people.offices if (one := people.office(slug)) and one.kind[:3] in ("pet", "com")
    }
    assert "does not say" in stranger.get("/submit?area=other&place=nowhere&lang=en").text
    for nonsense in ("<script>", "x" * 100, "-"):
        answer = stranger.get("/submit", params={"area": nonsense}, headers={"accept": "text/html"})
        assert (answer.status_code, "<script>" in answer.text) == (422, False)


def test_a_case_without_a_key_is_claimed_first(city: Application) -> None:
    rows = city.ledger.log.select("SELECT originator_id FROM entries WHERE topic = 'case.registered.v1'", ())
    cases = (str(row[0]).removeprefix("case/") for row in rows)
    case = next(one for one in cases if (told := _case(city, one)).claim_key and not told.petitioner_keys)
    assert {offer.refused for offer in _offers(city, case)} == {Wording("en")("my_case.no_key")}
    with client_of(city, Viewer("petitioner", case=case, csrf="token")) as client:
        page = client.get("/my-case?lang=en").text
        assert "/my-case/acts/" not in page
        assert 'href="/claim?lang=en"' in page
        assert f'value="{case}"' in client.get("/claim?lang=en").text
