"""Commands: a dry run that answers with what would be signed, or with the reason why not."""

from __future__ import annotations

import json
from typing import Any

import pytest

from domain import commands
from domain.case_state import NEW_CASE
from domain.commands import Command, Decision, complete, decide, parse_command, possible
from domain.errors import DomainRefused, EventRefused, TransitionRefused
from domain.events import EVENTS, SEALED
from domain.reference import new_reference
from tests.domain.acts import PUBLIC
from tests.domain.city import CASE, CITY, DEVICE_KEY, REGISTRAR, Story, Who, at, officer, petitioner

OPINION = {"claim": "请求", "facts": "事实", "opinion": "意见", "basis": "依据"}


def _decide(story: Story, action: str, public: Any, who: Who, sealed: Any = None, on: str = "2026-03-04") -> Decision:
    command = Command(CASE, action, public, sealed or {})
    return decide(story.case, command, who, CITY, seq=story.case.version + 1, claimed_at=at(on))


def test_a_lawful_command_becomes_an_act_with_a_summary_in_both_languages() -> None:
    sealed = {"text": "屋顶漏水", "subject": "漏水"}
    decision = _decide(
        Story(), "case.registered.v1", {"channel": "letter", "capacity": "competent_unit"}, officer("housing"), sealed
    )
    assert decision.action == "case.registered.v1"
    assert decision.sealed == (("subject", "漏水"), ("text", "屋顶漏水"))
    assert decision.summary_zh == (
        "housing局 (housing) desk officer-housing (承办人):登记。账流 case/00000000000000000000000000000000 第 1 项。"
        "声称时间 2026-03-04T09:00:00+08:00。接收身份 有权处理机关、单位;渠道 来信。密封内容:主题、内容。"
    )
    assert decision.summary_en == (
        "housing (housing) desk officer-housing (handler): register. "
        "Stream case/00000000000000000000000000000000 no. 1. Claimed time 2026-03-04T09:00:00+08:00. "
        "received as competent unit; channel letter. Sealed: subject, text."
    )


def test_a_summary_never_shows_what_is_sealed() -> None:
    story = Story().registered("housing", "2026-03-02").accepted("2026-03-03")
    decision = _decide(story, "case.opinion_issued.v1", {"outcome": "support"}, officer("housing", "head"), OPINION)
    for value in OPINION.values():
        assert value not in decision.summary_zh.replace("处理意见", "").replace("投诉请求", "").replace(
            "事实和理由", ""
        ).replace("法律法规依据", "").replace("意见书", "")


def test_a_refused_command_says_what_would_be_allowed() -> None:
    with pytest.raises(TransitionRefused) as refused:
        _decide(
            Story().registered("housing", "2026-03-02"), "case.opinion_served.v1", {"means": "post"}, officer("housing")
        )
    said = refused.value
    assert (said.action, said.state, said.rule) == ("case.opinion_served.v1", "REGISTERED", "article 32, 34")
    assert "case.accepted.v1" in said.allowed
    assert "受理" in said.message_zh
    assert "REGISTERED" in str(said)


@pytest.mark.parametrize(
    ("to_office", "capacity"), [("bureau", "petition_office"), ("housing", None), ("nowhere", None)]
)
def test_the_receivers_capacity_is_filled_in_from_the_office_tree(to_office: str, capacity: str | None) -> None:
    public = {"channel": "online", "to_office": to_office, "petitioner_key": DEVICE_KEY}
    assert complete("case.submitted.v1", public, CITY.people).get("capacity") == capacity
    if to_office != "nowhere":
        decision = _decide(Story(), "case.submitted.v1", public, petitioner())
        assert decision.public.get("capacity") == capacity


def test_a_capacity_that_is_given_is_not_overwritten_but_checked() -> None:
    public = {"channel": "online", "to_office": "bureau", "petitioner_key": DEVICE_KEY, "capacity": "competent_unit"}
    with pytest.raises(DomainRefused) as refused:
        _decide(Story(), "case.submitted.v1", public, petitioner())
    assert refused.value.code == "receiver"


