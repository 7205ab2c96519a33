"""Tables that would fill the memory: refused, or cut where nothing is lost, before they can."""

from __future__ import annotations

import tracemalloc
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from api.errors import InputRefused
from api.importer import csv_table, workbook
from api.importer.tables import Flaw, open_table

WORKBOOK = '<workbook xmlns:r="r"><sheets><sheet name="a" r:id="r1"/></sheets></workbook>'
RELATIONS = """
<R><Relationship Id="r1" Type="x/worksheet" Target="sheet.xml"/>
<Relationship Id="r2" Type="x/sharedStrings" Target="strings.xml"/></R>
"""
SHEET = """
<worksheet><sheetData><row><c t="inlineStr"><is><t>a</t></is></c></row>
<row><c t="s"><v>0</v></c></row><row><c t="inlineStr"><is><t>{text}</t></is></c></row></sheetData></worksheet>
"""
MEGABYTE = 2**20


def make_book(path: Path, strings: str, text: str = "y") -> Path:
    parts = {
        "xl/workbook.xml": WORKBOOK,
        "xl/_rels/workbook.xml.rels": RELATIONS,
        "xl/sheet.xml": SHEET.format(text=text),
        "xl/strings.xml": f"<sst>{strings}</sst>",
    }
    with zipfile.ZipFile(path, "w") as book:
        for name, part in parts.items():
            book.writestr(name, part)
    return path


@contextmanager
def within(limit: int) -> Iterator[None]:
    """Let the body have no more than so many bytes at once."""
    tracemalloc.start()
    try:
        yield
        assert tracemalloc.get_traced_memory()[1] < limit
    finally:
        tracemalloc.stop()


def test_a_workbook_with_more_shared_strings_than_any_register_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workbook, "MAX_STRINGS", 1000)
    with open_table(make_book(tmp_path / "good.xlsx", "<si><t>ab</t></si>" * 1000)) as table:
        assert [row.cells["a"] for row in table.rows()] == ["ab", "y"]
    bomb = make_book(tmp_path / "bomb.xlsx", "<si><t>ab</t></si>" * 1001)
    with pytest.raises(InputRefused, match="xlsx_bomb"), open_table(bomb):
        pass


@pytest.mark.parametrize("pieces", [1, 60_000])
def test_one_endless_cell_is_too_long_and_takes_no_memory(tmp_path: Path, pieces: int) -> None:
    text = "x" * (8 * MEGABYTE // pieces)
    string = f"<si>{f'<r><t>{text}</t></r>' * pieces}</si>"
    book = make_book(tmp_path / "a.xlsx", string, "x" * 8 * MEGABYTE)
    with within(6 * MEGABYTE), open_table(book) as table:
        assert [row.cells["a"] for row in table.rows()] == [Flaw.TOO_LONG, Flaw.TOO_LONG]


@pytest.mark.parametrize("field", ["xy,", '"\n",'])
def test_one_endless_csv_row_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, field: str) -> None:
    monkeypatch.setattr(csv_table, "MAX_ROW_CHARACTERS", 10_000)
    path = tmp_path / "a.csv"
    path.write_text("a,b\n" + "1,2\n" * 5000 + field * 5000, encoding="utf-8")
    with open_table(path) as table, pytest.raises(InputRefused) as refused:
        list(table.rows())
    assert (refused.value.code, refused.value.values["row"]) == ("csv_broken", 5002)
