"""Read an XES event log as a table: one row an event, its trace's attributes beside its own, in a stream.

A column is an attribute's key; those of the trace have "case:" before it. Attributes inside attributes, globals,
classifiers and extensions are passed over. A document type, the way to entity bombs and to files outside, is refused
where it stands; depth, size, packing ratio and the length of a single token are bounded.
Source: IEEE 1849-2016, section 5 (log, trace, event, attribute).
"""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import IO, cast
from xml.parsers import expat

from api.errors import InputRefused
from api.importer.tables import MAX_COLUMNS, MAX_ROWS, Cell, Row, is_blank, read_text

CHUNK = 2**16
MAX_DEPTH = 32
MAX_TOKEN_BYTES = 2**20
MAX_UNPACKED_BYTES = 512 * 2**20
MAX_RATIO = 200
RATIO_JUDGED_FROM_BYTES = 8 * 2**20
GZIP = b"\x1f\x8b"
SUFFIXES = (".xes", ".xes.gz")
TRACE, EVENT = "trace", "event"
_VALUES = frozenset({"string", "date", "int", "float", "boolean", "id"})


def looks_like_xes(name: str, beginning: bytes) -> bool:
    """Say whether a file is to be read as XES: by its name, as a gzip, or because it begins like XML."""
    text = beginning.removeprefix(b"\xef\xbb\xbf").lstrip()
    return name.lower().endswith(SUFFIXES) or beginning.startswith(GZIP) or text.startswith((b"<?xml", b"<log"))


class XesTable:
    """An event log, read once on entering the context for its columns, and once for its rows."""

    def __init__(self, path: Path) -> None:
        """Name the file; nothing is read yet."""
        self._path = path
        self.columns: tuple[str, ...] = ()

    def __enter__(self) -> XesTable:
        """Read the whole file for its attributes; raises InputRefused."""
        found: dict[str, None] = {}
        for number, cells in self._events():
            found.update(dict.fromkeys(cells))
            if len(found) > MAX_COLUMNS:
                raise InputRefused("too_many_columns", limit=MAX_COLUMNS)
            if number > MAX_ROWS:
                raise InputRefused("too_many_rows", limit=MAX_ROWS)
        if not found:
            raise InputRefused("header_missing")
        self.columns = tuple(found)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Nothing stays open between readings."""

    def rows(self) -> Iterator[Row]:
        """Yield the events in the file's order, numbered from 1; raises InputRefused where the log is broken."""
        empty: dict[str, Cell] = dict.fromkeys(self.columns, "")
        for number, cells in self._events():
            if not is_blank(list(cells.values())):
                yield Row(number, {**empty, **cells})

    def _events(self) -> Iterator[tuple[int, dict[str, Cell]]]:
        try:
            with self._path.open("rb") as packed:
                zipped = packed.read(2) == GZIP
                packed.seek(0)
                size = self._path.stat().st_size
                source = cast(IO[bytes], gzip.GzipFile(fileobj=packed)) if zipped else packed
                yield from _LogReader().read(source, size)
        except InputRefused:
            raise
        except (expat.ExpatError, zlib.error, EOFError, ValueError) as error:
            raise InputRefused("xes_broken") from error
        except OSError as error:  # gzip says by it that its bytes are broken
            raise InputRefused("xes_broken") from error


class _LogReader:
    """Collects events while expat is fed its chunks."""

    def __init__(self) -> None:
        self._done: list[tuple[int, dict[str, Cell]]] = []
        self._number = 0
        self._depth: list[str] = []
        self._trace: dict[str, Cell] = {}
        self._event: dict[str, Cell] = {}
        self._reached = 0
        self._parser = expat.ParserCreate(namespace_separator=" ")
        self._parser.StartDoctypeDeclHandler = _refuse_document_type
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.DefaultHandler = self._pass

    def read(self, source: IO[bytes], size: int) -> Iterator[tuple[int, dict[str, Cell]]]:
        """Yield number and cells of every event of the log; `size` is how large the file is."""
        taken = 0
        while chunk := source.read(CHUNK):
            taken += len(chunk)
            if taken > MAX_UNPACKED_BYTES or (taken > RATIO_JUDGED_FROM_BYTES and taken > MAX_RATIO * size):
                raise InputRefused("xes_bomb")
            self._parser.Parse(chunk, False)
            if taken - self._reached > MAX_TOKEN_BYTES:
                raise InputRefused("xes_bomb")
            done, self._done = self._done, []
            yield from done
        self._parser.Parse(b"", True)
        yield from self._done

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self._reached = self._parser.CurrentByteIndex
        tag = name.rpartition(" ")[2]
        inside = self._depth[-1] if self._depth else ""
        if not self._depth and tag != "log":
            raise InputRefused("not_xes")
        if len(self._depth) == MAX_DEPTH:
            raise InputRefused("xes_broken")
        self._depth.append(tag)
        if tag == TRACE:
            self._trace = {}
        elif tag == EVENT:
            self._event = dict(self._trace)
        elif inside in (TRACE, EVENT) and tag in _VALUES and "key" in attributes:
            self._keep(inside, tag, attributes)

    def _keep(self, inside: str, tag: str, attributes: dict[str, str]) -> None:
        value = attributes.get("value", "")
        cell: Cell = read_text(value)
        if tag == "date":
            with suppress(ValueError):
                cell = datetime.fromisoformat(value).replace(microsecond=0)
        key = read_text(attributes["key"].strip())
        if not isinstance(key, str) or len(self._event) + len(self._trace) > 2 * MAX_COLUMNS:
            raise InputRefused("too_many_columns", limit=MAX_COLUMNS)
        if inside == TRACE:
            self._trace[f"case:{key}"] = cell
        else:
            self._event[key] = cell

    def _end(self, name: str) -> None:
        self._reached = self._parser.CurrentByteIndex
        if self._depth.pop() == EVENT:
            self._number += 1
            self._done.append((self._number, self._event))

    def _pass(self, data: str) -> None:
        self._reached = self._parser.CurrentByteIndex


def _refuse_document_type(*_: object) -> None:
    raise InputRefused("xes_doctype")
