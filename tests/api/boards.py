"""Message boards to import: invented rows in the shape of the built-in mapping, as XLSX or CSV."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from pathlib import Path

import openpyxl

from tests.api.conftest import Run, Tell

COLUMNS = ("留言编号", "留言用户", "留言主题", "留言时间", "留言详情", "答复意见", "答复时间")
BEGINNING = datetime(2018, 1, 1, 8, 30)


def board_row(number: int, **changes: object) -> dict[str, object]:
    """One row: every third message has no reply yet, replies take number days."""
    at = BEGINNING + timedelta(hours=7 * number)
    row: dict[str, object] = {
        "留言编号": number,
        "留言用户": f"A{number:08d}",
        "留言主题": f"主题 {number}",
        "留言时间": f"{at:%Y/%m/%d %H:%M:%S}",
        "留言详情": f"详情\t{number}\n第二行",
        "答复意见": "",
        "答复时间": "",
    }
    if number % 3:
        row |= {"答复意见": f"答复 {number}", "答复时间": f"{at + timedelta(days=number % 90):%Y/%m/%d %H:%M:%S}"}
    return row | changes


def write_board(path: Path, rows: Iterable[Mapping[str, object]], columns: Iterable[str] = COLUMNS) -> Path:
    """Write a board under path, by its suffix."""
    names = list(columns)
    if path.suffix == ".csv":
        with path.open("w", encoding="utf-8", newline="") as file:
            lines = csv.writer(file)
            lines.writerow(names)
            lines.writerows([row[name] for name in names] for row in rows)
        return path
    book = openpyxl.Workbook()
    book.worksheets[0].append(names)
    for row in rows:
        book.worksheets[0].append([row[name] or None for name in names])
    book.save(path)
    return path


def message_board(count: int) -> Tell:
    """Import a board of so many messages of early 2018; every third has no reply."""

    def tell(run: Run, folder: Path) -> None:
        board = write_board(folder / "board.csv", (board_row(number) for number in range(1, count + 1)))
        assert run("import", board, "--mapping", "message-board").code == 0

    return tell
