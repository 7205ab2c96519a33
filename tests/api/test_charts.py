"""Charts: well-formed SVG that names itself, and a table with the same numbers."""

from __future__ import annotations

import re
from xml.etree import ElementTree

import pytest

from api.charts import Chart, Series, as_html, draw, height_of, table_of

SVG = "{http://www.w3.org/2000/svg}"
LABELS = ("住建局", "<Roads & Bridges>", "市人力资源和社会保障局劳动监察支队第三大队")
BARS = Chart("bars", "超期", "单位", LABELS, (Series("收件", (12, 0, 40)), Series("办结", (10, None, 33))), "无")
STACKED = Chart("stacked", "评价", "单位", LABELS, (Series("满意", (2, 1, 4)), Series("不满意", (1, None, 3))), "无")
LINES = Chart("lines", "比率", "月份", ("2026-01", "2026-02", "2026-03"), (Series("率", (0.5, None, 0.8)),), "无", True)
EMPTY = Chart("lines", "比率", "月份", ("2026-01",), (Series("率", (None,)),), "没有数据", True)


@pytest.mark.parametrize("chart", [BARS, STACKED, LINES, EMPTY], ids=lambda chart: chart.kind)
def test_a_chart_is_one_svg_that_tells_its_numbers_to_who_does_not_see_it(chart: Chart) -> None:
    svg = draw(chart, "one")
    assert svg == draw(chart, "one")
    root = ElementTree.fromstring(svg)
    assert (root.tag, root.get("role"), root.get("aria-labelledby")) == (f"{SVG}svg", "img", "one-t one-d")
    assert root.findtext(f"{SVG}title") == chart.title
    told = root.findtext(f"{SVG}desc") or ""
    for _, *cells in table_of(chart)[1]:
        assert all(cell in told for cell in cells)
    assert height_of(svg) == int(root.get("height", "0")) > 0
    assert not re.search(r"<script|<style|href|url\(", svg)


def test_bars_are_as_long_as_their_numbers() -> None:
    bars = [one for one in ElementTree.fromstring(draw(BARS, "b")).iter(f"{SVG}rect") if float(one.get("y", 0)) > 20]
    widths = [float(one.get("width", 0)) for one in bars]
    assert len(widths) == 4  # neither nothing nor none has a bar
    assert [round(width / widths[0], 2) for width in widths] == [1, 0.83, 3.33, 2.75]


def test_parts_of_a_stack_stand_one_after_the_other() -> None:
    found = ElementTree.fromstring(draw(STACKED, "s")).iter(f"{SVG}rect")
    first, second = [one for one in found if float(one.get("y", 0)) > 20][:2]
    assert float(second.get("x", 0)) > float(first.get("x", 0)) + float(first.get("width", 0))
    assert first.get("y") == second.get("y")


def test_a_line_is_broken_where_there_is_no_number() -> None:
    root = ElementTree.fromstring(draw(LINES, "l"))
    [path] = [one.get("d", "") for one in root.iter(f"{SVG}path") if one.get("fill") == "none"]
    assert (path.count("M"), path.count("L")) == (2, 0)
    assert len(list(root.iter(f"{SVG}circle"))) == 3  # two points and the key


def test_nothing_to_draw_is_said() -> None:
    assert "没有数据" in draw(EMPTY, "e")


def test_the_figure_of_a_page_has_the_table_beside_the_chart() -> None:
    page = as_html(BARS, "b", "图中数据")
    assert page.count("<tr>") == 1 + len(LABELS)
    assert "&lt;Roads &amp; Bridges&gt;" in page
    assert "<Roads" not in page
    assert table_of(LINES)[1] == [["2026-01", "50.0%"], ["2026-02", "–"], ["2026-03", "80.0%"]]
