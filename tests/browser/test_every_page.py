"""Every page that the table of rights names, in one walk: nothing for axe-core to find, nothing against the policy.

Pages are not listed here: they are the rows of the table that answer with HTML. One with a name in its path is reached
by a link on a page walked before, as a person reaches it; a page that nothing leads to fails the walk.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Final
from urllib.parse import urlsplit

import pytest

from api.access.rows import TABLE
from api.access.table import FILES, Row
from api.access.viewer import seats_of
from api.publishing.schedule import publish_once
from projections.overdue import overdue
from tests.browser.conftest import NARROW, PASSWORD, WIDE, MakeReader, Reader, Site

NO_PAGES: Final = re.compile(r"/(api|static|tile|feeds)/|/(openapi\.json|metrics|checkpoint)$")
"""What answers with something other than a page by its place; files are told by how their paths end."""
ENDINGS: Final = (*FILES, ".json", "/files/{number}")
REFUSED: Final[Mapping[str, int]] = {"/sign-in/oidc": 404, "/sign-in/oidc/callback": 404}
"""Pages that a site like this one refuses, since it has no identity provider: what is walked then is the refusal."""
INSPECTOR: Final = {"account": "yan"}
REASON: Final = "/cases/{case}/reason"
"""A page that stands in the place of another, for who has not said why he looks: it has no link."""
Check = Callable[[Reader, str, str], None]
"""Checks a page as somebody: the reader, the path in the table, the address."""


def _is_page(row: Row) -> bool:
    inside = NO_PAGES.match(row.path) is None and not row.path.endswith(ENDINGS)
    return row.method == "GET" and inside


def _who(row: Row) -> str:
    """Who walks a page, by the widest of its grants: nobody, the petitioner, the window or the inspector."""
    roles = {grant.role for grant in row.grants}
    return next((one for one in ("public", "handler", "petitioner") if one in roles), "inspector")


def _window(site: Site) -> tuple[str, str]:
    """An officer who handles cases at an office of which a clock is overdue, and the case."""
    people = site.application.ledger.reference().people
    rows = {row.unit: row.case for row in overdue(site.application.reader, site.application.clock()).rows}
    return next(
        (str(holder), rows[office])
        for office, _, holder in people.tenures
        if office in rows and any(one.office == office and "handler" in one.duties for one in seats_of(people, holder))
    )


class Walk:
    """Addresses of every page, found by following links; who opens which."""

    def __init__(self, readers: Mapping[str, Reader], case: str) -> None:
        """Take one reader a role, and a case that the window and the petitioner may open."""
        self.readers = readers
        self.links = {f"/desk/cases/{case}": "handler", REASON.replace("{case}", case): "inspector"}
        self.left = {row.path: row for row in TABLE.values() if _is_page(row)}

    def go(self, check: Check) -> None:
        """Check every page once: those that a link leads to first, then another by its own path."""
        while self.left:
            linked = next((found for path in sorted(self.left) if (found := self._linked(path))), None)
            path, who, address = linked or self._bare()
            del self.left[path]
            check(self.readers[who], path, address)
            for link in _links(self.readers[who]):
                self.links.setdefault(link, who)

    def _linked(self, path: str) -> tuple[str, str, str] | None:
        """The path, who opens it and the address, where a link leads to it: found by who opens it, if there is one."""
        wanted, who = re.compile(re.sub(r"\{\w+\}", "[^/]+", path)), _who(self.left[path])
        found = [link for link in self.links if wanted.fullmatch(urlsplit(link).path)]
        if not found:
            return None
        link = min(found, key=lambda one: (self.links[one] != who, one))
        return path, self.links[link] if who == "public" else who, link

    def _bare(self) -> tuple[str, str, str]:
        path = next((one for one in sorted(self.left) if "{" not in one), None)
        assert path is not None, f"no page leads to {sorted(self.left)}"
        return path, _who(self.left[path]), path


def _links(reader: Reader) -> Iterator[str]:
    for link in reader.page.eval_on_selector_all("main a[href]", "found => found.map(one => one.href)"):
        if link.startswith(reader.site.url):
            yield link.removeprefix(reader.site.url).partition("#")[0]


def _opens(reader: Reader, path: str, address: str, lang: str) -> None:
    """Open a page in a language. Raises AssertionError for any status but the one it must have."""
    parts = [one for one in urlsplit(address).query.split("&") if one and not one.startswith("lang=")]
    status = reader.open(f"{urlsplit(address).path}?{'&'.join([*parts, f'lang={lang}'])}")
    assert status == REFUSED.get(path, 200), (path, address, status)


def _check(lang: str) -> Check:
    def check(reader: Reader, path: str, address: str) -> None:
        _opens(reader, path, address, lang)
        reader.check()
        reader.page.keyboard.press("Tab")
        reached = "document.activeElement !== document.body || !document.querySelector('a[href], button, input')"
        assert reader.page.evaluate(reached), f"{path} does not begin at the keyboard"

    return check


def _reads(reader: Reader, path: str, address: str) -> None:
    """Without scripts a page has its heading, and says what it has to say."""
    _opens(reader, path, address, "en")
    assert reader.page.locator("h1").first.is_visible(), path
    assert reader.page.inner_text("main").strip(), path


WALKS: Final[Mapping[str, tuple[tuple[int, int], bool, Check]]] = {
    "narrow": (NARROW, True, _check("zh")),
    "wide": (WIDE, True, _check("en")),
    "without scripts": (NARROW, False, _reads),
}


@pytest.mark.parametrize("walk", ["narrow", "without scripts", pytest.param("wide", marks=pytest.mark.soak)])
def test_every_page_is_accessible_keeps_the_policy_and_can_be_read_without_scripts(
    readers: MakeReader, site: Site, walk: str
) -> None:
    publish_once(site.application)  # receipts have pages once a checkpoint covers them
    officer, case = _window(site)
    site.sessions.set_password("every-page", officer, PASSWORD)
    who = {"public": {}, "petitioner": {"case": case}, "handler": {"account": "every-page"}, "inspector": INSPECTOR}
    size, scripts, check = WALKS[walk]
    Walk({role: readers(size, scripts=scripts, **session) for role, session in who.items()}, case).go(check)
