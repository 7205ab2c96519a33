"""The reason for a look as an inspector: an act of the inspector's own key in the mandate's stream, not long ago.

`mandate.replayed.v1` names the case and the ground in the mandate, its text is sealed. Without one no case is shown to
who looks as an inspector. Source: DOMAIN section 8; regulation of 2022, article 38.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from api.access.viewer import Viewer
from api.errors import ApiError
from api.main import Application
from audit.entry import parse_entry
from audit.statement import parse_statement
from domain.tracks.mandate_events import CaseReplayed

LASTING_MS: Final = 12 * 3_600_000
"""How long a reason that was given opens the case: as long as a session lasts."""
RULE: Final = "article 38; mandate.replayed.v1"


class ReasonNeeded(ApiError):
    """An inspector has to sign why the case is looked at before it is shown."""

    status = 403

    def __init__(self, case: str) -> None:
        """Keep the case; the sentence names the act by which the reason is given."""
        super().__init__("reason_needed", act=CaseReplayed.action)
        self.case = case

    @property
    def told(self) -> Mapping[str, Any]:
        """What programs are told beside the sentence."""
        return {"reason": self.code, "rule": RULE, "allowed": [CaseReplayed.action]}


def find_reason(application: Application, viewer: Viewer, mandate: str, case: str, now: int) -> str:
    """Return the leaf, as hex, of the newest reason that a viewer signed for a case in a mandate, if it still opens it.

    `now` is Unix milliseconds. Raises ReasonNeeded if there is none.
    """
    for stored in reversed(application.ledger.stream_entries(mandate)):
        if stored.action != CaseReplayed.action:
            continue
        entry = parse_entry(stored.entry)
        if entry.recorded_at < now - LASTING_MS:
            break
        statement = parse_statement(entry.payload)
        if statement.actor == viewer.officer and statement.public.get("case") == case:
            return stored.leaf.hex()
    raise ReasonNeeded(case)
