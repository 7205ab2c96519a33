"""A published log is read tile by tile, and every file in it is compared with the tree."""

from __future__ import annotations

from array import array

import pytest

from audit.census import map_root
from audit.checkpoint import Checkpoint
from audit.errors import Malformed, ProofRejected
from audit.merkle import EMPTY_ROOT, root_of
from audit.published import REFERENCES, check_censuses, check_extends, check_tiles, read_share, read_tile
from audit.stream_checks import Part, StreamChecks
from audit.tree_checks import TreeChecks
from audit.verify import LogVerifier
from tests.audit.published_log import CASE, SECOND, PublishedLog, told_log
from tests.audit.simulated_log import LOG, ORIGIN, is_reference

LARGE = told_log(others=600)
LARGE.checkpoint()
NOTE = LARGE.note()
FILES = LARGE.tree(NOTE)
SIZE = len(LARGE.rows)


def _verify(files: dict[str, bytes], log: PublishedLog = LARGE) -> list[str]:
    """The kinds of faults in a published log."""
    verifier = LogVerifier(log.anchor())
    size = len(log.rows)
    references = verifier.read_references(read_share(files.get, size, REFERENCES, 3))
    parts = [verifier.read_streams(read_share(files.get, size, share, 3)) for share in range(3)]
    tree, faults = verifier.finish(size, [references, *parts], [files["checkpoint"].decode()])
    check_tiles(files.get, tree)
    return [fault.kind for fault in (*faults, *tree.faults)]


def test_an_honest_tree_has_no_fault() -> None:
    assert sum(".p/" in name for name in FILES) == 3
    assert _verify(FILES) == []


def test_shares_hold_every_entry_once_and_whole_streams() -> None:
    shares = [dict(read_share(FILES.get, SIZE, share, 4)) for share in (REFERENCES, 0, 1, 2, 3)]
    together = {index: data for share in shares for index, data in share.items()}
    assert together == {row.index: row.entry for row in LARGE.rows}
    assert sum(map(len, shares)) == SIZE
    assert {row.index for row in LARGE.rows if is_reference(row.stream)} == set(shares[0])


@pytest.mark.parametrize("path", [path for path in FILES if path != "checkpoint"])
def test_every_file_is_looked_at(path: str) -> None:
    with pytest.raises(Malformed):
        _verify({name: data for name, data in FILES.items() if name != path})
    changed = bytearray(FILES[path])
    changed[-40] ^= 1
    assert _verify({**FILES, path: bytes(changed)})


def test_a_full_tile_may_stand_for_a_partial_one() -> None:
    log = told_log(others=500)
    short = log.tree(log.note())
    size = len(log.rows)
    for number in range(300):
        log.act(SECOND, f"case/{number:032x}", "case.investigated.v1", {"way": "visit"})
    grown = log.tree(log.note())
    assert read_tile(grown.get, 0, 1, size) == read_tile(short.get, 0, 1, size)
    assert [data for _, data in read_share(grown.get, size, 0, 1)] == [
        row.entry for row in log.rows[:size] if not is_reference(row.stream)
    ]


@pytest.mark.parametrize("old", [0, 1, 2, 5, 255, 256, 257, 300, 511, 512, SIZE - 1, SIZE])
@pytest.mark.parametrize("new", [300, 512, SIZE])
def test_one_log_begins_another_by_its_tiles_alone(old: int, new: int) -> None:
    leaves = LARGE.leaves
    larger = Checkpoint(ORIGIN, new, root_of(leaves[:new]))
    smaller = Checkpoint(ORIGIN, old, root_of(leaves[:old]))
    tiles = {name: data for name, data in FILES.items() if "entries" not in name}
    if old > new:
        with pytest.raises(ProofRejected):
            check_extends(tiles.get, smaller, larger)
        return
    if new == SIZE:
        check_extends(tiles.get, smaller, larger)
        if old:
            for wrong in (smaller._replace(root=bytes(32)), smaller._replace(origin="other")):
                with pytest.raises(ProofRejected):
                    check_extends(tiles.get, wrong, larger)
        with pytest.raises(ProofRejected):
            check_extends(tiles.get, smaller, larger._replace(root=EMPTY_ROOT))


def _with_censuses(*, lie: bool) -> PublishedLog:
    """A log with two censuses, the older of which may leave out a stream."""
    log = told_log()
    listed = log.map()[1:] if lie else log.map()
    streams, map_hash = map_root(listed)
    public = {"entries": len(log.rows), "map": map_hash.hex(), "streams": streams, "views": []}
    log.act(SECOND, CASE, "case.investigated.v1", {"way": "visit"})
    log.act(LOG, "ledger", "ledger.census.v1", public)
    log.census()
    log.act(LOG, "ledger", "ledger.census.v1", public)
    return log


def _check_censuses(log: PublishedLog, budget: int = 10_000_000) -> tuple[int, int]:
    files = log.tree(log.note())
    tree = TreeChecks(len(log.rows))
    leaves = bytearray(b"".join(log.leaves))
    tree.join(Part(array("Q", range(tree.size)), leaves, array("Q", [0]) * tree.size))
    ledger = [data for _, data in read_share(files.get, tree.size, REFERENCES, 1)]
    return check_censuses(files.get, tree, ledger, budget)


def test_the_maps_of_censuses_are_computed_again() -> None:
    log = _with_censuses(lie=False)
    assert _check_censuses(log) == (3, 3)
    assert _check_censuses(log, budget=0) == (1, 3)
    log = _with_censuses(lie=True)
    with pytest.raises(ProofRejected, match="another map"):
        _check_censuses(log)
    assert _check_censuses(log, budget=0) == (1, 3)


def test_a_census_covers_no_more_than_there_is() -> None:
    log = told_log()
    log.act(LOG, "ledger", "ledger.census.v1", {"entries": 99, "map": "0" * 64, "streams": 1, "views": []})
    with pytest.raises(ProofRejected, match="does not have"):
        _check_censuses(log)


def test_keys_checked_on_the_way_are_those_checked_before() -> None:
    verifier = LogVerifier(LARGE.anchor())
    keys = StreamChecks(verifier.authority, verifier.verify, references=True)
    part = verifier.read_streams(read_share(FILES.get, SIZE, 0, 1, keys))
    _, faults = verifier.finish(SIZE, [keys.part, part], [NOTE])
    assert (len(faults), len(keys.part.indexes) + len(part.indexes)) == (0, SIZE)


def test_bundles_that_are_cut_short_are_malformed() -> None:
    path = "tile/entries/000"
    for data in (b"", b"\x00", FILES[path][:100], FILES[path][:-1]):
        with pytest.raises(Malformed):
            list(read_share({**FILES, path: data}.get, SIZE, 0, 1))
