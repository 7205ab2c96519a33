"""The published vectors are current, and both readers, ours and the one in another language, agree with them."""

from __future__ import annotations

import json
import shutil
import subprocess
from base64 import b64decode
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from audit.anchor import parse_anchor
from audit.bundle import check_bundle
from audit.canonical import parse_json
from audit.case_proofs import check_proof
from audit.census import map_root
from audit.commitments import check_commitment
from audit.entry import parse_entry
from audit.errors import AuditError, Malformed
from audit.merkle import leaf_hash
from audit.note import check_note, parse_note, parse_note_key
from audit.proof import check_bulletin, check_receipt
from audit.published import REFERENCES, check_tiles, read_share
from audit.statement import parse_statement
from audit.store.tile_files import parse_tile_path
from audit.tiles import tile_path
from audit.trust import Findings, Trust, parse_policy
from audit.verify import LogVerifier
from tests.audit.vectors.make_vectors import FOLDER, vectors

_READER = Path(__file__).parent / "foreign" / "read_bundle.mjs"
_NO_NODE = "node is not installed: install Node.js 18 or newer (on Debian: apt-get install nodejs)"
Input = dict[str, Any]


def _load(name: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))["vectors"]
    return found


def test_the_files_are_those_that_the_program_beside_them_writes() -> None:
    made = vectors()
    kept = {str(path.relative_to(FOLDER)): path.read_bytes() for path in FOLDER.rglob("*") if path.is_file()}
    assert kept.keys() == made.keys()
    assert [name for name in made if made[name] != kept[name]] == []


def _canonical(given: Input, _: Findings) -> object:
    parse_json(given["text"].encode() if "text" in given else bytes.fromhex(given["hex"]))
    return {}


def _statement(given: Input, _: Findings) -> object:
    found = parse_statement(given["payload"].encode())
    return {"stream": found.stream, "seq": found.seq, "action": found.action}


def _entry(given: Input, _: Findings) -> object:
    data = bytes.fromhex(given["entry"])
    parse_entry(data)
    return {"leaf": leaf_hash(data).hex()}


def _commitment(given: Input, _: Findings) -> object:
    place = (given["origin"], given["stream"], given["seq"], given["slot"])
    salt, commitment = bytes.fromhex(given["salt"]), bytes.fromhex(given["commitment"])
    check_commitment(commitment, salt, *place, given["field"], given["value"].encode())
    return {}


def _note(given: Input, _: Findings) -> object:
    signers = check_note(parse_note(given["note"]), [parse_note_key(one) for one in given["keys"]])
    return {"signers": sorted((key.name for key in signers), key=lambda name: (not name.startswith("w"), name))}


def _policy(given: Input, _: Findings) -> object:
    policy = parse_policy(given["policy"].encode())
    return {"met": policy.is_met([parse_note_key(one) for one in given["signers"]])}


def _tile(given: Input, _: Findings) -> object:
    path = tile_path(-1 if given["level"] == "entries" else given["level"], given["index"], given["width"])
    assert parse_tile_path(path).index == given["index"]
    return {"path": path}


def _map(given: Input, _: Findings) -> object:
    size, root = map_root((one["stream"], bytes.fromhex(one["head"]), one["count"]) for one in given["streams"])
    return {"size": size, "root": root.hex()}


def _trust(given: Input) -> Trust:
    return Trust(parse_anchor(given["anchor"].encode()))


def _receipt(given: Input, findings: Findings) -> object:
    check_receipt(b64decode(given["file"]), _trust(given), findings)
    return {}


def _proof(given: Input, findings: Findings) -> object:
    check_proof(b64decode(given["file"]), _trust(given), findings)
    return {}


def _bulletin(given: Input, findings: Findings) -> object:
    check_bulletin(b64decode(given["file"]), b64decode(given["receipt"]), _trust(given), findings)
    return {}


def _bundle(given: Input, findings: Findings) -> object:
    check_bundle((FOLDER / given["bundle"]).read_bytes(), _trust(given), findings)
    return {}


def _tree(given: Input, findings: Findings) -> object:
    files = {path: b64decode(data) for path, data in given["files"].items()}
    if not any("entries" in path for path in files):
        return {}
    size = int(files["checkpoint"].split(b"\n")[1])
    verifier = LogVerifier(_trust(given).anchor)
    references = verifier.read_references(read_share(files.get, size, REFERENCES, 1))
    parts = [references, verifier.read_streams(read_share(files.get, size, 0, 1))]
    tree, faults = verifier.finish(size, parts, [files["checkpoint"].decode()])
    check_tiles(files.get, tree)
    findings.report([*faults, *tree.faults])
    return {}


_READERS: dict[str, Callable[[Input, Findings], Any]] = {
    "canonical": _canonical,
    "statement": _statement,
    "entry": _entry,
    "commitment": _commitment,
    "note": _note,
    "policy": _policy,
    "tile": _tile,
    "map": _map,
    "receipt": _receipt,
    "proof": _proof,
    "bulletin": _bulletin,
    "bundle": _bundle,
    "tree": _tree,
}


# What is refused for its form alone.
_REFUSALS = dict.fromkeys(("canonical", "statement", "entry", "policy", "map"), Malformed)


@pytest.mark.parametrize("name", _READERS)
def test_our_reader_agrees_with_the_vectors(name: str) -> None:
    for vector in _load(name):
        findings, expected = Findings(), vector["expected"]
        if not expected["good"]:
            with pytest.raises(_REFUSALS.get(name, AuditError)):
                _READERS[name](vector["input"], findings)
            assert "check" not in expected or findings.checks[-1] == expected["check"], vector["name"]
            continue
        found = _READERS[name](vector["input"], findings)
        assert {key: expected[key] for key in found} == found, vector["name"]


def _node(bundle: Path, anchor: Path) -> dict[str, Any]:
    program = shutil.which("node")
    if program is None:
        pytest.fail(_NO_NODE)
    command = [program, str(_READER), str(bundle), str(anchor)]
    run = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    found: dict[str, Any] = json.loads(run.stdout)
    assert run.returncode == (0 if found["ok"] else 1), run.stderr
    return found


@pytest.mark.parametrize("vector", _load("bundle"), ids=lambda vector: vector["name"])
def test_a_second_reader_in_another_language_agrees_on_bundles(vector: dict[str, Any], tmp_path: Path) -> None:
    anchor = tmp_path / "anchor.json"
    anchor.write_text(vector["input"]["anchor"], encoding="utf-8")
    found = _node(FOLDER / vector["input"]["bundle"], anchor)
    assert found["ok"] is vector["expected"]["good"], found
    assert found.get("check") == vector["expected"].get("check"), found


def test_the_second_reader_refuses_every_bundle_with_a_changed_byte_in_its_files(tmp_path: Path) -> None:
    vector = _load("bundle")[0]
    anchor = tmp_path / "anchor.json"
    anchor.write_text(vector["input"]["anchor"], encoding="utf-8")
    data = bytearray((FOLDER / vector["input"]["bundle"]).read_bytes())
    for at in range(200, len(data) - 800, len(data) // 12):
        changed = tmp_path / "changed.zip"
        changed.write_bytes(bytes(data[:at]) + bytes((data[at] ^ 1,)) + bytes(data[at + 1 :]))
        assert not _node(changed, anchor)["ok"], at
