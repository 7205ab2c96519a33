"""The replay in a real browser: two panes in step, by slider and keyboard, and by links alone where no script runs."""

from __future__ import annotations

import pytest

from api.actions import command, new_case
from api.keyfiles import new_key
from api.registrars import Registrars
from projections.packages_answers import packages
from tests.browser.conftest import NARROW, SEEN, WIDE, MakeReader, Site

OFFICE = "an-office-whose-slug-is-as-long-as-sixty-characters-may-be-1"
LONG_ZH, LONG_EN = "晷城市旧城改造信访事项" * 5 + "联合办公室", "Administration" * 4 + "Desk"


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


def test_names_of_sixty_characters_without_a_space_stay_within_the_window(readers: MakeReader, site: Site) -> None:
    case = _told_by_a_long_name(site)
    for size, lang in ((NARROW, "en"), (WIDE, "zh")):
        reader = readers(size, account="heng")
        for path in (
            f"/cases/{case}",
            f"/cases/{case}/replay",
            f"/desk/cases/{case}",
            f"/lists/open-cases?unit={OFFICE}",
        ):
            assert reader.open(f"{path}{'&' if '?' in path else '?'}lang={lang}") == 200
            assert (LONG_EN if lang == "en" else LONG_ZH) in reader.page.inner_text("main")
            reader.check()


def _told_by_a_long_name(site: Site) -> str:
    """Open an office and a post with names as long as they may be here, and register a case there."""
    application = site.application
    registrars = Registrars(application.desk, *(application.key(f"registrar-{one}") for one in ("qin", "yao")))
    names = {"name_zh": LONG_ZH, "name_en": LONG_EN}
    registrars.open_office(OFFICE, {"kind": "competent_unit", "parent": "guicheng", "region": "guicheng", **names})
    registrars.open_post(OFFICE, {"post": "desk", "duties": ["intake"], **names})
    registrars.appoint(OFFICE, f"officer-{OFFICE[:50]}", "desk", "2026-01-01", LONG_ZH)
    key = new_key("officer", f"officer-{OFFICE[:50]}", OFFICE, "desk", "file", entropy=application.entropy)
    registrars.enrol(key, ["intake"])
    stream = new_case()
    registered = command(stream, "case.registered.v1", {"channel": "letter", "capacity": "competent_unit"})
    application.desk.perform(registered, key, "intake")
    application.views.catch_up()
    return stream.partition("/")[2]
