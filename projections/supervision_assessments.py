"""Assessments (考核考评): what a year is scored by, frozen before it, computed at a checkpoint, and objected to.

Source: article 39(1); that the scheme is frozen first and scores no volume of petitions is a decision of this ledger.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from projections.answers import Page
from projections.asking import Asking, listed
from projections.item_answers import OLDEST_FIRST, day_of, named_rows, ordered, select
from projections.reader import Reader
from projections.states import HELD
from projections.supervision import MANDATES, SUPERVISION_ROWS
from projections.tables import Row

_ACTS = f"""
    SELECT place, item, act, outcome, v0 FROM view_mandates
    WHERE place IN (:values) AND track = 'scheme' AND {HELD} ORDER BY place, item, segment
"""
_COMPUTED, _OBJECTION, _NOT_ADOPTED = "assessed", "objection_heard", "not_adopted"

Said = Mapping[tuple[str, int], Sequence[tuple[str, str, int]]]


@dataclass(frozen=True, slots=True)
class Assessment:
    """One assessment: act `item` of the mandate froze `criteria` with their `weights` for `from_on` to `until_on`.

    It is computed at the checkpoint of `checkpoint_size` entries with this `root`; `scores` is the digest of what it
    came to, all three empty until then. `objections` were heard, `upheld` of them adopted, wholly or in part. `state`
    is FROZEN, COMPUTED or CLOSED; act `seq` made it so.
    """

    mandate: str
    item: int
    seq: int
    office: str
    state: str
    from_on: date
    until_on: date
    criteria: tuple[str, ...]
    weights: tuple[int, ...]
    fixed_on: date
    computed_on: date | None
    checkpoint_size: int
    root: str
    scores: str
    objections: int
    upheld: int


def assessments(
    reader: Reader,
    as_of: datetime,
    known_at: int | None = None,
    *,
    unit: str | None = None,
    limit: int | None = None,
    cursor: str | None = None,
) -> Page[Assessment]:
    """Return the assessments, the first frozen first; `unit` is the office that assesses, with its subtree.

    Raises PositionRefused, UnitUnknown, or CursorRefused if the cursor is another question's.
    """

    def sql(asking: Asking) -> Sequence[str]:
        return select(asking, MANDATES, OLDEST_FIRST, f" AND track = 'scheme'{asking.units('office')}")

    def describe(asking: Asking, rows: Sequence[Row]) -> list[Assessment]:
        found = [*named_rows(MANDATES, rows)]
        said: dict[tuple[str, int], list[tuple[str, str, int]]] = {}
        for place, item, *told in asking.ask_cases(_ACTS, sorted({row["place"] for row in found})):
            said.setdefault((place, item), []).append((told[0], told[1], told[2]))
        return [_assessment(row, said) for row in found]

    asked, order = (as_of, known_at, unit, None), ordered(OLDEST_FIRST)
    return listed(reader, SUPERVISION_ROWS, asked, {"track": "scheme"}, order, sql, describe, limit, cursor)


def _assessment(row: Mapping[str, Any], said: Said) -> Assessment:
    acts = said[row["place"], row["item"]]
    computed = [at for act, _, at in acts if act == _COMPUTED]
    objections = [adoption for act, adoption, _ in acts if act == _OBJECTION]
    weighed = [word.partition(":") for word in row["found"].split()]
    return Assessment(
        mandate=row["place"],
        item=row["item"],
        seq=row["seq"],
        office=row["office"],
        state=row["state"],
        from_on=date.fromordinal(row["first_day"]),
        until_on=date.fromordinal(row["last_day"]),
        criteria=tuple(word for word, _, _ in weighed),
        weights=tuple(int(weight) for _, _, weight in weighed),
        fixed_on=day_of(row["opened_at"]),
        computed_on=day_of(computed[-1]) if computed else None,
        checkpoint_size=row["checkpoint_size"],
        root=row["root"],
        scores=row["population"],
        objections=len(objections),
        upheld=sum(adoption != _NOT_ADOPTED for adoption in objections),
    )
