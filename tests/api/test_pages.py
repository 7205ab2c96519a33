"""Every table on a page is its JSON endpoint and its file; what is refused is a page that says so."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from api.access.viewer import PUBLIC, Seat, Viewer
from api.http.deeds import DEEDS, DESK, TRACKS, deeds_of, roles_for, stream_of
from api.http.rendering import MENU, Addresses, may_open
from api.lists.catalogue import BY_NAME, LISTS
from api.lists.listing import Listing
from api.lists.tables import cell_of
from api.main import Application
from api.settings import Settings
from domain.people import NOW
from projections.packages_answers import packages
from tests.api.clients import FixedSessions, client_of
from tests.api.demo_city import open_city
from tests.benchmarks.bench_procedure import long_case
from tests.benchmarks.procedures import found_bureaus

HTML = {"accept": "text/html"}
PAGE = 50
AS_OF, KNOWN_AT = "2026-03-31", "4500"
MOST_BYTES = 150_000
CODE = re.compile(r"[A-Za-z][A-Za-z_]*_[A-Za-z_]+")
EXAMPLES = {"rank": {"figure": "on_time_reply_rate"}}


class Tables(HTMLParser):
    """The tables of a page by their list: columns, and the values of the cells, as text where nothing else is said."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: dict[str, tuple[list[str], list[list[str]]]] = {}
        self.shown: list[str] = []
        self._list = ""
        self._value: str | None = None
        self._text: str | None = None
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = dict(attrs)
        if tag == "table":
            self._list = told.get("data-list") or ""
            self.found[self._list] = ([], [])
        elif tag == "th" and "data-column" in told:
            self.found[self._list][0].append(told["data-column"] or "")
        elif tag == "tr" and self._list:
            self.found[self._list][1].append([])
        elif tag in ("td", "th") and self._list:
            self._value, self._text = told.get("data-value"), ""

    def handle_data(self, data: str) -> None:
        if self._text is not None:
            self._text += data

    def handle_endtag(self, tag: str) -> None:
        if tag in ("td", "th") and self._text is not None and self._list:
            self.shown.append(self._text)
            self.found[self._list][1][-1].append(self._text if self._value is None else self._value)
            self._text = None
        elif tag == "table":
            self._list = ""

    def rows(self, name: str) -> list[dict[str, str]]:
        """The rows of a list's table by column."""
        columns, (_, *rows) = self.found[name]
        return [dict(zip(columns, row, strict=False)) for row in rows]


@pytest.fixture(scope="module")
def city(demo_city: Settings) -> Iterator[Application]:
    """The demonstration city, open."""
    with open_city(demo_city) as opened:
        yield opened


@pytest.fixture(scope="module")
def client(city: Application) -> Iterator[TestClient]:
    """A client that may look everywhere."""
    with client_of(city) as made:
        yield made


def _asked(listing: Listing) -> dict[str, str]:
    needed = {known.name: known.example for known in listing.filters if known.needed}
    return {"as_of": AS_OF, "known_at": KNOWN_AT, **needed, **EXAMPLES.get(listing.name, {})}


def _raw(value: Any) -> str:
    plain = cell_of(value)
    return "" if plain is None else str(plain)


@pytest.mark.parametrize("name", BY_NAME)
def test_the_table_of_a_list_is_its_endpoint_and_its_file(client: TestClient, name: str) -> None:
    asked = _asked(BY_NAME[name])
    page = client.get(f"/lists/{name}", params=asked, headers=HTML)
    told = client.get(f"/api/{name}", params={**asked, **({"limit": "50"} if BY_NAME[name].paged else {})})
    if told.status_code != 200:
        assert page.status_code == told.status_code
        assert told.json()["title"] in page.text
        return
    rows = told.json()["rows"]
    if not rows:
        assert "没有符合条件的行" in page.text
        return
    shown = Tables(page.text).rows(name)
    assert len(shown) == len(rows)
    file = client.get(f"/api/{name}.csv", params=asked).content.decode("utf-8-sig")
    _, *lines = csv.reader(io.StringIO(file))
    for seen, row, line in zip(shown, rows, lines, strict=False):
        of_file = dict(zip(BY_NAME[name].columns, line, strict=True))
        for column, value in seen.items():
            if column:
                assert value == _raw(row[column]), column
                assert of_file[column].removeprefix("'") == _raw(row[column]), column


@pytest.mark.parametrize("listing", LISTS, ids=[listing.name for listing in LISTS])
def test_no_word_of_a_vocabulary_is_shown_as_its_code(client: TestClient, listing: Listing) -> None:
    page = client.get(f"/lists/{listing.name}", params=_asked(listing), headers=HTML)
    told = [cell for cell in Tables(page.text).shown if CODE.fullmatch(cell)]
    assert told == []


