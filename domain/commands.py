"""Commands: what somebody wants to record, and what the rules make of it.

`decide` is a dry run: it builds the event that the command would become, checks it against the state and
the reference exactly as a verifier will, and returns what is to be signed, with a summary in both
languages for the signer to read. Nothing is stored here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Any, Final, NamedTuple, Protocol

from domain import cases, sealing
from domain.case_state import NEW_CASE, Case
from domain.effective import unix_ms
from domain.errors import DomainRefused, EventRefused
from domain.events import EVENTS, SEALED, actions_of, read_event
from domain.looks import NEW_LOOKS, check_looks, fold_looks
from domain.looks import PREFIX as LOOKS_PREFIX
from domain.people import NOW, People
from domain.reference import Reference, check_reference, fold_reference, is_reference, new_reference
from domain.refusals import NEW_REFUSALS, RefusedNoted, check_refusal, fold_refusals
from domain.refusals import PREFIX as REFUSED_PREFIX
from domain.schema import Event
from domain.summaries import summarise
from domain.tracks.docket import NEW_DOCKET, Docket, check_docket, fold_docket, possible_in
from domain.tracks.docket import PREFIXES as DOCKET_PREFIXES

CASE_PREFIX: Final = "case/"


class ActorRef(Protocol):
    """Who acts: an officer in a post of an office and a role, or a petitioner; with a 32-byte key id."""

    @property
    def actor(self) -> str: ...
    @property
    def post(self) -> str: ...
    @property
    def office(self) -> str: ...
    @property
    def role(self) -> str: ...
    @property
    def key_id(self) -> bytes: ...


class Command(NamedTuple):
    """A wish to record one act: its stream, its action, public fields and sealed fields (JSON values)."""

    stream: str
    action: str
    public: Mapping[str, Any]
    sealed: Mapping[str, Any] = {}


class Decision(NamedTuple):
    """A lawful act, ready to be stated: `sealed` are (field, value) pairs in the order of the slots.

    The summaries are written when they are read: a service that signs in bulk has no reader. An act that was never
    decided has no event and nothing to say.
    """

    action: str
    public: Mapping[str, Any]
    sealed: tuple[tuple[str, Any], ...]
    event: Event | None
    people: People

    @property
    def summary_zh(self) -> str:
        """What the signer reads before signing, in Chinese."""
        return "" if self.event is None else summarise(self.event, self.public, self.sealed, self.people)[0]

    @property
    def summary_en(self) -> str:
        """What the signer reads before signing, in English."""
        return "" if self.event is None else summarise(self.event, self.public, self.sealed, self.people)[1]


def parse_command(value: Any) -> Command:
    """Read a command from decoded JSON or TOML: an object with stream, action, public and, if any, sealed.

    Raises EventRefused naming the member that is missing, unknown or not of its kind.
    """
    if not isinstance(value, Mapping):
        raise _refuse_command("command", "应为对象", "must be an object")
    for member in sorted(value.keys() - {"stream", "action", "public", "sealed"}):
        raise _refuse_command(str(member)[:40], "不属于命令", "is not a member of a command")
    for member in ("stream", "action"):
        if not isinstance(value.get(member), str):
            raise _refuse_command(member, "应为文字", "must be text")
    for member in ("public", "sealed"):
        if not isinstance(value.get(member, {}), Mapping):
            raise _refuse_command(member, "应为对象", "must be an object")
    return Command(value["stream"], value["action"], dict(value.get("public", {})), dict(value.get("sealed", {})))


class Room(NamedTuple):
    """How the streams of one kind begin, are folded and are checked; `check` takes what every stream depends on."""

    new: Any
    fold: Callable[[Any, Any], Any]
    check: Callable[[Any, Any, Reference], None]


def _check_docket(state: Any, event: Any, reference: Reference) -> None:
    check_docket(state, event, reference.people)


_DOCKETS: Final = Room(NEW_DOCKET, fold_docket, _check_docket)
ROOMS: Final[Mapping[str, Room]] = MappingProxyType(
    {
        REFUSED_PREFIX: Room(NEW_REFUSALS, fold_refusals, check_refusal),
        LOOKS_PREFIX: Room(NEW_LOOKS, fold_looks, check_looks),
        **dict.fromkeys(DOCKET_PREFIXES, _DOCKETS),
    }
)
"""The streams that are neither cases nor the reference, by their prefix."""


def room_of(stream: str) -> Room | None:
    """Return how a stream is kept if it is of one of the further kinds."""
    return ROOMS.get(stream.partition("/")[0] + "/")


def initial(stream: str) -> Any:
    """Return the state of a stream before its first act."""
    if stream.startswith(CASE_PREFIX):
        return NEW_CASE
    room = room_of(stream)
    return new_reference() if room is None else room.new


def fold(state: Any, event: Event, reference: Reference | None = None) -> Any:
    """Return the state of a stream after one of its acts; `reference` lends a case its rules."""
    if isinstance(state, Case):
        if reference is None:
            return cases.fold(state, event)
        return cases.fold(state, event, reference.rules, reference.calendars)
    room = room_of(event.originator_id)
    return fold_reference(state, event) if room is None else room.fold(state, event)


def check(state: Any, event: Event, reference: Reference) -> None:
    """Check that an act is lawful in its stream; the same check serves the writer and the verifier.

    Raises a DomainRefused that names the act, the state, the rule and what would be allowed.
    """
    if isinstance(state, Case):
        cases.check(state, event, reference.people, reference.calendars, reference.rules)
        return
    room = room_of(event.originator_id)
    if room is None:
        check_reference(reference, event)
    else:
        room.check(state, event, reference)


def decide(
    state: Any,
    command: Command,
    actor: ActorRef,
    reference: Reference,
    *,
    seq: int,
    claimed_at: str,
    recorded_at_ms: int | None = None,
) -> Decision:
    """Return the act that the command becomes as number `seq` of its stream.

    `claimed_at` is RFC 3339 with offset; `recorded_at_ms` is the ledger's clock in Unix milliseconds, by
    default the claimed moment. `capacity` of a receiving office is filled in from the office tree where a
    command leaves it out.

    Raises a DomainRefused if the act is not lawful now.
    """
    stream = command.stream
    if not stream.startswith(CASE_PREFIX) and not is_reference(stream) and room_of(stream) is None:
        raise _refuse_command("stream", "不是已知的账流", "is not a stream of the ledger")
    public = complete(command.action, command.public, reference.people)
    event = read_event(
        command.action,
        command.stream,
        seq,
        NOW,
        actor.actor,
        actor.post,
        actor.office,
        actor.role,
        actor.key_id,
        claimed_at,
        _claimed_ms(command.action, claimed_at) if recorded_at_ms is None else recorded_at_ms,
        public,
        rules=reference.rules,
        calendars=reference.calendars,
    )
    check(state, event, reference)
    sealed = sealing.arrange(event, command.sealed)
    return Decision(command.action, public, sealed, event, reference.people)


def undecided(command: Command, people: People) -> Decision | None:
    """Return the act that a command would become if the rules were not asked: what its signer signed.

    None for an act or a sealed field that there is not; nothing else is checked, and nothing of it is ever stored.
    """
    names = SEALED.get(command.action)
    if names is None or command.sealed.keys() - set(names):
        return None
    sealed = tuple((name, command.sealed[name]) for name in names if name in command.sealed)
    return Decision(command.action, complete(command.action, command.public, people), sealed, None, people)


def note_of_refusal(refused: DomainRefused, command: Command, actor: ActorRef, claimed_at: str) -> Command | None:
    """Return the command by which the ledger notes that an act was refused; None where none is kept.

    Petitioners' acts are not kept, nor are the ledger's own.
    """
    if actor.role in ("petitioner", "ledger") or not actor.office or command.action not in EVENTS:
        return None
    public = {
        "actor": actor.actor,
        "post": actor.post,
        "role": actor.role,
        "office": actor.office,
        "act": command.action,
        "rule": refused.code,
        "at": claimed_at,
    }
    return Command(REFUSED_PREFIX + actor.office, RefusedNoted.action, public)


def complete(action: str, public: Mapping[str, Any], people: People) -> Mapping[str, Any]:
    """Return the public fields with the receiver's capacity as the office tree has it, where it was left out."""
    if action not in ("case.submitted.v1", "case.transferred.v1") or "capacity" in public:
        return public
    office = people.office(str(public.get("to_office", "")))
    if office is None or office.kind != "petition_office":
        return public
    return {**public, "capacity": office.kind}


def possible(state: Any, stream: str) -> tuple[str, ...]:
    """Return the acts that the state of a stream allows, whoever does them."""
    if isinstance(state, Case):
        return cases.allowed(state)
    return possible_in(state, stream) if isinstance(state, Docket) else actions_of(stream)


def _claimed_ms(action: str, claimed_at: str) -> int:
    try:
        return unix_ms(datetime.fromisoformat(claimed_at))
    except (ValueError, TypeError):
        return 0  # read_event refuses the claimed time with its own words


def _refuse_command(member: str, zh: str, en: str) -> EventRefused:
    return EventRefused(
        "command",
        rule="command {stream, action, public, sealed}",
        zh=f"命令的 {member} {zh}",
        en=f"the command's {member} {en}",
        allowed=tuple(EVENTS),
    )
