"""The acts of joint conferences and of receptions by leaders, in streams of their own office.

`conference/<office>` holds the meetings of a joint conference, `bulletin/<office>` the receptions that an office
announces. A case is named only by its opaque number, and only where a decision is about it.
"""

from __future__ import annotations

from datetime import date
from typing import Annotated, ClassVar

from domain import fields
from domain.fields import choice, listing
from domain.schema import Event, act
from domain.tracks import vocabulary as words
from domain.tracks.values import About, CaseNumber, Ground, ItemNumber, Officer, PostSlug, Unit


@act
class ConferenceConvened(Event):
    """The joint conference is called together."""

    action: ClassVar[str] = "conference.convened.v1"
    sealed: ClassVar[tuple[str, ...]] = ("record",)

    form: Annotated[str, choice(words.CONFERENCE_FORMS)]
    due_on: Annotated[date, fields.day]


@act
class ConferenceAttended(Event):
    """How a member office was represented, by post."""

    action: ClassVar[str] = "conference.attended.v1"

    item: ItemNumber
    member: Unit
    member_post: PostSlug
    attendance: Annotated[str, choice(words.ATTENDANCES)]


@act
class ConferencePresided(Event):
    """Who presided; `delegated_by` is the chief who sent another, absent where the chief presided in person."""

    action: ClassVar[str] = "conference.presided.v1"

    item: ItemNumber
    leader: Officer
    leader_post: PostSlug
    leader_office: Unit
    delegated_by: Officer = ""


@act
class ConferenceDecided(Event):
    """A decision of a meeting; `case` is the case that it is about, where it is about one."""

    action: ClassVar[str] = "conference.decided.v1"
    sealed: ClassVar[tuple[str, ...]] = ("text",)

    meeting: About
    decision: Annotated[str, choice(words.DECISIONS)]
    case: CaseNumber = ""


@act
class ConferenceDissented(Event):
    """A member explicitly dissents from a decision."""

    action: ClassVar[str] = "conference.dissented.v1"
    sealed: ClassVar[tuple[str, ...]] = ("reason_text",)

    item: ItemNumber


@act
class TaskSet(Event):
    """A task for a unit by a day, from a decision or the minutes of a meeting."""

    action: ClassVar[str] = "conference.task_set.v1"
    sealed: ClassVar[tuple[str, ...]] = ("text",)

    meeting: About
    unit: Unit
    due_on: Annotated[date, fields.day]
    case: CaseNumber = ""


@act
class TaskExecuted(Event):
    """The unit has done it, with proof."""

    action: ClassVar[str] = "conference.task_executed.v1"
    sealed: ClassVar[tuple[str, ...]] = ("report", "proof")

    item: ItemNumber


@act
class TaskReturned(Event):
    """What was done does not do; a new day is set."""

    action: ClassVar[str] = "conference.task_returned.v1"
    sealed: ClassVar[tuple[str, ...]] = ("text",)

    item: ItemNumber
    due_on: Annotated[date, fields.day]


@act
class TaskAccepted(Event):
    """The conference takes the task as done."""

    action: ClassVar[str] = "conference.task_accepted.v1"

    item: ItemNumber


@act
class ConferenceMinuted(Event):
    """The minutes of a meeting are made; it takes no further decisions."""

    action: ClassVar[str] = "conference.minuted.v1"
    sealed: ClassVar[tuple[str, ...]] = ("record",)

    item: ItemNumber


@act
class ReceptionScheduled(Event):
    """A leader's reception on a day; for a joint one (联合接访) `units` are those called."""

    action: ClassVar[str] = "bulletin.reception_scheduled.v1"

    leader: Officer
    leader_post: PostSlug
    form: Annotated[str, choice(words.MEETING_FORMS)]
    place: Annotated[str, choice(words.PLACES)]
    due_on: Annotated[date, fields.day]
    units: Annotated[tuple[str, ...], listing(fields.slug, 1, 60)] = ()


@act
class ReceptionPublished(Event):
    """The reception was announced to the public (article 18(1))."""

    action: ClassVar[str] = "bulletin.reception_published.v1"

    item: ItemNumber


@act
class ReceptionHeld(Event):
    """The leader received; `units` are those called that were present. Who came is not recorded."""

    action: ClassVar[str] = "bulletin.reception_held.v1"
    sealed: ClassVar[tuple[str, ...]] = ("record",)

    item: ItemNumber
    units: Annotated[tuple[str, ...], listing(fields.slug, 1, 60)] = ()


@act
class ReceptionMissed(Event):
    """The reception did not take place, and why by a code."""

    action: ClassVar[str] = "bulletin.reception_missed.v1"

    item: ItemNumber
    ground: Ground
