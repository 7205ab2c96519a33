"""The law as data: every row has its source and dates, and a row that lacks something is refused by name."""

from __future__ import annotations

import json
from dataclasses import MISSING, fields
from datetime import date
from typing import Any

import pytest

from domain.clocks import Rules, RuleSet, load_rules, national_rules, published_rules, rows_digest
from domain.errors import ReferenceRefused
from domain.events import EVENTS
from domain.rows import ACT_LISTS, CONFIDENCES, ClockRow, parse_row

ROWS: list[dict[str, Any]] = published_rules()["rows"]
CLOCK_ROWS = [row for row in ROWS if row["table"] == "clock"]
NATIONAL = load_rules().latest


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["id"])
def test_every_row_has_article_source_confidence_dates_and_jurisdiction(row: dict[str, Any]) -> None:
    parsed = parse_row(row)
    assert parsed.article
    assert len(parsed.source) > 10
    assert parsed.confidence in CONFIDENCES
    assert parsed.jurisdiction == "CN"
    assert parsed.in_force_from >= date(2005, 5, 1)
    if isinstance(parsed, ClockRow):
        named = {action.partition("#")[0] for column in ACT_LISTS for action in getattr(parsed, column)}
        assert named <= EVENTS.keys()
        assert parsed.title_zh
        assert parsed.title_en
        assert not parsed.shadow or parsed.confidence == "D"


NEEDED = [one.name for one in fields(ClockRow) if one.default is MISSING]

# Read once more in the two regulations: (days, kind) by clock; 0 where the law has no number. None: the law has no such
# clock. What stands beside the regulation (a trial rule, practice, the ledger's own decision) is not repeated here.
LENGTHS: dict[str, tuple[tuple[int, str] | None, tuple[int, str] | None]] = {
    "ROUTE": ((15, "calendar"), (15, "calendar")),
    "NOTICE_DIRECT": ((15, "calendar"), (15, "calendar")),
    "NOTICE_TRANSFERRED": ((15, "calendar"), (15, "calendar")),
    "OBJECT": (None, (5, "working")),
    "ACCEPT_DISPUTE": ((0, "calendar"), (0, "calendar")),
    "ASSIGNED_REPORT": ((0, "calendar"), (0, "calendar")),
    "HANDLE": ((60, "calendar"), (60, "calendar")),
    "REVIEW_REQUEST": ((30, "calendar"), (30, "calendar")),
    "REVIEW_DECISION": ((30, "calendar"), (30, "calendar")),
    "RECHECK_REQUEST": ((30, "calendar"), (30, "calendar")),
    "RECHECK_DECISION": ((30, "calendar"), (30, "calendar")),
    "RECOMMENDATION_REPLY": ((30, "calendar"), None),
}


def test_the_clocks_of_the_law_itself_have_the_lengths_of_the_articles() -> None:
    read: dict[str, list[tuple[int, str] | None]] = {}
    for row in NATIONAL.clocks.values():
        if row.confidence == "C" and not row.shadow:
            place = ("2005", "2022").index(row.law)
            read.setdefault(row.clock, [None, None])[place] = (row.length, row.day_kind)
    assert {clock: tuple(lengths) for clock, lengths in read.items()} == LENGTHS


def test_the_handling_period_is_extended_by_thirty_days_at_most_and_no_other_clock_of_the_law_is() -> None:
    assert {row.clock: row.extend_limit for row in NATIONAL.clocks.values() if row.extend_limit} == {"HANDLE": 30}


def test_one_regulation_follows_the_other_without_a_day_between() -> None:
    until, since = NATIONAL.laws["2005"].in_force_to, NATIONAL.laws["2022"].in_force_from
    assert until is not None
    assert (since - until).days == 1
    for row in NATIONAL.clocks.values():
        law = NATIONAL.laws[row.law]
        assert row.in_force_from >= law.in_force_from
        assert row.in_force_to == law.in_force_to


def test_acts_are_recorded_within_a_day_and_service_within_five() -> None:
    rules = load_rules()
    assert rules.lag_days("case.opinion_served.v1", 0) == 5
    assert rules.lag_days("case.registered.v1", 0) == 1


