"""Stays, stock and the standing lists on both axes, against a recount in plain Python, and in stories told by hand."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from projections.database import Database
from projections.reader import Reader
from projections.workload_answers import WorkloadRow, workload
from projections.workload_lists import (
    StayRow,
    closed_cases,
    closed_without_reply,
    first_contacts,
    open_cases,
    received_cases,
    unowned,
)
from tests.projections.retold import Told, day_of, days_between, filled, history, in_period, moments, retell, under

HISTORY = history(6, 130)
LAST = datetime.fromisoformat("2024-03-01T00:00:00+08:00")
OVER = {"CONCLUDED", "WITHDRAWN", "MERGED", "OUT_RECEIVED", "NOT_ACCEPTED", "NO_LONGER_ACCEPTED"}
SHUT = OVER | {"DIVERTED_JUDICIAL", "DIVERTED_DISCIPLINE", "SERVED", "EXECUTING", "EXECUTED", "REPLIED", "DIRECTED"}
SHUT |= {"REVIEW_SERVED"}
BEGINNINGS = {"submitted", "registered", "received_from", "reopened", "review_requested", "recheck_requested"}
REPLIES = {"replied", "opinion_served", "directed", "review_served", "recheck_served", "settled", "mediation_performed"}


@dataclass(frozen=True)
class Desk:
    """One stretch of an open case at one office, as a clerk would note it."""

    office: str
    how: str
    index: int
    since: datetime
    began: datetime
    passes: int
    returns: int
    until: datetime | None = None
    left: str = ""
    left_index: int = -1
    shut: bool = False
    named: tuple[tuple[datetime, Any], ...] = ()


@dataclass
class Book:
    """The clerk's book of one case; `answer` is the first written answer of the open span."""

    desks: list[Desk] = field(default_factory=list)
    answers: dict[int, tuple[datetime, int]] = field(default_factory=dict)

    def take(self, one: Told) -> None:
        """Note one act."""
        was, now = one.before.state not in {"NEW", *SHUT}, one.after.state not in SHUT
        handed = (one.before.office, one.before.capacity) != (one.after.office, one.after.capacity)
        handed |= one.name in ("transferred", "assigned", "transferred_out")
        if was != now or (now and handed):
            self._turn(one, was, now)
        elif one.name == "responsibility_set" and now:
            last = self.desks[-1]
            at = max(one.at, last.since, *(since for since, _ in last.named), *self._measures())
            self.desks[-1] = replace(last, named=(*last.named, (at, one.event)))
        elif _answers(one) and self.desks:
            self.answers.setdefault(len(self.desks) - 1, (one.at, one.event.index))

    def _measures(self) -> list[datetime]:
        return [since for desk in self.desks for since, _ in desk.named]

    def _turn(self, one: Told, was: bool, now: bool) -> None:
        at = max([one.at, *(desk.since for desk in self.desks[-1:])])
        passes, returns, began = 0, 0, at
        if self.desks:
            last, number = self.desks[-1], len(self.desks) - 1
            if _answers(one):
                self.answers.setdefault(number, (one.at, one.event.index))
            passes, returns = last.passes, last.returns
            if was:
                began = last.began
                how = one.name
                if how == "directed" and one.event.on_the_spot:  # type: ignore[attr-defined]
                    how = "directed_on_the_spot"
                self.desks[-1] = replace(last, until=at, left=how, left_index=one.event.index, shut=not now)
                if now and number in self.answers:
                    self.answers[number + 1] = self.answers[number]
        if now:
            passes += one.name in ("transferred", "assigned")
            returns += one.name == "return_approved"
            desk = Desk(one.after.office, one.name, one.event.index, at, began, passes, returns)
            self.desks.append(desk)


def _answers(one: Told) -> bool:
    event: Any = one.event
    told = one.name == "notice_served" and event.notice in ("not_accepted", "no_longer_accepted", "directed", "routed")
    return told or one.name in REPLIES or one.name == "suggestion_decided"


def _books(known_at: int) -> dict[str, tuple[Book, list[Told]]]:
    books = {}
    for case, told in retell(HISTORY, known_at).seen.items():
        book = Book()
        for one in told:
            book.take(one)
        books[case] = (book, told)
    return books


def _alive(desk: Desk, as_of: datetime) -> bool:
    return desk.since <= as_of and (desk.until is None or desk.until > as_of)


@pytest.fixture(params=["sqlite", "postgres"], scope="module")
def reader(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Reader]:
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path_factory.mktemp('views') / 'sundial.db'}"
    else:
        url = request.getfixturevalue("postgres_server").create_database()
    database: Database = filled(url, HISTORY)
    yield Reader(database)
    database.close()


