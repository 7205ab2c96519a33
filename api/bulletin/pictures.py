"""Setting type with the packaged Chinese fonts: pages as PDF, charts as pictures for documents that take no SVG."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any, Final

import noto_cjk_sans_otc  # type: ignore[import-untyped]
import typst

from api.charts import WIDTH, height_of

FONT: Final = "Noto Sans CJK SC"
_PIXELS_PER_INCH: Final = 144.0
_PICTURE: Final = """
#set page(width: {width}pt, height: {height}pt, margin: 0pt, fill: white)
#image(bytes(sys.inputs.svg), format: "svg", width: 100%)
"""


def as_png(svg: str) -> bytes:
    """Return a drawn chart as PNG, two pixels a unit."""
    source = _PICTURE.format(width=WIDTH, height=height_of(svg)).encode()
    options: dict[str, Any] = {"format": "png", "ppi": _PIXELS_PER_INCH, "sys_inputs": {"svg": svg}}
    picture: bytes = typst.compile(source, font_paths=fonts(), **options)
    return picture


@cache
def fonts() -> typst.Fonts:
    """The packaged type and nothing else, so that every machine sets the same page."""
    folder = Path(noto_cjk_sans_otc.__file__).parent
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[folder])
