"""What everybody may read: bands instead of small numbers, rules, terms, the log's health, and nothing of a person."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from starlette.testclient import TestClient

from api.access.viewer import PUBLIC
from api.http.public_cells import EDGES, band_of, cells, whole
from api.main import Application
from api.settings import Settings
from domain.figure_rows import FIGURES
from projections.figures_answers import FigureRow, figures
from tests.api.clients import client_of
from tests.api.demo_city import open_city

PAGES = ("/public", "/public/rules", "/public/glossary", "/public/log", "/check")
AT = datetime(2026, 1, 31, tzinfo=UTC)


@pytest.fixture(scope="module")
def city(demo_city: Settings) -> Iterator[Application]:
    """The demonstration city, open."""
    with open_city(demo_city) as opened:
        yield opened


@pytest.fixture(scope="module")
def client(city: Application) -> Iterator[TestClient]:
    """Somebody who is not signed in."""
    with client_of(city, PUBLIC, raising=True) as made:
        yield made


def _row(unit: str, numerator: int, denominator: int) -> FigureRow:
    name = FIGURES["on_time_closure_rate"].name
    counts = (numerator, denominator, numerator / denominator if denominator else None, 0, None)
    return FigureRow("on_time_closure_rate", unit, None, name, *counts, AT, 1, AT, False, "", "")


def _told(sizes: dict[str, tuple[int, int]], least: int = 10) -> dict[str, int | None]:
    return {cell.unit: cell.sample for cell in cells([_row(unit, *size) for unit, size in sizes.items()], least)}


def test_a_sample_below_the_smallest_cell_is_withheld_and_a_second_unit_with_it() -> None:
    sizes = {"a": (3, 4), "b": (70, 100), "c": (30, 43), "d": (0, 0)}
    assert _told(sizes) == {"a": None, "b": 100, "c": None}


def test_hidden_units_are_together_no_small_cell_either() -> None:
    assert _told({"a": (1, 2), "b": (2, 3), "c": (30, 43), "d": (70, 100)}) == {
        "a": None,
        "b": None,
        "c": None,
        "d": 100,
    }


def test_where_nothing_is_small_nothing_is_withheld_and_samples_are_rounded_down() -> None:
    assert _told({"b": (70, 109), "c": (30, 43)}) == {"b": 100, "c": 40}
    assert whole(_row("", 30, 43), 10).sample == 40
    assert whole(_row("", 0, 0), 10).withheld


def test_a_band_that_leaves_only_small_numbers_open_is_withheld() -> None:
    assert band_of(11, 12) == (90, 95)
    assert whole(_row("", 11, 12), 10).withheld


@pytest.mark.parametrize(("numerator", "band"), [(0, (0, 60)), (60, (60, 80)), (94, (90, 95)), (100, (95, 100))])
def test_a_band_holds_its_lower_edge_and_the_last_one_both(numerator: int, band: tuple[int, int]) -> None:
    assert band_of(numerator, 100) == band


def test_the_open_data_tell_what_the_whole_figures_allow_and_nothing_smaller(
    city: Application, client: TestClient
) -> None:
    rows = list(csv.DictReader(io.StringIO(client.get("/public/figures.csv").text)))
    assert rows
    until = datetime.fromisoformat(f"{rows[0]['until']}T23:59:59.999999+08:00")
    assert until < city.clock()
    for line in rows:
        found = figures(city.reader, until, figure=line["figure"], by_unit=bool(line["unit"])).rows
        row = next(one for one in found if one.id == line["figure"] and (one.unit or "") == line["unit"])
        if line["withheld"] == "true":
            assert (line["band_low"], line["band_high"], line["sample_at_least"]) == ("", "", "")
            continue
        assert row.value is not None
        assert row.denominator is not None
        assert int(line["band_low"]) <= row.value * 100 <= int(line["band_high"])
        assert int(line["band_low"]) in EDGES
        assert 0 <= row.denominator - int(line["sample_at_least"]) < row.denominator
    assert {line["withheld"] for line in rows} == {"true", "false"}


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("path", PAGES)
def test_every_page_is_there_in_both_languages_and_names_nobody(client: TestClient, path: str, lang: str) -> None:
    answer = client.get(f"{path}?lang={lang}")
    assert answer.status_code == 200
    assert f'lang="{"zh-CN" if lang == "zh" else "en"}"' in answer.text
    assert "officer-" not in answer.text
    assert "<script>" not in answer.text
    assert " style=" not in answer.text


def test_the_page_shows_the_open_datas_numbers(client: TestClient) -> None:
    page = client.get("/public?lang=en").text
    for line in csv.DictReader(io.StringIO(client.get("/public/figures.csv").text)):
        if line["withheld"] == "false":
            assert f"{line['band_low']}–{line['band_high']}%" in page
            assert f"of at least {line['sample_at_least']}" in page


def test_where_no_smallest_cell_is_known_nothing_is_told_by_unit() -> None:
    told = [whole(replace(_row("", 90, 100)), 1 << 31), *cells([_row("a", 90, 100)], 1 << 31)]
    assert all(cell.withheld for cell in told)


def test_a_stranger_at_the_first_page_comes_to_the_public_one_with_the_way_in_for_officers(client: TestClient) -> None:
    answer = client.get("/?lang=en", headers={"accept": "text/html"}, follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (303, "/public?lang=en")
    page = client.get("/public?lang=en").text
    assert all(f'href="{path}?lang=en"' in page for path in ("/submit", "/claim", "/sign-in"))


def test_the_anchor_is_the_ledgers(city: Application, client: TestClient) -> None:
    assert client.get("/public/anchor.json").json()["origin"] == city.ledger.origin


@pytest.mark.parametrize("path", ["/public/nothing", "/public/../x", "/public?lang=fr"])
def test_nonsense_in_the_address_is_refused_with_a_page(client: TestClient, path: str) -> None:
    answer = client.get(path, headers={"accept": "text/html"})
    assert answer.status_code in (400, 404, 422)
    assert "<h1>" in answer.text
