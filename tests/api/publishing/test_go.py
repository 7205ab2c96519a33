"""Another house reads what is published: Go's sumdb/note opens the checkpoint, sumdb/tlog the tiles.

Not tried here, because they need a newer Python than this project's 3.11: `aics-witness`, which would cosign for the
publisher, and `aics-tlog`, which would check its proofs; both want 3.12. Known difference: the note package verifies
no cosignatures (type 4) by itself, so the Go program brings its own verifier, of ten lines, for the witnesses.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from api.publishing.folder import publish_folder
from api.publishing.publisher import Publisher
from api.settings import Settings
from audit.store.notes import format_note_key
from tests.api.demo_city import copy_city, open_city
from tests.api.publishing.witnesses import Net, log_key, make_witness

_PROGRAM = Path(__file__).parent / "read_published.go"
_LIBRARY = Path("/usr/share/gocode/src/golang.org/x/mod/sumdb/tlog")


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The Go program, built once."""
    go = shutil.which("go")
    if go is None or not _LIBRARY.is_dir():
        pytest.skip("not read by Go: it or golang.org/x/mod is not installed (golang-go, golang-golang-x-mod-dev)")
    folder = tmp_path_factory.mktemp("go")
    environment = os.environ | {
        "GO111MODULE": "off",
        "GOPATH": "/usr/share/gocode",
        "GOCACHE": str(folder),
        "GOFLAGS": "",
    }
    command = [go, "build", "-o", str(folder / "reader"), str(_PROGRAM)]
    run = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
    assert run.returncode == 0, run.stderr
    return folder / "reader"


@pytest.fixture(scope="module")
def log(demo_city: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, list[str], int]]:
    """The city's log in a folder under two cosignatures, the keys in text form, and its size."""
    place = tmp_path_factory.mktemp("log")
    with open_city(copy_city(demo_city, place / "home")) as city:
        key = log_key(city)
        net = Net([make_witness(place / name, name, key) for name in ("east", "west")])
        with closing(Publisher(city, net.policy(2), net.transport)) as publisher:
            published = publisher.publish().published
        assert published is not None
        publish_folder(city.ledger, published, place / "www")
        keys = [format_note_key(one) for one in (key, *(one.key for one in net.witnesses))]
        yield place / "www", keys, published.checkpoint.size
        for one in net.witnesses:
            one.store.close()


def _run(reader: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([str(reader), *words], capture_output=True, text=True, check=False)


def test_go_reads_checkpoint_cosignatures_and_tiles(reader: Path, log: tuple[Path, list[str], int]) -> None:
    folder, keys, size = log
    run = _run(reader, str(folder), *keys)
    assert run.returncode == 0, run.stdout + run.stderr
    told = [line.split() for line in run.stdout.splitlines()]
    signers = [words[1] for words in told if words[0] == "signed"]
    assert signers == [keys[0].partition("+")[0], "east", "west"]
    assert ["size", str(size)] in told
    assert ["records", str(-(-size // 10))] in told
    assert ["trees", str(-(-size // 10) - 1)] in told


def test_go_refuses_a_changed_tile_and_another_witness(
    reader: Path, log: tuple[Path, list[str], int], tmp_path: Path
) -> None:
    folder, keys, _ = log
    copied = shutil.copytree(folder, tmp_path / "copy")
    tile = copied / "tile" / "0" / "003"
    tile.write_bytes(bytes(32) + tile.read_bytes()[32:])
    assert _run(reader, str(copied), *keys).returncode == 1
    name, identity, _ = keys[1].split("+", 2)
    other = keys[2].split("+", 2)[2]
    assert _run(reader, str(folder), keys[0], f"{name}+{identity}+{other}").returncode == 1
