"""Beside the lists of figures: what changed and what made it, a figure again from entries, and the tables of rules."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response

from api.access.guard import Passed
from api.axes import parse_as_of
from api.figure_answers import (
    MAX_CHANGES,
    DiffQuestion,
    ask_diff,
    ask_recompute,
    check_table,
    competence_document,
    diff_document,
    parse_moments,
    recompute_document,
    rules_of,
)
from api.http.answering import answer_once, answered, tag_of
from api.http.case_models import CompetenceBody, DiffBody, RecomputeBody, RulesBody
from api.http.depends import Opened
from api.http.views import AsOf, KnownAt, known_size, public_known_size
from domain.schema import CIVIL

Figure = Annotated[str, Query(pattern=r"^[a-z_]{1,60}$", description="A figure, such as timely_acceptance_rate.")]
Unit = Annotated[str | None, Query(pattern=r"^([a-z0-9][a-z0-9-]{0,62})?$", description="An office and those below.")]
Month = Annotated[str | None, Query(pattern=r"^(\d{4}-\d{2})?$", description="A month, YYYY-MM.")]
Clock = Annotated[str | None, Query(pattern=r"^([A-Z][A-Z_]{0,39})?$", description="One clock, such as HANDLE.")]
Limit = Annotated[int, Query(ge=1, le=MAX_CHANGES)]
From = Annotated[
    str | None, Query(alias="from", max_length=40, description="The earlier moment: a date or an instant.")
]
To = Annotated[str | None, Query(max_length=40, description="The later moment; without it, now.")]

router = APIRouter(prefix="/api", tags=["views"])


@router.get("/diff", response_class=Response, responses=answered(DiffBody))
def diff(
    application: Opened,
    passed: Passed,
    request: Request,
    figure: Figure = "overdue",
    since: From = None,
    to: To = None,
    known_from: KnownAt = None,
    known_to: KnownAt = None,
    unit: Unit = None,
    month: Month = None,
    clock: Clock = None,
    limit: Limit = 100,
) -> Response:
    """What changed in a figure, or in the overdue list, between two moments, and which acts made it change.

    Where `known_from` is not given, the earlier moment knows what the log held by then.
    """
    within = passed.bounds(application).unit(unit or None)
    known = known_size(application, known_from or None), known_size(application, known_to or None)
    moments = parse_moments(application, (since, to), known)
    asked = DiffQuestion(figure, *moments, within, month or None, clock or None, limit)
    parts: dict[str, Any] = {"of": "diff", "figure": figure, "unit": within, "month": month, "clock": clock}
    tag = tag_of(
        application, {**parts, "limit": limit, "known": known}, (since, asked.before.as_of), (to, asked.after.as_of)
    )
    return answer_once(request, tag, lambda: diff_document(application, asked, ask_diff(application, asked)))


@router.get("/recompute", response_class=Response, responses=answered(RecomputeBody))
def recompute(
    application: Opened,
    passed: Passed,
    request: Request,
    figure: Figure,
    as_of: AsOf = None,
    known_at: KnownAt = None,
    unit: Unit = None,
    month: Month = None,
) -> Response:
    """A figure computed again from entries alone, without the views, and whether the views say the same."""
    within = passed.bounds(application).unit(unit or None)
    at, size = parse_as_of(as_of or None, application.clock()), known_size(application, known_at or None)
    asked = {"of": "recompute", "figure": figure, "unit": within, "month": month, "known_at": size}
    return answer_once(
        request,
        tag_of(application, asked, (as_of, at)),
        lambda: recompute_document(
            application, ask_recompute(application, figure, at, size, unit=within, month=month or None)
        ),
    )


@router.get("/rules", response_class=Response, responses=answered(RulesBody))
def rules(
    application: Opened,
    request: Request,
    table: Annotated[str | None, Query(pattern=r"^[a-z]{1,20}$", description="One table; without it, all.")] = None,
    known_at: KnownAt = None,
) -> Response:
    """The tables that the ledger runs by, each row with its article, its source, and both languages."""
    check_table(table)
    size = public_known_size(application, known_at or None)
    tag = tag_of(application, {"of": "rules", "table": table, "known_at": size})
    return answer_once(request, tag, lambda: rules_of(application, table, size))


@router.get("/competence", response_class=Response, responses=answered(CompetenceBody))
def competence(
    application: Opened,
    request: Request,
    area: Annotated[str, Query(pattern=r"^[a-z][a-z0-9_.]{0,62}$", description="A subject area.")],
    jurisdiction: Annotated[
        str, Query(pattern=r"^[A-Za-z0-9][A-Za-z0-9.-]{0,62}$", description="An administrative code.")
    ],
    as_of: AsOf = None,
    known_at: KnownAt = None,
) -> Response:
    """Which unit the published rows name for a matter; advice at intake, the first row is the most special."""
    at, size = parse_as_of(as_of or None, application.clock()), public_known_size(application, known_at or None)
    on: date = at.astimezone(CIVIL).date()
    asked = {"of": "competence", "area": area, "jurisdiction": jurisdiction, "known_at": size}
    return answer_once(
        request,
        tag_of(application, asked, (as_of, at)),
        lambda: competence_document(application, area, jurisdiction, on, size),
    )
