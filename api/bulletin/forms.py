"""The forms of a bulletin, by name: which bytes, and of what kind."""

from __future__ import annotations

from types import MappingProxyType
from typing import Final

from api.bulletin.as_docx import as_docx
from api.bulletin.as_json import as_json
from api.bulletin.as_pdf import as_pdf
from api.bulletin.as_xlsx import as_xlsx
from api.bulletin.contents import Bulletin
from api.bulletin.sheets import as_paper
from api.bulletin.words import Words
from api.main import Application
from api.wording import Wording

FORMS: Final = MappingProxyType(
    {
        "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        "pdf": "application/pdf",
        "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        "json": "application/json",
    }
)
"""The forms that a bulletin can have, and their media types."""


def write_bulletin(application: Application, bulletin: Bulletin, form: str, language: str) -> bytes:
    """Write a bulletin in one form and language; the same contents give the same bytes. JSON is in both languages."""
    if form == "json":
        return as_json(bulletin)
    words = Words(Wording(language), application.ledger.reference().people)
    paper = as_paper(bulletin, words)
    write = {"docx": as_docx, "pdf": as_pdf, "xlsx": as_xlsx}[form]
    return write(paper, words)


def name_of_file(bulletin: Bulletin, form: str) -> str:
    """The name of a bulletin's file."""
    wish = bulletin.wish
    unit = f"-{wish.unit}" if wish.unit else ""
    return f"bulletin-{wish.month}{unit}.{form}"
