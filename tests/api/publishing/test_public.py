"""While witnesses are missing, everybody is told of the last checkpoint that they cosigned, of nothing behind it."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import pytest
from starlette.testclient import TestClient

from api.access.rows import TABLE
from api.access.viewer import PUBLIC
from api.actions import command
from api.exporting.publishable import smallest_cell
from api.http.public_cells import cells
from api.main import Application
from api.publishing.cosigning import Cosigners
from api.publishing.publisher import Publisher
from api.publishing.receipts import read_statement_at
from api.publishing.standing import Standing
from api.queries import fold_case
from api.settings import Settings
from audit.anchor import open_anchor, parse_anchor
from audit.checkpoint import Checkpoint
from audit.note import Note, parse_note
from audit.store.notes import format_note, sign_checkpoint
from projections.figures_answers import figures
from tests.api.demo_city import copy_city, open_city
from tests.api.publishing.conftest import Looking
from tests.api.publishing.witnesses import Net, log_key, make_witness, record

SIZE = 3_000
"""How many entries the witnesses cosigned; the city has more, of which the public is not to be told."""


@pytest.fixture(scope="module")
def city(demo_city: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Application]:
    """The demonstration city, whose second witness is away since SIZE entries."""
    home, folder = copy_city(demo_city, tmp_path_factory.mktemp("waiting") / "home"), tmp_path_factory.mktemp("seen")
    with open_city(home) as opened:
        net = Net([make_witness(folder / name, name, log_key(opened)) for name in ("east", "west")])
        home.policy_file.write_text(net.policy_text(2))
        put_out(opened, net, SIZE)
        net.down.add("west")
        record(opened)
        with closing(Publisher(opened, transport=net.transport)) as publisher:
            found = publisher.publish()
        assert (found.size, found.pending is not None) == (SIZE, True)
        yield opened
        for one in net.witnesses:
            one.store.close()


def put_out(application: Application, net: Net, size: int) -> None:
    """Publish the checkpoint that the log had at a size, cosigned by every witness."""
    ledger = application.ledger
    checkpoint = Checkpoint(ledger.origin, size, ledger.root(size))
    note = sign_checkpoint(checkpoint, application.key("log").secret)
    with closing(Cosigners(net.policy(2), {}, net.transport)) as cosigners:
        answers = cosigners.collect(note, size, lambda old: ledger.consistency_proof(old, size))
    signed = tuple(one.signature for one in answers if one.signature)
    assert len(signed) == len(net.witnesses)
    parsed = parse_note(note)
    Standing(application.settings.published).put(format_note(Note(parsed.text, (*parsed.signatures, *signed))))


@pytest.fixture(scope="module")
def looking(city: Application) -> Looking:
    return Looking(city)


@pytest.fixture
def client(looking: Looking) -> TestClient:
    """Somebody who is not signed in."""
    return looking.as_viewer(PUBLIC)


def _addresses(city: Application) -> list[str]:
    """Every address that everybody may ask for, about what is public and about what is not yet."""
    open_to_all = [row.path for row in TABLE.values() if row.method == "GET" and _is_public(row.grants)]
    act_id = city.ledger.log.select("SELECT act_id FROM entries WHERE notification_id = ?", (SIZE + 1,))[0][0]
    filled = {
        "/api/competence": ["?area=housing&jurisdiction=CN"],
        "/api/proof/inclusion": ["?index=5", f"?index={SIZE}", f"?index=5&size={SIZE + 1}"],
        "/api/proof/consistency": ["?old=5", f"?old={SIZE + 1}", f"?old=5&new={SIZE + 1}"],
        "/api/rules": ["", f"?known_at={SIZE}", "?known_at=2099-01-01"],
    }
    named = {"{index}": str(SIZE), "{name}": "sundial.css", "{path:path}": f"0/000.p/{SIZE % 256 + 1}"}
    told = []
    for path in open_to_all:
        plain = path
        for name, value in named.items():
            plain = plain.replace(name, value)
        told += [plain + more for more in filled.get(path, [f"?act_id={bytes(act_id).hex()}" if plain != path else ""])]
    return told


def _is_public(grants: Any) -> bool:
    return any(one.role == "public" and one.relation in ("any", "published") for one in grants)


def test_no_answer_to_everybody_tells_of_what_the_witnesses_have_not_cosigned(
    city: Application, client: TestClient
) -> None:
    ledger, size = city.ledger, city.ledger.head().size
    hidden = {ledger.root(size).hex(), ledger.root(SIZE + 1).hex()}
    hidden |= {leaf.hex() for leaf in ledger.log.leaves(SIZE, size)}
    addresses = _addresses(city)
    assert len(addresses) > 30
    for address in addresses:
        answer = client.get(address, follow_redirects=False)
        assert answer.status_code in (200, 302, 303, 400, 404), address
        assert not any(one in answer.text for one in hidden), address
        if answer.status_code == 200 and answer.headers["content-type"].startswith("application/json"):
            place = answer.json().get("known_at", [{"size": SIZE, "root": ledger.root(SIZE).hex()}])[0]
            assert (place["size"], place["root"]) == (SIZE, ledger.root(SIZE).hex()), address


@pytest.mark.parametrize(
    "address",
    [
        f"/api/proof/inclusion?index={SIZE}",
        f"/api/proof/inclusion?index=0&size={SIZE + 1}",
        f"/api/proof/consistency?old=5&new={SIZE + 1}",
        f"/api/proof/consistency?old={SIZE + 1}",
        f"/api/rules?known_at={SIZE}",
    ],
)
def test_what_waits_is_refused_as_what_will_be_there_soon(client: TestClient, address: str) -> None:
    answer = client.get(address)
    assert (answer.status_code, answer.json()["code"]) == (404, "receipt_pending")


def test_figures_are_those_of_the_published_checkpoint_and_name_it(city: Application, client: TestClient) -> None:
    rows = list(csv.DictReader(io.StringIO(client.get("/public/figures.csv").text)))
    assert {(row["known_at"], row["root"]) for row in rows} == {(str(SIZE), city.ledger.root(SIZE).hex())}
    at = city.clock().replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    least = smallest_cell(city, at)
    (figure,) = {row["figure"] for row in rows} & {"on_time_closure_rate"}

    def counted(known_at: int | None) -> dict[str, str]:
        by_unit = figures(city.reader, at, known_at, figure=figure, by_unit=True).rows
        told = cells((row for row in by_unit if row.id == figure), least)
        return {cell.unit: "" if cell.sample is None else str(cell.sample) for cell in told}

    told = {row["unit"]: row["sample_at_least"] for row in rows if row["figure"] == figure and row["unit"]}
    assert told == counted(SIZE) != counted(None)
    page = client.get("/public?lang=en").text
    assert f"first {SIZE} entries" in page
    assert city.ledger.root(SIZE).hex() in page


def test_cases_are_told_as_they_stood_at_the_published_checkpoint(city: Application, client: TestClient) -> None:
    feed = client.get("/feeds/cases.json").json()
    assert feed["_sundial"]["known_at"][0]["size"] == SIZE
    assert f'size="{SIZE}"' in client.get("/feeds/cases.atom").text
    assert feed["items"]
    reference = city.ledger.reference()
    for item in (one["_sundial"] for one in feed["items"]):
        assert item["entry"] < SIZE
        if item["steps"]:
            state, _ = fold_case(city, item["case"], SIZE, reference)
            assert item["steps"][-1]["state"] == state.state


def test_the_anchor_for_everybody_holds_the_published_checkpoint(city: Application, client: TestClient) -> None:
    told = parse_anchor(client.get("/public/anchor.json").content)
    kept = parse_anchor(city.settings.anchor_file.read_bytes())
    seen, newest = open_anchor(told), open_anchor(kept)
    assert seen is not None
    assert newest is not None
    assert (seen.size, newest.size) == (SIZE, city.ledger.head().size)
    assert told._replace(checkpoint="", log_key=b"") == kept._replace(checkpoint="", log_key=b"")


def test_officers_see_the_head_and_since_when_it_waits(city: Application, looking: Looking) -> None:
    page = looking.as_viewer().get("/lists?lang=en").text
    assert f"first {city.ledger.head().size} entries" in page
    assert "wait for their witnesses since" in page
    assert "wait for their witnesses since" not in looking.as_viewer(PUBLIC).get("/public?lang=en").text


@pytest.fixture
def standing(city: Application) -> Iterator[Standing]:
    """What is published, and a policy, to be changed: afterwards both are as they were."""
    found = Standing(city.settings.published)
    note, policy = (found.folder / "checkpoint").read_text(), city.settings.policy_file.read_text()
    yield found
    found.put(note)
    city.settings.policy_file.write_text(policy)


def test_a_publication_that_is_taken_back_is_gone_at_once(city: Application, client: TestClient) -> None:
    items = [item["_sundial"] for item in client.get("/feeds/cases.json").json()["items"]]
    told = [item["case"] for item in items]
    statement = read_statement_at(city, items[0]["entry"])
    taken = command(statement.stream, "case.publication_withdrawn.v1", {"ground": "privacy", **statement.public})
    city.desk.perform(taken, city.key(statement.actor), statement.role)
    feed = client.get("/feeds/cases.json").json()
    assert feed["_sundial"]["known_at"][0]["size"] == SIZE
    assert [item["_sundial"]["case"] for item in feed["items"]] == told[1:]
    assert told[0] not in client.get("/public").text


def test_where_the_policy_is_not_met_or_cannot_be_read_nothing_is_public(
    city: Application, client: TestClient, standing: Standing
) -> None:
    note = (standing.folder / "checkpoint").read_text()
    standing.put(note.rpartition("— west")[0])  # cosigned by one of two
    assert client.get("/feeds/cases.json").json()["items"] == []
    rows = csv.DictReader(io.StringIO(client.get("/public/figures.csv").text))
    assert {(row["withheld"], row["known_at"]) for row in rows} == {("true", "0")}
    assert client.get("/api/rules").json()["known_at"][0]["size"] == 0
    assert client.get(f"/receipts/{SIZE - 1}").status_code == 404
    assert open_anchor(parse_anchor(client.get("/public/anchor.json").content)) is None
    standing.put(note)
    city.settings.policy_file.write_text("quorum nobody")
    for address in ("/public/figures.csv", "/feeds/cases.json", "/api/rules"):
        answer = client.get(address)
        assert (answer.status_code, answer.json()["code"]) == (400, "policy_malformed")
    assert client.get("/sign-in").status_code == 200
