"""Every figure counted again the slow way: from what the acts say and what the domain makes of them, act by act.

Written from the definitions (`domain/figure_rows.py`), not from the queries: nothing of the views is read. A part is a
set of members; a member is a case, or a case with a clock's name and segment, or with the number of an item.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from domain.claim_events import CLAIMED_CLOCKS
from domain.clock import Clock
from domain.due import civil_day, due_of, row_of, standing
from domain.figure_rows import FIGURES
from domain.schema import CIVIL
from tests.projections.recount_figure_tracks import adopted, answered, backlog, packages, suggestions
from tests.projections.recount_town import Found, Member, Told, Town, is_imported, name_of


@dataclass(frozen=True)
class Recounted:
    """What a figure comes to: members above and below the line, those among them that are imports, and left out."""

    above: frozenset[Member]
    below: frozenset[Member]
    imported: int
    excluded: int


def parts_of(town: Town) -> dict[str, tuple[int, int | None, int, float | None]]:
    """Return of every figure what a row tells: numerator, denominator, exclusions and imported share."""
    told: dict[str, tuple[int, int | None, int, float | None]] = {}
    for name in FORMULAS:
        again = recount_figure(town, name)
        below = len(again.below)
        share = round(again.imported / below, 6) if below else None
        told[name] = (len(again.above), below if FIGURES[name].rate else None, again.excluded, share)
    return told


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


def _excluded(town: Town, case: str, figure: str) -> bool:
    standing_out: set[int] = set()
    for told in town.acts(case, "exclusion_approved", "exclusion_lifted"):
        item = told.before.tracks.item(told.event.item)
        if item is None or item.track != "exclusion":
            continue
        if name_of(told) == "exclusion_approved" and item.state == "PROPOSED" and item.code in ("all", figure):
            standing_out.add(item.seq)
        if name_of(told) == "exclusion_lifted":
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
        name = name_of(told)
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
            yield (case,), first_time, any(is_imported(told) for told, _ in now)


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
            yield case, is_imported(first)


def _resolved(town: Town) -> Found:
    for case in town.cases:
        for told in town.acts(case, "resolved"):
            if town.within(told.event.effective_at) and town.here(told.before.office):
                yield (case, told.event.originator_version), True, is_imported(told)


def _rated(town: Town) -> Iterator[tuple[Member, bool]]:
    for case, acts in town.cases.items():
        seen: set[tuple[str, str, int]] = set()
        for told in acts:
            if name_of(told) == "rated":
                what = (told.event.of, told.event.rated_office, told.event.round)
                key = told.before.key(told.event.key_id)
                if key is not None and what not in seen:
                    seen.add(what)
                    if key.custody == "device" and town.within(told.event.effective_at) and town.here(what[1]):
                        yield (case, told.event.originator_version), told.event.rating != "dissatisfied"


def _claims(town: Town) -> Found:
    """Each claimed deadline as it was settled: done or ended, passed on with the case, or still open."""
    for case, acts in town.cases.items():
        if any(name_of(told) == "diverted_discipline" for told in acts):
            continue
        for covers, names in CLAIMED_CLOCKS.items():
            for number, claim in enumerate(_spells_of_claims(acts, covers, names), 1):
                member = (case, covers, number)
                if claim.begun > town.cut or not town.here(claim.unit):
                    continue
                if claim.ended is None or claim.ended > town.cut:
                    if civil_day(town.cut) > claim.due_on:
                        yield member, False, claim.of_file
                elif claim.clock is not None and town.within(claim.ended):
                    assert claim.clock.closed_at is not None
                    late = civil_day(claim.clock.closed_at) > claim.due_on
                    if claim.clock.met or late:
                        yield member, not late, claim.of_file or claim.clock.closed_imported


@dataclass
class _Claim:
    """A claim at one office; `clock` is the closed one that settled it, None if it stands or stands on elsewhere."""

    unit: str
    due_on: date
    begun: datetime
    of_file: bool
    ended: datetime | None = None
    clock: Clock | None = None

    def end(self, told: Told, clock: Clock | None = None) -> None:
        recorded = told.event.recorded_at
        self.ended, self.clock = min(max(told.event.effective_at, self.begun), recorded), clock


def _spells_of_claims(acts: list[Told], covers: str, names: tuple[str, ...]) -> list[_Claim]:
    spells: list[_Claim] = []
    for told in acts:
        running = any(clock.clock in names for clock in told.after.running)
        closed = [clock for clock in told.after.closed if clock.clock in names and clock.closed_at]
        done = closed[-1] if closed and not running else None
        at, office, last = told.event.effective_at, told.after.office, spells[-1] if spells else None
        still = last is not None and last.ended is None
        if name_of(told) == "deadline_claimed" and told.event.covers == covers:
            if last is not None and still:
                last.end(told)
            begun = at if last is None else max(at, last.ended or last.begun)
            spells.append(_Claim(office, told.event.due_on, begun, is_imported(told)))
            if done is not None:
                spells[-1].end(told, done)
        elif last is not None and still and done is not None and done.closed_index == told.event.index:
            last.end(told, done)
        elif last is not None and still and last.unit != office:
            last.end(told)
            spells.append(_Claim(office, last.due_on, max(at, last.ended or last.begun), last.of_file))
    return spells


FORMULAS: dict[str, Callable[[Town], Found]] = {
    "timely_acceptance_rate": _judged("NOTICE_DIRECT", "NOTICE_TRANSFERRED"),
    "on_time_closure_rate": _judged("HANDLE", concluding=True),
    "on_time_reply_rate": _judged("HANDLE", "REVIEW_DECISION", "RECHECK_DECISION"),
    "on_time_reply_rate_local": _judged("HANDLE", "REVIEW_DECISION", "RECHECK_DECISION", variant=True),
    "due_closure_rate": _due_in_period,
    "claimed_deadline_rate": _claims,
    "satisfaction_rate": lambda town: ((member, good, False) for member, good in _rated(town)),
    "one_time_resolution_rate": _one_time,
    "one_visit_rate": _one_visit,
    "package_resolution_rate": packages,
    "backlog_resolution_rate": backlog,
    "recommendation_adoption_rate": adopted,
    "recommendation_reply_rate": answered,
    "suggestion_adoption_rate": suggestions,
    "repeat_matter_rate": lambda town: (((case,), _repeated(town, case), file) for case, file in _begun(town)),
    "submissions": lambda town: (((case,), True, file) for case, file in _begun(town)),
    "closed": _closed,
    "resolved": _resolved,
    "overdue": _overdue,
}
