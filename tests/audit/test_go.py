"""Another house's tree: Go's sumdb/tlog makes the same roots, proofs and paths, where Go is installed."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from audit import merkle
from audit.merkle import check_consistency, check_inclusion
from audit.store.merkle_proofs import consistency_proof, inclusion_proof
from audit.store.tile_files import parse_tile_path

_PROGRAM = Path(__file__).parent / "vectors" / "tlog_roots.go"
_LIBRARY = Path("/usr/share/gocode/src/golang.org/x/mod/sumdb/tlog")
_SIZE = 130
_LEAVES = [merkle.leaf_hash(b"record %d" % number) for number in range(_SIZE)]


@pytest.fixture(scope="module")
def lines(tmp_path_factory: pytest.TempPathFactory) -> list[list[str]]:
    """What the Go program prints, split into words."""
    go = shutil.which("go")
    if go is None or not _LIBRARY.is_dir():
        pytest.skip(
            "not compared with Go: it or golang.org/x/mod is not installed (golang-go, golang-golang-x-mod-dev)"
        )
    environment = os.environ | {
        "GO111MODULE": "off",
        "GOPATH": "/usr/share/gocode",
        "GOCACHE": str(tmp_path_factory.mktemp("go")),
        "GOFLAGS": "",
    }
    command = [go, "run", str(_PROGRAM), str(_SIZE)]
    run = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
    assert run.returncode == 0, run.stderr
    return [line.split() for line in run.stdout.splitlines()]


def _node(level: int, index: int) -> bytes:
    return merkle.root_of(_LEAVES[index << level : (index + 1) << level])


def test_go_makes_the_same_roots(lines: list[list[str]]) -> None:
    roots = {int(words[1]): bytes.fromhex(words[2]) for words in lines if words[0] == "root"}
    assert roots == {size: merkle.root_of(_LEAVES[:size]) for size in range(1, _SIZE + 1)}


def test_go_makes_the_same_inclusion_proofs(lines: list[list[str]]) -> None:
    root = merkle.root_of(_LEAVES)
    proofs = {int(words[1]): [bytes.fromhex(one) for one in words[2:]] for words in lines if words[0] == "inclusion"}
    assert len(proofs) == _SIZE
    for index, proof in proofs.items():
        check_inclusion(_LEAVES[index], index, _SIZE, proof, root)
        assert proof == inclusion_proof(_node, index, _SIZE)


def test_go_makes_the_same_consistency_proofs(lines: list[list[str]]) -> None:
    """The two libraries leave out the same hash where the older tree is a perfect subtree."""
    root = merkle.root_of(_LEAVES)
    proofs = {int(words[1]): [bytes.fromhex(one) for one in words[2:]] for words in lines if words[0] == "consistency"}
    assert len(proofs) == _SIZE - 1
    for old, proof in proofs.items():
        check_consistency(old, _SIZE, proof, merkle.root_of(_LEAVES[:old]), root)
        assert proof == consistency_proof(_node, old, _SIZE)


def test_go_names_the_same_tiles(lines: list[list[str]]) -> None:
    """Go's paths carry the height of a tile, which C2SP fixes at 8 and leaves out."""
    paths = [(int(words[1]), words[2].replace("tile/8/", "tile/")) for words in lines if words[0] == "path"]
    assert len(paths) > 20
    for number, path in paths:
        tile = parse_tile_path(path)
        assert (tile.index, tile.width) == (number, 7 if path.endswith(".p/7") else 256)
