"""Which views stand in the database, made by which version of their code, and how far they have folded.

Every view stands on the same position, so that one answer may join several. A view that is built beside the old one
has its rows in tables ending in `_new` and its own line here, marked `stage` 1, until the swap.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from projections.database import Database, Session
from projections.errors import OutOfStep, ViewsMissing
from projections.tables import Table, add_key, create_indexes, create_table
from projections.view import View, all_tables

LIVE, STAGE = 0, 1
_SUFFIX = {LIVE: "", STAGE: "_new"}

_CREATE = (
    """CREATE TABLE IF NOT EXISTS view_state (
        stage INTEGER NOT NULL, name VARCHAR(63) NOT NULL, version INTEGER NOT NULL,
        generation INTEGER NOT NULL, position BIGINT NOT NULL, tables VARCHAR(4000) NOT NULL,
        PRIMARY KEY (stage, name))""",
    """CREATE TABLE IF NOT EXISTS view_ranges (
        low VARCHAR(200) NOT NULL PRIMARY KEY, high VARCHAR(200), done INTEGER NOT NULL)""",
)
_STANDING = "SELECT name, version, generation, position, tables FROM view_state WHERE stage = :stage ORDER BY name"
_ADD = "INSERT INTO view_state VALUES (:stage, :name, :version, :generation, :position, :tables)"
_ADVANCE = """
    UPDATE view_state SET position = :new
    WHERE stage = :stage AND position = :old AND name || ' ' || version IN (:values)
"""


class Standing(NamedTuple):
    """One view in the database.

    Its name, the version of the code that made it, how often it was built, the position it has folded up to, and its
    tables' names with blanks between them.
    """

    name: str
    version: int
    generation: int
    position: int
    tables: str


def create_registry(database: Database) -> None:
    """Create the tables of this module where they are missing."""
    with database.read() as session:
        if session.has_table("view_state") and session.has_table("view_ranges"):
            return
    with database.write() as session:
        for statement in _CREATE:
            session.run(statement)


def standing(session: Session, stage: int) -> dict[str, Standing]:
    """Return the views that stand live, or on the stage."""
    return {row[0]: Standing(*row) for row in session.look_up(_STANDING, {"stage": stage})}


def live_position(session: Session, view: View | None = None) -> int:
    """Return the position of the live views: how many entries they have folded.

    Raises ViewsMissing if there are none, or if the view asked for stands in another version.
    """
    rows = {} if not session.has_table("view_state") else standing(session, LIVE)
    found = rows.get(view.name) if view else next(iter(rows.values()), None)
    if found is None or (view and found.version != view.version):
        raise ViewsMissing(f"the view {view.name if view else ''} has to be built first: run `rebuild`")
    return found.position


def table_name(table: Table, stage: int) -> str:
    """Return the name under which a table stands live or on the stage."""
    return table.name + _SUFFIX[stage]


def advance(session: Session, stage: int, views: Iterable[View], old: int, new: int) -> None:
    """Move the position of these views from old to new, or none of them.

    Raises OutOfStep if one does not stand at old in this version of its code: then another process has folded these
    entries or swapped a view, and the caller's transaction must not be kept.
    """
    names = [f"{view.name} {view.version}" for view in views]
    if session.run_any(_ADVANCE, names, {"stage": stage, "old": old, "new": new}) != len(names):
        raise OutOfStep(f"not all of these views stand at entry {old}: {', '.join(names)}")


def add_stage(session: Session, views: Iterable[View], position: int, ranges: Iterable[tuple[str, str | None]]) -> None:
    """Create the staged tables of views, to be filled up to a position by these ranges of streams.

    A staged view counts one generation more than the live one, which keeps the names of indexes apart.
    """
    live = standing(session, LIVE)
    for view in views:
        for table in all_tables(view):
            session.run(create_table(table, table_name(table, STAGE), session.dialect, keyed=False))
        generation = live[view.name].generation + 1 if view.name in live else 1
        names = " ".join(table.name for table in all_tables(view))
        parameters = {"stage": STAGE, "name": view.name, "version": view.version, "tables": names}
        session.run(_ADD, {**parameters, "generation": generation, "position": position})
    for low, high in ranges:
        session.run("INSERT INTO view_ranges VALUES (:low, :high, 0)", {"low": low, "high": high})


def pending_ranges(session: Session) -> list[tuple[str, str | None]]:
    """Return the ranges of streams that are still to be filled in."""
    return [(low, high) for low, high in session.query("SELECT low, high FROM view_ranges WHERE done = 0 ORDER BY low")]


def take_range(session: Session, low: str) -> bool:
    """Tick a range off, in the transaction that fills it in; return False if another process has done it already."""
    return session.run("UPDATE view_ranges SET done = 1 WHERE low = :low AND done = 0", {"low": low}) == 1


def is_taken(session: Session, low: str) -> bool:
    """Say whether a range was ticked off; one that another process is filling in was not."""
    return bool(session.look_up("SELECT 1 FROM view_ranges WHERE low = :low AND done = 1", {"low": low}))


def add_keys(session: Session, view: View, table: Table) -> None:
    """Give a filled staged table of a view its key and indexes."""
    name = table_name(table, STAGE)
    if session.dialect == "postgres":
        session.run(add_key(table, name))
    for statement in create_indexes(table, name, standing(session, STAGE)[view.name].generation, session.dialect):
        session.run(statement)


def drop_stage(session: Session) -> None:
    """Remove all that is left of a build that will not be resumed."""
    for found in standing(session, STAGE).values():
        for name in found.tables.split():
            session.run(f"DROP TABLE IF EXISTS {name}{_SUFFIX[STAGE]}")
    session.run("DELETE FROM view_state WHERE stage = :stage", {"stage": STAGE})
    session.run("DELETE FROM view_ranges")


def swap(session: Session, retired: Iterable[str]) -> None:
    """Put the staged views in the place of the live ones of the same names; the caller's session holds the views.

    Views that are retired are removed, and with them their tables.
    """
    live, staged = standing(session, LIVE), standing(session, STAGE)
    for name in {*retired, *staged} & {*live}:
        for table in live[name].tables.split():
            session.run(f"DROP TABLE IF EXISTS {table}")
        session.run("DELETE FROM view_state WHERE stage = :stage AND name = :name", {"stage": LIVE, "name": name})
    for found in staged.values():
        for table in found.tables.split():
            session.run(f"ALTER TABLE {table}{_SUFFIX[STAGE]} RENAME TO {table}")
    session.run("UPDATE view_state SET stage = :live WHERE stage = :stage", {"live": LIVE, "stage": STAGE})
    session.run("DELETE FROM view_ranges")
