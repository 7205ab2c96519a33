"""What the feeds hold: publications that stand, newest first, each with the receipt of the act that published it.

A case is in the feed while two persons' decision to publish a part of it stands; never one that went to the discipline
inspection, never one in a small cell, and of a part alone what the decision names. A figure is in the feed through the
bulletin that was issued with it; numbers that could point at few cases are withheld. Dates are those of the log, and
all that is told is as known at the published checkpoint, but for a decision that was taken back: that counts at once.
Source: regulation of 2022, articles 3, 30 and 44; the threshold of small cells is a row of practice.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, time
from typing import Any, Final

from api.bulletin.issued import IssuedBulletin, issued_bulletins
from api.errors import NotThere, UsageRefused
from api.exporting.publishable import check_publishable, smallest_cell
from api.main import Application
from api.publishing.receipts import Receipt, make_receipt
from api.queries import fold_case
from api.wording import Wording
from audit.entry import parse_entry
from audit.statement import Statement, parse_statement
from domain.case_state import Case
from domain.clock import civil_day
from domain.competence import areas
from domain.figure_rows import FIGURES
from domain.schema import CIVIL
from domain.tracks.vocabulary import SCOPES
from domain.vocabulary import STATES, name_of
from projections.figures_answers import FigureRow, figures
from projections.replay import replay
from projections.timeline import TIMELINE

MOST: Final = 50
"""How many items a feed has at most."""

APPROVED: Final = "case.publication_approved.v1"
PROPOSED: Final = "case.publication_proposed.v1"
_PROCESS: Final = "process"
_FOUND: Final = """
    SELECT notification_id - 1, originator_id FROM entries
    WHERE notification_id > :after AND notification_id <= :size AND topic = :topic ORDER BY notification_id
"""


@dataclass(frozen=True, slots=True)
class Item:
    """One item: its title and text in the reader's language, its members for machines, and the proof behind it."""

    index: int
    title: str
    text: str
    members: Mapping[str, Any]
    published_at: datetime
    receipt: Receipt

    @property
    def proof_address(self) -> str:
        """Where the receipt is, for whoever holds the act's id: for everybody, since it is told here."""
        return f"/api/receipts/{self.index}?act_id={self.receipt.statement.act_id.hex()}"


class Approvals:
    """The approvals of publications in a log, found once: the log only grows."""

    def __init__(self) -> None:
        """Know nothing yet."""
        self._size = 0
        self._found: list[tuple[int, str]] = []

    def until_now(self, application: Application) -> list[tuple[int, str]]:
        """Return the log index and the case of each approval, newest first."""
        with application.reader.at(TIMELINE) as moment:
            asked = {"after": self._size, "size": moment.known_at, "topic": APPROVED}
            rows = moment.session.query(_FOUND, asked)
            self._found = sorted({*self._found, *((int(index), str(stream)) for index, stream in rows)})
            self._size = max(self._size, moment.known_at)
        return self._found[::-1]


def case_items(application: Application, approvals: Approvals, size: int, say: Wording) -> list[Item]:
    """Return the published parts of cases whose publication stands, as known by the `size` entries that are public."""
    application.views.refresh(size)
    items: list[Item] = []
    for index, stream in approvals.until_now(application):
        if len(items) == MOST:
            break
        receipt = _receipt(application, index, size)
        item = None if receipt is None else _case_item(application, stream.partition("/")[2], receipt, size, say)
        if item is not None:
            items.append(item)
    return items


def figure_items(application: Application, size: int, say: Wording) -> list[Item]:
    """Return the bulletins that stand as known by the `size` entries that are public, with their figures."""
    application.views.refresh(size)
    told = issued_bulletins(application, application.clock(), size)
    issued = sorted((one for one in told if one.state != "WITHDRAWN"), key=lambda one: -one.index)
    receipts = ((one, _receipt(application, one.index, size)) for one in issued[:MOST])
    return [_figure_item(application, one, found, size, say) for one, found in receipts if found is not None]


def _receipt(application: Application, index: int, size: int) -> Receipt | None:
    try:
        return make_receipt(application, index) if index < size else None
    except NotThere:
        return None


