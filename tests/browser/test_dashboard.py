"""The overview and the lists in a real browser: both languages and widths, with and without scripts."""

from __future__ import annotations

import json
import re

import pytest

from tests.browser.conftest import SEEN, MakeReader, Reader

PAGES = (
    "/",
    "/figures",
    "/bulletin?month=2025-11",
    "/changes?from=2025-11-30&to=2025-12-31",
    "/lists/overdue",
    "/lists/package-board",
    "/lists/due-soon",
)


def test_a_stranger_signs_in_and_comes_to_the_overview_and_out_again(reader: Reader) -> None:
    reader.open("/?unit=housing")
    assert "/sign-in?next=" in reader.page.url
    reader.check("sign-in")
    reader.sign_in("heng")
    assert reader.page.locator(".tiles li").count() == 5
    reader.check("overview")
    reader.page.get_by_role("button", name="退出").click()
    reader.page.wait_for_url("**/sign-in*")
    reader.open("/")
    assert "/public" in reader.page.url


@pytest.mark.parametrize(("lang", "size"), SEEN)
def test_every_page_of_the_overview_is_accessible_and_as_wide_as_the_window(
    readers: MakeReader, lang: str, size: tuple[int, int]
) -> None:
    reader = readers(size, account="heng")
    for path in PAGES:
        assert reader.open(f"{path}{'&' if '?' in path else '?'}lang={lang}") == 200
        name = path.partition("?")[0].strip("/").replace("/", "-") or "overview"
        reader.check(f"{name}-{lang}-{size[0]}")


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
def test_each_tile_leads_to_exactly_its_list(readers: MakeReader, scripts: bool) -> None:
    reader = readers(scripts=scripts, account="heng")
    reader.open("/?as_of=2025-12-31")
    tiles = [
        (int(tile.locator("strong").inner_text()), tile.get_attribute("href") or "")
        for tile in reader.page.locator(".tiles a").all()
    ]
    assert len(tiles) == 5
    for count, address in tiles:
        assert reader.open(address) == 200
        found = 0
        while True:
            found += reader.page.locator("tbody tr").count()
            more = reader.page.locator("a[rel=next]")
            if not more.count():
                break
            more.click()
        assert found == count, address


def test_a_filter_stands_in_the_address_and_the_language_keeps_it(readers: MakeReader) -> None:
    reader = readers(scripts=False, account="heng")
    reader.open("/lists/overdue")
    reader.page.select_option("select[name=unit]", "renewal")
    reader.page.fill("input[name=as_of]", "2025-12-31")
    reader.page.get_by_role("button", name="查看").click()
    assert {"unit=renewal", "as_of=2025-12-31"} <= set(reader.page.url.partition("?")[2].split("&"))
    reader.page.get_by_role("link", name="English").click()
    assert "unit=renewal" in reader.page.url
    assert reader.page.locator("html").get_attribute("lang") == "en"
    assert reader.page.input_value("select[name=unit]") == "renewal"


def test_what_was_asked_wrongly_stays_in_the_form(readers: MakeReader) -> None:
    reader = readers(account="heng")
    assert reader.open("/lists/overdue?unit=housing&since=yesterday&lang=en") == 400
    assert reader.page.input_value("select[name=unit]") == "housing"
    assert "since" in reader.page.get_by_role("alert").inner_text()
    reader.check()
    assert reader.open("/lists/nothing?lang=en") == 404
    reader.check("refused")


def test_the_table_on_a_page_is_its_endpoint_and_its_file(readers: MakeReader) -> None:
    reader = readers(account="heng")
    reader.open("/lists/overdue?unit=renewal&lang=en")
    shown = reader.page.locator("tbody tr").count()
    told = reader.page.request.get(
        reader.site.url + (reader.page.get_by_role("link", name="JSON").get_attribute("href") or "")
    )
    rows = json.loads(told.text())["rows"]
    file = reader.page.request.get(
        reader.site.url + (reader.page.get_by_role("link", name="CSV").get_attribute("href") or "")
    )
    assert shown == len(rows) == len(re.findall(r"\r\n", file.text())) - 1
