"""The readable page of a bundle: every act in both languages, with what its audience may read, as HTML and as PDF.

Both are made of the same rows and hold nothing of the moment at which they were made, so the same case gives the same
bytes. What they say is proven by the entries beside them, never the other way about.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

import noto_cjk_sans_otc  # type: ignore[import-untyped]
import typst
from jinja2 import Environment, PackageLoader, StrictUndefined

from audit.statement import Statement
from domain.effective import from_unix_ms
from domain.naming import Name
from domain.people import People
from domain.procedure_wording import SEALED_FIELDS
from domain.schema import CIVIL
from domain.vocabulary import ROLES, name_of
from domain.wording import ACTIONS

Pairs = Sequence[tuple[str, str]]
_FIELDS: Mapping[str, Name] = SEALED_FIELDS
_FONTS = Path(noto_cjk_sans_otc.__file__).parent


@dataclass(frozen=True, slots=True)
class Told:
    """An act as it is told: its names, what is known of it, and the values that may be read."""

    title: str
    facts: Pairs


@dataclass(frozen=True, slots=True)
class Page:
    """The whole page."""

    title: str
    facts: Pairs
    acts: Sequence[Told]


def tell(people: People, index: int, statement: Statement, recorded_at: int, read: Mapping[str, Any]) -> Told:
    """Tell one act in both languages."""
    action, role = name_of(ACTIONS, statement.action), name_of(ROLES, statement.role)
    office = people.office(statement.office)
    at = from_unix_ms(recorded_at).astimezone(CIVIL).isoformat(timespec="seconds")
    who = [f"{role.zh} {role.en}", f"{office.name_zh} {office.name_en}".strip() if office else statement.office]
    public = ", ".join(f"{name}: {_plain(value)}" for name, value in sorted(statement.public.items()))
    facts = [
        ("行为人 By", " · ".join(part for part in (*who, statement.post, statement.actor) if part)),
        ("自报时间 Claimed", statement.claimed_at),
        ("入账 Recorded", f"{at} · #{index}"),
        *([("公开内容 Public", public)] if public else []),
        *((_label(field), _plain(value)) for field, value in sorted(read.items())),
    ]
    return Told(f"{statement.seq}. {action.zh} {action.en}", facts)


def as_html(page: Page) -> bytes:
    """Return the page as HTML that asks for nothing else."""
    return _templates().get_template("bundle_timeline.html").render(page=page).encode()


def as_pdf(page: Page) -> bytes:
    """Return the page as PDF, set in the packaged Chinese type, without a date."""
    document = {
        "title": page.title,
        "facts": [list(pair) for pair in page.facts],
        "acts": [{"title": act.title, "facts": [list(pair) for pair in act.facts]} for act in page.acts],
    }
    source = resources.files("api.exporting").joinpath("timeline.typ").read_bytes()
    fonts = typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[_FONTS])
    return typst.compile(
        source,
        format="pdf",
        font_paths=fonts,
        sys_inputs={"data": json.dumps(document, ensure_ascii=False)},
    )


def _label(field: str) -> str:
    name = name_of(_FIELDS, field)
    return f"{name.zh} {name.en}" if name.zh != name.en else field


def _plain(value: Any) -> str:
    """Write a value for people: text as it is, anything else as JSON."""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, sort_keys=True)


@cache
def _templates() -> Environment:
    return Environment(
        loader=PackageLoader("api.http"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
