"""A petitioner before a phone of 360 px: files, keeps the proof, comes back, rates; and claims a printed code."""

from __future__ import annotations

import re
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any

import pytest
from playwright.sync_api import FilePayload, Page, Route

from api.actions import command, new_case
from api.publishing.schedule import publish_once
from api.queries import ask_timeline, fold_case
from audit.anchor import parse_anchor
from audit.proof import check_receipt
from audit.store.possession import derive_claim_key, format_claim_code
from audit.suite import public_key
from audit.trust import Findings, Trust
from domain.case_state import Case
from domain.people import NOW
from tests.browser.conftest import NARROW, MakeReader, Reader, Site

TEXT = '楼道灯坏了半年 <b>&"'
UNIT = "housing"
PAPER = FilePayload(name="../../照片 1.txt", mimeType="text/plain", buffer="灯坏了".encode())


def perform(site: Site, duty: str, stream: str, action: str, public: dict[str, Any], **sealed: Any) -> None:
    """Let an officer of the unit act in a case."""
    people = site.application.ledger.reference().people
    officer = next(
        holder
        for (office, post, holder), tenures in people.tenures.items()
        if office == UNIT and tenures[-1].until == NOW and duty in people.posts[office, post].duties
    )
    key = site.application.key(officer)
    site.application.desk.perform(command(stream, action, public, sealed), key, duty)


def state_of(site: Site, case: str) -> Case:
    return fold_case(site.application, case, None, site.application.ledger.reference())[0]


def fill(page: Page) -> None:
    """Write a matter into the form, for a unit of one's own choice."""
    page.select_option("select[name=area]", "housing.repair")
    page.select_option("select[name=place]", "guicheng")
    page.get_by_role("button", name="由哪个单位负责").click()
    page.wait_for_url("**place=guicheng*")
    page.select_option("#unit", UNIT)
    page.fill("[name=subject]", "楼道灯")
    page.fill("textarea[name=text]", TEXT)


def _sign(page: Page) -> None:
    page.wait_for_selector("#review:not([hidden]), #result.bad")
    assert page.inner_text("#result") == ""
    page.click("#sign")


def _attach(page: Page) -> None:
    """Files of another kind or too large are refused, and what was typed stays; a text is taken."""
    page.set_input_files("#files", FilePayload(name="a.exe", mimeType="text/plain", buffer=b"MZ"))
    page.wait_for_selector("#result.bad")
    page.set_input_files("#files", FilePayload(name="a.pdf", mimeType="application/pdf", buffer=b"no PDF"))
    page.wait_for_selector("#result:has-text('a.pdf')")
    with NamedTemporaryFile(suffix=".pdf") as large:
        large.truncate(20 * 2**20 + 1)
        page.set_input_files("#files", large.name)
        page.wait_for_selector(f"#result:has-text('{Path(large.name).name}')")
    page.set_input_files("#files", PAPER)
    page.wait_for_selector("#filed li")
    assert page.input_value("textarea[name=text]") == TEXT


def _submit(reader: Reader) -> str:
    """File a matter over a connection that breaks after the server has recorded it."""
    page = reader.page
    reader.open("/submit?lang=zh")
    reader.check("submit")
    fill(page)
    _attach(page)
    page.reload()
    assert page.input_value("textarea[name=text]") == TEXT
    page.click("form#petition > button:last-of-type")
    page.wait_for_selector("#review:not([hidden])")
    told = page.inner_text("#told")
    assert TEXT in told
    assert not re.search("petitioner_key|capacity|online|false", told)
    reader.check("submit-review")

    def lose(route: Route) -> None:
        route.fetch()
        route.abort()

    page.route("**/api/acts/commit*", lose)
    page.click("#sign")
    page.wait_for_selector("#result.bad")
    page.unroute("**/api/acts/commit*")
    reader.faults.clear()
    page.reload()
    _sign(page)
    page.wait_for_selector("#done:not([hidden])")
    reader.check("submitted")
    return page.inner_text("#done-case")


def _check_offline(reader: Reader, site: Site) -> None:
    """The receipts of both acts hold against the anchor alone."""
    publish_once(site.application)
    trust = Trust(parse_anchor(site.application.settings.anchor_file.read_bytes()))
    addresses = [link.get_attribute("href") or "" for link in reader.page.locator("#receipts a").all()]
    told = []
    for address in addresses:
        if address.startswith("/api/receipts/"):
            data = reader.page.request.get(reader.site.url + address).body()
            told.append(check_receipt(data, trust, Findings())[0].action)
    assert told == ["case.submitted.v1", "case.attached.v1"]


