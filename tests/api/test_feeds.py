"""Feeds tell what was published and nothing else; each item has a proof that stands by itself."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from typing import Any
from xml.etree import ElementTree

import pytest
from starlette.testclient import TestClient

from api.access.viewer import PUBLIC
from api.actions import command
from api.bulletin.issuing import ISSUED
from api.exporting.publishable import smallest_cell
from api.feeds.writing import ATOM, JSON_FEED
from api.main import Application
from api.publishing.publisher import Publisher
from api.publishing.receipts import read_statement_at
from api.settings import Settings
from audit.anchor import parse_anchor
from audit.proof import check_receipt
from audit.trust import Findings, Trust, parse_policy
from domain.schema import CIVIL
from tests.api.clients import client_of
from tests.api.demo_city import copy_city, open_city
from tests.api.publishing.witnesses import Net, log_key, make_witness

MONTH = "2025-11"
_ATOM = "{http://www.w3.org/2005/Atom}"
_PROOF = "{urn:sundial:feed}tlog-proof"


@pytest.fixture(scope="module")
def city(demo_city: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Application]:
    """The demonstration city with one bulletin issued, published under the cosignatures of two witnesses."""
    home = copy_city(demo_city, tmp_path_factory.mktemp("feeds") / "home")
    folder = tmp_path_factory.mktemp("witnesses")
    with open_city(home) as opened:
        size = opened.ledger.head().size
        public = {
            "month": MONTH,
            "unit": "housing",
            "as_of_on": f"{MONTH}-30",
            "known_at": {"root": opened.ledger.root(size).hex(), "size": size},
            "files": [{"digest": "0" * 64, "format": "pdf"}],
        }
        opened.desk.perform(command("bulletin/supervision", ISSUED, public), opened.key("officer-yu"), "supervisor")
        net = Net([make_witness(folder / name, name, log_key(opened)) for name in ("east", "west")])
        home.policy_file.write_text(net.policy_text(2))
        with closing(Publisher(opened, transport=net.transport)) as publisher:
            publisher.publish()
        yield opened
        for one in net.witnesses:
            one.store.close()


@pytest.fixture(scope="module")
def client(city: Application) -> Iterator[TestClient]:
    """A client of the public."""
    with client_of(city, PUBLIC) as made:
        yield made


def _items(client: TestClient, name: str) -> list[dict[str, Any]]:
    answer = client.get(f"/feeds/{name}.json", params={"lang": "en"})
    assert (answer.status_code, answer.headers["content-type"]) == (200, JSON_FEED)
    document = answer.json()
    assert document["version"] == "https://jsonfeed.org/version/1.1"
    assert document["feed_url"].endswith(f"/feeds/{name}.json")
    found: list[dict[str, Any]] = document["items"]
    return found


@pytest.mark.parametrize("name", ["cases", "figures"])
def test_every_item_has_the_proof_of_the_entry_that_published_it(
    city: Application, client: TestClient, name: str
) -> None:
    settings = city.settings
    trust = Trust(parse_anchor(settings.anchor_file.read_bytes()), parse_policy(settings.policy_file.read_bytes()))
    items = _items(client, name)
    assert items
    for item in items:
        proof = item["_sundial"]["tlog_proof"].encode()
        statement, index, _ = check_receipt(proof, trust, Findings())
        assert index == item["_sundial"]["entry"]
        assert statement.action == {"cases": "case.publication_approved.v1", "figures": ISSUED}[name]
        address = item["attachments"][0]["url"].partition("127.0.0.1")[2]
        assert client.get(address).content == proof


def test_a_case_is_there_while_its_publication_stands_and_never_from_a_small_cell(
    city: Application, client: TestClient
) -> None:
    sql = "SELECT notification_id, originator_id FROM entries WHERE topic = ? ORDER BY notification_id"
    approved = city.ledger.log.select(sql, ("case.publication_approved.v1",))
    withdrawn = {row[1] for row in city.ledger.log.select(sql, ("case.publication_withdrawn.v1",))}
    told = {f"case/{item['_sundial']['case']}" for item in _items(client, "cases")}
    assert told < {row[1] for row in approved} - withdrawn
    for stream in told:
        entries = [read_statement_at(city, entry.index) for entry in city.ledger.stream_entries(stream)]
        assert "case.diverted_discipline.v1" not in {one.action for one in entries}
    assert smallest_cell(city, city.clock()) >= 5


def test_numbers_that_could_point_at_few_cases_are_withheld(city: Application, client: TestClient) -> None:
    (item,) = _items(client, "figures")
    least = item["_sundial"]["smallest_cell"]
    figures = item["_sundial"]["figures"]
    assert any(row["withheld"] for row in figures)
    assert any(not row["withheld"] and row["numerator"] for row in figures)
    for row in figures:
        if row["withheld"]:
            assert (row["numerator"], row["denominator"], row["value"]) == (None, None, None)
            continue
        rest = 0 if row["denominator"] is None else row["denominator"] - row["numerator"]
        assert all(number == 0 or number >= least for number in (row["numerator"], row["denominator"] or 0, rest))
    assert item["_sundial"]["month"] == MONTH


@pytest.mark.parametrize("name", ["cases", "figures"])
def test_atom_holds_the_items_of_the_json_feed(client: TestClient, name: str) -> None:
    answer = client.get(f"/feeds/{name}.atom", params={"lang": "en"})
    assert (answer.status_code, answer.headers["content-type"]) == (200, ATOM)
    root = ElementTree.fromstring(answer.content)
    items = _items(client, name)
    entries = root.findall(f"{_ATOM}entry")
    assert [entry.findtext(f"{_ATOM}id") for entry in entries] == [item["id"] for item in items]
    assert [entry.findtext(_PROOF) for entry in entries] == [item["_sundial"]["tlog_proof"] for item in items]
    assert root.findtext(f"{_ATOM}updated") == max(entry.findtext(f"{_ATOM}updated") or "" for entry in entries)


@pytest.mark.parametrize(
    "path", ["/feeds/cases.json", "/feeds/cases.atom", "/feeds/figures.json", "/feeds/figures.atom"]
)
def test_a_feed_has_the_same_bytes_each_time_and_is_not_sent_twice(
    city: Application, client: TestClient, path: str
) -> None:
    first = client.get(path)
    with client_of(city, PUBLIC) as another:
        again = another.get(path)
    assert (again.content, again.headers["etag"]) == (first.content, first.headers["etag"])
    known = client.get(path, headers={"if-none-match": first.headers["etag"]})
    assert (known.status_code, known.content) == (304, b"")


def test_no_feed_tells_of_an_officer_or_of_today(city: Application, client: TestClient) -> None:
    for name in ("cases", "figures"):
        for item in _items(client, name):
            members = {key: value for key, value in item["_sundial"].items() if key != "tlog_proof"}
            assert "officer-" not in f"{item['title']} {item['content_text']} {members}"
            assert item["date_published"] <= city.clock().astimezone(CIVIL).isoformat()


def test_before_anything_is_published_a_feed_is_empty_and_well_formed(demo_city: Settings) -> None:
    with open_city(demo_city) as opened, client_of(opened, PUBLIC) as made:
        assert made.get("/feeds/cases.json").json()["items"] == []
        root = ElementTree.fromstring(made.get("/feeds/figures.atom").content)
        assert root.findtext(f"{_ATOM}updated") == "1970-01-01T00:00:00.000Z"
