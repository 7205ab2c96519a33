"""Would the rules have let this act in? The domain's own check, replayed over every recorded act."""

from __future__ import annotations

from api.policy import DomainPolicy
from audit.statement import Statement
from audit.store.stored_rows import Checker
from domain import commands
from domain.reference import fold_reference, is_reference, new_reference
from domain.schema import Event


class DomainReplay:
    """Gives a checker for every stream; those of offices, rules and calendars share one reference.

    They have to be read first and in the order of the log. The reference then answers for every index.
    """

    def __init__(self) -> None:
        """Begin before the first entry."""
        self._policy = DomainPolicy()
        self.reference = new_reference()

    def __call__(self, stream: str) -> Checker:
        """Return what checks the acts of a stream in turn; it raises DomainRefused at an unlawful one."""
        return self._check_reference if is_reference(stream) else self._case_checker(stream)

    def _check_reference(self, index: int, statement: Statement, recorded_at: int) -> None:
        event = self._read(index, statement, recorded_at)
        commands.check(self.reference, event, self.reference)
        self.reference = fold_reference(self.reference, event)

    def _case_checker(self, stream: str) -> Checker:
        state = commands.initial(stream)

        def check(index: int, statement: Statement, recorded_at: int) -> None:
            nonlocal state
            event = self._read(index, statement, recorded_at)
            commands.check(state, event, self.reference)
            state = commands.fold(state, event, self.reference)

        return check

    def _read(self, index: int, statement: Statement, recorded_at: int) -> Event:
        return self._policy.read(statement, index, recorded_at, self.reference)
