"""Every figure counted again the slow way: from what the acts say and what the domain makes of them, act by act.

Written from the definitions (`domain/figure_rows.py`), not from the queries: nothing of the views is read. A part is a
set of members; a member is a case, or a case with a clock's name and segment, or with the number of an item.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from domain.cases import NEW_CASE, Case, fold
from domain.clock import Clock
from domain.due import civil_day, due_of, row_of, standing
from domain.figure_rows import FIGURES
from domain.moves import AFTER, DIRECTED, NEW, OVER, REPLIED, REVIEW_SERVED
from domain.reference import Reference
from domain.schema import CIVIL, Event
from tests.projections.histories import OFFICES, StoredRow
from tests.projections.recount import known_reference, read_row

Member = tuple[Any, ...]
CLOSED_STATES = {*OVER, *AFTER, REPLIED, DIRECTED, REVIEW_SERVED}
RESOLVING = {"executed", "mediated", "duty_performed", "implemented"}


class Told(NamedTuple):
    """One act with the case before and after it."""

    event: Any
    before: Case
    after: Case


@dataclass(frozen=True)
class Recounted:
    """What a figure comes to: members above and below the line, those among them that are imports, and left out."""

    above: frozenset[Member]
    below: frozenset[Member]
    imported: int
    excluded: int


@dataclass
class Town:
    """All cases as known at a position, and the period asked about, both its ends included; `start` None: ever."""

    cases: dict[str, list[Told]]
    reference: Reference
    known_at: int
    start: datetime | None
    cut: datetime
    unit: str | None
    parents: Mapping[str, str] = field(default_factory=lambda: {name: above for name, (above, _) in OFFICES.items()})

    def within(self, at: datetime) -> bool:
        return at <= self.cut and (self.start is None or at >= self.start)

    def here(self, office: str) -> bool:
        while self.unit is not None and office != self.unit:
            if not office:
                return False
            office = self.parents.get(office, "")
        return True

    def acts(self, case: str, *actions: str) -> Iterator[Told]:
        """The acts of a case that count by the cut-off."""
        return (told for told in self.cases[case] if told.event.effective_at <= self.cut and _name(told) in actions)


def known(rows: Sequence[StoredRow], known_at: int) -> tuple[dict[str, list[Told]], Reference]:
    """Fold the first so many rows."""
    reference = known_reference(rows[:known_at])
    cases: dict[str, list[Told]] = {}
    for row in rows[:known_at]:
        if row.stream.startswith("case/"):
            told = cases.setdefault(row.stream[5:], [])
            before = told[-1].after if told else NEW_CASE
            event: Event = read_row(row, reference)
            told.append(Told(event, before, fold(before, event, reference.rules, reference.calendars)))
    return cases, reference


def parts_of(town: Town) -> dict[str, tuple[int, int | None, int, float | None]]:
    """Return of every figure what a row tells: numerator, denominator, exclusions and imported share."""
    told: dict[str, tuple[int, int | None, int, float | None]] = {}
    for name in FORMULAS:
        again = recount_figure(town, name)
        below = len(again.below)
        share = round(again.imported / below, 6) if below else None
        told[name] = (len(again.above), below if FIGURES[name].rate else None, again.excluded, share)
    return told


def month_of(month: str | None, as_of: datetime) -> tuple[datetime | None, datetime]:
    """The first and last instant of a month as far as it has gone."""
    if month is None:
        return None, as_of
    first = datetime(int(month[:4]), int(month[5:]), 1, tzinfo=CIVIL)
    following = (first + timedelta(days=40)).replace(day=1)
    return first, min(as_of, following - timedelta(milliseconds=1))


def recount_figure(town: Town, figure: str) -> Recounted:
    """Count one figure of a town; a month that has not begun holds nobody."""
    found: list[tuple[Member, bool, bool]] = []
    if town.start is None or town.start <= town.cut:
        found = [*FORMULAS[figure](town)]
    left_out = {case for case in town.cases if _excluded(town, case, figure)}
    kept = [one for one in found if one[0][0] not in left_out]
    return Recounted(
        frozenset(member for member, above, _ in kept if above),
        frozenset(member for member, _, _ in kept),
        sum(imported for _, _, imported in kept),
        len(found) - len(kept),
    )


Found = Iterator[tuple[Member, bool, bool]]


def _name(told: Told) -> str:
    return str(told.event.action).split(".")[1]


def _imported(told: Told) -> bool:
    return getattr(told.event, "imported", None) is not None


def _excluded(town: Town, case: str, figure: str) -> bool:
    standing_out: set[int] = set()
    for told in town.acts(case, "exclusion_approved", "exclusion_lifted"):
        item = told.before.tracks.item(told.event.item)
        if item is None or item.track != "exclusion":
            continue
        if _name(told) == "exclusion_approved" and item.state == "PROPOSED" and item.code in ("all", figure):
            standing_out.add(item.seq)
        if _name(told) == "exclusion_lifted":
            standing_out.discard(item.seq)
    return bool(standing_out)


def _clocks(town: Town, *names: str) -> Iterator[tuple[str, Clock, date, str]]:
    """Each clock that counts, with its due day and how it stands at the cut-off."""
    for case, acts in town.cases.items():
        for clock in acts[-1].after.clocks:
            row = row_of(clock, town.reference.rules)
            if clock.clock in names and town.here(clock.unit) and row.nature == "duty":
                due = due_of(clock, town.reference.calendars, town.reference.rules, town.known_at - 1).on
                yield case, clock, due, standing(clock, due, town.cut, row.nature).status


def _judged(*names: str, concluding: bool = False, variant: bool = False) -> Callable[[Town], Found]:
    def formula(town: Town) -> Found:
        for case, clock, due, status in _clocks(town, *names):
            member = (case, clock.clock, clock.segment)
            if (
                status in ("met", "met_late", "ended", "ended_late")
                and clock.closed_at
                and town.within(clock.closed_at)
            ):
                done = clock.met or (concluding and clock.closed_by == "case.concluded.v1")
                late = civil_day(clock.closed_at) > due
                if done or late:
                    yield member, done and not late, clock.imported
            elif status == "overdue" or (variant and status == "running"):
                yield member, False, clock.started_imported

    return formula


def _due_in_period(town: Town) -> Found:
    for case, clock, due, status in _clocks(town, "HANDLE"):
        over = datetime(due.year, due.month, due.day, tzinfo=CIVIL) + timedelta(days=1, milliseconds=-1) <= town.cut
        begun = town.start is None or due >= civil_day(town.start)
        if over and begun and status not in ("not_started", "withdrawn", "suspended"):
            ended = status in ("met", "met_late", "ended", "ended_late")
            done = ended and (clock.met or clock.closed_by == "case.concluded.v1")
            if status != "ended" or done:
                early = done and status in ("met", "ended")
                yield (case, clock.clock, clock.segment), early, clock.imported if ended else clock.started_imported


def _closed(town: Town) -> Found:
    for case, clock, _, status in _clocks(town, "HANDLE"):
        done = clock.met or clock.closed_by == "case.concluded.v1"
        if (
            done
            and clock.closed_at
            and status in ("met", "met_late", "ended", "ended_late")
            and town.within(clock.closed_at)
        ):
            yield (case, clock.clock, clock.segment), True, clock.imported


def _overdue(town: Town) -> Found:
    names = {row.clock for _, rules in town.reference.rules.steps for row in rules.clocks.values()}
    for case, clock, _, status in _clocks(town, *names):
        if status == "overdue":
            yield (case, clock.clock, clock.segment), True, clock.started_imported


def _repeated(town: Town, case: str) -> bool:
    linked = any(told.event.link == "same_matter" for told in town.acts(case, "linked"))
    return linked or any(town.acts(case, "merged"))


def _handled_anew(town: Town, case: str) -> Iterator[tuple[Told, str]]:
    for told in town.acts(case, "return_approved", "reopened", "review_decided", "recheck_decided"):
        name = _name(told)
        if name == "return_approved":
            yield told, told.before.office
        elif name == "reopened" and told.event.reopening == "dissatisfied":
            yield told, told.after.office
        elif name.endswith("decided") and told.event.decision != "uphold":
            yield told, told.before.handling.unit or told.before.office


def _one_time(town: Town) -> Found:
    for case in town.cases:
        anew = [*_handled_anew(town, case)]
        resolved = [(told, told.before.office) for told in town.acts(case, "resolved")]
        now = [
            (told, here)
            for told, here in (*anew, *resolved)
            if town.within(told.event.effective_at) and town.here(here)
        ]
        if now and not _repeated(town, case):
            first_time = any(told.event.action == "case.resolved.v1" for told, _ in now) and not anew
            yield (case,), first_time, any(_imported(told) for told, _ in now)


def _one_visit(town: Town) -> Found:
    imports: dict[str, bool] = {}
    for (case, *_), _, imported in _closed(town):
        imports[case] = imports.get(case, False) or imported
    for case, imported in imports.items():
        yield (case,), not any(town.acts(case, "visit_demanded")), imported


def _begun(town: Town) -> Iterator[tuple[str, bool]]:
    for case, acts in town.cases.items():
        first = acts[0]
        if town.within(first.event.effective_at) and town.here(first.after.office):
            yield case, _imported(first)


def _resolved(town: Town) -> Found:
    for case in town.cases:
        for told in town.acts(case, "resolved"):
            if town.within(told.event.effective_at) and town.here(told.before.office):
                yield (case, told.event.originator_version), True, _imported(told)


def _recommendations(town: Town) -> Iterator[tuple[str, Told, Told | None]]:
    """Each recommendation with its first reply, whenever that was."""
    for case, acts in town.cases.items():
        issued = [told for told in acts if _name(told) == "recommendation_issued"]
        for one in issued:
            replies = (told for told in acts if _name(told) in ("recommendation_replied", "accountability_decided"))
            seq = one.event.originator_version
            reply = next(
                (told for told in replies if told.event.item == seq and told.event.index > one.event.index), None
            )
            yield case, one, reply


def _reply_moment(one: Told, reply: Told) -> datetime:
    """A reply never counts before what it replies to."""
    moments: list[datetime] = [one.event.effective_at, reply.event.effective_at]
    return max(moments)


def _adopted(town: Town) -> Found:
    for case, one, reply in _recommendations(town):
        if reply is not None and town.within(_reply_moment(one, reply)) and town.here(one.event.unit):
            given = getattr(reply.event, "adoption", "") or (
                "not_adopted" if reply.event.measure == "none" else "adopted"
            )
            yield (case, one.event.originator_version), given == "adopted", False


def _answered(town: Town) -> Found:
    for case, one, reply in _recommendations(town):
        if town.within(one.event.effective_at) and town.here(one.event.unit):
            replied = reply is not None and _reply_moment(one, reply) <= town.cut
            yield (case, one.event.originator_version), replied, False


def _suggestions(town: Town) -> Found:
    for case, acts in town.cases.items():
        for number, (unit, begun, ended, how) in enumerate(_spells_of_suggestions(acts), 1):
            over = ended is not None and ended <= town.cut
            if town.within(begun) and town.here(unit) and not (over and how == "reclassified"):
                yield (case, number), over and how in ("adopted", "partly_adopted"), False


def _spells_of_suggestions(acts: Sequence[Told]) -> list[list[Any]]:
    """Unit, beginning, end and outcome of each time that a matter was held to be a suggestion."""
    spells: list[list[Any]] = []
    for told in acts:
        name, at = _name(told), told.event.effective_at
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


def _packages(town: Town) -> Found:
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


def _backlog(town: Town, days: int = 365) -> Found:
    for case, acts in town.cases.items():
        at = acts[0].event.effective_at
        began: datetime | None = None
        ended: datetime | None = None
        office = ""
        for told in acts:
            was = told.before.state != NEW and told.before.state not in CLOSED_STATES
            now = told.after.state not in CLOSED_STATES
            moved = (told.before.office, told.before.capacity) != (told.after.office, told.after.capacity)
            if not (was != now or (now and (moved or _name(told) in ("transferred", "assigned", "transferred_out")))):
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


def _rated(town: Town) -> Iterator[tuple[Member, bool]]:
    for case, acts in town.cases.items():
        seen: set[tuple[str, str, int]] = set()
        for told in acts:
            if _name(told) == "rated":
                what = (told.event.of, told.event.rated_office, told.event.round)
                key = told.before.key(told.event.key_id)
                if key is not None and what not in seen:
                    seen.add(what)
                    if key.custody == "device" and town.within(told.event.effective_at) and town.here(what[1]):
                        yield (case, told.event.originator_version), told.event.rating != "dissatisfied"


FORMULAS: dict[str, Callable[[Town], Found]] = {
    "timely_acceptance_rate": _judged("NOTICE_DIRECT", "NOTICE_TRANSFERRED"),
    "on_time_closure_rate": _judged("HANDLE", concluding=True),
    "on_time_reply_rate": _judged("HANDLE", "REVIEW_DECISION", "RECHECK_DECISION"),
    "on_time_reply_rate_local": _judged("HANDLE", "REVIEW_DECISION", "RECHECK_DECISION", variant=True),
    "due_closure_rate": _due_in_period,
    "satisfaction_rate": lambda town: ((member, good, False) for member, good in _rated(town)),
    "one_time_resolution_rate": _one_time,
    "one_visit_rate": _one_visit,
    "package_resolution_rate": _packages,
    "backlog_resolution_rate": _backlog,
    "recommendation_adoption_rate": _adopted,
    "recommendation_reply_rate": _answered,
    "suggestion_adoption_rate": _suggestions,
    "repeat_matter_rate": lambda town: (((case,), _repeated(town, case), file) for case, file in _begun(town)),
    "submissions": lambda town: (((case,), True, file) for case, file in _begun(town)),
    "closed": _closed,
    "resolved": _resolved,
    "overdue": _overdue,
}
