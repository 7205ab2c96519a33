"""The parts of an XLSX container that a table needs: which sheet, the shared strings, and what styles show.

Read with expat, part by part, in a stream; a document type, the way to entity bombs and to files outside,
is refused where it stands. Names are compared without their namespace prefix.
Source: ECMA-376 part 1, sections 18.2 (workbook), 18.4 (shared strings), 18.8 (styles); part 2 (packages).
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal
from xml.parsers import expat

from api.errors import InputRefused
from api.importer.tables import MAX_CELL_CHARACTERS

CHUNK = 2**18
MAX_PARTS = 2_000
MAX_UNPACKED_BYTES = 512 * 2**20
MAX_STRINGS = 2**22
MAX_RATIO = 200
RATIO_JUDGED_FROM_BYTES = 8 * 2**20
WORKBOOK = "xl/workbook.xml"
RELATIONS = "xl/_rels/workbook.xml.rels"

Shows = Literal["number", "day", "moment"]
Start = Callable[[str, Mapping[str, str]], None]
End = Callable[[str], None]
Text = Callable[[str], None]

# The numbers that stand for built-in formats of dates (of 14 to 17, and East Asian ones) and of times of day.
_DAY_FORMATS = frozenset({14, 15, 16, 17, *range(27, 32), *range(34, 37), *range(50, 59)})
_MOMENT_FORMATS = frozenset({18, 19, 20, 21, 22, 32, 33, 45, 46, 47})
# Parts of a format code that are shown as they are: quoted text, colours and locales in brackets, escapes.
_LITERAL = re.compile(r'"[^"]*"|\[(?!h+\]|m+\]|s+\])[^\]]*\]|\\.|_.|\*.', re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Workbook:
    """An open container: the first sheet's part, all shared strings, what each style shows, and the first day."""

    container: zipfile.ZipFile
    sheet: str
    strings: list[str]
    styles: list[Shows]
    since_1904: bool


