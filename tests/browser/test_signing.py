"""An act signed in a real browser: prepared, recomputed, signed with the officer's own key, recorded."""

from __future__ import annotations

from pathlib import Path

import pytest
import segno
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, PrivateFormat
from playwright.sync_api import FilePayload, Page, Route

from api.actions import command
from api.keyfiles import read_key
from api.queries import ask_timeline, fold_case
from audit.store.possession import derive_claim_key, parse_claim_code
from audit.suite import public_key
from tests.browser.conftest import NARROW, PASSWORD, MakeReader, Reader, Site
from tests.browser.test_keyboard import ACT, who_investigates

OFFICER = "officer-lin"


def _open(reader: Reader) -> Page:
    reader.open("/desk/register?lang=en")
    page = reader.page
    page.select_option("[name=channel]", "letter")
    page.select_option("[name=capacity]", "petition_office")
    page.fill("[name=subject]", '路灯不亮 <b>&"')
    return page


def _key_file(site: Site) -> Path:
    return site.application.settings.keys / f"{OFFICER}.json"


def _registered(page: Page, site: Site) -> str:
    page.wait_for_selector("#result.good")
    stream = page.locator("#result a").first.inner_text()
    (act,) = ask_timeline(site.application, stream).acts
    assert (act.action, act.actor) == ("case.registered.v1", OFFICER)
    return stream


def test_an_officer_registers_a_matter_with_the_key_in_a_file(readers: MakeReader) -> None:
    reader = readers(NARROW, account="lin")
    page = _open(reader)
    page.set_input_files("#key", _key_file(reader.site))
    page.click("form#act > button")
    page.wait_for_selector("#review:not([hidden]), #result.bad")
    assert page.inner_text("#result") == ""
    assert '路灯不亮 <b>&"' in page.inner_text("#told")
    reader.check("signing")
    page.click("#sign")
    stream = _registered(page, reader.site)
    _check_slip(page, reader.site, stream)
    reader.check("slip")
    _attach(reader, stream.removeprefix("case/"))
    _name_representative(reader, stream.removeprefix("case/"))


def _attach(reader: Reader, case: str) -> None:
    """The desk's form of files sends them, signs for them, and the case's page hands them out again."""
    page, site = reader.page, reader.site
    reader.open(f"/desk/cases/{case}/acts/case.attached.v1?lang=en")
    page.set_input_files("#key", _key_file(site))
    page.set_input_files("[data-files=attachments]", FilePayload(name="灯.txt", mimeType="text/plain", buffer=b"dark"))
    page.wait_for_selector("form#act li")
    page.click("form#act > button")
    page.click("#sign")
    page.wait_for_selector("#result.good")
    reader.open(f"/desk/cases/{case}?lang=en")
    with page.expect_download() as saved:
        page.get_by_role("link", name="attachment 1 of act 2").click()
    assert saved.value.path().read_bytes() == b"dark"
    reader.check("desk-case-files")
    reader.open(f"/desk/cases/{case}/texts?lang=en")
    assert "路灯不亮" in page.inner_text("main")
    reader.check("desk-texts")


def _name_representative(reader: Reader, case: str) -> None:
    """Somebody who speaks for several gets a slip of their own, whose code claims a key of the same case."""
    page = reader.page
    reader.open(f"/desk/cases/{case}/acts/case.representative_named.v1?lang=en")
    page.set_input_files("#key", _key_file(reader.site))
    page.fill("[name=name]", "代表")
    page.click("form#act > button")
    page.click("#sign")
    page.wait_for_selector("#slip-page:not([hidden])")
    code = page.inner_text("#slip-code")
    reader.open(f"/claim?lang=en#{case}.{code}.several")
    page.click("form#petition > button:last-of-type")
    page.wait_for_selector("#review:not([hidden])")
    page.click("#sign")
    page.wait_for_selector("#done:not([hidden])")
    application = reader.site.application
    (key,) = fold_case(application, case, None, application.ledger.reference())[0].petitioner_keys
    assert (key.custody, bool(key.code)) == ("printed", True)


def _check_slip(page: Page, site: Site, stream: str) -> None:
    """The slip's code is the claim key's, and its query code opens the case."""
    page.wait_for_selector("#slip-page:not([hidden])")
    application = site.application
    code = parse_claim_code(page.inner_text("#slip-code"))
    state, _ = fold_case(application, stream.removeprefix("case/"), None, application.ledger.reference())
    assert state.claim_key == public_key(derive_claim_key(code, application.ledger.origin, stream)).hex()
    assert page.locator("#slip-qr svg").count() == 1
    query = page.inner_text("#slip-query").replace("-", "")
    assert site.sessions.store.case_of_code(query) == stream.removeprefix("case/")


