"""Each door's main path by keyboard alone: nothing is clicked, and the place of the keyboard is seen at every step.

An officer signs in, opens a case and signs an act; a petitioner claims a printed code and rates; an inspector signs why
and moves through a replay; who answers for offices narrows the overview and opens a list.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page

from api.access.viewer import Viewer, seats_of
from api.actions import new_case
from api.http.doable import acts_for
from api.queries import ask_timeline
from audit.store.possession import derive_claim_key, format_claim_code
from audit.suite import public_key
from projections.overdue import overdue
from tests.browser.conftest import NARROW, PASSWORD, MakeReader, Reader, Site
from tests.browser.test_submitting import perform, state_of

MOST_KEYS = 250
ACT = "case.investigated.v1"
SEEN_AT = """selector => {
    const one = document.activeElement, style = getComputedStyle(one);
    const box = one.matches("input[type=checkbox], input[type=radio]") ? one : one.closest("summary") ?? one;
    if (one === document.body) return "nowhere";
    if (!one.matches(selector)) return "elsewhere";
    const shown = one.matches(":focus-visible") && (style.outlineStyle !== "none" || style.boxShadow !== "none");
    return shown && box.getClientRects().length ? "there" : "unseen";
}"""


class Keyboard:
    """Somebody who has no mouse."""

    def __init__(self, reader: Reader) -> None:
        """Sit down before a reader's page."""
        self.page: Page = reader.page
        self.site: Site = reader.site
        self.page.on("filechooser", lambda _: None)  # so that the browser hands choosers over from now on

    def reach(self, selector: str, key: str = "Tab") -> None:
        """Go on until the keyboard is at an element, which shows it. Raises AssertionError if it never comes there."""
        for _ in range(MOST_KEYS):
            place = self.page.evaluate(SEEN_AT, selector)
            assert place != "unseen", f"{selector} does not show the keyboard"
            if place == "there":
                return
            self.page.keyboard.press(key)
        raise AssertionError(f"{selector} cannot be reached on {self.page.url}")

    def press(self, selector: str, key: str = "Enter") -> None:
        """Reach an element and press a key there."""
        self.reach(selector)
        self.page.keyboard.press(key)

    def type(self, selector: str, text: str) -> None:
        """Reach a field and type."""
        self.reach(selector)
        self.page.keyboard.press("Control+A")
        self.page.keyboard.type(text)

    def choose(self, selector: str, value: str) -> None:
        """Reach a choice and move down to a value."""
        self.reach(selector)
        for _ in range(MOST_KEYS):
            if self.page.input_value(selector) == value:
                return
            self.page.keyboard.press("ArrowDown")
        raise AssertionError(f"{selector} never says {value}")

    def take(self, selector: str, file: Path) -> None:
        """Reach a field for files, open its chooser and take a file."""
        self.reach(selector)
        with self.page.expect_file_chooser() as chooser:
            self.page.keyboard.press("Enter")
        chooser.value.set_files(file)

    def follow(self, selector: str, to: str) -> None:
        """Reach a link, follow it and wait for its page."""
        self.press(selector)
        self.page.wait_for_url(to)

    def sign_in(self, name: str) -> None:
        """Sign in at the door."""
        self.type("input[name=name]", name)
        self.type("input[name=password]", PASSWORD)
        self.page.keyboard.press("Enter")
        self.page.wait_for_url(lambda url: "/sign-in" not in url)

    def sign(self, officer: str) -> int:
        """Take the officer's key, read what is prepared, sign it; returns its place in the log."""
        self.take("#key", self.site.application.settings.keys / f"{officer}.json")
        self.press("form#act > button")
        self.page.wait_for_selector("#review:not([hidden]), #result.bad")
        assert self.page.inner_text("#result") == ""
        self.press("#sign")
        self.page.wait_for_selector("#result.good")
        found = re.search(r"(\d+) · ", self.page.inner_text("#result"))
        assert found is not None
        return int(found[1])


def who_investigates(site: Site) -> tuple[str, str, str]:
    """An officer, the office, and a case of its work list that may be investigated there."""
    people, ledger = site.application.ledger.reference().people, site.application.ledger
    for row in overdue(site.application.reader, site.application.clock()).rows:
        for office, _, holder in people.tenures:
            seats = seats_of(people, holder) if office == row.unit else ()
            handles = any(seat.office == row.unit and "handler" in seat.duties for seat in seats)
            viewer = Viewer("staff", officer=holder, seats=seats)
            if handles and ACT in acts_for(viewer, ledger.state(f"case/{row.case}")):
                return str(holder), str(row.unit), row.case
    raise AssertionError("nobody may investigate anything")


