"""The lists on the command line: `figures`, `packages` and the others by name, and `list NAME` for every one.

The commands come out of the catalogue, as the endpoints do: same filters, same rows.
"""

from __future__ import annotations

import inspect
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from typing import Annotated, Any, Final

import typer

from api.commands.frame import AsJson, Database, Home, Lang, Output
from api.commands.views import AsOf, KnownAt
from api.errors import UsageRefused
from api.lists.asking import MAX_EXPORTED_ROWS, ask, headings
from api.lists.catalogue import BY_NAME, LISTS
from api.lists.documents import page_document, plain_document
from api.lists.listing import Filter, Listing
from api.lists.tables import cell_of
from api.main import open_application
from api.positions import parse_known_at
from api.settings import load_settings
from api.wording import Wording

_WIDEST: Final = 40
_GAP: Final = "  "
_TOLD: Final[Mapping[str, tuple[str, ...]]] = {
    "figures": ("id", "unit", "month", "numerator", "denominator", "value", "exclusions", "imported_share", "reason"),
}
"""The columns that people are shown where a list has more than a line can hold."""

_EXAMPLES: Final[Mapping[str, str]] = {
    "figures": "sundial figures --as-of 2025-12-31 --figure satisfaction_rate",
    "packages": "sundial packages --unit housing --state open",
    "satisfaction": "sundial satisfaction --since 2025-01-01 --by-leader",
    "workload": "sundial workload --as-of 2025-12-31 --since 2025-11-30",
    "supervision": "sundial supervision --unit housing --json",
    "patrol": "sundial patrol --rule passed_again --since 2025-01-01",
}
NAMED: Final = tuple(_EXAMPLES)
"""The lists that are commands of their own."""


def list_command(
    name: Annotated[str | None, typer.Argument(help="A list; without one, all are named. 清单名称。")] = None,
    as_of: AsOf = None,
    known_at: KnownAt = None,
    unit: Annotated[str | None, typer.Option("--unit", help="An office, with those below it. 单位。")] = None,
    narrowed: Annotated[
        list[str] | None, typer.Option("--filter", help="NAME=VALUE, as over HTTP; several are allowed. 筛选条件。")
    ] = None,
    home: Home = None,
    database: Database = None,
    as_json: AsJson = False,
    lang: Lang = None,
) -> None:
    """Print any list, or name all of them with their filters. 打印任意清单,或列出全部清单。

    Example: sundial list due-soon --filter days=3
    """
    if name is None:
        output = Output(load_settings(home, database, lang), as_json)
        output.result({"lists": [_described(listing) for listing in LISTS]}, *_all(output.wording))
        return
    listing = BY_NAME.get(name)
    if listing is None:
        raise UsageRefused("list_unknown")
    filters = {**_pairs(listing, narrowed or ()), **({"unit": unit} if unit else {})}
    if "unit" in filters and not any(known.name == "unit" for known in listing.filters):
        raise UsageRefused("filter_unknown", known=", ".join(known.name for known in listing.filters))
    _print(listing, as_of, known_at, filters, home, database, as_json, lang)


def named_command(name: str) -> Callable[..., None]:
    """Make the command of a list, with an option for each of its filters."""
    listing = BY_NAME[name]

    def run(as_of: Any, known_at: Any, home: Any, database: Any, as_json: Any, lang: Any, **filters: Any) -> None:
        _print(listing, as_of, known_at, filters, home, database, as_json, lang)

    shared: dict[str, Any] = {"as_of": AsOf, "known_at": KnownAt}
    shared |= {known.name: _option(known) for known in listing.filters}
    shared |= {"home": Home, "database": Database, "as_json": AsJson, "lang": Lang}
    run.__doc__ = f"{listing.en}. {listing.zh}。\n\nExample: {_EXAMPLES[name]}\n"
    run.__annotations__ = {**shared, "return": None}
    run.__signature__ = inspect.Signature(  # type: ignore[attr-defined]
        [
            inspect.Parameter(
                each, inspect.Parameter.KEYWORD_ONLY, default=False if each == "as_json" else None, annotation=kind
            )
            for each, kind in shared.items()
        ]
    )
    return run


