"""Key files: owner-only, sealed by a passphrase where there is one, and never trusted as they lie there."""

from __future__ import annotations

import json
import stat
from pathlib import Path

import pytest

from api.errors import KeyFileRefused
from api.keyfiles import keep_key, list_keys, new_key, read_key, write_key
from audit import suite


@pytest.mark.parametrize("passphrase", [None, b"correct horse"], ids=["plain", "sealed"])
@pytest.mark.parametrize("kind", ["officer", "master"])
def test_a_key_comes_back_as_it_was_written(tmp_path: Path, kind: str, passphrase: bytes | None) -> None:
    key = new_key(kind, "officer-li", "petition-office", "intake", "file")
    path = write_key(tmp_path, "li", key, passphrase)
    assert read_key(tmp_path, "li", passphrase) == key
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert (key.secret.hex() in path.read_text()) is (passphrase is None)
    assert list_keys(tmp_path) == ["li"]


def test_what_a_key_signs_verifies_under_its_public_key() -> None:
    key = new_key("officer", "officer-li")
    suite.check_signature(key.public, b"act", key.sign(b"act"))
    assert key.key_id == suite.key_id(key.public)
    assert key.secret.hex() not in repr(key)


def test_a_key_file_is_never_overwritten(tmp_path: Path) -> None:
    write_key(tmp_path, "li", new_key("officer"), None)
    with pytest.raises(KeyFileRefused, match="key_exists"):
        write_key(tmp_path, "li", new_key("officer"), None)


def test_a_key_file_is_there_whole_or_not_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def break_off(_: int) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr("os.fsync", break_off)
        with pytest.raises(KeyboardInterrupt):
            keep_key(tmp_path, "li", lambda: new_key("officer"), None)
    assert list(tmp_path.iterdir()) == []
    made = keep_key(tmp_path, "li", lambda: new_key("officer"), None)
    assert keep_key(tmp_path, "li", lambda: new_key("officer"), None) == made


def test_a_key_file_that_others_can_read_is_refused(tmp_path: Path) -> None:
    write_key(tmp_path, "li", new_key("officer"), None).chmod(0o644)
    with pytest.raises(KeyFileRefused, match="key_open_to_others"):
        read_key(tmp_path, "li", None)


@pytest.mark.parametrize(
    ("passphrase", "code"), [(None, "key_locked"), (b"other", "key_wrong_passphrase")], ids=["none", "another"]
)
def test_a_sealed_key_needs_its_own_passphrase(tmp_path: Path, passphrase: bytes | None, code: str) -> None:
    write_key(tmp_path, "li", new_key("officer"), b"right")
    with pytest.raises(KeyFileRefused, match=code):
        read_key(tmp_path, "li", passphrase)


def test_a_sealed_key_given_to_another_actor_is_refused(tmp_path: Path) -> None:
    path = write_key(tmp_path, "li", new_key("officer", "officer-li"), b"right")
    path.write_text(path.read_text().replace("officer-li", "officer-wu"))
    with pytest.raises(KeyFileRefused, match="key_wrong_passphrase"):
        read_key(tmp_path, "li", b"right")


@pytest.mark.parametrize(
    "text",
    ["", "[]", "{", "[" * 5000, '{"format":"other"}', "null", "\udcff"],
    ids=["empty", "list", "cut", "deep", "other format", "null", "not UTF-8"],
)
def test_a_file_that_is_no_key_is_refused_in_one_way(tmp_path: Path, text: str) -> None:
    path = write_key(tmp_path, "li", new_key("officer"), None)
    path.write_bytes(text.encode("utf-8", "surrogateescape"))
    with pytest.raises(KeyFileRefused, match="key_malformed"):
        read_key(tmp_path, "li", None)


def test_a_key_file_whose_public_key_is_not_its_secrets_is_refused(tmp_path: Path) -> None:
    path = write_key(tmp_path, "li", new_key("officer"), None)
    document = json.loads(path.read_text())
    document["public"] = new_key("officer").public.hex()
    path.write_text(json.dumps(document))
    with pytest.raises(KeyFileRefused, match="key_malformed"):
        read_key(tmp_path, "li", None)


@pytest.mark.parametrize("name", ["", "../li", "Li", "a/b", "x" * 90])
def test_a_name_that_is_no_slug_reaches_no_file(tmp_path: Path, name: str) -> None:
    with pytest.raises(KeyFileRefused, match="key_name_malformed"):
        read_key(tmp_path, name, None)


def test_a_missing_key_is_said_to_be_missing(tmp_path: Path) -> None:
    with pytest.raises(KeyFileRefused, match="key_missing"):
        read_key(tmp_path, "li", None)
