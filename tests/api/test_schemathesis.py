"""What Schemathesis asks of every endpoint described, as every role: no 5xx, and no status or body undescribed.

The description is the application's own OpenAPI document; questions are made from it, lawful ones and spoilt ones, with
a case of the city that exists, so that they reach what lies behind the identifiers. In the daily run the roles take
turns at the endpoints, and every second one gets spoilt questions; the full counts give every endpoint both kinds from
every role.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from itertools import count
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import Case, GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import Failure, FailureGroup
from schemathesis.core.result import Ok
from schemathesis.schemas import APIOperation
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from starlette.testclient import TestClient

from api.access.table import STAFF
from api.access.viewer import PUBLIC, Seat, Viewer
from api.main import Application
from api.settings import Settings
from projections.overdue import overdue
from tests.api.clients import BASE, client_of
from tests.api.demo_city import open_city

ROLES = ("public", "petitioner", *STAFF)
CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
Operation = APIOperation[Any, Any, Any, Any]
SENT = ("method", "url", "headers", "params", "json", "data", "files")


@pytest.fixture(scope="module")
def city(demo_city: Settings) -> Iterator[Application]:
    """The demonstration city, open."""
    with open_city(demo_city) as opened:
        yield opened


@pytest.fixture(scope="module")
def case(city: Application) -> str:
    """A case that has much to tell."""
    return overdue(city.reader, city.clock()).rows[0].case


def _viewer(city: Application, role: str, case: str) -> Viewer:
    """Somebody of this role with a seat in every office that has none above it, or with the code of a case."""
    if role == "public":
        return PUBLIC
    if role == "petitioner":
        return Viewer("petitioner", case=case, csrf="token")
    offices = city.ledger.reference().people.offices.values()
    seats = tuple(Seat(office.slug, "post", (role,)) for office in offices if not office.parent)
    return Viewer("staff", officer="officer-x", seats=seats, csrf="token")


@contextmanager
def _asking(city: Application, role: str, case: str) -> Iterator[tuple[TestClient, list[Operation]]]:
    """A client of this role and the endpoints that the description names to it."""
    with client_of(city, _viewer(city, role, case)) as client:
        client.follow_redirects = False
        document = client.app.openapi()  # type: ignore[attr-defined]
        found = schemathesis.openapi.from_dict(document).get_all_operations()
        yield client, [one.ok() for one in found if isinstance(one, Ok)]


def _ask(client: TestClient, operation: Operation, case: str, mode: GenerationMode, examples: int) -> str:
    """Ask an endpoint so many questions and hold every answer against its description; return what disagrees."""
    asked = count()

    @settings(
        max_examples=examples,
        deadline=None,
        derandomize=True,
        database=None,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(mode, path_parameters={"case": case} if "{case}" in operation.path else {}))
    def question(case: Case[Any]) -> None:
        next(asked)
        sent = {name: value for name, value in case.as_transport_kwargs(base_url=BASE).items() if name in SENT}
        if isinstance(sent.get("data"), bytes):
            sent["content"] = sent.pop("data")
        case.validate_response(client.request(**sent), checks=CHECKS)

    where = f"{mode.value} {operation.method} {operation.path}: "
    try:
        question()
    except Unsatisfiable:
        return "" if mode is GenerationMode.NEGATIVE else where + "takes no lawful question"
    except (FailureGroup, Failure) as failed:
        return where + "; ".join(str(one) for one in getattr(failed, "exceptions", [failed]))
    return "" if next(asked) else where + "was never asked"


@pytest.mark.parametrize("mode", GenerationMode, ids=lambda mode: mode.value)
def test_every_endpoint_answers_as_described(city: Application, case: str, mode: GenerationMode) -> None:
    with ExitStack() as stack:
        asking = [stack.enter_context(_asking(city, role, case)) for role in ROLES]
        turns = [(*asking[at % len(asking)], at) for at in range(len(asking[0][1]))]
        if mode is GenerationMode.NEGATIVE:
            turns = turns[::2]
        wrong = [_ask(client, operations[at], case, mode, 1) for client, operations, at in turns]
    assert turns
    assert not [one for one in wrong if one]


@pytest.mark.soak
@pytest.mark.parametrize("role", ROLES)
def test_every_endpoint_answers_every_role_as_described(city: Application, case: str, role: str) -> None:
    with _asking(city, role, case) as (client, operations):
        wrong = [_ask(client, one, case, mode, 3) for one in operations for mode in GenerationMode]
    assert wrong
    assert not [one for one in wrong if one]
