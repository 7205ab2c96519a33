"""The import itself: windows of rows become acts, each act recorded once, whatever happened before.

The rows of a window are read and decided in this thread while the window before is signed and recorded in
another. A case's first acts go into one transaction and its next acts into a later one, because an act
names the leaf of the one before it. What was recorded by an earlier run, complete or killed, is recognised
by its act id and only compared.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import Protocol

from api.actions import Desk
from api.importer.plans import Plan, PlannedAct, PlannedCase
from api.importer.recorded import compare_recorded, find_recorded, settle
from api.importer.report import Report
from api.keyfiles import Key
from audit.store.errors import ActConflict, ActRefused, ReferenceMoved, StaleStream
from audit.store.hands import SecondHand
from audit.store.model import Acknowledgement, Prepared
from domain.commands import Command
from domain.errors import DomainRefused

WINDOW = 500
ROLE = "importer"

Answers = list[Acknowledgement | Exception]
Told = Callable[[int, int], None]


class Refusals(Protocol):
    """Words for what the rules or the ledger refused."""

    def __call__(self, error: Exception) -> str:
        """Say it in one line."""


@dataclass(slots=True)
class Summary:
    """What an import did."""

    rows_read: int = 0
    cases_added: int = 0
    acts_added: int = 0


@dataclass(slots=True)
class _Window:
    """Some rows on their way: the cases that still go on, and the acts now with the database."""

    cases: list[PlannedCase]
    stage: int = 0
    acts: list[tuple[PlannedCase, PlannedAct]] = field(default_factory=list)
    answers: Future[Answers] | None = None


class Import:
    """One run over one file, at a desk, with the service keys of offices."""

    def __init__(self, desk: Desk, keys: Mapping[str, Key], report: Report, words: Refusals, told: Told) -> None:
        """Record acts at desk; rejected rows go to report, counts of rows and acts to told.

        `keys` are by office; the one under "" signs where an act names no office.
        """
        self._desk = desk
        self._keys = keys
        self._report = report
        self._words = words
        self._told = told
        self._hand = SecondHand()
        self.summary = Summary()

    def run(self, plans: Iterable[Plan]) -> Summary:
        """Import all that is planned; raises what the database or a broken file raises, with all before it recorded."""
        with closing(self._hand), ThreadPoolExecutor(1, "import-commit") as committer:
            waiting: list[_Window] = []
            for window in self._windows(plans):
                self._submit(window, committer)
                waiting = [known for known in waiting if self._go_on(known, committer)]
                waiting.append(window)
                self._told(self.summary.rows_read, self.summary.acts_added)
            while waiting:
                waiting = [known for known in waiting if self._go_on(known, committer)]
                self._told(self.summary.rows_read, self.summary.acts_added)
        return self.summary

    def _windows(self, plans: Iterable[Plan]) -> Iterator[_Window]:
        numbered = iter(plans)
        while batch := list(islice(numbered, WINDOW)):
            self.summary.rows_read += sum(plan.rows for plan in batch)
            for row, refused in (one for plan in batch for one in plan.refused):
                other = str(refused.other_row) if refused.other_row else ""
                self._report.reject(row, refused.reason, refused.column, other)
            yield self._fresh([plan.case for plan in batch if plan.case is not None])

    def _fresh(self, cases: list[PlannedCase]) -> _Window:
        """Leave out what an earlier run recorded, after comparing it with what the file says now."""
        recorded = find_recorded(self._desk.ledger, [act_id for case in cases for act_id in case.act_ids])
        if recorded:
            compare_recorded(self._desk.ledger, cases, recorded, self._report)
        fresh = [settle(case, recorded, self._report) if case.of_events else case.without(recorded) for case in cases]
        return _Window(fresh)

    def _submit(self, window: _Window, committer: ThreadPoolExecutor) -> None:
        """Decide the window's next acts, and hand them to the committing thread."""
        planned = [(case, case.acts[window.stage]) for case in window.cases if window.stage < len(case.acts)]
        wishes = [
            self._desk.wish(self._command(case, act), self._keys[act.office], ROLE, *act.name) for case, act in planned
        ]
        window.acts, decided = [], []
        for (case, act), prepared in zip(planned, self._desk.ledger.prepare_many(wishes), strict=True):
            if isinstance(prepared, (DomainRefused, ActRefused)):
                self._refuse(window, case, act, prepared)
            elif isinstance(prepared, Exception):
                raise prepared
            else:
                window.acts.append((case, act))
                decided.append((prepared, self._keys[act.office]))
        window.answers = committer.submit(self._record, decided)

    def _record(self, decided: list[tuple[Prepared, Key]]) -> Answers:
        """Sign acts by two threads at once and record them in one transaction; one answer an act."""
        signatures = [b""] * len(decided)

        def sign(place: int) -> None:
            prepared, key = decided[place]
            signatures[place] = key.sign(prepared.to_sign)

        self._hand.share(range(len(decided)), sign).finish()
        signed = [(prepared, signature) for (prepared, _), signature in zip(decided, signatures, strict=True)]
        return self._desk.ledger.commit_many(signed)

    def _go_on(self, window: _Window, committer: ThreadPoolExecutor) -> bool:
        """Take the answers to a window's acts and submit the next ones; False once there are none."""
        assert window.answers is not None
        for (case, act), answer in zip(window.acts, window.answers.result(), strict=True):
            self._take(window, case, act, answer)
        window.stage += 1
        if not any(window.stage < len(case.acts) for case in window.cases):
            return False
        self._submit(window, committer)
        return True

    def _take(self, window: _Window, case: PlannedCase, act: PlannedAct, answer: Acknowledgement | Exception) -> None:
        if isinstance(answer, (StaleStream, ReferenceMoved)):
            answer = self._again(case, act)
        if isinstance(answer, ActConflict):
            return  # another run of the same file recorded it first
        if isinstance(answer, (ActRefused, DomainRefused)):
            self._refuse(window, case, act, answer)
        elif isinstance(answer, Exception):
            raise answer
        elif not answer.repeated:
            self.summary.acts_added += 1
            self.summary.cases_added += act.opens

    def _again(self, case: PlannedCase, act: PlannedAct) -> Acknowledgement | Exception:
        """Perform an act anew that lost against a change of keys, people or its own case."""
        try:
            return self._desk.perform(
                self._command(case, act), self._keys[act.office], ROLE, act_id=act.act_id, claimed_at=act.claimed_at
            )
        except (DomainRefused, ActRefused) as refused:
            return refused

    @staticmethod
    def _command(case: PlannedCase, act: PlannedAct) -> Command:
        return Command(case.stream, act.action, act.public, act.sealed)

    def _refuse(self, window: _Window, case: PlannedCase, act: PlannedAct, error: Exception) -> None:
        """Keep a refused act as an annotation where the mapping says so; else report its row.

        What would have followed it is dropped with it, but not the other rows of an event log.
        """
        others = [known for known in window.cases if known is not case]
        if act.instead is not None:
            done = window.stage + 1
            window.cases = [*others, replace(case, acts=(*case.acts[:done], act.instead, *case.acts[done:]))]
            return
        self._report.reject(act.row or case.row, "refused", detail=self._words(error))
        if not case.of_events:
            window.cases = others
