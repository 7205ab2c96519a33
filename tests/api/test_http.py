"""Over HTTP: prepare and commit without giving the key away, questions, proofs, and refusals that repeat nothing."""

from __future__ import annotations

import json
from base64 import b64decode
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from api.errors import InputRefused
from api.http.edge import MAX_BODY_BYTES
from api.keyfiles import Key, new_key
from api.main import Application
from api.positions import parse_known_at
from api.registrars import Registrars
from audit.checkpoint import open_checkpoint
from audit.commitments import check_commitment
from audit.entry import pae
from audit.merkle import check_consistency, check_inclusion
from audit.statement import PAYLOAD_TYPE, parse_statement
from audit.store.possession import prove_possession
from domain.commands import Command
from tests.api.clients import client_of, everywhere, prepare

CASE = "0123456789abcdef" * 2
MARKER = "身份证四四四"
PROBLEM = "application/problem+json"


@pytest.fixture
def any_store_url(sqlite_url: str) -> str:
    """One store is enough here: what differs between the two lies below this room."""
    return sqlite_url


@pytest.fixture
def client(application: Application) -> Iterator[TestClient]:
    """A client of the application; what fails inside comes back as an answer."""
    with client_of(application, everywhere(application, "officer-shen")) as made:
        yield made


def _wish(key: Key, action: str = "case.registered.v1", **changes: Any) -> dict[str, Any]:
    public = {"channel": "letter", "capacity": "competent_unit"} if action == "case.registered.v1" else {}
    command = {"stream": f"case/{CASE}", "action": action, "public": public, "sealed": {}}
    who = {"actor": key.actor, "post": key.post, "office": key.office, "role": "intake", "key_id": key.key_id.hex()}
    return {"command": command | changes.pop("command", {}), "actor": who | changes.pop("actor", {}), **changes}


def _prepare(client: TestClient, key: Key, **changes: Any) -> dict[str, Any]:
    answer = prepare(client, _wish(key, **changes))
    assert answer.status_code == 200, answer.text
    prepared: dict[str, Any] = answer.json()
    return prepared


def _commit(client: TestClient, key: Key, prepared: dict[str, Any]) -> Any:
    signature = key.sign(b64decode(prepared["to_sign"])).hex()
    return client.post("/api/acts/commit", json={"draft": prepared["draft"], "signature": signature})


@pytest.fixture
def shen(application: Application) -> Key:
    """An officer's key, which the server never gets."""
    return application.key("officer-shen")


def test_an_act_is_prepared_checked_signed_and_committed(
    client: TestClient, application: Application, shen: Key
) -> None:
    before = application.ledger.head().size
    prepared = _prepare(client, shen, command={"sealed": {"subject": MARKER}})
    assert application.ledger.head().size == before
    payload = prepared["payload"].encode()
    statement = parse_statement(payload)
    assert b64decode(prepared["to_sign"]) == pae(PAYLOAD_TYPE, payload)
    assert MARKER not in prepared["payload"]
    for one in prepared["disclosures"]:
        place = (statement.origin, statement.stream, statement.seq, one["slot"], one["field"])
        check_commitment(statement.sealed[one["slot"]], bytes.fromhex(one["salt"]), *place, one["value"].encode())
    done = _commit(client, shen, prepared)
    assert done.status_code == 200
    assert (done.json()["index"], done.json()["repeated"]) == (before, False)
    again = _commit(client, shen, prepared)
    assert again.json() == done.json() | {"repeated": True}
    assert application.ledger.head().size == before + 1


def test_prepare_keeps_what_the_client_chose(client: TestClient, shen: Key) -> None:
    chosen = {"act_id": "ab" * 16, "claimed_at": "2026-01-05T10:00:00+08:00", "seed": "cd" * 32}
    draft = _prepare(client, shen, **chosen)["draft"]
    assert {name: draft[name] for name in chosen} == chosen


def _refused(answer: Any, status: int, code: str) -> dict[str, Any]:
    assert (answer.status_code, answer.headers["content-type"]) == (status, PROBLEM), answer.text
    document: dict[str, Any] = answer.json()
    assert (document["code"], document["status"]) == (code, status)
    assert MARKER not in answer.text
    return document


def test_a_signature_over_other_bytes_is_refused(client: TestClient, shen: Key) -> None:
    prepared = _prepare(client, shen)
    signature = shen.sign(b"something else").hex()
    wrong = client.post("/api/acts/commit", json={"draft": prepared["draft"], "signature": signature})
    _refused(wrong, 403, "signature_refused")
    elsewhere = prepared["payload"].replace("test.example/city", "test.example/town").encode()
    replayed = shen.sign(pae(PAYLOAD_TYPE, elsewhere)).hex()
    other = client.post("/api/acts/commit", json={"draft": prepared["draft"], "signature": replayed})
    _refused(other, 403, "signature_refused")
    zero = client.post("/api/acts/commit", json={"draft": prepared["draft"], "signature": "00" * 64})
    _refused(zero, 403, "signature_refused")