def _board(known_at: int, as_of: datetime, since: datetime | None, unit: str | None) -> dict[str, Counter[str]]:
    rows: dict[str, Counter[str]] = {}
    for book, told in _books(known_at).values():
        for desk in book.desks:
            if not under(desk.office, unit):
                continue
            counts = rows.setdefault(desk.office, Counter())
            if _alive(desk, as_of):
                days = days_between(desk.began, as_of)
                bands = [("up_to_15", 15), ("up_to_30", 30), ("up_to_60", 60), ("up_to_90", 90), ("over_90", 10**6)]
                counts[next(name for name, most in bands if days <= most)] += 1
                counts["stock"] += 1
                counts["passes"] += desk.passes
                counts["returns"] += desk.returns
                counts["stock_imported"] += told[-1].after.imported
                counts["oldest_days"] = max(counts["oldest_days"], days)
                counts["most_passes"] = max(counts["most_passes"], desk.passes)
            if in_period(desk.since, since, as_of) and desk.how != "transferred_out":
                counts["received"] += 1
                counts["begun"] += desk.how in BEGINNINGS
                counts["reopened"] += desk.how == "reopened"
            if desk.until is not None and in_period(desk.until, since, as_of):
                counts["passed_on"] += desk.left in ("transferred", "assigned")
                counts["given_back"] += desk.left == "return_approved"
                counts["closed"] += desk.shut
                counts["closed_passes"] += desk.passes * desk.shut
                counts["closed_returns"] += desk.returns * desk.shut
    return {unit: +counts for unit, counts in rows.items() if +counts}


def _counts(row: WorkloadRow) -> Counter[str]:
    return +Counter({name: getattr(row, name) for name in WorkloadRow.__slots__[1:]})


@pytest.mark.parametrize(("as_of", "known_at", "since"), moments(3, HISTORY, 8))
def test_the_board_equals_a_recount_at_random_moments(
    reader: Reader, as_of: datetime, known_at: int, since: datetime | None
) -> None:
    for unit in (None, "county-a"):
        page = workload(reader, as_of, known_at, unit=unit, since=since)
        found = {row.unit: _counts(row) for row in page.rows}
        assert {name: counts for name, counts in found.items() if counts} == _board(known_at, as_of, since, unit)


@pytest.mark.parametrize(("as_of", "known_at", "since"), moments(3, HISTORY, 8))
def test_the_standing_lists_equal_a_recount_at_random_moments(
    reader: Reader, as_of: datetime, known_at: int, since: datetime | None
) -> None:
    nobody, silent, let_go = [], [], []
    for case, (book, told) in _books(known_at).items():
        for number, desk in enumerate(book.desks):
            later = number + 1 < len(book.desks) and book.desks[number + 1].since <= as_of
            if _alive(desk, as_of):
                named = [event for at, event in desk.named if at <= as_of]
                until = named[-1].measure_on if named else None
                if not named or (until is not None and until < day_of(as_of)):
                    nobody.append((case, desk.office, "measure_past" if named else "no_post"))
            if desk.until is not None and in_period(desk.until, since, as_of):
                owing = desk.left in ("concluded", "not_accepted", "no_longer_accepted")
                addressable = next(one for one in told if one.event.index == desk.left_index).after.addressable
                answered = book.answers.get(number, (LAST + timedelta(days=9999), 0))[0] <= as_of
                if desk.shut and owing and addressable and not answered and not later:
                    silent.append((case, desk.office, desk.left))
                if number == 0 and desk.left in ("directed", "transferred_out"):
                    let_go.append((case, desk.left))
    page = unowned(reader, as_of, known_at)
    assert sorted((row.case, row.unit, row.reason) for row in page.rows) == sorted(nobody)
    found = closed_without_reply(reader, as_of, known_at, since=since).rows
    assert sorted((row.case, row.unit, row.closed_by) for row in found) == sorted(silent)
    gone = first_contacts(reader, as_of, known_at, since=since).rows
    assert sorted((row.case, row.way) for row in gone) == sorted(let_go)


def test_the_lists_are_what_the_board_counts(reader: Reader) -> None:
    since = LAST - timedelta(days=120)
    for unit in (None, "county-a", "roads"):
        board = workload(reader, LAST, unit=unit, since=since).rows
        stock = open_cases(reader, LAST, unit=unit).rows
        assert len(stock) == sum(row.stock for row in board) > 5
        older = open_cases(reader, LAST, unit=unit, least_days=91).rows
        assert len(older) == sum(row.over_90 for row in board)
        middle = open_cases(reader, LAST, unit=unit, least_days=31, most_days=60).rows
        assert len(middle) == sum(row.up_to_60 for row in board)
        assert all(31 <= row.days <= 60 for row in middle)
        assert len(received_cases(reader, LAST, unit=unit, since=since).rows) == sum(row.received for row in board)
        again = received_cases(reader, LAST, unit=unit, since=since, entered=["reopened"]).rows
        assert len(again) == sum(row.reopened for row in board)
        assert len(closed_cases(reader, LAST, unit=unit, since=since).rows) == sum(row.closed for row in board)
    often = open_cases(reader, LAST, least_passes=3).rows
    assert often
    assert all(row.passes >= 3 for row in often)


def test_pages_make_up_the_list(reader: Reader) -> None:
    whole = open_cases(reader, LAST).rows
    assert [row.began_at for row in whole] == sorted(row.began_at for row in whole)
    rows: list[StayRow] = []
    cursor: str | None = None
    while cursor is not None or not rows:
        page = open_cases(reader, LAST, limit=11, cursor=cursor)
        rows, cursor = [*rows, *page.rows], page.cursor
        if cursor is None:
            break
    assert tuple(rows) == whole
