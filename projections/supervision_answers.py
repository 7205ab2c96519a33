"""What is asked of supervision: its files, the ladder, what was ordered, and what units have not done.

Every list has the same rows (`TrackItem`) and the same filters: `unit` is the office that something is for, with its
subtree, `code` its word when it was opened, `standing` whether it is open, overdue, done by the unit, or settled.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Final

from projections.answers import Page
from projections.asking import Asking
from projections.item_answers import Days, Standing, TrackItem, alive, list_items
from projections.reader import Reader
from projections.supervision import DISSATISFIED, ON_CASES, SUPERVISION, SUPERVISION_ROWS

TRACKS: Final = (*ON_CASES, DISSATISFIED)


@dataclass(frozen=True, slots=True)
class TrackCount:
    """How the things of one track stood, for one unit.

    `open` can still go on, `overdue` are waited for and past their day, `done` the unit has done what it was told,
    `late` of them after the day, `settled` nothing can follow.
    """

    unit: str
    opened: int
    open: int
    overdue: int
    done: int
    late: int
    settled: int


def track_items(
    reader: Reader,
    as_of: datetime,
    known_at: int | None = None,
    *,
    track: str,
    unit: str | None = None,
    code: str | None = None,
    standing: Standing | None = None,
    limit: int | None = None,
    cursor: str | None = None,
) -> Page[TrackItem]:
    """Return the things of one track opened by then, the first opened first.

    The tracks are supervision (code: trigger; outcome: finding), rectification, correction (fault), escalation (step;
    `about` is the decision of the conference), instruction, coordination, duty (letters read and reports heard: the
    unit is that of the report), aid (fund), exclusion (the figure that a case is left out of) and publication (scope),
    whose unit is the office that had the case when they were asked for, and dissatisfied: cases rated so (code:
    custody of the key; about: the round), which wait until somebody followed them up or the case was reopened.

    Raises KeyError for another track, PositionRefused, UnitUnknown, or CursorRefused if the cursor is another
    question's.
    """
    if track not in TRACKS:
        raise KeyError(track)
    asked = (as_of, known_at, unit)
    return list_items(reader, SUPERVISION_ROWS, SUPERVISION, (track,), asked, {"code": code}, standing, limit, cursor)


supervision_files = partial(track_items, track="supervision")
rectifications = partial(track_items, track="rectification")
corrections = partial(track_items, track="correction")
ladder = partial(track_items, track="escalation")
instructions = partial(track_items, track="instruction")
coordination_letters = partial(track_items, track="coordination")
leader_duties = partial(track_items, track="duty")
dissatisfied_cases = partial(track_items, track="dissatisfied")


def count_track(
    reader: Reader,
    as_of: datetime,
    known_at: int | None = None,
    *,
    track: str,
    unit: str | None = None,
    code: str | None = None,
) -> Page[TrackCount]:
    """Count the things of one track by the unit that they are for. Raises what `track_items` raises."""
    if track not in TRACKS:
        raise KeyError(track)
    with reader.at(SUPERVISION_ROWS, known_at) as moment:
        asking = Asking(moment, as_of, unit, code=code)
        past = f"waiting = 1 AND {Days(asking).past()}"
        ones = ("settled = 0", past, "done_at > 0", "done_late = 1", "settled = 1")
        sums = ", ".join(f"SUM(CASE WHEN {one} THEN 1 ELSE 0 END)" for one in ones)
        where = (
            f"track = '{track}' AND {alive(asking)}{asking.units()}{' AND code = :code' if code is not None else ''}"
        )
        sql = f"SELECT unit, COUNT(*), {sums} FROM view_supervision WHERE {where} GROUP BY unit ORDER BY unit"
        rows = asking.ask(sql)
    return Page(as_of, moment.known_at, tuple(TrackCount(row[0], *map(int, row[1:])) for row in rows))
