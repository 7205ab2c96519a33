"""The public pages in a real browser: both languages and widths, without scripts; a receipt checked in the page."""

from __future__ import annotations

import pytest
from playwright.sync_api import FilePayload

from tests.browser.conftest import SEEN, MakeReader, Reader

PAGES = ("/public", "/public/rules", "/public/glossary", "/public/log", "/check", "/submit", "/claim")


@pytest.mark.parametrize(("lang", "size"), SEEN)
def test_every_public_page_is_accessible_and_as_wide_as_the_window(
    readers: MakeReader, lang: str, size: tuple[int, int]
) -> None:
    reader = readers(size)
    for path in PAGES:
        assert reader.open(f"{path}?lang={lang}") == 200
        reader.check(f"{path.strip('/').replace('/', '-')}-{lang}-{size[0]}")


def test_without_scripts_the_figures_are_there_and_checking_says_what_it_needs(readers: MakeReader) -> None:
    reader = readers(scripts=False)
    reader.open("/public?lang=en")
    assert reader.page.locator("tbody tr").count() > 1
    reader.open("/check?lang=en")
    assert "needs JavaScript" in reader.page.inner_text("main")


def test_a_file_that_is_no_receipt_is_refused_in_the_page(reader: Reader) -> None:
    reader.open("/check?lang=en")
    file = FilePayload(name="receipt.tlog-proof", mimeType="text/plain", buffer=b"{}")
    reader.page.set_input_files("#receipt", file)
    reader.page.click("#form button")
    reader.page.wait_for_selector("#result.bad")
    assert "not a receipt" in reader.page.inner_text("#result")
