"""The tampering exercise: a visitor changes a copy of the demonstration's database, and verification names the place.

Each exercise is what somebody who rules the database could try: the copy's triggers are dropped, rows are changed with
ordinary SQL, and where it helps the hash beside a changed row is made to fit. The copy is thrown away afterwards; the
demonstration itself is only read.
"""

from __future__ import annotations

import re
import shutil
import sqlite3
import tempfile
import time
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import asdict, dataclass, replace
from datetime import date, timedelta
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

from api.errors import UsageRefused
from api.main import MASTER_KEY, Application
from api.settings import SQLITE_PREFIX, Settings
from api.verify.run import verify_database
from audit import merkle
from domain.naming import Name
from projections.overdue import overdue

SHOWN: Final = 3
"""How many faults are told; there may be many more."""
REWOUND: Final = 40
"""How many entries the last exercise cuts off."""
_DAY: Final = re.compile(rb'("claimed_at":")(\d{4}-\d\d-\d\d)')
_BACK: Final = timedelta(days=20)
_NEWEST_REFERENCE: Final = """
    SELECT MAX(notification_id) - 1 FROM entries
    WHERE (originator_id >= 'people/' AND originator_id < 'people0') OR originator_id IN ('ledger', 'rules', 'calendar')
"""


@dataclass(frozen=True, slots=True)
class Target:
    """What is tampered with: an overdue clock and the newest act of its case, by its place in the log, from 0."""

    case: str
    clock: str
    segment: int
    index: int
    size: int


Change = Callable[[sqlite3.Connection, Target], int | None]
"""Changes the copy; returns the place in the log that verification should name, None where a table is to be named."""


