"""A published folder is good after every interruption, goes on where it was, and serves the same bytes as HTTP."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from api.demo.stage import demo_clock
from api.errors import CheckFailed, UsageRefused
from api.main import Application, machine_clock, open_application
from api.publishing.folder import publish_folder, write_public
from api.publishing.schedule import publish_once
from api.publishing.standing import Published
from api.settings import Settings
from audit import merkle
from audit.anchor import Anchor, parse_anchor
from audit.checkpoint import parse_checkpoint
from audit.errors import ProofRejected
from audit.note import parse_note
from audit.published import REFERENCES, check_tiles, read_share
from audit.verify import LogVerifier
from tests.api.clients import client_of
from tests.api.conftest import runner
from tests.api.demo_city import copy_city, open_city
from tests.api.publishing.killing import publish_to, start
from tests.api.publishing.witnesses import record


def check_folder(folder: Path, anchor: Anchor | None, *, entries: bool) -> int:
    """Check a folder as `sundial-audit tree` does, in this process; return the size of its checkpoint."""

    def read(path: str) -> bytes | None:
        return (folder / path).read_bytes() if (folder / path).is_file() else None

    note = (folder / "checkpoint").read_text()
    checkpoint = parse_checkpoint(parse_note(note).text)
    size = checkpoint.size
    there = read("tile/entries/000") is not None or read(f"tile/entries/000.p/{size}") is not None
    assert there == entries
    if there:
        verifier = LogVerifier(anchor)
        parts = [verifier.read_references(read_share(read, size, REFERENCES, 1))]
        parts.append(verifier.read_streams(read_share(read, size, 0, 1)))
        tree, faults = verifier.finish(size, parts, [note])
        check_tiles(read, tree)
        assert [*faults, *tree.faults] == []
    else:
        leaves = b"".join((read(_tile(at, size)) or b"") for at in range(-(-size // 256)))
        assert merkle.root_of(leaves[at : at + 32] for at in range(0, len(leaves), 32)) == checkpoint.root
    return size


def _tile(at: int, size: int) -> str:
    width = min(256, size - at * 256)
    return f"tile/0/{at:03}" if width == 256 else f"tile/0/{at:03}.p/{width}"


def _published(application: Application) -> Published:
    found = publish_once(application).published
    assert found is not None
    return found


@pytest.fixture
def anchor(small: Settings) -> Callable[[], Anchor]:
    return lambda: parse_anchor(small.anchor_file.read_bytes())


class Interrupted(Exception):
    """The machine stopped."""


def _interrupt(at: int, *, after: bool) -> Callable[[Path, bytes], None]:
    """A writer that stops at the so manieth file, before or after it was put in its place."""
    left = iter(range(at, -1, -1))

    def write(path: Path, data: bytes) -> None:
        if (last := next(left) == 0) and not after:
            raise Interrupted
        write_public(path, data)
        if last:
            raise Interrupted

    return write


@pytest.mark.parametrize("after", [False, True], ids=["before the write", "after the write"])
@pytest.mark.parametrize("entries", [False, True], ids=["hashes", "with entries"])
def test_whatever_write_is_the_last_the_folder_is_good(
    ledger: Application, anchor: Callable[[], Anchor], tmp_path: Path, entries: bool, after: bool
) -> None:
    folder = tmp_path / "www"
    record(ledger, 2)
    first = _published(ledger)
    publish_folder(ledger.ledger, first, folder, entries=False)
    record(ledger, 3)
    second = _published(ledger)
    for at in range(20):
        try:
            publish_folder(ledger.ledger, second, folder, entries=entries, write=_interrupt(at, after=after))
        except Interrupted:
            has_entries = (folder / "tile" / "entries" / "000.p").is_dir() and after
            size = (folder / "checkpoint").read_text().split("\n")[1]
            shown = has_entries and (folder / f"tile/entries/000.p/{size}").is_file()
            check_folder(folder, anchor(), entries=shown)
        else:
            break
    assert check_folder(folder, anchor(), entries=entries) == second.checkpoint.size


def test_a_log_of_many_tiles_grows_and_is_good_with_and_without_entries(demo_home: Settings, tmp_path: Path) -> None:
    with open_city(demo_home) as city:
        published = _published(city)
        wide, narrow = tmp_path / "wide", tmp_path / "narrow"
        publish_folder(city.ledger, published, narrow)
        publish_folder(city.ledger, published, wide)
        publish_folder(city.ledger, published, wide, entries=True)  # entries may come later
        record(city, 2)
        grown = _published(city)
        for folder, entries in ((narrow, False), (wide, True)):
            assert publish_folder(city.ledger, grown, folder, entries=entries) <= 8
            assert publish_folder(city.ledger, grown, folder, entries=entries) == 0
            anchor = parse_anchor(demo_home.anchor_file.read_bytes())
            assert check_folder(folder, anchor, entries=entries) == grown.checkpoint.size
        with pytest.raises(UsageRefused, match="folder_has_entries"):
            publish_folder(city.ledger, grown, wide)
        _same_bytes(city, narrow, wide)


def _same_bytes(city: Application, narrow: Path, wide: Path) -> None:
    """HTTP answers with the bytes of the files."""
    with client_of(city) as client:
        for folder in (narrow, wide):
            for path in (one for one in sorted(folder.rglob("*")) if one.is_file()):
                name = path.relative_to(folder).as_posix()
                answer = client.get(f"/{name}")
                assert (answer.status_code, answer.content) == (200, path.read_bytes()), name


def test_a_log_on_either_store_is_published(application: Application, tmp_path: Path) -> None:
    record(application)
    published = _published(application)
    publish_folder(application.ledger, published, tmp_path / "www", entries=True)
    anchor = parse_anchor(application.settings.anchor_file.read_bytes())
    assert check_folder(tmp_path / "www", anchor, entries=True) == application.ledger.head().size


def test_a_folder_of_another_ledger_or_of_a_later_log_is_left_alone(ledger: Application, tmp_path: Path) -> None:
    folder = tmp_path / "www"
    before = _published(ledger)
    record(ledger)
    publish_folder(ledger.ledger, _published(ledger), folder)
    kept = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    with pytest.raises(CheckFailed, match="folder_contradicted"):
        publish_folder(ledger.ledger, before, folder)
    (folder / "checkpoint").write_text("other.example\n1\nAAAA\n")
    with pytest.raises(CheckFailed, match="folder_contradicted"):
        publish_folder(ledger.ledger, before, folder)
    assert {path for path in folder.rglob("*") if path.is_file()} == set(kept)


def test_a_changed_tile_is_found_by_the_auditor(ledger: Application, tmp_path: Path) -> None:
    folder = tmp_path / "www"
    publish_folder(ledger.ledger, _published(ledger), folder, entries=True)
    (tile,) = (folder / "tile" / "0" / "000.p").iterdir()
    tile.write_bytes(bytes(32) + tile.read_bytes()[32:])
    with pytest.raises((AssertionError, ProofRejected)):
        check_folder(folder, parse_anchor(ledger.settings.anchor_file.read_bytes()), entries=True)


def test_the_command_writes_it_and_says_unwitnessed(small: Settings, tmp_path: Path) -> None:
    run = runner(small)
    answer = run("publish", tmp_path / "www", "--entries", "--json")
    assert (answer.code, answer.json["witnessed"], answer.json["pending_since"]) == (0, False, None)
    assert answer.json["files"] == 3
    assert "unwitnessed" in run("publish", tmp_path / "www", "--entries").out
    assert run("publish", tmp_path / "www").code == 2
    assert "unwitnessed" in run("tick").out
    assert run("export", "log", tmp_path / "log").code == 0
    assert check_folder(tmp_path / "log", parse_anchor(small.anchor_file.read_bytes()), entries=True) > 0
    assert run("export", "evidence", tmp_path / "evidence", "--json").json["evidence"] == []


def test_with_a_policy_the_command_fails_closed(small: Settings, tmp_path: Path) -> None:
    run = runner(small)
    assert run("publish").code == 0
    policy = tmp_path / "policy"
    vkey = run("witness", "keygen", "--name", "w.example").out.strip()
    policy.write_text(f"witness w {vkey} http://127.0.0.1:1/\nquorum w\n")
    answer = run("publish", tmp_path / "www", "--policy", policy)
    assert (answer.code, "pending since" in answer.out, "cannot be reached" in answer.out) == (1, True, True)
    (small.home / "policy").write_text("nonsense\n")
    assert run("publish").code == 2


@pytest.fixture(scope="module")
def kill_home(demo_city: Settings, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    return copy_city(demo_city, tmp_path_factory.mktemp("kill") / "home")


def _kill_loop(settings: Settings, folder: Path, loops: int, seed: int) -> int:
    """Let a process publish, kill it somewhere, look at the folder; return how many were killed before their end."""
    chance = random.Random(seed)
    clock = demo_clock(settings) or machine_clock
    killed, longest = 0, 0.4
    anchor = parse_anchor(settings.anchor_file.read_bytes())  # a reader's, who took it before
    for _ in range(loops):
        began = time.monotonic()
        process = start(settings, folder)
        process.join(chance.uniform(0.02, longest))
        if process.exitcode is None:
            process.kill()
            process.join()
            killed += 1
        else:
            assert process.exitcode == 0
            longest = 1.1 * (time.monotonic() - began)
        if (folder / "checkpoint").exists():
            first = folder / "tile" / "entries" / "000"
            entries = first.is_file() or any(first.with_name("000.p").glob("[0-9]*"))
            check_folder(folder, anchor, entries=entries)
        if chance.random() < 0.3:
            with open_application(settings, clock=clock) as opened:
                record(opened)
    publish_to(settings, folder)
    with open_application(settings, clock=clock) as opened:
        assert check_folder(folder, anchor, entries=True) == opened.ledger.head().size
    return killed


def test_a_killed_publisher_leaves_a_good_folder(small: Settings, tmp_path: Path) -> None:
    _kill_loop(small, tmp_path / "www", 3, seed=1)


@pytest.mark.soak(minutes=3)
def test_two_hundred_killed_publishers_leave_a_good_folder(
    kill_home: Settings, tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    killed = sum(_kill_loop(kill_home, tmp_path / str(seed), 20, seed) for seed in range(10))
    record_property("count: publishers killed before their end, of 200", killed)
    assert killed > 50
