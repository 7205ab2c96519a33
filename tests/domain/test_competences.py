"""Who is competent is published by a signed act, known from its entry on, and advises by the units that there are."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import pytest

from domain.competences import competence_act
from domain.errors import DomainRefused
from domain.matters import matter_of, similar_matters
from domain.practice import load_profile, packaged_competence, parse_profile
from domain.reference import Reference, check_reference, fold_reference
from tests.domain.city import CITY, REGISTRAR, Story, Who, event_of, officer
from tests.domain.test_practice import _file

ACTION = "rules.competence_published.v1"
DAY = date(2026, 3, 2)


def _row(name: str, unit: str, *, area: str = "housing", jurisdiction: str = "4301", **columns: Any) -> dict[str, Any]:
    return {
        "id": name,
        "area": area,
        "jurisdiction": jurisdiction,
        "unit": unit,
        "article": "22(1)",
        "source": "某市职责清单第一条",
        "confidence": "L",
        "in_force_from": "2024-01-01",
        "in_force_to": "",
        **columns,
    }


def _publish(reference: Reference, index: int, public: Mapping[str, Any], who: Who = REGISTRAR) -> Reference:
    event = event_of(ACTION, public, who, stream="rules", index=index)
    check_reference(reference, event)
    return fold_reference(reference, event)


def _act(version: str, *rows: Mapping[str, Any], jurisdiction: str = "43") -> dict[str, Any]:
    return competence_act(jurisdiction, version, rows)


ONE = _publish(CITY, 500, _act("1", _row("c1", "housing"), _row("c2", "housing-east", jurisdiction="430102")))


def _units(reference: Reference, area: str, place: str, index: int, day: date = DAY) -> list[str]:
    return [one.unit for one in reference.competence.advise(reference.people, area, place, day, index)]


def test_rows_are_known_from_the_entry_after_their_act_on() -> None:
    assert _units(ONE, "housing.repair", "430102", 500) == []
    assert _units(ONE, "housing.repair", "430102", 501) == ["housing-east", "housing"]
    assert _units(ONE, "housing.repair", "430103", 501) == ["housing"]
    assert _units(ONE, "housing.repair", "430103", 501, date(2023, 12, 31)) == []


def test_a_new_table_replaces_that_of_its_own_jurisdiction_and_what_was_known_before_stays() -> None:
    two = _publish(ONE, 510, _act("1", _row("d1", "office", area="labour", jurisdiction="44"), jurisdiction="44"))
    three = _publish(two, 520, _act("2", _row("c1", "roads")))
    assert _units(three, "housing", "430102", 515) == ["housing-east", "housing"]
    assert _units(three, "housing", "430102", 521) == ["roads"]
    assert _units(three, "labour.wages", "4401", 521) == ["office"]


def test_a_unit_that_is_no_more_is_its_successor_and_one_that_never_was_is_left_out() -> None:
    known = _publish(CITY, 500, _act("1", _row("c1", "housing"), _row("c2", "nobody", area="labour")))
    closing = {"successor": "roads", "ending": "office_merged"}
    act = event_of("people.office_closed.v1", closing, REGISTRAR, stream="people/housing", index=600)
    known = fold_reference(known, act)
    assert _units(known, "housing", "4301", 600) == ["housing"]
    assert _units(known, "housing", "4301", 601) == ["roads"]
    assert _units(known, "labour", "4301", 601) == []


@pytest.mark.parametrize(
    ("public", "named"),
    [
        pytest.param(_act("1", _row("c9", "roads")), "1", id="a version twice"),
        pytest.param({**_act("2", _row("c9", "roads")), "digest": "0" * 64}, "digest", id="another digest"),
        pytest.param(_act("2", _row("c9", "roads", jurisdiction="44")), "c9", id="outside its jurisdiction"),
        pytest.param(_act("2", _row("c9", "roads"), _row("c8", "housing")), "c8", id="two say the same"),
        pytest.param(_act("2", _row("c9", "roads", source=" ")), "c9", id="no source"),
        pytest.param(_act("2", _row("c9", "roads", confidence="A")), "c9", id="no confidence"),
        pytest.param(_act("2", _row("c9", "roads", in_force_from="soon")), "c9", id="no date"),
        pytest.param(_act("2", _row("c9", "roads", in_force_to="2023-12-31")), "c9", id="ends before it begins"),
        pytest.param(_act("2", _row("c9", "roads", mood="good")), "mood", id="a column too many"),
        pytest.param(_act("2", {"id": "c9"}), "c9", id="columns too few"),
    ],
)
def test_a_table_that_cannot_be_used_is_refused_by_name(public: dict[str, Any], named: str) -> None:
    with pytest.raises(DomainRefused, match=named) as refused:
        _publish(ONE, 510, public)
    assert refused.value.action == ACTION


def test_only_a_registrar_publishes_competence() -> None:
    with pytest.raises(DomainRefused) as refused:
        _publish(ONE, 510, _act("2", _row("c9", "roads")), officer("housing", "head"))
    assert refused.value.code == "registrar_only"


def test_hints_compare_the_competent_unit_wherever_the_matters_lie() -> None:
    where = {"area": "housing.repair", "place": "430102"}
    at_bureau = Story().registered("bureau", "2026-03-02", **where).case._replace(stream="case/" + "a" * 32)
    at_roads = Story().registered("roads", "2026-03-03", **where).case._replace(stream="case/" + "b" * 32)
    one, other = (matter_of(case, ONE) for case in (at_bureau, at_roads))
    assert one is not None
    assert other is not None
    assert one.unit == other.unit == "housing-east"
    assert similar_matters(one, [other])[0].agrees == ("place", "area", "unit")
    before = matter_of(at_bureau, ONE, 500)
    assert before is not None
    assert before.unit == "bureau"


def test_the_example_city_ships_rows_that_can_be_published() -> None:
    city = load_profile("example-city")
    known = _publish(CITY, 500, competence_act(city.region, city.version, city.competence))
    assert known.competence.known() == packaged_competence()
    assert _units(known, "housing.repair", "example.east", 501) == ["housing-east", "housing"]


@pytest.mark.parametrize(
    ("text", "named"),
    [
        pytest.param(('jurisdiction = "example"\n', 'jurisdiction = "other"\n'), "example.c.housing", id="elsewhere"),
        pytest.param(('area = "labour"', 'area = "dreams"'), "example.c.labour", id="an area that there is not"),
        pytest.param(("[competence]\n", '[competence]\nmood = "good"\n'), "competence", id="a member too many"),
    ],
)
def test_a_profile_with_unusable_competence_rows_is_refused(text: tuple[str, str], named: str) -> None:
    whole = _file()
    assert text[0] in whole
    with pytest.raises(DomainRefused, match=named):
        parse_profile(whole.replace(text[0], text[1], 1).encode())
