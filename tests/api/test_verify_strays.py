"""What lies behind the end of a log: disclosures whose entries were taken away."""

from __future__ import annotations

import pytest

from api.main import open_application
from api.settings import Settings
from api.verify.run import verify_database
from tests.attacks.attacker import Attacker, PostgresAttacker, SqliteAttacker


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
