"""How acts change a leader package, and what they must fulfil beyond their row."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from domain.clock import civil_day
from domain.errors import TransitionRefused
from domain.people import People
from domain.schema import Event
from domain.tracks import package_events as acts
from domain.tracks.items import Tracks
from domain.tracks.package import Hold, Package, Proposal

PERSONAL: Final = frozenset(
    {
        acts.PackageMet.action,
        acts.PackageInvestigated.action,
        acts.PackageConferred.action,
        acts.PackagePlanSet.action,
    }
)
"""What counts as an act in person: what a leader can only have done, not signed for."""


def fold_package(tracks: Tracks, event: Event) -> Tracks:
    """Return the tracks with their package after an act of the package's track."""
    change = _CHANGES.get(event.action)
    package = tracks.package
    if isinstance(event, acts.PackageAssigned):
        return tracks._replace(package=_assigned(event))
    if package is None or package.seq != getattr(event, "item", 0):
        return tracks
    if event.action in PERSONAL:
        return tracks._replace(package=package._replace(acts=package.acts + 1, last_act_at=event.effective_at))
    return tracks if change is None else tracks._replace(package=change(package, event))


def check_package(tracks: Tracks, event: Event, people: People) -> None:
    """Check what an act of the package's track must fulfil beyond its row.

    Raises TransitionRefused naming the rule: a second package at a time, a leader who holds no such post, a
    hand-over to oneself or to nobody, a confirmation of another proposal than the one that stands, a deadline
    that does not lie ahead, a report before the deadline was missed.
    """
    rule = _RULES.get(event.action)
    if rule is not None:
        rule(tracks, event, people)


def _assigned(event: acts.PackageAssigned) -> Package:
    hold = Hold(
        event.leader,
        event.leader_post,
        event.leader_office,
        event.effective_at,
        event.originator_version,
        event.index,
    )
    return Package(
        event.originator_version, event.office, event.package_reason, event.due_on, event.effective_at, (hold,)
    )


def _accepted(package: Package, event: acts.PackageAccepted) -> Package:
    return package._replace(accepted_at=event.effective_at)


def _extended(package: Package, event: acts.PackageExtended) -> Package:
    if civil_day(event.effective_at) > package.due_on:
        return package._replace(late_extensions=package.late_extensions + 1)
    return package._replace(due_on=event.until_on, extensions=package.extensions + 1)


def _proposed(package: Package, event: acts.HandOverProposed) -> Package:
    taker = (event.leader, event.leader_post, event.leader_office)
    return package._replace(proposal=Proposal(event.originator_version, taker))


def _confirmed(package: Package, event: acts.HandOverConfirmed) -> Package:
    if package.proposal is None or package.proposal.seq != event.confirmed:
        return package
    *earlier, last = package.holds
    now = max(event.effective_at, last.since)
    taken = Hold(*package.proposal.taker, now, event.originator_version, event.index)
    return package._replace(holds=(*earlier, last._replace(until=now), taken), proposal=None, accepted_at=now)


def _withdrawn(package: Package, event: acts.HandOverWithdrawn) -> Package:
    return package._replace(proposal=None)


def _reported(package: Package, event: acts.PackageReported) -> Package:
    return package._replace(reports=package.reports + 1)


def _resolved(package: Package, event: acts.PackageResolved) -> Package:
    return package._replace(result=event.result, resolved_at=event.effective_at, proposal=None)


def _reopened(package: Package, event: acts.PackageReopened) -> Package:
    return package._replace(result="", resolved_at=None, due_on=event.due_on, reopened=package.reopened + 1)


def _check_assigned(tracks: Tracks, event: acts.PackageAssigned, people: People) -> None:
    package = tracks.package
    if package is not None and package.resolved_at is None:
        raise _refuse(
            event,
            "packaged_already",
            f"本件已由 {package.leader} 包案(第 {package.seq} 项);更换领导应办理交接",
            f"{package.leader} packages the case already (number {package.seq}); another leader takes it by hand-over",
        )
    _need_leader(event, event.leader, event.leader_post, event.leader_office, people)


def _check_extended(tracks: Tracks, event: acts.PackageExtended, people: People) -> None:
    package = tracks.package
    if package is not None and event.until_on <= package.due_on:
        raise _refuse(
            event,
            "not_later",
            f"延长后的期限应晚于 {package.due_on}",
            f"the extended deadline must be after {package.due_on}",
        )


def _check_proposed(tracks: Tracks, event: acts.HandOverProposed, people: People) -> None:
    package = tracks.package
    if event.leader == event.actor or (package is not None and event.leader == package.leader):
        raise _refuse(event, "to_himself", "不得交接给自己", "a package cannot be handed over to oneself")
    _need_leader(event, event.leader, event.leader_post, event.leader_office, people)


def _check_confirmed(tracks: Tracks, event: acts.HandOverConfirmed, people: People) -> None:
    proposal = tracks.package.proposal if tracks.package is not None else None
    if proposal is None or proposal.seq != event.confirmed:
        now = str(proposal.seq) if proposal is not None else ""
        raise _refuse(
            event,
            "proposal_changed",
            f"所确认的提议已被更换或撤回;现行提议:{now or '无'}",
            f"the proposal confirmed has been replaced or withdrawn; the one that stands: {now or 'none'}",
            (now,) if now else (),
        )


def _check_reported(tracks: Tracks, event: acts.PackageReported, people: People) -> None:
    package = tracks.package
    if package is not None and civil_day(event.effective_at) <= package.due_on:
        raise _refuse(
            event,
            "not_missed",
            f"期限 {package.due_on} 尚未逾期,无需专题汇报",
            f"the deadline {package.due_on} has not been missed, there is nothing to report",
        )


def _need_leader(event: Event, officer: str, post: str, office: str, people: People) -> None:
    """Check that the leader named holds a leader's post: a package is never given to nobody."""
    held = people.post(office, post, event.index)
    if held is None or "leader" not in held.duties or people.tenure(office, post, officer, event.index) is None:
        raise _refuse(
            event,
            "no_such_leader",
            f"{officer} 此时未在 {office} 的领导岗位 {post} 任职,不能包案",
            f"{officer} does not hold post {post} of {office} as a leader now, and cannot take a package",
        )


def _refuse(event: Event, code: str, zh: str, en: str, allowed: tuple[str, ...] = ()) -> TransitionRefused:
    return TransitionRefused(
        code, rule="article 18(2); leader package", zh=zh, en=en, action=event.action, state="", allowed=allowed
    )


_CHANGES: Final[Mapping[str, Callable[[Package, Any], Package]]] = {
    acts.PackageAccepted.action: _accepted,
    acts.PackageExtended.action: _extended,
    acts.HandOverProposed.action: _proposed,
    acts.HandOverConfirmed.action: _confirmed,
    acts.HandOverWithdrawn.action: _withdrawn,
    acts.PackageReported.action: _reported,
    acts.PackageResolved.action: _resolved,
    acts.PackageReopened.action: _reopened,
}
_RULES: Final[Mapping[str, Callable[[Tracks, Any, People], None]]] = {
    acts.PackageAssigned.action: _check_assigned,
    acts.PackageExtended.action: _check_extended,
    acts.HandOverProposed.action: _check_proposed,
    acts.HandOverConfirmed.action: _check_confirmed,
    acts.PackageReported.action: _check_reported,
}
