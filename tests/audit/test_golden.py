"""What was signed once is permanent: the golden files of format version 1 are never changed, only joined by others."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from audit.anchor import Anchor, parse_anchor
from audit.authority import Authority
from audit.checkpoint import Checkpoint, open_checkpoint
from audit.commitments import ABSENT, commit
from audit.entry import check_envelope, pae, parse_entry
from audit.merkle import leaf_hash, root_of
from audit.statement import PAYLOAD_TYPE, Seen, parse_statement
from audit.store.acknowledgement import sign_acknowledgement
from audit.store.notes import format_anchor, sign_checkpoint
from audit.store.possession import derive_claim_key, prove_claim, prove_possession
from audit.store.writing import derive_salt, format_entry, format_statement
from audit.suite import key_id, public_key
from tests.audit.simulated_log import LOG, ORIGIN, WANG, SimulatedLog, petitioner

_FOLDER = Path(__file__).parents[1] / "golden" / "audit"
_CASE = "case/" + "0123456789abcdef" * 2
_CODE = bytes(range(20))
_SEED = bytes(range(32))


def make() -> dict[str, Any]:
    """Everything that format version 1 defines, from keys that anyone can know."""
    log = SimulatedLog()
    genesis = log.genesis()
    log.enrol(WANG)
    salt = derive_salt(_SEED, 0)
    text = commit(salt, ORIGIN, _CASE, 1, 0, "text", '"房屋漏水"'.encode())
    sealed = tuple(
        text if slot == 0 else commit(derive_salt(_SEED, slot), ORIGIN, _CASE, 1, slot, *ABSENT) for slot in range(8)
    )
    public = {"capacity": "competent_unit", "channel": "letter", "imported": {"mapping": "x", "precision": "day"}}
    seen = Seen(len(log.rows), root_of(row.leaf for row in log.rows))
    act = log.add(WANG, _CASE, "case.registered.v1", public, sealed=sealed, seen=seen)
    note = sign_checkpoint(Checkpoint(ORIGIN, 4, root_of(row.leaf for row in log.rows)), LOG.private)
    claim_key = derive_claim_key(_CODE, ORIGIN, _CASE)
    entry = parse_entry(act.entry)
    return {
        "private_keys": {"log": LOG.private.hex(), "officer-wang": WANG.private.hex()},
        "genesis_entry": genesis.entry.hex(),
        "genesis_leaf": genesis.leaf.hex(),
        "statement": entry.payload.decode(),
        "signed_bytes": pae(entry.payload_type, entry.payload).hex(),
        "entry": act.entry.hex(),
        "leaf": act.leaf.hex(),
        "salt_of_slot_0": salt.hex(),
        "commitment_of_slot_0": text.hex(),
        "absent_commitment_of_slot_7": sealed[7].hex(),
        "checkpoint": note,
        "anchor": format_anchor(Anchor(ORIGIN, LOG.raw, genesis.leaf, note)).decode(),
        "acknowledgement": sign_acknowledgement(LOG.private, ORIGIN, 3, act.leaf, entry.recorded_at).hex(),
        "possession": prove_possession(WANG.private, ORIGIN, WANG.office, WANG.actor).hex(),
        "claim_key": public_key(claim_key).hex(),
        "claim_proof": prove_claim(claim_key, ORIGIN, _CASE, petitioner("phone").raw).hex(),
    }


@pytest.fixture
def golden() -> dict[str, Any]:
    """The golden file of version 1."""
    value: dict[str, Any] = json.loads((_FOLDER / "v1.json").read_text(encoding="utf-8"))
    return value


def test_the_same_inputs_still_make_the_same_bytes(golden: dict[str, Any]) -> None:
    assert make() == golden


def test_what_was_written_then_is_read_now(golden: dict[str, Any]) -> None:
    data = bytes.fromhex(golden["entry"])
    entry = parse_entry(data)
    statement = parse_statement(entry.payload)
    assert format_entry(entry) == data
    assert format_statement(statement).decode() == golden["statement"]
    assert entry.payload_type == PAYLOAD_TYPE
    assert statement.key_id == key_id(WANG.raw)
    assert leaf_hash(data).hex() == golden["leaf"]
    check_envelope(entry, [WANG.raw])
    anchor = parse_anchor(golden["anchor"].encode())
    assert open_checkpoint(golden["checkpoint"], anchor.origin, anchor.log_key).size == 4


def test_the_first_entry_of_then_begins_a_ledger_now(golden: dict[str, Any]) -> None:
    data = bytes.fromhex(golden["genesis_entry"])
    entry = parse_entry(data)
    authority = Authority()
    authority.apply(0, leaf_hash(data), parse_statement(entry.payload), entry)
    assert authority.origin == ORIGIN
