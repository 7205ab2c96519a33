"""A published log as a folder of files, for any web server or object store.

Every file is written beside its place, flushed, and put there in one step; the checkpoint comes last, so that whatever
interrupts the writing leaves a folder that is good for the checkpoint in it. Going on does not write again what is
there already. Entry bundles are complete for the checkpoint in the folder as soon as the first of them is there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from api.errors import CheckFailed, UsageRefused
from api.positions import log_key_of
from api.publishing.standing import Published, sync_folder, write_whole
from api.publishing.tiles import tile_bytes
from audit.checkpoint import Checkpoint, open_checkpoint
from audit.errors import AuditError
from audit.store.ledger import Ledger
from audit.store.tile_files import TilePath
from audit.tiles import ENTRIES, HEIGHT, WIDTH, tile_path, tile_width

Progress = Callable[[int, int], None]
Write = Callable[[Path, bytes], None]
READABLE = 0o644


def write_public(path: Path, data: bytes) -> None:
    """Write a file that a web server may read, in one step."""
    write_whole(path, data, READABLE)


def publish_folder(
    ledger: Ledger,
    published: Published,
    folder: Path,
    *,
    entries: bool = False,
    progress: Progress = lambda done, total: None,
    write: Write = write_public,
) -> int:
    """Write what is published to a folder, and return how many files were written.

    Raises CheckFailed if the folder holds a checkpoint that the published one does not go on from, UsageRefused if it
    holds entry bundles that this run would leave behind, or cannot be written.
    """
    before = _checkpoint_in(ledger, folder, published.checkpoint)
    has_entries = _has_entries(folder)
    if has_entries and not entries:
        raise UsageRefused("folder_has_entries")
    size = published.checkpoint.size
    paths = [*_hash_tiles(before, size)]
    if entries:
        paths += _bundles(before if has_entries else 0, size, backwards=not has_entries)
    written = 0
    try:
        for number, path in enumerate(paths, 1):
            written += _put(folder / tile_path(path.level, path.index, path.width), tile_bytes(ledger, path), write)
            progress(number, len(paths))
        written += _put(folder / "checkpoint", published.note.encode(), write)
    except OSError as error:
        raise UsageRefused("folder_unwritable", reason=error.strerror or "") from error
    _drop_partials(folder, before, size, entries=entries)
    return written


def _checkpoint_in(ledger: Ledger, folder: Path, published: Checkpoint) -> int:
    """Return the size of the checkpoint in a folder, 0 without one; raises CheckFailed if it is no part of the log."""
    try:
        note = (folder / "checkpoint").read_text("utf-8")
    except FileNotFoundError:
        return 0
    except (OSError, UnicodeDecodeError) as error:
        raise CheckFailed("folder_contradicted") from error
    try:
        found = open_checkpoint(note, ledger.origin, log_key_of(ledger, note))
        if found.size > published.size or ledger.root(found.size) != found.root:
            raise CheckFailed("folder_contradicted")
    except AuditError as error:
        raise CheckFailed("folder_contradicted") from error
    return found.size


def _has_entries(folder: Path) -> bool:
    """Say whether the first entry bundle is there, of any width; the others are as soon as it is."""
    first = folder / tile_path(ENTRIES, 0)
    return first.is_file() or first.with_name(f"{first.name}.p").is_dir()


def _hash_tiles(old: int, size: int) -> Iterator[TilePath]:
    """Yield the tiles that a log of this size has and one of the old size has not, with the partial ones."""
    level = 0
    while size >> HEIGHT * level:
        yield from _level(level, old >> HEIGHT * level, size >> HEIGHT * level)
        level += 1


def _bundles(old: int, size: int, *, backwards: bool) -> list[TilePath]:
    """Return the entry bundles likewise; backwards where the first of them says that all the others are there."""
    found = [*_level(ENTRIES, old, size)]
    return found[::-1] if backwards else found


def _level(level: int, old: int, count: int) -> Iterator[TilePath]:
    """Yield the tiles of one level that hold the hashes from old on, of so many in all."""
    for index in range(old // WIDTH, -(-count // WIDTH)):
        yield TilePath(level, index, min(WIDTH, count - index * WIDTH))


def _put(path: Path, data: bytes, write: Write) -> int:
    """Write a file unless it is there with these very bytes; return 1 if it was written."""
    if path.is_file() and path.stat().st_size == len(data) and path.read_bytes() == data:
        return 0
    missing = [one for one in (path.parent, *path.parent.parents) if not one.is_dir()]
    path.parent.mkdir(mode=0o755, parents=True, exist_ok=True)
    for made in missing:
        sync_folder(made.parent)
    write(path, data)
    return 1


def _drop_partials(folder: Path, old: int, size: int, *, entries: bool) -> None:
    """Delete the partial forms of tiles that have become full, to which a reader falls back.

    Source: tlog-tiles, "Partial Tiles": they may go once the full one is there.
    """
    levels = [ENTRIES] if entries else []
    for level in [*levels, *range(8)]:
        shift = HEIGHT * max(level, 0)
        for index in range((old >> shift) // WIDTH, (size >> shift) // WIDTH):
            full = folder / tile_path(level, index)
            partial = full.with_name(f"{full.name}.p")
            if tile_width(level, index, size) == WIDTH and full.is_file() and partial.is_dir():
                for one in partial.iterdir():
                    one.unlink(missing_ok=True)
                partial.rmdir()
