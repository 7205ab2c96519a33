"""What a form is filled in with is what the ledger takes: a bulletin's digests, a list's cases, a checkpoint."""

from __future__ import annotations

import json
import re
from base64 import b64decode
from collections.abc import Iterator, Mapping
from hashlib import sha256
from html import unescape
from typing import Any

import pytest
from starlette.testclient import TestClient

from api.access.sessions import Sessions
from api.actions import command
from api.bulletin.issued import issued_bulletins, make_again
from api.http.proposed import listed, proposed
from api.keyfiles import Key
from api.main import Application
from api.publishing.schedule import publish_once
from api.settings import Settings
from domain.tracks.draw import population_digest
from tests.api.clients import open_door, signed_in
from tests.api.demo_city import copy_city, open_city

OFFICER, OFFICE = "officer-an", "supervision"
MANDATE = "mandate/campaign-of-forms"


@pytest.fixture(scope="module")
def city(demo_city: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Application]:
    """A copy of the demonstration city, published."""
    with open_city(copy_city(demo_city, tmp_path_factory.mktemp("proposed") / "home")) as opened:
        publish_once(opened)
        yield opened


@pytest.fixture
def sessions(city: Application, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sessions]:
    """A door with the supervisor's account."""
    with open_door(city, tmp_path_factory.mktemp("door") / "access.db") as door:
        door.set_password("an", OFFICER, "a long enough password")
        yield door


def _filled(page: str) -> dict[str, Any]:
    """The public fields as the page fills them in, in the way that its script reads them."""
    form = page.partition('<form id="act"')[2]
    found: dict[str, Any] = {}
    for marks, text in re.findall(r'<textarea ([^>]*data-kind="json"[^>]*)>([^<]*)</textarea>', form):
        found[re.findall(r'name="(\w+)"', marks)[0]] = json.loads(unescape(text))
    for marks in re.findall(r'<input (data-part="public"[^>]*)>', form):
        if value := re.findall(r'value="([^"]+)"', marks)[0:1]:
            found[re.findall(r'name="(\w+)"', marks)[0]] = unescape(value[0])
    for marks, options in re.findall(r'<select (data-part="public"[^>]*)>(.*?)</select>', form, re.DOTALL):
        if value := re.findall(r'<option value="([^"]+)" selected>', options):
            found[re.findall(r'name="(\w+)"', marks)[0]] = value[0]
    return found


def _sign(client: TestClient, key: Key, stream: str, action: str, public: Mapping[str, Any]) -> int:
    who = {"actor": key.actor, "post": key.post, "office": key.office, "role": "supervisor", "key_id": key.key_id.hex()}
    wish = {"stream": stream, "action": action, "public": dict(public)}
    answer = client.post("/api/acts/prepare", json={"command": wish, "actor": who})
    assert answer.status_code == 200, answer.text
    signature = key.sign(b64decode(answer.json()["to_sign"])).hex()
    answer = client.post("/api/acts/commit", json={"draft": answer.json()["draft"], "signature": signature})
    assert answer.status_code == 200, answer.text
    return int(answer.json()["index"])


def test_a_bulletin_is_issued_from_the_page_with_the_digests_of_the_documents_that_it_offers(
    city: Application, sessions: Sessions
) -> None:
    stream, key = f"bulletin/{OFFICE}", city.key(OFFICER)
    with signed_in(city, sessions, account="an") as client:
        preview = client.get("/bulletin?month=2025-10&unit=housing&lang=en").text
        (address,) = re.findall(r'href="(/desk/act\?[^"]*bulletin\.issued\.v1[^"]*)"', preview)
        page = client.get(unescape(address)).text
        public = _filled(page)
        assert (public["month"], public["unit"], public["concerning"]) == ("2025-10", "housing", "housing")
        files = {one["format"]: one["digest"] for one in public["files"]}
        papers = re.findall(r'<li><a href="(/api/bulletins/[^"]*)">([A-Z]+)</a></li>', page)
        assert {form.lower(): sha256(client.get(unescape(at)).content).hexdigest() for at, form in papers} == files
        assert len(files) == 4
        index = _sign(client, key, stream, "bulletin.issued.v1", public)
        assert client.get(f"/desk/act?stream={stream}&action=bulletin.issued.v1&month=2025-13").status_code == 400
        assert client.get(f"/desk/act?stream={stream}&action=bulletin.issued.v1&concerning=nobody").status_code == 404
    issued = next(one for one in issued_bulletins(city, city.clock(), month="2025-10") if one.index == index)
    assert all(one.same for one in make_again(city, issued))


def test_a_lists_cases_are_computed_at_a_checkpoint_and_can_be_read_before_they_are_signed(
    city: Application, sessions: Sessions
) -> None:
    key = city.key(OFFICER)
    opened = {"mandate": "campaign", "units": ["housing"], "from_on": "2026-03-02", "until_on": "2026-12-31"}
    city.desk.perform(command(MANDATE, "mandate.opened.v1", opened, {"matter": "清单"}), key, "supervisor")
    state = city.ledger.state(MANDATE)
    with signed_in(city, sessions, account="an") as client:
        address = f"/desk/act?lang=en&action=mandate.list_fixed.v1&stream={MANDATE}"
        found = {members: client.get(f"{address}&members={members}").text for members in ("open", "held")}
        numbers = {
            members: re.findall(
                "<code>([0-9a-f]{32})</code>", page.partition("<details>")[2].partition("</details>")[0]
            )
            for members, page in found.items()
        }
        assert 0 < len(numbers["open"]) < len(numbers["held"])
        for members, page in found.items():
            public = _filled(page)
            assert public["population"] == population_digest(numbers[members])
            assert int(public["size"]) == len(numbers[members])
            assert listed(city, state, {**proposed(city, "mandate.list_fixed.v1", state, {}), "members": members})
        typed = {**public, "size": int(public["size"]), "checkpoint_size": int(public["checkpoint_size"])}
        _sign(client, key, MANDATE, "mandate.list_fixed.v1", typed)
        page = client.get(f"/desk/act?lang=en&action=mandate.assessed.v1&stream={MANDATE}").text
        size, root, _ = city.ledger.log.latest_checkpoint() or (0, b"", "")
        assert (_filled(page)["checkpoint_size"], _filled(page)["root"]) == (str(size), root.hex())
        assert 'data-digest="scores"' in page
