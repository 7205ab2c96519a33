"""What stands where nothing should: disclosures without their entries, and texts that no driver can read."""

from __future__ import annotations

from pathlib import Path

import pytest

from api.main import open_application
from api.settings import Settings, load_settings
from api.verify.run import verify_database
from tests.api.conftest import copy_of
from tests.attacks.attacker import Attacker, PostgresAttacker, SqliteAttacker


@pytest.fixture
def settings_on_sqlite(founded_sqlite: Settings, tmp_path: Path, sqlite_url: str) -> Settings:
    settings = load_settings(home=tmp_path / "home", database=sqlite_url, language="en", environment={})
    return copy_of(founded_sqlite, settings)


@pytest.mark.parametrize("identity", [5000, -3, 0])
def test_a_disclosure_without_an_entry_is_found_wherever_it_stands(
    founded: Settings, identity: int, request: pytest.FixtureRequest
) -> None:
    assert verify_database(founded).ok
    attacker: Attacker
    if founded.is_sqlite:
        attacker = SqliteAttacker(founded.database)
    else:
        server = request.getfixturevalue("postgres_server")
        attacker = PostgresAttacker(server.superuser_url(founded.database.rpartition("/")[2]))
    attacker.run("INSERT INTO disclosures VALUES (?, ?, ?)", identity, bytes(16), bytes(32))
    attacker.close()
    found = verify_database(founded)
    assert (found.ok, found.fault_count) == (False, 1)
    assert found.faults[0].detail == "disclosures without an entry"
    with open_application(founded) as application:
        size = application.ledger.head().size
    assert found.faults[0].index == (size if identity > 0 else 0)


@pytest.mark.parametrize(
    ("change", "index"),
    [
        ("UPDATE entries SET originator_id = CAST(x'ff' AS TEXT) WHERE notification_id = 8", 7),
        ("UPDATE entries SET topic = CAST(x'ff' AS TEXT) WHERE notification_id = 8", 7),
        ("UPDATE entries SET state = CAST(x'ff' AS TEXT) WHERE notification_id = 8", 7),
        ("UPDATE disclosures SET sealed = CAST(x'ff' AS TEXT) WHERE notification_id = 8", 7),
        ("UPDATE checkpoints SET note = CAST(x'ff' AS TEXT)", None),
        ("UPDATE log_head SET frontier = CAST(x'ff' AS TEXT)", 0),
    ],
)
def test_a_text_that_is_not_utf8_is_a_fault_with_a_place(
    settings_on_sqlite: Settings, change: str, index: int | None
) -> None:
    attacker = SqliteAttacker(settings_on_sqlite.database)
    attacker.run(change)
    attacker.close()
    found = verify_database(settings_on_sqlite)
    assert not found.ok
    assert found.faults[0].detail.endswith("is not UTF-8")
    assert index in (None, found.faults[0].index)
    assert found.document()["first_fault"]["kind"] == "column"