def _option(known: Filter) -> Any:
    told = typer.Option(f"--{known.name.replace('_', '-')}", help=f"{known.en[0].upper()}{known.en[1:]}. {known.zh}。")
    if known.kind is bool:
        return Annotated[bool | None, told]
    return Annotated[int | None, told] if known.kind is int else Annotated[str | None, told]


def _print(
    listing: Listing,
    as_of: str | None,
    known_at: str | None,
    filters: Mapping[str, Any],
    home: Any,
    database: str | None,
    as_json: bool,
    lang: str | None,
) -> None:
    settings = load_settings(home, database, lang)
    output = Output(settings, as_json)
    with open_application(settings) as application:
        asked = ask(application, listing, as_of, parse_known_at(known_at, application.ledger), filters)
        page = asked.page(application, MAX_EXPORTED_ROWS if listing.paged else None)
        document = plain_document(page_document(application, listing, page))
    say = output.wording
    title = say(
        "cli.list_title",
        title=say.pick(listing.zh, listing.en),
        count=len(document["rows"]),
        at=document["as_of"],
        size=page.known_at,
    )
    output.result(document, title, *_table(listing, document["rows"], say))


def _table(listing: Listing, rows: Sequence[Mapping[str, Any]], say: Wording) -> list[str]:
    """The rows as aligned columns; a column in which nothing stands is left out."""
    names = dict(zip(listing.columns, headings(listing, say), strict=True))
    cells = {name: ["" if (cell := cell_of(row[name])) is None else str(cell) for row in rows] for name in names}
    kept = [name for name in _TOLD.get(listing.name, listing.columns) if any(cells[name])]
    columns = [[names[name], *(_short(text) for text in cells[name])] for name in kept]
    widths = [max(map(_width, column)) for column in columns]
    lines = []
    for line in zip(*columns, strict=True):
        padded = [text + " " * (width - _width(text)) for text, width in zip(line, widths, strict=True)]
        lines.append(_GAP.join(padded).rstrip())
    return lines


def _short(text: str) -> str:
    flat = " ".join(text.split())
    return flat if len(flat) <= _WIDEST else f"{flat[: _WIDEST - 1]}…"


def _width(text: str) -> int:
    """How many columns of a terminal a text takes. Source: Unicode Standard Annex 11."""
    return sum(2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in text)


def _pairs(listing: Listing, texts: Sequence[str]) -> dict[str, Any]:
    """Read NAME=VALUE texts as the filters of a list. Raises UsageRefused for what is none of them."""
    known = {each.name: each for each in listing.filters}
    filters: dict[str, Any] = {}
    for text in texts:
        name, equals, value = text.partition("=")
        found = known.get(name.replace("-", "_"))
        if found is None or not equals:
            raise UsageRefused("filter_unknown", known=", ".join(known))
        filters[found.name] = _value(found, value)
    return filters


def _value(found: Filter, text: str) -> Any:
    if found.kind is str:
        return text
    if found.kind is bool and text in ("true", "false"):
        return text == "true"
    if found.kind is int and text.isascii() and text.isdigit() and found.low <= int(text[:18]) <= found.high:
        return int(text)
    raise UsageRefused("filter_malformed", name=found.name)


def _described(listing: Listing) -> dict[str, Any]:
    filters = [{"name": each.name, "needed": each.needed, "zh": each.zh, "en": each.en} for each in listing.filters]
    return {"name": listing.name, "zh": listing.zh, "en": listing.en, "filters": filters}


def _all(say: Wording) -> list[str]:
    widest = max(len(listing.name) for listing in LISTS)
    lines = []
    for listing in LISTS:
        filters = ", ".join(f"{each.name}{'*' if each.needed else ''}" for each in listing.filters)
        lines.append(f"{listing.name:{widest}}  {say.pick(listing.zh, listing.en)} [{filters}]")
    return lines
