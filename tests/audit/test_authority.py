"""Who may sign what: two registrars for a first key, one word of the old key for the next, position decides."""

from __future__ import annotations

import hashlib
from typing import Any

import pytest

from audit.authority import AUTHORITY_ACTIONS, Authority, genesis_keys
from audit.entry import Signature, parse_entry
from audit.errors import AuditError, AuthorityRejected, KeyRejected, Malformed, SignatureRejected
from audit.statement import parse_statement
from audit.suite import SMALL_ORDER, check_signature, key_id, public_key, sign
from tests.audit.signers import CARL, WANG_2, apply_row, check_signer, fold_log, log_of, possession
from tests.audit.simulated_log import ANNA, BERT, LOG, ORIGIN, WANG, Signer, SimulatedLog, sealed


def test_the_genesis_enrols_the_log_and_two_registrars() -> None:
    authority = fold_log(log_of())
    assert authority.origin == ORIGIN
    assert authority.log_key() == LOG.raw
    assert {grant.actor for grant in authority.grants.values()} == {"ledger", ANNA.actor, BERT.actor}
    check_signer(authority, 1, ANNA)


@pytest.mark.parametrize("signers", [(LOG,), (LOG, ANNA), (ANNA, BERT), (LOG, BERT, ANNA), (LOG, ANNA, BERT, BERT)])
def test_a_genesis_needs_its_three_signatures(signers: tuple[Signer, ...]) -> None:
    log = log_of()
    entry = parse_entry(log.rows[0].entry)
    statement = parse_statement(entry.payload)
    forged = parse_entry(sealed(statement, entry.recorded_at, *signers))
    with pytest.raises(SignatureRejected):
        Authority().apply(0, log.rows[0].leaf, statement, forged)


@pytest.mark.parametrize(
    "changes",
    [
        {"suite": "sm2-sm3"},
        {"origin": "sundial.example/other"},
        {"log_key": ANNA.raw.hex()},
        {"log_key": "00" * 32},
        {"log_key": "AB" * 32},
        {"registrars": []},
        {"registrars": [{"id": ANNA.actor, "key": ANNA.raw.hex()}] * 2},
        {"registrars": [{"id": ANNA.actor, "key": ANNA.raw.hex()}, {"id": BERT.actor, "key": ANNA.raw.hex()}]},
        {"registrars": [{"id": ANNA.actor, "key": ANNA.raw.hex()}, {"id": "officer-x", "key": BERT.raw.hex()}]},
        {"registrars": [ANNA.actor, BERT.actor]},
        {"more": 1},
    ],
    ids=str,
)
def test_another_genesis_is_refused(changes: dict[str, Any]) -> None:
    log = SimulatedLog()
    log.genesis(**changes)
    authority = Authority()
    with pytest.raises((AuthorityRejected, Malformed, KeyRejected)):
        apply_row(authority, log.rows[0])
    assert not authority.grants


def test_there_is_no_second_genesis() -> None:
    log = log_of()
    authority = fold_log(log)
    log.genesis()
    with pytest.raises(AuthorityRejected, match="one genesis"):
        apply_row(authority, log.rows[1])
    with pytest.raises(AuthorityRejected):
        apply_row(Authority(), log.rows[1])


def test_a_key_is_valid_behind_its_confirmation_and_not_before() -> None:
    log = log_of(WANG)
    authority = fold_log(log)
    assert len(log.rows) == 3
    check_signer(authority, 3, WANG)
    for index in (0, 1, 2):
        with pytest.raises(AuthorityRejected, match="valid only after"):
            check_signer(authority, index, WANG)


def test_one_registrar_alone_grants_nothing() -> None:
    log = log_of()
    proposal = log.propose(WANG, ANNA)
    authority = fold_log(log)
    with pytest.raises(AuthorityRejected, match="granted nothing"):
        check_signer(authority, 9, WANG)
    with pytest.raises(AuthorityRejected, match="cannot confirm"):
        apply_row(authority, log.confirm(proposal, ANNA))
    with pytest.raises(AuthorityRejected, match="granted nothing"):
        check_signer(authority, 9, WANG)


