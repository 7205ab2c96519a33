"""A malicious operator answers with files and checkpoints: whoever was given them, or a witness, sees what is wrong."""

from __future__ import annotations

import json
import shutil
from base64 import b64encode
from collections.abc import Callable
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from api.main import open_application
from api.publishing.cosigning import request_body
from api.publishing.evidence import check_evidence, parse_evidence
from api.publishing.publisher import Publisher
from api.settings import Settings, load_settings
from audit.bundle import check_bundle
from audit.checkpoint import Checkpoint
from audit.errors import AuditError, ProofRejected
from audit.merkle import root_of
from audit.note import ED25519, NoteKey
from audit.proof import check_receipt
from audit.published import check_extends
from audit.store.notes import sign_checkpoint
from audit.trust import Findings, Trust
from tests.api.publishing.conftest import Watch
from tests.api.publishing.rewriting import ATTACHED, HONEST, NOTICE, SIZE, STRANGER, Check, changed, regrown
from tests.api.publishing.witnesses import Net, log_key, make_witness, record
from tests.audit.published_log import files_of, line, pack, told_log
from tests.audit.simulated_log import LOG, ORIGIN

BUNDLED = told_log()
CENSUS = BUNDLED.census()
FULL = len(BUNDLED.rows)
BUNDLED.checkpoint()
NOTE, ANCHOR = BUNDLED.note(), BUNDLED.anchor()


def bundle(file: str = "", change: Callable[[Any], object] = lambda value: None) -> bytes:
    """A bundle of the case for an inspector, one of whose files the operator has changed."""
    authority = BUNDLED.authority(CENSUS, FULL)
    authority["streams"].append(BUNDLED.stream("rules", CENSUS, FULL, named=True))
    files = files_of(BUNDLED, CENSUS, NOTE, FULL) | {"authority.json": line(authority)}
    if file:
        value = json.loads(files[file])
        change(value)
        files[file] = line(value)
    return pack(files)


def _receipt(size: int, note: str, entry: bytes = b"") -> bytes:
    """A receipt of the notice whose proof is for a size, under a checkpoint."""
    data = BUNDLED.receipt(NOTICE, note, size)
    old, new = (b"extra " + b64encode(one) for one in (BUNDLED.rows[NOTICE].entry, entry or BUNDLED.rows[NOTICE].entry))
    return data.replace(old, new)


_EMPTY = {"field": "", "value": ""}
_SIGNED_BY_ANOTHER = sign_checkpoint(Checkpoint(ORIGIN, FULL, root_of(BUNDLED.leaves)), STRANGER.private)
_FILES: dict[str, tuple[Check, bytes, str, str]] = {
    "omit an event from a bundle": (
        check_bundle,
        bundle("proof.json", lambda value: value["entries"].pop(1)),
        "chain",
        "entry 2 of the proof does not continue the stream",
    ),
    "omit the last event from a bundle": (
        check_bundle,
        bundle("proof.json", lambda value: value["entries"].pop()),
        "complete",
        "the inclusion proof leads to another root",
    ),
    "swap a disclosure": (
        check_bundle,
        bundle("disclosures.json", lambda value: value["acts"][0][0].update(value='"别的话"')),
        "disclosures",
        "slot 0 of case/.* does not open",
    ),
    "withhold a disclosure": (
        check_bundle,
        bundle("disclosures.json", lambda value: value["acts"][0].__setitem__(0, {"withheld": "audience"})),
        "audience",
        "does not disclose so much or so little",
    ),
    "withhold a disclosure as erased": (
        check_bundle,
        bundle("disclosures.json", lambda value: value["acts"][0].__setitem__(0, {"withheld": "erased"})),
        "disclosures",
        "slot 0 of act 1 is withheld without a reason",
    ),
    "pass a real field off as a decoy": (
        check_bundle,
        bundle("disclosures.json", lambda value: value["acts"][0][0].update(_EMPTY)),
        "disclosures",
        "slot 0 of case/.* does not open to field ''",
    ),
    "forge the act in a receipt": (
        check_receipt,
        _receipt(FULL, NOTE, changed(BUNDLED.rows[NOTICE], claimed_at="2023-01-01T10:00:00+08:00")),
        "included",
        "the inclusion proof leads to another root",
    ),
    "forge the checkpoint of a receipt": (
        check_receipt,
        _receipt(FULL, _SIGNED_BY_ANOTHER),
        "checkpoint",
        "no known key signed the note",
    ),
    "answer with a proof for another size": (
        check_receipt,
        _receipt(ATTACHED, NOTE),
        "included",
        "the proof is too short",
    ),
}


