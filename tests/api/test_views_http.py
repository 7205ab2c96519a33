"""One case and one figure over HTTP and on the command line: both axes, links that lead on, refusals with reasons."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from starlette.testclient import TestClient

from api.settings import Settings
from tests.api.clients import client_of
from tests.api.conftest import runner
from tests.api.demo_city import open_city

AS_OF = "2025-12-31"


@pytest.fixture(scope="module")
def client(demo_city: Settings) -> Iterator[TestClient]:
    """A client of the demonstration city."""
    with open_city(demo_city) as opened, client_of(opened) as made:
        yield made


def _case(client: TestClient) -> str:
    return str(client.get("/api/overdue", params={"as_of": AS_OF}).json()["rows"][0]["case"])


def test_every_link_of_a_figure_and_of_its_members_leads_somewhere(client: TestClient) -> None:
    row = client.get("/api/figures", params={"as_of": AS_OF, "figure": "timely_acceptance_rate"}).json()["rows"][0]
    for part, address in row["links"].items():
        answer = client.get(address.partition("#")[0])
        assert answer.status_code == 200, (part, answer.text)
        if part in ("numerator", "denominator"):
            assert len(client.get(f"{address}&limit=1000").json()["rows"]) == row[part]
    rules = client.get("/api/rules", params={"table": "figure"}).json()["rows"]
    assert row["links"]["explanation"].partition("#")[2] in {line["id"] for line in rules}
    assert client.get(row["links"]["recompute"]).json()["equal"] is True


@pytest.mark.parametrize("told", ["replay", "explain", "compare?known_at_a=3000"])
def test_what_is_told_of_a_case_is_sent_once(client: TestClient, told: str) -> None:
    address = f"/api/cases/{_case(client)}/{told}"
    first = client.get(address)
    assert first.status_code == 200, first.text
    again = client.get(address, headers={"if-none-match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_a_replay_ends_where_the_timeline_does(client: TestClient) -> None:
    case = _case(client)
    steps: list[dict[str, Any]] = client.get(f"/api/cases/{case}/replay").json()["steps"]
    acts = client.get(f"/api/cases/{case}/timeline").json()["acts"]
    assert [step["index"] for step in steps] == [act["index"] for act in acts]
    assert client.get(f"/api/cases/{case}/compare").status_code == 400
    assert client.get(f"/api/cases/{'0' * 32}/replay").status_code == 404


def test_a_ranking_of_small_samples_says_why_it_is_refused(client: TestClient) -> None:
    refused = client.get("/api/rank", params={"figure": "satisfaction_rate", "lang": "en"}).json()
    assert (refused["code"], "30 cases" in refused["detail"]) == ("rank_refused", True)


def test_the_command_line_says_what_http_says(client: TestClient, demo_city: Settings) -> None:
    run = runner(demo_city)
    for name in ("figures", "packages", "satisfaction", "workload", "supervision", "patrol"):
        told = run(name, "--as-of", AS_OF, "--json").json
        assert told["rows"] == client.get(f"/api/{name}", params={"as_of": AS_OF, "limit": 1000}).json()["rows"]
    assert run("diff", "--from", "2025-11-30", "--to", AS_OF, "--json").json["changes"]
    assert run("recompute", "overdue", "--as-of", AS_OF, "--numerator", "1").code == 1
    assert run("recompute", "nothing").code == 2
    assert run("list", "nothing").code == 2
    assert run("list", "due-soon", "--filter", "nothing=1").code == 2