def test_a_matter_is_filed_proved_offline_followed_and_rated_on_a_phone(readers: MakeReader, site: Site) -> None:
    reader = readers(NARROW)
    page = reader.page
    case = _submit(reader)
    code = page.inner_text("#query-code")
    assert re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{8}){3}", code)
    assert [act.action for act in ask_timeline(site.application, case).acts] == [
        "case.submitted.v1",
        "case.attached.v1",
    ]
    _check_offline(reader, site)
    perform(site, "intake", f"case/{case}", "case.registered.v1", {"channel": "online", "capacity": "competent_unit"})
    perform(site, "handler", f"case/{case}", "case.replied.v1", {"means": "online"}, reply="灯已修好")
    page.get_by_role("link", name="我的事项").last.click()
    page.wait_for_url("**/my-case*")
    reader.check("my-case-own")
    page.locator("summary.written").first.click()
    assert "灯已修好" in page.inner_text("main")
    with page.expect_download() as saved:
        page.get_by_role("link", name="第 1 个附件").click()
    assert saved.value.suggested_filename == f"{case[:12]}-2-1.txt"
    page.locator(f"a[href*='case.rated.v1?office={UNIT}']").click()
    page.wait_for_url("**/acts/case.rated.v1*")
    page.select_option("[name=rating]", "dissatisfied")
    reader.check("rate")
    page.click("form#petition > button:last-of-type")
    page.wait_for_selector("#review:not([hidden])")
    page.dblclick("#sign")
    page.wait_for_selector("#done:not([hidden])")
    (rating,) = state_of(site, case).ratings
    assert (rating.office, rating.rating, rating.custody) == (UNIT, "dissatisfied", "device")
    reader.open("/submit?lang=zh")
    assert page.inner_text("#done-case") == case
    page.click("#new")
    page.wait_for_selector("form#petition:not([hidden])")
    assert page.input_value("textarea[name=text]") == ""
    page.fill("textarea[name=text]", "draft")
    with page.expect_navigation():
        page.click("#erase")
    assert (page.input_value("textarea[name=text]"), page.evaluate("localStorage.length")) == ("", 0)


@pytest.mark.parametrize("keep", ["device", "paper"])
def test_a_printed_code_becomes_a_key_of_ones_own_once(readers: MakeReader, site: Site, keep: str) -> None:
    stream, code = new_case(), bytes(range(20)) if keep == "device" else bytes(range(20, 40))
    claim_key = public_key(derive_claim_key(code, site.application.ledger.origin, stream)).hex()
    public = {"channel": "visit", "capacity": "competent_unit", "claim_key": claim_key}
    perform(site, "intake", stream, "case.registered.v1", public, subject="楼道灯")
    reader = readers(NARROW)
    page, case = reader.page, stream.removeprefix("case/")
    reader.open(f"/claim?lang=en#{case}.{format_claim_code(code).lower()}")
    assert page.input_value("#case") == case
    reader.check("claim")
    page.check(f"input[name=keep][value={keep}]")
    page.click("form#petition > button:last-of-type")
    _sign(page)
    page.wait_for_selector("#done:not([hidden])")
    (key,) = state_of(site, case).petitioner_keys
    assert key.custody == "printed"
    if keep == "device":
        reader.context.clear_cookies()
        reader.open("/sign-in?lang=en")
        reader.check("sign-in-device")
        page.get_by_role("button", name=f"Open case {case[:12]}").click()
        page.wait_for_url("**/my-case*")
    page.get_by_role("link", name="My case").last.click()
    page.locator("a[href*='case.visit_demanded.v1']").click()
    page.wait_for_url("**/acts/*")
    page.select_option("[name=unit]", UNIT)
    page.select_option("[name=demand]", "more_papers")
    if keep == "paper":
        page.fill("#code", "AAAA" * 8)
        page.click("form#petition > button:last-of-type")
        page.wait_for_selector("#result.bad")
        page.fill("#code", format_claim_code(code))
    page.click("form#petition > button:last-of-type")
    page.wait_for_selector("#review:not([hidden])")
    page.click("#sign")
    page.wait_for_selector("#done:not([hidden])")
    assert ask_timeline(site.application, case).acts[-1].action == "case.visit_demanded.v1"


def test_without_scripts_the_forms_say_what_they_need_and_send_nothing(readers: MakeReader) -> None:
    reader = readers(NARROW, scripts=False)
    page = reader.page
    reader.open("/submit?lang=en")
    page.select_option("select[name=area]", "housing.repair")
    page.select_option("select[name=place]", "guicheng")
    page.get_by_role("button", name="Which office is responsible?").click()
    assert page.input_value("#unit") == UNIT
    assert "needs JavaScript" in page.inner_text("main")
    page.fill("[name=subject]", "secret")
    page.fill("textarea[name=text]", "secret")
    page.get_by_role("button", name="Next: read what you will sign").click()
    assert "secret" not in page.url
    assert page.input_value("[name=subject]") == "secret"
    reader.open("/claim?lang=en")
    assert "needs JavaScript" in page.inner_text("main")
