"""Who is answerable at the top of an office, and since when: the chief (第一责任人) and the supervising leader (分管).

A designation is a registrar's act in the office's stream, by officer and post; like every other entry of the
directory it carries the log indices that made it and its end known.
"""

from __future__ import annotations

from datetime import date
from typing import Annotated, ClassVar, NamedTuple

from domain import fields
from domain.fields import choice
from domain.schema import Event, act
from domain.tracks.vocabulary import DESIGNATIONS


@act
class LeaderDesignated(Event):
    """An officer of the office becomes its chief or its supervising leader for petitions."""

    action: ClassVar[str] = "people.leader_designated.v1"

    officer: Annotated[str, fields.officer]
    held_post: Annotated[str, fields.slug, "post"]
    designation: Annotated[str, choice(DESIGNATIONS)]
    from_on: Annotated[date, fields.day]


@act
class DesignationEnded(Event):
    """A designation ended on a day, that day included."""

    action: ClassVar[str] = "people.designation_ended.v1"

    officer: Annotated[str, fields.officer]
    designation: Annotated[str, choice(DESIGNATIONS)]
    ended_on: Annotated[date, fields.day, "on"]


class Designation(NamedTuple):
    """One officer's time as chief or supervising leader: civil days, both included; `until` is a log index."""

    officer: str
    post: str
    designation: str
    from_on: date
    since: int
    ended_on: date | None = None
    until: int | None = None

    def known_at(self, index: int) -> bool:
        """Say whether the designation stands for an act at this log index."""
        return self.since < index and (self.until is None or index <= self.until)

    def held_on(self, day: date) -> bool:
        """Say whether the officer was so designated on a civil day."""
        return self.from_on <= day and (self.ended_on is None or day <= self.ended_on)


Designations = tuple[Designation, ...]


def designate(known: Designations, event: Event) -> Designations:
    """Return an office's designations after an act of its stream."""
    if isinstance(event, LeaderDesignated):
        return (*known, Designation(event.officer, event.held_post, event.designation, event.from_on, event.index))
    if isinstance(event, DesignationEnded):
        return tuple(
            one._replace(ended_on=event.ended_on, until=event.index)
            if one.until is None and (one.officer, one.designation) == (event.officer, event.designation)
            else one
            for one in known
        )
    return known


def designated_on(known: Designations, designation: str, day: date) -> tuple[str, ...]:
    """Return the officers so designated on a civil day, in the order in which they were designated."""
    return tuple(one.officer for one in known if one.designation == designation and one.held_on(day))
