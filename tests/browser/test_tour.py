"""The newcomer's path of the README, walked in a real browser; the README's pictures are written by this walk.

Each step of the path is found in the README and done by the words that it prints in bold, which are those of the
pages. `make tour` writes the pictures again.
"""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
from playwright.sync_api import Page

from api.publishing.schedule import publish_once
from projections.packages_answers import packages
from tests.browser.conftest import PASSWORD, MakeReader, Reader, Site

ROOT = Path(__file__).parents[2]
FOLDER = Path(__file__).parent / "tour"
README = (ROOT / "README.md").read_text(encoding="utf-8")
PATH = README.partition("## A newcomer's path\n")[2].partition("\n## ")[0]
STEPS = re.findall(r"^\d+\. (.+(?:\n {3}.+)*)", PATH, re.MULTILINE)
SIZE = (1100, 660)
MOST_BYTES = 150_000
PICTURES = ("overview", "overdue", "replay", "proof", "compare", "act", "figures", "tampering")


def _words(step: int) -> list[str]:
    """The words in bold of a step of the path."""
    return re.findall(r"\*\*(.+?)\*\*", " ".join(STEPS[step].split()))


def _shown(reader: Reader, name: str) -> None:
    """Check a page from its top, and write the README's picture of it where pictures are asked for."""
    reader.page.evaluate("window.scrollTo(0, 0)")
    reader.check(name)


def _follow(page: Page, words: str) -> None:
    page.get_by_role("link", name=words).first.click()
    page.wait_for_load_state()


@pytest.fixture
def reader(readers: MakeReader, site: Site) -> Reader:
    """A newcomer at the supervision office."""
    publish_once(site.application)
    site.sessions.set_password("supervisor", "officer-an", PASSWORD)
    made = readers(SIZE)
    made.context.grant_permissions(["clipboard-read", "clipboard-write"])
    return made


def test_the_newcomers_path_of_the_readme_leads_from_an_overdue_case_to_its_proof_offline(
    reader: Reader, site: Site, tmp_path: Path
) -> None:
    page = reader.page
    assert len(STEPS) == 7
    reader.sign_in("supervisor")
    reader.open("/?lang=en")
    _shown(reader, "overview")
    _follow(page, _words(1)[0])
    assert page.locator("tbody tr").count() > 5
    _shown(reader, "overdue")
    page.locator("tbody a").first.click()
    page.wait_for_selector("#replay")
    case = page.url.partition("/cases/")[2].partition("/")[0]
    (answers,) = _words(2)
    assert page.get_by_role("heading", name=answers).is_visible()
    assert page.locator("#answerable dd").count() >= 2
    _replay(reader, _words(3))
    _prove(reader, *_words(4))
    file = _take_away(page, case, tmp_path, *_words(5))
    _verify(site, file, case)


def _replay(reader: Reader, words: list[str]) -> None:
    page = reader.page
    assert words == ["←", "→"]
    page.locator("h1").click()
    page.keyboard.press("Home")
    page.wait_for_selector("#replay[data-step='1']")
    page.keyboard.press("ArrowRight")
    page.wait_for_selector("#replay[data-step='2']")


def _prove(reader: Reader, copying: str, printing: str) -> None:
    page = reader.page
    page.get_by_role("button", name=copying).click()
    page.wait_for_selector("#copied:not(:empty)")
    assert page.evaluate("navigator.clipboard.readText()").startswith("c2sp.org/tlog-proof@v1\n")
    back = page.url
    _follow(page, printing)
    assert page.locator("svg").count() >= 1
    _shown(reader, "proof")
    page.goto(back)


def _take_away(page: Page, case: str, folder: Path, opening: str, bundle: str) -> Path:
    page.get_by_text(opening).click()
    with page.expect_download() as waiting:
        page.get_by_role("link", name=bundle).click()
    assert waiting.value.suggested_filename == f"{case}.inspector.zip"
    file = folder / waiting.value.suggested_filename
    waiting.value.save_as(file)
    return file


def _verify(site: Site, file: Path, case: str) -> None:
    """Check the export as the README says, where there is neither database nor server."""
    shown = re.search(r"sundial-audit (bundle) FILE (--anchor) var/anchor\.json", PATH)
    assert shown is not None
    anchor = str(site.application.settings.anchor_file)
    program = str(Path(sys.executable).with_name("sundial-audit"))
    command = [program, shown[1], str(file), shown[2], anchor, "--json"]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stdout + run.stderr
    assert case in run.stdout


def test_the_rest_of_the_tour_is_there_to_be_seen(reader: Reader, site: Site) -> None:
    page = reader.page
    reader.sign_in("supervisor")
    reader.open("/lists/overdue?lang=en&unit=renewal")
    page.locator('.deeds a[href*="case.supervision_opened.v1"]').first.click()
    page.set_input_files("#key", site.application.settings.keys / "officer-an.json")
    page.fill("[name=text]", "请说明超期原因")
    page.click("form#act > button")
    page.wait_for_selector("#review:not([hidden])")
    page.locator("#review").scroll_into_view_if_needed()
    reader.check("act")
    held = packages(site.application.reader, site.application.clock()).rows
    case = max(held, key=lambda row: (row.personal_acts, row.case)).case
    reader.open(f"/cases/{case}/replay?lang=en&step=6")
    page.locator("#replay").evaluate("one => one.scrollIntoView()")
    reader.check("replay")
    _follow(page, "Compare with the last step")
    _shown(reader, "compare")
    reader.open("/figures?lang=en&figure=on_time_reply_rate&month=2025-11")
    _shown(reader, "figures")
    reader.open("/tampering?lang=en")
    page.get_by_role("button", name="backdate").click()
    page.wait_for_selector("#outcome .good")
    _shown(reader, "tampering")


def test_the_pictures_of_the_readme_are_those_of_the_tour_and_are_small() -> None:
    shown = re.findall(r"tests/browser/tour/([a-z]+)\.png", README)
    assert sorted(shown) == sorted(PICTURES)
    assert len(shown) <= 8
    assert {file.name for file in FOLDER.iterdir()} == {f"{name}.png" for name in PICTURES}
    for name in PICTURES:
        assert 1_000 < (FOLDER / f"{name}.png").stat().st_size <= MOST_BYTES, name
