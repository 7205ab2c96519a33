"""FORMAT.md names everything that a verifier in another language has to know by name."""

from __future__ import annotations

import re
from pathlib import Path

from audit import commitments, grants
from audit.canonical import MAX_DEPTH
from audit.entry import MAX_ENTRY, MAX_RECORDED_AT
from audit.faults import Kind
from audit.grants import CUSTODIES, REASONS, RESERVED
from audit.statement import PAYLOAD_TYPE, SLUG
from audit.store import acknowledgement, writing
from audit.store import possession as codes
from audit.suite import SMALL_ORDER, SUITE
from tests.audit.simulated_log import WANG, SimulatedLog

_AUDIT = Path(__file__).parents[2] / "audit"
_TEXT = (_AUDIT / "FORMAT.md").read_text(encoding="utf-8")


def test_every_kind_of_fault_is_named() -> None:
    assert [kind for kind in Kind if f"`{kind}`" not in _TEXT] == []


def test_every_field_of_a_statement_is_named() -> None:
    log = SimulatedLog()
    statement = log.statement(WANG, "rules", "rules.published.v1", {})
    assert [name for name in statement._fields if f"`{name}`" not in _TEXT] == []


def test_every_tag_action_custody_and_reason_is_named() -> None:
    tags = set()
    for module in (acknowledgement, codes, commitments, grants, writing):
        tags |= {value.decode() for value in vars(module).values() if isinstance(value, bytes) and b"sundial/" in value}
    assert len(tags) == 6
    source = (_AUDIT / "authority.py").read_text() + (_AUDIT / "case_keys.py").read_text()
    actions = set(re.findall(r'"([a-z]+\.[a-z_]+\.v1)"', source))
    assert len(actions) == 10
    names = {f'"{tag}"' for tag in tags} | {f"`{name}`" for name in (*actions, *CUSTODIES, *REASONS, *RESERVED)}
    assert [name for name in sorted(names) if name not in _TEXT] == []


def test_the_bounds_are_named() -> None:
    bounds = [SUITE, PAYLOAD_TYPE.decode(), SLUG, f"{MAX_ENTRY:,}", str(MAX_RECORDED_AT), f"at most {MAX_DEPTH} deep"]
    assert [bound for bound in bounds if bound not in _TEXT] == []


def test_the_small_order_encodings_are_all_there() -> None:
    listed = set(re.findall(r"\b[0-9a-f]{64}\b", _TEXT))
    for first, last in re.findall(r"\b([0-9a-f]{2}) (?:\.\.|--) ([0-9a-f]{2})\b", _TEXT):
        middle = "ff" if f"{first} --" in _TEXT else "00"
        listed.add(first + middle * 30 + last)
    for text, last in re.findall(r"\b([0-9a-f]{62})[0-9a-f]{2} \(and the same ending in ([0-9a-f]{2})\)", _TEXT):
        listed.add(text + last)
    assert {bytes.fromhex(one) for one in listed} == SMALL_ORDER
