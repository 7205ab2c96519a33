"""A ledger may be founded with a profile of local practice: it is published, signed and verified like all law."""

from __future__ import annotations

import dataclasses
from datetime import date
from importlib.resources import files
from pathlib import Path

import pytest

from api.errors import InputRefused
from api.founding import Plan, load_plan, read_profile
from api.initialise import initialise
from api.main import open_application
from api.settings import Settings
from api.verify.run import verify_database
from domain.errors import ReferenceRefused
from domain.practice import practised
from tests.benchmarks.city import settings_for

EXAMPLE = files("domain").joinpath("data", "profiles", "example-city.toml").read_text(encoding="utf-8")


@pytest.fixture
def settings(tmp_path: Path, sqlite_url: str) -> Settings:
    """Settings of a ledger that is still to be founded."""
    return settings_for(tmp_path / "home", sqlite_url)


def test_a_ledger_founded_with_a_profile_practises_it_and_verifies(settings: Settings) -> None:
    plain = dataclasses.replace(settings, home=settings.home / "plain", database=f"sqlite:///{settings.home}/plain.db")
    founded = initialise(settings, Plan(profile="example-city"))
    assert founded.size == initialise(plain, Plan()).size + 2
    with open_application(settings) as application:
        rules = application.ledger.reference().rules.latest
    row = practised(rules.practice, "small_cell_k", date(2026, 3, 2))
    assert row is not None
    assert (row.value, row.jurisdiction) == (10, "CN-example")
    assert {clock.length for clock in rules.clocks.values() if clock.jurisdiction == "CN-example"} == {45, 20, 7}
    report = verify_database(settings)
    assert report.ok, report.faults


def test_a_plan_may_name_a_profile_in_a_file_beside_it(tmp_path: Path) -> None:
    (tmp_path / "plan.toml").write_text('profile = "ours.toml"\n', encoding="utf-8")
    (tmp_path / "ours.toml").write_text(EXAMPLE, encoding="utf-8")
    assert read_profile(load_plan(tmp_path / "plan.toml").profile).id == "example-city"


def test_a_profile_against_the_nations_law_founds_nothing(settings: Settings, tmp_path: Path) -> None:
    (tmp_path / "ours.toml").write_text(EXAMPLE.replace("value = 45", "value = 75"), encoding="utf-8")
    with pytest.raises(ReferenceRefused, match=r"example\.HANDLE"):
        initialise(settings, Plan(profile=str(tmp_path / "ours.toml")))
    assert not settings.home.exists()


def test_a_profile_that_is_not_there_is_refused_with_those_that_are(tmp_path: Path) -> None:
    with pytest.raises(InputRefused) as refused:
        read_profile("atlantis")
    assert "example-city, national" in str(refused.value.values)
    with pytest.raises(InputRefused):
        read_profile(str(tmp_path / "nowhere.toml"))