def test_the_overview_shows_the_lists_that_its_endpoints_list(client: TestClient) -> None:
    page = client.get("/", params={"as_of": AS_OF}, headers=HTML)
    tables = Tables(page.text)
    for name in ("supervision", "package-board", "must-be-packaged", "patrol-counts", "workload"):
        rows = client.get(f"/api/{name}", params={"as_of": AS_OF}).json()["rows"]
        shown = tables.rows(name) if name in tables.found else []
        assert shown == [{key: _raw(row[key]) for key in seen} for seen, row in zip(shown, rows, strict=False)], name
        assert len(shown) == len(rows) or len(shown) == 8
    overdue = client.get("/api/overdue", params={"as_of": AS_OF, "limit": 1000}).json()["rows"]
    counted = {row["unit"]: row for row in tables.rows("overdue-counts-unit")}
    assert {unit: int(row["overdue"]) for unit, row in counted.items()} == {
        unit: sum(row["unit"] == unit for row in overdue) for unit in {row["unit"] for row in overdue}
    }
    for by in ("unit", "clock", "leader"):
        told = client.get("/api/overdue-counts", params={"as_of": AS_OF, "by": by}).json()["rows"]
        assert [row["overdue"] for row in tables.rows(f"overdue-counts-{by}")] == [str(row["overdue"]) for row in told]
        assert sum(row["overdue"] for row in told) == len(overdue)
        for row in told:
            exact = client.get(row["links"]["overdue"] + "&limit=1000").json()["rows"] if row.get("links") else None
            assert exact is None or len(exact) == row["with_below"]
    tiles = dict(re.findall(r'data-tile="(\w+)"><strong>(\d+)', page.text))
    assert int(tiles["overdue"]) == len(overdue)


def test_a_month_is_the_overview_as_of_its_last_day_and_what_can_be_begun_stands_beside_the_rows(
    client: TestClient,
) -> None:
    month, day = (
        client.get("/", params=asked, headers=HTML).text for asked in ({"month": "2025-11"}, {"as_of": "2025-11-30"})
    )
    tiles = [re.findall(r'data-tile="(\w+)"><strong>(\d+)', page) for page in (month, day)]
    assert tiles[0] == tiles[1] != []
    assert 'name="as_of" value=""' in month
    assert "/desk/cases/" in month.partition('data-list="supervision"')[2].partition("</table>")[0]


def test_the_preview_of_a_bulletin_is_what_its_documents_say(client: TestClient) -> None:
    page = client.get("/bulletin", params={"month": "2025-11", "lang": "en"}, headers=HTML)
    assert len(page.content) < MOST_BYTES
    address = re.findall(r'href="(/api/bulletins/2025-11\.json[^"]*)"', page.text)[0].replace("&amp;", "&")
    told = client.get(address).json()
    rows = page.text.partition('data-sheet="figures"')[2].partition("</table>")[0].count("<tr>") - 1
    assert rows == len(told["figures"])
    assert f"the first {told['known_at'][0]['size']} entries" in page.text
    assert page.text.count("<svg") >= 4
    assert client.get("/bulletin?month=2025-13", headers=HTML).status_code == 400


def test_what_changed_on_a_page_is_what_the_endpoint_says(client: TestClient) -> None:
    asked = {"from": "2025-11-30", "to": "2025-12-31", "unit": "renewal"}
    page = client.get("/changes", params={**asked, "lang": "en"}, headers=HTML).text
    told = client.get("/api/diff", params=asked).json()
    assert f"{told['came']} came, {told['went']} went; {told['total']} changes in all." in page
    assert page.partition("data-changes")[2].count('scope="row"') == len(told["changes"]) > 0
    assert client.get("/changes", headers=HTML).status_code == 200
    assert client.get("/changes?from=then", headers=HTML).status_code == 400


def test_the_figures_of_a_month_are_those_of_the_endpoint(client: TestClient) -> None:
    asked = {"month": "2025-11", "unit": "housing"}
    tables = Tables(client.get("/figures", params={**asked, "figure": "on_time_reply_rate"}, headers=HTML).text)
    rows = client.get("/api/figures", params=asked).json()["rows"]
    assert [(row["id"], row["numerator"]) for row in tables.rows("figures")] == [
        (row["id"], _raw(row["numerator"])) for row in rows
    ]
    series = client.get("/api/series", params={"unit": "housing", "figure": "on_time_reply_rate"}).json()["rows"]
    assert [row["value"] for row in tables.rows("series")] == [_raw(row["value"]) for row in series]


def test_the_replay_of_a_page_is_that_of_the_endpoint(client: TestClient, city: Application) -> None:
    case = max(packages(city.reader, city.clock()).rows, key=lambda row: (row.personal_acts, row.case)).case
    told = client.get(f"/api/cases/{case}/replay").json()
    for number, step in enumerate(told["steps"], 1):
        page = client.get(f"/cases/{case}/replay", params={"step": number, "lang": "en"}, headers=HTML).text
        assert f'data-step="{number}" data-count="{len(told["steps"])}"' in page
        changed = {field.partition(".")[0] for field in re.findall(r'class="changed" data-field="([a-z_.]+)"', page)}
        assert changed == {field for field, pair in step["changed"].items() if pair["before"] or pair["after"]}
        assert f"{step['index']} · act {step['seq']} of the case" in page
        assert page.count('class="gap') == sum(
            found["quiet"] or found["idle_days"] >= 7 for found in (*told["steps"], told)
        )


