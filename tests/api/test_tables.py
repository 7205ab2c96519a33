"""Tables from strangers: what is not a table, or is a trap, is refused before it is believed."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path

import openpyxl
import pytest

from api.errors import InputRefused
from api.importer import tables
from api.importer.tables import Flaw, Row, open_table

Writer = Callable[[Path], None]


def _rows(path: Path) -> list[Row]:
    with open_table(path) as table:
        return list(table.rows())


def _book(path: Path, *rows: list[object]) -> Path:
    book = openpyxl.Workbook()
    for row in rows:
        book.worksheets[0].append(row)
    book.save(path)
    return path


def _repack(path: Path, part: str, change: Callable[[bytes], bytes]) -> None:
    with zipfile.ZipFile(path) as old:
        parts = {name: old.read(name) for name in old.namelist()}
    parts[part] = change(parts.get(part, b""))
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as new:
        for name, data in parts.items():
            new.writestr(name, data)


def test_an_xlsx_row_keeps_texts_numbers_dates_and_moments(tmp_path: Path) -> None:
    cells = [2549, " 文\t本 ", datetime(2019, 4, 8, 8, 37, 20), date(2019, 4, 9), 1.5, None, True]
    path = _book(tmp_path / "a.xlsx", list("abcdefg"), cells)
    (row,) = _rows(path)
    expected = ("2549", " 文\t本 ", datetime(2019, 4, 8, 8, 37, 20), date(2019, 4, 9), "1.5", "", "TRUE")
    assert tuple(row.cells.values()) == expected
    assert type(row.cells["d"]) is date
    assert row.number == 2


def test_a_formula_is_a_flaw_even_where_a_program_left_a_value_beside_it(tmp_path: Path) -> None:
    path = _book(tmp_path / "a.xlsx", ["a", "b", "c"], ["=1+1", "#REF!", "x"])
    _repack(
        path, "xl/worksheets/sheet1.xml", lambda xml: xml.replace(b"<v></v>", b"<v>2</v>").replace(b"<v/>", b"<v>2</v>")
    )
    (row,) = _rows(path)
    assert list(row.cells.values()) == [Flaw.FORMULA, Flaw.ERROR, "x"]


def test_a_csv_row_has_the_same_shape(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes('\ufeffa,b\n"1\n2",=文\n\n,\n3\n'.encode())
    assert [(row.number, list(row.cells.values())) for row in _rows(tmp_path / "a.csv")] == [
        (2, ["1\n2", "=文"]),
        (5, ["3", ""]),
    ]


def test_text_is_brought_into_one_normal_form(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("a\ncafe\u0301\n", "utf-8")
    assert _rows(tmp_path / "a.csv")[0].cells["a"] == "caf\u00e9"


def test_a_cell_beyond_the_limit_is_a_flaw(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("a,b\n" + "x" * (tables.MAX_CELL_CHARACTERS + 1) + ",y\n")
    assert _rows(tmp_path / "a.csv")[0].cells == {"a": Flaw.TOO_LONG, "b": "y"}


def _nothing(path: Path) -> None:
    path.write_bytes(b"")


def _plain_text(path: Path) -> None:
    path.write_text("not a workbook")


def _old_excel(path: Path) -> None:
    path.write_bytes(b"\xd0\xcf\x11\xe0" + bytes(600))


def _cut_short(path: Path) -> None:
    path.write_bytes(_book(path, ["a"], ["b"]).read_bytes()[:-200])


def _other_zip(path: Path) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("hello.txt", "x")


def _bomb(path: Path) -> None:
    _repack(_book(path, ["a"]), "xl/sharedStrings.xml", lambda xml: xml + bytes(64 * 2**20))


def _entity_bomb(path: Path) -> None:
    entities = b'<!DOCTYPE x [<!ENTITY a "lol">]>'
    _repack(_book(path, ["a"]), "xl/worksheets/sheet1.xml", lambda xml: entities + xml)


def _broken_sheet(path: Path) -> None:
    _repack(_book(path, ["a"], ["b"]), "xl/worksheets/sheet1.xml", lambda xml: xml[:-40])


def _false_reference(path: Path) -> None:
    _repack(
        _book(path, ["a"], ["b"]), "xl/worksheets/sheet1.xml", lambda xml: xml.replace(b'r="2"', b'r="99999999999"')
    )


def _no_header(path: Path) -> None:
    _book(path, [None, None], ["b"])


def _repeated_header(path: Path) -> None:
    _book(path, ["a", "a"])


def _formula_header(path: Path) -> None:
    _book(path, ["a", "=1"])


def _too_wide(path: Path) -> None:
    _book(path, ["a", *range(tables.MAX_COLUMNS + 5)])


@pytest.mark.parametrize(
    ("write", "code"),
    [
        (_nothing, "file_empty"),
        (_plain_text, "not_xlsx"),
        (_old_excel, "not_xlsx"),
        (_cut_short, "not_xlsx"),
        (_other_zip, "not_xlsx"),
        (_bomb, "xlsx_bomb"),
        (_entity_bomb, "xlsx_doctype"),
        (_broken_sheet, "xlsx_broken"),
        (_false_reference, "too_many_rows"),
        (_no_header, "header_missing"),
        (_repeated_header, "header_repeated"),
        (_formula_header, "header_unreadable"),
        (_too_wide, "too_many_columns"),
    ],
)
def test_a_workbook_that_is_none_or_a_trap_is_refused(tmp_path: Path, write: Writer, code: str) -> None:
    path = tmp_path / "a.xlsx"
    write(path)
    with pytest.raises(InputRefused, match=code):
        _rows(path)


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"a\n\xff\xfe\n", "not_utf8"),
        (b"a\nb\0c\n", "not_text"),
        (b'a\n"unclosed', "csv_broken"),
        (b"\n\n", "header_missing"),
        (b"a,\xe4\xb8", "not_utf8"),
    ],
    ids=["other encoding", "binary", "open quote", "blank", "cut inside a character"],
)
def test_a_csv_that_is_none_is_refused(tmp_path: Path, data: bytes, code: str) -> None:
    (tmp_path / "a.csv").write_bytes(data)
    with pytest.raises(InputRefused, match=code):
        _rows(tmp_path / "a.csv")


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputRefused, match="file_unreadable"):
        open_table(tmp_path / "none.xlsx")


def test_a_file_beyond_the_limit_is_refused_unread(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tables, "MAX_FILE_BYTES", 10)
    (tmp_path / "a.csv").write_text("a\n" * 10)
    with pytest.raises(InputRefused, match="file_too_large"):
        open_table(tmp_path / "a.csv")
