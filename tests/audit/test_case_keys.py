"""A petitioner's keys stand in their case and nowhere else; a printed code opens once."""

from __future__ import annotations

from typing import Any

import pytest

from audit.case_keys import NO_KEYS, CaseKeys
from audit.errors import AuthorityRejected, KeyRejected, Malformed, SignatureRejected
from audit.grants import Grant, check_claim, check_possession
from audit.statement import Statement
from audit.store.possession import derive_claim_key, format_claim_code, parse_claim_code, prove_claim, prove_possession
from audit.suite import public_key
from tests.audit.simulated_log import ORIGIN, WANG, Signer, SimulatedLog, petitioner

CASE = "case/" + "0" * 32
CODE = bytes(range(20))
DEVICE = petitioner("device")
PHONE = petitioner("phone")
OFFICE = Grant(WANG.raw, WANG.actor, WANG.office, WANG.post, (WANG.role,), "device", 0)


def _statement(signer: Signer, action: str, public: dict[str, Any], **changes: Any) -> Statement:
    return SimulatedLog().statement(signer, CASE, action, public, **changes)


def _submitted() -> CaseKeys:
    statement = _statement(DEVICE, "case.submitted.v1", {"petitioner_key": DEVICE.raw.hex()})
    return NO_KEYS.after(5, statement, NO_KEYS.check(5, statement))


def _registered(code: bytes = CODE) -> CaseKeys:
    claim_key = public_key(derive_claim_key(code, ORIGIN, CASE))
    statement = _statement(WANG, "case.registered.v1", {"channel": "letter", "claim_key": claim_key.hex()})
    return NO_KEYS.after(5, statement, OFFICE)


def _claim(signer: Signer = PHONE, code: bytes = CODE, **place: Any) -> Statement:
    at = {"origin": ORIGIN, "stream": CASE, "raw": signer.raw} | place
    proof = prove_claim(derive_claim_key(code, ORIGIN, CASE), **at)
    public = {"petitioner_key": signer.raw.hex(), "claim_proof": proof.hex()}
    return _statement(signer, "case.key_claimed.v1", public, seq=2)


def _rating(signer: Signer) -> Statement:
    return _statement(signer, "case.rated.v1", {"rating": "satisfied"})


def test_a_device_key_arrives_in_the_act_that_it_signs() -> None:
    keys = _submitted()
    assert keys.check(6, _rating(DEVICE)).custody == "device"
    with pytest.raises(AuthorityRejected, match="not one of this case"):
        keys.check(6, _rating(PHONE))
    with pytest.raises(AuthorityRejected):
        keys.check(5, _rating(DEVICE))


def test_a_submission_is_the_first_act_and_signed_by_its_own_key() -> None:
    public = {"petitioner_key": DEVICE.raw.hex()}
    with pytest.raises(AuthorityRejected, match="first act"):
        NO_KEYS.check(5, _statement(DEVICE, "case.submitted.v1", public, seq=2))
    with pytest.raises(AuthorityRejected, match="not signed by the key"):
        NO_KEYS.check(5, _statement(PHONE, "case.submitted.v1", public))


@pytest.mark.parametrize("key", [None, "", 7, "00", "00" * 32, "ff" * 32, []], ids=repr)
def test_a_bad_device_key_is_refused(key: object) -> None:
    with pytest.raises((Malformed, KeyRejected)):
        NO_KEYS.check(5, _statement(DEVICE, "case.submitted.v1", {"petitioner_key": key}))


def test_a_printed_code_hands_the_case_to_a_new_key_once() -> None:
    keys = _registered()
    claim = _claim()
    grant = keys.check(6, claim)
    assert grant.custody == "printed"
    keys = keys.after(6, claim, grant)
    assert keys.check(7, _rating(PHONE)) == grant
    with pytest.raises(AuthorityRejected, match="no unused code"):
        keys.check(7, _claim(DEVICE))


SECOND = bytes(range(20, 40))


def _claim_key(code: bytes) -> str:
    return public_key(derive_claim_key(code, ORIGIN, CASE)).hex()


def _named(keys: CaseKeys, code: bytes = SECOND) -> CaseKeys:
    return keys.after(6, _statement(WANG, "case.representative_named.v1", {"code_key": _claim_key(code)}), OFFICE)


def _claim_by_code(signer: Signer, code: bytes, named: str) -> Statement:
    claim = _claim(signer, code)
    return claim._replace(public={**claim.public, "code_key": named})


def test_a_representatives_code_hands_the_case_to_a_key_once_and_leaves_the_petitioners_code() -> None:
    keys = _named(_registered())
    claim = _claim_by_code(PHONE, SECOND, _claim_key(SECOND))
    grant = keys.check(7, claim)
    assert grant.custody == "printed"
    keys = keys.after(7, claim, grant)
    assert keys.check(8, _rating(PHONE)) == grant
    with pytest.raises(AuthorityRejected, match="no unused code"):
        keys.check(8, _claim_by_code(DEVICE, SECOND, _claim_key(SECOND)))
    assert keys.check(8, _claim(DEVICE)).custody == "printed"


