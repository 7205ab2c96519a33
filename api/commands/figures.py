"""`diff`, `recompute`, `competence` and `hints`: what changed, a figure again from entries, and advice at intake."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from api.axes import parse_as_of
from api.case_answers import hints_document
from api.commands.frame import AsJson, Database, Home, Lang, Output, leave
from api.commands.views import AsOf, KnownAt
from api.errors import FAILED, UsageRefused
from api.figure_answers import (
    MAX_CHANGES,
    DiffQuestion,
    ask_diff,
    ask_recompute,
    competence_document,
    diff_document,
    parse_moments,
    recompute_document,
)
from api.lists.documents import plain_document
from api.main import open_application
from api.positions import parse_known_at
from api.settings import load_settings
from api.wording import Wording
from domain.schema import CIVIL
from domain.wording import ACTIONS
from projections.recompute import Published

Unit = Annotated[str | None, typer.Option("--unit", help="An office, with those below it. 单位。")]
Month = Annotated[str | None, typer.Option("--month", help="A month, YYYY-MM. 月份。")]


def diff(
    since: Annotated[
        str | None, typer.Option("--from", help="The earlier moment: a date or an instant. 前一时点。")
    ] = None,
    until: Annotated[str | None, typer.Option("--to", help="The later moment; without it, now. 后一时点。")] = None,
    known_from: Annotated[
        str | None, typer.Option("--known-from", help="What was known then; without it, what the log held. 前一位置。")
    ] = None,
    known_to: Annotated[
        str | None, typer.Option("--known-to", "--known-at", help="What is known later; without it, all. 后一位置。")
    ] = None,
    figure: Annotated[
        str, typer.Option("--figure", help="A figure; without one, the overdue list. 指标。")
    ] = "overdue",
    unit: Unit = None,
    month: Month = None,
    clock: Annotated[str | None, typer.Option("--clock", help="One clock, such as HANDLE. 时限。")] = None,
    limit: Annotated[int, typer.Option("--limit", min=1, max=MAX_CHANGES, help="How many to explain. 条数。")] = 100,
    home: Home = None,
    database: Database = None,
    as_json: AsJson = False,
    lang: Lang = None,
) -> None:
    """Say what changed in a figure between two moments, and which acts did it. 两个时点之间的变化及其原因。

    Example: sundial diff --from 2025-11-30 --to 2025-12-31 --figure overdue
    """
    settings = load_settings(home, database, lang)
    output = Output(settings, as_json)
    with open_application(settings) as application:
        known = parse_known_at(known_from, application.ledger), parse_known_at(known_to, application.ledger)
        moments = parse_moments(application, (since, until), known)
        asked = DiffQuestion(figure, *moments, unit, month, clock, limit)
        document = plain_document(diff_document(application, asked, ask_diff(application, asked)))
    output.result(document, *_diff_lines(document, output.wording))


def _diff_lines(document: dict[str, Any], say: Wording) -> list[str]:
    before, after = (_told(document[side], say) for side in ("before", "after"))
    lines = [say("cli.diff_title", figure=document["figure"], before=before, after=after, total=document["total"])]
    for change in document["changes"]:
        made = [f"{act['index']} {_action(act['action'], say)}" for act in change["acts"]]
        made += [say("cli.diff_time")] if change["time"] else []
        item = change["clock"] or change["item"] or ""
        was, now = (change[side] or "-" for side in ("was", "now"))
        where = f"case/{change['case']} {item} ({change['unit']})"
        lines.append(f"{where}: {was} → {now}: {'; '.join(made)}")
    return lines


def _told(row: dict[str, Any], say: Wording) -> str:
    if row["value"] is None:
        return str(say.pick(row["reason_zh"], row["reason_en"]))
    if row["denominator"] is None:
        return str(row["numerator"])
    return f"{row['value']:.1%} ({row['numerator']}/{row['denominator']})"


def _action(word: str, say: Wording) -> str:
    name = ACTIONS.get(word)
    return word if name is None else say.pick(name.zh, name.en)


def recompute(
    figure: Annotated[str, typer.Argument(help="A figure, such as timely_acceptance_rate. 指标。")],
    as_of: AsOf = None,
    known_at: KnownAt = None,
    unit: Unit = None,
    month: Month = None,
    numerator: Annotated[
        int | None, typer.Option("--numerator", min=0, help="As it was published; then no view is asked. 公布的分子。")
    ] = None,
    denominator: Annotated[
        int | None, typer.Option("--denominator", min=0, help="As it was published. 公布的分母。")
    ] = None,
    home: Home = None,
    database: Database = None,
    as_json: AsJson = False,
    lang: Lang = None,
) -> None:
    """Compute a figure again from entries alone, and say whether it is what was told. 仅凭账本条目重算指标。

    Example: sundial recompute timely_acceptance_rate --as-of 2025-12-31
    """
    settings = load_settings(home, database, lang)
    output = Output(settings, as_json)
    if numerator is None and denominator is not None:
        raise UsageRefused("numerator_needed")
    published = None if numerator is None else Published(numerator, denominator)
    with open_application(settings) as application:
        at, known = parse_as_of(as_of, application.clock()), parse_known_at(known_at, application.ledger)
        told = ask_recompute(application, figure, at, known, unit=unit, month=month, published=published)
        document = plain_document(recompute_document(application, told))
    say, key = output.wording, "cli.recompute_equal" if told.equal else "cli.recompute_differs"
    found, other = (_parts(part) for part in (told.computed, told.told))
    lines = [say(key, figure=told.figure, computed=found, told=other, size=told.known_at)]
    if told.difference is not None:
        lines.append(say("cli.recompute_first", **document["difference"]))
    output.result(document, *lines)
    if not told.equal:
        leave(FAILED)


def _parts(told: Published | None) -> str:
    if told is None:
        return "-"
    return str(told.numerator) if told.denominator is None else f"{told.numerator}/{told.denominator}"


def competence(
    area: Annotated[str, typer.Argument(help="A subject area, such as housing.demolition. 内容分类。")],
    jurisdiction: Annotated[str, typer.Argument(help="An administrative code. 行政区划代码。")],
    as_of: AsOf = None,
    known_at: KnownAt = None,
    home: Home = None,
    database: Database = None,
    as_json: AsJson = False,
    lang: Lang = None,
) -> None:
    """Name the unit that is competent for a matter, by the published rows. 按公布的职权表提示有权处理单位。

    Example: sundial competence housing example.east
    """
    settings = load_settings(home, database, lang)
    output = Output(settings, as_json)
    with open_application(settings) as application:
        on = parse_as_of(as_of, application.clock()).astimezone(CIVIL).date()
        known = parse_known_at(known_at, application.ledger)
        document = plain_document(competence_document(application, area, jurisdiction, on, known))
    rows = [
        f"{row['unit']}: {row['id']}, {row['area']} × {row['jurisdiction']}, {row['article']}, {row['source']}"
        for row in document["rows"]
    ]
    output.result(document, *(rows or [output.wording("cli.no_competence")]))


def hints(
    case: Annotated[str, typer.Argument(help="A case: 32 hex digits, with or without case/. 信访事项编号。")],
    known_at: KnownAt = None,
    home: Home = None,
    database: Database = None,
    as_json: AsJson = False,
    lang: Lang = None,
) -> None:
    """Name cases that may be about the same matter, by what and where it is. 提示可能为同一事项的其他件。

    Example: sundial hints 0123456789abcdef0123456789abcdef
    """
    settings = load_settings(home, database, lang)
    output = Output(settings, as_json)
    with open_application(settings) as application:
        known = parse_known_at(known_at, application.ledger)
        document = plain_document(hints_document(application, case, lambda _: True, known))
    lines = [f"case/{hint['case']} {hint['began_on']}: {', '.join(hint['agrees'])}" for hint in document["hints"]]
    output.result(document, *(lines or [output.wording("cli.no_hints")]))
