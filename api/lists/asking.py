"""A list asked for: the moment on both axes and the filters, the same for HTTP, pages and the command line."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from api.axes import parse_as_of
from api.errors import UsageRefused
from api.lists.listing import AnyPage, Listing
from api.main import Application
from api.wording import Wording

MAX_EXPORTED_ROWS = 200_000


@dataclass(frozen=True, slots=True)
class Asked:
    """One question: the moment as it was asked for (None: now), entries known (None: all), and filters by name."""

    listing: Listing
    as_of: datetime
    known_at: int | None
    filters: Mapping[str, Any]
    exact: bool

    def page(self, application: Application, limit: int | None, cursor: str | None = None) -> AnyPage:
        """Bring the views up to the log and ask. Raises QuestionRefused of projections."""
        application.views.refresh(self.known_at)
        return self.listing.question(
            application.reader, self.as_of, self.known_at, self.filters, limit=limit, cursor=cursor
        )

    def everything(self, application: Application) -> AnyPage:
        """Ask for all rows, for a file. Raises UsageRefused if they are more than a file should hold."""
        page = self.page(application, MAX_EXPORTED_ROWS if self.listing.paged else None)
        if page.cursor is not None:
            raise UsageRefused("list_too_long", limit=MAX_EXPORTED_ROWS)
        return page


def ask(
    application: Application,
    listing: Listing,
    as_of: str | None,
    known_at: int | None,
    filters: Mapping[str, Any],
    begun_at: datetime | None = None,
) -> Asked:
    """Read a question; empty texts are as good as none. `begun_at` is the "now" of an earlier page.

    Raises UsageRefused for a filter that cannot be.
    """
    given = {name: value for name, value in filters.items() if value not in (None, "")}
    for known in listing.filters:
        value = given.get(known.name)
        if isinstance(value, str) and not known.takes(value):
            raise UsageRefused("filter_malformed", name=known.name)
        if known.needed and value is None:
            raise UsageRefused("filter_needed", name=known.name)
    at = parse_as_of(as_of or None, begun_at or application.clock())
    return Asked(listing, at, known_at, given, exact=bool(as_of))


def headings(listing: Listing, say: Wording) -> list[str]:
    """The columns' names in the reader's language, in order."""
    return [say(f"columns.{name}") for name in listing.columns]
