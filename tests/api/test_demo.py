"""The made-up city: the same on every machine, told through the use cases, and never over somebody's ledger."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from html.parser import HTMLParser
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from api.demo import stories
from api.demo.cases import load_matters
from api.demo.stage import demo_clock, set_stage
from api.main import open_application
from api.settings import Settings, load_settings
from tests.api.clients import client_of
from tests.api.conftest import runner
from tests.api.demo_city import open_city

FEW = tuple(part._replace(cases=min(part.cases, 20)) for part in stories.PROGRAMME[:3])


def _home(folder: Path) -> Settings:
    return load_settings(home=folder, language="en", environment={})


@pytest.fixture(scope="module")
def city(demo_city: Settings) -> Settings:
    """The city that all tests of the process share, already told."""
    return demo_city


def test_the_city_verifies_and_has_something_to_show(city: Settings) -> None:
    verified = runner(city)("verify", "--json").json
    assert verified["ok"]
    assert verified["disclosures"]["erased"] == 8
    told = runner(city)("demo", "--no-serve", "--json").json
    assert (told["cases"], told["size"], told["url"]) == (told["cases"], verified["size"], None)
    assert 420 <= told["cases"] <= 480
    assert told["overdue"] > 0


def test_the_city_is_the_same_on_every_telling(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stories, "PROGRAMME", FEW)
    roots = []
    for name in ("one", "two"):
        again = _home(tmp_path / name)
        set_stage(again, lambda done, total: None)
        roots.append(runner(again)("verify", "--no-views", "--json").json["root"])
    assert roots[0] == roots[1]


def test_a_copy_of_the_city_is_a_whole_ledger_of_its_own(demo_home: Settings, city: Settings) -> None:
    with open_city(city) as shared, open_city(demo_home) as copied:
        assert copied.ledger.root() == shared.ledger.root()
        assert copied.key("officer-lin").public == shared.key("officer-lin").public


def test_its_clock_goes_on_from_the_last_day(city: Settings) -> None:
    clock = demo_clock(city)
    assert clock is not None
    ends_at = datetime.fromisoformat(json.loads(city.demo_marker.read_text())["ends_at"])
    assert ends_at <= clock() < ends_at + timedelta(minutes=10)


def test_a_ledger_that_is_no_demonstration_is_left_alone(settings: Settings) -> None:
    run = runner(settings)
    assert run("init").code == 0
    size = run("tick", "--json").json["size"]
    answer = run("demo", "--no-serve")
    assert answer.code == 2
    assert "no demonstration" in answer.err
    assert run("tick", "--json").json["size"] == size


def test_a_demonstration_left_unfinished_says_so(tmp_path: Path) -> None:
    settings = _home(tmp_path / "home")
    settings.home.mkdir()
    settings.demo_marker.write_text('{"complete": false}')
    answer = runner(settings)("demo", "--no-serve")
    assert answer.code == 2
    assert "unfinished" in answer.err


def test_an_ordinary_ledger_has_the_machines_clock(tmp_path: Path) -> None:
    assert demo_clock(_home(tmp_path)) is None


class _Page(HTMLParser):
    """Collects links, and what a strict policy forbids."""

    def __init__(self) -> None:
        super().__init__()
        self.links: list[str] = []
        self.forbidden: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note a start tag."""
        names = {name for name, _ in attrs}
        if tag in ("script", "style", "iframe") or "style" in names or any(name.startswith("on") for name in names):
            self.forbidden.append(tag)
        self.links += [value or "" for name, value in attrs if name in ("href", "src")]


@pytest.fixture(scope="module")
def client(city: Settings) -> Iterator[TestClient]:
    """A browser without scripts, on the city."""
    clock = demo_clock(city)
    assert clock is not None
    with (
        open_application(city, clock=clock) as application,
        client_of(application, raising=True) as made,
    ):
        yield made


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_overdue_page_lists_what_the_endpoint_lists_and_opens_each_case(client: TestClient, lang: str) -> None:
    answer = client.get(f"/lists/overdue?lang={lang}")
    page = _Page()
    page.feed(answer.text)
    assert (answer.status_code, page.forbidden) == (200, [])
    rows = client.get("/api/overdue?limit=50").json()["rows"]
    cases = [link.partition("?")[0] for link in page.links if link.startswith("/cases/")]
    assert cases == [f"/cases/{row['case']}/replay" for row in rows]
    assert ("已超期的时限" in answer.text) is (lang == "zh")
    history = client.get(f"/cases/{rows[0]['case']}?lang={lang}")
    page = _Page()
    page.feed(history.text)
    assert (history.status_code, page.forbidden) == (200, [])
    assert ("有效(刚刚核验)" if lang == "zh" else "good (checked just now)") in history.text
    assert ("民法典" if lang == "zh" else "Civil Code") in history.text


def test_the_page_is_chinese_first_and_its_filters_stand_in_the_address(client: TestClient) -> None:
    assert '<html lang="zh-CN">' in client.get("/").text
    narrowed = client.get("/lists/overdue?unit=renewal&clock=HANDLE&as_of=2025-12-31&lang=en").text
    assert 'value="renewal" selected' in narrowed
    assert 'value="2025-12-31"' in narrowed
    assert "unit=renewal" in narrowed
    empty = client.get("/lists/overdue?as_of=2024-06-01&lang=en").text
    assert "no row fits" in empty


def test_pages_and_style_carry_a_strict_policy_and_load_nothing_from_elsewhere(client: TestClient) -> None:
    for address in ("/", "/static/style.css", "/nothing"):
        answer = client.get(address)
        assert answer.headers["content-security-policy"].startswith("default-src 'none'")
        assert answer.headers["x-content-type-options"] == "nosniff"
    page = _Page()
    page.feed(client.get("/").text)
    assert all(link.startswith(("/", "#")) for link in page.links)
    assert "url(" not in client.get("/static/style.css").text


def test_no_sealed_text_reaches_a_page(client: TestClient, city: Settings) -> None:
    texts = {matter["subject"] for matter in load_matters()}
    rows = client.get("/api/overdue?limit=50").json()["rows"]
    pages = (
        client.get("/").text
        + client.get("/lists/overdue").text
        + "".join(client.get(f"/cases/{row['case']}").text for row in rows[:10])
    )
    assert not any(text in pages for text in texts)
    assert "信访人甲" not in pages