def test_an_unknown_key_another_offices_key_and_a_revoked_key_may_not_act(
    client: TestClient, application: Application, shen: Key
) -> None:
    stranger = new_key("officer", "officer-shen", "housing", "window")
    _refused(prepare(client, _wish(stranger)), 403, "authority_refused")
    lin = application.key("officer-lin")
    posing = _wish(shen, actor={"key_id": lin.key_id.hex()})
    _refused(prepare(client, posing), 403, "authority_refused")
    prepared = _prepare(client, shen)
    registrars = Registrars(application.desk, application.key("registrar-qin"), application.key("registrar-yao"))
    registrars.revoke("housing", shen.key_id.hex(), "lost")
    _refused(_commit(client, shen, prepared), 403, "authority_refused")


def test_a_stream_that_moved_on_is_a_conflict(client: TestClient, shen: Key) -> None:
    first, second = _prepare(client, shen), _prepare(client, shen)
    assert _commit(client, shen, first).status_code == 200
    _refused(_commit(client, shen, second), 409, "stale_stream")
    changed = first["draft"] | {"prev": "11" * 32, "act_id": "22" * 16}
    _refused(_commit(client, shen, first | {"draft": changed}), 409, "stale_stream")


def test_the_same_act_id_with_other_contents_is_a_conflict(client: TestClient, shen: Key) -> None:
    assert _commit(client, shen, _prepare(client, shen, act_id="ab" * 16)).status_code == 200
    other = _prepare(client, shen, act_id="ab" * 16, command={"stream": "case/" + "f" * 32})
    _refused(_commit(client, shen, other), 409, "act_conflict")


def test_a_checkpoint_of_another_ledger_was_never_seen_here(client: TestClient, shen: Key) -> None:
    wish = _wish(shen, seen={"size": 3, "root": "00" * 32})
    prepared = prepare(client, wish)
    if prepared.status_code == 200:
        _refused(_commit(client, shen, prepared.json()), 409, "seen_refused")
    else:
        _refused(prepared, 409, "seen_refused")


def test_a_rule_that_forbids_is_named_with_what_would_be_allowed(client: TestClient, shen: Key) -> None:
    wish = _wish(shen, "case.accepted.v1", command={"public": {"category": "31_6"}})
    document = _refused(client.post("/api/acts/prepare?lang=en", json=wish), 409, "rule_refused")
    assert document["reason"] == "state"
    assert "case.registered.v1" in document["allowed"]
    assert "article" in document["rule"]
    chinese = prepare(client, wish, headers={"accept-language": "zh-CN"}).json()
    assert "状态" in chinese["detail"]


@pytest.mark.parametrize(
    ("body", "place"),
    [
        pytest.param({"command": {"public": MARKER}}, "body.command.public", id="text for an object"),
        pytest.param({"actor": {"key_id": MARKER}}, "body.actor.key_id", id="no key id"),
        pytest.param({"seed": "xyz" + MARKER}, "body.seed", id="no seed"),
        pytest.param({"seen": {"size": True, "root": "00" * 32}}, "body.seen.size", id="true for a number"),
        pytest.param({"seen": {"size": 1.0, "root": "00" * 32}}, "body.seen.size", id="a float"),
        pytest.param({MARKER: 1}, "body", id="an unknown field"),
    ],
)
def test_a_malformed_request_names_the_place_and_repeats_nothing(
    client: TestClient, shen: Key, body: dict[str, Any], place: str
) -> None:
    answer = prepare(client, _wish(shen, **body))
    document = _refused(answer, 422, "request_malformed")
    assert place in {field["place"] for field in document["fields"]}


@pytest.mark.parametrize(
    "data",
    [b"{", b"\xff\xfe", b"[" * 5000, b"null", b'"\\ud800"', b'{"command": NaN}', b""],
    ids=["cut", "no UTF-8", "deep", "null", "lone surrogate", "not a number", "empty"],
)
def test_a_body_that_is_no_json_object_is_refused(client: TestClient, data: bytes) -> None:
    answer = client.post("/api/acts/prepare", content=data, headers={"content-type": "application/json"})
    assert answer.status_code in {400, 422}
    assert answer.headers["content-type"] == PROBLEM


@pytest.mark.parametrize(
    "sealed",
    [
        {"subject": "\ud800"},
        {"subject": 1.5},
        {"subject": None},
        {"subject": "e\u0301"},
        {"subject": [[[[[[[[[["x"]]]]]]]]]]},
    ],
    ids=["lone surrogate", "float", "null", "not NFC", "deep"],
)
def test_a_value_that_has_no_canonical_form_is_refused(client: TestClient, shen: Key, sealed: dict[str, Any]) -> None:
    text = json.dumps(_wish(shen, command={"sealed": sealed}))
    answer = client.post("/api/acts/prepare", content=text, headers={"content-type": "application/json"})
    assert answer.status_code in {400, 409, 422}
    assert answer.headers["content-type"] == PROBLEM


