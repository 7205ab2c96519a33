"""The names of things in the language of a page: offices, posts, acts, words, dates and numbers."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from api.http.words import CONTEXT, OFFICES, RATES, name_in
from api.wording import Wording
from domain.people import People
from domain.schema import CIVIL
from domain.vocabulary import CUSTODIES, ROLES, Name, name_of
from domain.wording import ACTIONS, FIELDS


class Names:
    """The names of things in the language of a page."""

    def __init__(self, say: Wording, people: People) -> None:
        self.say = say
        self._people = people

    def office(self, slug: str) -> str:
        """An office's name, also that of one that was closed, or its slug where the directory has none."""
        found = self._people.offices.get(slug)
        return slug if found is None else self.say.pick(found.name_zh, found.name_en)

    def post(self, office: str, slug: str) -> str:
        """A post's name, or its slug."""
        found = self._people.posts.get((office, slug))
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

    def field(self, word: str) -> str:
        """What a public field of an act is called."""
        return self._pick(FIELDS, word)

    def clock(self, word: str) -> str:
        """What a clock is called."""
        return self.say.get(f"clocks.{word}", word)

    def word(self, column: str, word: str) -> str:
        """What a word of a column is called, or the word itself where nothing is."""
        if column in OFFICES:
            return self.office(word)
        if column == "clock":
            return self.clock(word)
        found = name_in(column, word)
        if found is not None:
            return self.say.pick(found.zh, found.en)
        return self.say.get(f"words.{word}", self.office(word) if column == "key" else word)

    def moment(self, at: datetime) -> str:
        """An instant in civil time, to the minute."""
        local = at.astimezone(CIVIL)
        return f"{self.day(local.date())} {local:%H:%M}"

    def day(self, on: date) -> str:
        """A date as people there write it."""
        return f"{on.year}年{on.month}月{on.day}日" if self.say.language == "zh" else on.isoformat()

    def month(self, text: str) -> str:
        """A month, given as YYYY-MM."""
        year, _, month = text.partition("-")
        return f"{year}年{int(month)}月" if self.say.language == "zh" else text

    def percent(self, value: float) -> str:
        """A number from 0 to 1 in per cent, to a tenth."""
        return f"{value * 100:.1f}%"

    def left(self, due_on: date, today: date) -> str:
        """How many days are left until a last day, or have passed since."""
        days = (due_on - today).days
        return self.say("pages.days_left", days=days) if days >= 0 else self.say("pages.overdue_days", days=-days)

    def cell(self, column: str, value: Any) -> str:
        """A JSON value of a row as a page shows it; nothing is an empty text."""
        if value is None or value == "":
            return ""
        if isinstance(value, bool):
            return self.say("pages.yes" if value else "pages.no")
        if isinstance(value, int | float):
            return self.number(column, value)
        if isinstance(value, list):
            return self.say("pages.comma").join(self.cell(column, item) for item in value)
        if isinstance(value, dict):
            pairs = (f"{self.word(column, key)} {self.cell(key, item)}" for key, item in value.items())
            return self.say("pages.comma").join(pairs)
        return self._text(column, str(value))

    def number(self, column: str, value: int | float) -> str:
        """A number: numbers of acts as they are, rates in per cent, counts with their thousands set off."""
        if column in CONTEXT:
            return str(value)
        if isinstance(value, float):
            return self.percent(value) if column in RATES else f"{value:g}"
        return f"{value:,}"

    def _text(self, column: str, text: str) -> str:
        if column == "month":
            return self.month(text)
        if column.endswith("_on") or column == "on":
            return self.day(date.fromisoformat(text))
        if column.endswith(("_at", "_off")) or column in ("at", "as_of", "since"):
            return self.moment(datetime.fromisoformat(text))
        return self.word(column, text)

    def _pick(self, table: Mapping[str, Name], word: str) -> str:
        found = name_of(table, word)
        return self.say.pick(found.zh, found.en)
