"""The desk in a real browser: the work list leads to a case, the case to its acts, in both languages and widths."""

from __future__ import annotations

import pytest

from api.access.viewer import seats_of
from projections.overdue import overdue
from tests.browser.conftest import NARROW, PASSWORD, WIDE, MakeReader, Site


def _at_work(site: Site) -> str:
    """An officer who handles cases at an office of which a clock is overdue."""
    people = site.application.ledger.reference().people
    units = {row.unit for row in overdue(site.application.reader, site.application.clock()).rows}
    return next(
        str(holder)
        for office, _, holder in people.tenures
        if office in units and any(one.office in units and "handler" in one.duties for one in seats_of(people, holder))
    )


@pytest.mark.parametrize(("lang", "size"), [("zh", WIDE), ("en", NARROW)], ids=["zh-1440", "en-360"])
def test_the_work_list_leads_to_a_case_and_to_the_form_of_an_act(
    readers: MakeReader, site: Site, lang: str, size: tuple[int, int]
) -> None:
    site.sessions.set_password("window", _at_work(site), PASSWORD)
    reader = readers(size, account="window")
    assert reader.open(f"/desk?lang={lang}") == 200
    reader.check(f"desk-{lang}-{size[0]}")
    reader.page.locator("tbody a").first.click()
    reader.page.wait_for_url("**/desk/cases/*")
    reader.check(f"desk-case-{lang}-{size[0]}")
    reader.page.locator(".catalogue a").first.click()
    reader.page.wait_for_url("**/acts/*")
    reader.check(f"desk-act-{lang}-{size[0]}")
