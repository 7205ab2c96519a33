"""A bulletin as a text document, in the types that offices have: the fonts for Chinese are set by name throughout."""

from __future__ import annotations

import io
from datetime import datetime, time
from typing import Any, Final

import docx
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml.ns import qn
from docx.oxml.parser import OxmlElement
from docx.shared import Cm, Pt

from api.bulletin.packing import repack
from api.bulletin.pictures import as_png
from api.bulletin.sheets import Paper, Sheet
from api.bulletin.texts import MOST_PRINTED, cut_note, written
from api.bulletin.words import Words
from api.charts import draw

_LATIN, _CHINESE, _HEADING = "Times New Roman", "宋体", "黑体"
_THEMES: Final = ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme")
_WIDTH: Final = Cm(16.5)


def as_docx(paper: Paper, words: Words) -> bytes:
    """Write the paper; its only date is the day that it was made as of."""
    document = docx.Document()
    _prepare(document, paper)
    document.add_heading(paper.title, 0).alignment = WD_ALIGN_PARAGRAPH.CENTER
    for label, value in paper.facts:
        paragraph = document.add_paragraph()
        paragraph.add_run(f"{label}:").bold = True
        paragraph.add_run(value)
    for note in paper.notes:
        document.add_paragraph(note, style="Intense Quote")
    for sheet in paper.sheets:
        _section(document, sheet, words)
    file = io.BytesIO()
    document.save(file)
    return repack(file.getvalue())


def _section(document: Any, sheet: Sheet, words: Words) -> None:
    document.add_heading(sheet.title, 1)
    for note in [*sheet.notes, *cut_note(sheet, words)]:
        document.add_paragraph(note)
    for number, chart in enumerate(sheet.charts):
        document.add_paragraph(chart.title, style="Caption").paragraph_format.keep_with_next = True
        picture = document.add_picture(io.BytesIO(as_png(draw(chart, f"{sheet.name}-{number}"))), width=_WIDTH)
        described = picture._inline.docPr  # the library has no name for a picture's description
        described.set("descr", chart.title)
    if not sheet.rows:
        document.add_paragraph(words("nothing"))
        return
    shown = sheet.rows[:MOST_PRINTED]
    table = document.add_table(rows=len(shown) + 1, cols=len(sheet.headings), style="Table Grid")
    _repeat(table.rows[0])
    texts = [list(sheet.headings), *([written(cell) for cell in row] for row in shown)]
    for number, (line, row) in enumerate(zip(table.rows, texts, strict=True)):
        for cell, text in zip(line.cells, row, strict=True):
            run = cell.paragraphs[0].add_run(text)
            run.font.size, run.bold = Pt(8), number == 0


def _prepare(document: Any, paper: Paper) -> None:
    section = document.sections[0]
    section.page_width, section.page_height = Cm(21), Cm(29.7)
    section.left_margin = section.right_margin = Cm(2.2)
    for fonts in document.styles.element.iter(qn("w:rFonts")):
        _set_fonts(fonts, _CHINESE)
    for style in document.styles:
        if "Heading" in style.name or style.name in ("Normal", "Title"):
            _set_fonts(
                style.element.get_or_add_rPr().get_or_add_rFonts(), _CHINESE if style.name == "Normal" else _HEADING
            )
    document.styles["Normal"].font.size = Pt(10.5)
    relations = document.part.rels  # the template carries every style a second time, for the Word of 2010
    for name in [name for name, one in relations.items() if one.reltype.endswith("/stylesWithEffects")]:
        del relations[name]
    at = datetime.combine(paper.on, time())
    about = document.core_properties
    about.title, about.author, about.last_modified_by, about.comments = paper.title, "", "", ""
    about.created = about.modified = at
    about.language, about.revision = paper.language, 1


def _set_fonts(fonts: Any, chinese: str) -> None:
    """Name the fonts, for Chinese text too, which a run's plain font name leaves to the reader's machine."""
    for theme in _THEMES:
        fonts.attrib.pop(qn(f"w:{theme}"), None)
    for name, font in (("ascii", _LATIN), ("hAnsi", _LATIN), ("eastAsia", chinese)):
        fonts.set(qn(f"w:{name}"), font)


def _repeat(row: Any) -> None:
    """Have a row stand at the head of every page that the table goes on to."""
    mark = OxmlElement("w:tblHeader")
    mark.set(qn("w:val"), "true")
    row._tr.get_or_add_trPr().append(mark)
