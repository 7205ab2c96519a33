"""Texts that want to be more than text: script and formulas in every field that is stored, seen by everybody who reads.

The ledger has offices and posts with such names, and two cases of which every act that was recorded says it in every
sealed field. Beside it stands a ledger without any case: each page says that there is nothing, and none fails.
"""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections.abc import Iterator
from html import escape
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import openpyxl
import pytest

from api.access.rows import TABLE
from api.access.sessions import Sessions
from api.access.viewer import PUBLIC
from api.actions import command
from api.founding import parse_plan
from api.lists.catalogue import LISTS
from api.main import Application, open_application
from api.settings import Settings, load_settings
from domain.events import SEALED
from tests.api.clients import client_of, everywhere, open_door, signed_in
from tests.api.conftest import PLAN, copy_of, found

HOSTILE = "=1+1<script>alert('日晷')</script>\"'><img src=x onerror=alert(1)>"
ESCAPED = escape(HOSTILE).replace("&quot;", "&#34;").replace("&#x27;", "&#39;")
SCRIPTS = ("<script>alert", "<img src=x")
DANGEROUS = ("=", "+", "-", "@", "\t", "＝")
CASE, OWN = "ab" * 16, "cd" * 16
ACTS: tuple[tuple[str, str, dict[str, Any]], ...] = (
    ("case.registered.v1", "intake", {"channel": "letter", "capacity": "competent_unit"}),
    ("case.investigated.v1", "handler", {"method": "site"}),
    ("case.replied.v1", "handler", {"means": "online"}),
)
NO_PAGES = (".csv", ".xlsx", ".pdf", ".json", "{seq}", "/xes")
PAGES = [path for method, path in TABLE if method == "GET" and not any(one in path for one in NO_PAGES)]
PAGES = [path for path in PAGES if "{case}" in path or not path.startswith("/api/")]


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Application]:
    """A ledger whose every text is hostile."""
    folder = tmp_path_factory.mktemp("hostile")
    named = HOSTILE.replace("\\", "").replace('"', '\\"')
    plan = re.sub(r'name_(zh|en) = "[^"]+"', lambda told: f'name_{told[1]} = "{named}"', PLAN)
    plan = plan.replace('duties = ["intake", "handler"]', 'duties = ["intake", "handler", "head"]')
    settings = found(folder / "home", f"sqlite:///{folder / 'sundial.db'}", parse_plan(plan.encode()))
    with open_application(settings) as opened:
        for case in (CASE, OWN):
            _tell(opened, case)
        opened.views.catch_up()
        yield opened


def _tell(application: Application, case: str) -> None:
    key = application.key("officer-shen")
    for action, role, public in ACTS:
        sealed = {field: HOSTILE for field in SEALED[action] if field not in ("attachments", "source")}
        application.desk.perform(command(f"case/{case}", action, public, sealed), key, role)


@pytest.fixture
def door(hostile: Application, tmp_path: Path) -> Iterator[Sessions]:
    """A door with the officer's account."""
    with open_door(hostile, tmp_path / "access.db") as sessions:
        sessions.store.put_account("shen", "officer-shen", "")
        yield sessions


def _texts(answer: Any) -> Iterator[str]:
    """What a browser would take for a page in an answer: itself, or the pages in an archive."""
    kind = answer.headers.get("content-type", "")
    if "html" in kind or "xml" in kind:
        yield answer.text
    elif "zip" in kind:
        with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
            yield from (archive.read(name).decode() for name in archive.namelist() if name.endswith((".html", ".xml")))
    else:
        assert answer.headers["x-content-type-options"] == "nosniff"


def _addresses() -> Iterator[str]:
    for path in PAGES:
        if "{" not in path.replace("{case}", "").replace("{action}", ""):
            yield path.replace("{case}", CASE).replace("{action}", "case.replied.v1")
    yield from (f"/lists/{listing.name}" for listing in LISTS)
    yield from ("/receipts/8", "/desk/act?action=bulletin.issued.v1&stream=bulletin/housing", f"/my-case?case={OWN}")


@pytest.mark.parametrize("who", ["officer", "petitioner"])
def test_a_stored_script_is_text_wherever_it_is_shown(hostile: Application, door: Sessions, who: str) -> None:
    account, case = ("shen", "") if who == "officer" else ("", CASE)
    shown = 0
    with signed_in(hostile, door, account=account, case=case) as client:
        for path in _addresses():
            answer = client.get(path, headers={"accept": "text/html"})
            assert answer.status_code < 500, path
            assert answer.headers["x-frame-options"] == "DENY", path
            for text in _texts(answer):
                assert [one for one in SCRIPTS if one in text] == [], path
                shown += ESCAPED in text
    assert shown > 1, "it is shown, as text"


def test_a_stored_formula_is_text_in_every_file(hostile: Application) -> None:
    with client_of(hostile) as client:
        for listing in LISTS:
            asked = {one.name: one.example for one in listing.filters if one.needed}
            answer = client.get(f"/api/{listing.name}.csv", params=asked)
            if answer.status_code == 400:  # nothing can be ranked where there is one office of a kind
                assert listing.name == "rank"
                continue
            cells = [cell for row in csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))) for cell in row]
            assert [cell for cell in cells if cell.startswith(DANGEROUS) and not _is_number(cell)] == []
            book = openpyxl.load_workbook(io.BytesIO(client.get(f"/api/{listing.name}.xlsx", params=asked).content))
            assert "f" not in {cell.data_type for sheet in book for row in sheet.iter_rows() for cell in row}


def _is_number(text: str) -> bool:
    return re.fullmatch(r"-?\d+(\.\d+)?", text) is not None


def test_a_ledger_without_any_case_has_its_pages_and_says_that_there_is_nothing(
    founded_sqlite: Settings, tmp_path: Path
) -> None:
    settings = load_settings(home=tmp_path / "home", database=f"sqlite:///{tmp_path / 'empty.db'}", environment={})
    plain = [path for path in PAGES if "{" not in path]
    needed = {listing.name: {one.name: one.example for one in listing.filters if one.needed} for listing in LISTS}
    empty = [f"/lists/{name}?{urlencode(asked)}" for name, asked in needed.items()]
    with open_application(copy_of(founded_sqlite, settings)) as application:
        application.views.catch_up()
        for viewer in (everywhere(application, "officer-lin"), PUBLIC):
            with client_of(application, viewer) as client:
                for path in (*plain, *empty):
                    answer = client.get(path, headers={"accept": "text/html"}, follow_redirects=False)
                    # An office of a kind cannot be ranked among others where it is the only one.
                    assert answer.status_code in (200, 303, 401, 403, 404) or "rank" in path, path
                    told = "html" in answer.headers.get("content-type", "")
                    assert not told or "<h1" in answer.text, path
