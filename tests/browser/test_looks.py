"""An inspector opens a case in a real browser: asked why, the reason signed there, the case replayed, and listed."""

from __future__ import annotations

import pytest

from projections.overdue import overdue
from tests.browser.conftest import NARROW, WIDE, MakeReader, Site


@pytest.mark.parametrize(("lang", "size"), [("en", WIDE), ("zh", NARROW)], ids=["en-1440", "zh-360"])
def test_an_inspector_signs_why_and_goes_on_to_the_replay(
    readers: MakeReader, site: Site, lang: str, size: tuple[int, int]
) -> None:
    rows = overdue(site.application.reader, site.application.clock(), unit="renewal").rows
    case = [*dict.fromkeys(row.case for row in rows)][lang == "zh"]
    reader = readers(size, account="yan")
    assert reader.open(f"/cases/{case}/replay?lang={lang}") == 403
    reader.check(f"reason-{lang}-{size[0]}")
    page = reader.page
    page.locator("main ol a").first.click()
    page.wait_for_url("**/desk/act?**")
    reader.check()
    assert page.input_value("[name=case]") == case
    page.select_option("[name=ground]", "routine")
    page.fill("[name=reason_text]", "群众反映超期未答复")
    page.set_input_files("#key", site.application.settings.keys / "officer-yan.json")
    page.click("form#act > button")
    page.wait_for_selector("#review:not([hidden]), #result.bad")
    assert page.inner_text("#result") == ""
    page.click("#sign")
    page.wait_for_selector("#result.good")
    page.click("#onward")
    page.wait_for_url(f"**/cases/{case}/replay?**")
    assert page.locator("#replay").count() == 1
    assert reader.open(f"/looks?lang={lang}") == 200
    assert case[:12] in page.inner_text("table[data-list=looks]")
    reader.check(f"looks-{lang}-{size[0]}")
