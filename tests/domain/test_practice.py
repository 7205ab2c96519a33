"""Local practice: a profile is read strictly, keeps to the nation's rows, and holds from its days on."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from importlib.resources import files
from typing import Any

import pytest

from domain.clocks import FIRST_INDEX, Rules, RuleSet, national_rules, published_rules, rows_digest
from domain.errors import ReferenceRefused
from domain.practice import (
    load_profile,
    packaged_profiles,
    parse_profile,
    practice_of,
    practised,
    profile_act,
)
from domain.practice_rows import ITEMS, item_of
from domain.rows import CONFIDENCES

CITY = load_profile("example-city")
LAW = published_rules()["rows"]


def _file(name: str = "example-city") -> str:
    return files("domain").joinpath("data", "profiles", f"{name}.toml").read_text(encoding="utf-8")


def _row(item: str, value: int, **columns: Any) -> dict[str, Any]:
    return {
        "table": "practice",
        "id": f"test.{item}",
        "item": item,
        "value": value,
        "article": "34",
        "source": "某市规程第一条",
        "confidence": "L",
        "jurisdiction": "CN-test",
        "in_force_from": "2024-01-01",
        "in_force_to": "",
        **columns,
    }


def _published(*rows: Mapping[str, Any]) -> RuleSet:
    return RuleSet.of("test", [*LAW, *rows])


def test_a_national_and_an_example_profile_come_with_the_program() -> None:
    assert packaged_profiles() == ("example-city", "national")
    assert CITY.extends == "national"


@pytest.mark.parametrize(
    "row", [row for name in packaged_profiles() for row in load_profile(name).rows], ids=lambda row: row["id"]
)
def test_every_row_of_a_profile_has_article_source_confidence_and_dates(row: Mapping[str, Any]) -> None:
    (parsed,) = practice_of([row])
    assert parsed.article
    assert len(parsed.source) > 10
    assert parsed.confidence in CONFIDENCES
    assert item_of(parsed.item) is not None
    if parsed.jurisdiction != "CN":
        assert "示例,并非真实文件" in parsed.source


def test_the_national_baseline_sets_every_item_and_claims_no_law_it_has_not_read() -> None:
    rows = practice_of(load_profile("national").rows)
    assert {row.item for row in rows} == set(ITEMS)
    assert {row.confidence for row in rows} <= {"S", "D"}


def _changed(*changes: tuple[str, str], name: str = "example-city") -> bytes:
    text = _file(name)
    for before, after in changes:
        assert before in text
        text = text.replace(before, after, 1)
    return text.encode()


HANDLE_SOURCE = 'source = "示例,并非真实文件:示例市信访事项办理规程第八条,一般事项四十五日内办结"'


@pytest.mark.parametrize(
    ("data", "names"),
    [
        pytest.param(_changed((HANDLE_SOURCE, 'source = " "')), "example.HANDLE: column source", id="an empty source"),
        pytest.param(_changed((HANDLE_SOURCE, "")), "example.HANDLE: column source", id="no source"),
        pytest.param(_changed(("value = 45", "value = -45")), "example.HANDLE: column value", id="a negative length"),
        pytest.param(_changed(("value = 45", "value = 0")), "example.HANDLE: column value", id="a length of nothing"),
        pytest.param(_changed(("value = 45", 'value = "45"')), "example.HANDLE: column value", id="a length in words"),
        pytest.param(
            _changed(("value = 45", "value = 45\nmood = 1")), "example.HANDLE: column mood", id="a column more"
        ),
        pytest.param(_changed(('"clock.HANDLE"', '"visits"')), "example.HANDLE: column item", id="an unknown item"),
        pytest.param(_changed(('"2024-01-01"', '"soon"')), "example.HANDLE: column in_force_from", id="no date"),
        pytest.param(
            _changed(('"2026-01-01"', '"2026-01-02"')), "package_days.2026: .* leaves a gap", id="a gap between rows"
        ),
        pytest.param(
            _changed(('"2026-01-01"', '"2025-12-31"')), "package_days.2026: .* overlaps", id="rows that overlap"
        ),
        pytest.param(
            _changed(
                (
                    'confidence = "L"\nin_force_from = "2024-01-01"\nin_force_to = ""',
                    'confidence = "L"\nin_force_from = "2024-01-01"\nin_force_to = "2024-12-31"',
                )
            ),
            "example.HANDLE: .* leaves a gap",
            id="a gap at the end",
        ),
        pytest.param(_changed(('extends = "national"', 'extends = "moon"')), "extends", id="an unknown base"),
        pytest.param(_changed(('extends = "national"', "")), "extends", id="a head without its base"),
        pytest.param(
            _changed(('extends = "national"', 'extends = ""')), "must not be after 2005-05-01", id="not whole"
        ),
        pytest.param(
            _changed(('item = "last_hours"', 'item = "silence_days"'), name="national"), "overlaps", id="an item twice"
        ),
        pytest.param(b"\xff", "TOML", id="not text"),
        pytest.param(b"id = ", "TOML", id="not TOML"),
    ],
)
def test_a_profile_that_lacks_something_is_refused_with_the_row_named(data: bytes, names: str) -> None:
    with pytest.raises(ReferenceRefused, match=names):
        parse_profile(data)


@pytest.mark.parametrize(
    ("row", "says"),
    [
        pytest.param(_row("clock.HANDLE", 61), "61 is longer than the nation's 60", id="a longer HANDLE"),
        pytest.param(_row("clock.ROUTE", 16), "longer than the nation's 15", id="a longer ROUTE"),
        pytest.param(_row("clock.PATIENCE", 1), "not among the rows", id="a clock that there is not"),
        pytest.param(_row("lag", 2), "2 is longer than the nation's 1", id="a longer lag"),
        pytest.param(_row("lag.case.opinion_served.v1", 6), "longer than the nation's 5", id="a longer lag of service"),
        pytest.param(_row("lag.case.accepted.v1", 2), "longer than the nation's 1", id="a lag that had the default"),
        pytest.param(_row("small_cell_k", 4), "4 is below the nation's 5", id="smaller cells"),
        pytest.param(_row("rank_minimum", 10), "below the nation's 30", id="ranks from smaller samples"),
    ],
)
def test_a_profile_that_contradicts_the_nations_rows_is_refused_with_the_row_named(
    row: dict[str, Any], says: str
) -> None:
    with pytest.raises(ReferenceRefused, match=says) as refused:
        _published(row)
    assert row["id"] in refused.value.message_zh


def test_the_petitioners_rights_are_not_for_a_place_to_change() -> None:
    rights = {row["clock"] for row in LAW if row["table"] == "clock" and row["duty_of"] == "petitioner"}
    for clock in rights:
        with pytest.raises(ReferenceRefused, match="right of the petitioner"):
            _published(_row(f"clock.{clock}", 1))


def test_a_shorter_clock_holds_from_its_day_and_leaves_the_days_before() -> None:
    rules = _published(
        _row("clock.HANDLE", 45, in_force_to="2024-12-31"),
        _row("clock.HANDLE", 40, id="next", in_force_from="2025-01-01"),
    )
    rows = (
        rules.starting["case.accepted.v1", "competent_unit"]
        if ("case.accepted.v1", "competent_unit") in rules.starting
        else rules.starting["case.accepted.v1", ""]
    )
    lengths = {}
    for day in (date(2023, 12, 31), date(2024, 1, 1), date(2024, 12, 31), date(2025, 1, 1)):
        (row,) = [row for row in rows if row.clock == "HANDLE" and row.in_force(day)]
        lengths[day.isoformat()] = (row.length, row.jurisdiction)
    assert lengths == {
        "2023-12-31": (60, "CN"),
        "2024-01-01": (45, "CN-test"),
        "2024-12-31": (45, "CN-test"),
        "2025-01-01": (40, "CN-test"),
    }


def test_no_day_is_left_without_a_clock_by_a_local_row() -> None:
    for rules in (_published(_row("clock.HANDLE", 45)), _published(*CITY.rows)):
        for day in (date(2005, 5, 1), date(2022, 4, 30), date(2022, 5, 1), date(2023, 12, 31), date(2026, 1, 1)):
            found = [row for row in rules.clocks.values() if row.in_force(day)]
            national = [row for row in national_rules().latest.clocks.values() if row.in_force(day)]
            keys = sorted((row.clock, row.shadow, row.capacity) for row in found)
            assert keys == sorted((row.clock, row.shadow, row.capacity) for row in national)


def test_a_shorter_time_for_recording_holds_for_its_act_alone() -> None:
    lags = _published(_row("lag.case.opinion_served.v1", 3)).lags
    assert lags["case.opinion_served.v1"] == 3
    assert lags[""] == national_rules().latest.lags[""]


def test_a_place_that_decides_nothing_has_the_nations_number() -> None:
    day = date(2026, 3, 2)
    assert practised((), "package_days", day).value == 60  # type: ignore[union-attr]
    assert practised((), "package_days", date(2000, 1, 1)) is None
    rows = practice_of(CITY.rows)
    held = {
        at: practised(rows, "package_days", date.fromisoformat(at)) for at in ("2023-12-31", "2025-12-31", "2026-01-01")
    }
    assert {at: row.value for at, row in held.items() if row} == {"2023-12-31": 60, "2025-12-31": 90, "2026-01-01": 60}


def test_a_profile_is_published_like_any_rows_and_law_published_later_leaves_it() -> None:
    act = profile_act(CITY)
    start = Rules(((FIRST_INDEX, RuleSet.of("law", LAW)),))
    local = start.apply(7, act["version"], rows_digest(act["rows"]), act["rows"])
    assert local.latest.practice
    assert local.at(7).practice == ()
    assert any(row.jurisdiction == "CN-example" for row in local.latest.clocks.values())
    law = published_rules()
    again = local.apply(9, "later", law["digest"], law["rows"])
    assert again.latest.practice == local.latest.practice
    assert again.latest.clocks == local.latest.clocks
    nation = profile_act(load_profile("national"))
    back = again.apply(11, nation["version"], rows_digest(nation["rows"]), nation["rows"])
    assert {row.jurisdiction for row in back.latest.clocks.values()} == {"CN"}


def test_a_profile_with_a_version_that_was_published_is_refused() -> None:
    act = profile_act(CITY)
    rules = national_rules().apply(7, act["version"], rows_digest(act["rows"]), act["rows"])
    with pytest.raises(ReferenceRefused, match="published before"):
        rules.apply(8, act["version"], rows_digest(act["rows"]), act["rows"])
