"""Pages out of templates: everything escaped, names in the reader's language, the position in the foot of each."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from functools import cache
from typing import Any

from fastapi.responses import HTMLResponse
from jinja2 import Environment, PackageLoader, StrictUndefined

from api.access.viewer import Viewer
from api.main import Application
from api.positions import position
from api.wording import Wording
from domain.people import People
from domain.schema import CIVIL
from domain.vocabulary import CUSTODIES, ROLES, Name, name_of
from domain.wording import ACTIONS


@cache
def make_templates() -> Environment:
    """The template environment: everything is escaped, and a missing value is an error."""
    return Environment(loader=PackageLoader("api.http"), autoescape=True, undefined=StrictUndefined, trim_blocks=True)


def render(name: str, application: Application, lang: str, viewer: Viewer, **values: Any) -> HTMLResponse:
    """Render a template in a language for a viewer; the foot names a position in the log, by default its head."""
    names = Names(Wording(lang), application.ledger.reference().people)
    if "position" not in values:
        values["position"] = position(application.ledger, application.ledger.head().size)[0]
    html = (
        make_templates()
        .get_template(name)
        .render(say=names.say, lang=lang, name=names, viewer=viewer, origin=application.ledger.origin, **values)
    )
    return HTMLResponse(html)


class Names:
    """The names of things in the language of a page."""

    def __init__(self, say: Wording, people: People) -> None:
        self.say = say
        self._people = people

    def office(self, slug: str) -> str:
        """An office's name, or its slug where the directory has none."""
        found = self._people.office(slug)
        return slug if found is None else self.say.pick(found.name_zh, found.name_en)

    def post(self, office: str, slug: str) -> str:
        """A post's name, or its slug."""
        found = self._people.post(office, slug)
        return slug if found is None else self.say.pick(found.name_zh, found.name_en)

    def action(self, word: str) -> str:
        """What an act is called."""
        return self._pick(ACTIONS, word)

    def role(self, word: str) -> str:
        """What a role is called."""
        return self._pick(ROLES, word)

    def custody(self, word: str) -> str:
        """How a key is kept."""
        return self._pick(CUSTODIES, word)

    def moment(self, at: datetime) -> str:
        """An instant in civil time, to the minute."""
        return at.astimezone(CIVIL).strftime("%Y-%m-%d %H:%M")

    def day(self, on: date) -> str:
        """A date as people there write it."""
        return f"{on.year}年{on.month}月{on.day}日" if self.say.language == "zh" else on.isoformat()

    def _pick(self, table: Mapping[str, Name], word: str) -> str:
        found = name_of(table, word)
        return self.say.pick(found.zh, found.en)