def test_a_confirmation_names_an_open_proposal_of_the_same_office() -> None:
    log = log_of()
    proposal = log.propose(WANG)
    authority = fold_log(log)
    for leaf in ("00" * 32, log.rows[0].leaf.hex()):
        row = log.add(BERT, proposal.stream, "people.key_confirmed.v1", {"proposal": leaf})
        with pytest.raises(AuthorityRejected, match="no open proposal"):
            apply_row(authority, row)
    elsewhere = log.add(BERT, "people/other", "people.key_confirmed.v1", {"proposal": proposal.leaf.hex()})
    with pytest.raises(AuthorityRejected, match="no open proposal"):
        apply_row(authority, elsewhere)
    apply_row(authority, log.confirm(proposal))
    with pytest.raises(AuthorityRejected, match="no open proposal"):
        apply_row(authority, log.confirm(proposal))


def test_a_proposal_falls_with_the_key_that_proposed() -> None:
    log = log_of()
    log.enrol(CARL)
    proposal = log.propose(WANG, CARL)
    public = {"key_id": CARL.key_id.hex(), "reason": "compromised"}
    log.add(ANNA, "people/registrars", "people.key_revoked.v1", public)
    authority = fold_log(log)
    with pytest.raises(AuthorityRejected, match="propose again"):
        apply_row(authority, log.confirm(proposal))


@pytest.mark.parametrize(
    "changes",
    [
        {"key": "00" * 32},
        {"key": (2**255 - 17).to_bytes(32, "little").hex()},
        {"key": "xx" * 32},
        {"key": 1},
        {"actor": "petitioner"},
        {"actor": "registrar-wang"},
        {"actor": ["officer-wang"]},
        {"post": ""},
        {"roles": []},
        {"roles": "handler"},
        {"roles": ["handler", "handler"]},
        {"roles": ["ledger"]},
        {"roles": ["petitioner"]},
        {"roles": ["registrar"]},
        {"roles": [{}]},
        {"custody": "pocket"},
        {"custody": {}},
        {"possession": "00" * 64},
        {"possession": "00"},
        {"possession": possession(WANG, origin="sundial.example/other")},
        {"possession": possession(WANG, office="other")},
        {"possession": possession(WANG, actor="officer-li")},
        {"possession": sign(WANG.private, b"sundial/p1").hex()},
        {"visits": 3},
    ],
    ids=lambda changes: str(changes)[:60],
)
def test_a_bad_proposal_is_refused(changes: dict[str, Any]) -> None:
    log = log_of()
    authority = fold_log(log)
    with pytest.raises((AuthorityRejected, Malformed, KeyRejected)):
        apply_row(authority, log.propose(WANG, **changes))


@pytest.mark.parametrize("raw", sorted(SMALL_ORDER), ids=bytes.hex)
def test_no_key_of_small_order_is_proposed(raw: bytes) -> None:
    log = log_of()
    with pytest.raises(KeyRejected):
        apply_row(fold_log(log), log.propose(WANG, key=raw.hex()))


def test_no_key_of_small_order_is_a_registrars_whoever_can_sign_for_it() -> None:
    scalar = bytearray(hashlib.sha512(bytes(32)).digest()[:32])
    scalar[0], scalar[31] = scalar[0] & 248, scalar[31] & 63 | 64
    order = 2**252 + 27742317777372353535851937790883648493
    anyones = public_key(bytes(32)) + (int.from_bytes(scalar, "little") % order).to_bytes(32, "little")
    neutral = bytes([1]) + bytes(31)
    check_signature(neutral, b"whatever is signed", anyones)  # holds for every message
    log = SimulatedLog()
    registrars = [{"id": ANNA.actor, "key": ANNA.raw.hex()}, {"id": BERT.actor, "key": neutral.hex()}]
    entry = parse_entry(log.genesis(registrars=registrars).entry)
    signatures = (*entry.signatures[:2], Signature(key_id(neutral), anyones))
    statement = parse_statement(entry.payload)
    with pytest.raises(KeyRejected):
        Authority().apply(0, bytes(32), statement, entry._replace(signatures=signatures))


