"""Whether there may be a public bundle of a case: published by two persons, no accusation, not in a small cell.

Source: regulation of 2022, articles 3 and 30; DOMAIN section 8: never small cells (the threshold is a row of practice).
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime

from api.errors import UsageRefused
from api.main import Application
from audit.statement import Statement
from domain.case_state import Case
from domain.clock import civil_day
from domain.practice import practised
from domain.reference import Reference
from domain.schema import CIVIL
from projections.figures import AREA, BEGUN, FIGURE_FACTS

NEVER = 1 << 31
"""The threshold where no row of practice gives one: no cell is large enough."""
PROCESS = "process"


def check_publishable(
    application: Application, case: Case, acts: Iterable[Statement], scope: str = PROCESS, known_at: int | None = None
) -> None:
    """Check that a part of a case may be given to the public, as far as so many entries tell, by default all.

    Raises UsageRefused, saying why not.
    """
    told = list(acts)
    if case.state == "DIVERTED_DISCIPLINE" or any(one.action == "case.diverted_discipline.v1" for one in told):
        raise UsageRefused("export_accusation")
    if not _is_published(told, scope):
        raise UsageRefused("export_not_published")
    least = smallest_cell(application, application.clock(), known_at)
    if _cell(application, case, known_at) < least:
        raise UsageRefused("export_small_cell", least=least if least < NEVER else "∞")


def _is_published(acts: list[Statement], scope: str) -> bool:
    """Say whether a publication of this part was approved by a second person and not withdrawn since."""
    proposed: set[int] = set()
    approved: set[int] = set()
    for one in acts:
        item = one.public.get("item")
        if one.action == "case.publication_proposed.v1" and one.public.get("scope") == scope:
            proposed.add(one.seq)
        elif one.action == "case.publication_approved.v1" and item in proposed:
            approved.add(item)
        elif one.action == "case.publication_withdrawn.v1":
            approved.discard(item)
    return bool(approved)


def smallest_cell(application: Application, at: datetime, known_at: int | None = None) -> int:
    """Return the smallest number of cases that the public may be told of on a day, a row of practice; else none may.

    Of what the first `known_at` entries say and what all of them do, the stricter counts.
    """
    reference: Reference = application.ledger.reference()
    known = [reference.rules.latest, *([] if known_at is None else [reference.rules.at(known_at)])]
    rows = [practised(one.practice, "small_cell_k", civil_day(at)) for one in known]
    return max(NEVER if row is None else row.value for row in rows)


def _cell(application: Application, case: Case, known_at: int | None) -> int:
    """Count the cases that began in the same year and area, at the office at which this one did."""
    began = (case.began_at or application.clock()).astimezone(CIVIL)
    days = {"first": date(began.year, 1, 1).toordinal(), "last": date(began.year, 12, 31).toordinal()}
    fact, value = (AREA, case.area) if case.area else (BEGUN, case.channel)
    asked = {**days, "fact": fact, "value": value, "case_id": case.stream.partition("/")[2]}
    sql = (
        "SELECT COUNT(DISTINCT case_id) FROM view_figure_facts WHERE fact = :fact AND value = :value"
        " AND day BETWEEN :first AND :last AND k0 < :known_at AND unit IN"
        " (SELECT unit FROM view_figure_facts WHERE fact = :fact AND value = :value AND case_id = :case_id)"
    )
    application.views.catch_up()
    with application.reader.at(FIGURE_FACTS, known_at) as moment:
        return int(moment.session.query(sql, {**asked, "known_at": moment.known_at})[0][0])
