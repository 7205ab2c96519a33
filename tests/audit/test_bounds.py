"""The edges of the central formats: the last value that is taken, and the first that is not.

Each of these was found by changing the code and seeing no other test fail; `MUTANTS.md` tells how, and what is left.
"""

from __future__ import annotations

from base64 import b64encode
from typing import Any

import pytest

from audit.canonical import format_json, read_hash
from audit.census import Census, check_mapped, map_leaf, map_root, read_census
from audit.checkpoint import parse_checkpoint
from audit.entry import MAX_RECORDED_AT, Entry, Signature, check_envelope, pae, parse_entry
from audit.errors import Malformed, NoteRejected, ProofRejected, SignatureRejected
from audit.merkle import EMPTY_ROOT, check_consistency, check_inclusion, leaf_hash, node_hash
from audit.note import (
    COSIGNATURE,
    ED25519,
    Note,
    NoteKey,
    NoteSignature,
    check_note,
    cosigned_at,
    cosigned_message,
    parse_note,
    parse_note_key,
)
from audit.proof import TlogProof, check_bulletin, check_receipt, parse_tlog_proof, read_statement
from audit.statement import Statement, parse_statement
from audit.store.notes import format_note_key, format_tlog_proof, sign_cosignature, sign_note
from audit.store.writing import format_entry, format_statement
from audit.suite import hash256, public_key
from audit.trust import Findings, Trust
from tests.audit.published_log import PublishedLog, told_log
from tests.audit.simulated_log import ANNA, BERT, LOG, ORIGIN, WANG
from tests.audit.statements import statement

LEAVES = [leaf_hash(bytes([number])) for number in range(4)]


def test_a_hash_that_is_none_is_called_by_its_name() -> None:
    with pytest.raises(Malformed, match="the claim key"):
        read_hash("0" * 63, "the claim key")


def test_a_map_takes_each_stream_once_and_any_name() -> None:
    assert map_root([("A", LEAVES[0], 1)])[0] == 1
    with pytest.raises(Malformed):
        map_root([("a", LEAVES[0], 1), ("a", LEAVES[1], 2)])
    size, root = map_root([("a", LEAVES[0], 1)])
    check_mapped("a", LEAVES[0], 1, 0, Census(1, size, root, {}), [])
    assert root == map_leaf("a", LEAVES[0], 1)


def _census(**changes: Any) -> Statement:
    log = told_log()
    public = dict(parse_statement(parse_entry(log.census().entry).payload).public)
    return log.statement(WANG, "ledger", "ledger.census.v1", public | changes)._replace(actor="ledger", role="ledger")


def test_a_census_is_read_with_the_digests_of_its_views() -> None:
    view = {"digest": "ab" * 32, "name": "cases", "version": 3}
    assert read_census(_census(views=[view])).views == {("cases", 3): b"\xab" * 32}
    assert read_census(_census(entries=1, streams=1)).entries == 1


@pytest.mark.parametrize(
    "changes",
    [
        {"entries": 0},
        {"streams": 0},
        {"entries": -1},
        {"entries": True},
        {"entries": "1"},
        {"map": "0" * 63},
        {"map": 1},
        {"views": [{"digest": "0", "name": "cases", "version": 1}]},
        {"views": [{"name": "cases", "version": 1}]},
        {"views": 1},
    ],
)
def test_a_census_with_a_number_or_a_hash_that_is_none_is_malformed(changes: dict[str, Any]) -> None:
    with pytest.raises(Malformed):
        read_census(_census(**changes))


@pytest.mark.parametrize("change", [{"actor": "registrar-anna"}, {"role": "registrar"}, {"stream": "rules"}])
def test_a_census_by_somebody_else_is_none(change: dict[str, Any]) -> None:
    with pytest.raises(Malformed):
        read_census(_census()._replace(**change))


def _entry(payload_type: bytes = b"t", recorded_at: int = MAX_RECORDED_AT, count: int = 1) -> Entry:
    signatures = tuple(Signature(bytes([number]) * 32, bytes([number]) * 64) for number in range(count))
    return Entry(payload_type, b"{}", signatures, recorded_at)


@pytest.mark.parametrize("entry", [_entry(), _entry(b"t" * 300), _entry(recorded_at=0), _entry(count=2), _entry(b"")])
def test_an_entry_at_the_edge_of_its_bounds_is_read(entry: Entry) -> None:
    assert parse_entry(format_entry(entry)) == entry
    with pytest.raises(Malformed, match="an entry has 15 to 65535 bytes, not 14"):
        parse_entry(bytes(14))


def test_an_entry_recorded_behind_the_calendar_is_malformed() -> None:
    data = format_entry(_entry())[:-8] + (MAX_RECORDED_AT + 1).to_bytes(8, "big")
    with pytest.raises(Malformed, match="recorded_at"):
        parse_entry(data)


