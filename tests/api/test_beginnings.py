"""`init`, `migrate`, `backup`, `restore`, `tick` on both stores, and databases that cannot be used."""

from __future__ import annotations

import os
import shutil
import sqlite3
import stat
import zipfile
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import psycopg
import pytest

from api import initialise as initialising
from api.anchors import read_anchor
from api.founding import Plan, parse_plan
from api.initialise import initialise
from api.keyfiles import list_keys
from api.looks.batches import now_of
from api.looks.look import Look
from api.main import Application, machine_clock, open_application, open_sessions
from api.settings import Settings, load_settings
from audit.store.errors import ClockRefused
from tests.api.conftest import PLAN, Run, runner

CASE = "0123456789abcdef" * 2


def test_init_makes_home_keys_genesis_and_anchor_once(run: Run, settings: Settings) -> None:
    answer = run("init", "--json")
    assert answer.code == 0
    anchor = read_anchor(settings.anchor_file)
    assert anchor is not None
    assert (anchor.origin, anchor.genesis_hash.hex()) == (answer.json["origin"], answer.json["genesis"])
    assert list_keys(settings.keys) == ["import", "log", "master", "registrar-1", "registrar-2"]
    assert stat.S_IMODE(settings.home.stat().st_mode) == 0o700
    again = run("init")
    assert again.code == 2
    assert "a ledger here already" in again.err


def test_init_from_a_plan_opens_offices_and_gives_officers_their_keys(
    run: Run, settings: Settings, tmp_path: Path
) -> None:
    (tmp_path / "plan.toml").write_text(PLAN, encoding="utf-8")
    answer = run("init", "--from", tmp_path / "plan.toml", "--json")
    assert answer.json["origin"] == "test.example/city"
    assert {"officer-lin", "officer-shen"} <= set(list_keys(settings.keys))


@pytest.mark.parametrize(
    "text",
    ["offices = 1", "a = ", 'origin = "with space"', "\udcff", 'registrars = ["one"]', "colour = 1"],
    ids=["not a list", "not TOML", "bad origin", "not UTF-8", "one registrar", "unknown"],
)
def test_a_plan_that_is_none_founds_nothing(run: Run, settings: Settings, tmp_path: Path, text: str) -> None:
    (tmp_path / "plan.toml").write_bytes(text.encode("utf-8", "surrogateescape"))
    assert run("init", "--from", tmp_path / "plan.toml").code == 2
    assert not settings.anchor_file.exists()