@dataclass(frozen=True, slots=True)
class Exercise:
    """One way to cheat: its name, and what is done, in both languages."""

    word: str
    name: Name
    story: Name
    change: Change


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that verification found: its kind, its place in the log (None for a view's), and its words."""

    kind: str
    index: int | None
    detail: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of an exercise: the place that was changed, what was found, and whether the place was named."""

    exercise: str
    case: str
    place: int | None
    faults: int
    first: tuple[Fault, ...]
    caught: bool
    seconds: float

    def document(self) -> dict[str, Any]:
        """The outcome as JSON members."""
        return asdict(self)


def run_exercise(application: Application, word: str) -> Outcome:
    """Copy the demonstration's database, change the copy, verify it against the anchor, and throw it away.

    Some seconds. Raises UsageRefused if the ledger is no demonstration on SQLite, or there is no such exercise.
    """
    settings = application.settings
    if not settings.demo_marker.exists() or not settings.is_sqlite:
        raise UsageRefused("not_a_demo")
    exercise = EXERCISES.get(word)
    if exercise is None:
        raise UsageRefused("exercise_unknown", words=" ".join(EXERCISES))
    target = _target(application)
    with tempfile.TemporaryDirectory(prefix="sundial-tampering-") as folder:
        copied = _copy(settings, Path(folder))
        with closing(sqlite3.connect(copied.database_file)) as database, database:
            for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
                database.execute(f"DROP TRIGGER {name}")
            place = exercise.change(database, target)
        started = time.perf_counter()
        found = verify_database(copied, processes=1, views=place is None)
        seconds = round(time.perf_counter() - started, 1)
    first = tuple(
        Fault(str(one.kind), None if place is None else one.index, one.detail) for one in found.faults[:SHOWN]
    )
    caught = bool(first) and (place is None or first[0].index == place)
    return Outcome(word, target.case, place, found.fault_count, first, caught, seconds)


def _target(application: Application) -> Target:
    row = overdue(application.reader, application.clock(), limit=1).rows[0]
    last = application.ledger.stream_entries(f"case/{row.case}")[-1]
    return Target(row.case, row.clock, row.segment, last.index, application.ledger.head().size)


def _copy(settings: Settings, folder: Path) -> Settings:
    """Copy what a verification needs: database, key store, master key and trust anchor."""
    copied = replace(settings, home=folder, database=f"{SQLITE_PREFIX}{folder / 'sundial.db'}")
    copied.keys.mkdir(mode=0o700)
    for source, target in (
        (settings.database_file, copied.database_file),
        (settings.keystore_file, copied.keystore_file),
    ):
        with closing(sqlite3.connect(source)) as there, closing(sqlite3.connect(target)) as here:
            there.backup(here)
    for name in (f"keys/{MASTER_KEY}.json", settings.anchor_file.name):
        shutil.copy2(settings.home / name, folder / name)
    return copied


def _backdate(database: sqlite3.Connection, target: Target) -> int:
    """Let the newest act of an overdue case claim an earlier day, and make the hash beside it fit."""
    (state,) = database.execute("SELECT state FROM entries WHERE notification_id = ?", (target.index + 1,)).fetchone()
    changed = _DAY.sub(lambda found: found[1] + _earlier(found[2]), bytes(state), count=1)
    database.execute(
        "UPDATE entries SET state = ?, leaf = ? WHERE notification_id = ?",
        (changed, merkle.leaf_hash(changed), target.index + 1),
    )
    return target.index


def _earlier(day: bytes) -> bytes:
    return (date.fromisoformat(day.decode()) - _BACK).isoformat().encode()


def _remove(database: sqlite3.Connection, target: Target) -> int:
    database.execute("DELETE FROM entries WHERE notification_id = ?", (target.index + 1,))
    return target.index


def _relabel(database: sqlite3.Connection, target: Target) -> int:
    database.execute("UPDATE entries SET topic = 'case.concluded.v1' WHERE notification_id = ?", (target.index + 1,))
    return target.index


def _reword(database: sqlite3.Connection, target: Target) -> int:
    """Put what another case's act seals in the place of what this one does."""
    (other,) = database.execute(
        "SELECT sealed FROM disclosures WHERE notification_id < ? ORDER BY notification_id DESC LIMIT 1",
        (target.index + 1,),
    ).fetchone()
    database.execute("UPDATE disclosures SET sealed = ? WHERE notification_id = ?", (other, target.index + 1))
    return target.index


def _unlist(database: sqlite3.Connection, target: Target) -> None:
    """Take the clock off the list of what is overdue, in the table that the list is read from."""
    database.execute(
        "DELETE FROM view_clocks WHERE case_id = ? AND clock = ? AND segment = ?",
        (target.case, target.clock, target.segment),
    )


def _rewind(database: sqlite3.Connection, target: Target) -> int:
    """Cut off the newest entries, and let the head say that there were never more."""
    size = max(target.size - REWOUND, 1)
    for table in ("entries", "disclosures"):
        database.execute(f"DELETE FROM {table} WHERE notification_id > ?", (size,))
    leaves = [bytes(leaf) for (leaf,) in database.execute("SELECT leaf FROM entries ORDER BY notification_id")]
    frontier: tuple[bytes, ...] = ()
    for number, leaf in enumerate(leaves):
        frontier = merkle.append(frontier, number, leaf)
    (state,) = database.execute("SELECT state FROM entries WHERE notification_id = ?", (size,)).fetchone()
    (reference,) = database.execute(_NEWEST_REFERENCE).fetchone()
    told = (size, b"".join(frontier), int.from_bytes(bytes(state)[-8:], "big"), reference)
    database.execute("UPDATE log_head SET size = ?, frontier = ?, recorded_at = ?, reference_at = ?", told)
    return size


EXERCISES: Final[Mapping[str, Exercise]] = MappingProxyType(
    {
        one.word: one
        for one in (
            Exercise(
                "backdate",
                Name("倒签日期", "backdate"),
                Name(
                    "把超期事项最近一项行为的声称日期提前二十天,并重算旁边的散列值,使该行自洽",
                    "the newest act of an overdue case claims a day twenty days earlier, its hash made to fit",
                ),
                _backdate,
            ),
            Exercise(
                "remove",
                Name("删除行为", "remove"),
                Name("删除超期事项最近一项行为", "the newest act of an overdue case is deleted"),
                _remove,
            ),
            Exercise(
                "relabel",
                Name("改换行为", "relabel"),
                Name("把该行为改标为“办结”", "the act's row is labelled as the conclusion of the case"),
                _relabel,
            ),
            Exercise(
                "reword",
                Name("替换文字", "reword"),
                Name("用另一行为的密封文字替换该行为的密封文字", "the act's sealed text is replaced by another act's"),
                _reword,
            ),
            Exercise(
                "unlist",
                Name("移出清单", "unlist"),
                Name(
                    "不动账本,只在视图表中把该时限从超期清单删去",
                    "the log is left alone; the clock is taken off the overdue list, in the table it is read from",
                ),
                _unlist,
            ),
            Exercise(
                "rewind",
                Name("截断账本", "rewind"),
                Name(
                    f"删去最近 {REWOUND} 条,并改写账本头,使账本看似从未更长",
                    f"the newest {REWOUND} entries are cut off, and the head says that there were never more",
                ),
                _rewind,
            ),
        )
    }
)
"""Every exercise, by its word."""