@pytest.mark.parametrize("attack", _FILES)
def test_an_attack_on_a_file_is_seen_by_whoever_was_given_it(attack: str) -> None:
    check, data, where, words = _FILES[attack]
    findings = Findings()
    with pytest.raises(AuditError, match=words):
        check(data, Trust(ANCHOR), findings)
    assert findings.checks[-1] == where


def test_the_honest_files_are_good() -> None:
    check_bundle(bundle(), Trust(ANCHOR), Findings())
    check_receipt(_receipt(FULL, NOTE), Trust(ANCHOR), Findings())


def test_a_fork_for_one_reader_is_seen_by_whoever_compares_and_a_witness_keeps_the_evidence(tmp_path: Path) -> None:
    """Two readers are shown two histories of one size; a third has both signed."""
    fork, key = regrown(), NoteKey(ORIGIN, ED25519, LOG.raw)
    roots = [Checkpoint(ORIGIN, SIZE, root_of(log.leaves)) for log in (HONEST, fork)]
    with pytest.raises(ProofRejected, match=f"the tree of the first {SIZE} entries has another root: a fork"):
        check_extends(fork.tree(fork.note(), entries=False).get, *roots)
    witness = make_witness(tmp_path / "w.db", "w", key)
    assert witness.add_checkpoint(request_body(0, [], HONEST.note())).status == 200
    assert witness.add_checkpoint(request_body(SIZE, [], fork.note())).status == 409
    (kept,) = witness.store.evidence()
    assert set(check_evidence(parse_evidence(kept.data), [key])) == set(roots)


def test_a_stale_checkpoint_binds_nothing_for_whoever_has_seen_a_newer_one_and_no_witness_signs_it(
    tmp_path: Path,
) -> None:
    findings = Findings()
    check_receipt(BUNDLED.receipt(4, BUNDLED.note(size=NOTICE), NOTICE), Trust(ANCHOR), findings)
    assert (findings.facts["size"], findings.facts["continues_anchor"]) == (NOTICE, False)
    witness = make_witness(tmp_path / "w.db", "w", NoteKey(ORIGIN, ED25519, LOG.raw))
    witness.add_checkpoint(request_body(0, [], NOTE))
    refused = witness.add_checkpoint(request_body(NOTICE, [], BUNDLED.note(size=NOTICE)))
    assert (refused.status, refused.body) == (409, f"{FULL}\n")


def test_a_witness_is_not_pointed_at_another_origin(tmp_path: Path) -> None:
    witness = make_witness(tmp_path / "w.db", "w", NoteKey(ORIGIN, ED25519, LOG.raw))
    other = sign_checkpoint(Checkpoint("sundial.example/other", 5, bytes(32)), LOG.private)
    refused = witness.add_checkpoint(request_body(0, [], other))
    assert (refused.status, refused.body) == (404, "the log is not known here\n")
    assert witness.store.evidence() == []


def test_of_two_publishers_with_two_histories_one_is_witnessed_and_the_other_leaves_evidence(
    small: Settings, tmp_path: Path, watch: Watch
) -> None:
    shutil.copytree(small.home, tmp_path / "twin")
    twin = load_settings(home=tmp_path / "twin", language="en", environment={})
    with open_application(small, clock=watch) as one, open_application(twin, clock=watch) as other:
        net = Net([make_witness(tmp_path / "w.db", "east", log_key(one))])
        record(one, 2)
        watch.now += timedelta(seconds=1)
        record(other, 3)
        published = []
        for application in (one, other):
            with closing(Publisher(application, net.policy(1), net.transport)) as publisher:
                published.append(publisher.publish())
        assert [found.published is not None for found in published] == [True, False]
        assert [answer.outcome for answer in published[1].answers] == ["refused"]
        (kept,) = net.witnesses[0].store.evidence()
        older, newer = check_evidence(parse_evidence(kept.data), [log_key(one)])
        assert (kept.proven, older.size + 1) == (True, newer.size)
        net.witnesses[0].store.close()
