"""Every list says the same as JSON, CSV and XLSX, in pages or whole, and refuses what it cannot read."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from typing import Any

import openpyxl
import pytest
from starlette.routing import Match
from starlette.testclient import TestClient

from api.http.shortcut import Shortcut
from api.lists.catalogue import LISTS
from api.lists.listing import Listing
from api.lists.routes import json_routes
from api.lists.tables import cell_of, write_csv, write_xlsx
from api.main import Application
from api.settings import Settings
from api.wording import Wording
from tests.api.clients import client_of
from tests.api.demo_city import open_city

EVERY_LIST = pytest.mark.parametrize("listing", LISTS, ids=lambda listing: listing.name)


@pytest.fixture(scope="module")
def city(demo_city: Settings) -> Iterator[Application]:
    """The demonstration city, open."""
    with open_city(demo_city) as opened:
        yield opened


@pytest.fixture(scope="module")
def client(city: Application) -> Iterator[TestClient]:
    """A client of it."""
    with client_of(city) as made:
        yield made


def _needed(listing: Listing) -> dict[str, str]:
    return {known.name: known.example for known in listing.filters if known.needed}


def _rows(client: TestClient, listing: Listing, **asked: Any) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    cursor = None
    while True:
        answer = client.get(
            f"/api/{listing.name}", params={"limit": 1000, "cursor": cursor, **_needed(listing), **asked}
        )
        assert answer.status_code == 200, answer.text
        document = answer.json()
        rows += document["rows"]
        cursor = document["cursor"]
        if cursor is None:
            return rows


@EVERY_LIST
def test_the_files_hold_exactly_the_rows_of_the_endpoint(client: TestClient, listing: Listing) -> None:
    asked = {**_needed(listing), "as_of": "2026-04-30"}
    rows = _rows(client, listing, as_of="2026-04-30")
    expected = [["" if (cell := cell_of(row[name])) is None else str(cell) for name in listing.columns] for row in rows]
    text = client.get(f"/api/{listing.name}.csv", params=asked).content.decode("utf-8-sig")
    told = list(csv.reader(io.StringIO(text)))
    assert [[cell.removeprefix("'") for cell in line] for line in told[1:]] == expected
    book = openpyxl.load_workbook(io.BytesIO(client.get(f"/api/{listing.name}.xlsx", params=asked).content))
    sheet = [[_text(cell) for cell in line] for line in book.worksheets[0].iter_rows(values_only=True)]
    assert sheet[1:] == expected
    assert told[0] == sheet[0] == [Wording("zh")(f"columns.{name}") for name in listing.columns]


def _text(value: Any) -> str:
    if value is None:
        return ""
    return str(value.date()) if hasattr(value, "date") else str(value)


@EVERY_LIST
def test_pages_follow_one_another_without_a_gap(client: TestClient, listing: Listing) -> None:
    whole = _rows(client, listing)
    if not listing.paged:
        return
    paged: list[dict[str, Any]] = []
    cursor = None
    while True:
        size = max(len(whole) // 3, 1)
        answer = client.get(f"/api/{listing.name}", params={"limit": size, "cursor": cursor, **_needed(listing)})
        assert answer.status_code == 200, answer.text
        document = answer.json()
        paged += document["rows"]
        cursor = document["cursor"]
        if cursor is None:
            break
    assert paged == whole


@pytest.mark.parametrize(
    ("path", "query", "short"),
    [
        ("/api/overdue", b"as_of=2026-04-30&limit=7&unit=housing", True),
        ("/api/overdue", b"", True),
        ("/api/overdue", b"limit=7&limit=7", False),
        ("/api/overdue", b"limit=0", False),
        ("/api/overdue", b"limit=", False),
        ("/api/overdue", b"as_of=" + b"1" * 41, False),
        ("/api/overdue.csv", b"", False),
    ],
)
def test_a_plain_question_goes_the_short_way(city: Application, path: str, query: bytes, short: bool) -> None:
    scope = {"type": "http", "method": "GET", "path": path, "query_string": query}
    assert (Shortcut(json_routes(), city).matches(scope)[0] is Match.FULL) == short


@EVERY_LIST
def test_the_short_way_and_the_long_way_answer_alike(client: TestClient, listing: Listing) -> None:
    """A parameter that stands there twice sends a question the long way."""
    asked = [*_needed(listing).items(), ("as_of", "2026-04-30")]
    for more in ([("limit", "7")], [("unit", "no-such")], [("limit", "0")], [("known_at", "x" * 21)], [("unit", "")]):
        short = client.get(f"/api/{listing.name}", params=[*asked, *more])
        long = client.get(f"/api/{listing.name}", params=[*asked, *more, ("twice", "1"), ("twice", "1")])
        assert (short.status_code, short.content) == (long.status_code, long.content)
        assert {**short.headers, "x-request-id": ""} == {**long.headers, "x-request-id": ""}


@EVERY_LIST
def test_what_was_answered_once_is_not_sent_again(client: TestClient, listing: Listing) -> None:
    first = client.get(f"/api/{listing.name}", params={"as_of": "2025-12-31", **_needed(listing)})
    again = client.get(
        f"/api/{listing.name}",
        params={"as_of": "2025-12-31", **_needed(listing)},
        headers={"if-none-match": first.headers["etag"]},
    )
    assert (again.status_code, again.content) == (304, b"")
    other = client.get(f"/api/{listing.name}", params={"as_of": "2025-11-30", **_needed(listing)})
    assert other.headers["etag"] != first.headers["etag"]


@EVERY_LIST
def test_both_axes_reach_from_before_the_first_act_to_after_the_last(client: TestClient, listing: Listing) -> None:
    for asked in ({"as_of": "1990-01-01"}, {"as_of": "2999-12-31"}, {"known_at": "0"}, {"known_at": "2025-01-01"}):
        answer = client.get(f"/api/{listing.name}", params={**_needed(listing), **asked})
        if listing.name == "rank" and answer.status_code == 400:
            assert answer.json()["code"] == "rank_refused"
            assert answer.json()["detail"]
            continue
        assert answer.status_code == 200, (asked, answer.text)
        assert answer.json()["known_at"][0]["origin"]


@EVERY_LIST
def test_nonsense_is_refused_without_being_repeated(client: TestClient, listing: Listing) -> None:
    for name, value in (("as_of", "<nonsense>"), ("known_at", "<nonsense>"), ("known_at", "99999999"), ("limit", "0")):
        answer = client.get(f"/api/{listing.name}", params={**_needed(listing), name: value})
        assert answer.status_code in (400, 422), (name, value, answer.text)
        assert "nonsense" not in answer.text
    for known in listing.filters:
        answer = client.get(f"/api/{listing.name}", params={**_needed(listing), known.name: "\x01<nonsense>"})
        assert answer.status_code in (400, 404, 422), (known.name, answer.text)
        assert "nonsense" not in answer.text
    if listing.paged:
        assert (
            client.get(f"/api/{listing.name}", params={"cursor": "bm9uc2Vuc2U", **_needed(listing)}).status_code == 400
        )


@EVERY_LIST
def test_no_word_and_no_moment_makes_the_server_fail(client: TestClient, listing: Listing) -> None:
    asked = [{known.name: word} for known in listing.filters for word in ("zzz", "ZZZ", "2025-02-30", "10000")]
    moments = ("0001-01-01T00:00:00+10:00", "0001-01-01", "9999-12-31T23:59:59-10:00", "1900-01-01", "2999-12-31")
    for wish in (*asked, *({"as_of": moment} for moment in moments)):
        answer = client.get(f"/api/{listing.name}", params={**_needed(listing), **wish})
        assert answer.status_code < 500, (wish, answer.text)


def test_an_unknown_unit_is_not_there(client: TestClient) -> None:
    assert client.get("/api/overdue", params={"unit": "no-such-office"}).status_code == 404


def test_nothing_in_a_file_is_a_formula() -> None:
    dangerous = ["=1+1", "+1", "-1+2", "@SUM(A1)", "\t=1", "＝1", "plain"]
    (line,) = list(csv.reader(io.StringIO(write_csv(["a"] * 7, [dangerous]).decode("utf-8-sig"))))[1:]
    assert line == [*(f"'{text}" for text in dangerous[:-1]), "plain"]
    book = openpyxl.load_workbook(io.BytesIO(write_xlsx("t", ["a"] * 7, [dangerous])))
    assert [cell.data_type for cell in next(book.worksheets[0].iter_rows(min_row=2))] == ["s"] * 7


def test_a_file_has_the_same_bytes_each_time() -> None:
    rows = [("x", 1, True), ("y", 2, False)]
    assert write_xlsx("t", ["a", "b", "c"], rows) == write_xlsx("t", ["a", "b", "c"], rows)


def test_every_column_has_a_heading_in_both_languages() -> None:
    for language in ("zh", "en"):
        say = Wording(language)
        assert all(say(f"columns.{name}") for listing in LISTS for name in listing.columns)
