"""Receipts: for whom they are, what they prove offline, and that the page without a server checks the same."""

from __future__ import annotations

import json
import random
import shutil
import subprocess
from base64 import b64decode, b64encode
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from api import auditor
from api.access.viewer import PUBLIC, Seat, Viewer
from api.main import Application
from api.publishing.publisher import Publisher
from api.publishing.qr_texts import format_texts, parse_texts
from api.publishing.receipts import make_receipt, read_statement_at
from api.settings import Settings
from audit.anchor import parse_anchor
from audit.errors import Malformed
from audit.proof import check_receipt
from audit.trust import Findings, Trust, parse_policy
from tests.api.clients import client_of, prepare
from tests.api.conftest import runner
from tests.api.demo_city import copy_city, open_city
from tests.api.publishing.conftest import Looking
from tests.api.publishing.witnesses import Net, log_key, make_witness

SCRIPT = Path(__file__).parents[3] / "api" / "http" / "static" / "check.js"
_NODE = """
const { checkReceipt, joinCodes } = require(process.argv[1]);
const asked = JSON.parse(require("fs").readFileSync(0));
(async () => {
  const told = [];
  for (const one of asked) {
    try {
      const data = one.codes ? await joinCodes(one.codes) : Uint8Array.from(Buffer.from(one.receipt, "base64"));
      told.push(await checkReceipt(data, one.anchor, one.policy));
    } catch (error) { told.push({ refused: error.message }); }
  }
  process.stdout.write(JSON.stringify(told));
})();
"""


