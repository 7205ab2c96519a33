"""The census and the files that it makes possible, checked here by the text of FORMAT.md and nothing else of ours."""

from __future__ import annotations

import json
from base64 import b64decode
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from api import auditor
from api.actions import command
from api.anchors import read_anchor
from api.census import census_command, is_due, newest_census, take_census
from api.main import Application, open_application
from api.settings import Settings
from audit.canonical import format_json
from audit.case_proofs import check_proof
from audit.trust import Findings, Trust
from tests.api.boards import message_board
from tests.api.conftest import Run

TOLD = message_board(9)


@pytest.fixture
def loaded(run: Run, founded: Settings) -> Run:
    """A ledger with those nine messages."""
    return run


def _cases(run: Run) -> list[str]:
    return [row["case"] for row in run("overdue", "--json").json["rows"]]


def _node(left: bytes, right: bytes) -> bytes:
    return sha256(b"\x01" + left + right).digest()


def _root(leaves: list[bytes]) -> bytes:
    if len(leaves) == 1:
        return leaves[0]
    split = 1
    while split * 2 < len(leaves):
        split *= 2
    return _node(_root(leaves[:split]), _root(leaves[split:]))


def _climb(leaf: bytes, index: int, size: int, proof: list[str]) -> bytes:
    """Return the root that an inclusion proof leads to, by the recursive definition of RFC 9162."""
    if size == 1:
        return leaf
    split = 1
    while split * 2 < size:
        split *= 2
    *below, last = proof
    if index < split:
        return _node(_climb(leaf, index, split, below), bytes.fromhex(last))
    return _node(bytes.fromhex(last), _climb(leaf, index - split, size - split, below))


def _leaf(data: bytes) -> bytes:
    return sha256(b"\x00" + data).digest()


def _statement(entry: bytes) -> dict[str, Any]:
    start = entry.index(b"{")
    size = int.from_bytes(entry[start - 4 : start], "big")
    found: dict[str, Any] = json.loads(entry[start : start + size])
    return found


def _map_leaf(stream: str, head: bytes, count: int) -> bytes:
    return _leaf(len(stream).to_bytes(4, "big") + stream.encode() + head + count.to_bytes(8, "big"))


def _check(document: dict[str, Any]) -> dict[str, Any]:
    """Check what a proof file shows and return the public fields of its census."""
    _, size, root = document["checkpoint"].split("\n")[:3]
    census = document["census"]
    entry = b64decode(census["entry"], validate=True)
    assert _climb(_leaf(entry), census["index"], int(size), census["proof"]) == b64decode(root)
    public: dict[str, Any] = _statement(entry)["public"]
    prev = "0" * 64
    for seq, text in enumerate(document["entries"], 1):
        data = b64decode(text, validate=True)
        statement = _statement(data)
        assert (statement["stream"], statement["seq"], statement["prev"]) == (document["stream"], seq, prev)
        prev = _leaf(data).hex()
    leaf = _map_leaf(document["stream"], bytes.fromhex(prev), len(document["entries"]))
    place = document["map"]
    assert _climb(leaf, place["index"], public["streams"], place["proof"]).hex() == public["map"]
    return public


def test_a_census_commits_to_every_stream_and_every_view(loaded: Run, founded: Settings) -> None:
    taken = loaded("census", "--json").json
    with open_application(founded) as application:
        heads: dict[str, tuple[bytes, int]] = {}
        for stored in application.ledger.entries(0, taken["entries"]):
            heads[stored.stream] = (stored.leaf, stored.seq)
        leaves = [_map_leaf(stream, *heads[stream]) for stream in sorted(heads, key=str.encode)]
        assert (taken["streams"], taken["map"]) == (len(heads), _root(leaves).hex())
        digests = application.views.recompute(taken["entries"])
    assert {name: one["digest"] for name, one in taken["views"].items()} == {
        name: digest.hex() for name, digest in digests.items()
    }
    found = loaded("verify", "--json").json
    assert (found["ok"], found["censuses"]["censuses"]) == (True, 1)
    assert found["censuses"]["digests"] == len(taken["views"])


def _judge(founded: Settings, file: Path) -> int:
    """Let the auditor check a file with the home's anchor, and return how many acts it says that there are."""
    anchor = read_anchor(founded.anchor_file)
    assert anchor is not None
    return len(check_proof(file.read_bytes(), Trust(anchor), Findings()).acts)


