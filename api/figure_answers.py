"""What is asked about figures beside the lists, as documents: what changed, a figure again from entries, the rules."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any

from api.axes import parse_as_of, write_as_of
from api.errors import UsageRefused
from api.lists.figure_lines import figure_links, figure_shape
from api.lists.listing import case_links
from api.main import Application
from api.positions import position, size_at
from domain.clocks import RuleSet
from domain.competence import CompetenceRow
from domain.reference import Reference
from domain.rulebook import rulebook
from domain.rulebook_text import TABLES, rows
from projections.diff import At, Change, Diff, diff
from projections.figures_answers import FigureRow
from projections.recompute import Published, Recomputed, recompute

MAX_CHANGES = 1_000


@dataclass(frozen=True, slots=True)
class DiffQuestion:
    """A figure, or the overdue list, and two moments on both axes; `before` must not know more than `after`."""

    figure: str
    before: At
    after: At
    unit: str | None = None
    month: str | None = None
    clock: str | None = None
    limit: int = 100


def parse_moments(
    application: Application, texts: tuple[str | None, str | None], known: tuple[int | None, int | None]
) -> tuple[At, At]:
    """Read the two moments of a difference: from and to, with what is known at each.

    The later one is now, with all that is known, unless said otherwise. Where nothing is said of what was known at the
    earlier one, it is what the log held by then, so that the acts recorded since can be named; a ledger that was
    imported later held nothing then, so one that holds nothing by then counts as knowing what the later one knows.

    Raises UsageRefused if the earlier one has neither a day nor a position.
    """
    (first, second), (known_first, known_second) = texts, known
    if not first and known_first is None:
        raise UsageRefused("moment_needed")
    until = parse_as_of(second or None, application.clock())
    since = parse_as_of(first or None, until)
    if known_first is None:
        known_first = size_at(application.ledger, since) or known_second
        if known_second is not None and known_first is not None:
            known_first = min(known_first, known_second)
    return At(since, known_first), At(until, known_second)


def ask_diff(application: Application, asked: DiffQuestion) -> Diff:
    """Say what changed between two moments and what made it. Raises QuestionRefused of projections."""
    application.views.refresh(asked.after.known_at)
    options = {"unit": asked.unit, "month": asked.month, "clock": asked.clock}
    return diff(application.reader, asked.figure, asked.before, asked.after, **options, limit=asked.limit)


def diff_document(application: Application, asked: DiffQuestion, told: Diff) -> dict[str, Any]:
    """A difference as JSON members: the figure before and after, and each member that changed with its acts."""
    return {
        "figure": asked.figure,
        "unit": asked.unit,
        "month": asked.month,
        "before": _figure(application, told.before),
        "after": _figure(application, told.after),
        "total": told.total,
        "came": told.came,
        "went": told.went,
        "changes": [_change(change) for change in told.changes],
    }


def _figure(application: Application, row: FigureRow) -> dict[str, Any]:
    return {**figure_shape(row, position(application.ledger, row.known_at)), "links": figure_links(row)}


def _change(change: Change) -> dict[str, Any]:
    return {**asdict(change), "links": case_links(change)}


def ask_recompute(
    application: Application,
    figure: str,
    as_of: datetime,
    known_at: int | None = None,
    *,
    unit: str | None = None,
    month: str | None = None,
    published: Published | None = None,
) -> Recomputed:
    """Compute a figure again from entries alone, and hold it against what was published, or against the views.

    Raises QuestionRefused of projections.
    """
    application.views.refresh(known_at)
    return recompute(application.reader, figure, as_of, known_at, unit=unit, month=month, published=published)


def recompute_document(application: Application, told: Recomputed) -> dict[str, Any]:
    """A recomputation as JSON members; `difference` names the first member on which views and entries differ."""
    return {
        "figure": told.figure,
        "unit": told.unit,
        "month": told.month,
        "as_of": write_as_of(told.as_of),
        "known_at": position(application.ledger, told.known_at),
        "computed": told.computed._asdict(),
        "told": None if told.told is None else told.told._asdict(),
        "equal": told.equal,
        "difference": None if told.difference is None else asdict(told.difference),
    }


def check_table(table: str | None) -> None:
    """Check that there is a table of rules of this name, or that none was named. Raises UsageRefused."""
    if table is not None and table not in TABLES:
        raise UsageRefused("table_unknown", known=", ".join(TABLES))


def rules_document(
    table: str | None, rules: RuleSet, competence: tuple[CompetenceRow, ...], known_at: list[dict[str, Any]]
) -> dict[str, Any]:
    """The rules, or one table of them, as JSON members. Raises UsageRefused for an unknown table."""
    check_table(table)
    lines = [line for line in rulebook(rules, competence) if table in (None, line.table)]
    return {"version": rules.version, "known_at": known_at, "rows": rows(lines)}


def rules_of(application: Application, table: str | None, known_at: int | None = None) -> dict[str, Any]:
    """The rules as this ledger has published them, as known at a position."""
    reference: Reference = application.ledger.reference()
    size = application.ledger.head().size if known_at is None else known_at
    known = position(application.ledger, size)
    return rules_document(table, reference.rules.at(size), reference.competence.known(size), known)


def competence_document(
    application: Application, area: str, jurisdiction: str, on: date, known_at: int | None = None
) -> dict[str, Any]:
    """Which units the published rows name for a matter on a day; the first one advises, the rest are more general."""
    reference: Reference = application.ledger.reference()
    size = application.ledger.head().size if known_at is None else known_at
    advice = reference.competence.advise(reference.people, area, jurisdiction, on, size)
    return {
        "area": area,
        "jurisdiction": jurisdiction,
        "on": on,
        "known_at": position(application.ledger, size),
        "rows": [{"unit": one.unit, **_row(one.row)} for one in advice],
    }


def _row(row: CompetenceRow) -> dict[str, Any]:
    told = {name: getattr(row, name) for name in ("id", "area", "jurisdiction", "article", "source", "confidence")}
    return {**told, "row_unit": row.unit}
