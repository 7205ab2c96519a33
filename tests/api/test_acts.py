"""`act` and `keys` on both stores: what the keys of a home can do, and every way in which they are refused."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from api.keyfiles import list_keys, read_key
from api.main import Application
from api.settings import Settings
from audit.store.acknowledgement import check_acknowledgement
from audit.store.possession import derive_claim_key, parse_claim_code
from audit.suite import public_key
from tests.api.conftest import Run

CASE = "0123456789abcdef" * 2
REGISTER = ("--action", "case.registered.v1", "--key", "officer-shen", "--role", "intake")
FIELDS = ("--public", "channel=letter", "--public", "capacity=competent_unit")


def _register(run: Run, *more: str, case: str = CASE) -> int:
    return run("act", *REGISTER, *FIELDS, "--stream", f"case/{case}", *more).code


def test_an_act_is_recorded_and_acknowledged_by_the_log_key(run: Run, founded: Settings) -> None:
    answer = run("act", *REGISTER, *FIELDS, "--sealed", "subject=漏水", "--json")
    (done,) = answer.json["acts"]
    assert answer.code == 0
    log_key = read_key(founded.keys, "log", None).public
    signed = bytes.fromhex(done["signature"])
    check_acknowledgement(
        log_key, signed, done["origin"], done["index"], bytes.fromhex(done["leaf"]), done["recorded_at_ms"]
    )
    assert "漏水" not in run("timeline", done["stream"], "--json").out


def test_every_act_of_a_file_is_performed_in_order(run: Run, founded: Settings, tmp_path: Path) -> None:
    toml = """
