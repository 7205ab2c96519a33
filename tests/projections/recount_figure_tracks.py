"""Recommendations, suggestions, packages and backlog, counted again act by act; see `recount_figures.py`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from domain.due import civil_day
from domain.moves import AFTER, DIRECTED, NEW, OVER, REPLIED, REVIEW_SERVED
from tests.projections.recount_town import Found, Told, Town, name_of

CLOSED_STATES = {*OVER, *AFTER, REPLIED, DIRECTED, REVIEW_SERVED}
RESOLVING = {"executed", "mediated", "duty_performed", "implemented"}


def _recommendations(town: Town) -> Iterator[tuple[str, Told, Told | None]]:
    """Each recommendation with its first reply, whenever that was."""
    for case, acts in town.cases.items():
        issued = [told for told in acts if name_of(told) == "recommendation_issued"]
        for one in issued:
            replies = (told for told in acts if name_of(told) in ("recommendation_replied", "accountability_decided"))
            seq = one.event.originator_version
            reply = next(
                (told for told in replies if told.event.item == seq and told.event.index > one.event.index), None
            )
            yield case, one, reply


def _reply_moment(one: Told, reply: Told) -> datetime:
    """A reply never counts before what it replies to."""
    moments: list[datetime] = [one.event.effective_at, reply.event.effective_at]
    return max(moments)


def adopted(town: Town) -> Found:
    for case, one, reply in _recommendations(town):
        if reply is not None and town.within(_reply_moment(one, reply)) and town.here(one.event.unit):
            given = getattr(reply.event, "adoption", "") or (
                "not_adopted" if reply.event.measure == "none" else "adopted"
            )
            yield (case, one.event.originator_version), given == "adopted", False


def answered(town: Town) -> Found:
    for case, one, reply in _recommendations(town):
        if town.within(one.event.effective_at) and town.here(one.event.unit):
            replied = reply is not None and _reply_moment(one, reply) <= town.cut
            yield (case, one.event.originator_version), replied, False


def suggestions(town: Town) -> Found:
    for case, acts in town.cases.items():
        for number, (unit, begun, ended, how) in enumerate(_spells_of_suggestions(acts), 1):
            over = ended is not None and ended <= town.cut
            if town.within(begun) and town.here(unit) and not (over and how == "reclassified"):
                yield (case, number), over and how in ("adopted", "partly_adopted"), False


def _spells_of_suggestions(acts: Sequence[Told]) -> list[list[Any]]:
    """Unit, beginning, end and outcome of each time that a matter was held to be a suggestion."""
    spells: list[list[Any]] = []
    for told in acts:
        name, at = name_of(told), told.event.effective_at
        if name not in ("classified", "reclassified", "routed_statutory", "accepted", "suggestion_decided"):
            continue
        decided = name == "suggestion_decided"
        if (decided or told.after.category == "suggestion") and (not spells or spells[-1][3] == "reclassified"):
            begun = max([at, *(spell[2] for spell in spells[-1:])])
            spells.append([(told.before if decided else told.after).office, begun, None, ""])
        if spells and spells[-1][3] == "" and (decided or told.after.category != "suggestion"):
            outcome = told.event.adoption if decided else "reclassified"
            spells[-1][2:] = [max(at, spells[-1][1]), outcome]
    return spells


def packages(town: Town) -> Found:
    for case, acts in town.cases.items():
        held: dict[int, list[tuple[datetime, str, str]]] = {}  # package: (since, office, result), "" while held
        for told in acts:
            package = told.after.tracks.package
            if package is None or package is told.before.tracks.package:
                continue
            earlier = told.before.tracks.package
            if earlier is not None and earlier.seq != package.seq and not earlier.resolved_at:
                at, office, _ = held[earlier.seq][-1]
                held[earlier.seq].append((max(at, told.event.effective_at), office, "replaced"))
            steps = held.setdefault(package.seq, [])
            at = max([told.event.effective_at, *(step[0] for step in steps[-1:])])
            now = (package.office, package.result if package.resolved_at else "")
            steps.append((at, *now))
        for seq, steps in held.items():
            past = [step for step in steps if step[0] <= town.cut]
            if not past:
                continue
            _, office, result = past[-1]
            # When it ended: the first of the last run of steps in which it was over.
            ended = (
                next(step[0] for n, step in enumerate(past) if all(later[2] for later in past[n:])) if result else None
            )
            if town.here(office) and (ended is None or town.within(ended)):
                yield (case, seq), result in RESOLVING, False


def backlog(town: Town, days: int = 365) -> Found:
    for case, acts in town.cases.items():
        at = acts[0].event.effective_at
        began: datetime | None = None
        ended: datetime | None = None
        office = ""
        for told in acts:
            was = told.before.state != NEW and told.before.state not in CLOSED_STATES
            now = told.after.state not in CLOSED_STATES
            moved = (told.before.office, told.before.capacity) != (told.after.office, told.after.capacity)
            if not (was != now or (now and (moved or name_of(told) in ("transferred", "assigned", "transferred_out")))):
                continue
            at = max(at, told.event.effective_at)
            if at > town.cut:
                break
            if not was:
                began = at
            ended, office = (None, told.after.office) if now else (at, told.before.office)
            yield from _left(town, case, told, began, ended, told.before.office, days)
        if (
            began is not None
            and ended is None
            and (civil_day(town.cut) - civil_day(began)).days > days
            and town.here(office)
        ):
            yield (case, "open"), any(town.acts(case, "resolved")), acts[0].after.imported


def _left(
    town: Town, case: str, told: Told, began: datetime | None, ended: datetime | None, office: str, days: int
) -> Found:
    if began is None or ended is None or not town.within(ended) or not town.here(office):
        return
    if (civil_day(ended) - civil_day(began)).days > days:
        yield (case, told.event.originator_version), any(town.acts(case, "resolved")), told.before.imported
