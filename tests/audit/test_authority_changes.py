"""Keys end: rotated on the old key's word, revoked by a registrar, and the log's own by itself."""

from __future__ import annotations

from typing import Any

import pytest

from audit.authority import Authority
from audit.errors import AuthorityRejected, Malformed
from tests.audit.signers import WANG_2, apply_row, check_signer, fold_log, log_of, possession
from tests.audit.simulated_log import ANNA, BERT, LOG, WANG, Signer, private_of


def test_the_old_key_names_the_new_one_and_ends_there() -> None:
    log = log_of(WANG)
    public = {"key": WANG_2.raw.hex(), "possession": possession(WANG_2)}
    row = log.add(WANG, "people/housing", "people.key_rotated.v1", public)
    authority = fold_log(log)
    check_signer(authority, row.index, WANG)
    check_signer(authority, row.index + 1, WANG_2)
    with pytest.raises(AuthorityRejected, match=f"ended by entry {row.index}"):
        check_signer(authority, row.index + 1, WANG)
    with pytest.raises(AuthorityRejected):
        check_signer(authority, row.index, WANG_2)


@pytest.mark.parametrize(
    ("signer", "stream", "public"),
    [
        (WANG, "people/other", {"key": WANG_2.raw.hex(), "possession": possession(WANG_2)}),
        (WANG, "people/housing", {"key": WANG_2.raw.hex(), "possession": possession(WANG)}),
        (WANG, "people/housing", {"key": WANG.raw.hex(), "possession": possession(WANG)}),
        (WANG, "people/housing", {"key": ANNA.raw.hex(), "possession": possession(ANNA)}),
        (WANG, "people/housing", {"key": WANG_2.raw.hex()}),
        (ANNA, "people/housing", {"key": WANG_2.raw.hex(), "possession": possession(WANG_2)}),
        (WANG_2, "people/housing", {"key": WANG_2.raw.hex(), "possession": possession(WANG_2)}),
    ],
)
def test_a_bad_rotation_is_refused(signer: Signer, stream: str, public: dict[str, Any]) -> None:
    log = log_of(WANG)
    authority = fold_log(log)
    with pytest.raises((AuthorityRejected, Malformed)):
        apply_row(authority, log.add(signer, stream, "people.key_rotated.v1", public))
    check_signer(authority, 9, WANG)


@pytest.mark.parametrize("reason", ["lost", "compromised", "tenure_ended", "replaced"])
def test_a_revoked_key_is_valid_up_to_its_revocation(reason: str) -> None:
    log = log_of(WANG)
    public = {"key_id": WANG.key_id.hex(), "reason": reason}
    row = log.add(BERT, "people/housing", "people.key_revoked.v1", public)
    authority = fold_log(log)
    check_signer(authority, row.index, WANG)
    with pytest.raises(AuthorityRejected, match=f"ended by entry {row.index}"):
        check_signer(authority, row.index + 1, WANG)
    with pytest.raises(AuthorityRejected, match="already"):
        apply_row(authority, log.add(ANNA, "people/housing", "people.key_revoked.v1", public))


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
    log = log_of(WANG)
    authority = fold_log(log)
    with pytest.raises((AuthorityRejected, Malformed)):
        apply_row(authority, log.add(ANNA, stream, "people.key_revoked.v1", public))
    check_signer(authority, 9, WANG)


def test_the_logs_key_is_rotated_by_itself() -> None:
    log = log_of()
    new = Signer("ledger", "", "", "ledger", private_of("log-2"))
    public = {"key": new.raw.hex(), "possession": possession(new)}
    row = log.add(LOG, "ledger", "ledger.key_rotated.v1", public)
    authority = fold_log(log)
    assert authority.log_key() == authority.log_key(row.index + 1) == new.raw
    assert authority.log_key(row.index) == authority.log_key(0) == LOG.raw
    with pytest.raises(AuthorityRejected, match="ended"):
        apply_row(authority, log.add(LOG, "ledger", "ledger.key_rotated.v1", public))


def test_nobody_else_rotates_the_logs_key() -> None:
    log = log_of()
    new = Signer("ledger", "", "", "ledger", private_of("log-2"))
    public = {"key": new.raw.hex(), "possession": possession(new)}
    authority = fold_log(log)
    for signer, stream in ((ANNA, "ledger"), (LOG, "people/registrars")):
        with pytest.raises(AuthorityRejected):
            apply_row(authority, log.add(signer, stream, "ledger.key_rotated.v1", public))
    assert authority.log_key() == LOG.raw


def test_before_the_genesis_there_is_no_log_key() -> None:
    with pytest.raises(AuthorityRejected):
        Authority().log_key()
