"""Checkpoints, the anchor that remembers one, and acknowledgements."""

from __future__ import annotations

from base64 import b64encode
from typing import Any

import pytest

from audit.anchor import Anchor, check_anchor, open_anchor, parse_anchor
from audit.canonical import format_json
from audit.checkpoint import Checkpoint, open_checkpoint, parse_checkpoint
from audit.errors import AnchorRejected, AuditError, Malformed, NoteRejected, SignatureRejected
from audit.merkle import EMPTY_ROOT
from audit.store.acknowledgement import check_acknowledgement, sign_acknowledgement
from audit.store.notes import format_anchor, format_checkpoint, sign_checkpoint, sign_note
from tests.audit.simulated_log import ANNA, LOG, ORIGIN

CHECKPOINT = Checkpoint(ORIGIN, 20_852_163, bytes(range(32)))
NOTE = sign_checkpoint(CHECKPOINT, LOG.private)
ANCHOR = Anchor(ORIGIN, LOG.raw, bytes(32), NOTE)
ROOT = b64encode(CHECKPOINT.root).decode()


def test_signatures_are_checked_by_whatever_the_reader_hands_in() -> None:
    def refuse(*_: bytes) -> None:
        raise SignatureRejected("no")

    with pytest.raises(NoteRejected, match="does not hold"):
        open_checkpoint(NOTE, ORIGIN, LOG.raw, refuse)
    with pytest.raises(Malformed, match="not to be believed"):
        open_anchor(ANCHOR, refuse)


def test_a_checkpoint_is_three_lines_under_the_logs_signature() -> None:
    assert NOTE.startswith(f"{ORIGIN}\n20852163\n{ROOT}\n\n— {ORIGIN} ")
    assert open_checkpoint(NOTE, ORIGIN, LOG.raw) == CHECKPOINT


def test_the_example_of_the_specification_is_read() -> None:
    # Source: C2SP tlog-checkpoint v1.0.0, the example.
    text = "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n"
    checkpoint = parse_checkpoint(text)
    assert (checkpoint.origin, checkpoint.size) == ("example.com/behind-the-sofa", 20_852_163)
    assert format_checkpoint(checkpoint) == text


def test_the_empty_log_has_a_checkpoint() -> None:
    empty = Checkpoint(ORIGIN, 0, EMPTY_ROOT)
    assert open_checkpoint(sign_checkpoint(empty, LOG.private), ORIGIN, LOG.raw) == empty


@pytest.mark.parametrize(
    "text",
    [
        "",
        f"{ORIGIN}\n1\n",
        f"{ORIGIN}\n01\n{ROOT}\n",
        f"{ORIGIN}\n+1\n{ROOT}\n",
        f"{ORIGIN}\n-1\n{ROOT}\n",
        f"{ORIGIN}\n1_0\n{ROOT}\n",
        f"{ORIGIN}\n١\n{ROOT}\n",
        f"{ORIGIN}\n9007199254740992\n{ROOT}\n",
        f"{ORIGIN}\n\n{ROOT}\n",
        f"\n1\n{ROOT}\n",
        f"two words\n1\n{ROOT}\n",
        f"{ORIGIN}\n1\n{ROOT[:-1]}\n",
        f"{ORIGIN}\n1\nAAAA\n",
        f"{ORIGIN}\n1\n{ROOT}",
        f"{ORIGIN}\n1\n{ROOT}\nextension\n",
    ],
    ids=repr,
)
def test_another_text_is_no_checkpoint(text: str) -> None:
    with pytest.raises(Malformed):
        parse_checkpoint(text)


@pytest.mark.parametrize("changes", [{"origin": "a b"}, {"size": -1}, {"size": 2**53}, {"root": b""}], ids=str)
def test_a_checkpoint_out_of_bounds_is_not_signed(changes: dict[str, Any]) -> None:
    with pytest.raises(Malformed):
        sign_checkpoint(CHECKPOINT._replace(**changes), LOG.private)


