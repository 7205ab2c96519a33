"""Tiles: how the tree is cut into files that never change.

A tile of level L and index N holds the hashes of the nodes (8 L, 256 N) and following, up to 256
of them. A full tile never changes; a partial one carries its width in its name. An entry bundle
of index N holds the entries 256 N and following.
Source: C2SP tlog-tiles v0.1.0, "Merkle Tree" and "Log Entries".
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from audit.errors import Malformed

__all__ = ["ENTRIES", "HEIGHT", "WIDTH", "TilePath", "parse_tile_path", "tile_path", "tile_width", "tiles_completed_by"]

HEIGHT = 8
WIDTH = 1 << HEIGHT

# The level under which a path names an entry bundle and not a tile of hashes.
ENTRIES = -1

_MAX_LEVEL = 63
_PATH = re.compile(r"tile/(entries|0|[1-9][0-9]?)/((?:x[0-9]{3}/)*[0-9]{3})(?:\.p/([1-9][0-9]{0,2}))?", re.ASCII)


@dataclass(frozen=True, slots=True)
class TilePath:
    """What a path names: its level (ENTRIES for a bundle), its index, and how many of 256 it holds."""

    level: int
    index: int
    width: int


def tile_path(level: int, index: int, width: int = WIDTH) -> str:
    """Return the path of a tile or, at level ENTRIES, of an entry bundle.

    Raises Malformed if the level, index or width is out of bounds; an empty tile has no path.
    """
    if not ENTRIES <= level <= _MAX_LEVEL or not 0 <= index < 1 << 56 or not 1 <= width <= WIDTH:
        raise Malformed(f"there is no tile of level {level}, index {index}, width {width}")
    groups = [f"{index % 1000:03}"]
    while index := index // 1000:
        groups.append(f"x{index % 1000:03}")
    name = "entries" if level == ENTRIES else str(level)
    partial = "" if width == WIDTH else f".p/{width}"
    return f"tile/{name}/{'/'.join(reversed(groups))}{partial}"


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


def tile_width(level: int, index: int, size: int) -> int:
    """Return how many hashes, 0 to 256, the tile has in a tree of size leaves.

    Only hashes of perfect subtrees are counted: a partial hash is never stored and never hashed upward.
    """
    return max(0, min(WIDTH, (size >> HEIGHT * max(level, 0)) - index * WIDTH))


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
