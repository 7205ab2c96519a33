"""Tiles have one path each, and are full when they are named full."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit.errors import Malformed
from audit.store.tile_files import TilePath, parse_tile_path, tiles_completed_by
from audit.tiles import ENTRIES, WIDTH, tile_path, tile_width


@pytest.mark.parametrize(
    ("path", "tile"),
    [
        # Source: C2SP tlog-tiles v0.1.0, "Merkle Tree": the examples of paths.
        ("tile/0/000", TilePath(0, 0, 256)),
        ("tile/0/x001/x234/067", TilePath(0, 1_234_067, 256)),
        ("tile/0/x001/x234/067.p/1", TilePath(0, 1_234_067, 1)),
        ("tile/1/000.p/139", TilePath(1, 0, 139)),
        ("tile/63/999", TilePath(63, 999, 256)),
        ("tile/entries/x001/000", TilePath(ENTRIES, 1000, 256)),
        ("tile/entries/255.p/255", TilePath(ENTRIES, 255, 255)),
    ],
    ids=str,
)
def test_a_path_names_a_tile(path: str, tile: TilePath) -> None:
    assert parse_tile_path(path) == tile
    assert tile_path(tile.level, tile.index, tile.width) == path


@given(st.integers(-1, 63), st.integers(0, 2**56 - 1), st.integers(1, 256))
def test_a_path_is_written_and_read_back(level: int, index: int, width: int) -> None:
    assert parse_tile_path(tile_path(level, index, width)) == TilePath(level, index, width)


@pytest.mark.parametrize(
    "path",
    [
        "",
        "tile/0/0",
        "tile/0/0000",
        "tile/00/000",
        "tile/64/000",
        "tile/0/x000/000",
        "tile/0/001/000",
        "tile/0/x01/000",
        "tile/0/000.p/0",
        "tile/0/000.p/256",
        "tile/0/000.p/01",
        "tile/0/000.p/",
        "tile/-1/000",
        "tile/entry/000",
        "/tile/0/000",
        "tile/0/000\n",
        "tile/0/٠٠٠",
        "tile/0/" + "x001/" * 10_000 + "000",
    ],
    ids=lambda path: path[:30],
)
def test_another_path_is_malformed(path: str) -> None:
    with pytest.raises(Malformed):
        parse_tile_path(path)


@pytest.mark.parametrize(("level", "index", "width"), [(64, 0, 1), (-2, 0, 1), (0, -1, 1), (0, 0, 0), (0, 0, 257)])
def test_there_is_no_path_outside_the_bounds(level: int, index: int, width: int) -> None:
    with pytest.raises(Malformed):
        tile_path(level, index, width)


def test_a_tile_holds_only_hashes_of_perfect_subtrees() -> None:
    # Source: C2SP tlog-tiles v0.1.0: a tree of 70,000 entries has 273 full tiles of level 0 and one of
    # width 112, one full tile and one of width 17 of level 1, and one of width 1 of level 2.
    assert tile_width(0, 272, 70_000) == 256
    assert tile_width(0, 273, 70_000) == 112
    assert tile_width(1, 0, 70_000) == 256
    assert tile_width(1, 1, 70_000) == 17
    assert tile_width(2, 0, 70_000) == 1
    assert tile_width(3, 0, 70_000) == 0
    assert tile_width(ENTRIES, 273, 70_000) == 112


@given(st.integers(0, 200_000), st.integers(0, 3000))
def test_the_completed_tiles_are_those_that_were_not_full_before(size: int, more: int) -> None:
    completed = list(tiles_completed_by(size, size + more))
    assert len(set(completed)) == len(completed)
    for level in range(3):
        last = (size + more) // WIDTH + 2
        first = max(0, (size >> 8 * (level + 1)) - 2)
        expected = [
            (level, index)
            for index in range(first, min(last, first + 20))
            if tile_width(level, index, size) < WIDTH == tile_width(level, index, size + more)
        ]
        assert [one for one in completed if one[0] == level] == expected
