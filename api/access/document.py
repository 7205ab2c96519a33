"""The table of rights as text: `api/ACCESS.md`, checked to be current."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from api.access.rows import TABLE
from api.access.table import NEEDS, RELATIONS
from domain.vocabulary import ROLES

FILE = Path(__file__).parent.parent / "ACCESS.md"


def document() -> str:
    """The whole text: relations and needs first, then one line a route."""
    return "\n".join((*_head(), *_relations(), *_needs(), *_routes())) + "\n"


def _head() -> Iterator[str]:
    yield "# Who may see what"
    yield ""
    yield "Generated from `api/access/rows.py`; a route that is not here is refused to everybody. A role is a duty of a"
    yield "post that the viewer holds in the ledger's directory now. What lies outside a relation is answered as if it"
    yield "were not there. Acts are another table: what a signer may do stands in `domain/PROCEDURE.md`."
    yield ""


def _relations() -> Iterator[str]:
    yield from _table("relation", "关系", "meaning")
    for word, name in RELATIONS.items():
        yield f"| `{word}` | {name.zh} | {name.en} |"
    yield ""


def _needs() -> Iterator[str]:
    yield from _table("needs", "what is looked up of who asks")
    yield from (f"| `{word}` | {meaning} |" for word, meaning in NEEDS.items())
    yield ""


def _table(*columns: str) -> Iterator[str]:
    """Begin a table."""
    yield f"| {' | '.join(columns)} |"
    yield "|---" * len(columns) + "|"


def _routes() -> Iterator[str]:
    yield from _table("method", "route", "who, in which relation", "needs")
    for (method, path), row in sorted(TABLE.items(), key=lambda item: (item[0][1], item[0][0])):
        relations: dict[str, list[str]] = {}
        for grant in row.grants:
            relations.setdefault(grant.relation, []).append(_role(grant.role))
        who = "; ".join(f"{', '.join(roles)}: {relation}" for relation, roles in relations.items())
        yield f"| {method} | `{path}` | {who} | {row.needs} |"


def _role(word: str) -> str:
    return "public 公众" if word == "public" else f"{word} {ROLES[word].zh}"


if __name__ == "__main__":
    FILE.write_text(document(), "utf-8")
