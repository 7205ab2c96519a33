"""The one machine behind every track: is this act lawful for the item that it names, and what becomes of it.

`fold` takes any recorded act and never refuses; `check` decides, naming the act, the state, the rule and
what would be allowed.
"""

from __future__ import annotations

from typing import Any, Protocol

from domain.errors import RoleRefused, TransitionRefused
from domain.people import People
from domain.schema import Event
from domain.tracks.items import Item, Tracks
from domain.tracks.relations import RELATIONS
from domain.tracks.rows import ROWS, SETTLED, acts_on
from domain.tracks.table import NONE, Row
from domain.tracks.vocabulary import ITEM_STATES, TRACKS
from domain.vocabulary import ROLES, name_of
from domain.wording import ACTIONS

__all__ = ["Holder", "check_track", "fold_track", "is_track"]


class Holder(Protocol):
    """What holds the items: a case, or a docket of a stream of its own."""

    @property
    def version(self) -> int: ...
    @property
    def tracks(self) -> Tracks: ...


def is_track(action: str) -> bool:
    """Say whether an act belongs to a track."""
    return action in ROWS


def check_track(holder: Holder, event: Event, people: People) -> Item | None:
    """Check an act of a track against its row and return the item that it names, None where it opens one.

    Raises TransitionRefused if there is no such live item, or it is in a state that the row does not have;
    RoleRefused if the actor's role or standing does not allow the act.
    """
    row = ROWS[event.action]
    item = None if row.opens else holder.tracks.item(getattr(event, "item", 0))
    if item is not None and item.track != row.track:
        item = None
    if item is None and not row.opens:
        raise _refuse_item(holder, event, row)
    state = NONE if item is None else item.state
    if state not in row.moves:
        raise _refuse_state(event, row, state)
    _check_actor(holder, item, event, row, people)
    if row.second and item is not None and event.actor in item.by:
        raise _refuse(
            event,
            row,
            "second_person",
            state,
            f"“{name_of(ACTIONS, row.action).zh}”应由此前未经手该项的另一人作出",
            f'"{name_of(ACTIONS, row.action).en}" needs a person who has not acted on this item before',
        )
    return item


def fold_track(tracks: Tracks, event: Event) -> Tracks:
    """Return the tracks after an act; one that names nothing alive leaves them as they are."""
    row = ROWS[event.action]
    given: Any = event
    if row.opens:
        state = row.target(NONE, event)
        if (row.track, state) in SETTLED:
            return tracks
        at = event.effective_at
        item = Item(
            event.originator_version,
            row.track,
            state,
            event.office,
            event.actor,
            getattr(event, "unit", ""),
            getattr(event, row.code) if row.code else "",
            getattr(event, row.about) if row.about else 0,
            getattr(event, "due_on", None),
            at,
            at,
            event.index,
            (event.actor,),
        )
        return tracks.put(item, settled=False)
    known = tracks.item(given.item)
    if known is None or known.track != row.track or known.state not in row.moves:
        return tracks
    moved = _moved(known, event, row)
    return tracks.put(moved, settled=(row.track, moved.state) in SETTLED)


def _moved(item: Item, event: Event, row: Row) -> Item:
    due_on = getattr(event, "due_on", None)
    return item._replace(
        state=row.target(item.state, event),
        due_on=item.due_on if due_on is None else due_on,
        changed_at=event.effective_at,
        by=item.by if event.actor in item.by else (*item.by, event.actor),
    )


def _check_actor(holder: Holder, item: Item | None, event: Event, row: Row, people: People) -> None:
    if event.role not in row.roles:
        raise _refuse_role(event, row)
    if event.role != "petitioner" and people.tenure(event.office, event.post, event.actor, event.index) is None:
        raise _refuse_tenure(event, row)
    if not any(RELATIONS[word].stands(holder, item, event, people) for word in row.relations):
        raise _refuse_relation(event, row)


def _refuse_item(holder: Holder, event: Event, row: Row) -> TransitionRefused:
    live = tuple(str(item.seq) for item in holder.tracks.of(row.track) if item.state in row.moves)
    track = TRACKS[row.track]
    return _refuse(
        event,
        row,
        "no_item",
        NONE,
        f"第 {getattr(event, 'item', 0)} 项不是正在进行的{track.zh};可以指明的:{'、'.join(live) or '无'}",
        f"number {getattr(event, 'item', 0)} is no open {track.en}; open ones: {', '.join(live) or 'none'}",
        live,
    )


def _refuse_state(event: Event, row: Row, state: str) -> TransitionRefused:
    act, now, allowed = name_of(ACTIONS, row.action), ITEM_STATES[state], acts_on(row.track, state)
    could = [name_of(ACTIONS, action) for action in allowed]
    return _refuse(
        event,
        row,
        "item_state",
        state,
        f"{TRACKS[row.track].zh}处于“{now.zh}”({state}),不得“{act.zh}”;此时可以:"
        f"{'、'.join(one.zh for one in could) or '-'}",
        f'"{act.en}" is not lawful for a {TRACKS[row.track].en} in state {state} ({now.en}); allowed: '
        f"{', '.join(one.en for one in could) or '-'}",
        allowed,
    )


def _refuse(
    event: Event, row: Row, code: str, state: str, zh: str, en: str, allowed: tuple[str, ...] = ()
) -> TransitionRefused:
    return TransitionRefused(
        code, rule=f"article {row.basis.article}", zh=zh, en=en, action=event.action, state=state, allowed=allowed
    )


def _refuse_role(event: Event, row: Row) -> RoleRefused:
    allowed = tuple(sorted(row.roles))
    act, could_zh = name_of(ACTIONS, row.action), "、".join(ROLES[word].zh for word in allowed)
    return RoleRefused(
        "role",
        rule=f"roles: {row.action}",
        zh=f"“{act.zh}”不能由{name_of(ROLES, event.role).zh}作出;可以作出的角色:{could_zh}",
        en=f'"{act.en}" is not for the role {event.role}; the roles that may: {", ".join(allowed)}',
        action=event.action,
        allowed=allowed,
    )


def _refuse_tenure(event: Event, row: Row) -> RoleRefused:
    return RoleRefused(
        "no_tenure",
        rule=f"roles: {row.action}",
        zh=f"{event.actor} 此时未在 {event.office} 的岗位 {event.post} 任职",
        en=f"{event.actor} does not hold post {event.post} of {event.office} at this position",
        action=event.action,
    )


def _refuse_relation(event: Event, row: Row) -> RoleRefused:
    act, standing = name_of(ACTIONS, row.action), [RELATIONS[word] for word in row.relations]
    return RoleRefused(
        "relation",
        rule=f"roles: {row.action}",
        zh=f"“{act.zh}”只能由{'或'.join(one.zh for one in standing)}作出",
        en=f'"{act.en}" needs an actor who {", or ".join(one.en for one in standing)}',
        action=event.action,
        allowed=row.relations,
    )
