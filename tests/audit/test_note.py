"""Signed notes: the published examples, and everything that must not be taken for one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit.errors import AuditError, Malformed, NoteRejected
from audit.note import Note, NoteSignature, check_note, decode_base64, parse_note, parse_note_key
from audit.store.notes import format_note, format_note_key, sign_note

# Source: golang.org/x/mod/sumdb/note, note_test.go: two verifier keys, a signer's key, and a text.
PETER = parse_note_key("PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW")
ENOCH = parse_note_key("EnochRoot+af0cfe78+ATtqJ7zOtqQtYqOo0CpvDXNlMhV3HeJDpjrASKGLWdop")
PETERS_PRIVATE = decode_base64("AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz")[1:]
TEXT = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n"
PETERS = "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
ENOCHS = "— EnochRoot rwz+eBzmZa0SO3NbfRGzPCpDckykFXSdeX+MNtCOXm2/5n2tiOHp+vAF1aGrQ5ovTG01oOTGwnWLox33WWd1RvMc+QQ=\n"


def test_the_published_note_is_signed_and_read() -> None:
    assert sign_note(TEXT, "PeterNeumann", PETERS_PRIVATE) == f"{TEXT}\n{PETERS}"
    note = parse_note(f"{TEXT}\n{PETERS}{ENOCHS}")
    assert note.text == TEXT
    assert [one.name for one in note.signatures] == ["PeterNeumann", "EnochRoot"]
    assert check_note(note, [PETER]) == (PETER,)
    assert check_note(note, [PETER, ENOCH]) == (PETER, ENOCH)
    assert format_note(note) == f"{TEXT}\n{PETERS}{ENOCHS}"


def test_the_example_of_the_specification_is_read() -> None:
    # Source: C2SP signed-note, the example. Its public key is not published, so that the signature is
    # read and not checked, and no known key has signed it.
    text = "Ognuno sta solo sul cuor della terra\ntrafitto da un raggio di sole:\n\ned è subito sera.\n"
    line = (
        "— quasimodo.example/salvatore "
        "NnugSzTjtVAewIS+Z/iJhUPeFDkO/5QQ2i5ddnGITLlC+EhfLW9oJKONrMouFSQU0xMcXxj99ihAQwaqP3ZekRwNtIc=\n"
    )
    note = parse_note(f"{text}\n{line}")
    assert note.text == text
    assert note.signatures[0].name == "quasimodo.example/salvatore"
    assert note.signatures[0].key_id.hex() == "367ba04b"
    assert len(note.signatures[0].signature) == 64
    assert format_note(note) == f"{text}\n{line}"
    with pytest.raises(NoteRejected, match="no known key"):
        check_note(note, [PETER, ENOCH])


def test_a_bad_signature_of_a_known_key_rejects_the_note() -> None:
    note = parse_note(f"{TEXT}\n{PETERS}{ENOCHS}")
    other = note._replace(text=TEXT.replace("answer", "question"))
    with pytest.raises(NoteRejected, match="does not hold"):
        check_note(other, [PETER])
    broken = NoteSignature("PeterNeumann", PETER.id, bytes(64))
    with pytest.raises(NoteRejected, match="does not hold"):
        check_note(Note(TEXT, (note.signatures[0], broken)), [PETER])
    assert check_note(Note(TEXT, (note.signatures[0], broken._replace(name="EnochRoot"))), [PETER]) == (PETER,)


def test_an_unknown_key_is_ignored_even_if_it_shares_a_name_or_an_id() -> None:
    note = parse_note(f"{TEXT}\n{PETERS}")
    for stranger in (PETER._replace(name="Other"), PETER._replace(raw=ENOCH.raw)):
        with pytest.raises(NoteRejected, match="no known key"):
            check_note(note, [stranger])
    with pytest.raises(NoteRejected):
        check_note(note, [])


def test_a_key_that_signed_twice_counts_once() -> None:
    assert check_note(parse_note(f"{TEXT}\n{PETERS}{PETERS}"), [PETER]) == (PETER,)


@pytest.mark.parametrize(
    "text",
    [
        # Source: golang.org/x/mod/sumdb/note, note_test.go, badMsgs.
        pytest.param(TEXT, id="no signature"),
        pytest.param(TEXT + "\n", id="no signature line"),
        pytest.param(f"{TEXT}\n{PETERS}"[:-1], id="no final newline"),
        pytest.param(f"\x01{TEXT}\n{PETERS}", id="control character"),
        pytest.param(f"\ud800{TEXT}\n{PETERS}", id="lone surrogate"),
        pytest.param(f"{TEXT}\n{PETERS.replace('PeterNeumann', 'Bad Name')}", id="space in a name"),
        pytest.param(f"{TEXT}\n{PETERS}Unexpected line.\n", id="another line"),
        # Our own.
        pytest.param(f"{TEXT}\n{PETERS.replace('PeterNeumann', 'Bad+Name')}", id="plus in a name"),
        pytest.param(TEXT + "\n" + PETERS.replace("PeterNeumann", "Bad\u2003Name"), id="wide space in a name"),
        pytest.param(f"{TEXT}\n{PETERS.replace('— ', '- ')}", id="hyphen"),
        pytest.param(f"{TEXT}\n{PETERS.replace('x08', 'x0*')}", id="not base64"),
        pytest.param(f"{TEXT}\n{PETERS.replace('nAM=', 'nAN=')}", id="stray bits in base64"),
        pytest.param(f"{TEXT}\n{PETERS.replace('nAM=', 'nAM')}", id="no padding"),
        pytest.param(f"{TEXT}\n— PeterNeumann x08gow==\n", id="nothing but a key id"),
        pytest.param(f"{TEXT}\n{PETERS}\n", id="empty line behind"),
        pytest.param(f"{TEXT}{PETERS}", id="no empty line"),
        pytest.param(f"{TEXT}\n{PETERS * 101}", id="too many signatures"),
        pytest.param(f"{TEXT}\n{PETERS.replace(' x', chr(10) + 'x')}", id="broken line"),
        pytest.param(f"{TEXT}\r\n\r\n{PETERS}", id="carriage returns"),
        pytest.param("a" * 1_000_000 + f"\n\n{PETERS}", id="too long"),
        pytest.param("", id="nothing"),
    ],
)
def test_what_is_not_a_note_is_malformed(text: str) -> None:
    with pytest.raises(Malformed):
        parse_note(text)


def test_sixteen_signatures_are_read() -> None:
    assert len(parse_note(f"{TEXT}\n{PETERS * 16}").signatures) == 16


@given(st.text(max_size=60))
def test_any_text_is_either_a_note_or_malformed(text: str) -> None:
    for one in (text, f"{text}\n\n{PETERS}"):
        try:
            note = parse_note(one)
        except Malformed:
            continue
        assert format_note(note) == one


@pytest.mark.parametrize("text", ["", "no newline", "tab\t\n"])
def test_a_text_that_cannot_be_a_notes_is_not_signed(text: str) -> None:
    with pytest.raises(Malformed):
        sign_note(text, "PeterNeumann", PETERS_PRIVATE)


@pytest.mark.parametrize("name", ["", "two words", "a+b", "line\nbreak"])
def test_a_name_that_cannot_be_a_keys_signs_nothing(name: str) -> None:
    with pytest.raises(Malformed):
        sign_note(TEXT, name, PETERS_PRIVATE)


def test_every_change_of_a_key_in_text_form_is_found() -> None:
    # Source: golang.org/x/mod/sumdb/note, note_test.go, TestNewVerifier.
    text = format_note_key(PETER)
    assert parse_note_key(text) == PETER
    for start in range(len(text)):
        for stop in range(start, len(text) + 1):
            if (start, stop) != (0, len(text)):
                with pytest.raises(Malformed):
                    parse_note_key(text[start:stop])
    for at, character in enumerate(text):
        with pytest.raises(Malformed):
            parse_note_key(text[:at] + chr(ord(character) + 1) + text[at + 1 :])


@pytest.mark.parametrize(
    "text",
    [
        # Source: the same, keys of a wrong length and an unknown algorithm with adjusted ids.
        "PeterNeumann+cc469956+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TWBADKEY==",
        "PeterNeumann+173116ae+ZRpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
        # A name that no bytes can hold.
        "\udc80eterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
    ],
)
def test_another_kind_of_key_is_refused(text: str) -> None:
    with pytest.raises(Malformed):
        parse_note_key(text)


@pytest.mark.parametrize("text", ["QQ", "QQ=", "QR==", "Q Q=", "QQ==\n", "QQ===", "Q-==", "é"])
def test_base64_has_one_form(text: str) -> None:
    assert decode_base64("QQ==") == b"A"
    with pytest.raises(AuditError):
        decode_base64(text)