def test_only_registrars_grant_keys() -> None:
    log = log_of(WANG)
    authority = fold_log(log)
    with pytest.raises(AuthorityRejected, match="by registrars"):
        apply_row(authority, log.propose(WANG_2, WANG))
    with pytest.raises(AuthorityRejected, match="by registrars"):
        apply_row(authority, log.propose(WANG_2, LOG))


def test_a_third_registrar_is_made_by_two_and_then_is_one() -> None:
    log = log_of()
    log.enrol(CARL)
    log.confirm(log.propose(WANG, CARL), ANNA)
    check_signer(fold_log(log), 9, WANG)


def test_a_key_is_enrolled_only_once() -> None:
    log = log_of(WANG)
    authority = fold_log(log)
    with pytest.raises(AuthorityRejected, match="enrolled before"):
        apply_row(authority, log.propose(WANG))
    first, second = log.propose(WANG_2), log.propose(WANG_2, BERT)
    for row in (first, second, log.confirm(first, BERT)):
        apply_row(authority, row)
    with pytest.raises(AuthorityRejected, match="enrolled before"):
        apply_row(authority, log.confirm(second, ANNA))


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("actor", "officer-li"),
        ("office", "other"),
        ("post", "window"),
        ("role", "head"),
        ("origin", "sundial.example/other"),
    ],
)
def test_a_key_acts_only_as_what_it_was_granted(field: str, value: str) -> None:
    authority = fold_log(log_of(WANG))
    with pytest.raises(AuthorityRejected):
        check_signer(authority, 9, WANG, **{field: value})


def test_an_act_on_keys_must_be_signed_by_the_key_that_it_names() -> None:
    log = log_of()
    row = log.propose(WANG)
    entry = parse_entry(row.entry)
    statement = parse_statement(entry.payload)
    for signers in ((BERT,), (ANNA, BERT), (WANG,)):
        with pytest.raises(SignatureRejected):
            fold_log(log_of()).apply(
                1, row.leaf, statement, parse_entry(sealed(statement, entry.recorded_at, *signers))
            )


def test_a_refused_act_changes_nothing() -> None:
    log = log_of(WANG)
    authority = fold_log(log)
    before = (authority.grants, authority.log_key())
    public = {"key": WANG_2.raw.hex(), "possession": possession(WANG)}
    with pytest.raises(AuditError):
        apply_row(authority, log.add(WANG, "people/housing", "people.key_rotated.v1", public))
    assert (authority.grants, authority.log_key()) == before


def test_a_copy_goes_its_own_way() -> None:
    log = log_of()
    authority = fold_log(log)
    copy = authority.copy()
    proposal = log.propose(WANG)
    for row in (proposal, log.confirm(proposal)):
        apply_row(copy, row)
    check_signer(copy, 9, WANG)
    with pytest.raises(AuthorityRejected):
        check_signer(authority, 9, WANG)


def test_other_acts_are_passed_over() -> None:
    log = log_of()
    authority = fold_log(log)
    row = log.add(ANNA, "people/housing", "people.office_opened.v1", {"name_zh": "住建局", "kind": "competent_unit"})
    apply_row(authority, row)
    assert "people.office_opened.v1" not in AUTHORITY_ACTIONS
    assert "people.key_proposed.v1" in AUTHORITY_ACTIONS


def test_the_genesis_names_its_signers() -> None:
    log = log_of()
    statement = parse_statement(parse_entry(log.rows[0].entry).payload)
    assert genesis_keys(statement) == (LOG.raw, ANNA.raw, BERT.raw)
    assert statement.key_id == key_id(public_key(LOG.private))