def test_an_officer_signs_in_opens_a_case_and_signs_an_act(readers: MakeReader, site: Site) -> None:
    officer, _, case = who_investigates(site)
    site.sessions.set_password("keys", officer, PASSWORD)
    reader = readers()
    keyboard = Keyboard(reader)
    reader.open("/sign-in?lang=en&next=/desk")
    keyboard.sign_in("keys")
    keyboard.follow(f"tbody a[href*='{case}']", f"**/desk/cases/{case}*")
    keyboard.follow(f"a[href*='{ACT}']", f"**/acts/{ACT}*")
    keyboard.choose("[name=method]", "site")
    keyboard.type("[name=text]", "实地查看")
    index = keyboard.sign(officer)
    (entry,) = site.application.ledger.log.entries(index, index + 1, 1)
    assert (entry.action, entry.stream) == (ACT, f"case/{case}")


def test_a_petitioner_claims_a_code_and_rates(readers: MakeReader, site: Site) -> None:
    stream, code = new_case(), bytes(range(40, 60))
    case = stream.removeprefix("case/")
    claim_key = public_key(derive_claim_key(code, site.application.ledger.origin, stream)).hex()
    public = {"channel": "visit", "capacity": "competent_unit", "claim_key": claim_key}
    perform(site, "intake", stream, "case.registered.v1", public, subject="楼道灯")
    perform(site, "handler", stream, "case.replied.v1", {"means": "online"}, reply="灯已修好")
    reader = readers(NARROW)
    keyboard, page = Keyboard(reader), reader.page
    reader.open(f"/claim?lang=en#{case}.{format_claim_code(code)}")
    keyboard.press("input[name=keep]", "Space")
    keyboard.press("form#petition > button:last-of-type")
    page.wait_for_selector("#review:not([hidden])")
    keyboard.press("#sign")
    page.wait_for_selector("#done:not([hidden])")
    reader.context.clear_cookies()
    reader.open("/sign-in?lang=en")
    keyboard.type("input[name=code]", site.sessions.issue_code(case))
    page.keyboard.press("Enter")
    page.wait_for_url("**/my-case*")
    keyboard.follow("a[href*='case.rated.v1']", "**/acts/case.rated.v1*")
    keyboard.choose("[name=rating]", "dissatisfied")
    keyboard.press("form#petition > button:last-of-type")
    page.wait_for_selector("#review:not([hidden])")
    keyboard.press("#sign")
    page.wait_for_selector("#done:not([hidden])")
    (rating,) = state_of(site, case).ratings
    assert rating.rating == "dissatisfied"


def test_an_inspector_signs_why_and_moves_through_a_replay(readers: MakeReader, site: Site) -> None:
    rows = overdue(site.application.reader, site.application.clock(), unit="renewal").rows
    case = [*dict.fromkeys(row.case for row in rows)][2]
    reader = readers(account="yan")
    keyboard, page = Keyboard(reader), reader.page
    reader.open(f"/cases/{case}/replay?lang=en")
    keyboard.follow("main ol a", "**/desk/act?**")
    keyboard.choose("[name=ground]", "routine")
    keyboard.type("[name=reason_text]", "超期")
    keyboard.sign("officer-yan")
    keyboard.follow("#onward", f"**/cases/{case}/replay?**")
    count = len(ask_timeline(site.application, case).acts)
    for key, step in (("Home", 1), ("ArrowRight", 2), ("End", count), ("ArrowLeft", count - 1)):
        page.keyboard.press(key)
        page.wait_for_selector(f"#replay[data-step='{step}']")
    keyboard.press("#slider", "Home")
    page.wait_for_selector("#replay[data-step='1']")
    page.keyboard.press("ArrowRight")
    page.wait_for_selector("#replay[data-step='2']")
    assert page.evaluate("document.activeElement.id") == "slider"
    keyboard.choose("select[name=view]", "compact")
    keyboard.follow("form:has(select[name=view]) button", "**view=compact**")


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
def test_who_answers_for_offices_narrows_the_overview_and_opens_a_list(readers: MakeReader, scripts: bool) -> None:
    reader = readers(scripts=scripts, account="heng")
    keyboard, page = Keyboard(reader), reader.page
    reader.open("/?lang=en")
    keyboard.press(".skip")
    keyboard.choose("select[name=unit]", "renewal")
    keyboard.press("main form button")
    page.wait_for_url("**unit=renewal**")
    count = page.inner_text("[data-tile=overdue] strong")
    keyboard.follow("[data-tile=overdue]", "**/lists/overdue?**")
    assert page.input_value("select[name=unit]") == "renewal"
    assert int(count) > 0
