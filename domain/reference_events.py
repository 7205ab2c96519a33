"""The acts that publish what every case depends on: rule rows, competence rows and working calendars."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar

from domain import fields
from domain.calendars import CALENDAR_ID
from domain.fields import Kind, Unfit, choice
from domain.schema import Event, act

MAX_ROWS = 400


def _rows(value: Any) -> tuple[Mapping[str, Any], ...]:
    if type(value) is list and 1 <= len(value) <= MAX_ROWS and all(type(row) is dict for row in value):
        return tuple(value)
    raise Unfit(f"应为 1 至 {MAX_ROWS} 行的列表", f"must be a list of 1 to {MAX_ROWS} rows")


_days: Kind = fields.listing(fields.day, 0, 200)


@act
class RulesPublished(Event):
    """A registrar publishes the rows of law that clocks run by; `digest` is over them (`clocks.rows_digest`)."""

    action: ClassVar[str] = "rules.published.v1"

    version: Annotated[str, fields.code]
    digest: Annotated[str, fields.hex32]
    rows: Annotated[tuple[Mapping[str, Any], ...], _rows]


@act
class CompetencePublished(Event):
    """A registrar publishes which unit is competent for what within a jurisdiction (`competences.py`).

    The rows replace those published for this jurisdiction before; `digest` is over them (`clocks.rows_digest`).
    """

    action: ClassVar[str] = "rules.competence_published.v1"

    jurisdiction: Annotated[str, fields.code]
    version: Annotated[str, fields.code]
    digest: Annotated[str, fields.hex32]
    rows: Annotated[tuple[Mapping[str, Any], ...], _rows]


@act
class CalendarPublished(Event):
    """A registrar publishes one year's rest days and worked weekends as the State Council's notice set them."""

    action: ClassVar[str] = "calendar.published.v1"

    calendar: Annotated[str, choice({CALENDAR_ID: None})]
    version: Annotated[int, fields.integer(1, 999)]
    year: Annotated[int, fields.integer(1950, 2199)]
    notice: Annotated[str, fields.citation]
    source: Annotated[str, fields.citation]
    rest_days: Annotated[tuple[Any, ...], _days]
    make_up_days: Annotated[tuple[Any, ...], _days]
    provisional: Annotated[bool, fields.boolean]

    def table(self) -> Mapping[str, Any]:
        """Return the table as the record holds it, for `Calendars.apply`."""
        return {
            "calendar": self.calendar,
            "version": self.version,
            "year": self.year,
            "notice": self.notice,
            "source": self.source,
            "rest_days": [day.isoformat() for day in self.rest_days],
            "make_up_days": [day.isoformat() for day in self.make_up_days],
            "provisional": self.provisional,
        }
