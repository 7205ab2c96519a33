"""The OpenAPI description is true: every answer a route gives is one that it announces, in the shape it announces."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from starlette.testclient import TestClient

from api.feeds.writing import ATOM, JSON_FEED
from api.founding import parse_plan
from api.initialise import initialise
from api.lists.catalogue import LISTS
from api.lists.routes import XLSX
from api.main import open_application
from api.settings import load_settings
from tests.api.clients import client_of
from tests.api.conftest import PLAN

PROBLEM = "application/problem+json"
CASE = "0" * 32


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """A client of a small ledger. One store is enough here: what differs between the two lies below this room."""
    settings = load_settings(home=tmp_path_factory.mktemp("openapi") / "home", language="en", environment={})
    initialise(settings, parse_plan(PLAN.encode()))
    with open_application(settings) as application, client_of(application) as made:
        yield made


@pytest.fixture(scope="module")
def described(client: TestClient) -> dict[str, Any]:
    """The description itself."""
    schema: dict[str, Any] = client.get("/openapi.json").json()
    return schema


def _operations(described: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, methods in described["paths"].items():
        for method, operation in methods.items():
            yield path, method, operation


def test_every_endpoint_of_this_stage_is_described(described: dict[str, Any]) -> None:
    assert {(path, method) for path, method, _ in _operations(described)} == {
        ("/api/acts/prepare", "post"),
        ("/api/acts/commit", "post"),
        ("/api/looks", "get"),
        *((f"/api/cases/{{case}}/{form}", "get") for form in ("bundle", "timeline.pdf", "xes")),
        ("/api/files/{case}", "post"),
        ("/api/door", "get"),
        ("/api/door", "post"),
        ("/api/cases/{case}/timeline", "get"),
        *((f"/api/cases/{{case}}/{told}", "get") for told in ("replay", "explain", "compare")),
        *((f"/api/{name}", "get") for name in ("hints", "diff", "recompute", "rules", "competence")),
        *((f"/feeds/{name}.{form}", "get") for name in ("cases", "figures") for form in ("json", "atom")),
        ("/api/bulletins", "get"),
        ("/api/bulletins/{month}.{form}", "get"),
        ("/api/xes", "get"),
        ("/api/checkpoint", "get"),
        ("/api/proof/inclusion", "get"),
        ("/api/proof/consistency", "get"),
        ("/api/health", "get"),
        ("/checkpoint", "get"),
        ("/tile/{path}", "get"),
        ("/tile/entries/{path}", "get"),
        ("/api/receipts/{index}", "get"),
        ("/metrics", "get"),
    } | {(f"/api/{listing.name}{form}", "get") for listing in LISTS for form in ("", ".csv", ".xlsx")}


def test_every_refusal_is_described_as_a_problem_document(described: dict[str, Any]) -> None:
    for path, method, operation in _operations(described):
        for status, answer in operation["responses"].items():
            if status not in ("200", "304"):
                assert list(answer["content"]) == [PROBLEM], (path, method, status)
    assert not {"HTTPValidationError", "ValidationError"} & set(described["components"]["schemas"])


def test_every_reference_leads_somewhere(described: dict[str, Any]) -> None:
    def references(node: Any) -> Iterator[str]:
        if isinstance(node, dict):
            if isinstance(node.get("$ref"), str):
                yield node["$ref"]
            for value in node.values():
                yield from references(value)
        elif isinstance(node, list):
            for value in node:
                yield from references(value)

    for reference in references(described):
        assert reference.rpartition("/")[2] in described["components"]["schemas"], reference


@pytest.mark.parametrize(
    ("method", "address", "path"),
    [
        ("get", "/api/overdue", "/api/overdue"),
        ("get", "/api/overdue?limit=x", "/api/overdue"),
        ("get", "/api/overdue.csv", "/api/overdue.csv"),
        ("get", "/api/overdue.xlsx", "/api/overdue.xlsx"),
        ("get", "/api/overdue?as_of=x", "/api/overdue"),
        ("get", "/api/overdue?unit=x", "/api/overdue"),
        ("get", f"/api/cases/{CASE}/timeline", "/api/cases/{case}/timeline"),
        ("get", "/api/cases/x/timeline", "/api/cases/{case}/timeline"),
        ("get", f"/api/cases/{CASE}/replay", "/api/cases/{case}/replay"),
        ("get", f"/api/cases/{CASE}/compare", "/api/cases/{case}/compare"),
        ("get", "/api/rules?table=figure", "/api/rules"),
        ("get", "/api/rules?table=x", "/api/rules"),
        ("get", "/api/competence?area=housing&jurisdiction=example", "/api/competence"),
        ("get", "/api/recompute?figure=overdue", "/api/recompute"),
        ("get", "/api/recompute?figure=x", "/api/recompute"),
        ("get", "/api/diff?known_from=0", "/api/diff"),
        ("get", "/api/diff", "/api/diff"),
        ("get", f"/api/hints?case={CASE}", "/api/hints"),
        ("get", "/feeds/cases.json", "/feeds/cases.json"),
        ("get", "/feeds/figures.atom", "/feeds/figures.atom"),
        ("get", "/api/checkpoint", "/api/checkpoint"),
        ("get", "/api/proof/inclusion?index=0", "/api/proof/inclusion"),
        ("get", "/api/proof/inclusion?index=99999", "/api/proof/inclusion"),
        ("get", "/api/proof/inclusion", "/api/proof/inclusion"),
        ("get", "/api/proof/consistency?old=1", "/api/proof/consistency"),
        ("get", "/api/proof/consistency?old=0", "/api/proof/consistency"),
        ("get", "/api/health", "/api/health"),
        ("get", "/metrics", "/metrics"),
        ("post", "/api/acts/prepare", "/api/acts/prepare"),
        ("post", "/api/acts/commit", "/api/acts/commit"),
        ("post", f"/api/files/{CASE}", "/api/files/{case}"),
        ("get", "/api/door", "/api/door"),
        ("post", "/api/door", "/api/door"),
    ],
)
def test_an_answer_is_one_that_was_announced(
    client: TestClient, described: dict[str, Any], method: str, address: str, path: str
) -> None:
    answer = client.request(method, address)
    announced = described["paths"][path][method]["responses"][str(answer.status_code)]["content"]
    media_type = answer.headers["content-type"].partition(";")[0]
    assert media_type in announced
    if media_type in ("text/plain", "text/csv", XLSX, JSON_FEED, ATOM):
        return
    schema = announced[media_type]["schema"]["$ref"].rpartition("/")[2]
    required = described["components"]["schemas"][schema].get("required", [])
    properties = described["components"]["schemas"][schema]["properties"]
    assert set(required) <= set(answer.json()) <= set(properties)