def test_a_body_beyond_the_limit_is_refused_unread(client: TestClient) -> None:
    _refused(client.post("/api/acts/prepare", content=b"x" * (MAX_BODY_BYTES + 1)), 413, "body_too_large")
    chunks = (b"x" * 2**16 for _ in range(2 + MAX_BODY_BYTES // 2**16))
    _refused(client.post("/api/acts/prepare", content=chunks), 413, "body_too_large")


def test_unknown_addresses_and_methods_are_problems_too(client: TestClient) -> None:
    _refused(client.get(f"/{MARKER}"), 404, "not_found")
    _refused(client.get("/api/cases/" + "0" * 32 + "/timeline"), 404, "case_unknown")
    wrong = client.put("/api/overdue")
    _refused(wrong, 405, "method_not_allowed")
    assert wrong.headers["allow"] == "GET"
    _refused(client.get("/", headers={"host": "evil.example"}), 400, "host_refused")
    _refused(client.get("/api/overdue?unit=nowhere"), 404, "unit_out_of_bounds")
    _refused(client.get("/api/overdue?as_of=then"), 400, "as_of_unreadable")
    _refused(client.get("/api/overdue?known_at=anchor.json"), 400, "known_at_unreadable")
    _refused(client.get("/api/overdue?cursor=zzz"), 400, "cursor_refused")
    _refused(client.get("/api/overdue?limit=0"), 422, "request_malformed")


def test_what_fails_inside_tells_nothing(
    client: TestClient, application: Application, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise RuntimeError(MARKER)

    monkeypatch.setattr(type(application.views), "catch_up", fail)
    _refused(client.get("/api/overdue"), 500, "internal")


def test_the_log_proves_inclusion_and_consistency(client: TestClient, application: Application) -> None:
    shown = client.get("/api/checkpoint").json()
    log_key = application.ledger.authority().log_key()
    opened = open_checkpoint(shown["note"], shown["origin"], log_key)
    assert (opened.size, opened.root.hex()) == (shown["size"], shown["root"])
    told = client.get("/api/proof/inclusion?index=3").json()
    hashes = [bytes.fromhex(one) for one in told["proof"]]
    check_inclusion(bytes.fromhex(told["leaf"]), 3, told["size"], hashes, bytes.fromhex(told["root"]))
    told = client.get("/api/proof/consistency?old=5").json()
    hashes = [bytes.fromhex(one) for one in told["proof"]]
    roots = bytes.fromhex(told["old_root"]), bytes.fromhex(told["new_root"])
    check_consistency(5, told["new"], hashes, *roots)
    for asked in ("inclusion?index=99999", "inclusion?index=0&size=99999", "consistency?old=99999"):
        _refused(client.get(f"/api/proof/{asked}"), 404, "no_entry")


def test_a_checkpoint_of_the_time_before_a_rotation_is_read_with_the_key_of_its_time(
    client: TestClient, application: Application, tmp_path: Path
) -> None:
    shown = client.get("/api/checkpoint").json()
    (tmp_path / "note").write_text(shown["note"])
    _rotate_log_key(application)
    assert application.ledger.authority().log_key() != application.ledger.authority().log_key(shown["size"])
    assert client.get("/api/checkpoint").json() == shown
    assert parse_known_at(str(tmp_path / "note"), application.ledger) == shown["size"]
    (tmp_path / "note").write_text(shown["note"].replace(f"\n{shown['size']}\n", f"\n{shown['size'] - 1}\n"))
    with pytest.raises(InputRefused, match="checkpoint_foreign"):
        parse_known_at(str(tmp_path / "note"), application.ledger)


def _rotate_log_key(application: Application) -> None:
    old, new, ledger = application.key("log"), new_key("log", "ledger"), application.ledger
    proof = prove_possession(new.secret, ledger.origin, "", "ledger")
    rotated = Command("ledger", "ledger.key_rotated.v1", {"key": new.public.hex(), "possession": proof.hex()}, {})
    application.desk.perform(rotated, old, "ledger")


def test_health_and_metrics_hold_numbers_alone(client: TestClient, application: Application) -> None:
    client.get("/api/overdue")
    client.get(f"/{MARKER}")
    client.get("/api/cases/" + CASE + "/timeline")
    client.request("SHOUT4711", "/api/overdue")
    health = client.get("/api/health").json()
    assert (health["status"], health["size"], health["views"]) == ("ok", application.ledger.head().size, health["size"])
    metrics = client.get("/metrics").text
    assert 'route="/api/cases/{case}/timeline"' in metrics
    assert f"sundial_log_size {float(health['size'])}" in metrics
    assert 'method="other",route="/api/overdue"' in metrics
    assert "SHOUT4711" not in metrics
    assert CASE not in metrics
    assert MARKER not in metrics
