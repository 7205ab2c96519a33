"""The tampering exercise: each change of a copy is caught and its place is named; the demonstration stays as it was."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from api.demo.tampering import EXERCISES, run_exercise
from api.errors import UsageRefused
from api.settings import Settings
from tests.api.clients import client_of
from tests.api.conftest import runner
from tests.api.demo_city import open_city

QUICK = ("backdate", "rewind")
KINDS = {
    "backdate": "signature",
    "remove": "gap",
    "relabel": "column",
    "reword": "disclosure",
    "unlist": "view",
    "rewind": "truncated",
}
HTML = {"accept": "text/html"}


@pytest.mark.parametrize(
    "word", [one if one in QUICK else pytest.param(one, marks=pytest.mark.soak) for one in EXERCISES]
)
def test_each_exercise_is_caught_and_its_place_is_named(demo_city: Settings, word: str) -> None:
    with open_city(demo_city) as city:
        root = city.ledger.root()
        outcome = run_exercise(city, word)
        assert (outcome.caught, outcome.first[0].kind) == (True, KINDS[word])
        assert outcome.first[0].index == outcome.place
        assert city.ledger.root() == root


def test_the_command_tells_what_was_changed_and_what_verification_said(demo_city: Settings) -> None:
    answer = runner(demo_city)("demo", "--tamper", "relabel")
    assert answer.code == 0
    assert "changed: entry" in answer.out
    assert "verification found it" in answer.out
    assert runner(demo_city)("demo", "--tamper", "nothing").code == 2


def test_the_page_explains_and_runs_an_exercise_where_there_is_a_demonstration_alone(demo_city: Settings) -> None:
    with open_city(demo_city) as city, client_of(city) as client:
        page = client.get("/tampering?lang=en", headers=HTML)
        assert set(re.findall(r'name="exercise" value="(\w+)"', page.text)) == set(EXERCISES)
        token = re.findall(r'name="csrf" value="(\w+)"', page.text)[0]
        assert client.post("/tampering", data={"exercise": "relabel", "csrf": "another"}).status_code == 403
        told = client.post("/tampering?lang=en", data={"exercise": "relabel", "csrf": token}, headers=HTML)
        assert "Caught: the place of the change is named." in told.text
        assert client.post("/tampering", data={"exercise": "nothing", "csrf": token}).status_code == 400
        elsewhere = {"origin": "https://elsewhere.example"}
        wish = {"exercise": "relabel", "csrf": token}
        assert client.post("/tampering", data=wish, headers=elsewhere).status_code == 403


def test_what_is_no_demonstration_has_no_exercise(demo_city: Settings) -> None:
    with open_city(demo_city) as city:
        other = replace(city, settings=replace(demo_city, home=demo_city.home / "elsewhere"))
        with pytest.raises(UsageRefused):
            run_exercise(other, "relabel")
        with client_of(other) as client:
            assert client.get("/tampering", headers=HTML).status_code == 404
