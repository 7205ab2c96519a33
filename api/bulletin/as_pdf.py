"""A bulletin as PDF/A-2a: tagged, with its tables and charts, set in the packaged Chinese type.

Source: ISO 19005-2; DA/T 47 asks for open, readable formats in archives.
"""

from __future__ import annotations

import json
from datetime import datetime, time
from importlib import resources
from typing import Any, Final

import typst

from api.bulletin.pictures import FONT, fonts
from api.bulletin.sheets import Paper, Sheet
from api.bulletin.texts import MOST_PRINTED, cut_note, written
from api.bulletin.words import Words
from api.charts import draw
from domain.schema import CIVIL

_STANDARD: Final = "a-2a"


def as_pdf(paper: Paper, words: Words) -> bytes:
    """Write the paper; its only date is the day that it was made as of."""
    document = {
        "title": paper.title,
        "font": FONT,
        "lang": paper.language,
        "on": [paper.on.year, paper.on.month, paper.on.day],
        "facts": [list(fact) for fact in paper.facts],
        "notes": list(paper.notes),
        "nothing": words("nothing"),
        "sheets": [_sheet(sheet, words) for sheet in paper.sheets],
    }
    source = resources.files("api.bulletin").joinpath("bulletin.typ").read_bytes()
    inputs: dict[str, Any] = {"data": json.dumps(document, ensure_ascii=False, sort_keys=True)}
    at = int(datetime.combine(paper.on, time(), CIVIL).timestamp())
    page: bytes = typst.compile(
        source, format="pdf", font_paths=fonts(), sys_inputs=inputs, pdf_standards=[_STANDARD], timestamp=at
    )
    return page


def _sheet(sheet: Sheet, words: Words) -> dict[str, Any]:
    return {
        "title": sheet.title,
        "notes": [*sheet.notes, *cut_note(sheet, words)],
        "headings": list(sheet.headings),
        "rows": [[written(cell) for cell in row] for row in sheet.rows[:MOST_PRINTED]],
        "charts": [
            {"svg": draw(chart, f"{sheet.name}-{number}"), "title": chart.title}
            for number, chart in enumerate(sheet.charts)
        ],
    }
