"""The domain's rules behind the ledger's interface: the one place where audit.store and domain meet."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from audit.statement import Statement
from audit.store.model import Actor
from domain import commands
from domain.case_events import CaseErased
from domain.commands import Command, Decision
from domain.errors import DomainRefused
from domain.events import read_event
from domain.reference import Reference, fold_reference, new_reference
from domain.schema import Event


class DomainPolicy:
    """Implements audit.store.model.Policy with the domain's pure functions; it has no state of its own."""

    def initial(self, stream: str) -> Any:
        """Return the state of a stream before its first act."""
        return commands.initial(stream)

    def read(self, statement: Statement, index: int, recorded_at: int, reference: Reference) -> Event:
        """Return the event a statement tells of; recorded_at is Unix milliseconds. Raises EventRefused."""
        return read_event(
            statement.action,
            statement.stream,
            statement.seq,
            index,
            statement.actor,
            statement.post,
            statement.office,
            statement.role,
            statement.key_id,
            statement.claimed_at,
            recorded_at,
            statement.public,
            rules=reference.rules,
            calendars=reference.calendars,
        )

    def fold(self, state: Any, event: Event, reference: Reference) -> Any:
        """Return a stream's state after one of its events; a case runs its clocks by the reference's rules."""
        return commands.fold(state, event, reference)

    def initial_reference(self) -> Reference:
        """Return people, rules and calendars before the first entry."""
        return new_reference()

    def fold_reference(self, reference: Reference, event: Event) -> Reference:
        """Return the reference after an event of one of its streams."""
        return fold_reference(reference, event)

    def stream_of(self, command: Command) -> str:
        """Return the stream that a command's act belongs to."""
        return command.stream

    def erasing_actions(self) -> Sequence[str]:
        """Return the actions that destroy disclosures."""
        return (CaseErased.action,)

    def erasure(self, event: Event) -> Sequence[tuple[int, Sequence[int]]]:
        """Return which slots of which earlier acts of its stream an event erases, as (seq, slots)."""
        if not isinstance(event, CaseErased):
            return ()
        return [(target.seq, target.slots) for target in event.targets]

    def decide(
        self, state: Any, command: Command, actor: Actor, *, seq: int, claimed_at: str, recorded_at: int, reference: Any
    ) -> Decision:
        """Return the act that a command becomes. Raises a DomainRefused if the rules forbid it."""
        return commands.decide(
            state, command, actor, reference, seq=seq, claimed_at=claimed_at, recorded_at_ms=recorded_at
        )

    def undecided(self, command: Command, reference: Reference) -> Decision | None:
        """Return what the signer of a refused command signed, or None if it is no act at all."""
        return commands.undecided(command, reference.people)

    def note_of_refusal(self, refusal: Exception, command: Command, actor: Actor, claimed_at: str) -> Command | None:
        """Return the command that notes a refused act; None for faults that are not the rules' own refusal."""
        if not isinstance(refusal, DomainRefused):
            return None
        return commands.note_of_refusal(refusal, command, actor, claimed_at)
