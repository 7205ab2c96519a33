"""The replay in a real browser: two panes in step, by slider and keyboard, and by links alone where no script runs."""

from __future__ import annotations

import pytest

from projections.packages_answers import packages
from tests.browser.conftest import SEEN, MakeReader, Site


@pytest.fixture(scope="session")
def case(site: Site) -> str:
    """A case that a leader took on: many acts, several clocks and gaps."""
    held = packages(site.application.reader, site.application.clock()).rows
    return max(held, key=lambda row: (row.personal_acts, row.case)).case


@pytest.mark.parametrize(("lang", "size"), SEEN)
def test_every_page_of_a_case_is_accessible_and_as_wide_as_the_window(
    readers: MakeReader, case: str, lang: str, size: tuple[int, int]
) -> None:
    reader = readers(size, account="heng")
    for path in ("", "/replay", "/compare"):
        assert reader.open(f"/cases/{case}{path}?lang={lang}") == 200
        reader.check(f"case{path.replace('/', '-')}-{lang}-{size[0]}")
    assert reader.open(f"/cases/{case}/replay?view=compact&lang={lang}") == 200
    reader.check()


def test_without_scripts_every_step_is_a_link_and_the_panes_go_in_step(readers: MakeReader, case: str) -> None:
    reader = readers(scripts=False, account="heng")
    reader.open(f"/cases/{case}/replay?step=1&lang=en")
    count = int(reader.page.locator("#replay").get_attribute("data-count") or "0")
    assert count > 3
    for step in range(2, count + 1):
        reader.page.locator("a[rel=next]").click()
        assert reader.page.locator("#replay").get_attribute("data-step") == str(step)
        assert reader.page.locator("#after").inner_text().startswith(f"After step {step}")
        line = reader.page.locator(".steps a[aria-current=step] span").first.inner_text()
        assert line == str(step)
    assert reader.page.locator("a[rel=next]").count() == 0


def test_the_slider_and_the_keys_move_both_panes(readers: MakeReader, case: str) -> None:
    reader = readers(account="heng")
    reader.open(f"/cases/{case}/replay?lang=en")
    count = int(reader.page.locator("#replay").get_attribute("data-count") or "0")
    reader.page.locator("h1").click()
    reader.page.keyboard.press("Home")
    reader.page.wait_for_selector("#replay[data-step='1']")
    assert "step=1" in reader.page.url
    assert reader.page.locator("#after").inner_text().startswith("After step 1:")
    assert reader.page.locator("dd.changed").count() > 0
    reader.page.keyboard.press("ArrowRight")
    reader.page.wait_for_selector("#replay[data-step='2']")
    reader.page.locator("#slider").focus()
    reader.page.keyboard.press("End")
    reader.page.wait_for_selector(f"#replay[data-step='{count}']")
    reader.check()


def test_a_jump_to_a_day_shows_the_state_of_that_day(readers: MakeReader, case: str) -> None:
    reader = readers(account="heng")
    reader.open(f"/cases/{case}/replay?step=1&lang=en")
    reader.page.fill("input[name=date]", "2020-01-01")
    reader.page.get_by_role("button", name="Show").click()
    assert reader.page.locator("#replay").get_attribute("data-step") == "1"
