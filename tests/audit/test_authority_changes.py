"""Keys end: rotated on the old key's word, revoked by a registrar, and the log's own by itself."""

from __future__ import annotations

from typing import Any

import pytest

from audit.authority import Authority
from audit.entry import parse_entry
from audit.errors import AuthorityRejected, Malformed
from audit.statement import parse_statement
from audit.store.possession import prove_possession
from audit.store.stored_rows import Row
from tests.audit.simulated_log import ANNA, BERT, LOG, ORIGIN, WANG, Signer, SimulatedLog, private_of

CASE = "case/" + "0" * 32
CARL = Signer("registrar-carl", "registrars", "registrar", "registrar", private_of("carl"))
WANG_2 = Signer("officer-wang", "housing", "desk", "handler", private_of("wang-2"))


def _apply(authority: Authority, row: Row) -> None:
    entry = parse_entry(row.entry)
    authority.apply(row.index, row.leaf, parse_statement(entry.payload), entry)


def _fold(log: SimulatedLog) -> Authority:
    authority = Authority()
    for row in log.rows:
        _apply(authority, row)
    return authority


def _log(*signers: Signer) -> SimulatedLog:
    log = SimulatedLog()
    log.genesis()
    for signer in signers:
        log.enrol(signer)
    return log


def _check(authority: Authority, index: int, signer: Signer, **changes: Any) -> None:
    log = SimulatedLog()
    authority.check(index, log.statement(signer, CASE, "case.accepted.v1", {}, **changes))


def _possession(signer: Signer, **changes: str) -> str:
    place = {"origin": ORIGIN, "office": signer.office, "actor": signer.actor} | changes
    return prove_possession(signer.private, **place).hex()


def test_the_old_key_names_the_new_one_and_ends_there() -> None:
    log = _log(WANG)
    public = {"key": WANG_2.raw.hex(), "possession": _possession(WANG_2)}
    row = log.add(WANG, "people/housing", "people.key_rotated.v1", public)
    authority = _fold(log)
    _check(authority, row.index, WANG)
    _check(authority, row.index + 1, WANG_2)
    with pytest.raises(AuthorityRejected, match=f"ended by entry {row.index}"):
        _check(authority, row.index + 1, WANG)
    with pytest.raises(AuthorityRejected):
        _check(authority, row.index, WANG_2)


@pytest.mark.parametrize(
    ("signer", "stream", "public"),
    [
        (WANG, "people/other", {"key": WANG_2.raw.hex(), "possession": _possession(WANG_2)}),
        (WANG, "people/housing", {"key": WANG_2.raw.hex(), "possession": _possession(WANG)}),
        (WANG, "people/housing", {"key": WANG.raw.hex(), "possession": _possession(WANG)}),
        (WANG, "people/housing", {"key": ANNA.raw.hex(), "possession": _possession(ANNA)}),
        (WANG, "people/housing", {"key": WANG_2.raw.hex()}),
        (ANNA, "people/housing", {"key": WANG_2.raw.hex(), "possession": _possession(WANG_2)}),
        (WANG_2, "people/housing", {"key": WANG_2.raw.hex(), "possession": _possession(WANG_2)}),
    ],
)
def test_a_bad_rotation_is_refused(signer: Signer, stream: str, public: dict[str, Any]) -> None:
    log = _log(WANG)
    authority = _fold(log)
    with pytest.raises((AuthorityRejected, Malformed)):
        _apply(authority, log.add(signer, stream, "people.key_rotated.v1", public))
    _check(authority, 9, WANG)


@pytest.mark.parametrize("reason", ["lost", "compromised", "tenure_ended", "replaced"])
def test_a_revoked_key_is_valid_up_to_its_revocation(reason: str) -> None:
    log = _log(WANG)
    public = {"key_id": WANG.key_id.hex(), "reason": reason}
    row = log.add(BERT, "people/housing", "people.key_revoked.v1", public)
    authority = _fold(log)
    _check(authority, row.index, WANG)
    with pytest.raises(AuthorityRejected, match=f"ended by entry {row.index}"):
        _check(authority, row.index + 1, WANG)
    with pytest.raises(AuthorityRejected, match="already"):
        _apply(authority, log.add(ANNA, "people/housing", "people.key_revoked.v1", public))


@pytest.mark.parametrize(
    ("stream", "public"),
    [
        ("people/other", {"key_id": WANG.key_id.hex(), "reason": "lost"}),
        ("people/housing", {"key_id": ANNA.key_id.hex(), "reason": "lost"}),
        ("people/housing", {"key_id": LOG.key_id.hex(), "reason": "lost"}),
        ("people/housing", {"key_id": "00" * 32, "reason": "lost"}),
        ("people/housing", {"key_id": WANG.key_id.hex(), "reason": "tired"}),
        ("people/housing", {"key_id": WANG.key_id.hex(), "reason": []}),
        ("people/housing", {"key_id": WANG.key_id.hex()}),
    ],
)
def test_a_bad_revocation_is_refused(stream: str, public: dict[str, Any]) -> None:
    log = _log(WANG)
    authority = _fold(log)
    with pytest.raises((AuthorityRejected, Malformed)):
        _apply(authority, log.add(ANNA, stream, "people.key_revoked.v1", public))
    _check(authority, 9, WANG)


def test_the_logs_key_is_rotated_by_itself() -> None:
    log = _log()
    new = Signer("ledger", "", "", "ledger", private_of("log-2"))
    public = {"key": new.raw.hex(), "possession": _possession(new)}
    row = log.add(LOG, "ledger", "ledger.key_rotated.v1", public)
    authority = _fold(log)
    assert authority.log_key() == authority.log_key(row.index + 1) == new.raw
    assert authority.log_key(row.index) == authority.log_key(0) == LOG.raw
    with pytest.raises(AuthorityRejected, match="ended"):
        _apply(authority, log.add(LOG, "ledger", "ledger.key_rotated.v1", public))


def test_nobody_else_rotates_the_logs_key() -> None:
    log = _log()
    new = Signer("ledger", "", "", "ledger", private_of("log-2"))
    public = {"key": new.raw.hex(), "possession": _possession(new)}
    authority = _fold(log)
    for signer, stream in ((ANNA, "ledger"), (LOG, "people/registrars")):
        with pytest.raises(AuthorityRejected):
            _apply(authority, log.add(signer, stream, "ledger.key_rotated.v1", public))
    assert authority.log_key() == LOG.raw


def test_before_the_genesis_there_is_no_log_key() -> None:
    with pytest.raises(AuthorityRejected):
        Authority().log_key()
