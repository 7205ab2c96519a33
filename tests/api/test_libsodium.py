"""The faster check of signatures refuses and accepts what the suite's own does, on others' edge cases."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from api import libsodium
from audit import suite
from audit.errors import SignatureRejected
from audit.suite import Verify, public_key, sign

VECTORS = json.loads((Path(__file__).parents[1] / "audit" / "vectors" / "cctv_ed25519.json").read_text())


def _accepts(check: Verify, raw: bytes, message: bytes, signature: bytes) -> bool:
    try:
        check(raw, message, signature)
    except SignatureRejected:
        return False
    return True


def test_both_agree_on_every_edge_case_of_a_key_that_is_not_of_small_order() -> None:
    compared = 0
    for number, signature_hex, message, _ in VECTORS["vectors"]:
        raw, signature = bytes.fromhex(VECTORS["keys"][number]), bytes.fromhex(signature_hex)
        if raw in suite.SMALL_ORDER:
            continue
        theirs = _accepts(libsodium.check_signature, raw, message.encode(), signature)
        assert theirs == _accepts(suite.check_signature, raw, message.encode(), signature)
        compared += 1
    assert compared > 300


@pytest.mark.parametrize("wrong", [b"", bytes(63), bytes(64), bytes(65)], ids=["none", "short", "zeros", "long"])
def test_what_is_no_signature_is_refused_and_nothing_else_is_raised(wrong: bytes) -> None:
    with pytest.raises(SignatureRejected):
        libsodium.check_signature(public_key(bytes(32)), b"message", wrong)


def test_a_good_signature_passes_and_one_over_other_bytes_does_not() -> None:
    signature = sign(bytes(32), b"message")
    libsodium.check_signature(public_key(bytes(32)), b"message", signature)
    with pytest.raises(SignatureRejected):
        libsodium.check_signature(public_key(bytes(32)), b"messages", signature)


@pytest.mark.parametrize("message", [b"", b"message", bytes(10_000)], ids=["none", "short", "long"])
def test_both_sign_alike(message: bytes) -> None:
    raw = bytes(range(32))
    assert libsodium.PrivateKey(raw).sign(message) == sign(raw, message)
