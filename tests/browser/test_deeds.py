"""Acts from the lists where the need shows, signed in a real browser: supervision opened, a draw made in three acts."""

from __future__ import annotations

import re

from playwright.sync_api import Page

from api.publishing.schedule import publish_once
from tests.browser.conftest import NARROW, MakeReader, Reader, Site

OFFICER = "officer-an"


def _sign(reader: Reader) -> int:
    """Prepare what the form says, read it, sign it with the officer's key, and return its place in the log."""
    page = reader.page
    page.set_input_files("#key", reader.site.application.settings.keys / f"{OFFICER}.json")
    page.click("form#act > button")
    page.wait_for_selector("#review:not([hidden]), #result.bad")
    assert page.inner_text("#result") == ""
    page.click("#sign")
    page.wait_for_selector("#result.good")
    found = re.search(r"(\d+) · ", page.inner_text("#result"))
    assert found is not None
    return int(found[1])


def _row(page: Page, action: str) -> None:
    page.locator(f'.deeds a[href*="{action}"]').first.click()
    page.wait_for_url(f"**{action}**")


def test_supervision_is_opened_from_an_overdue_row_with_what_the_row_says(readers: MakeReader, site: Site) -> None:
    reader = readers(NARROW, account="an")
    reader.open("/lists/overdue?lang=en&unit=renewal")
    reader.check()
    page = reader.page
    _row(page, "case.supervision_opened.v1")
    unit = page.input_value("[name=unit]")
    assert (unit, page.input_value("[name=trigger]")) == ("renewal", "delay")
    reader.check("deed-supervision")
    page.fill("[name=text]", "请说明")
    index = _sign(reader)
    (entry,) = site.application.ledger.log.entries(index, index + 1, 1)
    assert entry.action == "case.supervision_opened.v1"
    page.locator("#result a").first.click()
    page.wait_for_url("**/desk/cases/*")
    assert page.locator(".acts li", has_text="#").count() >= 1
    reader.check("desk-case-supervised")


def test_a_random_inspection_is_drawn_from_a_patrol_finding_in_three_acts(readers: MakeReader, site: Site) -> None:
    reader = readers(account="an")
    reader.open("/lists/patrol?lang=en&unit=renewal")
    page = reader.page
    _row(page, "mandate.opened.v1")
    assert page.locator("[name=units] option:checked").count() == 1
    name = page.input_value("#stream-name")
    assert name.startswith("random-")
    page.fill("[name=matter]", "巡查发现的随机抽查")
    reader.check("deed-mandate")
    _sign(reader)
    page.locator("#result a").first.click()
    page.wait_for_url(f"**/desk/streams/mandate/{name}*")
    reader.check("desk-mandate")
    page.locator('a[href*="population_fixed"]').click()
    page.wait_for_url("**population_fixed**")
    _sign(reader)
    publish_once(site.application)
    reader.open(f"/desk/act?lang=en&action=mandate.drawn.v1&stream=mandate/{name}&count=3")
    drawn = page.input_value("[name=drawn]").split()
    assert len(drawn) == 3
    reader.check("deed-drawn")
    index = _sign(reader)
    (entry,) = site.application.ledger.log.entries(index, index + 1, 1)
    assert entry.action == "mandate.drawn.v1"
