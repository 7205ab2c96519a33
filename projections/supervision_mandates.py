"""Mandates (督查授权) and what is done within them: random inspections, visits, lists of a campaign, assessments.

A mandate is a matter, some units and a period; the matter is sealed. What is done outside the period is refused when it
is recorded, and a mandate that was not closed when its period ended is shown as lapsed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal, TypeVar

from projections.answers import Page
from projections.asking import Asking, listed
from projections.item_answers import OLDEST_FIRST, Days, day_of, maybe_day, named_rows, ordered, select
from projections.reader import Reader
from projections.states import ALIVE, BEGUN_LATE
from projections.supervision import MANDATES, SUPERVISION_ROWS
from projections.tables import Row

R = TypeVar("R")

Counts = Mapping[tuple[str, str], int]


@dataclass(frozen=True, slots=True)
class Mandate:
    """One mandate as it stood: `office` may look into `units` from `from_on` to `until_on`, both included.

    `lapsed` says that the period is over and nobody closed it. `replays`, `draws`, `visits` and `lists` count what was
    done within it.
    """

    mandate: str
    kind: str
    office: str
    units: tuple[str, ...]
    from_on: date
    until_on: date
    state: str
    lapsed: bool
    opened_on: date
    closed_on: date | None
    replays: int
    draws: int
    visits: int
    lists: int
    late_recorded: bool


@dataclass(frozen=True, slots=True)
class RandomInspection:
    """One draw: `population` is the digest of the `size` sorted case numbers, fixed before the seed could be known.

    `root` at `checkpoint_size` is the seed, `drawn` how many cases were drawn by it; the cases stand in act `seq`.
    Anybody can repeat the draw (`domain.tracks.draw`).
    """

    mandate: str
    item: int
    seq: int
    office: str
    state: str
    population: str
    size: int
    fixed_on: date
    drawn_on: date | None
    checkpoint_size: int
    root: str
    drawn: int


@dataclass(frozen=True, slots=True)
class Visit:
    """One inspection on the spot. What was found is None until it was: facts clear, procedure right, satisfaction."""

    mandate: str
    item: int
    seq: int
    office: str
    unit: str
    state: str
    planned_on: date | None
    overdue_days: int
    held_on: date | None
    facts_clear: bool | None
    procedure_right: bool | None
    satisfied: bool | None


@dataclass(frozen=True, slots=True)
class CampaignList:
    """The list of a campaign: rates are over the `size` cases fixed at the checkpoint, whatever was changed since.

    `added` and `removed` were confirmed by a second person, `pending` wait for one.
    """

    mandate: str
    item: int
    seq: int
    office: str
    state: str
    population: str
    size: int
    fixed_on: date
    checkpoint_size: int
    root: str
    added: int
    removed: int
    pending: int


def mandates(
    reader: Reader,
    as_of: datetime,
    known_at: int | None = None,
    *,
    unit: str | None = None,
    standing: Literal["open", "closed"] | None = None,
    limit: int | None = None,
    cursor: str | None = None,
) -> Page[Mandate]:
    """Return the mandates opened by then, the first opened first; `unit` is the office that holds it, with its subtree.

    Raises PositionRefused, UnitUnknown, or CursorRefused if the cursor is another question's.
    """
    which = {None: "", "open": " AND state = 'OPEN'", "closed": " AND state = 'CLOSED'"}[standing]

    def told(asking: Asking, row: Mapping[str, Any], counts: Counts) -> Mandate:
        return _mandate(row, asking.day, counts)

    return _list(reader, (as_of, known_at, unit), "mandate", f"{standing}", which, told, limit, cursor)


def random_inspections(
    reader: Reader,
    as_of: datetime,
    known_at: int | None = None,
    *,
    unit: str | None = None,
    limit: int | None = None,
    cursor: str | None = None,
) -> Page[RandomInspection]:
    """Return the draws, the first fixed first; `unit` is the office that draws. Raises what `mandates` raises."""

    def told(asking: Asking, row: Mapping[str, Any], counts: Counts) -> RandomInspection:
        where = (row["place"], row["item"], row["seq"], row["office"], row["state"])
        fixed = (row["population"], row["about"], day_of(row["opened_at"]))
        drawn_on = day_of(row["v0"]) if row["state"] == "DRAWN" else None
        return RandomInspection(*where, *fixed, drawn_on, row["checkpoint_size"], row["root"], row["drawn"])

    return _list(reader, (as_of, known_at, unit), "draw", "", "", told, limit, cursor)


def inspection_visits(
    reader: Reader,
    as_of: datetime,
    known_at: int | None = None,
    *,
    unit: str | None = None,
    limit: int | None = None,
    cursor: str | None = None,
) -> Page[Visit]:
    """Return the visits, the first planned first; `unit` is the office that visits. Raises what `mandates` raises."""

    def told(asking: Asking, row: Mapping[str, Any], counts: Counts) -> Visit:
        days, words = Days(asking), row["found"].split()
        names = ("facts_clear", "procedure_right", "petitioners_satisfied")
        found = [None if row["state"] in ("PLANNED", "VISITED") else name in words for name in names]
        where = (row["place"], row["item"], row["seq"], row["office"], row["unit"], row["state"])
        return Visit(*where, days.due_on(row), days.overdue_days(row), maybe_day(row["done_at"]), *found)

    return _list(reader, (as_of, known_at, unit), "visit", "", "", told, limit, cursor)


def campaign_lists(
    reader: Reader,
    as_of: datetime,
    known_at: int | None = None,
    *,
    unit: str | None = None,
    limit: int | None = None,
    cursor: str | None = None,
) -> Page[CampaignList]:
    """Return the lists of campaigns; `unit` is the office that fixed them. Raises what `mandates` raises."""

    def told(asking: Asking, row: Mapping[str, Any], counts: Counts) -> CampaignList:
        where = (row["place"], row["item"], row["seq"], row["office"], row["state"])
        fixed = (row["population"], row["about"], day_of(row["opened_at"]), row["checkpoint_size"], row["root"])
        words = ("added APPROVED", "removed APPROVED", "PROPOSED")
        changes = [counts.get((row["place"], f"change {row['item']} {word}"), 0) for word in words]
        return CampaignList(*where, *fixed, *changes)

    return _list(reader, (as_of, known_at, unit), "campaign", "", "", told, limit, cursor)


def _list(
    reader: Reader,
    asked: tuple[datetime, int | None, str | None],
    track: str,
    question: str,
    where: str,
    told: Callable[[Asking, Mapping[str, Any], Counts], R],
    limit: int | None,
    cursor: str | None,
) -> Page[R]:
    def sql(asking: Asking) -> Sequence[str]:
        return select(asking, MANDATES, OLDEST_FIRST, f" AND track = '{track}'{where}{asking.units('office')}")

    def describe(asking: Asking, rows: Sequence[Row]) -> list[R]:
        found = list(named_rows(MANDATES, rows))
        counts = _counted(asking, sorted({row["place"] for row in found}))
        return [told(asking, row, counts) for row in found]

    named = {"question": f"{track} {question}"}
    order = ordered(OLDEST_FIRST)
    return listed(reader, SUPERVISION_ROWS, (*asked, None), named, order, sql, describe, limit, cursor)


def _counted(asking: Asking, places: Sequence[str]) -> Counts:
    """Count what was done within mandates, by mandate and track; changes of lists by list, change and state too."""
    sql = f"""SELECT place, track, about, code, state, COUNT(*) FROM view_mandates
        WHERE place IN (:values) AND {ALIVE} GROUP BY place, track, about, code, state"""
    found: dict[tuple[str, str], int] = {}
    for place, track, about, code, state, count in asking.ask_cases(sql, places):
        words = [track]
        if track == "change":
            words = [f"change {about} {code} {state}", f"change {about} {state}"]
        for word in words:
            found[place, word] = found.get((place, word), 0) + count
    return found


def _mandate(row: Mapping[str, Any], today: date, counts: Counts) -> Mandate:
    until_on = date.fromordinal(row["last_day"])
    replays, draws, visits, lists = (
        counts.get((row["place"], track), 0) for track in ("replay", "draw", "visit", "campaign")
    )
    return Mandate(
        row["place"],
        row["code"],
        row["office"],
        tuple(row["units"].split()),
        date.fromordinal(row["first_day"]),
        until_on,
        row["state"],
        row["state"] == "OPEN" and today > until_on,
        day_of(row["opened_at"]),
        day_of(row["v0"]) if row["state"] == "CLOSED" else None,
        replays,
        draws,
        visits,
        lists,
        bool(row["flags"] & BEGUN_LATE),
    )
