"""The petitioner's page on a phone and on a desk: by query code, in both languages, with and without scripts."""

from __future__ import annotations

import pytest

from projections.overdue import overdue
from tests.browser.conftest import NARROW, SEEN, MakeReader, Site


def _case(site: Site) -> str:
    return overdue(site.application.reader, site.application.clock()).rows[0].case


def test_a_code_typed_on_a_phone_opens_the_case_without_scripts(readers: MakeReader, site: Site) -> None:
    reader = readers(NARROW, scripts=False)
    code = site.sessions.issue_code(_case(site))
    reader.open("/sign-in?lang=en")
    reader.page.fill("input[name=code]", code)
    reader.page.press("input[name=code]", "Enter")
    reader.page.wait_for_url("**/my-case*")
    assert reader.page.locator(".clock").count() >= 1
    assert reader.page.locator(".acts li").count() >= 1


@pytest.mark.parametrize(("lang", "size"), SEEN)
def test_the_page_is_accessible_and_explains_its_date(
    readers: MakeReader, site: Site, lang: str, size: tuple[int, int]
) -> None:
    reader = readers(size, case=_case(site))
    assert reader.open(f"/my-case?lang={lang}") == 200
    reader.page.locator("summary").first.click()
    assert reader.page.locator("details[open] li").count() >= 3
    reader.check(f"my-case-{lang}-{size[0]}")


def test_a_wrong_code_is_refused_and_says_so(readers: MakeReader) -> None:
    reader = readers(NARROW)
    reader.open("/sign-in?lang=en")
    reader.page.fill("input[name=code]", "0000-nonsense")
    reader.page.press("input[name=code]", "Enter")
    reader.page.wait_for_selector("[role=alert]")
    assert "/my-case" not in reader.page.url
