"""Proof files: that these are all entries of a case, and that nothing met a clock before a moment.

Source: FORMAT.md section 12.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from audit.canonical import HASH, check_shape, read_line
from audit.census import Census, chain, check_mapped, read_census
from audit.checkpoint import Checkpoint
from audit.entry import check_envelope, parse_entry
from audit.errors import Malformed, OtherKind, ProofRejected
from audit.merkle import check_inclusion, leaf_hash
from audit.note import decode_base64
from audit.proof import read_statement
from audit.statement import Statement
from audit.suite import SUITE
from audit.trust import Findings, Trust

__all__ = ["ITEM", "PLACE", "CaseProof", "check_included", "check_proof", "read_hashes"]

_CASE, _SILENCE = "sundial/proof-case1", "sundial/proof-silence1"
_LIMIT = 64 << 20

# An entry and its place under the checkpoint, and a place in a tree.
ITEM = {"entry": str, "index": int, "proof": [HASH]}
PLACE = {"index": int, "proof": [HASH]}
_SHAPE = {
    "census": ITEM, "checkpoint": str, "entries": [str], "format": str, "map": PLACE,
    "since": {"proof": [HASH], "size": int}, "stream": str, "suite": re.compile(SUITE),
}  # fmt: skip
_SILENT = {"before": str, "clock": str, "rule": str, "rules": ITEM, "started_seq": int, "unit": str}
# Acts that end a case as a whole, whichever office does them.
_SWEEPING = frozenset(f"case.{one}.v1" for one in ("diverted_judicial", "diverted_discipline", "withdrawn", "merged"))
_EPOCH = datetime.fromisoformat("1970-01-01T00:00:00+00:00")


class CaseProof(NamedTuple):
    """What a proof file has shown: the checkpoint, the census, and each of the case's acts, with its bytes."""

    checkpoint: Checkpoint
    census: Census
    stream: str
    acts: list[tuple[Statement, int, bytes]]
    entries: list[bytes]


def read_hashes(listed: Sequence[str]) -> list[bytes]:
    """Return the hashes of a proof whose shape was checked."""
    return [bytes.fromhex(one) for one in listed]


def check_included(item: Mapping[str, Any], checkpoint: Checkpoint) -> tuple[int, bytes]:
    """Return index and bytes of an entry that is under a checkpoint. Raises Malformed or ProofRejected."""
    data, index = decode_base64(item["entry"]), int(item["index"])
    check_inclusion(leaf_hash(data), index, checkpoint.size, read_hashes(item["proof"]), checkpoint.root)
    return index, data


def check_proof(data: bytes, trust: Trust, findings: Findings, log_key: bytes = b"") -> CaseProof:
    """Check a proof file and return what it shows of its case.

    log_key is the log's key where it is known from elsewhere than anchor and policy.
    Raises OtherKind if it is no proof file, Malformed, LinkRejected, SignatureRejected or ProofRejected if
    it is a bad one, and what Trust.open raises.
    """
    value = read_line(data, _LIMIT)
    if value.get("format") not in (_CASE, _SILENCE):
        raise OtherKind("not a proof file")
    check_shape(value, _SHAPE | ({"silence": _SILENT} if value["format"] == _SILENCE else {}), "a proof file")
    since = (value["since"]["size"], read_hashes(value["since"]["proof"]))
    opened = trust.open(value["checkpoint"], findings, log_key=log_key, since=since)
    findings.begin("census")
    checkpoint, key = opened
    census_index, census_entry = check_included(value["census"], checkpoint)
    census, taken_at = read_statement(census_entry, checkpoint.origin)
    if key:
        check_envelope(parse_entry(census_entry), (key,), trust.verify)
    counted = read_census(census)
    if counted.entries > census_index:
        raise Malformed("the census covers entries behind its own")
    findings.begin("chain")
    stream, entries = value["stream"], [decode_base64(one) for one in value["entries"]]
    acts = chain(stream, checkpoint.origin, entries)
    findings.begin("complete")
    head, place = acts[-1][2] if acts else b"", value["map"]
    check_mapped(stream, head, len(acts), place["index"], counted, read_hashes(place["proof"]))
    findings.facts |= {"stream": stream, "acts": len(acts), "census_entries": counted.entries, "taken_at_ms": taken_at}
    shown = CaseProof(checkpoint, counted, stream, acts, entries)
    if "silence" in value:
        findings.begin("silence")
        _check_silence(value["silence"], shown, taken_at, census_index)
        findings.facts["silence"] = {name: value["silence"][name] for name in ("before", "clock", "unit")}
    return shown


def _check_silence(value: Mapping[str, Any], shown: CaseProof, taken_at: int, census_index: int) -> None:
    """Check that none of a case's acts met a clock before a moment, by the rules that the log published."""
    before, clock, rule, item, started, unit = (value[name] for name in _SILENT)
    try:
        moment = datetime.fromisoformat(before)
        limit = (moment - _EPOCH) // timedelta(milliseconds=1)
    except (ValueError, TypeError):
        raise Malformed("before is not an instant") from None
    if moment.isoformat() != before:
        raise Malformed("before is not written as an instant is")
    if taken_at < limit:
        raise ProofRejected("the census was taken before the moment that the file speaks of")
    rules_index, data = check_included(item, shown.checkpoint)
    rules, _ = read_statement(data, shown.checkpoint.origin)
    row = _read_row(rules, rule)
    if row.get("clock") != clock or rules_index >= census_index:
        raise ProofRejected("the rule is of another clock, or was published after the census")
    if not 1 <= started <= len(shown.acts) or not _names(row.get("starts"), shown.acts[started - 1][0]):
        raise ProofRejected("the act that is said to have started the clock does not start it")
    for statement, recorded_at, _ in shown.acts[started:]:
        its_own = unit in ("", statement.office) or statement.action in _SWEEPING
        early = recorded_at < limit or datetime.fromisoformat(statement.claimed_at) < moment
        if its_own and early and _names(row.get("meets"), statement):
            raise ProofRejected(f"act {statement.seq}, {statement.action}, met the clock before the moment")


def _read_row(rules: Statement, rule: str) -> Mapping[str, Any]:
    """Return the one row of published rules that has this id and is of a clock. Raises ProofRejected otherwise."""
    rows = rules.public.get("rows")
    listed = [one for one in rows if isinstance(one, dict)] if isinstance(rows, list) else []
    found = [one for one in listed if (one.get("table"), one.get("id")) == ("clock", rule)]
    if (rules.action, rules.stream, len(found)) != ("rules.published.v1", "rules", 1):
        raise ProofRejected("the rules entry does not publish the rule")
    return found[0]


def _names(listed: object, statement: Statement) -> bool:
    """Say whether a list of acts names this one: by its action, or by action, # and a text of a public field."""
    named: Sequence[Any] = listed if isinstance(listed, list) else ()
    texts = [one for one in statement.public.values() if isinstance(one, str)]
    return statement.action in named or any(f"{statement.action}#{one}" in named for one in texts)
