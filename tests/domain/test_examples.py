"""Every act of the closed table has one valid example, made from the table; none names a person."""

from __future__ import annotations

import json

import pytest

from domain.commands import parse_command
from domain.events import EVENTS, public_kinds, read_event
from domain.examples import example_of, stream_of
from domain.fields import slug
from domain.samples import sample_of
from domain.sealing import arrange


@pytest.mark.parametrize("action", EVENTS)
def test_every_act_has_an_example_that_its_own_reader_takes(action: str) -> None:
    command = example_of(action)
    assert parse_command(json.loads(json.dumps(command._asdict()))) == command
    event = read_event(
        action,
        command.stream,
        1,
        10,
        "officer-li",
        "desk",
        "housing",
        "handler",
        bytes(32),
        "2026-03-02T09:00:00+08:00",
        1_772_413_200_000,
        command.public,
    )
    assert type(event) is EVENTS[action]
    assert [name for name, _ in arrange(event, command.sealed)] == list(EVENTS[action].sealed)


@pytest.mark.parametrize("action", EVENTS)
def test_an_example_shows_every_public_field_but_the_mark_of_an_import(action: str) -> None:
    assert example_of(action).public.keys() == {name for name, _ in public_kinds(action)} - {"imported"}
    assert stream_of(action).partition("/")[0] in (action.partition(".")[0],)


def test_a_kind_that_takes_nothing_known_says_so() -> None:
    def nothing(value: object) -> object:
        raise ValueError

    assert slug(sample_of(slug)) == "housing"
    with pytest.raises(LookupError, match="mood"):
        sample_of(nothing, "mood")
