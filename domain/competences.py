"""Which competence rows were known at each position of the ledger, and whom they name.

A registrar publishes the rows of one jurisdiction at a time (`rules.competence_published.v1`); they replace those
published for it before. Rows are kept with the log index that made them known, so that one table, folded once,
answers as known at any earlier position.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Final, NamedTuple

from domain.clocks import rows_digest
from domain.competence import CompetenceRow, check_competence, competent_unit, parse_competence
from domain.errors import ReferenceRefused
from domain.people import NOW, People

ACTION: Final = "rules.competence_published.v1"


class Published(NamedTuple):
    """What one act published: the rows of a jurisdiction, known from the entries after this log index on."""

    since: int
    jurisdiction: str
    version: str
    rows: tuple[CompetenceRow, ...]


class Advice(NamedTuple):
    """A unit that the rows name for a matter, with the row; `unit` is its successor where it is no more."""

    unit: str
    row: CompetenceRow


class Competence(NamedTuple):
    """Every published state of the competence rows, in the order of the log; immutable."""

    steps: tuple[Published, ...] = ()

    def known(self, index: int = NOW) -> tuple[CompetenceRow, ...]:
        """Return the rows that an act at this log index knows: of every jurisdiction those published last before it."""
        latest = {step.jurisdiction: step.rows for step in self.steps if step.since < index}
        return tuple(row for rows in latest.values() for row in rows)

    def apply(
        self, index: int, jurisdiction: str, version: str, digest: str, rows: Sequence[Mapping[str, Any]]
    ) -> Competence:
        """Take in the rows that the entry at this log index publishes for a jurisdiction.

        Raises ReferenceRefused if the digest is not that of the rows, the version was published before for this
        jurisdiction, or a row is unusable, by itself or beside the others.
        """
        if digest != rows_digest(rows):
            raise _refuse(version, "摘要与规则行不符", "has a digest that is not that of its rows")
        if any((step.jurisdiction, step.version) == (jurisdiction, version) for step in self.steps):
            raise _refuse(version, "版本号已经发布过", "has a version that was published before")
        parsed = parse_competence(rows, jurisdiction)
        after = Competence((*self.steps, Published(index, jurisdiction, version, parsed)))
        check_competence(after.known())
        return after

    def before(self, index: int) -> Competence:
        """Return what was known before this log index."""
        return Competence(tuple(step for step in self.steps if step.since < index))

    def advise(self, people: People, area: str, jurisdiction: str, day: date, index: int = NOW) -> tuple[Advice, ...]:
        """Return the units competent for a matter on a day, as known at a log index; the first one advises.

        A unit that was merged or abolished is its successor; one that was never opened is left out.
        """
        found = competent_unit(self.known(index), area, jurisdiction, day)
        named = [(people.successor(row.unit, index) or row.unit, row) for row in found]
        return tuple(Advice(unit, row) for unit, row in named if people.office(unit, index) is not None)


NO_COMPETENCE: Final = Competence()


def competence_act(jurisdiction: str, version: str, rows: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Give the public part of the act that publishes these rows."""
    plain = [dict(row) for row in rows]
    return {"jurisdiction": jurisdiction, "version": version, "digest": rows_digest(plain), "rows": plain}


def _refuse(version: str, zh: str, en: str) -> ReferenceRefused:
    zh, en = f"职权表 {version} {zh}", f"competence table {version} {en}"
    return ReferenceRefused("competence", rule=f"table {version}", zh=zh, en=en, action=ACTION)