def test_an_envelope_has_the_signatures_of_exactly_its_keys_in_their_order() -> None:
    entry = parse_entry(told_log().rows[0].entry)
    keys = [one.raw for one in (LOG, ANNA, BERT)]
    check_envelope(entry, keys)
    first, second, third = entry.signatures
    swapped = entry._replace(signatures=(second, first, third))
    check_envelope(swapped, [ANNA.raw, LOG.raw, BERT.raw])
    for wrong, publics in (
        (entry, keys[:2]),
        (entry, [*keys, WANG.raw]),
        (swapped, keys),
        (entry, keys[::-1]),
        (entry, []),
    ):
        with pytest.raises(SignatureRejected, match=f"not signed by the {len(publics)} keys"):
            check_envelope(wrong, publics)
    misnamed = entry._replace(signatures=(first, second._replace(signature=third.signature), third))
    for bad in (misnamed, entry._replace(payload=entry.payload + b" "), entry._replace(payload_type=b"t")):
        with pytest.raises(SignatureRejected, match="does not hold"):
            check_envelope(bad, keys)
    asked: list[tuple[bytes, bytes, bytes]] = []
    check_envelope(entry, keys, lambda *given: asked.append(given))
    message = pae(entry.payload_type, entry.payload)
    assert asked == [(key, message, one.signature) for key, one in zip(keys, entry.signatures, strict=True)]
    assert pae(b"ab", b"cde") == b"DSSEv1 2 ab 3 cde"


def test_no_leaf_stands_at_the_size_of_its_tree() -> None:
    pair = node_hash(LEAVES[0], LEAVES[1])
    check_inclusion(LEAVES[1], 1, 2, [LEAVES[0]], pair)
    for index, size in ((1, 1), (2, 2), (-1, 2)):
        with pytest.raises(ProofRejected, match="has no leaf"):
            check_inclusion(LEAVES[1], index, size, [LEAVES[0]], pair)


def test_two_roots_of_one_size_or_of_nothing_are_told_apart() -> None:
    check_consistency(2, 2, [], LEAVES[0], LEAVES[0])
    check_consistency(0, 2, [], EMPTY_ROOT, LEAVES[0])
    for old, new, before, after, words in (
        (2, 2, LEAVES[0], LEAVES[1], "two roots of the same size differ"),
        (0, 2, LEAVES[0], LEAVES[1], "the root of the empty tree is the hash of nothing"),
        (0, 0, LEAVES[0], LEAVES[0], "the root of the empty tree is the hash of nothing"),
    ):
        with pytest.raises(ProofRejected, match=words):
            check_consistency(old, new, [], before, after)
    with pytest.raises(ProofRejected, match="a proof was given where none is needed"):
        check_consistency(2, 2, [LEAVES[0]], LEAVES[0], LEAVES[0])


def test_a_cosignature_may_be_of_the_first_second_and_the_last() -> None:
    assert cosigned_message("x\n", 0) == b"cosignature/v1\ntime 0\nx\n"
    assert cosigned_message("x\n", (1 << 63) - 1).startswith(b"cosignature/v1\ntime 9223372036854775807\n")
    for text, time in (("x\n", -1), ("x\n", 1 << 63), ("x", 0)):
        with pytest.raises(Malformed):
            cosigned_message(text, time)


def test_a_cosignature_names_a_time_below_two_to_the_63_whatever_its_other_bits() -> None:
    private = hash256(b"witness")
    key = NoteKey("w.example", COSIGNATURE, public_key(private))
    for time in (1 << 48, 1 << 55, 1 << 56, (1 << 63) - 1):
        signature = sign_cosignature("x\n", key.name, private, time)
        assert (check_note(Note("x\n", (signature,)), [key]), cosigned_at(signature)) == ((key,), time)
    too_late = signature._replace(signature=b"\x80" + signature.signature[1:])
    with pytest.raises(NoteRejected, match="does not hold"):
        check_note(Note("x\n", (too_late,)), [key])


def test_a_signature_by_somebody_unknown_is_passed_over_wherever_it_stands() -> None:
    known = parse_note(sign_note("x\n", ORIGIN, LOG.private)).signatures[0]
    key = NoteKey(ORIGIN, ED25519, LOG.raw)
    unknown = NoteSignature("somebody", bytes(4), bytes(64))
    for signatures in ((unknown, known), (known, unknown), (unknown, known, unknown)):
        assert check_note(Note("x\n", signatures), [key]) == (key,)


def test_a_note_has_up_to_a_hundred_signatures_and_a_million_characters() -> None:
    line = f"— a {b64encode(bytes(5)).decode()}\n"  # the shortest: an id and one byte
    assert len(parse_note("x\n\n" + 100 * line).signatures) == 100
    text = "x" * (1_000_000 - len(line) - 2) + "\n\n" + line
    assert len(parse_note(text).text) == 1_000_000 - len(line) - 1
    short = f"— a {b64encode(bytes(4)).decode()}\n"
    for wrong in ("x\n\n" + 101 * line, "x" + text, "x\n\n" + short, "\ud800\n\n" + line, "\udfff\n\n" + line):
        with pytest.raises(Malformed):
            parse_note(wrong)


