"""Serving and storing tiles: what a path names, and which tiles a growing tree completes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from audit.errors import Malformed
from audit.tiles import ENTRIES, HEIGHT, WIDTH, tile_path

__all__ = ["TilePath", "parse_tile_path", "tiles_completed_by"]

_PATH = re.compile(r"tile/(entries|0|[1-9][0-9]?)/((?:x[0-9]{3}/)*[0-9]{3})(?:\.p/([1-9][0-9]{0,2}))?", re.ASCII)


@dataclass(frozen=True, slots=True)
class TilePath:
    """What a path names: its level (ENTRIES for a bundle), its index, and how many of 256 it holds."""

    level: int
    index: int
    width: int


def parse_tile_path(path: str) -> TilePath:
    """Return what a path names. Raises Malformed unless it is the one path of that tile."""
    matched = _PATH.fullmatch(path)
    if not matched:
        raise Malformed(f"not the path of a tile: {path[:80]!a}")
    name, groups, width = matched.groups()
    found = TilePath(
        ENTRIES if name == "entries" else int(name),
        int(groups[:240].replace("x", "").replace("/", "")),
        int(width) if width else WIDTH,
    )
    if tile_path(found.level, found.index, found.width) != path:
        raise Malformed(f"not the path of a tile: {path[:80]!a}")
    return found


def tiles_completed_by(old_size: int, new_size: int) -> Iterator[tuple[int, int]]:
    """Yield (level, index) of every tile of hashes that becomes full between the two sizes.

    Lower levels come first, so that each tile can be computed from those below it.
    """
    level = 0
    while new_size >> HEIGHT * (level + 1):
        shift = HEIGHT * (level + 1)
        for index in range(old_size >> shift, new_size >> shift):
            yield level, index
        level += 1
