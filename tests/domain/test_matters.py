"""Hints at the same matter and advice on who is competent: from codes alone, never from a person."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from domain.competence import CompetenceRow, areas, check_competence, competent_unit, line_of
from domain.errors import EventRefused, ReferenceRefused
from domain.matters import Matter, matter_of, similar_matters
from domain.sealing import arrange
from tests.domain.city import Story, event_of, officer

HERE = Matter("a" * 32, "housing.repair", "housing", "430100", date(2026, 3, 2))
CITY_ROW = CompetenceRow(
    "c1", "housing", "4301", "housing", "5(3)", "示例市职责清单第一条", "L", date(2022, 5, 1), date(2026, 6, 30)
)
REPAIR = replace(CITY_ROW, id="c2", area="housing.repair", jurisdiction="43", unit="repairs")
EAST = replace(CITY_ROW, id="c3", jurisdiction="430102", unit="housing-east")
LATER = replace(CITY_ROW, id="c4", unit="homes", in_force_from=date(2026, 7, 1), in_force_to=None)
ROWS = (CITY_ROW, REPAIR, EAST, LATER)


def _other(**changed: object) -> Matter:
    return HERE._replace(case="b" * 32, **changed)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("other", "agrees"),
    [
        pytest.param(_other(), ("place", "area", "unit"), id="all the same"),
        pytest.param(_other(unit="roads"), ("place", "area"), id="another unit"),
        pytest.param(_other(area="housing.title"), ("place", "area_group", "unit"), id="the same group of areas"),
        pytest.param(_other(area="labour.wages"), None, id="another area"),
        pytest.param(_other(place="430200"), None, id="another place"),
        pytest.param(_other(place=""), None, id="no place"),
        pytest.param(_other(area=""), None, id="no area"),
        pytest.param(_other(began_on=date(2023, 1, 1)), None, id="years before"),
        pytest.param(HERE, None, id="itself"),
    ],
)
def test_another_case_is_hinted_at_by_area_unit_and_place(other: Matter, agrees: tuple[str, ...] | None) -> None:
    hints = similar_matters(HERE, [other])
    assert [hint.agrees for hint in hints] == ([agrees] if agrees else [])


def test_the_closest_matter_comes_first_whatever_the_order_of_the_candidates() -> None:
    near, far = _other(), _other(unit="roads")._replace(case="c" * 32)
    assert similar_matters(HERE, [far, near]) == similar_matters(HERE, [near, far])
    assert similar_matters(HERE, [far, near])[0].case == near.case


def test_a_matter_holds_codes_only() -> None:
    story = Story().registered("housing", "2026-03-02", area="housing.repair", place="430100")
    assert matter_of(story.case) == HERE._replace(case="0" * 32)
    assert matter_of(Story().case) is None
    assert set(Matter._fields) == {"case", "area", "unit", "place", "began_on"}


def test_every_area_stands_below_one_that_is_there_and_has_both_names_and_a_source() -> None:
    for code, row in areas().items():
        assert all(above in areas() for above in line_of(code))
        assert row.name.zh
        assert row.name.en
        assert row.article
        assert row.source
    assert line_of("rural.land.contract") == ("rural.land.contract", "rural.land", "rural")


@pytest.mark.parametrize(
    ("area", "jurisdiction", "day", "units"),
    [
        pytest.param(
            "housing.repair", "430102", date(2026, 3, 2), ["repairs", "housing-east", "housing"], id="area first"
        ),
        pytest.param("housing.title", "430102", date(2026, 3, 2), ["housing-east", "housing"], id="then jurisdiction"),
        pytest.param("housing.title", "430103", date(2026, 7, 1), ["homes"], id="in force"),
        pytest.param("labour.wages", "430102", date(2026, 3, 2), [], id="nobody"),
    ],
)
def test_the_most_special_row_advises_who_is_competent(
    area: str, jurisdiction: str, day: date, units: list[str]
) -> None:
    check_competence(ROWS)
    assert [row.unit for row in competent_unit(ROWS, area, jurisdiction, day)] == units


@pytest.mark.parametrize(
    "bad",
    [
        pytest.param(replace(CITY_ROW, id="c9"), id="two say the same"),
        pytest.param(replace(CITY_ROW, area="labour"), id="an id twice"),
        pytest.param(replace(CITY_ROW, id="c9", area="labour", source=" "), id="no source"),
        pytest.param(replace(CITY_ROW, id="c9", area="labour", confidence="X"), id="no confidence"),
    ],
)
def test_a_competence_row_that_cannot_be_used_is_refused_by_name(bad: CompetenceRow) -> None:
    with pytest.raises(ReferenceRefused, match=bad.id):
        check_competence((*ROWS, bad))


FILE = {"digest": "ab" * 32, "size": 10, "media_type": "application/pdf"}


@pytest.mark.parametrize(
    "files",
    [
        [],
        "x",
        [{}],
        [{**FILE, "name": "x"}],
        [{**FILE, "digest": "AB"}],
        [{**FILE, "size": -1}],
        [{**FILE, "size": True}],
    ],
)
def test_files_are_sealed_by_digest_size_and_media_type_alone(files: object) -> None:
    event = event_of("case.attached.v1", {}, officer("housing"))
    assert arrange(event, {"attachments": [FILE, FILE]})
    with pytest.raises(EventRefused):
        arrange(event, {"attachments": files})


def test_a_paper_is_sealed_with_the_act_that_records_it() -> None:
    event = event_of("case.withdrawn.v1", {"way": "paper"}, officer("housing"))
    with pytest.raises(EventRefused, match="source"):
        arrange(event, {})
    assert arrange(event, {"source": "scan"})
