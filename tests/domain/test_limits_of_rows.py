"""Numbers of law come from the row in force when a clock started: how far it extends, and since when it runs at all."""

from __future__ import annotations

from typing import Any

import pytest

from domain.clocks import Rules, published_rules, rows_digest
from domain.errors import TransitionRefused
from tests.domain.city import CITY, Story

BECAUSE = {"because": "complicated"}


def _with_limit(days: int, *, known_at: int) -> Rules:
    rows: list[dict[str, Any]] = [dict(row) for row in published_rules()["rows"]]
    for row in rows:
        if row.get("extend_limit"):
            row["extend_limit"] = days
    return CITY.rules.apply(known_at, f"limit-{days}", rows_digest(rows), rows)


def _refused(story: Story, on: str, days: int) -> TransitionRefused:
    with pytest.raises(TransitionRefused) as refused:
        story.act("extended", on, days=days, **BECAUSE)
    return refused.value


@pytest.mark.parametrize(
    ("limit", "lawful"),
    [pytest.param(20, 20, id="a shorter row"), pytest.param(45, 45, id="a longer row"), pytest.param(0, 90, id="none")],
)
def test_handling_extends_as_far_as_its_row_says(limit: int, lawful: int) -> None:
    story = Story(reference=CITY._replace(rules=_with_limit(limit, known_at=500)))
    story.registered("housing", "2026-03-02").accepted("2026-03-02")
    if limit:
        assert _refused(story, "2026-03-10", lawful + 1).allowed == (str(limit),)
    story.act("extended", "2026-03-10", days=lawful, **BECAUSE)
    assert story.clock("HANDLE").extended == lawful
    if limit:
        assert _refused(story, "2026-03-11", 1).code == "extension_limit"


def test_a_clock_keeps_the_limit_of_the_rules_that_were_known_when_it_started() -> None:
    story = Story().registered("housing", "2026-03-02").accepted("2026-03-02")
    story.reference = CITY._replace(rules=_with_limit(20, known_at=1002))
    story.act("extended", "2026-03-10", days=30, **BECAUSE)
    assert story.clock("HANDLE").extended == 30


@pytest.mark.parametrize(
    ("on", "clocks"), [("2016-06-30", []), ("2016-07-01", ["SIMPLIFIED_ACCEPT"]), ("2022-05-01", ["SIMPLIFIED_ACCEPT"])]
)
def test_simplified_handling_has_its_own_time_limits_since_its_trial_rule_only(on: str, clocks: list[str]) -> None:
    story = Story().registered("housing", on).act("simplified", on, ground="clear")
    assert [clock.clock for clock in story.case.running if "SIMPLIFIED" in clock.clock] == clocks
