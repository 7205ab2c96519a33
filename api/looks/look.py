"""One look: an officer saw a case, took something away, or was refused. It names cases, never a petitioner.

In the journal a look is a row; in the log it is an object of the sealed list of `looks.recorded.v1`, whose stream says
which body it was. Members that are empty are left out there.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final, NamedTuple

from domain.naming import Name

KINDS: Final[Mapping[str, Name]] = MappingProxyType(
    {
        "look": Name("查看", "looked"),
        "export": Name("导出", "exported"),
        "denied": Name("被拒绝", "was refused"),
    }
)


class Look(NamedTuple):
    """What is written down of one look.

    `look` is 32 hex digits, drawn once, so that no look is ever told twice; `at` is Unix milliseconds; `route` is the
    template of what was asked for. `mandate` is the stream of the mandate under which it was done ("" within the own
    office), `reason` the hex leaf of the signed act that says why, where one was needed.
    """

    look: str
    at: int
    office: str
    officer: str
    role: str
    kind: str
    route: str
    case: str = ""
    unit: str = ""
    mandate: str = ""
    reason: str = ""

    def document(self) -> dict[str, Any]:
        """The look as a member of the sealed list of its body's stream."""
        return {name: value for name, value in self._asdict().items() if value != "" and name != "office"}


def parse_look(office: str, value: Mapping[str, Any]) -> Look:
    """Read a member of the sealed list of a body's stream. Raises TypeError if it is not one."""
    return Look(office=office, **{"officer": "", **value})
