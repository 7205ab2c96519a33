"""The clocks of one case: how acts start them, meet them and end them.

Nothing here knows today's date, and no clock says that it is overdue: that is computed from the clock, a
calendar and a moment (`explain.py`). A clock keeps the rule row it runs by, the act that started it and
the act that closed it, each with its place in the case and in the ledger.

Decision: when do the clocks of a petition filed online begin? At its submission, not at its
registration. Article 22(1) of 2022 counts from when the office *received* the matter, article 23(2) from
the day the matter was received, and the Electronic Signature Law (11) holds a message received when it
enters the recipient's designated system. A submission enters it at once. Registration is itself a duty
(22(1), 23(1)), and leaving it out a fault (44(1)): if clocks waited for it, the office would decide by its
own omission when its time begins. So `submitted` starts ROUTE at a petition office, NOTICE_DIRECT and the
shadow of HANDLE at a competent unit, and `registered` starts what is not already running there.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import NamedTuple

from domain.clocks import Rules
from domain.rows import ClockRow
from domain.schema import CIVIL, Event


class Clock(NamedTuple):
    """One time limit running, or having run, against one office.

    `rule` is the id of its row, `segment` counts the clocks of this name in the case from 1. `start_day`
    is the civil day of the starting act; `key_day` the raw due day before rolling, or the start day where
    the length is in working days. While the clock runs `closed_by` is ""; then it is the act that closed
    it, and `met` tells whether that act fulfilled the duty or only ended the clock. `..._late` says that
    an act counts from its recording because it was recorded too late, `..._imported` that its time is the
    importer's claim. `withdrawn_index` is where a later act put another segment in this one's place.
    """

    clock: str
    shadow: bool
    rule: str
    segment: int
    unit: str
    started_by: str
    started_seq: int
    started_index: int
    started_at: datetime
    started_late: bool
    started_imported: bool
    start_day: date
    key_day: date
    day_kind: str
    length: int
    closed_by: str = ""
    met: bool = False
    closed_seq: int | None = None
    closed_index: int | None = None
    closed_at: datetime | None = None
    closed_late: bool = False
    closed_imported: bool = False
    withdrawn_index: int | None = None

    @property
    def running(self) -> bool:
        """Whether no act has closed the clock yet."""
        return not self.closed_by and self.withdrawn_index is None

    @property
    def met_seq(self) -> int | None:
        """The position in the case of the act that fulfilled the duty."""
        return self.closed_seq if self.met else None

    @property
    def met_index(self) -> int | None:
        """The log index of the act that fulfilled the duty."""
        return self.closed_index if self.met else None

    @property
    def met_at(self) -> datetime | None:
        """The effective moment of the act that fulfilled the duty."""
        return self.closed_at if self.met else None

    @property
    def ended_by(self) -> str | None:
        """The act that ended the clock without fulfilling the duty."""
        return self.closed_by if self.closed_by and not self.met else None

    @property
    def late_recorded(self) -> bool:
        """Whether the starting or the closing act counts from a late recording."""
        return self.started_late or self.closed_late

    @property
    def imported(self) -> bool:
        """Whether the starting or the closing time is an importer's claim."""
        return self.started_imported or self.closed_imported


Clocks = tuple[Clock, ...]


def close_clocks(running: Clocks, event: Event, rules: Rules, imported: bool) -> tuple[Clocks, Clocks]:
    """Return the clocks that still run after an act, and those that it closed.

    An act closes only clocks of the office that acts: nobody fulfils another office's duty. What closes a
    clock is read from the rules that it started by.
    """
    action, office = event.action, event.office
    kept: list[Clock] = []
    closed: list[Clock] = []
    for clock in running:
        how = rules.at(clock.started_index).closing.get((clock.rule, action)) if clock.unit == office else None
        if how is None:
            kept.append(clock)
        else:
            # The last member is `withdrawn_index`; the seven before it say what closed the clock.
            closing = (action, how == "met", event.originator_version, event.index, event.effective_at)
            closed.append(Clock(*clock[:15], *closing, event.late_recorded, imported, clock.withdrawn_index))
    return (tuple(kept), tuple(closed)) if closed else (running, ())


def start_clocks(
    known: Clocks, event: Event, rows: tuple[ClockRow, ...], unit: str, addressable: bool, imported: bool
) -> Clocks:
    """Return the clocks that an act starts at a unit, by the rows in force on its civil day.

    A clock that already runs at this unit is not started again; none starts before the first regulation,
    nor where its row excepts petitions without a clear name or address (23(2)).
    """
    day = event.effective_at.astimezone(CIVIL).date()
    started: Clocks = ()
    for row in rows:
        if day < row.in_force_from or (row.in_force_to is not None and day > row.in_force_to):
            continue
        if row.unless == "not_addressable" and not addressable:
            continue
        segment = 1
        for clock in known:
            if clock.clock == row.clock:
                segment += 1
                if clock.unit == unit and clock.shadow == row.shadow and clock.running:
                    break
        else:
            clock = _start(row, event, unit, day, segment, imported)
            started, known = (*started, clock), (*known, clock)
    return started


def _start(row: ClockRow, event: Event, unit: str, day: date, segment: int, imported: bool) -> Clock:
    # Civil Code 201: the day of the starting act is not counted, so the last day is start + length.
    key_day = date.fromordinal(day.toordinal() + row.length) if row.day_kind == "calendar" else day
    return Clock(
        row.clock,
        row.shadow,
        row.id,
        segment,
        unit,
        event.action,
        event.originator_version,
        event.index,
        event.effective_at,
        event.late_recorded,
        imported,
        day,
        key_day,
        row.day_kind,
        row.length,
    )
