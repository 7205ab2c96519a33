"""Lists of things on the tracks: what every such list can be asked for, and how its rows are told."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import Any, Literal

from domain.effective import from_unix_ms
from projections.answers import Page
from projections.asking import Asking, Order, listed
from projections.clocks import civil_day
from projections.due import CALENDAR_DAYS, HOLIDAYS_ALONE, DueDays
from projections.items import AS_SET
from projections.reader import Reader
from projections.states import ALIVE, BEGUN_LATE
from projections.tables import Row, Table
from projections.view import View

Standing = Literal["open", "overdue", "done", "settled"]

OLDEST_FIRST = Order("opened_at, place, item", (int, str, int))


@dataclass(frozen=True, slots=True)
class TrackItem:
    """One thing on a track as it stood: act `seq` of `stream` made it so, act `item` opened it.

    `office` opened it, `unit` is the one it is for ("" for none), `actor` did the last act. `code` is its word when it
    was opened: the trigger, step, fault; `outcome` the last finding, adoption, measure or ground. `due_on` is the day
    for what is waited for, with `overdue_days` civil days since; once it is done, `done_on` says when and `done_late`
    whether after its day. `returned` counts how often what was done did not do; `settled`, that nothing can follow.
    """

    stream: str
    item: int
    seq: int
    track: str
    state: str
    office: str
    unit: str
    actor: str
    code: str
    outcome: str
    about: int
    opened_on: date
    changed_on: date
    due_on: date | None
    overdue_days: int
    done_on: date | None
    done_late: bool
    returned: int
    settled: bool
    late_recorded: bool


class Days:
    """The due days of things as known at a moment, and how long they have passed."""

    def __init__(self, asking: Asking) -> None:
        self._due = DueDays(asking.moment.reference.calendars, asking.moment.known_at)
        self._day = asking.day

    def past(self) -> str:
        """Return what holds of rows whose day was over at the end of the day asked about."""
        kinds = (self._due.overdue(kind, self._day) for kind in (CALENDAR_DAYS, HOLIDAYS_ALONE))
        as_set = f"(kind = {AS_SET} AND key_day < {self._day.toordinal()})"
        return f"(key_day > 0 AND ({' OR '.join((*kinds, as_set))}))"

    def due_on(self, row: Mapping[str, Any]) -> date | None:
        """Return the day by which something is due, None where no day was set.

        What was done is judged by the calendar known before it was.
        """
        if not row["key_day"]:
            return None
        if row.get("done_due"):
            return date.fromordinal(row["done_due"])
        return self.day(row["kind"], row["key_day"], row["km"])

    def day(self, kind: int, key_day: int, km: int) -> date:
        """Return the due day of a key day counted in one kind; `km` is the index that ended the row."""
        return day_on(key_day) if kind == AS_SET else self._due.due(kind, key_day, km)[0]

    def overdue_days(self, row: Mapping[str, Any]) -> int:
        """Return for how many civil days something that is waited for has been overdue."""
        due_on = self.due_on(row) if row["waiting"] else None
        return 0 if due_on is None else max(0, (self._day - due_on).days)


def named_rows(table: Table, rows: Sequence[Row]) -> Iterator[dict[str, Any]]:
    """Yield rows of `SELECT` over all columns of a table, behind those of the order, as mappings by column."""
    names = [column.name for column in table.columns]
    for row in rows:
        yield dict(zip(names, row[-len(names) :], strict=True))


def select(
    asking: Asking, table: Table, order: Order, where: str, which: str = ALIVE, told: Sequence[str] = ()
) -> list[str]:
    """Return the queries for states of a table: by default those that things were in at the moment asked about.

    They tell the columns of the order and then those of `told`, which are all of the table's unless they are named.

    Those are found epoch by epoch, each in one index in the order of the list; only what is found is read whole.
    """
    names = [name.strip() for name in order.columns.split(",")]
    keys = [column.name for column in table.columns[: table.key]]
    inner = ", ".join((*(f"{name} AS order{at}" for at, name in enumerate(names)), *keys))
    whole = told or [column.name for column in table.columns]
    outer = ", ".join((*(f"order{at}" for at in range(len(names))), *(f"whole.{column}" for column in whole)))
    same = " AND ".join(f"whole.{key} = found.{key}" for key in keys)
    epochs = [""]
    if which is ALIVE:
        epochs = [f" AND ep = {epoch}" for epoch in asking.epochs()]
        asking.plan_once()
    return [
        f"SELECT {outer} FROM (SELECT {inner} FROM {table.name} WHERE {which}{where}{epoch}) AS found "
        f"JOIN {table.name} AS whole ON {same}"
        for epoch in epochs
    ]


def alive(asking: Asking) -> str:
    """Return what holds of the states that things were in, for a count that need not read ended epochs."""
    return f"{ALIVE} AND ep IN ({', '.join(map(str, asking.epochs()))})"


def ordered(order: Order) -> Order:
    """Return the order by the names that `select` gives its columns."""
    names = ", ".join(f"order{at}" for at in range(len(order.kinds)))
    return Order(names, order.kinds)


def standing_of(standing: Standing | None, days: Days) -> str:
    """Return what holds of things that stand so; "open" is all that can still go on."""
    conditions = {
        None: "",
        "open": " AND settled = 0",
        "overdue": f" AND waiting = 1 AND {days.past()}",
        "done": " AND done_at > 0",
        "settled": " AND settled = 1",
    }
    return conditions[standing]


def filters(named: Mapping[str, object]) -> str:
    """Return what holds of rows that have these values in these columns; None asks nothing."""
    return "".join(f" AND {name} = :{name}" for name, value in named.items() if value is not None)


def list_items(
    reader: Reader,
    view: View,
    table: Table,
    tracks: Sequence[str],
    asked: tuple[datetime, int | None, str | None],
    named: dict[str, Any],
    standing: Standing | None,
    limit: int | None,
    cursor: str | None,
) -> Page[TrackItem]:
    """Answer with things of these tracks, the first opened first."""

    def sql(asking: Asking) -> Sequence[str]:
        of_tracks = f" AND track IN ({', '.join(map(repr, tracks))})"
        where = of_tracks + filters(named) + asking.units() + standing_of(standing, Days(asking))
        return select(asking, table, OLDEST_FIRST, where)

    def describe(asking: Asking, rows: Sequence[Row]) -> list[TrackItem]:
        days = Days(asking)
        return [track_item(row, days, "case/") for row in named_rows(table, rows)]

    bound = {**named, "standing": standing, "tracks": " ".join(tracks)}
    return listed(reader, view, (*asked, None), bound, ordered(OLDEST_FIRST), sql, describe, limit, cursor)


def track_item(row: Mapping[str, Any], days: Days, prefix: str) -> TrackItem:
    """Return the answer that a row stands for."""
    same = ("item", "seq", "track", "state", "office", "unit", "actor", "code", "outcome", "about", "returned")
    return TrackItem(
        stream=prefix + row["place"],
        opened_on=day_of(row["opened_at"]),
        changed_on=day_of(row["v0"]),
        due_on=days.due_on(row),
        overdue_days=days.overdue_days(row),
        done_on=maybe_day(row["done_at"]),
        done_late=bool(row["done_late"]),
        settled=bool(row["settled"]),
        late_recorded=bool(row["flags"] & BEGUN_LATE),
        **{name: row[name] for name in same},
    )


def day_of(milliseconds: int) -> date:
    """Return the civil day of an instant in Unix milliseconds."""
    return day_on(civil_day(milliseconds))


@lru_cache(maxsize=50_000)
def day_on(ordinal: int) -> date:
    """Return the civil day of a proleptic ordinal; pages tell the same days again and again."""
    return date.fromordinal(ordinal)


def maybe_day(milliseconds: int) -> date | None:
    """Return the civil day of an instant, None for 0, which stands for never."""
    return day_of(milliseconds) if milliseconds else None


def maybe_at(milliseconds: int) -> datetime | None:
    """Return an instant in civil time, None for 0, which stands for never."""
    return from_unix_ms(milliseconds) if milliseconds else None
