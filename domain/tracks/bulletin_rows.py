"""The table of monthly bulletins."""

from __future__ import annotations

from typing import Final

from domain.tracks.relations import ADDRESSEE, OWN_STREAM
from domain.tracks.table import OFFICERS, SUPERVISORS, Row, law, moves, opens, practice

_TOLD = law("39(1)")
_SERVED = practice("39(1)", "月通报送达第一责任人并抄报(信访工作通报制度)")
_ANSWER = practice("39(1)", "被通报单位限期书面反馈(信访工作通报制度)")
_WITHDRAWN = practice("39(1)", "通报有误的撤回并重新印发(信访工作通报制度)")

BULLETIN_ROWS: Final[tuple[Row, ...]] = (
    Row("bulletin.issued.v1", "bulletin", opens("ISSUED"), _TOLD, SUPERVISORS, (OWN_STREAM,)),
    Row("bulletin.served.v1", "bulletin", moves("SERVED", "ISSUED"), _SERVED, SUPERVISORS, (OWN_STREAM,)),
    Row("bulletin.replied.v1", "bulletin", moves("REPLIED", "SERVED"), _ANSWER, OFFICERS, (ADDRESSEE,)),
    Row("bulletin.returned.v1", "bulletin", moves("SERVED", "REPLIED"), _ANSWER, SUPERVISORS, (OWN_STREAM,)),
    Row("bulletin.concluded.v1", "bulletin", moves("CLOSED", "SERVED", "REPLIED"), _TOLD, SUPERVISORS, (OWN_STREAM,)),
    Row(
        "bulletin.withdrawn.v1",
        "bulletin",
        moves("WITHDRAWN", "ISSUED", "SERVED"),
        _WITHDRAWN,
        SUPERVISORS,
        (OWN_STREAM,),
    ),
)