class CellText:
    """The text of a cell as its pieces come in; of one that is too long no more is kept than shows that it is."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self._pieces: list[str] = []
        self._length = 0

    def add(self, data: str) -> None:
        """Add a piece."""
        if self._length <= MAX_CELL_CHARACTERS:
            self._pieces.append(data)
            self._length += len(data)

    def take(self) -> str:
        """Return the text and begin anew."""
        text = "".join(self._pieces)
        self._pieces.clear()
        self._length = 0
        return text


def check_container(container: zipfile.ZipFile) -> None:
    """Check the directory of a container before anything is unpacked; raises InputRefused.

    What is unpacked can never be more than the directory announces.
    """
    parts = container.infolist()
    unpacked = sum(part.file_size for part in parts)
    packed = sum(part.compress_size for part in parts)
    suspicious = unpacked > RATIO_JUDGED_FROM_BYTES and unpacked > MAX_RATIO * max(packed, 1)
    if len(parts) > MAX_PARTS or unpacked > MAX_UNPACKED_BYTES or suspicious:
        raise InputRefused("xlsx_bomb")
    if any(part.flag_bits & 1 for part in parts):
        raise InputRefused("xlsx_encrypted")
    if WORKBOOK not in container.namelist():
        raise InputRefused("not_xlsx")


def read_workbook(container: zipfile.ZipFile) -> Workbook:
    """Read everything but the rows. Raises InputRefused, or what zipfile, zlib and expat raise on broken parts."""
    sheets: list[str] = []
    since_1904 = False

    def start(name: str, attributes: Mapping[str, str]) -> None:
        nonlocal since_1904
        if name == "sheet":
            sheets.append(next(value for key, value in attributes.items() if local(key) == "id" and ":" in key))
        elif name == "workbookPr":
            since_1904 = attributes.get("date1904", "0") in ("1", "true")

    parse_part(container, WORKBOOK, start)
    targets, kinds = _read_relations(container)
    if not sheets:
        raise InputRefused("not_xlsx")
    strings = _read_strings(container, kinds["sharedStrings"]) if "sharedStrings" in kinds else []
    styles = _read_styles(container, kinds["styles"]) if "styles" in kinds else []
    return Workbook(container, targets[sheets[0]], strings, styles, since_1904)


def parse_part(
    container: zipfile.ZipFile, name: str, start: Start, end: End | None = None, text: Text | None = None
) -> None:
    """Parse one part to its end."""
    for _ in feed_part(container, name, start, end, text):
        pass


def feed_part(
    container: zipfile.ZipFile, name: str, start: Start, end: End | None = None, text: Text | None = None
) -> Iterator[None]:
    """Parse one part chunk by chunk, yielding after each; handlers see names without prefix."""
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = _refuse_document_type
    parser.StartElementHandler = lambda tag, attributes: start(local(tag), attributes)
    if end is not None:
        parser.EndElementHandler = lambda tag: end(local(tag))
    if text is not None:
        parser.CharacterDataHandler = text
    with container.open(name) as file:
        while chunk := file.read(CHUNK):
            parser.Parse(chunk, False)
            yield
        parser.Parse(b"", True)
        yield


def local(name: str) -> str:
    """A name without its namespace prefix."""
    return name.rpartition(":")[2] if ":" in name else name


def _refuse_document_type(*_: object) -> None:
    raise InputRefused("xlsx_doctype")


def _read_relations(container: zipfile.ZipFile) -> tuple[dict[str, str], dict[str, str]]:
    targets: dict[str, str] = {}
    kinds: dict[str, str] = {}

    def start(name: str, attributes: Mapping[str, str]) -> None:
        if name == "Relationship" and attributes.get("TargetMode") != "External":
            target = attributes["Target"]
            part = target.removeprefix("/") if target.startswith("/") else f"xl/{target}"
            targets[attributes["Id"]] = part
            kinds[attributes["Type"].rpartition("/")[2]] = part

    parse_part(container, RELATIONS, start)
    return targets, kinds


def _read_strings(container: zipfile.ZipFile, part: str) -> list[str]:
    strings: list[str] = []
    pieces = CellText()
    inside = phonetic = False

    def start(name: str, _: Mapping[str, str]) -> None:
        nonlocal inside, phonetic
        if name == "t":
            inside = not phonetic
        elif name == "rPh":
            phonetic = True

    def end(name: str) -> None:
        nonlocal inside, phonetic
        if name == "t":
            inside = False
        elif name == "rPh":
            phonetic = False
        elif name == "si":
            _keep_string(strings, pieces.take())

    def take(data: str) -> None:
        if inside:
            pieces.add(data)

    parse_part(container, part, start, end, take)
    return strings


def _keep_string(strings: list[str], text: str) -> None:
    if len(strings) == MAX_STRINGS:
        raise InputRefused("xlsx_bomb")
    strings.append(text)


def _read_styles(container: zipfile.ZipFile, part: str) -> list[Shows]:
    codes: dict[int, str] = {}
    numbers: list[int] = []
    inside = False

    def start(name: str, attributes: Mapping[str, str]) -> None:
        nonlocal inside
        if name == "numFmt":
            codes[int(attributes["numFmtId"])] = attributes["formatCode"]
        elif name == "cellXfs":
            inside = True
        elif name == "xf" and inside:
            numbers.append(int(attributes.get("numFmtId", "0")))

    def end(name: str) -> None:
        nonlocal inside
        if name == "cellXfs":
            inside = False

    parse_part(container, part, start, end)
    return [_shows(number, codes.get(number)) for number in numbers]


def _shows(number: int, code: str | None) -> Shows:
    """Tell what a number format shows: only one that shows hours claims an hour."""
    if code is None:
        if number in _MOMENT_FORMATS:
            return "moment"
        return "day" if number in _DAY_FORMATS else "number"
    letters = set(_LITERAL.sub("", code.partition(";")[0]).lower())
    if "h" in letters:
        return "moment"
    return "day" if letters & set("dy") or ("m" in letters and "0" not in letters) else "number"
