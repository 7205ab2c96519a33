"""Would the rules have let this act in? The domain's own check, replayed over every recorded act."""

from __future__ import annotations

from functools import reduce

from audit.statement import Statement
from audit.store.stored_rows import Checker
from domain import commands
from domain.calendars import Calendars
from domain.cases import NEW_CASE, Case, check, fold_facts
from domain.clocks import Rules
from domain.events import read_event
from domain.reference import fold_reference, is_reference, new_reference
from domain.schema import Event
from domain.untold import ClocksUntold


class DomainReplay:
    """Gives a checker for every stream; those of offices, rules and calendars share one reference.

    They have to be read first and in the order of the log. The reference then answers for every index.
    """

    def __init__(self) -> None:
        """Begin before the first entry."""
        self.reference = new_reference()

    def __call__(self, stream: str) -> Checker:
        """Return what checks the acts of a stream in turn; it raises DomainRefused at an unlawful one."""
        if stream.startswith(commands.CASE_PREFIX):
            return _CaseChecker(self)
        return self._check_reference if is_reference(stream) else self._room_checker(stream)

    def _check_reference(self, index: int, statement: Statement, recorded_at: int) -> None:
        event = self.read(index, statement, recorded_at)
        commands.check(self.reference, event, self.reference)
        self.reference = fold_reference(self.reference, event)

    def _room_checker(self, stream: str) -> Checker:
        state = commands.initial(stream)

        def check_next(index: int, statement: Statement, recorded_at: int) -> None:
            nonlocal state
            event = self.read(index, statement, recorded_at)
            commands.check(state, event, self.reference)
            state = commands.fold(state, event, self.reference)

        return check_next

    def read(self, index: int, statement: Statement, recorded_at: int) -> Event:
        """Return the event that a statement tells of. Raises EventRefused."""
        return read_statement(index, statement, recorded_at, self.reference.rules, self.reference.calendars)


def read_statement(index: int, statement: Statement, recorded_at: int, rules: Rules, calendars: Calendars) -> Event:
    """Return the event that a statement tells of. Raises EventRefused."""
    _, action, actor, claimed_at, key_id, office, _, post, _, public, role, _, _, seq, stream = statement
    # fmt: off
    return read_event(
        action, stream, seq, index, actor, post, office, role, key_id, claimed_at, recorded_at, public,
        rules=rules, calendars=calendars,
    )
    # fmt: on


class _CaseChecker:
    """Checks the acts of one case; it is folded no further than the checks need.

    An act is folded when the next one comes, and without its clocks as long as no rule asks for them.
    """

    __slots__ = ("_acts", "_case", "_last", "_replay", "_whole")

    def __init__(self, replay: DomainReplay) -> None:
        """Begin before the first act."""
        self._replay = replay
        self._case = NEW_CASE
        self._last: Event | None = None
        # The case with its clocks as it was when a rule asked for them, and the acts since.
        self._whole = NEW_CASE
        self._acts: list[Event] = []

    def __call__(self, index: int, statement: Statement, recorded_at: int) -> None:
        """Check the next act. Raises DomainRefused if it was not lawful."""
        people, rules, calendars, _ = self._replay.reference
        event = read_statement(index, statement, recorded_at, rules, calendars)
        try:
            if self._last is not None:
                self._case = fold_facts(self._case, self._last)
            check(self._case, event, people, calendars, rules)
        except ClocksUntold:
            self._case = self._whole = reduce(self._fold, self._acts, self._whole)
            self._acts.clear()
            check(self._case, event, people, calendars, rules)
        self._last = event
        self._acts.append(event)

    def _fold(self, case: Case, event: Event) -> Case:
        folded: Case = commands.fold(case, event, self._replay.reference)
        return folded