@pytest.mark.parametrize(
    ("code", "named"),
    [
        pytest.param(SECOND, _claim_key(CODE), id="the petitioner's code as a representative's"),
        pytest.param(CODE, _claim_key(SECOND), id="a proof with another code"),
        pytest.param(bytes(20), _claim_key(bytes(20)), id="a code that nobody printed"),
    ],
)
def test_a_claim_with_a_code_that_is_not_the_one_named_is_refused(code: bytes, named: str) -> None:
    with pytest.raises(AuthorityRejected):
        _named(_registered()).check(7, _claim_by_code(PHONE, code, named))


def test_a_representatives_code_that_is_no_key_is_refused() -> None:
    with pytest.raises((Malformed, KeyRejected)):
        NO_KEYS.after(6, _statement(WANG, "case.representative_named.v1", {"code_key": "00" * 32}), OFFICE)


def test_without_a_printed_code_nothing_is_claimed() -> None:
    with pytest.raises(AuthorityRejected, match="no unused code"):
        NO_KEYS.check(6, _claim())


@pytest.mark.parametrize(
    "claim",
    [
        pytest.param(_claim(code=bytes(20)), id="another code"),
        pytest.param(_claim(raw=DEVICE.raw), id="a proof for another key"),
        pytest.param(_claim(stream="case/" + "1" * 32), id="a proof for another case"),
        pytest.param(_claim(origin="sundial.example/other"), id="a proof for another ledger"),
        pytest.param(_claim()._replace(key_id=DEVICE.key_id), id="signed by another key"),
    ],
)
def test_a_claim_with_a_bad_proof_is_refused(claim: Statement) -> None:
    with pytest.raises(AuthorityRejected):
        _registered().check(6, claim)


@pytest.mark.parametrize("public", [{}, {"petitioner_key": PHONE.raw.hex()}, {"claim_proof": "00" * 64}], ids=str)
def test_a_claim_has_its_two_fields(public: dict[str, Any]) -> None:
    with pytest.raises(Malformed):
        _registered().check(6, _statement(PHONE, "case.key_claimed.v1", public, seq=2))


@pytest.mark.parametrize(
    "changes",
    [{"office": "housing"}, {"post": "desk"}, {"role": "handler"}, {"stream": "people/housing"}],
    ids=str,
)
def test_a_petitioner_acts_without_office_and_only_in_a_case(changes: dict[str, Any]) -> None:
    with pytest.raises(AuthorityRejected):
        _submitted().check(6, _rating(DEVICE)._replace(**changes))


def test_a_claim_key_must_be_a_good_key() -> None:
    statement = _statement(WANG, "case.registered.v1", {"claim_key": "00" * 32})
    with pytest.raises(KeyRejected):
        NO_KEYS.after(5, statement, OFFICE)


def test_a_registration_without_a_code_brings_none() -> None:
    statement = _statement(WANG, "case.registered.v1", {"channel": "letter"})
    assert NO_KEYS.after(5, statement, OFFICE) is NO_KEYS


def test_a_code_is_printed_in_groups_and_read_back_however_it_was_typed() -> None:
    text = format_claim_code(CODE)
    assert text == "AAAQ-EAYE-AUDA-OCAJ-BIFQ-YDIO-B4IB-CEQT"
    assert parse_claim_code(text) == parse_claim_code(text.lower().replace("-", " ")) == CODE


@pytest.mark.parametrize("text", ["", "A" * 31, "A" * 33, "1" * 32, "é" * 32, "=" * 32])
def test_another_text_is_no_code(text: str) -> None:
    with pytest.raises(Malformed):
        parse_claim_code(text)


def test_a_code_has_enough_bits() -> None:
    with pytest.raises(Malformed):
        derive_claim_key(bytes(15), ORIGIN, CASE)
    with pytest.raises(Malformed):
        format_claim_code(bytes(16))


def test_a_code_stands_for_another_key_in_every_case_and_ledger() -> None:
    keys = {derive_claim_key(CODE, origin, stream) for origin in ("a", "b") for stream in (CASE, "case/" + "1" * 32)}
    assert len(keys) == 4


def test_the_signed_messages_are_as_described() -> None:
    def framed(*parts: bytes) -> bytes:
        return b"".join(len(part).to_bytes(4, "big") + part for part in parts)

    seen: list[bytes] = []

    def record(_public: bytes, message: bytes, _signature: bytes) -> None:
        seen.append(message)

    check_possession(DEVICE.raw, b"", "o", "housing", "officer-wang", record)
    check_claim(DEVICE.raw, b"", "o", CASE, PHONE.raw, record)
    assert seen == [
        b"sundial/p1" + framed(b"o", b"housing", b"officer-wang", DEVICE.raw),
        b"sundial/k2" + framed(b"o", CASE.encode(), PHONE.raw),
    ]


def test_a_proof_of_possession_holds_for_one_enrolment_only() -> None:
    proof = prove_possession(DEVICE.private, ORIGIN, "housing", "officer-wang")
    check_possession(DEVICE.raw, proof, ORIGIN, "housing", "officer-wang")
    for place in (("x", "housing", "officer-wang"), (ORIGIN, "x", "officer-wang"), (ORIGIN, "housing", "x")):
        with pytest.raises(SignatureRejected):
            check_possession(DEVICE.raw, proof, *place)
