"""A case to be taken away: the evidence bundle, its readable timeline, and its acts for process mining.

Which values are in the clear is decided by the audience, and which audience one may ask for by the role in which one
looks at the case (`api/exporting/audiences.py`). Every file that is taken is written down as a look.
"""

from __future__ import annotations

from io import BytesIO
from typing import Annotated, Final
from zipfile import ZipFile

from fastapi import APIRouter, Query, Response

from api.access.guard import Pass, Passed
from api.axes import parse_as_of
from api.errors import NotThere, UsageRefused
from api.exporting.audiences import audiences_for
from api.exporting.bundles import Bundle, cover, make_bundle
from api.http.depends import Opened
from api.http.exports import XES
from api.http.problems import documented
from api.http.views import AsOf, Case, KnownAt, known_size
from api.main import Application
from api.xes import XesWish, write_xes
from audit.bundle import AUDIENCES

ZIP: Final = "application/zip"
PDF: Final = "application/pdf"
TIMELINE: Final = "timeline.pdf"
Audience = Annotated[
    str, Query(max_length=20, description="inspector, court, petitioner or public; by default the most one may have.")
]

router = APIRouter(prefix="/api/cases/{case}", tags=["exports"], default_response_class=Response)


def _file(kind: str) -> dict[int | str, dict[str, object]]:
    return {200: {"content": {kind: {"schema": {"type": "string", "format": "binary"}}}}, **documented(400, 404, 409)}


@router.get("/bundle", responses=_file(ZIP))
def bundle(application: Opened, passed: Passed, case: Case, audience: Audience = "") -> Response:
    """All that is recorded of a case as one file that can be checked offline, as `sundial export case` writes it."""
    made = bundle_for(application, passed, case, audience)
    return _sent(made.data, ZIP, f"{case}.{made.audience}.zip")


@router.get("/timeline.pdf", responses=_file(PDF))
def timeline(application: Opened, passed: Passed, case: Case, audience: Audience = "") -> Response:
    """The readable timeline that is in the evidence bundle, by itself."""
    made = bundle_for(application, passed, case, audience)
    with ZipFile(BytesIO(made.data)) as files:
        return _sent(files.read(TIMELINE), PDF, f"{case}.{made.audience}.pdf")


@router.get("/xes", responses=_file(XES))
def xes(application: Opened, passed: Passed, case: Case, as_of: AsOf = None, known_at: KnownAt = None) -> Response:
    """The acts of a case as an XES event log (IEEE 1849), as of a moment of both axes; no personal data."""
    passed.check_case(application, case)
    moment = parse_as_of(as_of or None, application.clock()), known_size(application, known_at or None)
    file = BytesIO()
    write_xes(application, XesWish(*moment, case=case), file)
    return _sent(file.getvalue(), XES, f"{case}.xes")


def bundle_for(application: Application, passed: Pass, case: str, asked: str) -> Bundle:
    """The bundle of a case for an audience that the viewer may ask for, under a checkpoint that covers all its acts.

    Raises UsageRefused for an audience that there is not or that the viewer's role may not ask for, and what
    `check_case` and `make_bundle` raise.
    """
    opening = passed.opening(application, case)
    allowed = audiences_for("petitioner" if opening is None else opening.role)
    if asked and asked not in AUDIENCES:
        raise UsageRefused("audience_unknown")
    audience = asked or next(iter(allowed), "")
    if audience not in allowed:
        raise NotThere("audience_not_yours")
    passed.check_case(application, case)
    cover(application, case)
    try:
        return make_bundle(application, case, audience, application.settings.home / "attachments")
    except NotThere as refused:  # a place on this server is nobody's business outside
        if refused.code != "attachment_missing":
            raise
        raise NotThere("attachment_away") from refused


def _sent(data: bytes, kind: str, name: str) -> Response:
    disposition = f'attachment; filename="{name}"'
    return Response(data, media_type=kind, headers={"content-disposition": disposition})
