"""Which kinds of file are taken, how each begins, and under which ending it is handed out again.

A file is of a kind if its bytes begin as that kind does, whatever its sender says; a text is UTF-8 throughout.
Sources: ISO 32000 (PDF), ITU T.81 (JPEG), RFC 2083 (PNG), ISO/IEC 14496-12 (MP4), ISO/IEC 29500-2 (DOCX and XLSX).
"""

from __future__ import annotations

import codecs
from types import MappingProxyType
from typing import Final, NamedTuple

MAX_FILE_BYTES: Final = 20 * 2**20
"""The largest file: 20 MiB, a few minutes of a telephone's recording or some dozen photographs of papers."""
HEAD_BYTES: Final = 16


class FileKind(NamedTuple):
    """One kind: the bytes that a file of it has at an offset, and the ending of its name."""

    ending: str
    offset: int
    begins: bytes


_OFFICE: Final = "application/vnd.openxmlformats-officedocument"
KINDS: Final = MappingProxyType(
    {
        "application/pdf": FileKind("pdf", 0, b"%PDF-"),
        "image/jpeg": FileKind("jpg", 0, b"\xff\xd8\xff"),
        "image/png": FileKind("png", 0, b"\x89PNG\r\n\x1a\n"),
        "video/mp4": FileKind("mp4", 4, b"ftyp"),
        "audio/mp4": FileKind("m4a", 4, b"ftyp"),
        f"{_OFFICE}.wordprocessingml.document": FileKind("docx", 0, b"PK\x03\x04"),
        f"{_OFFICE}.spreadsheetml.sheet": FileKind("xlsx", 0, b"PK\x03\x04"),
        "text/plain": FileKind("txt", 0, b""),
    }
)


class KindCheck:
    """Follows a file as it comes in and says whether it can still be of the kind that its sender named."""

    def __init__(self, media_type: str) -> None:
        """Begin with a kind of `KINDS`; raises KeyError for another."""
        self._kind = KINDS[media_type]
        self._text = codecs.getincrementaldecoder("utf-8")() if media_type == "text/plain" else None
        self._head = b""

    def fits(self, data: bytes) -> bool:
        """Take the next bytes; false if the file is of another kind."""
        if self._text is None:
            self._head = (self._head + data)[:HEAD_BYTES]
            return True
        try:
            return "\0" not in self._text.decode(data)
        except UnicodeDecodeError:
            return False

    def fits_whole(self) -> bool:
        """Say, after the last bytes, whether the whole file is of its kind."""
        if self._text is None:
            begins, offset = self._kind.begins, self._kind.offset
            return self._head[offset : offset + len(begins)] == begins
        try:
            self._text.decode(b"", final=True)
        except UnicodeDecodeError:
            return False
        return True
