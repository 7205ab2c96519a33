"""Policies are read strictly and met exactly; a reader's own policy decides which witnesses are enough."""

from __future__ import annotations

from contextlib import suppress
from itertools import chain, combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit.errors import AuditError, Malformed, NoteRejected
from audit.note import COSIGNATURE, ED25519, NoteKey, cosigned_at, parse_note, parse_note_key
from audit.store.notes import format_note, format_note_key, sign_cosignature
from audit.suite import public_key
from audit.trust import NO_POLICY, Findings, Trust, parse_policy
from tests.audit.published_log import WITNESSES, told_log
from tests.audit.simulated_log import LOG, ORIGIN

KEYS = {name: NoteKey(name, COSIGNATURE, public_key(private)) for name, private in WITNESSES.items()}
LINES = "".join(f"witness {name[:2]} {format_note_key(key)} https://{name}/\n" for name, key in KEYS.items())
LOG_LINE = f"log {format_note_key(NoteKey(ORIGIN, ED25519, LOG.raw))}\n"
TOLD = told_log()


def test_a_policy_of_two_levels_is_met_by_the_sets_that_it_describes() -> None:
    text = f"# ours\n\n{LOG_LINE}{LINES}\tgroup two 2 w1 w2\ngroup  g any two\tw3 \nquorum g\n"
    policy = parse_policy(text.encode())
    assert policy.urls[KEYS["w1.example"].raw] == "https://w1.example/"
    assert [key.name for key in policy.logs] == [ORIGIN]
    for names in chain.from_iterable(combinations(WITNESSES, number) for number in range(4)):
        met = "w3.example" in names or {"w1.example", "w2.example"} <= set(names)
        assert policy.is_met([KEYS[name] for name in names]) is met


@pytest.mark.parametrize(
    ("number", "enough"), [("any", 1), ("all", 3), ("1", 1), ("2", 2), ("3", 3)], ids=lambda value: str(value)
)
def test_a_group_takes_so_many_of_its_members(number: str, enough: int) -> None:
    policy = parse_policy(f"{LINES}group g {number} w1 w2 w3\nquorum g\n".encode())
    for count in range(4):
        assert policy.is_met(list(KEYS.values())[:count]) is (count >= enough)


def test_nobody_has_to_have_cosigned_where_no_policy_asks() -> None:
    assert parse_policy(b"quorum none\n") == NO_POLICY
    assert NO_POLICY.is_met([])


@pytest.mark.parametrize(
    "text",
    [
        "",
        "\n",
        "quorum none",
        "quorum none\r\n",
        "quorum\n",
        "quorum w1\n",
        "quorum none\nquorum none\n",
        "quorum none extra\n",
        "witness w1\nquorum none\n",
        "group g any\nquorum none\n",
        "unknown x\nquorum none\n",
        f"{LINES}{LINES}quorum none\n",
        f"{LINES}group g 0 w1\nquorum g\n",
        f"{LINES}group g 01 w1\nquorum g\n",
        f"{LINES}group g 2 w1\nquorum g\n",
        f"{LINES}group g 99999999999999999999 w1\nquorum g\n",
        f"{LINES}group g \u0661 w1\nquorum g\n",
        f"{LINES}group g any w1 w1\nquorum g\n",
        f"{LINES}group g any none\nquorum g\n",
        f"{LINES}group g any h\ngroup h any w1\nquorum g\n",
        f"{LINES}group g any w1\ngroup h any w1\nquorum g\n",
        f"{LINES}group w1 any w2\nquorum w1\n",
        f"{LINES}group none any w2\nquorum none\n",
        f"{LOG_LINE}{LOG_LINE}quorum none\n",
        LOG_LINE.replace("log ", "witness x ") + "quorum none\n",
        "quorum none\x7f\n",
        "#" * 100_001 + "\nquorum none\n",
    ],
)
def test_a_bad_policy_is_malformed(text: str) -> None:
    with pytest.raises(Malformed):
        parse_policy(text.encode())


@given(st.binary(max_size=200) | st.text(alphabet="witness group quorum log none w1 2\n\t#+").map(str.encode))
def test_other_bytes_are_malformed_and_nothing_worse(data: bytes) -> None:
    with suppress(Malformed):
        parse_policy(data)


def test_the_readers_quorum_is_needed_and_bad_cosignatures_reject() -> None:
    policy = parse_policy(f"{LINES}group g 2 w1 w2 w3\nquorum g\n".encode())
    trust = Trust(TOLD.anchor(), policy)
    findings = Findings()
    trust.open(TOLD.note("w1.example", "w3.example"), findings)
    assert findings.facts["witnesses"] == ["w1.example", "w3.example"]
    for note in (TOLD.note(), TOLD.note("w2.example"), TOLD.note("w2.example", "w2.example")):
        with pytest.raises(NoteRejected, match="quorum"):
            trust.open(note, Findings())
    signed = parse_note(TOLD.note("w1.example", "w2.example"))
    last = signed.signatures[-1]
    for wrong in (
        last._replace(signature=(cosigned_at(last) + 1).to_bytes(8, "big") + last.signature[8:]),
        last._replace(signature=b"\x80" + last.signature[1:]),
        last._replace(signature=last.signature[8:]),
    ):
        with pytest.raises(NoteRejected, match="does not hold"):
            trust.open(format_note(signed._replace(signatures=(*signed.signatures[:-1], wrong))), Findings())


def test_witnesses_alone_make_no_checkpoint() -> None:
    policy = parse_policy(f"{LINES}group g 2 w1 w2 w3\nquorum g\n".encode())
    note = parse_note(TOLD.note("w1.example", "w3.example"))
    unsigned = format_note(note._replace(signatures=note.signatures[1:]))
    with_logs = parse_policy(f"{LOG_LINE}{LINES}group g 2 w1 w2 w3\nquorum g\n".encode())
    for trust in (Trust(TOLD.anchor(), policy), Trust(TOLD.anchor(), with_logs), Trust(None, with_logs)):
        with pytest.raises(NoteRejected, match="no key of the log"):
            trust.open(unsigned, Findings())


def test_a_policy_with_logs_says_whose_signature_counts() -> None:
    note = TOLD.note()
    Trust(None, parse_policy(f"{LOG_LINE}quorum none\n".encode())).open(note, Findings())
    other = LOG_LINE.replace(format_note_key(NoteKey(ORIGIN, ED25519, LOG.raw)), _vkey("other log"))
    with pytest.raises(AuditError):
        Trust(TOLD.anchor(), parse_policy(f"{other}quorum none\n".encode())).open(note, Findings())


def _vkey(name: str) -> str:
    return format_note_key(NoteKey(ORIGIN, ED25519, public_key(name.encode().ljust(32))))


def test_a_cosignature_binds_text_and_time_and_its_key_has_an_id_of_its_own() -> None:
    text = parse_note(TOLD.note()).text
    one = sign_cosignature(text, "w1.example", WITNESSES["w1.example"], 1_700_000_000)
    assert cosigned_at(one) == 1_700_000_000
    assert len(one.signature) == 72
    key = KEYS["w1.example"]
    assert parse_note_key(format_note_key(key)) == key
    assert key.id != key._replace(kind=ED25519).id
    for time in (-1, 1 << 63):
        with pytest.raises((Malformed, OverflowError)):
            sign_cosignature(text, "w1.example", WITNESSES["w1.example"], time)
