"""`overdue`, `timeline`, `replay`, `explain`: questions to the ledger."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import typer

from api.axes import parse_as_of, write_as_of
from api.case_answers import ask_replay, replay_document
from api.commands.frame import AsJson, Database, Home, Lang, Output
from api.lists.documents import plain_document
from api.lists.tables import cell_of
from api.main import Application, open_application
from api.positions import parse_known_at, position
from api.queries import (
    OverdueQuestion,
    ask_explanations,
    ask_overdue,
    ask_timeline,
    explanation_row,
    overdue_document,
    parse_case,
    timeline_document,
)
from api.settings import load_settings
from api.wording import Wording
from domain.schema import CIVIL
from domain.vocabulary import name_of
from domain.wording import ACTIONS
from projections.replay import ReplayStep
from projections.timeline import Act

AsOf = Annotated[
    str | None, typer.Option("--as-of", help="A date (its last instant, +08:00) or an instant. 截至何时。")
]
KnownAt = Annotated[
    str | None, typer.Option("--known-at", help="An index, a date or a checkpoint file. 按账本何处所知。")
]


def overdue(
    as_of: AsOf = None,
    known_at: KnownAt = None,
    unit: Annotated[str | None, typer.Option("--unit", help="An office, with those below it. 单位。")] = None,
    clock: Annotated[str | None, typer.Option("--clock", help="One clock, such as HANDLE. 时限。")] = None,
    home: Home = None,
    database: Database = None,
    as_json: AsJson = False,
    lang: Lang = None,
) -> None:
    """List the open clocks that are past due. 列出已超期的时限。

    Example: sundial overdue --as-of 2018-12-31 --unit message-board
    """
    settings = load_settings(home, database, lang)
    output = Output(settings, as_json)
    with open_application(settings) as application:
        known = parse_known_at(known_at, application.ledger)
        page = ask_overdue(application, OverdueQuestion(parse_as_of(as_of, application.clock()), known, unit, clock))
        document = overdue_document(application, page)
    say = output.wording
    lines = [
        say(
            "cli.overdue_row",
            case=row.case,
            clock=say(f"clocks.{row.clock}") + (say("cli.shadow") if row.shadow else ""),
            unit=row.unit,
            due=row.due_on,
            days=row.overdue_days,
        )
        + (say("cli.provisional") if row.provisional else "")
        + (say("cli.imported") if row.imported else "")
        for row in page.rows
    ]
    output.result(
        document, say("cli.overdue_total", count=len(lines), at=document["as_of"], size=page.known_at), *lines
    )


def timeline(
    case: Annotated[str, typer.Argument(help="A case: 32 hex digits, with or without case/. 信访事项编号。")],
    known_at: KnownAt = None,
    home: Home = None,
    database: Database = None,
    as_json: AsJson = False,
    lang: Lang = None,
) -> None:
    """Tell every act of a case in order. 按顺序列出一件信访事项的全部行为。

    Example: sundial timeline 0123456789abcdef0123456789abcdef --json
    """
    settings = load_settings(home, database, lang)
    output = Output(settings, as_json)
    parse_case(case)
    with open_application(settings) as application:
        told = ask_timeline(application, case, parse_known_at(known_at, application.ledger))
        document = timeline_document(application, told)
    say = output.wording
    title = say("cli.timeline_title", case=told.case, count=len(told.acts), size=told.known_at)
    output.result(document, title, *(act_line(act, say) for act in told.acts))


def replay(
    case: Annotated[str, typer.Argument(help="A case: 32 hex digits, with or without case/. 信访事项编号。")],
    as_of: AsOf = None,
    known_at: KnownAt = None,
    home: Home = None,
    database: Database = None,
    as_json: AsJson = False,
    lang: Lang = None,
) -> None:
    """Tell the state of a case after each act, and what the act changed. 逐步重放一件信访事项。

    Example: sundial replay 0123456789abcdef0123456789abcdef --lang en
    """
    settings = load_settings(home, database, lang)
    output = Output(settings, as_json)
    parse_case(case)
    with open_application(settings) as application:
        at = parse_as_of(as_of, application.clock())
        told = ask_replay(application, case, at, parse_known_at(known_at, application.ledger))
        document = plain_document(replay_document(application, told))
    say = output.wording
    title = say("cli.timeline_title", case=told.case, count=len(told.steps), size=told.known_at)
    output.result(document, title, *(line for step in told.steps for line in _step_lines(step, say)))


def _step_lines(step: ReplayStep, say: Wording) -> list[str]:
    """A step as lines: the act, the fields that it changed, and what became of clocks."""
    name = name_of(ACTIONS, step.act)
    who = "/".join(part for part in (step.office, step.post, step.actor) if part)
    head = say("cli.act_row", index=step.index, at=_moment(step.at), what=say.pick(name.zh, name.en), who=who)
    fields = [f"    {field}: {_plain(before)} → {_plain(after)}" for field, (before, after) in step.changed.items()]
    clocks = [
        f"    {turn.clock}{say('cli.shadow') if turn.shadow else ''} {turn.what} {turn.due_on or ''}".rstrip()
        for turn in step.clocks
    ]
    return [head, *fields, *clocks]


def _plain(value: object) -> str:
    return "-" if value in (None, "", [], ()) else str(cell_of(value))


def explain(
    case: Annotated[str, typer.Argument(help="A case: 32 hex digits, with or without case/. 信访事项编号。")],
    as_of: AsOf = None,
    known_at: KnownAt = None,
    home: Home = None,
    database: Database = None,
    as_json: AsJson = False,
    lang: Lang = None,
) -> None:
    """Explain every clock of a case: why each due date is that date. 解释每个时限的由来。

    Example: sundial explain 0123456789abcdef0123456789abcdef --lang en
    """
    settings = load_settings(home, database, lang)
    output = Output(settings, as_json)
    case_id = parse_case(case)
    with open_application(settings) as application:
        at = parse_as_of(as_of, application.clock())
        known = parse_known_at(known_at, application.ledger)
        told = ask_explanations(application, case_id, at, known)
        document = {
            "case": case_id,
            "as_of": write_as_of(at),
            "known_at": _position(application, known),
            "clocks": [explanation_row(clock) for clock in told],
        }
    chinese = settings.language == "zh"
    lines = [line for clock in told for line in (*(clock.lines_zh if chinese else clock.lines_en), "")]
    output.result(document, *(lines[:-1] or [output.wording("cli.no_clocks")]))


def act_line(act: Act, say: Wording) -> str:
    """One act as a line of text."""
    name = ACTIONS.get(act.action)
    told = act.action if name is None else say.pick(name.zh, name.en)
    who = "/".join(part for part in (act.office, act.post, act.actor) if part)
    marks = (say("cli.late") if act.late_recorded else "") + (say("cli.imported") if act.imported else "")
    return say("cli.act_row", index=act.index, at=_moment(act.effective_at), what=told, who=who) + marks


def _position(application: Application, known: int | None) -> list[dict[str, object]]:
    return position(application.ledger, application.ledger.head().size if known is None else known)


def _moment(at: datetime) -> str:
    return at.astimezone(CIVIL).strftime("%Y-%m-%d %H:%M")