@pytest.fixture(scope="module")
def home(demo_city: Settings, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    return copy_city(demo_city, tmp_path_factory.mktemp("receipts") / "home")


@pytest.fixture(scope="module")
def city(home: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Application]:
    """The demonstration city, published under the cosignatures of two witnesses."""
    folder = tmp_path_factory.mktemp("witnesses")
    with open_city(home) as opened:
        net = Net([make_witness(folder / name, name, log_key(opened)) for name in ("east", "west")])
        home.policy_file.write_text(net.policy_text(2))
        with closing(Publisher(opened, transport=net.transport)) as publisher:
            assert publisher.publish().witnesses == ("east", "west")
        yield opened
        for one in net.witnesses:
            one.store.close()


@pytest.fixture(scope="module")
def looking(city: Application) -> Looking:
    return Looking(city)


@pytest.fixture(scope="module")
def trust(city: Application) -> Trust:
    settings = city.settings
    policy = parse_policy(settings.policy_file.read_bytes())
    return Trust(parse_anchor(settings.anchor_file.read_bytes()), policy)


def _registered(city: Application) -> int:
    sql = "SELECT notification_id FROM entries WHERE topic = 'case.registered.v1' ORDER BY notification_id"
    return int(city.ledger.log.select(sql, ())[-1][0]) - 1


def test_every_act_has_a_receipt_that_the_auditor_believes(city: Application, trust: Trust) -> None:
    size = city.ledger.head().size
    for index in {0, 1, size - 1, *random.Random(3).sample(range(size), 40)}:
        findings = Findings()
        statement, found, _ = check_receipt(make_receipt(city, index).data, trust, findings)
        assert (found, statement.act_id) == (index, read_statement_at(city, index).act_id)
        assert findings.facts["witnesses"] == ["east", "west"]


def test_a_receipt_is_for_who_may_see_the_case_or_holds_the_acts_id(city: Application, looking: Looking) -> None:
    index = _registered(city)
    statement = read_statement_at(city, index)
    case, path = statement.stream.partition("/")[2], f"/api/receipts/{index}"
    made = make_receipt(city, index).data
    client = looking.as_viewer(PUBLIC)
    assert client.get(path).status_code == 404
    assert client.get(path, params={"act_id": "0" * 32}).status_code == 404
    assert client.get(path, params={"act_id": statement.act_id.hex()}).content == made
    assert client.get("/api/receipts/99999999").status_code == 404
    assert client.get("/api/receipts/0").status_code == 404
    client = looking.as_viewer(Viewer("petitioner", case=case, csrf="x"))
    answer = client.get(path)
    assert (answer.status_code, answer.content) == (200, made)
    assert answer.headers["content-disposition"] == f'attachment; filename="{index}.tlog-proof"'
    client = looking.as_viewer(Viewer("petitioner", case="0" * 32, csrf="x"))
    assert client.get(path).status_code == 404
    people = city.ledger.reference().people
    elsewhere = next(
        slug
        for slug, office in people.offices.items()
        if office.parent and slug != statement.office and not people.is_under(statement.office, slug)
    )
    client = looking.as_viewer(Viewer("staff", officer="officer-x", seats=(Seat(elsewhere, "d", ("handler",)),)))
    assert client.get(path).status_code == 404


def test_the_answer_to_an_act_names_its_receipt_which_proves_it_offline_once_it_is_published(
    ledger: Application, net: Net, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    settings, key, stream = ledger.settings, ledger.key("officer-shen"), "case/" + "5" * 32
    settings.policy_file.write_text(net.policy_text(2))
    public = {"channel": "letter", "capacity": "competent_unit"}
    who = {"actor": key.actor, "post": key.post, "office": key.office, "role": "intake", "key_id": key.key_id.hex()}
    wish = {"command": {"stream": stream, "action": "case.registered.v1", "public": public}, "actor": who}
    run, flags = runner(settings), [f"--public={name}={value}" for name, value in public.items()]
    with client_of(ledger) as client, closing(Publisher(ledger, transport=net.transport)) as publisher:
        prepared = prepare(client, wish).json()
        signature = key.sign(b64decode(prepared["to_sign"])).hex()
        told = client.post("/api/acts/commit", json={"draft": prepared["draft"], "signature": signature}).json()
        act = ("act", "--action", "case.registered.v1", "--key", "officer-shen", "--role", "intake", *flags)
        (done,) = run(*act, "--json").json["acts"]
        sundial, *command = done["receipt"].split()
        assert (sundial, client.get(told["receipt"]).status_code, run(*command).code) == ("sundial", 404, 2)
        publisher.publish()
    with client_of(ledger, PUBLIC) as client:  # whoever holds the answer needs no session
        (tmp_path / "http").write_bytes(client.get(told["receipt"]).content)
    assert run(*command, "-o", tmp_path / "command").code == 0
    trusted = ("--anchor", str(settings.anchor_file), "--policy", str(settings.policy_file), "--json")
    for name, act_of in (("http", told), ("command", done)):
        capsys.readouterr()
        assert auditor.main(["receipt", str(tmp_path / name), *trusted]) == 0
        found = json.loads(capsys.readouterr().out)
        assert (found["index"], found["leaf"], found["witnesses"]) == (
            act_of["index"],
            act_of["leaf"],
            ["east", "west"],
        )


def test_the_page_shows_the_act_the_witnesses_and_codes_that_make_up_the_file(
    city: Application, looking: Looking
) -> None:
    index = _registered(city)
    texts = format_texts(make_receipt(city, index).data)
    client = looking.as_viewer()
    for lang, words in (("zh", "回执"), ("en", "Receipt")):
        page = client.get(f"/receipts/{index}", params={"lang": lang})
        assert (page.status_code, words in page.text, "east, west" in page.text) == (200, True, True)
        assert page.text.count("<svg") == len(texts) >= 3
        assert "<script" not in page.text
        assert "style=" not in page.text
    for name in ("check.html", "check.js", "receipt.css"):
        answer = client.get(f"/static/{name}")
        assert answer.status_code == 200
        assert "script-src 'self'" in answer.headers["content-security-policy"]
        assert "unsafe" not in answer.headers["content-security-policy"]


def test_codes_are_joined_in_any_order_and_a_missing_or_foreign_one_is_named(city: Application) -> None:
    data = make_receipt(city, 7).data
    texts = list(format_texts(data))
    assert max(len(one) for one in texts) <= 1_024
    random.Random(1).shuffle(texts)
    assert parse_texts([*texts, texts[0]]) == data
    other = format_texts(make_receipt(city, 9).data)
    for wrong in (texts[1:], [*texts[1:], other[0]], [*texts, "SD1 nonsense"], []):
        with pytest.raises(Malformed):
            parse_texts(wrong)


def test_the_page_without_a_server_says_what_the_auditor_says(city: Application) -> None:
    node = shutil.which("node")
    assert node is not None, "Node checks that check.js agrees with the auditor"
    made = make_receipt(city, _registered(city))
    anchor = city.settings.anchor_file.read_text()
    policy = city.settings.policy_file.read_text()
    foreign = json.dumps({**json.loads(anchor), "log_key": "11" * 32, "checkpoint": ""})
    lines = made.data.decode().split("\n")
    swapped = "\n".join([*lines[:3], lines[4], lines[3], *lines[5:]]).encode()
    asked = [
        _asked(made.data, anchor, policy),
        {"codes": "\n".join(reversed(format_texts(made.data))), "anchor": anchor, "policy": policy},
        _asked(made.data, "", ""),
        _asked(made.data, foreign, policy),
        _asked(swapped, anchor, policy),
        _asked(made.data.replace(b"index ", b"index 1"), anchor, policy),
        _asked(made.data, anchor, policy.replace("group all 2 east west", "group all 2 east west\ngroup x 1 none")),
        _asked(b"nonsense", anchor, policy),
        _asked(made.data[:-30] + made.data[-5:], anchor, policy),
    ]
    run = subprocess.run(
        [node, "-e", _NODE, str(SCRIPT)], input=json.dumps(asked), capture_output=True, text=True, check=False
    )
    assert run.returncode == 0, run.stderr
    told = json.loads(run.stdout)
    assert [one.get("good") for one in told] == [True, True, False, None, None, None, True, None, None]
    assert (told[0]["index"], told[0]["leaf"], told[0]["witnesses"]) == (made.index, made.leaf.hex(), ["east", "west"])
    assert told[0]["action"] == "case.registered.v1"


def _asked(data: bytes, anchor: str, policy: str) -> dict[str, str]:
    return {"receipt": b64encode(data).decode(), "anchor": anchor, "policy": policy}


def test_the_command_writes_the_file_and_the_page(city: Application, home: Settings, tmp_path: Path) -> None:
    run = runner(home)
    answer = run("receipt", "5", "-o", tmp_path / "r.tlog-proof", "--json")
    assert (answer.code, answer.json["witnesses"]) == (0, ["east", "west"])
    assert (tmp_path / "r.tlog-proof").read_bytes() == make_receipt(city, 5).data
    assert "cosigned by east, west" in run("receipt", "5", "-o", tmp_path / "r.html").out
    assert "<svg" in (tmp_path / "r.html").read_text()
    assert run("receipt", "99999999").code == 2
