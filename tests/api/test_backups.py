"""Backups of long texts, and restores that break off: nothing erased opens again, nothing half-copied stays."""

from __future__ import annotations

import shutil
import stat
from pathlib import Path

import pytest

from api import backups
from api.actions import command
from api.backups import back_up, restore_backup
from api.keyfiles import new_key, write_key
from api.main import Application, open_application
from api.settings import Settings, load_settings, prepare_home
from audit.store.errors import KeyStoreRefused
from audit.store.ledger import Ledger

STREAM = "case/" + "ab" * 16


def register(application: Application, text: str) -> None:
    public = {"channel": "letter", "capacity": "competent_unit"}
    sealed = {"subject": "屋顶", "text": text, "name": "某某" * (len(text) // 4)}
    key = application.key("officer-shen")
    application.desk.perform(command(STREAM, "case.registered.v1", public, sealed), key, "intake")


def erase_name(application: Application) -> None:
    public = {"targets": [{"seq": 1, "slots": [2]}], "basis": "request"}
    key = application.key("officer-shen")
    application.desk.perform(command(STREAM, "case.erased.v1", public), key, "intake")


@pytest.fixture
def empty(founded: Settings, tmp_path: Path) -> Settings:
    """A second home with the keys of the first, and no database yet."""
    home = tmp_path / "second"
    settings = load_settings(home=home, database=f"sqlite:///{home}/s.db", language="en", environment={})
    prepare_home(settings)
    shutil.copytree(founded.keys, settings.keys, dirs_exist_ok=True)
    return settings


def test_texts_of_a_megabyte_come_back(application: Application, empty: Settings, tmp_path: Path) -> None:
    register(application, "长" * 200_000)
    made = back_up(application, tmp_path / "copy.zip")
    for file in (tmp_path / "copy.zip", made.keys):
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert restore_backup(empty, tmp_path / "copy.zip").root == made.root
    with open_application(empty) as restored:
        (entry,) = restored.ledger.stream_entries(STREAM)
        opened = restored.ledger.disclosures(entry)[1]
        assert opened is not None
        assert opened.value.decode() == '"' + "长" * 200_000 + '"'


def test_a_restore_that_breaks_off_leaves_no_key_of_what_was_erased(
    application: Application, empty: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    register(application, "屋顶漏水")
    shutil.copy(application.settings.keystore_file, tmp_path / "older.keys")
    erase_name(application)
    made = back_up(application, tmp_path / "copy.zip")
    shutil.copy(tmp_path / "older.keys", made.keys)

    def break_off(_: Ledger) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(Ledger, "reapply_erasures", break_off)
        with pytest.raises(KeyboardInterrupt):
            restore_backup(empty, tmp_path / "copy.zip")
    with open_application(empty) as restored:
        entry = restored.ledger.stream_entries(STREAM)[0]
        opened = restored.ledger.disclosures(entry)
    assert [one is None for one in opened] == [False, False, True, *[False] * 5]


def test_a_restore_that_breaks_off_earlier_can_be_made_again(
    application: Application, empty: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    register(application, "屋顶漏水")
    erase_name(application)
    made = back_up(application, tmp_path / "copy.zip")

    def break_off(*_: object) -> None:
        raise KeyboardInterrupt

    for step in ("_erase_keys", "_restore_keys", "_check_root"):
        with monkeypatch.context() as patched:
            patched.setattr(backups, step, break_off)
            with pytest.raises(KeyboardInterrupt):
                restore_backup(empty, tmp_path / "copy.zip")
        assert not empty.keystore_file.exists()
    with monkeypatch.context() as patched:
        patched.setattr("os.sync", break_off)
        with pytest.raises(KeyboardInterrupt):
            restore_backup(empty, tmp_path / "copy.zip")
    assert not empty.keystore_file.exists()
    done = restore_backup(empty, tmp_path / "copy.zip")
    assert (done.root, done.keys_restored) == (made.root, "copied")


def test_keys_under_another_master_key_are_not_left_behind(
    application: Application, empty: Settings, tmp_path: Path
) -> None:
    register(application, "屋顶漏水")
    erase_name(application)
    back_up(application, tmp_path / "copy.zip")
    master = empty.keys / "master.json"
    master.rename(tmp_path / "true.json")
    write_key(empty.keys, "master", new_key("master"), None)
    with pytest.raises(KeyStoreRefused):
        restore_backup(empty, tmp_path / "copy.zip")
    (tmp_path / "true.json").rename(master)
    assert not empty.keystore_file.exists()
    assert restore_backup(empty, tmp_path / "copy.zip").keys_restored == "copied"
