"""A bundle holds one case for good: whatever is left out, exchanged, added or said too much of is found, and named."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from audit.bundle import CHECKS, check_bundle, format_bundle, parse_bundle
from audit.errors import AuditError, Malformed, OtherKind
from audit.store.possession import prove_possession
from audit.store.writing import derive_salt
from audit.suite import hash256
from audit.trust import Findings, Trust, parse_policy
from tests.audit.published_log import CASE, LETTER, SECOND, PublishedLog, files_of, line, pack, told_log
from tests.audit.simulated_log import ANNA, LOG, WANG, Signer, private_of

TOLD = told_log()
CENSUS = TOLD.census()
TOLD.act(WANG, "case/" + "f" * 32, "case.registered.v1", {"channel": "letter"})
NOTE = TOLD.note("w1.example")
SIZE = len(TOLD.rows)
ANCHOR = TOLD.anchor()


def _neighbour(value: dict[str, Any]) -> None:
    """Show that the registrars have no stream: the next name in the map behind it is that of the rules."""
    value["streams"].append(TOLD.stream("rules", CENSUS, SIZE, named=True))


def _files() -> dict[str, bytes]:
    files = files_of(TOLD, CENSUS, NOTE, SIZE)
    return files | {"authority.json": _changed(files["authority.json"], _neighbour)}


def _changed(data: bytes, change: Callable[[dict[str, Any]], object]) -> bytes:
    value = json.loads(data)
    change(value)
    return line(value)


FILES = _files()


def _refused(data: bytes, trust: Trust | None = None) -> tuple[str, str]:
    """The check that failed, and why."""
    findings = Findings()
    with pytest.raises(AuditError) as caught:
        check_bundle(data, trust or Trust(ANCHOR), findings)
    return findings.checks[-1], str(caught.value)


def test_an_honest_bundle_passes_every_check_that_its_manifest_names() -> None:
    findings = Findings()
    shown = check_bundle(pack(FILES), Trust(ANCHOR), findings)
    assert [statement.seq for statement, _, _ in shown.acts] == [1, 2, 3, 4]
    assert set(findings.checks) == {check for checks in CHECKS.values() for check in checks}
    assert findings.facts["slots"] == {"absent": 28, "audience": 0, "disclosed": 4, "erased": 0}
    assert findings.facts["origin"] == ANCHOR.origin


def test_the_same_files_make_the_same_bytes_and_come_back() -> None:
    data = pack(FILES)
    assert data == pack(dict(reversed(FILES.items())))
    assert {name: one for name, one in parse_bundle(data).items() if name != "manifest.json"} == FILES


@pytest.mark.parametrize("data", [b"", b"PK", b"{}", b"\x50\x4b\x05\x06" + bytes(18)])
def test_what_does_not_begin_as_a_bundle_is_something_else(data: bytes) -> None:
    with pytest.raises(OtherKind):
        parse_bundle(data)


def test_an_archive_is_the_one_that_its_files_make() -> None:
    data = pack(FILES)
    for wrong in (
        data[:-1],
        data + b"\0",
        data[:30] + b"X" + data[31:],
        b"PK\x03\x04",
        data.replace(b"policy", b"../etc"),
    ):
        if wrong != data:
            with pytest.raises(Malformed):
                parse_bundle(wrong)
    with pytest.raises(Malformed):
        parse_bundle(format_bundle({"../evil": b""}))


def _set(name: str, value: object) -> Callable[[dict[str, Any]], object]:
    return lambda found: found.__setitem__(name, value)


ATTACKS: dict[str, tuple[str, Callable[[dict[str, Any]], object], str]] = {
    "an act is left out": ("proof.json", lambda v: v["entries"].pop(1), "chain"),
    "the last act is left out": ("proof.json", lambda v: v["entries"].pop(), "complete"),
    "acts change places": ("proof.json", lambda v: v["entries"].reverse(), "chain"),
    "another case's entries": ("proof.json", _set("stream", "case/" + "0" * 32), "chain"),
    "another suite": ("proof.json", _set("suite", "none"), "keys"),
    "another map place": ("proof.json", lambda v: v["map"].update(index=0), "complete"),
    "a revocation is left out": (
        "authority.json",
        lambda v: v["streams"][0].update(entries=v["streams"][0]["entries"][:-1], count=4),
        "signatures",
    ),
    "an office's stream is left out": ("authority.json", lambda v: v["streams"].pop(0), "signatures"),
    "the genesis is left out": ("authority.json", lambda v: v["ledger"].pop(0), "keys"),
    "an act stands elsewhere": ("authority.json", lambda v: v["included"].reverse(), "included"),
    "a place is left out": ("authority.json", lambda v: v["included"].pop(), "included"),
    "a slot is withheld from an inspector": (
        "disclosures.json",
        lambda v: v["acts"][0].__setitem__(0, {"withheld": "audience"}),
        "audience",
    ),
    "a slot is said to be erased": (
        "disclosures.json",
        lambda v: v["acts"][0].__setitem__(0, {"withheld": "erased"}),
        "disclosures",
    ),
    "a disclosure is exchanged": (
        "disclosures.json",
        lambda v: v["acts"][0][0].update(value='"别的话"'),
        "disclosures",
    ),
    "a disclosure is moved": (
        "disclosures.json",
        lambda v: v["acts"][0].__setitem__(3, v["acts"][0][0]),
        "disclosures",
    ),
    "a real field passes as a decoy": (
        "disclosures.json",
        lambda v: v["acts"][0][0].update(field="", value=""),
        "disclosures",
    ),
    "a slot is missing": ("disclosures.json", lambda v: v["acts"][0].pop(), "disclosures"),
}


_OPENED = {"field": "text", "salt": "00" * 32, "value": '"x"'}


@pytest.mark.parametrize(
    "change",
    [
        lambda value: value.update(acts=5),
        lambda value: value["acts"].__setitem__(0, [5] * 8),
        lambda value: value["acts"][0].__setitem__(0, _OPENED | {"field": 5}),
        lambda value: value["acts"][0].__setitem__(0, _OPENED | {"salt": 5}),
        lambda value: value["acts"][0].__setitem__(0, _OPENED | {"value": 5}),
        lambda value: value["acts"][0].__setitem__(0, {"salt": "00" * 32}),
    ],
)
def test_disclosures_of_another_shape_are_malformed(change: Callable[[dict[str, Any]], object]) -> None:
    changed = _changed(FILES["disclosures.json"], change)
    with pytest.raises(Malformed):
        check_bundle(pack(FILES | {"disclosures.json": changed}), Trust(ANCHOR), Findings())


@pytest.mark.parametrize(
    ("action", "public", "sealed"),
    [
        ("case.erased.v1", {"basis": "law", "targets": 5}, ()),
        ("case.erased.v1", {"basis": "law", "targets": [{"seq": 1, "slots": 5}]}, ()),
        ("case.attached.v1", {}, (("attachments", 5),)),
        ("case.attached.v1", {}, (("attachments", [{"digest": "x"}]),)),
    ],
)
def test_what_an_act_erases_or_attaches_has_its_shape(
    action: str, public: dict[str, Any], sealed: tuple[tuple[str, object], ...]
) -> None:
    log = told_log()
    log.act(SECOND, CASE, action, public, *sealed)
    census = log.census()
    authority = log.authority(census, len(log.rows))
    authority["streams"].append(log.stream("rules", census, len(log.rows), named=True))
    files = files_of(log, census, log.note(), len(log.rows)) | {"authority.json": line(authority)}
    with pytest.raises(Malformed):
        check_bundle(pack(files), Trust(log.anchor()), Findings())


@pytest.mark.parametrize("name", ATTACKS)
def test_an_attack_on_a_bundle_is_found(name: str) -> None:
    file, change, check = ATTACKS[name]
    assert _refused(pack(FILES | {file: _changed(FILES[file], change)}))[0] == check


@pytest.mark.parametrize(
    ("changes", "check"),
    [
        ({"attachments/" + hash256(LETTER).hex(): None}, "attachments"),
        ({"attachments/" + "0" * 64: b"more"}, "attachments"),
        ({"timeline.pdf": b""}, "readable"),
        ({"timeline.html": None}, "readable"),
        ({"policy": b"quorum w1\n"}, "files"),
    ],
    ids=["an attachment is missing", "an attachment is added", "an empty page", "a missing page", "a bad policy"],
)
def test_the_other_files_are_those_that_belong_there(changes: dict[str, bytes | None], check: str) -> None:
    files = {name: one for name, one in (FILES | changes).items() if one is not None}
    assert _refused(pack(files))[0] == check


def test_a_manifest_says_what_is_there_and_what_is_checked() -> None:
    manifest = {name: one for name, one in parse_bundle(pack(FILES)).items() if name == "manifest.json"}
    assert _refused(format_bundle(FILES | {"note.txt": b"1"} | manifest))[0] == "files"
    assert _refused(pack(FILES, checks={name: [] for name in CHECKS}))[0] == "files"
    assert _refused(pack(FILES, format="sundial/bundle2"))[0] == "files"
    assert _refused(pack(FILES, suite="sm2-sm3"))[0] == "files"
    assert _refused(pack(FILES, origin="elsewhere"))[1] == "the manifest is of another case than the proof"


def test_a_public_bundle_opens_nothing_but_empty_slots() -> None:
    assert _refused(pack(FILES, "public"))[0] == "audience"
    withheld = [(1, 0), (1, 1), (2, 0), (4, 0)]
    files = FILES | {"disclosures.json": line(TOLD.disclosures(CENSUS, withheld))}
    files = {name: one for name, one in files.items() if not name.startswith("attachments/")}
    check_bundle(pack(files, "public"), Trust(ANCHOR), Findings())


def test_an_absent_slot_opens_like_the_others() -> None:
    row = next(row for row in TOLD.rows if row.stream == CASE)
    salt, name, value = TOLD.openings[row.index][7]
    assert (salt, name, value) == (derive_salt(hash256(f"{CASE}#1".encode()), 7), "", b"")


def test_a_ledger_of_somebody_else_is_not_the_anchored_one() -> None:
    assert "not the anchored" in _refused(pack(FILES), Trust(ANCHOR._replace(genesis_hash=bytes(32))))[1]
    assert _refused(pack(FILES), Trust(ANCHOR._replace(origin="elsewhere")))[0] == "keys"
    assert _refused(pack(FILES), Trust(ANCHOR._replace(log_key=ANNA.raw)))[0] == "keys"


def test_a_quorum_of_witnesses_is_asked_for_by_the_reader_alone() -> None:
    policy = parse_policy(b"quorum none\n")
    check_bundle(pack(FILES | {"policy": b"quorum none\n"}), Trust(ANCHOR, policy), Findings())


def test_the_registrars_stream_is_there_or_shown_not_to_be() -> None:
    far = TOLD.stream("case/" + "0" * 32, CENSUS, SIZE, named=True)
    distant = _changed(FILES["authority.json"], lambda v: v["streams"].__setitem__(-1, far))
    assert "nor shown to be absent" in _refused(pack(FILES | {"authority.json": distant}))[1]
    without = _changed(FILES["authority.json"], lambda v: v["streams"].pop())
    assert _refused(pack(FILES | {"authority.json": without})) == (
        "signatures",
        "people/registrars is neither there nor shown to be absent",
    )


def test_a_key_that_was_revoked_before_signs_nothing_good() -> None:
    log = told_log()
    log.act(WANG, CASE, "case.investigated.v1", {"way": "visit"})
    census = log.census()
    note, size = log.note(), len(log.rows)
    files = files_of(log, census, note, size)
    authority = log.authority(census, size)
    authority["streams"].append(log.stream("rules", census, size, named=True))
    check, detail = _refused(pack(files | {"authority.json": line(authority)}), Trust(log.anchor()))
    assert check == "included"
    assert "was ended by entry" in detail


def test_an_erased_slot_is_withheld_on_the_word_of_the_erasure() -> None:
    log = told_log()
    log.act(SECOND, CASE, "case.erased.v1", {"basis": "law", "targets": [{"seq": 1, "slots": [0]}]})
    census = log.census()
    note, size = log.note(), len(log.rows)
    disclosures = log.disclosures(census)
    disclosures["acts"][0][0] = {"withheld": "erased"}
    authority = log.authority(census, size)
    authority["streams"].append(log.stream("rules", census, size, named=True))
    files = files_of(log, census, note, size)
    files |= {"authority.json": line(authority), "disclosures.json": line(disclosures)}
    findings = Findings()
    check_bundle(pack(files), Trust(log.anchor()), findings)
    assert findings.facts["slots"]["erased"] == 1


def test_after_a_rotation_the_new_log_key_has_to_have_signed() -> None:
    log: PublishedLog = told_log()
    new = Signer(LOG.actor, "", "", LOG.role, private_of("log-2"))
    proof = prove_possession(new.private, ANCHOR.origin, "", "ledger").hex()
    log.add(LOG, "ledger", "ledger.key_rotated.v1", {"key": new.raw.hex(), "possession": proof})
    census = log.census()
    note, size = log.note(), len(log.rows)
    authority = log.authority(census, size)
    authority["streams"].append(log.stream("rules", census, size, named=True))
    files = files_of(log, census, note, size) | {"authority.json": line(authority)}
    assert _refused(pack(files), Trust(log.anchor()))[0] == "checkpoint"
