"""Tiles: how the tree is cut into files that never change.

A tile of level L and index N holds the hashes of the nodes (8 L, 256 N) and following, up to 256
of them. A full tile never changes; a partial one carries its width in its name. An entry bundle
of index N holds the entries 256 N and following.
Source: C2SP tlog-tiles v0.1.0, "Merkle Tree" and "Log Entries".
"""

from __future__ import annotations

from audit.errors import Malformed

__all__ = ["ENTRIES", "HEIGHT", "WIDTH", "tile_path", "tile_width"]

HEIGHT = 8
WIDTH = 1 << HEIGHT

# The level under which a path names an entry bundle and not a tile of hashes.
ENTRIES = -1

_MAX_LEVEL = 63


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


def tile_width(level: int, index: int, size: int) -> int:
    """Return how many hashes, 0 to 256, the tile has in a tree of size leaves.

    Only hashes of perfect subtrees are counted: a partial hash is never stored and never hashed upward.
    """
    return max(0, min(WIDTH, (size >> HEIGHT * max(level, 0)) - index * WIDTH))