def test_every_case_is_proved_complete(loaded: Run, founded: Settings, tmp_path: Path) -> None:
    taken = loaded("census", "--json").json
    for case in _cases(loaded)[:3]:
        file = tmp_path / "proof.json"
        told = loaded("prove", "case", case, "--output", file, "--json").json
        data = file.read_bytes()
        document = json.loads(data)
        assert data == format_json(document) + b"\n"
        assert _check(document)["entries"] == taken["entries"] == told["entries"]
        acts = loaded("timeline", case, "--json").json["acts"]
        assert told["acts"] == len(acts) == len(document["entries"]) == _judge(founded, file)
        with pytest.raises(AssertionError):
            _check({**document, "entries": document["entries"][:-1]})
    # A reader who holds an older checkpoint is shown that the log only grew from it.
    assert loaded("prove", "case", case, "--output", file, "--since", 3).code == 0
    since = json.loads(file.read_bytes())["since"]
    assert since["size"] == 3
    assert since["proof"]
    assert loaded("prove", "case", case, "--output", file, "--since", 10**6).code == 2


def test_silence_is_proved_of_a_clock_that_ran_out(loaded: Run, founded: Settings, tmp_path: Path) -> None:
    loaded("census")
    row, file = loaded("overdue", "--json").json["rows"][0], tmp_path / "proof.json"
    asked = ("prove", "silence", row["case"], row["clock"], "--output", file, "--keys", tmp_path / "keys.json")
    told = loaded(*asked, "--json").json
    trusted = ("--anchor", str(founded.anchor_file), "--keys", str(tmp_path / "keys.json"))
    assert (told["keys"], auditor.main(("proof", str(file), *trusted))) == (str(tmp_path / "keys.json"), 0)
    document = json.loads(file.read_bytes())
    _check(document)
    assert _judge(founded, file) == told["acts"]
    silence = document["silence"]
    before = datetime.fromisoformat(silence["before"])
    assert told["before"] == silence["before"]
    assert (before.date() - datetime.fromisoformat(row["due_on"]).date()).days == 1
    (rule,) = [
        one
        for one in _statement(b64decode(silence["rules"]["entry"]))["public"]["rows"]
        if one["table"] == "clock" and one["id"] == silence["rule"]
    ]
    statements = [_statement(b64decode(text)) for text in document["entries"]]
    started = statements[silence["started_seq"] - 1]
    assert started["action"] in rule["starts"]
    assert not [one for one in statements if one["action"] in rule["meets"] and one["office"] == silence["unit"]]


def test_a_clock_that_was_met_in_time_has_no_proof_of_silence(loaded: Run, founded: Settings) -> None:
    loaded("census")
    with open_application(founded) as application:
        cases = [one.stream for one in application.ledger.entries() if one.action == "case.replied.v1"]
    for case in cases:
        for clock in loaded("explain", case, "--json").json["clocks"]:
            if clock["status"] == "met":
                answer = loaded("prove", "silence", case, clock["clock"])
                assert (answer.code, "met this clock" in answer.err) == (1, True)
                return
    pytest.fail("no message of the board was answered in time")


def test_what_cannot_be_proved_is_refused_with_its_reason(application: Application, run: Run) -> None:
    desk, key = application.desk, application.key("officer-shen")
    public = {"channel": "letter", "capacity": "competent_unit"}
    stream = f"case/{'0' * 31}1"
    desk.perform(command(stream, "case.registered.v1", public, {"text": "某事"}), key, "intake")
    assert "census" in run("prove", "case", stream).err
    take_census(application)
    assert "newest census" in run("prove", "silence", stream, "NOTICE_DIRECT").err
    assert "no such clock" in run("prove", "silence", stream, "SUNDIAL").err
    assert "census" in run("prove", "case", "0" * 32).err


def test_a_census_is_taken_once_a_day_and_not_of_nothing_new(application: Application, run: Run) -> None:
    assert is_due(application)
    first = run("tick", "--json").json
    again = run("tick", "--json").json
    assert first["census"] is not None
    assert (again["census"], again["size"], again["root"]) == (None, first["size"], first["root"])
    newest = newest_census(application)
    assert newest is not None
    assert (newest.stored.index, newest.census.entries) == (first["census"], first["census"])


@pytest.mark.parametrize("what", ["map", "view"])
def test_a_census_that_lies_is_found_by_verification(application: Application, run: Run, what: str) -> None:
    take_census(application)
    application.views.catch_up()
    taken = application.views.census()
    if what == "map":
        taken = taken._replace(root=bytes(32))
    else:
        taken = taken._replace(views={**taken.views, "clocks": (taken.views["clocks"][0], bytes(32))})
    lie = application.desk.perform(census_command(taken), application.key("log"), "ledger")
    application.views.catch_up()
    found = run("verify", "--json").json
    assert (found["ok"], found["first_fault"]["kind"], found["first_fault"]["index"]) == (False, "census", lie.index)
    assert run("verify", "--json", "--no-views").json["ok"] is (what == "view")