[[acts]]
stream = "new"
action = "case.registered.v1"
key = "officer-lin"
role = "intake"
public = { channel = "visit", capacity = "petition_office" }
sealed = { subject = "工资", text = "拖欠" }
[[acts]]
action = "case.transferred.v1"
key = "officer-lin"
role = "intake"
public = { to_office = "housing", basis = "22_1" }
[[acts]]
action = "case.accepted.v1"
key = "officer-shen"
role = "handler"
public = { category = "31_6" }
"""
    (tmp_path / "acts.toml").write_text(toml, encoding="utf-8")
    done = run("act", tmp_path / "acts.toml", "--json").json["acts"]
    assert [act["action"] for act in done] == ["case.registered.v1", "case.transferred.v1", "case.accepted.v1"]
    assert len({act["stream"] for act in done}) == 1
    told = run("timeline", done[0]["stream"]).out
    assert told.index("register") < told.index("transfer") < told.index("accept")
    (tmp_path / "acts.json").write_text(json.dumps({"acts": [{**_json_act(), "stream": "new"}]}), encoding="utf-8")
    assert run("act", tmp_path / "acts.json").code == 0


def _json_act() -> dict[str, object]:
    public = {"channel": "phone", "capacity": "competent_unit"}
    return {"action": "case.registered.v1", "key": "officer-shen", "role": "intake", "public": public}


def test_an_act_id_makes_a_retry_one_conflict_and_never_two_acts(run: Run, founded: Settings) -> None:
    assert _register(run, "--act-id", "ab" * 16) == 0
    again = run("act", *REGISTER, *FIELDS, "--stream", "new", "--act-id", "ab" * 16)
    assert again.code == 2
    assert "with other contents" in again.err


@pytest.mark.parametrize(
    ("words", "message"),
    [
        pytest.param((*REGISTER[:3], "nobody", *REGISTER[4:], *FIELDS), "no key file nobody", id="unknown actor"),
        pytest.param((*REGISTER[:5], "handler", *FIELDS[:2]), "capacity is missing", id="a public field missing"),
        pytest.param((*REGISTER, *FIELDS, "--public", "risk=high"), "does not have", id="a field no act has"),
        pytest.param((*REGISTER, *FIELDS, "--sealed", "mood=bad"), "sealed field", id="a sealed field no act has"),
        pytest.param((*REGISTER[:5], "head", *FIELDS), "as head", id="a role the key was not granted"),
        pytest.param((*REGISTER, *FIELDS, "--stream", "case/xyz"), "", id="no stream"),
        pytest.param((*REGISTER, *FIELDS, "--at", "yesterday"), "claimed time", id="no time"),
        pytest.param((*REGISTER, *FIELDS, "--public", "nonsense"), "NAME=VALUE", id="no field"),
        pytest.param(("--action", "case.accepted.v1"), "--key", id="half of the options"),
        pytest.param(
            ("--action", "case.accepted.v1", *REGISTER[2:], "--public", "category=31_6"), "NEW", id="out of order"
        ),
    ],
)
def test_an_act_that_cannot_be_is_refused_with_its_reason_and_leaves_nothing(
    run: Run, founded: Settings, words: tuple[str, ...], message: str
) -> None:
    before = run("tick", "--json").json["size"]
    answer = run("act", *words)
    assert answer.code == 2
    assert message in answer.err
    assert run("tick", "--json").json["size"] == before


def test_another_offices_key_may_not_act_on_a_case(run: Run, founded: Settings) -> None:
    assert _register(run) == 0
    taken = ("--action", "case.notice_served.v1", "--public", "notice=received", "--public", "means=post")
    other = run("act", *taken, "--stream", f"case/{CASE}", "--key", "officer-lin", "--role", "intake")
    assert other.code == 2
    assert "the rules do not allow it" in other.err


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.toml", "acts = 3"),
        ("a.toml", "acts = ["),
        ("a.json", "[" * 3000),
        ("a.json", '{"acts": [{"action": "x"}]}'),
        ("a.toml", "\udcff"),
        ("a.toml", '[[acts]]\naction="case.accepted.v1"\nkey="k"\nrole="handler"\ncolour="red"'),
    ],
)
def test_a_file_that_holds_no_acts_is_refused_in_one_line(
    run: Run, founded: Settings, tmp_path: Path, name: str, text: str
) -> None:
    (tmp_path / name).write_bytes(text.encode("utf-8", "surrogateescape"))
    answer = run("act", tmp_path / name)
    assert answer.code == 2
    assert len(answer.err.strip().splitlines()) == 1


def test_the_first_act_of_a_file_needs_a_stream(run: Run, founded: Settings, tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text(json.dumps({"acts": [_json_act()]}), encoding="utf-8")
    assert "stream" in run("act", tmp_path / "a.json").err


def test_a_key_is_enrolled_by_two_registrars_used_rotated_and_revoked(run: Run, founded: Settings) -> None:
    enrol = ("--office", "housing", "--actor", "officer-shen-2", "--post", "window", "--role", "handler")
    refused = run("keys", "enrol", *enrol)
    assert (refused.code, "tenure" in refused.err or "hold" in refused.err) == (2, True)

    old = run("keys", "rotate", "officer-shen", "--role", "handler", "--json").json
    assert old["key_id"] != old["old_key_id"]
    assert f"officer-shen-{old['old_key_id'][:8]}" in list_keys(founded.keys)
    assert _register(run) == 0
    with_old = [f"officer-shen-{old['old_key_id'][:8]}" if word == "officer-shen" else word for word in REGISTER]
    assert run("act", *with_old, *FIELDS).code == 2

    assert run("keys", "revoke", old["key_id"], "--reason", "lost").code == 0
    after = run("act", *REGISTER, *FIELDS)
    assert after.code == 2
    assert "no right to this act" in after.err
    listed = {row["key_id"]: row for row in run("keys", "list", "--json").json["keys"]}
    assert listed[old["key_id"]]["until_index"] is not None
    assert listed[old["key_id"]]["file"] == "officer-shen"
    assert "ended at entry" in run("keys", "list").out


def test_one_registrar_alone_enrols_nobody(run: Run, founded: Settings) -> None:
    enrol = ("--office", "housing", "--actor", "officer-shen", "--post", "window", "--role", "handler")
    alone = run("keys", "enrol", *enrol, "--registrar", "registrar-qin", "--registrar", "registrar-qin")
    assert alone.code == 2
    assert "two different registrars" in alone.err


def test_an_unknown_key_cannot_be_revoked(run: Run, founded: Settings) -> None:
    assert run("keys", "revoke", "00" * 32, "--reason", "lost").code == 2


def test_a_claim_code_is_the_seed_of_the_key_that_the_case_is_registered_with(
    run: Run, application: Application
) -> None:
    made = run("keys", "claim-code", CASE, "--json").json
    private = derive_claim_key(parse_claim_code(made["code"]), application.ledger.origin, f"case/{CASE}")
    assert public_key(private).hex() == made["claim_key"]
    assert _register(run, "--public", f"claim_key={made['claim_key']}") == 0
    assert run("keys", "claim-code", "nonsense").code == 2
