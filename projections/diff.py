"""What changed in a figure, or in the overdue list, between two moments, and which acts or mere time made it change.

Both moments are pairs of a world time and a log position. A member that came, went or crossed the line is asked about
again at each act that was known before and took effect between the two world times, and then at each that was recorded
in between, as of the later world time: the acts at which the answer turns made the change. Where it turns elsewhere,
time passed: a due day went by.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, NamedTuple

from domain.effective import from_unix_ms, unix_ms
from projections.errors import PeriodRefused
from projections.figures import FIGURE_FACTS
from projections.figures_answers import FigureRow, rows_of
from projections.figures_lists import walk_members
from projections.figures_question import FigureQuestion, figure_named, period_of
from projections.reader import Moment, Reader
from projections.tables import Row

OVERDUE: Final = "overdue"
_NOWHERE, _BELOW, _ABOVE = "", "denominator", "numerator"
_ACTS = "SELECT idx, action FROM view_acts WHERE case_id = :case AND idx >= :first AND idx < :last"
_EFFECTIVE = """
    SELECT effective_ms, idx, action FROM view_acts
    WHERE case_id = :case AND idx < :last AND effective_ms > :since AND effective_ms <= :until
"""
_SHARED: Final = """
    SELECT notification_id - 1, topic FROM entries WHERE originator_id IN ('calendar', 'rules')
        AND notification_id > :first AND notification_id <= :last
"""

Key = tuple[str, str, int]


class At(NamedTuple):
    """A moment: as of a world time, with the first `known_at` entries known (None: all that are folded)."""

    as_of: datetime
    known_at: int | None = None


@dataclass(frozen=True, slots=True)
class MadeBy:
    """An act that made a change: its log index, its name, and its case; `case` is "" for a calendar or for rules."""

    index: int
    action: str
    case: str


@dataclass(frozen=True, slots=True)
class Change:
    """One member that changed. `was` and `now` are "", denominator or numerator; a count has numerators alone.

    `acts` made the change, in log order; `time` says that the passing of time had a part in it.
    """

    case: str
    clock: str
    item: int
    unit: str
    was: str
    now: str
    acts: tuple[MadeBy, ...]
    time: bool


@dataclass(frozen=True, slots=True)
class Diff:
    """A figure at two moments and the members that changed between them, in order; `total` counts all of them."""

    before: FigureRow
    after: FigureRow
    total: int
    came: int
    went: int
    changes: tuple[Change, ...]


def diff(
    reader: Reader,
    figure: str,
    before: At,
    after: At,
    *,
    unit: str | None = None,
    month: str | None = None,
    clock: str | None = None,
    limit: int | None = 100,
) -> Diff:
    """Return what changed in a figure between two moments; the figure `overdue` is the list of overdue clocks.

    `clock` keeps the members with that clock; at most `limit` changes are explained. The later moment must not know
    less than the earlier one. Raises PeriodRefused if it does, and what `figures` raises.
    """
    one = figure_named(figure)
    with reader.at(FIGURE_FACTS, before.known_at) as then, reader.at(FIGURE_FACTS, after.known_at) as now:
        if now.known_at < then.known_at:
            raise PeriodRefused("the second moment must not know less than the first")
        rows = [
            next(rows_of(moment, one, period_of(month, at.as_of), at.as_of, unit, by_unit=False))
            for moment, at in ((then, before), (now, after))
        ]
        asked = _Asked(reader, figure, unit, month)
        was, is_now = asked.standing(then, before.as_of), asked.standing(now, after.as_of)
        keys = [key for key in sorted(was.keys() | is_now.keys()) if was.get(key) != is_now.get(key)]
        keys = [key for key in keys if clock in (None, key[1])]
        moments = ((then, before.as_of), (now, after.as_of))
        changes = tuple(asked.explain(key, was, is_now, *moments) for key in keys[:limit])
    came = sum(key not in was for key in keys)
    return Diff(rows[0], rows[1], len(keys), came, sum(key not in is_now for key in keys), changes)


Place = tuple[str, str]
Standing = dict[Key, Place]


class _Asked:
    """Asks where members of one figure stand, at any moment."""

    def __init__(self, reader: Reader, figure: str, unit: str | None, month: str | None) -> None:
        self._reader = reader
        self._figure = figure_named(figure)
        self._unit = unit
        self._month = month

    def standing(self, moment: Moment, as_of: datetime, case: str = "") -> Standing:
        """Return where each member stands, of one case or of all, with its unit."""
        period = period_of(self._month, as_of)
        cases = (case, case) if case else None
        asked = FigureQuestion(moment, self._figure, period, self._unit, cases)
        return {_key(row): self._place(row) for _, row in walk_members(asked, _BELOW, None, None)}

    def _place(self, row: Row) -> tuple[str, str]:
        return (_ABOVE if row[5] or not self._figure.rate else _BELOW), row[3]

    def explain(
        self, key: Key, was: Standing, now: Standing, then: tuple[Moment, datetime], later: tuple[Moment, datetime]
    ) -> Change:
        """Return one change with the acts at which the answer turned, and whether time had a part in it."""
        case, clock, item = key
        (known_then, since), (known_now, as_of) = then, later
        place = self.standing(known_then, as_of, case).get(key)
        acts, time = self._took_effect(key, known_then, was.get(key), place, (since, as_of))
        for index, action, of_case in _between(known_now, case, known_then.known_at, known_now.known_at):
            with self._reader.at(FIGURE_FACTS, index + 1) as moment:
                turned = self.standing(moment, as_of, case).get(key)
            if turned != place:
                acts.append(MadeBy(index, action, of_case))
                place = turned
        before, after = was.get(key, (_NOWHERE, "")), now.get(key, (_NOWHERE, ""))
        made = tuple(sorted(acts, key=lambda act: act.index))
        return Change(case, clock, item, after[1] or before[1], before[0], after[0], made, time)

    def _took_effect(
        self, key: Key, known: Moment, was: Place | None, now: Place | None, times: tuple[datetime, datetime]
    ) -> tuple[list[MadeBy], bool]:
        """Return the acts known already that turned the answer by taking effect, and whether it turned without one."""
        if was == now:
            return [], False
        asked = {"since": unix_ms(times[0]), "until": unix_ms(times[1]), "last": known.known_at, "case": key[0]}
        effects: dict[int, list[MadeBy]] = {}
        for effective_ms, index, action in known.session.query(_EFFECTIVE, asked):
            effects.setdefault(effective_ms, []).append(MadeBy(index, action, key[0]))
        acts, place, time = [], was, False
        for effective_ms, of_then in sorted(effects.items()):
            before, after = (
                self.standing(known, from_unix_ms(at), key[0]).get(key) for at in (effective_ms - 1, effective_ms)
            )
            time = time or before != place
            acts += of_then if after != before else []
            place = after
        return acts, time or place != now


def _between(moment: Moment, case: str, first: int, last: int) -> Sequence[tuple[int, str, str]]:
    """Return the acts recorded between two positions that can bear on a case: its own, calendars and rules."""
    parameters = {"case": case, "first": first, "last": last}
    own = [(index, action, case) for index, action in moment.session.query(_ACTS, parameters)]
    shared = [(index, action, "") for index, action in moment.session.query(_SHARED, parameters)]
    return sorted([*own, *shared])


def _key(row: Row) -> Key:
    return row[0], row[1], row[2]
