"""Receipts, bulletins and proof files hold under an anchored checkpoint, and no longer once they are changed."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import nullcontext
from typing import Any

import pytest

from audit.case_proofs import check_proof
from audit.census import map_root
from audit.errors import (
    AnchorRejected,
    AuditError,
    Malformed,
    NoteRejected,
    OtherKind,
    ProofRejected,
    SignatureRejected,
)
from audit.proof import TlogProof, check_bulletin, check_receipt, parse_tlog_proof
from audit.store.notes import format_tlog_proof
from audit.suite import hash256
from audit.trust import Findings, Trust
from tests.audit.published_log import CASE, SECOND, PublishedLog, line, told_log
from tests.audit.simulated_log import LOG, WANG, Signer, private_of

_DAY = 86_400_000


def _late() -> PublishedLog:
    """The log after the clock ran out."""
    log = told_log()
    log.checkpoint()
    log.now += 40 * _DAY
    return log


TOLD = _late()
OLD = TOLD.anchor()
CENSUS = TOLD.census()
TOLD.act(WANG, "case/" + "f" * 32, "case.registered.v1", {"channel": "letter"})
NOTE = TOLD.note()
SIZE = len(TOLD.rows)
TOLD.checkpoint()
ANCHOR = TOLD.anchor()
PROOF = TOLD.proof(CENSUS, NOTE, SIZE)
SILENCE = TOLD.silence(CENSUS, NOTE, SIZE)


def test_a_receipt_names_the_act_and_where_it_stands() -> None:
    for row in TOLD.rows:
        findings = Findings()
        statement, index, opened = check_receipt(TOLD.receipt(row.index, NOTE, SIZE), Trust(ANCHOR), findings)
        assert (statement.stream, index, opened.checkpoint.size) == (row.stream, row.index, SIZE)
        assert findings.checks == ["checkpoint", "witnesses", "entry", "included"]
        assert findings.facts["leaf"] == row.leaf.hex()
        assert findings.facts["continues_anchor"] is True


def test_a_receipt_is_of_the_anchored_ledger_and_of_this_very_entry() -> None:
    receipt = parse_tlog_proof(TOLD.receipt(5, NOTE, SIZE))
    forged: list[tuple[TlogProof, type[AuditError]]] = [
        (receipt._replace(index=6), ProofRejected),
        (receipt._replace(index=SIZE), ProofRejected),
        (receipt._replace(extra=TOLD.rows[6].entry), ProofRejected),
        (receipt._replace(extra=b""), Malformed),
        (receipt._replace(hashes=receipt.hashes[1:]), ProofRejected),
        (receipt._replace(checkpoint=receipt.checkpoint.replace("test\n", "best\n", 1)), AnchorRejected),
        (receipt._replace(checkpoint=receipt.checkpoint[:-6] + "AAAA=\n"), AuditError),
        (receipt._replace(checkpoint=""), Malformed),
    ]
    for proof, error in forged:
        with pytest.raises(error):
            check_receipt(format_tlog_proof(proof), Trust(ANCHOR), Findings())


def test_a_checkpoint_of_another_history_is_a_fork_from_the_anchored_one() -> None:
    other = told_log()
    other.now += 41 * _DAY
    other.census()
    other.act(WANG, "case/" + "e" * 32, "case.registered.v1", {"channel": "letter"})
    assert len(other.rows) == SIZE
    with pytest.raises(AnchorRejected, match="a fork"):
        check_receipt(other.receipt(3, other.note(), SIZE), Trust(ANCHOR), Findings())


def test_a_checkpoint_is_signed_by_the_log_that_the_anchor_names() -> None:
    receipt = TOLD.receipt(5, NOTE, SIZE)
    with pytest.raises((NoteRejected, Malformed)):
        check_receipt(receipt, Trust(ANCHOR._replace(log_key=WANG.raw, checkpoint="")), Findings())
    findings = Findings()
    check_receipt(receipt, Trust(None), findings)
    assert findings.facts["index"] == 5


def test_the_first_entry_is_the_anchored_one() -> None:
    with pytest.raises(AnchorRejected, match="first entry"):
        check_receipt(TOLD.receipt(0, NOTE, SIZE), Trust(ANCHOR._replace(genesis_hash=bytes(32))), Findings())


@pytest.mark.parametrize(
    "text",
    [
        "",
        "index 1",
        "index 01\n\nx",
        "extra \nindex 1\n\nx",
        "extra AA\nindex 1\n\nx",
        "index 1\nAAAA\n\nx",
        "index 1\n" + "A" * 43 + "=\n",
        "index 12345678901234567\n\nx",
        "index 1\n" + ("A" * 43 + "=\n") * 64 + "\nx",
    ],
)
def test_a_tlog_proof_is_read_strictly(text: str) -> None:
    with pytest.raises(Malformed):
        parse_tlog_proof(b"c2sp.org/tlog-proof@v1\n" + text.encode())


def test_what_does_not_begin_as_a_tlog_proof_is_something_else() -> None:
    for data in (b"", b"c2sp.org/tlog-proof@v2\nindex 0\n\n", b"PK"):
        with pytest.raises(OtherKind):
            parse_tlog_proof(data)


def test_a_case_is_shown_whole_and_to_go_on_from_the_anchored_checkpoint() -> None:
    findings = Findings()
    shown = check_proof(line(PROOF), Trust(ANCHOR), findings)
    assert len(shown.acts) == 4
    assert findings.checks == ["checkpoint", "witnesses", "census", "chain", "complete"]
    findings = Findings()
    check_proof(line(PROOF), Trust(OLD), findings)
    assert findings.facts["continues_anchor"] is False
    size = len(TOLD.rows) - 2
    findings = Findings()
    check_proof(line(TOLD.proof(CENSUS, NOTE, SIZE, since=size)), Trust(OLD), findings)
    assert findings.facts["continues_anchor"] is True


def _set(*path: Any) -> Callable[[dict[str, Any]], None]:
    def change(value: Any) -> None:
        *way, last, new = path
        for step in way:
            value = value[step]
        value[last] = new

    return change


@pytest.mark.parametrize(
    ("change", "check"),
    [
        (_set("format", "sundial/proof-case2"), None),
        (_set("suite", "sm2-sm3"), None),
        (_set("more", 1), None),
        (_set("entries", [1]), None),
        (_set("entries", ["A"]), "chain"),
        (_set("entries", []), "complete"),
        (_set("census", "index", 3), "census"),
        (_set("census", "entry", TOLD.item(3, SIZE)["entry"]), "census"),
        (_set("census", TOLD.item(3, SIZE)), "census"),
        (_set("checkpoint", TOLD.checkpoints[0].note), "census"),
        (_set("map", "index", 0), "complete"),
        (_set("map", "proof", []), "complete"),
        (_set("since", {"proof": [], "size": len(TOLD.rows) - 2}), "checkpoint"),
    ],
)
def test_a_changed_proof_of_a_case_is_refused(change: Callable[[Any], None], check: str | None) -> None:
    value = json.loads(line(PROOF))
    change(value)
    findings = Findings()
    with pytest.raises(AuditError):
        check_proof(line(value), Trust(OLD), findings)
    assert (findings.checks[-1] if findings.checks else None) == check


def test_a_clock_was_met_by_nothing_before_the_moment() -> None:
    findings = Findings()
    check_proof(line(SILENCE), Trust(ANCHOR), findings)
    assert findings.checks[-1] == "silence"
    assert findings.facts["silence"]["clock"] == "acceptance"


@pytest.mark.parametrize(
    "change",
    [
        _set("silence", "before", "2024-12-01T00:00:00+08:00"),
        _set("silence", "before", "2023-11-16"),
        _set("silence", "before", "2023-11-16T00:00:00"),
        _set("silence", "before", "20231116T000000+0800"),
        _set("silence", "clock", "opinion"),
        _set("silence", "rule", "2022.OPINION"),
        _set("silence", "rules", TOLD.item(5, SIZE)),
        _set("silence", "started_seq", 2),
        _set("silence", "started_seq", 0),
        _set("silence", "started_seq", 99),
    ],
)
def test_a_changed_proof_of_silence_is_refused(change: Callable[[Any], None]) -> None:
    value = json.loads(line(SILENCE))
    change(value)
    findings = Findings()
    with pytest.raises((ProofRejected, Malformed)):
        check_proof(line(value), Trust(ANCHOR), findings)
    assert findings.checks[-1] == "silence"


@pytest.mark.parametrize(
    ("action", "public", "silent"),
    [
        ("case.accepted.v1", {}, False),
        ("case.replied.v1", {"way": "final"}, False),
        ("case.replied.v1", {"way": "interim"}, True),
        ("case.withdrawn.v1", {}, True),
    ],
)
def test_an_act_that_meets_the_clock_in_time_breaks_the_silence(
    action: str, public: dict[str, Any], silent: bool
) -> None:
    log = told_log()
    log.act(SECOND, CASE, action, public)
    log.now += 40 * _DAY
    census = log.census()
    data = line(log.silence(census, log.note(), len(log.rows)))
    if silent:
        check_proof(data, Trust(log.anchor()), Findings())
    else:
        with pytest.raises(ProofRejected, match="met the clock"):
            check_proof(data, Trust(log.anchor()), Findings())


@pytest.mark.parametrize(
    ("signer", "more", "error"),
    [
        (LOG, 0, None),
        (LOG, 1, Malformed),
        (Signer(LOG.actor, LOG.office, LOG.post, LOG.role, private_of("somebody")), 0, SignatureRejected),
    ],
    ids=["honest", "of entries behind its own", "by somebody else"],
)
def test_a_census_is_signed_by_the_log_and_of_entries_before_it(
    signer: Signer, more: int, error: type[AuditError] | None
) -> None:
    log = told_log()
    streams, root = map_root(log.map())
    public = {"entries": len(log.rows) + more, "map": root.hex(), "streams": streams, "views": []}
    census = log.act(signer, "ledger", "ledger.census.v1", public)
    with pytest.raises(error) if error else nullcontext():
        check_proof(line(log.proof(census, log.note(), len(log.rows))), Trust(log.anchor()), Findings())


BULLETIN = "2024年1月信访工作通报".encode()


def _issued(public: dict[str, Any], stream: str = "bulletin/city") -> tuple[PublishedLog, bytes]:
    log = told_log()
    log.checkpoint()
    log.act(WANG, stream, "bulletin.issued.v1", public)
    return log, log.receipt(len(log.rows) - 1, log.note(), len(log.rows))


def test_a_bulletin_is_the_one_that_was_signed_and_bound_to_an_earlier_checkpoint() -> None:
    size = len(told_log().rows)
    bound = {"root": "0" * 64, "size": size}
    public = {"files": [{"digest": hash256(BULLETIN).hex()}], "known_at": bound}
    log, receipt = _issued(public)
    findings = Findings()
    check_bulletin(BULLETIN, receipt, Trust(log.anchor()), findings)
    assert findings.facts["bound_to"] == [bound]
    wrong: list[tuple[bytes, dict[str, Any], str]] = [
        (BULLETIN + b".", public, "bulletin/city"),
        (BULLETIN, public, "mandate/city"),
        (BULLETIN, {"files": public["files"]}, "bulletin/city"),
        (BULLETIN, {**public, "known_at": {**bound, "size": size + 1}}, "bulletin/city"),
        (BULLETIN, {**public, "known_at": {**bound, "size": "1"}}, "bulletin/city"),
    ]
    for document, said, stream in wrong:
        log, receipt = _issued(said, stream)
        with pytest.raises(ProofRejected):
            check_bulletin(document, receipt, Trust(log.anchor()), Findings())
