"""Proof files: that these are all entries of a case, and that nothing met a clock before a moment.

Source: FORMAT.md section 12.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from audit.canonical import parse_json
from audit.census import Census, chain, check_mapped, read_census
from audit.checkpoint import Checkpoint
from audit.dsse import check_envelope
from audit.entry import parse_entry
from audit.errors import Malformed, OtherKind, ProofRejected
from audit.grants import read_fields, read_hex
from audit.merkle import check_inclusion, leaf_hash
from audit.note import decode_base64
from audit.receipts import read_statement
from audit.statement import Statement
from audit.suite import SUITE
from audit.trust import Findings, Trust

__all__ = ["CaseProof", "check_included", "check_proof", "read_entry", "read_hashes", "read_int", "read_object"]

_CASE, _SILENCE = "sundial/proof-case1", "sundial/proof-silence1"
_KEYS = ("census", "checkpoint", "entries", "format", "map", "since", "stream", "suite")
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


def read_object(data: bytes, limit: int = 64 << 20) -> dict[str, Any]:
    """Return the object in a line of canonical JSON. Raises OtherKind if it is none at all, or Malformed."""
    if not data.startswith(b"{"):
        raise OtherKind("not a file of canonical JSON")
    if len(data) > limit or not data.endswith(b"}\n"):
        raise Malformed(f"the file is not one line, or has more than {limit} bytes")
    value: dict[str, Any] = parse_json(data[:-1])
    return value


def read_list(value: object) -> list[Any]:
    """Return a list. Raises Malformed if it is none."""
    if not isinstance(value, list):
        raise Malformed("not a list where one belongs")
    return value


def read_int(value: object) -> int:
    """Return an integer that is not negative. Raises Malformed if it is none."""
    if type(value) is not int or value < 0:
        raise Malformed("not a number where one belongs")
    return value


def read_text(value: object) -> str:
    """Return a text. Raises Malformed if it is none."""
    if not isinstance(value, str):
        raise Malformed("not a text where one belongs")
    return value


def read_parts(value: object, *names: str) -> list[Any]:
    """Return the values of exactly these members of an object. Raises Malformed if it has others."""
    if not isinstance(value, dict):
        raise Malformed("not an object where one belongs")
    return read_fields(value, names)


def read_hashes(value: object) -> list[bytes]:
    """Return the hashes of a proof. Raises Malformed if they are not a list of them."""
    return [read_hex(one, 32, "a hash of a proof") for one in read_list(value)]


def read_entry(value: object) -> bytes:
    """Return the bytes of an entry in base64. Raises Malformed if it is not base64."""
    return decode_base64(read_text(value))


def check_included(item: object, checkpoint: Checkpoint) -> tuple[int, bytes]:
    """Return index and bytes of an entry that is under a checkpoint. Raises Malformed or ProofRejected."""
    text, place, proof = read_parts(item, "entry", "index", "proof")
    data, index = read_entry(text), read_int(place)
    check_inclusion(leaf_hash(data), index, checkpoint.size, read_hashes(proof), checkpoint.root)
    return index, data


def check_proof(data: bytes, trust: Trust, findings: Findings, log_key: bytes = b"") -> CaseProof:
    """Check a proof file and return what it shows of its case.

    log_key is the log's key where it is known from elsewhere than anchor and policy.
    Raises OtherKind if it is no proof file, Malformed, LinkRejected, SignatureRejected or ProofRejected if
    it is a bad one, and what Trust.open raises.
    """
    value = read_object(data)
    if value.get("format") not in (_CASE, _SILENCE):
        raise OtherKind("not a proof file")
    names = (*_KEYS, "silence") if value["format"] == _SILENCE else _KEYS
    parts = dict(zip(names, read_parts(value, *names), strict=True))
    if parts["suite"] != SUITE:
        raise Malformed(f"the suite is {SUITE}")
    size, since = read_parts(parts["since"], "size", "proof")
    opened = trust.open(
        read_text(parts["checkpoint"]), findings, log_key=log_key, since=(read_int(size), read_hashes(since))
    )
    findings.begin("census")
    checkpoint, key = opened
    census_index, census_entry = check_included(parts["census"], checkpoint)
    census, taken_at = read_statement(census_entry, checkpoint.origin)
    if key:
        check_envelope(parse_entry(census_entry), (key,), trust.verify)
    counted = read_census(census)
    if counted.entries > census_index:
        raise Malformed("the census covers entries behind its own")
    findings.begin("chain")
    stream, entries = read_text(parts["stream"]), [read_entry(one) for one in read_list(parts["entries"])]
    acts = chain(stream, checkpoint.origin, entries)
    findings.begin("complete")
    index, proof = read_parts(parts["map"], "index", "proof")
    check_mapped(stream, acts[-1][2] if acts else b"", len(acts), read_int(index), counted, read_hashes(proof))
    findings.facts |= {"stream": stream, "acts": len(acts), "census_entries": counted.entries, "taken_at_ms": taken_at}
    shown = CaseProof(checkpoint, counted, stream, acts, entries)
    if "silence" in parts:
        findings.begin("silence")
        _check_silence(parts["silence"], shown, taken_at, census_index)
        findings.facts["silence"] = {name: parts["silence"][name] for name in ("before", "clock", "unit")}
    return shown


def _check_silence(value: object, shown: CaseProof, taken_at: int, census_index: int) -> None:
    """Check that none of a case's acts met a clock before a moment, by the rules that the log published."""
    names = ("before", "clock", "rule", "rules", "started_seq", "unit")
    before, clock, rule, item, started, unit = read_parts(value, *names)
    try:
        moment = datetime.fromisoformat(read_text(before))
        limit = (moment - _EPOCH) // timedelta(milliseconds=1)
    except (ValueError, TypeError):
        raise Malformed("before is not an instant") from None
    if taken_at < limit:
        raise ProofRejected("the census was taken before the moment that the file speaks of")
    rules_index, data = check_included(item, shown.checkpoint)
    rules, _ = read_statement(data, shown.checkpoint.origin)
    row = _read_row(rules, read_text(rule))
    if row.get("clock") != clock or rules_index >= census_index:
        raise ProofRejected("the rule is of another clock, or was published after the census")
    if not 1 <= read_int(started) <= len(shown.acts) or not _names(row.get("starts"), shown.acts[started - 1][0]):
        raise ProofRejected("the act that is said to have started the clock does not start it")
    for statement, recorded_at, _ in shown.acts[started:]:
        its_own = unit in ("", statement.office) or statement.action in _SWEEPING
        early = recorded_at < limit or datetime.fromisoformat(statement.claimed_at) < moment
        if its_own and early and _names(row.get("meets"), statement):
            raise ProofRejected(f"act {statement.seq}, {statement.action}, met the clock before the moment")


def _read_row(rules: Statement, rule: str) -> Mapping[str, Any]:
    """Return the one row of published rules that has this id and is of a clock. Raises ProofRejected otherwise."""
    rows = rules.public.get("rows")
    found = [
        one
        for one in (rows if isinstance(rows, list) else ())
        if isinstance(one, dict) and (one.get("table"), one.get("id")) == ("clock", rule)
    ]
    if (rules.action, rules.stream, len(found)) != ("rules.published.v1", "rules", 1):
        raise ProofRejected("the rules entry does not publish the rule")
    return found[0]


def _names(listed: object, statement: Statement) -> bool:
    """Say whether a list of acts names this one: by its action, or by action, # and a text of a public field."""
    named: Sequence[Any] = listed if isinstance(listed, list) else ()
    texts = [one for one in statement.public.values() if isinstance(one, str)]
    return statement.action in named or any(f"{statement.action}#{one}" in named for one in texts)