@pytest.mark.parametrize("column", [c for c in NEEDED if c in CLOCK_ROWS[0]])
def test_a_row_without_one_of_its_columns_is_refused_by_name(column: str) -> None:
    row = {name: value for name, value in CLOCK_ROWS[0].items() if name != column}
    with pytest.raises(ReferenceRefused) as refused:
        parse_row(row)
    assert column in refused.value.message_en
    assert row.get("id", "?") in refused.value.message_zh


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("length", -15),
        ("length", 0),
        ("length", True),
        ("length", "15"),
        ("source", " "),
        ("article", ""),
        ("confidence", "A"),
        ("in_force_from", "soon"),
        ("in_force_from", 20220501),
        ("in_force_to", "2004-01-01"),
        ("day_kind", "lunar"),
        ("duty_of", "nobody"),
        ("nature", "wish"),
        ("only_if", "late"),
        ("counts_from", "dawn"),
        ("extend_limit", -30),
        ("suspends", ["case.accepted.v1"]),
        ("unless", "tired"),
        ("capacity", "leader"),
        ("starts", []),
        ("meets", []),
        ("starts", "case.accepted.v1"),
        ("starts", [1]),
        ("table", "wish"),
        ("shadow", "false"),
    ],
)
def test_a_row_with_an_unusable_value_is_refused_by_name(column: str, value: Any) -> None:
    with pytest.raises(ReferenceRefused) as refused:
        parse_row({**CLOCK_ROWS[0], column: value})
    assert column in refused.value.message_en
    assert CLOCK_ROWS[0]["id"] in refused.value.message_en


def test_an_unknown_column_is_refused() -> None:
    with pytest.raises(ReferenceRefused, match="mood"):
        parse_row({**CLOCK_ROWS[0], "mood": "good"})


@pytest.mark.parametrize(
    ("rows", "says"),
    [
        pytest.param([*ROWS, CLOCK_ROWS[0]], "uses an id", id="an id twice"),
        pytest.param([*ROWS, {**CLOCK_ROWS[0], "id": "new"}], "overlaps", id="overlap in time"),
        pytest.param([{**row, "law": "1995"} if row in CLOCK_ROWS else row for row in ROWS], "law", id="unknown law"),
        pytest.param([row for row in ROWS if row["table"] != "lag"], "default lag", id="no default lag"),
        pytest.param(
            [{**row, "working_days": 0} if row["table"] == "lag" else row for row in ROWS], "working_days", id="no lag"
        ),
    ],
)
def test_rows_that_do_not_fit_together_are_refused(rows: list[dict[str, Any]], says: str) -> None:
    with pytest.raises(ReferenceRefused, match=says):
        RuleSet.of("x", rows)


def test_published_rules_fit_one_entry_and_survive_json() -> None:
    public = published_rules()
    text = json.dumps(public, ensure_ascii=False)
    assert len(text.encode()) < 40_000
    assert json.loads(text) == public
    assert rows_digest(json.loads(text)["rows"]) == public["digest"]


def _changed(length: int) -> list[dict[str, Any]]:
    return [{**row, "length": length} if row["id"] == "2022.ROUTE" else row for row in ROWS]


def test_rules_published_later_rule_only_what_comes_after_them() -> None:
    rows = _changed(10)
    rules = national_rules().apply(50, "2027-1", rows_digest(rows), rows)
    assert rules.at(50).clocks["2022.ROUTE"].length == 15
    assert rules.at(51).clocks["2022.ROUTE"].length == 10
    assert rules.latest.version == "2027-1"


def test_a_wrong_digest_and_a_version_used_before_are_refused() -> None:
    rows = _changed(10)
    with pytest.raises(ReferenceRefused, match="digest"):
        national_rules().apply(50, "2027-1", rows_digest(ROWS), rows)
    rules: Rules = national_rules().apply(50, "2027-1", rows_digest(rows), rows)
    with pytest.raises(ReferenceRefused, match="version"):
        rules.apply(51, "2027-1", rows_digest(rows), rows)
