"""Statements and entries for the tests of this folder."""

from __future__ import annotations

from typing import Any

from audit.entry import Entry, Signature, pae
from audit.statement import EMPTY_SEEN, NO_PREV, PAYLOAD_TYPE, Statement
from audit.store.writing import format_entry, format_statement
from audit.suite import key_id, public_key, sign

ORIGIN = "sundial.example/test"
CASE = "case/" + "0123456789abcdef" * 2


def statement(**changes: Any) -> Statement:
    """A good statement of an officer, with some fields changed."""
    return Statement(
        act_id=bytes(range(16)),
        action="case.accepted.v1",
        actor="officer-wang",
        claimed_at="2024-02-29T10:00:00+08:00",
        key_id=b"\x11" * 32,
        office="housing-bureau",
        origin=ORIGIN,
        post="intake-desk",
        prev=NO_PREV,
        public={"category": "31_6"},
        role="handler",
        sealed=tuple(bytes((slot,)) * 32 for slot in range(8)),
        seen=EMPTY_SEEN,
        seq=1,
        stream=CASE,
    )._replace(**changes)


def signed_entry(privates: list[bytes], recorded_at: int = 1_700_000_000_000, **changes: Any) -> bytes:
    """An entry whose statement is signed by these private keys, the first of which it names."""
    changes.setdefault("key_id", key_id(public_key(privates[0])))
    payload = format_statement(statement(**changes))
    message = pae(PAYLOAD_TYPE, payload)
    signatures = tuple(Signature(key_id(public_key(one)), sign(one, message)) for one in privates)
    return format_entry(Entry(PAYLOAD_TYPE, payload, signatures, recorded_at))
