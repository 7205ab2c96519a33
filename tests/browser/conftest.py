"""One real server over the demonstration city and one real Chromium for all browser tests of a process.

    def test_something(reader: Reader) -> None:
        reader.sign_in("heng")
        reader.open("/lists/overdue?lang=en")
        reader.check()

A `Reader` is a page in a context of its own; when its test ends, there must have been no violation of the content
security policy, no error in the console and no request to anywhere but the server.
"""

from __future__ import annotations

import os
import shutil
import socket
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import noto_cjk_sans_otc  # type: ignore[import-untyped]
import pytest
import uvicorn
from axe_playwright_python.sync_playwright import Axe
from fastapi import FastAPI
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from api.access.sessions import Sessions
from api.http.app import build_app
from api.main import Application
from api.settings import Settings
from tests.api.clients import open_door
from tests.api.demo_city import copy_city, open_city

CHROMIUM = ("chromium", "chromium-browser", "google-chrome")
ARGUMENTS = ["--no-sandbox", "--disable-background-networking", "--disable-dev-shm-usage"]
WIDE, NARROW = (1440, 900), (360, 740)
SEEN = [
    pytest.param("zh", WIDE, id="zh 1440"),
    pytest.param("en", NARROW, id="en 360"),
    pytest.param("zh", NARROW, id="zh 360", marks=pytest.mark.soak),
    pytest.param("en", WIDE, id="en 1440", marks=pytest.mark.soak),
]
"""How pages are looked at: both languages and both widths in the ordinary run, all four pairs in the long one."""
PASSWORD = "a long enough password"
ACCOUNTS = {
    "heng": "officer-heng",
    "lin": "officer-lin",
    "an": "officer-an",
    "yan": "officer-yan",
    "zheng": "officer-zheng",
}
FONTS = """<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig><include ignore_missing="yes">{system}</include>
<dir>{packaged}</dir><cachedir>{cache}</cachedir></fontconfig>
"""
PATIENCE_MS = 30_000


@dataclass(frozen=True)
class Site:
    """The server: its address, and what runs behind it."""

    url: str
    application: Application
    sessions: Sessions
    app: FastAPI


@pytest.fixture(scope="session")
def site(demo_city: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A real server on a port of its own, over a copy of the demonstration city, with accounts of some officers."""
    folder = tmp_path_factory.mktemp("site")
    with (
        open_city(copy_city(demo_city, folder / "home")) as application,
        open_door(application, folder / "access.db") as sessions,
        socket.socket() as listening,
    ):
        for name, officer in ACCOUNTS.items():
            sessions.set_password(name, officer, PASSWORD)
        listening.bind(("127.0.0.1", 0))
        app = build_app(application, sessions)
        config = uvicorn.Config(app, log_level="critical", access_log=False, ws="none", lifespan="off")
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        yield Site(f"http://127.0.0.1:{listening.getsockname()[1]}", application, sessions, app)
        server.should_exit = True
        thread.join()


@pytest.fixture(scope="session")
def fonts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A font configuration that has the packaged Chinese type besides whatever the system has."""
    folder = tmp_path_factory.mktemp("fonts")
    packaged = Path(noto_cjk_sans_otc.__file__).parent
    found = folder / "fonts.conf"
    found.write_text(FONTS.format(system="/etc/fonts/fonts.conf", packaged=packaged, cache=folder / "cache"))
    return found


@pytest.fixture(scope="session")
def browser(fonts: Path) -> Iterator[Browser]:
    """Chromium without a window. A missing one fails: pages are never tested by half."""
    found = next((path for path in map(shutil.which, CHROMIUM) if path), None)
    if found is None:
        pytest.fail("the browser tests need Chromium; on Debian: apt-get install chromium")
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(
            executable_path=found, args=ARGUMENTS, env={**os.environ, "FONTCONFIG_FILE": str(fonts)}
        )
        yield opened
        opened.close()


class Reader:
    """Somebody before a browser."""

    def __init__(self, site: Site, context: BrowserContext, pictures: Path | None) -> None:
        """Open an empty page and write down what must not happen."""
        self.site = site
        self.context = context
        self.page: Page = context.new_page()
        self.faults: list[str] = []
        self._pictures = pictures
        self.page.set_default_timeout(PATIENCE_MS)
        self.page.on("console", lambda said: self.faults.append(said.text) if _is_fault(said) else None)
        self.page.on("pageerror", lambda error: self.faults.append(str(error)))
        self.page.on("request", self._watch)

    def _watch(self, request: Any) -> None:
        if not request.url.startswith((self.site.url, "data:", "blob:")):
            self.faults.append(f"asked {request.url}")

    def open(self, path: str) -> int:
        """Go to a page of the server and return its status."""
        answer = self.page.goto(self.site.url + path)
        assert answer is not None
        return answer.status

    def sign_in(self, name: str) -> None:
        """Sign in through the door, as a person does."""
        self.open("/sign-in?lang=en")
        self.page.fill("input[name=name]", name)
        self.page.fill("input[name=password]", PASSWORD)
        self.page.press("input[name=password]", "Enter")
        self.page.wait_for_url(lambda url: "/sign-in" not in url)

    def check(self, name: str = "") -> None:
        """Check the page that is shown: nothing for axe-core to find, nothing wider than the window.

        A picture of it is written if `--pictures` names a folder and the page has a name.
        """
        found = Axe().run(self.page)
        assert found.violations_count == 0, found.generate_report()
        width = self.page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
        assert width <= 0, f"{self.page.url} is {width} px too wide"
        if name and self._pictures is not None:
            self.page.screenshot(path=self._pictures / f"{name}.png")


def _is_fault(said: Any) -> bool:
    """Say whether a line of the console is a fault; a refusal that a test asked for is none."""
    return said.type == "error" and "the server responded with a status of 4" not in said.text


MakeReader = Callable[..., Reader]


@pytest.fixture
def readers(site: Site, browser: Browser, request: pytest.FixtureRequest) -> Iterator[MakeReader]:
    """Make readers: `readers(size=NARROW, scripts=False, account="su")`; at the end none may have met a fault."""
    made: list[Reader] = []
    folder = request.config.getoption("--pictures")
    pictures = Path(folder) if folder else None
    if pictures is not None:
        pictures.mkdir(parents=True, exist_ok=True)

    def make(size: tuple[int, int] = WIDE, *, scripts: bool = True, account: str = "", case: str = "") -> Reader:
        context = browser.new_context(
            viewport={"width": size[0], "height": size[1]},
            java_script_enabled=scripts,
            locale="zh-CN",
        )
        if account or case:
            token = site.sessions.open(account=account, case=case)
            context.add_cookies([{"name": "sundial_session", "value": token, "url": site.url}])
        made.append(Reader(site, context, pictures))
        return made[-1]

    yield make
    for reader in made:
        reader.context.close()
    assert [fault for reader in made for fault in reader.faults] == []


@pytest.fixture
def reader(readers: MakeReader) -> Reader:
    """One reader before a wide window, with scripts, not signed in."""
    return readers()
