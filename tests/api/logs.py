"""Event logs to import: the older system of `tests/importing`, and logs written from a few events."""

from __future__ import annotations

import csv
import gzip
from collections.abc import Iterable
from pathlib import Path
from xml.sax.saxutils import quoteattr

import openpyxl

from api.importer.mapping import RowMapping, load_mapping, parse_mapping

FOLDER = Path(__file__).parents[1] / "importing"
MAPPING = FOLDER / "old-system.toml"
LOG = FOLDER / "old-system.csv"
HEADER = ("案件号", "环节", "时间", "经办单位", "承办单位", "来源", "办理期限", "说明")


def event(case: str, activity: str, at: str, office: str = "信访局", to: str = "", due: str = "") -> tuple[str, ...]:
    """One row of such a log."""
    return case, activity, at, office, to, "来信" if activity == "收件登记" else "", due, ""


def write_log(path: Path, rows: Iterable[tuple[str, ...]], header: tuple[str, ...] = HEADER) -> Path:
    """Write a log under path, by its suffix: CSV, XLSX, XES or packed XES, whose columns are the header's."""
    lines = list(rows)
    if path.suffix == ".csv":
        with path.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows([header, *lines])
    elif path.suffix == ".xlsx":
        book = openpyxl.Workbook()
        for line in (header, *lines):
            book.worksheets[0].append([value or None for value in line])
        book.save(path)
    else:
        text = xes(lines, header).encode()
        path.write_bytes(gzip.compress(text) if path.suffix == ".gz" else text)
    return path


def xes(rows: Iterable[tuple[str, ...]], header: tuple[str, ...] = HEADER) -> str:
    """Write a log as XES: the first column is the trace's, the one for times a date with an offset."""
    traces: dict[str, list[str]] = {}
    for case, *values in rows:
        cells = [_attribute(name, value) for name, value in zip(header[1:], values, strict=True)]
        traces.setdefault(case, []).append(f"<event>{''.join(cells)}</event>")
    body = "".join(
        f'<trace><string key="concept:name" value={quoteattr(case)}/>{"".join(events)}</trace>'
        for case, events in traces.items()
    )
    head = '<?xml version="1.0" encoding="UTF-8"?><log xes.version="1.0" xmlns="http://www.xes-standard.org/">'
    classifier = (
        '<classifier name="Activity" keys="concept:name"/><global scope="event"><string key="x" value=""/></global>'
    )
    return f"{head}{classifier}{body}</log>"


def _attribute(name: str, value: str) -> str:
    if name == "时间":
        return f'<date key="{name}" value="{value.replace(" ", "T")}:00.000+08:00"/>'
    return f'<string key="{name}" value={quoteattr(value)}><string key="inner" value="ignored"/></string>'


def mapping_text(*changes: tuple[str, str]) -> str:
    """The older system's mapping with some of its text replaced."""
    text = MAPPING.read_text(encoding="utf-8")
    for old, new in changes:
        assert old in text
        text = text.replace(old, new, 1)
    return text


def mapping(*changes: tuple[str, str]) -> RowMapping:
    """That mapping, read."""
    return parse_mapping(mapping_text(*changes).encode(), built_in=False) if changes else load_mapping(str(MAPPING))
