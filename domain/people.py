"""The directory of those who handle petitions: the office tree, posts, tenures and who may hold keys.

Everything in it carries the log index from which it was known, so one directory answers for any earlier
position too: a check of entry 500 does not see the office that entry 900 opened. Petitioners are not in
it and never will be.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import NamedTuple

from domain.designations import DesignationEnded, Designations, LeaderDesignated, designate
from domain.people_events import (
    KeyProposed,
    LedgerGenesis,
    OfficeClosed,
    OfficeOpened,
    OfficerAppointed,
    PostOpened,
    TenureEnded,
)
from domain.schema import Event

REGISTRARS = "registrars"
REGISTRAR_POST = "registrar"
NOW = 2**53
"""A log index after every real one: the position of an act that is only being prepared."""


class Office(NamedTuple):
    """One office of the tree; `parent` and `region` are "" where there is none.

    `until` is the log index at which it was merged, split or abolished, and `successor` the office that goes
    on with its powers; `NOW` and "" while it stands.
    """

    slug: str
    kind: str
    name_zh: str
    name_en: str
    parent: str
    region: str
    since: int
    until: int = NOW
    successor: str = ""


class Post(NamedTuple):
    """One post of an office, with the roles that are its duties."""

    office: str
    slug: str
    name_zh: str
    name_en: str
    duties: tuple[str, ...]
    since: int


class Tenure(NamedTuple):
    """One officer's time in one post: civil days, both included, and the log indices that made them known.

    `ended_on` is None and `until` is `NOW` while the tenure runs.
    """

    officer: str
    office: str
    post: str
    from_on: date
    since: int
    ended_on: date | None = None
    until: int = NOW


class People(NamedTuple):
    """The directory after a prefix of the ledger; immutable, `fold` gives the next one."""

    offices: Mapping[str, Office] = {}
    posts: Mapping[tuple[str, str], Post] = {}
    tenures: Mapping[tuple[str, str, str], tuple[Tenure, ...]] = {}
    registrars: Mapping[str, int] = {}
    designations: Mapping[str, Designations] = {}

    def office(self, slug: str, index: int = NOW) -> Office | None:
        """Return the office if it was open before this log index, and not closed before it."""
        found = self.offices.get(slug)
        return found if found is not None and found.since < index <= found.until else None

    def successor(self, slug: str, index: int = NOW) -> str:
        """Return the office that goes on with the powers of one that was closed before this log index, "" if none.

        A successor that was closed in turn has one of its own. Source: article 24(2).
        """
        found = self.offices.get(slug)
        if found is None or found.until >= index:
            return ""
        return self.successor(found.successor, index) or found.successor

    def post(self, office: str, slug: str, index: int = NOW) -> Post | None:
        """Return the post if it was open before this log index."""
        found = self.posts.get((office, slug))
        return found if found is not None and found.since < index else None

    def tenure(self, office: str, post: str, officer: str, index: int = NOW) -> Tenure | None:
        """Return the tenure in which the officer held the post at this log index."""
        for tenure in self.tenures.get((office, post, officer), ())[::-1]:
            if tenure.since < index:
                return tenure if index <= tenure.until else None
        return None

    def designated(self, office: str, designation: str, officer: str, index: int = NOW) -> bool:
        """Say whether the officer stands as the office's chief or supervising leader at this log index."""
        return any(
            one.officer == officer and one.designation == designation and one.known_at(index)
            for one in self.designations.get(office, ())
        )

    def above(self, slug: str, index: int = NOW) -> Iterator[Office]:
        """Yield the offices above this one, nearest first. The tree has no cycles: a parent is opened first."""
        office = self.office(slug, index)
        while office is not None and office.parent:
            office = self.office(office.parent, index)
            if office is not None:
                yield office

    def is_under(self, slug: str, superior: str, index: int = NOW) -> bool:
        """Say whether the first office is below the second in the tree."""
        return any(office.slug == superior for office in self.above(slug, index))


NO_PEOPLE = People()


def _close(people: People, event: OfficeClosed, slug: str) -> People:
    """Close an office, and with it every tenure in it, at this log index."""
    office = people.offices.get(slug)
    if office is None:
        return people
    ended = {
        held: tuple(one if one.until < event.index else one._replace(until=event.index) for one in tenures)
        for held, tenures in people.tenures.items()
        if held[0] == slug
    }
    closed = office._replace(until=event.index, successor=event.successor)
    return people._replace(offices={**people.offices, slug: closed}, tenures={**people.tenures, **ended})


def fold(people: People, event: Event) -> People:
    """Return the directory after this act; acts that do not change it leave it as it is."""
    stream_office = event.originator_id.partition("/")[2]
    if isinstance(event, OfficeOpened):
        office = Office(
            stream_office, event.kind, event.name_zh, event.name_en, event.parent, event.region, event.index
        )
        return people._replace(offices={**people.offices, stream_office: office})
    if isinstance(event, PostOpened):
        post = Post(stream_office, event.opened_post, event.name_zh, event.name_en, event.duties, event.index)
        return people._replace(posts={**people.posts, (stream_office, event.opened_post): post})
    if isinstance(event, OfficerAppointed):
        began = Tenure(event.officer, stream_office, event.held_post, event.from_on, event.index)
        held = (stream_office, event.held_post, event.officer)
        return people._replace(tenures={**people.tenures, held: (*people.tenures.get(held, ()), began)})
    if isinstance(event, OfficeClosed):
        return _close(people, event, stream_office)
    if isinstance(event, TenureEnded):
        return _end_tenure(people, event, stream_office)
    if isinstance(event, LeaderDesignated | DesignationEnded):
        after = designate(people.designations.get(stream_office, ()), event)
        return people._replace(designations={**people.designations, stream_office: after})
    if isinstance(event, LedgerGenesis):
        return people._replace(registrars={registrar.id: event.index for registrar in event.registrars})
    if isinstance(event, KeyProposed) and stream_office == REGISTRARS:
        return people._replace(registrars={event.holder: event.index, **people.registrars})
    return people


def _end_tenure(people: People, event: TenureEnded, office: str) -> People:
    held = (office, event.held_post, event.officer)
    known = people.tenures.get(held, ())
    if not known:
        return people
    ended = known[-1]._replace(ended_on=event.ended_on, until=event.index)
    return people._replace(tenures={**people.tenures, held: (*known[:-1], ended)})