@pytest.mark.parametrize(
    ("sealed", "code"),
    [
        ({"diary": "x"}, "sealed_unknown"),
        ({**OPINION, "facts": 1.5}, "sealed_unfit"),
        ({**OPINION, "facts": None}, "sealed_unfit"),
        ({**OPINION, "facts": "x" * 200_001}, "sealed_unfit"),
        ({**OPINION, "facts": {"a": [{"b": [[[[[["deep"]]]]]]}]}}, "sealed_unfit"),
        ({**OPINION, "facts": {1: "x"}}, "sealed_unfit"),
        ({**OPINION, "facts": ""}, "sealed_missing"),
        ({"claim": "x"}, "sealed_missing"),
    ],
)
def test_sealed_fields_are_closed_and_an_opinion_has_its_four_parts(sealed: dict[str, Any], code: str) -> None:
    story = Story().registered("housing", "2026-03-02").accepted("2026-03-03")
    with pytest.raises(EventRefused) as refused:
        _decide(story, "case.opinion_issued.v1", {"outcome": "support"}, officer("housing", "head"), sealed)
    assert refused.value.code == code
    assert "diary" not in refused.value.message_en
    assert "xxx" not in refused.value.message_zh


def test_a_matter_found_by_the_office_names_no_person() -> None:
    public = {"channel": "found", "capacity": "competent_unit"}
    assert _decide(Story(), "case.registered.v1", public, officer("housing"), {"text": "路面塌陷"})
    with pytest.raises(EventRefused) as refused:
        _decide(Story(), "case.registered.v1", public, officer("housing"), {"name": "某人"})
    assert refused.value.code == "sealed_person"


@pytest.mark.parametrize("stream", ["people/schools", "rules", "calendar"])
def test_the_same_function_decides_acts_on_people_rules_and_calendars(stream: str) -> None:
    action, public = {
        "people/schools": ("people.office_opened.v1", {"name_zh": "教育局", "kind": "competent_unit"}),
        "rules": ("rules.published.v1", PUBLIC["rules.published.v1"][1]),
        "calendar": ("calendar.published.v1", PUBLIC["calendar.published.v1"][1]),
    }[stream]
    command = Command(stream, action, public)
    decision = decide(
        commands.initial(stream), command, REGISTRAR, CITY, seq=1, claimed_at=at("2026-03-02"), recorded_at_ms=0
    )
    assert decision.public == public
    assert decision.summary_zh.startswith("registrars registrar registrar-zhao (登记管理员):")


def test_every_act_can_be_written_down_as_a_command() -> None:
    for action, (stream, public) in PUBLIC.items():
        written = {"stream": stream, "action": action, "public": public, "sealed": dict.fromkeys(SEALED[action], "x")}
        command = parse_command(json.loads(json.dumps(written)))
        assert command == Command(stream, action, public, dict.fromkeys(SEALED[action], "x"))


@pytest.mark.parametrize(
    "value",
    [
        None,
        [],
        {},
        {"stream": "rules"},
        {"stream": 1, "action": "x"},
        {"stream": "rules", "action": "x", "public": []},
        {"stream": "rules", "action": "x", "sealed": "x"},
        {"stream": "rules", "action": "x", "wish": "x"},
    ],
)
def test_what_is_not_a_command_is_refused(value: Any) -> None:
    with pytest.raises(EventRefused) as refused:
        parse_command(value)
    assert refused.value.code == "command"
    assert refused.value.allowed == tuple(EVENTS)


@pytest.mark.parametrize("stream", ["", "letters/x", "rulesx", "case", "mandate/x"])
def test_a_stream_of_no_known_kind_is_refused(stream: str) -> None:
    command = Command(stream, "case.replied.v1", {"means": "post"})
    with pytest.raises(EventRefused):
        decide(NEW_CASE, command, officer("housing"), CITY, seq=1, claimed_at=at("2026-03-02"))


def test_a_claimed_time_that_is_none_is_refused_in_its_own_words() -> None:
    command = Command(CASE, "case.registered.v1", {"channel": "letter", "capacity": "competent_unit"})
    with pytest.raises(EventRefused) as refused:
        decide(NEW_CASE, command, officer("housing"), CITY, seq=1, claimed_at="today")
    assert refused.value.code == "claimed_at"


def test_what_is_possible_next_is_told_for_cases_and_other_streams() -> None:
    story = Story().registered("bureau", "2026-03-02")
    assert "case.accepted.v1" not in possible(story.case, CASE)
    assert "case.transferred.v1" in possible(story.case, CASE)
    assert possible(new_reference(), "calendar") == ("calendar.published.v1",)