@pytest.mark.parametrize("size", [84, 106, 122, 180, 213])
def test_the_browsers_qr_codes_are_those_of_another_encoder(reader: Reader, size: int) -> None:
    reader.open("/check?lang=en")
    text = ("http://example.test/claim#" + "A7-" * 80)[:size]
    asked = "async ([text, mask]) => (await import('/static/qr.js')).modules(text, mask).map((row) => row.map(Number))"
    for mask in (0, 5):
        made = reader.page.evaluate(asked, [text, mask])
        wanted = segno.make_qr(text, error="m", boost_error=False, mode="byte", mask=mask).matrix
        assert made == [list(row) for row in wanted]


def test_an_encrypted_key_opens_with_its_passphrase_alone(readers: MakeReader, tmp_path: Path) -> None:
    reader = readers(account="lin")
    key = read_key(reader.site.application.settings.keys, OFFICER, reader.site.application.settings.passphrase)
    secret = Ed25519PrivateKey.from_private_bytes(key.secret)
    file = tmp_path / "key.pem"
    file.write_bytes(secret.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(b"long enough")))
    page = _open(reader)
    page.set_input_files("#key", file)
    page.fill("#passphrase", "wrong")
    page.click("form#act > button")
    page.wait_for_selector("#result.bad")
    page.fill("#passphrase", "long enough")
    page.click("form#act > button")
    page.click("#sign")
    _registered(page, reader.site)


def test_a_lost_connection_loses_nothing_and_records_once(readers: MakeReader) -> None:
    reader = readers(account="lin")
    page = _open(reader)
    page.set_input_files("#key", _key_file(reader.site))
    page.click("form#act > button")
    page.wait_for_selector("#review:not([hidden])")

    def lose(route: Route) -> None:
        route.fetch()
        route.abort()

    page.route("**/api/acts/commit*", lose)
    page.click("#sign")
    page.wait_for_selector("#result.bad")
    page.unroute("**/api/acts/commit*")
    reader.faults.clear()
    page.reload()
    _registered(page, reader.site)


def test_of_two_officers_the_later_is_told_keeps_what_was_typed_and_going_back_signs_nothing(
    readers: MakeReader, site: Site
) -> None:
    officer, unit, case = who_investigates(site)
    site.sessions.set_password("handles", officer, PASSWORD)
    reader = readers(account="handles")
    page, stream = reader.page, f"case/{case}"
    reader.open(f"/desk/cases/{case}?lang=en")
    page.locator(f"a[href*='{ACT}']").first.click()
    page.select_option("[name=method]", "site")
    page.fill("[name=text]", "实地查看")
    page.set_input_files("#key", site.application.settings.keys / f"{officer}.json")
    page.click("form#act > button")
    page.wait_for_selector("#review:not([hidden])")
    supervised = command(stream, "case.supervision_opened.v1", {"unit": unit, "trigger": "delay"}, {"text": "请说明"})
    site.application.desk.perform(supervised, site.application.key("officer-an"), "supervisor")
    page.click("#sign")
    page.wait_for_selector("#result.bad")
    assert "another act was recorded" in page.inner_text("#result")
    assert page.input_value("[name=text]") == "实地查看"
    page.click("form#act > button")
    page.wait_for_selector("#review:not([hidden])")
    page.click("#sign")
    page.wait_for_selector("#result.good")
    acts = [act.action for act in ask_timeline(site.application, stream).acts]
    assert acts[-2:] == ["case.supervision_opened.v1", ACT]
    page.go_back()
    page.go_forward()
    page.wait_for_selector("form#act")
    assert page.locator("#review").is_hidden()
    assert page.evaluate("sessionStorage.length") == 0
    assert len(ask_timeline(site.application, stream).acts) == len(acts)


@pytest.mark.parametrize("member", ["payload", "to_sign", "disclosures"])
def test_what_is_not_what_the_form_says_is_not_signed(readers: MakeReader, member: str) -> None:
    reader = readers(account="lin")
    page = _open(reader)
    page.set_input_files("#key", _key_file(reader.site))

    def change(route: Route) -> None:
        answer = route.fetch()
        told = answer.json()
        if member == "payload":
            told["payload"] = told["payload"].replace('"letter"', '"visit"')
        elif member == "to_sign":
            told["to_sign"] = "AAAA" + told["to_sign"][4:]
        else:
            told["disclosures"][0]["value"] = '"another text"'
        route.fulfill(response=answer, json=told)

    page.route("**/api/acts/prepare*", change)
    page.click("form#act > button")
    page.wait_for_selector("#result.bad")
    assert "Nothing was signed" in page.inner_text("#result")
    assert page.locator("#review").is_hidden()


def test_a_refusal_says_why_and_what_was_typed_stays(readers: MakeReader) -> None:
    reader = readers(account="lin")
    page = _open(reader)
    page.click("#make")
    page.wait_for_selector("#public:not(:empty)")
    page.click("form#act > button")
    page.wait_for_selector("#result.bad")
    assert page.input_value("[name=subject]") == '路灯不亮 <b>&"'
    page.reload()
    assert page.input_value("[name=subject]") == '路灯不亮 <b>&"'
