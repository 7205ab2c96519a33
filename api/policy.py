"""The domain's rules behind the ledger's interface: the one place where audit.store and domain meet."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from audit.statement import Statement
from audit.store.elsewhere import OtherStreams
from audit.store.model import Actor
from domain import commands
from domain.case_events import CaseErased
from domain.case_state import Case
from domain.commands import Command, Decision
from domain.cross_references import CROSSING, PREFIX, check_elsewhere
from domain.effective import stands_until
from domain.errors import DomainRefused
from domain.events import read_event
from domain.reference import Reference, fold_reference, new_reference
from domain.schema import Event


class Cases:
    """The other streams of a ledger, told in the domain's words (`domain.cross_references.Elsewhere`)."""

    def __init__(self, streams: OtherStreams) -> None:
        """Take the store's streams."""
        self._streams = streams

    def began(self, number: str) -> int | None:
        """Return the log index of a case's first act, None if there is no such case."""
        return self._streams.began(PREFIX + number)

    def case(self, number: str, index: int) -> Case:
        """Return a case after those of its acts that stand before this log index."""
        found: Case = self._streams.state(PREFIX + number, index)
        return found

    def cases(self, index: int) -> Iterable[Case]:
        """Return every case that had begun before this log index, as it stood then."""
        return self._streams.states(PREFIX, PREFIX[:-1] + "0", index)

    def act(self, stream: str, seq: int) -> Event | None:
        """Return the act with this number of a stream, None if it has none."""
        return self._streams.act(stream, seq)

    def root(self, size: int) -> bytes | None:
        """Return the root of the signed checkpoint of this size, None if none was signed."""
        return self._streams.root(size)


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

    def stands_until(self, decision: Decision) -> int:
        """Return until when an act that was decided becomes the same if it is recorded later, in Unix milliseconds."""
        return 0 if decision.event is None else stands_until(decision.event)

    def check_elsewhere(self, state: Any, decision: Decision, elsewhere: OtherStreams, reference: Reference) -> None:
        """Check what a decided act says of other streams. Raises a DomainRefused if it is not so."""
        if decision.action in CROSSING and decision.event is not None:
            check_elsewhere(state, decision.event, Cases(elsewhere), reference.people)

    def undecided(self, command: Command, reference: Reference) -> Decision | None:
        """Return what the signer of a refused command signed, or None if it is no act at all."""
        return commands.undecided(command, reference.people)

    def note_of_refusal(self, refusal: Exception, command: Command, actor: Actor, claimed_at: str) -> Command | None:
        """Return the command that notes a refused act; None for faults that are not the rules' own refusal."""
        if not isinstance(refusal, DomainRefused):
            return None
        return commands.note_of_refusal(refusal, command, actor, claimed_at)
