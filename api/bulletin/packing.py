"""Office documents with the same bytes for the same contents: their archives written anew, without times."""

from __future__ import annotations

import io
import zipfile
from typing import Final

_DATE: Final = (1980, 1, 1, 0, 0, 0)
_FIRST: Final = "[Content_Types].xml"


def repack(data: bytes) -> bytes:
    """Return the archive with its members in order, stored, and dated 1980-01-01.

    Nothing is compressed, so that the bytes do not depend on a version of a compressor.
    """
    file = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as new:
        for name in sorted(old.namelist(), key=lambda name: (name != _FIRST, name)):
            member = zipfile.ZipInfo(name, _DATE)
            member.create_system = 3
            new.writestr(member, old.read(name))
    return file.getvalue()
