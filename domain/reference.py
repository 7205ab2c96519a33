"""What every stream may depend on: the directory, the rules, the calendars and the competence rows of one ledger.

They come from the streams `people/…`, `ledger`, `rules` and `calendar`. Each part keeps the log index of
every change, so one reference, folded once, answers for any earlier position.
"""

from __future__ import annotations

from typing import NamedTuple

from domain import people as directory
from domain.calendar_notices import CalendarRefused
from domain.calendars import NEW_CALENDARS, Calendars
from domain.census import LedgerCensus, check_census
from domain.clocks import FIRST_INDEX, Rules, national_rules
from domain.competences import NO_COMPETENCE, Competence
from domain.errors import ReferenceRefused, RoleRefused
from domain.people import NO_PEOPLE, REGISTRARS, People
from domain.people_rules import check_people
from domain.reference_events import CalendarPublished, CompetencePublished, RulesPublished
from domain.schema import Event


class Reference(NamedTuple):
    """The directory, rules, calendars and competence rows after a prefix of the ledger; immutable."""

    people: People
    rules: Rules
    calendars: Calendars
    competence: Competence = NO_COMPETENCE


def new_reference() -> Reference:
    """Return what holds before the first entry: nobody, the packaged rules, and weekends alone as a calendar."""
    return Reference(NO_PEOPLE, national_rules(), NEW_CALENDARS)


def is_reference(stream: str) -> bool:
    """Say whether the acts of this stream belong to the reference."""
    return stream.startswith("people/") or stream in ("ledger", "rules", "calendar")


def fold_reference(reference: Reference, event: Event) -> Reference:
    """Return the reference after an act of one of its streams; acts come by ascending log index.

    Raises ReferenceRefused if published rules or a calendar are not usable; an act that `check_reference`
    let through always is.
    """
    if isinstance(event, CalendarPublished):
        try:
            return reference._replace(calendars=reference.calendars.apply(event.index, event.table()))
        except CalendarRefused as refused:
            raise _refuse_calendar(event, refused) from None
    if isinstance(event, RulesPublished):
        return reference._replace(rules=reference.rules.apply(event.index, event.version, event.digest, event.rows))
    if isinstance(event, CompetencePublished):
        return reference._replace(competence=_with_competence(reference.competence, event))
    return reference._replace(people=directory.fold(reference.people, event))


def check_reference(reference: Reference, event: Event) -> None:
    """Check that an act of a reference stream is lawful after those that the reference knows.

    The reference may know later acts too: the directory is read as of the act's own index.

    Raises RoleRefused if the actor is not a registrar, PeopleRefused or ReferenceRefused naming the rule.
    """
    if isinstance(event, RulesPublished | CalendarPublished | CompetencePublished):
        _check_publisher(event)
    if isinstance(event, RulesPublished):
        known = tuple(step for step in reference.rules.steps if step[0] < event.index)
        Rules(known).apply(event.index, event.version, event.digest, event.rows)
    elif isinstance(event, CompetencePublished):
        _with_competence(reference.competence.before(event.index), event)
    elif isinstance(event, CalendarPublished):
        earlier = tuple(step for step in reference.calendars.steps if step[0] < event.index)
        try:
            Calendars(earlier).check(event.table())
        except CalendarRefused as refused:
            raise _refuse_calendar(event, refused) from None
    elif isinstance(event, LedgerCensus):
        check_census(event)
    else:
        check_people(reference.people, event)


def _with_competence(known: Competence, event: CompetencePublished) -> Competence:
    return known.apply(event.index, event.jurisdiction, event.version, event.digest, event.rows)


def has_published_rules(reference: Reference) -> bool:
    """Say whether the ledger has published rules of its own, or still runs by the packaged ones."""
    return any(since > FIRST_INDEX for since, _ in reference.rules.steps)


def _check_publisher(event: Event) -> None:
    if event.role == "registrar" and event.office == REGISTRARS:
        return
    raise RoleRefused(
        "registrar_only",
        rule="roles: registrar",
        zh=f"{event.action} 只能由登记管理员作出,而非 {event.role}",
        en=f"{event.action} is a registrar's act, not that of the role {event.role}",
        action=event.action,
        allowed=("registrar",),
    )


def _refuse_calendar(event: Event, refused: CalendarRefused) -> ReferenceRefused:
    return ReferenceRefused(
        "calendar",
        rule=f"calendar field {refused.field}",
        zh=f"工作日历的字段 {refused.field} 不可用:{refused.rule}",
        en=f"the calendar cannot be used: field {refused.field}: {refused.rule}",
        action=event.action,
    )
