"""Settings: what is said beats the environment, which beats the default; a home is its owner's alone."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from api.errors import UsageRefused
from api.settings import load_settings, prepare_home


def test_without_anything_said_the_ledger_lives_in_var() -> None:
    settings = load_settings(environment={})
    assert settings.home == Path("var")
    assert settings.database == "sqlite:///var/sundial.db"
    assert settings.database_file == Path("var/sundial.db")


def test_the_environment_names_home_and_database() -> None:
    settings = load_settings(environment={"SUNDIAL_HOME": "/a", "SUNDIAL_DATABASE": "postgresql://h/d"})
    assert (settings.home, settings.database, settings.is_sqlite) == (Path("/a"), "postgresql://h/d", False)


def test_an_argument_beats_the_environment(tmp_path: Path) -> None:
    settings = load_settings(home=tmp_path, database="sqlite:///x.db", environment={"SUNDIAL_HOME": "/a"})
    assert (settings.home, settings.database) == (tmp_path, "sqlite:///x.db")


@pytest.mark.parametrize("url", ["mysql://h/d", "sqlite:///", "nonsense", "sqlite:x"])
def test_a_database_of_another_kind_is_refused(url: str) -> None:
    with pytest.raises(UsageRefused, match="database_url_unknown"):
        load_settings(database=url, environment={})


@pytest.mark.parametrize(
    ("locale", "language"),
    [
        pytest.param({"LANG": "zh_CN.UTF-8"}, "zh", id="a Chinese locale"),
        pytest.param({"LANG": "en_GB.UTF-8"}, "en", id="an English locale"),
        pytest.param({"LC_ALL": "zh_CN", "LANG": "en_GB"}, "zh", id="LC_ALL beats LANG"),
        pytest.param({}, "en", id="no locale"),
    ],
)
def test_the_language_is_the_locales(locale: dict[str, str], language: str) -> None:
    assert load_settings(environment=locale).language == language


def test_a_language_asked_for_beats_the_locale_and_an_unknown_one_is_refused() -> None:
    assert load_settings(language="zh", environment={"LANG": "en_GB"}).language == "zh"
    with pytest.raises(UsageRefused, match="language_unknown"):
        load_settings(language="fr", environment={})


def test_a_home_is_created_for_its_owner_alone_and_an_open_one_is_narrowed(tmp_path: Path) -> None:
    home = tmp_path / "deep" / "home"
    settings = load_settings(home=home, environment={})
    prepare_home(settings)
    home.chmod(0o755)
    prepare_home(settings)
    modes = {stat.S_IMODE(folder.stat().st_mode) for folder in (home, settings.keys, settings.reports)}
    assert modes == {0o700}


def test_a_home_that_is_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "home").write_text("x")
    with pytest.raises(UsageRefused, match="home_unusable"):
        prepare_home(load_settings(home=tmp_path / "home", environment={}))


def test_a_passphrase_is_the_first_line_of_the_file_that_is_named(tmp_path: Path) -> None:
    (tmp_path / "phrase").write_bytes("口令\nrest".encode())
    named = {"SUNDIAL_PASSPHRASE_FILE": str(tmp_path / "phrase")}
    assert load_settings(environment=named).passphrase == "口令".encode()
    (tmp_path / "phrase").write_bytes(b"")
    with pytest.raises(UsageRefused, match="passphrase_empty"):
        load_settings(environment=named)
    with pytest.raises(UsageRefused, match="passphrase_unreadable"):
        load_settings(environment={"SUNDIAL_PASSPHRASE_FILE": str(tmp_path / "none")})