def test_an_init_that_broke_off_is_completed_by_the_next(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    def break_off(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(initialising, "publish_tables", break_off)
        with pytest.raises(KeyboardInterrupt):
            initialise(settings, Plan())
    founded = initialise(settings, Plan())
    assert founded.size == 22
    assert runner(settings)("verify").code == 0


def test_every_command_without_a_ledger_says_so(run: Run) -> None:
    for words in (("overdue",), ("tick",), ("verify",), ("timeline", "0" * 32), ("keys", "list")):
        answer = run(*words)
        assert (answer.code, answer.out) == (2, "")
        assert len(answer.err.strip().splitlines()) == 1
        assert "no ledger here" in answer.err


def _make_newer(settings: Settings) -> None:
    if settings.is_sqlite:
        with closing(sqlite3.connect(settings.database_file)) as database:
            database.execute("PRAGMA user_version = 9999")
    else:
        with psycopg.connect(settings.database) as connection:
            connection.execute("UPDATE schema_version SET version = 9999")


def test_a_newer_schema_refuses_to_start(run: Run, founded: Settings) -> None:
    _make_newer(founded)
    for words in (("overdue",), ("tick",), ("migrate",), ("verify",)):
        answer = run(*words)
        assert answer.code == 2
        assert "newer version" in answer.err


def test_migrate_on_the_present_schema_changes_nothing(run: Run, founded: Settings) -> None:
    told = run("migrate", "--json")
    assert told.code == 0
    assert told.json["from_version"] == told.json["to_version"]


def test_an_unreachable_database_is_one_line(tmp_path: Path) -> None:
    url = "postgresql://nobody@127.0.0.1:1/none?connect_timeout=1"
    settings = load_settings(home=tmp_path, database=url, language="en", environment={})
    for words in (("overdue",), ("init",), ("tick",), ("verify",)):
        answer = runner(settings)(*words)
        assert answer.code == 2
        assert "database cannot be used" in answer.err
        assert "nobody" not in answer.err
        assert len(answer.err.strip().splitlines()) == 1


def test_a_second_home_cannot_found_a_ledger_in_a_database_that_has_one(founded: Settings, tmp_path: Path) -> None:
    answer = runner(replace(founded, home=tmp_path / "second"))("init")
    assert answer.code == 2
    assert "a ledger here already" in answer.err


def test_a_clock_that_went_back_refuses_until_an_operator_confirms_it(run: Run, settings: Settings) -> None:
    ahead = machine_clock() + timedelta(hours=1)
    initialise(settings, parse_plan(PLAN.encode()), clock=lambda: ahead)
    act = ("act", "--action", "case.registered.v1", "--key", "officer-shen", "--role", "intake")
    fields = ("--public", "channel=letter", "--public", "capacity=competent_unit")
    refused = run(*act, *fields)
    assert refused.code == 2
    assert "clock jumped" in refused.err
    assert run(*act, *fields, "--confirm-clock").code == 0
    assert run("verify").code == 0


@pytest.fixture
def busy(run: Run, application: Application) -> Run:
    """A ledger with one registered case."""
    act = (
        "act",
        "--action",
        "case.registered.v1",
        "--key",
        "officer-shen",
        "--role",
        "intake",
        "--stream",
        f"case/{CASE}",
    )
    fields = ("channel=letter", "capacity=competent_unit")
    sealed = ("--sealed", "name=王某", "--sealed", "subject=漏水")
    assert run(*act, *(word for field in fields for word in ("--public", field)), *sealed).code == 0
    return run


def _elsewhere(founded: Settings, tmp_path: Path, url: str) -> Settings:
    """A second home with the same keys and anchor, over an empty database."""
    home = tmp_path / "elsewhere"
    home.mkdir(mode=0o700)
    shutil.copytree(founded.keys, home / "keys")
    shutil.copy(founded.anchor_file, home / "anchor.json")
    return replace(founded, home=home, database=url)


def test_a_backup_of_either_store_is_restored_into_the_other(
    busy: Run, founded: Settings, tmp_path: Path, sqlite_url: str, postgres_url: str
) -> None:
    made = busy("backup", tmp_path / "copy.zip", "--json")
    assert made.code == 0
    other_url = postgres_url if founded.is_sqlite else f"sqlite:///{tmp_path / 'elsewhere' / 'sundial.db'}"
    other = runner(_elsewhere(founded, tmp_path, other_url))
    restored = other("restore", tmp_path / "copy.zip", "--json")
    assert (restored.code, restored.json["root"], restored.json["keys_restored"]) == (0, made.json["root"], "copied")
    verified = other("verify", "--json").json
    assert (verified["ok"], verified["disclosures"]["erased"]) == (True, 0)
    assert other("timeline", CASE, "--json").json["acts"] == busy("timeline", CASE, "--json").json["acts"]


def test_todays_looks_are_in_a_backup_unless_they_cannot_be_written_which_is_said(
    busy: Run, founded: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def look(number: int) -> None:
        with open_application(founded) as application, open_sessions(application) as sessions:
            at = now_of(application)
            sessions.looks.add([Look(f"{number:032x}", at, "housing", "officer-shen", "handler", "look", "/x")])

    def refuse(*_: object, **__: object) -> None:
        raise ClockRefused("the clock went back")

    before = busy("backup", tmp_path / "before.zip", "--json").json["size"]
    look(1)
    assert busy("backup", tmp_path / "copy.zip", "--json").json["size"] == before + 1
    look(2)
    monkeypatch.setattr("api.looks.batches.write_looks", refuse)
    refused = busy("backup", tmp_path / "other.zip", "--json")
    assert (refused.code, refused.json["size"]) == (0, before + 1)
    assert "looks could not be written" in refused.err


def test_what_was_erased_is_erased_again_before_a_restored_copy_is_served(
    busy: Run, founded: Settings, tmp_path: Path
) -> None:
    old_keys = tmp_path / "old-keys.db"
    shutil.copy(founded.keystore_file, old_keys)
    erase = ("--public", 'targets=[{"seq": 1, "slots": [2]}]', "--public", "basis=request")
    signer = ("--key", "officer-shen", "--role", "intake", "--stream", f"case/{CASE}")
    assert busy("act", "--action", "case.erased.v1", *signer, *erase).code == 0
    assert busy("backup", tmp_path / "copy.zip").code == 0
    shutil.copy(old_keys, tmp_path / "copy.zip.keys")  # as if the keys came from an older backup
    other = runner(_elsewhere(founded, tmp_path, f"sqlite:///{tmp_path / 'elsewhere' / 'sundial.db'}"))
    restored = other("restore", tmp_path / "copy.zip", "--json").json
    assert (restored["erased_again"], restored["not_reached"]) == (1, 0)
    verified = other("verify", "--json").json
    assert (verified["ok"], verified["disclosures"]["erased"]) == (True, 1)


def test_restore_refuses_a_database_that_is_not_empty_and_backup_never_overwrites(busy: Run, tmp_path: Path) -> None:
    assert busy("backup", tmp_path / "copy.zip").code == 0
    assert "exists already" in busy("backup", tmp_path / "copy.zip").err
    assert busy("restore", tmp_path / "copy.zip").code == 2


def _other_root(data: dict[str, bytes]) -> None:
    data["entries.ndjson"] = b"".join(data["entries.ndjson"].splitlines(keepends=True)[:-1])


def _cut(data: dict[str, bytes]) -> None:
    data["entries.ndjson"] = data["entries.ndjson"][:-100]


def _foreign(data: dict[str, bytes]) -> None:
    data["manifest.json"] = b"{}"


@pytest.mark.parametrize(("change", "code"), [(_other_root, 1), (_cut, 2), (_foreign, 2)])
def test_a_damaged_backup_leaves_the_database_empty(
    busy: Run, founded: Settings, tmp_path: Path, change: Callable[[dict[str, bytes]], None], code: int
) -> None:
    busy("backup", tmp_path / "copy.zip")
    with zipfile.ZipFile(tmp_path / "copy.zip") as archive:
        data = {name: archive.read(name) for name in archive.namelist()}
    change(data)
    with zipfile.ZipFile(tmp_path / "bad.zip", "w") as archive:
        for name, part in data.items():
            archive.writestr(name, part)
    other = runner(_elsewhere(founded, tmp_path, f"sqlite:///{tmp_path / 'elsewhere' / 'sundial.db'}"))
    assert other("restore", tmp_path / "bad.zip").code == code
    assert other("overdue").code == 2
    (tmp_path / "none.zip").write_bytes(b"nothing")
    assert other("restore", tmp_path / "none.zip").code == 2


def test_a_restore_needs_the_keys_that_no_backup_holds(busy: Run, founded: Settings, tmp_path: Path) -> None:
    busy("backup", tmp_path / "copy.zip")
    bare = replace(founded, home=tmp_path / "bare", database=f"sqlite:///{tmp_path / 'bare' / 'sundial.db'}")
    assert "key file log" in runner(bare)("restore", tmp_path / "copy.zip").err


def test_a_database_rolled_back_behind_the_anchor_is_noticed_at_once(
    busy: Run, founded: Settings, tmp_path: Path
) -> None:
    seen = founded.anchor_file.read_bytes()
    made = busy("backup", tmp_path / "copy.zip")
    assert made.code == 0
    assert busy("act", "--action", "case.accepted.v1", "--key", "officer-shen", "--role", "handler", "--stream",
                f"case/{CASE}", "--public", "category=31_6").code == 0  # fmt: skip
    assert founded.anchor_file.read_bytes() != seen
    other = runner(_elsewhere(founded, tmp_path, f"sqlite:///{tmp_path / 'elsewhere' / 'sundial.db'}"))
    assert other("restore", tmp_path / "copy.zip").code == 0
    rolled_back = other("tick")
    assert rolled_back.code == 1
    assert "rolled back" in rolled_back.err
    verified = other("verify", "--json")
    assert (verified.code, verified.json["first_fault"]["kind"]) == (1, "truncated")


def test_a_read_only_or_locked_database_is_one_line(tmp_path: Path, sqlite_url: str) -> None:
    settings = load_settings(home=tmp_path / "home", database=sqlite_url, language="en", environment={})
    initialise(settings, Plan())
    run = runner(settings)
    if os.geteuid() != 0:  # root writes to everything
        settings.database_file.chmod(0o400)
        assert run("tick").code == 2
    settings.database_file.write_bytes(b"not a database at all, but long enough to be read as one" * 100)
    answer = run("overdue")
    assert answer.code == 2
    assert "database cannot be used" in answer.err