def _case_item(application: Application, case: str, receipt: Receipt, size: int, say: Wording) -> Item | None:
    rows = application.ledger.stream_entries(f"case/{case}")
    told = [parse_statement(parse_entry(one.entry).payload) for one in rows]
    known = [one for row, one in zip(rows, told, strict=True) if row.index < size]
    scope = _scope(told, receipt.statement)
    state, _ = fold_case(application, case, size, application.ledger.reference())
    try:
        check_publishable(application, state, told, scope, size)
        check_publishable(application, state, known, scope, size)
    except UsageRefused:
        return None
    members = _case_members(application, state, case, scope, size, say)
    title = say("feeds.case_title", part=members["part"], office=members["office_name"])
    lines = [say("feeds.case", area=members["area_name"], office=members["office_name"], part=members["part"])]
    lines += [f"{step['on']} {step['state_name']}" for step in members["steps"]]
    return Item(receipt.index, title, "\n".join(lines), members, receipt.recorded_at, receipt)


def _scope(told: list[Statement], approval: Statement) -> str:
    """The part that an approval is about: what was proposed by the act that it names."""
    item = approval.public.get("item")
    return next((str(one.public["scope"]) for one in told if one.action == PROPOSED and one.seq == item), "")


def _case_members(
    application: Application, state: Case, case: str, scope: str, size: int, say: Wording
) -> dict[str, Any]:
    people = application.ledger.reference().people
    office, area = people.office(state.office), areas().get(state.area)
    part = name_of(SCOPES, scope)
    return {
        "case": case,
        "scope": scope,
        "part": say.pick(part.zh, part.en),
        "office": state.office,
        "office_name": state.office if office is None else say.pick(office.name_zh, office.name_en),
        "area": state.area,
        "area_name": state.area if area is None else say.pick(area.name.zh, area.name.en),
        "steps": [*_steps(application, case, size, say)] if scope == _PROCESS else [],
    }


def _steps(application: Application, case: str, size: int, say: Wording) -> Iterator[dict[str, str]]:
    """The days of the procedure: where the state of the case changed, and to what; no act of a person."""
    for step in replay(application.reader, case, application.clock(), size).steps:
        if "state" in step.changed:
            word = str(step.state["state"])
            name = name_of(STATES, word)
            yield {"on": civil_day(step.at).isoformat(), "state": word, "state_name": say.pick(name.zh, name.en)}


def _figure_item(application: Application, one: IssuedBulletin, receipt: Receipt, size: int, say: Wording) -> Item:
    as_of = datetime.combine(one.as_of_on, time.max, CIVIL)
    page = figures(application.reader, as_of, one.known_at, unit=one.concerning or None, month=one.month)
    least = smallest_cell(application, as_of, size)
    rows = [_figure(row, least) for row in page.rows]
    people = application.ledger.reference().people
    office = people.office(one.concerning)
    unit = say("feeds.everywhere") if office is None else say.pick(office.name_zh, office.name_en)
    members = {
        "bulletin": {"stream": one.stream, "item": one.item, "files": one.files},
        "month": one.month,
        "unit": one.concerning or None,
        "as_of": as_of,
        "known_at": one.known_at,
        "smallest_cell": least,
        "figures": rows,
    }
    title = say("feeds.figures_title", month=one.month, unit=unit)
    lines = [_line(row, say) for row in rows]
    return Item(receipt.index, title, "\n".join(lines), members, receipt.recorded_at, receipt)


def _figure(row: FigureRow, least: int) -> dict[str, Any]:
    """A figure's members; where it could point at fewer than `least` cases, its numbers are withheld."""
    rest = 0 if row.denominator is None else row.denominator - row.numerator
    withheld = any(0 < number < least for number in (row.numerator, rest, row.denominator or 0))
    told = {"id": row.id, "withheld": withheld, "partial": row.partial, "reason": row.reason}
    numbers = {"numerator": row.numerator, "denominator": row.denominator, "value": row.value}
    return {**told, **(dict.fromkeys(numbers) if withheld else numbers)}


def _line(row: Mapping[str, Any], say: Wording) -> str:
    figure = FIGURES[row["id"]]
    name = say.pick(figure.name.zh, figure.name.en)
    if row["withheld"]:
        return say("feeds.withheld", name=name)
    if row["value"] is None:
        return say("feeds.no_value", name=name)
    if row["denominator"] is None:
        return f"{name}: {row['numerator']}"
    return f"{name}: {row['value']:.1%} ({row['numerator']}/{row['denominator']})"
