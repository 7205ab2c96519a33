"""The bytes of tiles and entry bundles, as HTTP answers with them and `publish` writes them.

A tile is only given as far as the published checkpoint covers it: what is behind has no witness yet.
Source: C2SP tlog-tiles v0.1.0.
"""

from __future__ import annotations

from audit.store.ledger import Ledger
from audit.store.tile_files import TilePath
from audit.store.tree import TreeReader
from audit.tiles import ENTRIES, WIDTH, tile_width

TILE_TYPE = "application/octet-stream"
CHECKPOINT_TYPE = "text/plain; charset=utf-8"
IMMUTABLE = "public, max-age=604800, immutable"
UNCACHED = "no-cache"
RESTRICTED = "private, no-store"


def exists(path: TilePath, size: int) -> bool:
    """Say whether a log of this size has the tile, full or as wide as its path says."""
    return path.width <= tile_width(path.level, path.index, size)


def tile_bytes(ledger: Ledger, path: TilePath) -> bytes:
    """Return a tile's hashes or an entry bundle, for a path that exists.

    Raises LookupError if the database does not hold as many as it should.
    """
    if path.level == ENTRIES:
        return _bundle(ledger, path)
    hashes = TreeReader(ledger.log).hashes(path.level, path.index)[: path.width]
    if len(hashes) != path.width:
        raise LookupError("the database lacks hashes of a tile")
    return b"".join(hashes)


def _bundle(ledger: Ledger, path: TilePath) -> bytes:
    """Return entries, each behind its length as u16be. Source: tlog-tiles, "Log Entries"."""
    first = path.index * WIDTH
    entries = [row.entry for row in ledger.entries(first, first + path.width)]
    if len(entries) != path.width:
        raise LookupError("the database lacks entries of a bundle")
    return b"".join(len(one).to_bytes(2, "big") + one for one in entries)
