"""The forms by which a matter is filed from one's own device, and a printed code is claimed; browsers sign."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse

from api.access.guard import Passed
from api.http.depends import Opened
from api.http.names import Names
from api.http.pages import Lang
from api.http.petitioner_acts import plain_words
from api.http.problems import documented
from api.http.rendering import address_of, render
from api.wording import Wording
from domain.clock import civil_day
from domain.competence import areas, line_of
from domain.people import NOW, Office, People
from domain.reference import Reference
from domain.vocabulary import CAPACITIES

Code = Annotated[str, Query(max_length=63, pattern=r"^([a-z0-9][a-z0-9._-]*)?$")]

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)


@router.get("/submit", responses=documented())
def submit(
    request: Request, application: Opened, passed: Passed, area: Code = "", place: Code = "", lang: Lang = "zh"
) -> HTMLResponse:
    """The form that files a matter; with an area and a place it names the unit that the published rows name."""
    reference: Reference = application.ledger.reference()
    names = Names(Wording(lang), reference.people)
    advice = reference.competence.advise(reference.people, area, place, civil_day(application.clock()))
    found = [one.unit for one in advice] if area and place else []
    return render(
        "petition_submit.html",
        application,
        lang,
        passed.viewer,
        address=address_of(request),
        areas=areas_told(names),
        places=places_told(reference, names),
        offices=receivers(reference.people),
        area=area,
        place=place,
        advised=found[0] if found else "",
        asked=bool(area and place),
        plain=plain_words(names),
    )


@router.get("/claim", responses=documented())
def claim(request: Request, application: Opened, passed: Passed, lang: Lang = "zh") -> HTMLResponse:
    """The form that turns a printed code into a key of one's own."""
    plain = plain_words(Names(Wording(lang), application.ledger.reference().people))
    shown: dict[str, Any] = {"case": passed.viewer.case, "plain": plain}
    return render("petition_claim.html", application, lang, passed.viewer, address=address_of(request), **shown)


def receivers(people: People) -> list[Office]:
    """The offices that can receive a matter now, in the order of the directory."""
    return [one for one in people.offices.values() if one.until == NOW and one.kind in CAPACITIES]


def areas_told(names: Names) -> list[tuple[str, str]]:
    """Every subject area with its name and those of the areas above it."""
    rows = areas()

    def told(code: str) -> str:
        return " / ".join(names.say.pick(*rows[one].name) for one in reversed(line_of(code)))

    return [(code, told(code)) for code in rows]


def places_told(reference: Reference, names: Names) -> list[tuple[str, str]]:
    """The places that the directory and the published rows of competence know, with the name of an office of each."""
    codes = {one.region for one in reference.people.offices.values() if one.region}
    codes |= {row.jurisdiction for row in reference.competence.known()}
    return [(code, _place(code, reference.people.offices, names)) for code in sorted(codes)]


def _place(code: str, offices: Iterable[str], names: Names) -> str:
    slug = code.rpartition(".")[2]
    return f"{names.office(slug)} ({code})" if slug in offices else code