def test_public_data_that_are_too_long_to_be_remembered_are_read_alike() -> None:
    for length in (300, 399, 400, 401, 5_000):
        payload = format_statement(statement(public={"a": "x" * length, "b": [1]}))
        assert parse_statement(payload).public == {"a": "x" * length, "b": [1]}
    deep: list[Any] = []
    for _ in range(13):
        deep = [deep]
    assert parse_statement(format_statement(statement(public={"a": deep, "b": "x" * 500}))).public["a"] == deep
    tail = f',"b":"{"x" * 500}"}}'
    payload = format_statement(statement(public={"a": [], "b": "x" * 500}))
    with pytest.raises(Malformed, match="deep"):
        parse_statement(payload.replace(b'"a":[]' + tail.encode(), b'"a":' + 15 * b"[" + 15 * b"]" + tail.encode()))


def test_values_are_written_up_to_sixteen_containers_deep() -> None:
    deep: list[Any] = []
    for _ in range(15):
        deep = [deep]
    assert format_json(deep) == 16 * b"[" + 16 * b"]"
    with pytest.raises(Malformed, match="deep"):
        format_json([deep])


def test_the_name_of_a_note_key_has_no_space() -> None:
    good = NoteKey("a.example", ED25519, WANG.raw)
    assert parse_note_key(format_note_key(good)) == good
    name = "a example"
    bad = NoteKey(name, ED25519, WANG.raw)
    tail = format_note_key(good).split("+", 2)[2]
    with pytest.raises(Malformed, match="a name, an id and a key"):
        parse_note_key(f"{name}+{bad.id.hex()}+{tail}")


def test_the_size_of_a_checkpoint_is_below_two_to_the_53() -> None:
    text = f"{ORIGIN}\n{{}}\n{'A' * 43}=\n"
    assert parse_checkpoint(text.format(2**53 - 1)).size == 2**53 - 1
    with pytest.raises(Malformed, match="not the size of a log"):
        parse_checkpoint(text.format(2**53))


def _receipt(hashes: int = 0, extra: bytes = b"", checkpoint: str = "x") -> bytes:
    return format_tlog_proof(TlogProof(3, (bytes(32),) * hashes, checkpoint, extra))


def test_a_tlog_proof_has_extra_data_or_none_and_up_to_63_hashes() -> None:
    assert parse_tlog_proof(_receipt()) == TlogProof(3, (), "x", b"")
    assert parse_tlog_proof(_receipt(63, b"e")) == TlogProof(3, (bytes(32),) * 63, "x", b"e")
    one_more = _receipt(63).replace(b"index 3\n", b"index 3\n" + b"A" * 43 + b"=\n")
    for wrong in (one_more, b"c2sp.org/tlog-proof@v1\nextra AA==\n\nx"):
        with pytest.raises(Malformed, match="up to 63 hashes"):
            parse_tlog_proof(wrong)


def test_a_tlog_proof_has_at_most_so_many_bytes() -> None:
    longest = 4_200_000 - len(_receipt(checkpoint=""))
    assert len(parse_tlog_proof(_receipt(checkpoint="x" * longest)).checkpoint) == longest
    with pytest.raises(Malformed, match="at most 4200000 bytes"):
        parse_tlog_proof(_receipt(checkpoint="x" * (longest + 1)))


def test_an_entry_of_another_type_or_origin_is_no_statement_of_the_log() -> None:
    data = told_log().rows[0].entry
    assert read_statement(data, ORIGIN)[0].seq == 1
    other = format_entry(parse_entry(data)._replace(payload_type=b"application/other"))
    for wrong, origin in ((other, ORIGIN), (data, "elsewhere")):
        with pytest.raises(Malformed, match=f"not an entry of {origin}"):
            read_statement(wrong, origin)


def test_a_receipt_tells_where_when_and_what() -> None:
    log, findings = told_log(), Findings()
    row = log.rows[-1]
    check_receipt(log.receipt(row.index, log.note(), len(log.rows)), Trust(log.anchor()), findings)
    assert findings.facts["recorded_at_ms"] == parse_entry(row.entry).recorded_at
    assert (findings.facts["index"], findings.facts["leaf"]) == (row.index, row.leaf.hex())
    assert [findings.facts[name] for name in ("stream", "seq", "action")] == [row.stream, row.seq, row.action]


BULLETIN = b"bulletin"


def _issued(size: int) -> tuple[PublishedLog, bytes]:
    """A bulletin that is bound to a checkpoint of this size."""
    log = told_log()
    bound = {"root": "0" * 64, "size": size}
    row = log.act(WANG, "bulletin/city", "bulletin.issued.v1", {"digest": hash256(BULLETIN).hex(), "known_at": bound})
    return log, log.receipt(row.index, log.note(), len(log.rows))


def test_a_bulletin_tells_its_digest_and_the_checks_that_were_begun() -> None:
    index = len(told_log().rows)
    log, receipt = _issued(index)
    findings = Findings()
    check_bulletin(BULLETIN, receipt, Trust(log.anchor()), findings)
    assert findings.checks[-2:] == ["digest", "bound"]
    assert findings.facts["digest"] == hash256(BULLETIN).hex()
    for size in (index + 1, index + 5):
        log, receipt = _issued(size)
        with pytest.raises(ProofRejected, match="did not have before it"):
            check_bulletin(BULLETIN, receipt, Trust(log.anchor()), Findings())
