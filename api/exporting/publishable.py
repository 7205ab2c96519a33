"""Whether there may be a public bundle of a case: published by two persons, no accusation, not in a small cell.

Source: regulation of 2022, articles 3 and 30; DOMAIN section 8: never small cells (the threshold is a row of practice).
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from api.errors import UsageRefused
from api.main import Application
from audit.statement import Statement
from domain.case_state import Case
from domain.practice import practised
from domain.reference import Reference
from domain.schema import CIVIL
from projections.figures import AREA, BEGUN, FIGURE_FACTS

NEVER = 1 << 31
"""The threshold where no row of practice gives one: no cell is large enough."""
PROCESS = "process"


def check_publishable(application: Application, case: Case, acts: Iterable[Statement], scope: str = PROCESS) -> None:
    """Check that a part of a case may be given to the public. Raises UsageRefused, saying why not."""
    told = list(acts)
    if case.state == "DIVERTED_DISCIPLINE" or any(one.action == "case.diverted_discipline.v1" for one in told):
        raise UsageRefused("export_accusation")
    if not _is_published(told, scope):
        raise UsageRefused("export_not_published")
    least = _threshold(application)
    if _cell(application, case) < least:
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


def _threshold(application: Application) -> int:
    """Return the smallest cell that may be published today: a row of practice."""
    reference: Reference = application.ledger.reference()
    row = practised(reference.rules.latest.practice, "small_cell_k", application.clock().astimezone(CIVIL).date())
    return row.value if row is not None else NEVER


def _cell(application: Application, case: Case) -> int:
    """Count the cases that began in the same year and area, at the office at which this one did."""
    began = (case.began_at or application.clock()).astimezone(CIVIL)
    days = {"first": date(began.year, 1, 1).toordinal(), "last": date(began.year, 12, 31).toordinal()}
    fact, value = (AREA, case.area) if case.area else (BEGUN, case.channel)
    asked = {**days, "fact": fact, "value": value, "case_id": case.stream.partition("/")[2]}
    sql = (
        "SELECT COUNT(DISTINCT case_id) FROM view_figure_facts WHERE fact = :fact AND value = :value"
        " AND day BETWEEN :first AND :last AND unit IN"
        " (SELECT unit FROM view_figure_facts WHERE fact = :fact AND value = :value AND case_id = :case_id)"
    )
    application.views.catch_up()
    with application.reader.at(FIGURE_FACTS) as moment:
        return int(moment.session.query(sql, asked)[0][0])
