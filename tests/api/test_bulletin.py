"""The monthly bulletin: the same bytes for the same place, the same answer later, signed, served and checked."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterator
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import Any

import docx
import openpyxl
import pytest
from docx.oxml.ns import qn
from pypdf import PdfReader
from starlette.testclient import TestClient

from api import auditor
from api.access.viewer import Seat, Viewer
from api.bulletin.contents import Bulletin, gather, recomputed, wish_for
from api.bulletin.forms import FORMS, write_bulletin
from api.errors import UsageRefused
from api.http.app import build_app
from api.main import Application
from api.settings import Settings
from projections.errors import UnitUnknown
from projections.figures_answers import figures
from projections.overdue import count_overdue, overdue
from tests.api.clients import BASE, FixedSessions, everywhere
from tests.api.conftest import runner
from tests.api.demo_city import open_city

MONTH = "2025-10"


@pytest.fixture(scope="module")
def city(demo_city: Settings) -> Iterator[Application]:
    """The demonstration city, opened once."""
    with open_city(demo_city) as application:
        yield application


@pytest.fixture(scope="module")
def made(city: Application) -> Bulletin:
    """The bulletin of a month that is over, on all offices."""
    return gather(city, wish_for(city, MONTH))


def test_the_data_are_what_the_views_say(city: Application, made: Bulletin) -> None:
    told = json.loads(write_bulletin(city, made, "json", "zh"))
    at, known = made.wish.as_of, made.wish.known_at
    assert (told["as_of"], told["partial"], told["reason"]) == ("2025-10-31T23:59:59.999+08:00", False, None)
    assert told["known_at"] == [{"origin": city.ledger.origin, "size": known, "root": city.ledger.root(known).hex()}]
    rows = {row.id: row for row in figures(city.reader, at, known, month=MONTH).rows}
    assert [one["id"] for one in told["figures"]] == list(rows)
    for one in told["figures"]:
        row = rows[one["id"]]
        assert (one["numerator"], one["denominator"], one["value"]) == (row.numerator, row.denominator, row.value)
        assert {"formula", "exclusions", "imported_share", "month_on_month", "year_on_year"} <= one.keys()
    assert told["overdue"]["total"] == count_overdue(city.reader, at, known).total
    assert [row["case"] for row in told["overdue"]["rows"]] == [
        row.case for row in overdue(city.reader, at, known).rows
    ]
    assert all(told[part] for part in ("packages", "patrol", "satisfaction", "rectifications"))


def test_every_figure_is_the_same_from_the_entries_alone(city: Application, made: Bulletin) -> None:
    found = recomputed(city, made)
    assert len(found) == 3 * len(made.figures)
    assert all(one.equal for one in found)


@pytest.mark.parametrize("form", FORMS)
def test_the_same_place_gives_the_same_bytes(city: Application, made: Bulletin, form: str) -> None:
    again = gather(city, wish_for(city, MONTH))
    assert write_bulletin(city, made, form, "zh") == write_bulletin(city, again, form, "zh")


def test_the_document_has_its_tables_charts_and_types_for_chinese(city: Application, made: Bulletin) -> None:
    data = write_bulletin(city, made, "docx", "zh")
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert {member.date_time for member in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        assert archive.namelist()[0] == "[Content_Types].xml"
        assert b"eastAsiaTheme" not in archive.read("word/styles.xml")
    document = docx.Document(io.BytesIO(data))
    assert document.paragraphs[0].text == "信访工作月通报 2025年10月"
    assert len(document.tables) == 11
    assert len(document.inline_shapes) == 4
    fonts = document.styles["Normal"].element.rPr.rFonts
    assert fonts.get(qn("w:eastAsia")) == "宋体"
    assert not any(style.font.name == "Calibri" for style in document.styles if hasattr(style, "font"))


def test_the_page_is_an_archival_pdf_with_its_text(city: Application, made: Bulletin) -> None:
    reader = PdfReader(io.BytesIO(write_bulletin(city, made, "pdf", "zh")))
    text = "".join(page.extract_text() for page in reader.pages)
    for word in ("月通报", "按期办结率", "超期清单", "领导包案", "未完成整改", "网上巡查", "环比", "同比"):
        assert word in text.replace(" ", "")
    catalogue: Any = reader.trailer["/Root"]
    assert catalogue["/MarkInfo"]["/Marked"]
    assert b"pdfaid" in catalogue["/Metadata"].get_data()


def test_the_workbook_has_every_row_and_no_formula(city: Application, made: Bulletin) -> None:
    book = openpyxl.load_workbook(io.BytesIO(write_bulletin(city, made, "xlsx", "en")))
    listed = book["Overdue list"]
    assert listed.max_row == 2 + len(made.overdue)
    assert {cell.data_type for sheet in book for row in sheet.iter_rows() for cell in row} <= {"s", "n", "d"}
    charts: Any = book["Charts"]
    assert len(charts._charts) == 4
    assert book["Figures"]["A2"].value == "timely acceptance rate"


def test_a_later_act_does_not_change_what_a_month_said_then(city: Application) -> None:
    half = city.ledger.head().size // 2
    wish = wish_for(city, "2025-03", None, None, half)
    then = gather(city, wish)
    now = gather(city, wish_for(city, "2025-03"))
    assert then.wish.as_of == now.wish.as_of
    assert then.figures != now.figures
    assert write_bulletin(city, gather(city, wish), "json", "zh") == write_bulletin(city, then, "json", "zh")


@pytest.mark.parametrize(
    ("month", "known_at", "partial", "reason"),
    [
        pytest.param("2026-05", None, True, "", id="not yet over"),
        pytest.param("2099-01", None, True, "not_begun", id="not begun"),
        pytest.param("1999-01", None, False, "before_first", id="before the ledger"),
        pytest.param(MONTH, 0, True, "nothing_known", id="nothing known"),
    ],
)
def test_a_month_that_is_not_whole_says_so(
    city: Application, month: str, known_at: int | None, partial: bool, reason: str
) -> None:
    found = gather(city, wish_for(city, month, known_at=known_at))
    assert (found.partial, found.reason) == (partial, reason)
    assert all(write_bulletin(city, found, form, "en") for form in FORMS)


def test_what_cannot_be_asked_is_refused(city: Application) -> None:
    for month in ("2026-13", "march", "2026-3"):
        with pytest.raises(UsageRefused):
            wish_for(city, month)
    with pytest.raises(UsageRefused):
        wish_for(city, MONTH, as_of_on=date(2025, 11, 1))
    with pytest.raises(UnitUnknown):
        gather(city, wish_for(city, MONTH, "nowhere"))


def test_a_bulletin_is_issued_served_checked_by_strangers_and_made_again(demo_home: Settings, tmp_path: Path) -> None:
    ledger, folder = runner(demo_home), tmp_path / "out"
    issue = ("--issue", "--key", "officer-an", "--reply-by", "2030-01-15", "--copy", "petitions")
    told = ledger("bulletin", "--month", MONTH, "--unit", "housing", "-o", str(folder), *issue, "--recompute", "--json")
    assert told.code == 0, told.err
    assert told.json["recomputed"] == {"figures": 60, "equal": True, "different": []}
    issued = told.json["issued"]
    assert (issued["stream"], issued["served"]["leader"]) == ("bulletin/supervision", "officer-mo")
    anchor = str(demo_home.anchor_file)
    for one in told.json["files"]:
        file = Path(one["file"])
        assert sha256(file.read_bytes()).hexdigest() == one["digest"]
        assert auditor.main(["bulletin", str(file), "--anchor", anchor]) == 0
    file.write_bytes(file.read_bytes() + b" ")
    assert auditor.main(["bulletin", str(file), "--anchor", anchor]) == 1
    again = ledger("bulletin", "--month", MONTH, "--check", "--json")
    assert again.code == 0
    assert {row["form"] for row in again.json["checked"] if row["same"]} == set(FORMS)
    _check_http(demo_home, told.json)


def _check_http(home: Settings, told: dict[str, Any]) -> None:
    """The list of bulletins, and the document from the axes that the act names: the bytes that were signed."""
    with open_city(home) as application:
        sessions = FixedSessions(everywhere(application))
        with TestClient(build_app(application, sessions), base_url=BASE) as client:
            [row] = client.get("/api/bulletins", params={"as_of": "2030-02-01"}).json()["rows"]
            assert (row["state"], row["overdue_days"], row["copies"]) == ("SERVED", 17, ["petitions"])
            assert row["index"] == told["issued"]["index"]
            asked = {"unit": "housing", "as_of": row["as_of_on"], "known_at": row["known_at"] - 1}
            for form in ("pdf", "json"):
                english = {"accept-language": "en"}
                answer = client.get(f"/api/bulletins/{MONTH}.{form}", params=asked, headers=english)
                assert sha256(answer.content).hexdigest() == row["files"][form]
            held = {"if-none-match": answer.headers["etag"]}
            assert client.get(f"/api/bulletins/{MONTH}.json", params=asked, headers=held).status_code == 304
            sessions.fixed = Viewer("staff", officer="officer-x", seats=(Seat("ecology", "desk", ("handler",)),))
            assert client.get("/api/bulletins", params={"as_of": "2030-02-01"}).json()["rows"] == []
            assert client.get(f"/api/bulletins/{MONTH}.json", params=asked).status_code == 404
            assert client.get(f"/api/bulletins/{MONTH}.json").json()["unit"] == "ecology"


def test_the_command_refuses_in_one_line(demo_city: Settings, tmp_path: Path) -> None:
    ledger = runner(demo_city)
    for options in (
        ("--month", "2026-13"),
        ("--month", MONTH, "--format", "odt"),
        ("--month", MONTH, "--issue"),
        ("--month", MONTH, "--unit", "nowhere"),
        ("--month", MONTH, "--check"),
        ("--month", MONTH, "--as-of", "soon"),
        ("--month", MONTH, "--format", "json", "--issue", "--key", "officer-an"),
    ):
        answer = ledger("bulletin", *options, "-o", str(tmp_path / "out"))
        assert (answer.code, len(answer.err.splitlines())) == (2, 1), options
