"""What the timeline shows on both stores is what was signed, whatever stands in the views or beside the entries."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from starlette.testclient import TestClient

from api.actions import command
from api.main import Application
from api.settings import Settings
from tests.api.clients import client_of
from tests.api.conftest import Run
from tests.api.test_verifying import tampering

CASE = "0123456789abcdef" * 2


@pytest.fixture
def client(application: Application) -> Iterator[TestClient]:
    """A client of a ledger with one case of two acts, its views up to date."""
    key = application.key("officer-shen")
    for action, role, public in (
        ("case.registered.v1", "intake", {"channel": "letter", "capacity": "competent_unit"}),
        ("case.accepted.v1", "handler", {"category": "31_6"}),
    ):
        application.desk.perform(command(f"case/{CASE}", action, public), key, role)
    application.views.catch_up()
    with client_of(application, raising=True) as made:
        yield made


def _shown(client: TestClient) -> list[dict[str, Any]]:
    acts: list[dict[str, Any]] = client.get(f"/api/cases/{CASE}/timeline").json()["acts"]
    return acts


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE view_acts SET actor = 'officer-lin'",
        "UPDATE view_acts SET action = 'case.replied.v1', claimed_ms = 0, idx = 0 WHERE seq = 2",
        "DELETE FROM view_acts WHERE seq = 1",
        "DELETE FROM view_acts",
    ],
)
def test_an_altered_view_changes_nothing_of_what_is_shown(
    client: TestClient, founded: Settings, run: Run, change: str
) -> None:
    acts, told = _shown(client), run("timeline", CASE).out
    assert [(act["actor"], act["signature"]) for act in acts] == [("officer-shen", "good")] * 2
    with tampering(founded) as (connection, _):
        connection.execute(change)
    assert _shown(client) == acts
    assert run("timeline", CASE).out == told
    page = client.get(f"/cases/{CASE}?lang=en").text
    assert page.count("officer-shen") == 2
    assert "officer-lin" not in page


@pytest.mark.parametrize("column", ["topic = 'case.replied.v1'", "originator_version = 7"])
def test_an_act_that_does_not_stand_where_it_says_is_not_good(
    client: TestClient, founded: Settings, column: str
) -> None:
    with tampering(founded) as (connection, _):
        connection.execute(f"UPDATE entries SET {column} WHERE topic = 'case.accepted.v1'")
    first, second = _shown(client)
    assert (first["signature"], second["signature"]) == ("good", "column")
    assert (second["action"], second["seq"]) == ("case.accepted.v1", 2)
    assert "✗" in client.get(f"/cases/{CASE}?lang=en").text


def test_an_act_of_another_case_is_not_good_here(client: TestClient, founded: Settings) -> None:
    other = "fedcba9876543210" * 2
    with tampering(founded) as (connection, sign):
        connection.execute(
            f"UPDATE entries SET originator_id = {sign} WHERE originator_id = {sign}", (f"case/{other}", f"case/{CASE}")
        )
    acts = client.get(f"/api/cases/{other}/timeline").json()["acts"]
    assert [act["signature"] for act in acts] == ["column", "column"]


def test_an_entry_that_cannot_be_read_is_refused_and_not_told_from_a_view(
    client: TestClient, founded: Settings
) -> None:
    with tampering(founded) as (connection, sign):
        connection.execute(f"UPDATE entries SET state = {sign} WHERE topic = 'case.accepted.v1'", (b"damaged",))
    answer = client.get(f"/api/cases/{CASE}/timeline")
    assert (answer.status_code, answer.json()["code"]) == (400, "malformed")