def test_every_flipped_bit_of_a_checkpoint_is_found() -> None:
    data = NOTE.encode()
    for bit in range(len(data) * 8):
        changed = bytearray(data)
        changed[bit // 8] ^= 1 << bit % 8
        try:
            text = changed.decode()
        except UnicodeDecodeError:
            continue
        with pytest.raises(AuditError):
            open_checkpoint(text, ORIGIN, LOG.raw)


def test_a_checkpoint_of_another_key_or_log_is_rejected() -> None:
    with pytest.raises(NoteRejected):
        open_checkpoint(NOTE, ORIGIN, ANNA.raw)
    with pytest.raises(NoteRejected):
        open_checkpoint(NOTE, "sundial.example/other", LOG.raw)
    # The log's own signature over the text of another log.
    crossed = sign_note(format_checkpoint(CHECKPOINT._replace(origin="other")), ORIGIN, LOG.private)
    with pytest.raises(NoteRejected, match="of other"):
        open_checkpoint(crossed, ORIGIN, LOG.raw)


@pytest.mark.parametrize("anchor", [ANCHOR, ANCHOR._replace(checkpoint="")], ids=["with a checkpoint", "without"])
def test_an_anchor_is_written_and_read_back(anchor: Anchor) -> None:
    data = format_anchor(anchor)
    assert data.endswith(b"\n")
    assert parse_anchor(data) == parse_anchor(data[:-1]) == anchor
    assert open_anchor(anchor) == (CHECKPOINT if anchor.checkpoint else None)


@pytest.mark.parametrize(
    "changes",
    [
        {"origin": "a b"},
        {"origin": 1},
        {"log_key": "00"},
        {"log_key": "AA" * 32},
        {"log_key": "00" * 32},
        {"genesis": ""},
        {"checkpoint": "text"},
        {"checkpoint": NOTE.replace("2085", "2086")},
        {"more": ""},
    ],
    ids=str,
)
def test_a_bad_anchor_is_malformed(changes: dict[str, Any]) -> None:
    fields = {"checkpoint": NOTE, "genesis": "00" * 32, "log_key": LOG.raw.hex(), "origin": ORIGIN}
    assert parse_anchor(format_json(fields)) == ANCHOR
    with pytest.raises(Malformed):
        parse_anchor(format_json(fields | changes))


@pytest.mark.parametrize("data", [b"", b"\n", b"[]", b"{}", b"\xff", b'{"a":1}'])
def test_other_bytes_are_no_anchor(data: bytes) -> None:
    with pytest.raises(Malformed):
        parse_anchor(data)


def test_a_log_is_the_anchored_one_or_not() -> None:
    sizes: list[int] = []

    def key_at(size: int) -> bytes:
        sizes.append(size)
        return LOG.raw

    good: dict[str, Any] = {"origin": ORIGIN, "genesis_hash": bytes(32), "log_key": key_at}
    assert check_anchor(ANCHOR, **good) == open_anchor(ANCHOR)
    assert sizes == [CHECKPOINT.size]
    wrong: list[dict[str, Any]] = [
        {"origin": "other"},
        {"genesis_hash": b"\x01" * 32},
        {"log_key": lambda size: ANNA.raw},
    ]
    for change in wrong:
        with pytest.raises(AnchorRejected):
            check_anchor(ANCHOR, **(good | change))


def test_an_acknowledgement_is_the_logs_word_on_one_entry() -> None:
    seen: list[bytes] = []
    signature = sign_acknowledgement(LOG.private, ORIGIN, 7, bytes(range(32)), 1_700_000_000_000)
    check_acknowledgement(LOG.raw, signature, ORIGIN, 7, bytes(range(32)), 1_700_000_000_000)
    check_acknowledgement(LOG.raw, b"", "o", 7, bytes(32), 9, lambda _key, message, _sig: seen.append(message))
    assert seen == [b"sundial/a1\x00\x00\x00\x01o" + bytes(7) + b"\x07" + bytes(32) + bytes(7) + b"\x09"]
    for changed in (
        ("other", 7, bytes(range(32)), 1_700_000_000_000),
        (ORIGIN, 8, bytes(range(32)), 1_700_000_000_000),
        (ORIGIN, 7, bytes(32), 1_700_000_000_000),
        (ORIGIN, 7, bytes(range(32)), 1_700_000_000_001),
    ):
        with pytest.raises(SignatureRejected):
            check_acknowledgement(LOG.raw, signature, *changed)


@pytest.mark.parametrize(("index", "leaf", "recorded_at"), [(-1, bytes(32), 0), (0, b"", 0), (0, bytes(32), -1)])
def test_an_acknowledgement_out_of_bounds_is_not_signed(index: int, leaf: bytes, recorded_at: int) -> None:
    with pytest.raises(Malformed):
        sign_acknowledgement(LOG.private, ORIGIN, index, leaf, recorded_at)
