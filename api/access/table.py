"""The table of rights: which roles may use which route, and how they have to stand to what it shows.

Deny by default: a route without a row is refused to everybody, and a test walks every route with every role. The same
rows decide for JSON, pages, files and feeds. Printed into `api/ACCESS.md`.
Source: the audiences of DOMAIN section 8; regulation of 2022, articles 3, 30, 36(2) and 44.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Final, Literal, NamedTuple

from domain.naming import Name

RELATIONS: Final = MappingProxyType(
    {
        "any": Name("不限", "no condition"),
        "local": Name("仅限本机", "callers on this machine"),
        "published": Name("仅限已公开内容", "what has been published"),
        "own_case": Name("本人信访事项", "the one case that the code opened"),
        "own_office": Name("本单位及下级单位", "cases of the own office and those below it"),
        "own_body": Name("仅限本单位", "the own office alone"),
        "mandate": Name("授权范围内的单位", "units within an open mandate of the own office"),
        "own_actor": Name("以本人名义", "acting as oneself"),
        "signed_in": Name("已登录", "signed in"),
    }
)

Need = Literal["posts", "session", "caller"]
NEEDS: Final[Mapping[Need, str]] = MappingProxyType(
    {
        "posts": "which posts they hold, by the directory as it stands",
        "session": "whose session it is: what they may do is said by the act",
        "caller": "how often they ask: what they send is allowed by its signature, whoever sends it",
    }
)

STAFF: Final = ("intake", "handler", "head", "leader", "supervisor", "inspector", "registrar")
WATCHING: Final = ("supervisor", "inspector")
WORKING: Final = ("intake", "handler", "head", "leader")


FILES: Final = (".csv", ".xlsx", ".pdf", ".{form}", "/bundle", "/xes", "/entries/{path:path}")
"""How the paths of files end."""


class Grant(NamedTuple):
    """A role, and the relation in which it has to stand."""

    role: str
    relation: str


class Row(NamedTuple):
    """What one route needs; any one of its grants is enough.

    `needs` says what has to be known of who asks, one of `NEEDS`: to look up more would cost acts their rate.
    """

    method: str
    path: str
    grants: tuple[Grant, ...]
    needs: Need = "posts"

    @property
    def of_case(self) -> bool:
        """Whether what it shows is of one case."""
        return "{case}" in self.path

    @property
    def export(self) -> bool:
        """Whether what it shows is a file to be taken away by who is signed in: that is written down as such."""
        inside = self.path.startswith(("/api/", "/tile/")) and self.path.endswith(FILES)
        return inside and any(grant.relation in ("own_office", "mandate") for grant in self.grants)


def _for(roles: Iterable[str], relation: str) -> tuple[Grant, ...]:
    return tuple(Grant(role, relation) for role in roles)


EVERYBODY: Final = (Grant("public", "any"),)
SIGNED_IN: Final = (*_for(STAFF, "signed_in"), Grant("petitioner", "signed_in"))
DESKS: Final = _for(WORKING, "own_office")
OFFICES: Final = (*_for(WORKING, "own_office"), *_for(WATCHING, "mandate"))
SUPERVISION: Final = _for(WATCHING, "mandate")
OVERSEEING: Final = _for(("head", "leader", *WATCHING), "own_body")


def _get(grants: tuple[Grant, ...], *paths: str) -> list[Row]:
    return [Row("GET", path, grants) for path in paths]


def _post(grants: tuple[Grant, ...], *paths: str) -> list[Row]:
    return [Row("POST", path, grants) for path in paths]


def make_table(rows: Iterable[Row]) -> Mapping[tuple[str, str], Row]:
    """Index rows by method and path. Raises ValueError if two rows are for one route."""
    listed = list(rows)
    found = {(row.method, row.path): row for row in listed}
    if len(found) != len(listed):
        raise ValueError("two rows of the table of rights are for one route")
    return MappingProxyType(found)
