"""Every act can be performed from a file and over HTTP: each has an example of both, and each example parses."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path

import pytest
from typer.testing import CliRunner

from api import cli
from api.commands.acting import load_acts
from api.examples import act_file, bodies, plain
from api.http.models import PrepareBody
from domain.events import EVENTS
from domain.examples import example_of
from tests.api.clients import client_of, prepare
from tests.benchmarks.city import found_city


@pytest.mark.parametrize("action", EVENTS)
def test_an_example_file_of_every_act_says_what_the_example_says(action: str, tmp_path: Path) -> None:
    (tmp_path / "act.toml").write_text(act_file(action), encoding="utf-8")
    (planned,) = load_acts(tmp_path / "act.toml")
    command = example_of(action)
    assert (planned.stream, planned.action) == (command.stream, action)
    assert planned.public == json.loads(json.dumps(command.public))
    assert planned.sealed == command.sealed
    document = {"acts": [planned.model_dump(exclude_none=True)]}
    (tmp_path / "act.json").write_text(json.dumps(document), encoding="utf-8")
    assert load_acts(tmp_path / "act.json") == [planned]


def test_dates_and_instants_of_a_toml_file_are_taken_as_what_they_say() -> None:
    read = plain(tomllib.loads("on = 2026-03-02\nat = 2026-03-02T09:00:00+08:00\nlist = [{ on = 2026-03-02 }]"))
    assert read == {"on": "2026-03-02", "at": "2026-03-02T09:00:00+08:00", "list": [{"on": "2026-03-02"}]}


@pytest.mark.parametrize("action", EVENTS)
def test_the_command_prints_an_example_of_every_act(action: str) -> None:
    result = CliRunner().invoke(cli.build(), ["act", "--example", action, "--lang", "en"])
    assert result.exit_code == 0
    assert result.stdout == act_file(action)


def test_an_act_that_there_is_not_has_no_example() -> None:
    result = CliRunner().invoke(cli.build(), ["act", "--example", "case.forgotten.v1", "--lang", "en"])
    assert result.exit_code == 2
    assert "no such act" in result.stderr


def test_the_openapi_description_has_an_example_of_every_act_and_each_is_a_request(tmp_path: Path) -> None:
    with found_city(tmp_path / "home", f"sqlite:///{tmp_path}/sundial.db") as city:
        with client_of(city.application) as client:
            described = client.get("/openapi.json").json()
        shown = described["paths"]["/api/acts/prepare"]["post"]["requestBody"]["content"]["application/json"][
            "examples"
        ]
        assert set(shown) == set(EVENTS)
        assert shown == json.loads(json.dumps(bodies()))
        for example in shown.values():
            PrepareBody.model_validate(example["value"])
            answer = prepare(client, example["value"])
            assert answer.status_code in (400, 403, 409), answer.text
            assert answer.json()["code"] != "malformed"