@pytest.mark.parametrize("acts", [120, pytest.param(2_000, marks=pytest.mark.soak)])
def test_a_long_case_is_a_light_page(tmp_path: Path, acts: int) -> None:
    with found_bureaus(tmp_path / "home", f"sqlite:///{tmp_path / 'sundial.db'}") as bureaus:
        case = long_case(bureaus, acts)
        with client_of(bureaus.application) as client:
            for asked in ({}, {"step": "60"}, {"view": "compact"}):
                page = client.get(f"/{case.replace('case/', 'cases/')}/replay", params=asked, headers=HTML)
                assert page.status_code == 200
                assert f'data-count="{acts}"' in page.text
                assert len(page.content) < MOST_BYTES


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("/nowhere", 404),
        ("/lists/nothing", 404),
        ("/static/secrets.txt", 404),
        ("/static/..%2fapp.py", 404),
        ("/cases/" + "0" * 32 + "/replay", 404),
        ("/cases/0/replay", 422),
        ("/?lang=<script>alert(1)</script>", 422),
        ("/lists/overdue?unit=<script>alert(1)</script>", 404),
        ("/lists/overdue?clock=<script>alert(1)</script>", 400),
        ("/lists/overdue?as_of=9999999-01-01", 400),
        ("/lists/due-soon?days=-1", 400),
        ("/lists/overdue?cursor=zzz", 400),
        ("/?as_of=then", 400),
        ("/figures?month=2025-13", 400),
        ("/figures?figure=nonsense", 404),
        ("/lists/overdue?known_at=999999999", 400),
    ],
)
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_what_is_refused_is_a_page_where_pages_are_read(
    client: TestClient, address: str, status: int, lang: str
) -> None:
    answer = client.get(address, headers={**HTML, "accept-language": lang})
    assert answer.status_code == status
    assert answer.headers["content-type"].startswith("text/html")
    assert "<h1>" in answer.text
    assert "<script>alert" not in answer.text
    assert "<main" in answer.text


def test_data_is_refused_with_a_problem_document(client: TestClient) -> None:
    assert client.get("/nowhere").headers["content-type"] == "application/problem+json"


def test_the_menu_has_what_the_table_of_rights_lets_a_viewer_open() -> None:
    everybody = {door.path for door in MENU if may_open(PUBLIC, door.path)}
    handler = Viewer("staff", officer="officer-x", seats=(Seat("office", "post", ("handler",)),), csrf="token")
    own = {door.path for door in MENU if may_open(handler, door.path)}
    assert "/" not in everybody
    assert {"/", "/lists", "/figures"} <= own
    assert everybody <= own


def test_htmx_comes_out_of_its_installed_package(client: TestClient) -> None:
    answer = client.get("/static/htmx.js")
    assert answer.headers["content-type"].startswith("text/javascript")
    assert b"htmx" in answer.content


@pytest.mark.parametrize("name", sorted({*DEEDS, *TRACKS}))
def test_what_a_list_offers_is_for_whoever_has_the_role_and_leads_to_its_form(
    city: Application, client: TestClient, name: str
) -> None:
    people, asked = city.ledger.reference().people, {known.name: known.example for known in BY_NAME[name].filters}
    needed = {known.name: asked[known.name] for known in BY_NAME[name].filters if known.needed}
    rows = client.get(f"/api/{name}", params={**needed, "limit": 200}).json()["rows"]
    offered: dict[str, tuple[Viewer, str]] = {}
    for (office, post, officer), tenures in people.tenures.items():
        duties = people.posts[office, post].duties
        viewer = Viewer("staff", officer=officer, seats=(Seat(office, post, duties),), csrf="token")
        for row in rows if tenures[-1].until == NOW else ():
            deeds = deeds_of(viewer, people, name, row, Addresses("en"))
            assert [action for action, _ in deeds].count(DESK) == bool(stream_of(name, row))
            for action, address in deeds:
                assert action == DESK or roles_for(action) & set(duties)
                offered.setdefault(action, (viewer, address))
        assert not rows or deeds_of(PUBLIC, people, name, rows[0], Addresses("en")) == []
    sessions: FixedSessions = client.app.state.sessions  # type: ignore[attr-defined]
    before = sessions.fixed
    try:
        for action, (viewer, address) in offered.items():
            sessions.fixed = viewer
            answer = client.get(address, headers=HTML)
            within = answer.status_code == 404 and "bounds" in answer.text
            assert answer.status_code == 200 or within, (action, address)
    finally:
        sessions.fixed = before
    unseen = {deed.action for deed in DEEDS.get(name, ())} - set(offered)
    assert not rows or unseen <= {"case.suggestion_decided.v1", "conference.decided.v1", "conference.task_set.v1"}
