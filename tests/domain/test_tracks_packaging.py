"""Which cases must have a leader package: conditions as rows, and days since."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import pytest

from domain.clocks import load_rules, rows_digest
from domain.errors import ReferenceRefused
from domain.packaging_rows import PackagingRow
from domain.rows import parse_row
from domain.schema import CIVIL
from domain.tracks.packaging import Unpackaged, conditions_at, facts_of, is_packaged, must_be_packaged
from tests.domain.city import Story, officer
from tests.domain.tracks_city import TRACKS_CITY, leader, package_story, staff, story

ROW: dict[str, Any] = {
    "table": "packaging",
    "id": "x",
    "fact": "listed",
    "after_days": 0,
    "title_zh": "某",
    "title_en": "some",
    "article": "18(2)",
    "source": "某市办法第一条",
    "confidence": "L",
    "jurisdiction": "CN-x",
    "in_force_from": "2026-01-01",
    "in_force_to": "",
}


def national_conditions() -> tuple[PackagingRow, ...]:
    """The packaged conditions."""
    return conditions_at(load_rules(), 5)


def _parsed(row: dict[str, Any]) -> PackagingRow:
    parsed = parse_row(row)
    assert isinstance(parsed, PackagingRow)
    return parsed


def _on(day: str) -> datetime:
    return datetime.fromisoformat(f"{day}T23:59:59+08:00")


def test_every_condition_has_article_source_confidence_and_dates() -> None:
    rows = national_conditions()
    assert {row.id for row in rows} == {"superior", "supervised", "listed", "repeated", "major", "backlog"}
    for row in rows:
        assert row.article
        assert len(row.source) > 10
        assert row.confidence in ("L", "D")


def test_a_supervised_case_without_a_leader_is_listed_with_its_days() -> None:
    # Supervised on 5 March; on 31 March that is 26 days ago.
    told = story().tell(
        "case.supervision_opened.v1", {"unit": "housing", "trigger": "delay"}, staff("watch"), "2026-03-05"
    )
    found = must_be_packaged(facts_of(told.case), is_packaged(told.case), national_conditions(), _on("2026-03-31"))
    assert found == (Unpackaged("supervised", date(2026, 3, 5), 26),)
    assert must_be_packaged(facts_of(told.case), False, national_conditions(), _on("2026-03-04")) == ()


def test_conditions_are_listed_oldest_first_and_a_fact_counts_from_its_first_day() -> None:
    told = story()
    told.tell("case.instruction_given.v1", {"unit": "housing", "due_on": "2026-04-30"}, leader("mayor"), "2026-03-10")
    told.tell("case.escalated.v1", {"unit": "housing", "step": "listed"}, leader("chair"), "2026-03-06")
    told.tell("case.instruction_given.v1", {"unit": "housing", "due_on": "2026-04-30"}, leader("mayor"), "2026-03-20")
    found = must_be_packaged(facts_of(told.case), False, national_conditions(), _on("2026-03-31"))
    assert [(one.condition, one.days) for one in found] == [("listed", 25), ("superior", 21)]


@pytest.mark.parametrize("step", ["talk", "circular"])
def test_a_talk_does_not_make_a_package_a_duty(step: str) -> None:
    told = story().tell("case.escalated.v1", {"unit": "housing", "step": step}, leader("chair"), "2026-03-06")
    assert must_be_packaged(facts_of(told.case), False, national_conditions(), _on("2026-03-31")) == ()


def test_a_packaged_case_is_not_listed() -> None:
    told = package_story()
    told.tell("case.supervision_opened.v1", {"unit": "housing", "trigger": "delay"}, staff("watch"), "2026-03-05")
    assert is_packaged(told.case)
    assert must_be_packaged(facts_of(told.case), True, national_conditions(), _on("2026-03-31")) == ()


def test_backlog_counts_from_a_year_after_the_case_began() -> None:
    facts = {"open": datetime(2025, 3, 2, 9, tzinfo=CIVIL)}
    assert must_be_packaged(facts, False, national_conditions(), _on("2026-03-01")) == ()
    found = must_be_packaged(facts, False, national_conditions(), _on("2026-03-12"))
    assert found == (Unpackaged("backlog", date(2026, 3, 2), 10),)


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("source", " "),
        ("article", ""),
        ("confidence", "A"),
        ("fact", "petitioner_came_again"),
        ("after_days", -1),
        ("after_days", True),
        ("in_force_from", "soon"),
        ("in_force_from", ""),
        ("title_zh", 7),
        ("title_en", " "),
    ],
)
def test_an_unusable_row_is_refused_by_name(column: str, value: Any) -> None:
    with pytest.raises(ReferenceRefused) as refused:
        parse_row({**ROW, column: value})
    assert column in refused.value.message_en
    assert "x" in refused.value.message_zh


def test_a_row_with_a_column_too_few_or_too_many_is_refused() -> None:
    with pytest.raises(ReferenceRefused, match="source"):
        parse_row({name: value for name, value in ROW.items() if name != "source"})
    with pytest.raises(ReferenceRefused, match="mood"):
        parse_row({**ROW, "mood": "good"})


def test_a_condition_holds_in_its_days_alone() -> None:
    rows = [_parsed({**ROW, "in_force_to": "2026-06-30"})]
    facts = {"listed": datetime(2025, 12, 1, 9, tzinfo=CIVIL)}
    assert must_be_packaged(facts, False, rows, _on("2026-01-11")) == (Unpackaged("x", date(2026, 1, 1), 10),)
    assert must_be_packaged(facts, False, rows, _on("2026-07-01")) == ()


def test_conditions_change_by_an_act_and_rule_from_there_on() -> None:
    rules = load_rules()
    rows = [*(row for row in rules.latest.rows if row["table"] != "packaging"), ROW]
    later = rules.apply(50, "2027-x", rows_digest(rows), rows)
    assert {row.id for row in conditions_at(later, 50)} == {row.id for row in national_conditions()}
    assert [row.id for row in conditions_at(later, 51)] == ["x"]
    none = [row for row in rows if row["table"] != "packaging"]
    assert conditions_at(rules.apply(50, "2027-y", rows_digest(none), none), 51) == national_conditions()


def test_an_urgent_report_and_a_link_to_the_same_matter_are_facts() -> None:
    told = Story(reference=TRACKS_CITY).registered("bureau", "2026-03-02")
    told.tell("case.linked.v1", {"other_case": "ab" * 16, "link": "same_matter"}, officer("bureau"), "2026-03-03")
    assert set(facts_of(told.case)) == {"open", "repeated"}
    told.tell("case.reported_urgent.v1", {}, officer("bureau", "head"), "2026-03-04")
    found = must_be_packaged(facts_of(told.case), False, national_conditions(), _on("2026-03-10"))
    assert [(one.condition, one.days) for one in found] == [("repeated", 7), ("major", 6)]
