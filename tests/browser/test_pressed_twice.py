"""A double click and a key held down press once: what comes up under them is not pressed unread."""

from __future__ import annotations

from playwright.sync_api import Page

from tests.browser.conftest import NARROW, MakeReader
from tests.browser.test_submitting import fill

ASK = "form#petition > button:last-of-type"
COUNT_SIGNING = "signed = 0; document.getElementById('sign').addEventListener('click', () => { signed += 1; })"


def press_again(page: Page, what: str) -> None:
    """Let the second click of a double click fall on something, as if it had come up there between the two."""
    page.locator(what).scroll_into_view_if_needed()
    box = page.locator(what).bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.mouse.down(click_count=2)
    page.mouse.up(click_count=2)


def test_what_comes_up_under_a_double_click_or_a_key_held_down_is_not_pressed(readers: MakeReader) -> None:
    page = (reader := readers(NARROW)).page
    reader.open("/submit?lang=zh")
    fill(page)
    page.evaluate(COUNT_SIGNING)
    page.focus(ASK)
    page.keyboard.down("Enter")
    page.wait_for_selector("#review:not([hidden])")
    assert page.evaluate("document.activeElement.id") == "sign"
    page.keyboard.down("Enter")
    page.keyboard.up("Enter")
    press_again(page, "#sign")
    assert page.evaluate("signed") == 0
    page.keyboard.press("Enter")
    page.wait_for_selector("#done:not([hidden])")
    kept = page.evaluate("sessionStorage.length")
    press_again(page, "#new")
    assert (page.evaluate("signed"), page.evaluate("sessionStorage.length"), kept) == (1, 1, 1)
    with page.expect_navigation():
        page.click("#new")
