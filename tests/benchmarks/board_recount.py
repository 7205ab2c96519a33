"""Import a message board and print every figure beside a recount: `python -m tests.benchmarks.board_recount FILE.xlsx`.

The recount reads the workbook with openpyxl and the acts' claimed times from the raw entries, counts days with the
`chinese_calendar` package, and knows nothing of the domain, the views or their SQL. The workbook's times must be those
of the entries; then figures and overdue clocks are compared at twenty random moments on both axes. Exit code 1 if any
differs.
"""

from __future__ import annotations

import json
import random
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, timezone
from pathlib import Path

import chinese_calendar
import openpyxl

from api.importer.service import import_file
from audit.entry import parse_entry
from projections.database import Database
from projections.figures_answers import figures
from projections.open import open_database
from projections.overdue import count_overdue
from projections.reader import Reader
from tests.benchmarks.city import found_city

CIVIL = timezone(timedelta(hours=8))
MOMENTS = 20
FORMATS = ("%Y/%m/%d %H:%M:%S", "%Y-%m-%d %H:%M:%S", "%Y/%m/%d %H:%M", "%Y-%m-%d %H:%M", "%Y/%m/%d", "%Y-%m-%d")
HANDLE, NOTICE = 60, 15
BACKLOG = 365


@dataclass(frozen=True)
class Message:
    """One message: when it was sent and answered, and from which log index each is known; None for no answer."""

    sent: datetime
    sent_index: int
    answered: datetime | None = None
    answered_index: int = 1 << 60


def due(sent: datetime, days: int) -> date:
    """The day by whose end an answer is due: so many days after the day of the message, past rest days."""
    day = sent.astimezone(CIVIL).date() + timedelta(days=days)
    while not chinese_calendar.is_workday(day):
        day += timedelta(days=1)
    return day


def in_workbook(path: Path) -> Counter[tuple[datetime, datetime | None]]:
    """The times of the workbook's rows."""
    lines = openpyxl.load_workbook(path, read_only=True).worksheets[0].iter_rows(values_only=True)
    names = [str(name) for name in next(lines)]
    sent, answered, text = (names.index(name) for name in ("留言时间", "答复时间", "答复意见"))
    rows = (line for line in lines if line[sent])
    return Counter((_time(row[sent]), _time(row[answered]) if row[text] and row[answered] else None) for row in rows)


def _time(value: object) -> datetime:
    if isinstance(value, datetime):
        return value.replace(tzinfo=CIVIL)
    for known in FORMATS:
        try:
            found = datetime.strptime(str(value).strip(), known)
        except ValueError:
            continue
        # A day without an hour counts as its last second: it cannot make an answer earlier than it was.
        return found.replace(tzinfo=CIVIL) if "%H" in known else datetime.combine(found, time(23, 59, 59), CIVIL)
    raise SystemExit("a time of the workbook is in none of the known forms")


def in_entries(database: Database) -> tuple[list[Message], list[datetime]]:
    """The messages as the raw entries claim them, and when each entry of the log was recorded."""
    found: dict[str, Message] = {}
    recorded: list[datetime] = []
    with database.read() as session:
        rows = session.query("SELECT notification_id, topic, state FROM entries ORDER BY notification_id")
    for number, action, state in rows:
        entry = parse_entry(state)
        recorded.append(datetime.fromtimestamp(entry.recorded_at / 1000, CIVIL))
        statement = json.loads(entry.payload)
        claimed = datetime.fromisoformat(statement["claimed_at"])
        if action == "case.registered.v1":
            found[statement["stream"]] = Message(claimed, number - 1)
        elif action == "case.replied.v1":
            first = found[statement["stream"]]
            found[statement["stream"]] = Message(first.sent, first.sent_index, claimed, number - 1)
    return [*found.values()], recorded


PAIRS = {
    "on_time_closure_rate": "closure",
    "on_time_reply_rate": "reply",
    "on_time_reply_rate_local": "local",
    "timely_acceptance_rate": "acceptance",
    "due_closure_rate": "due",
    "one_visit_rate": "visit",
}


def recount(
    messages: Sequence[Message], as_of: datetime, known_at: int, month: str | None
) -> dict[str, tuple[int, int]]:
    """Numerator and denominator of each figure that a message board has anything for, and the overdue clocks."""
    start, cut = _span(month, as_of)
    sums: Counter[str] = Counter()
    for one in messages:
        if one.sent_index >= known_at or one.sent > cut:
            continue
        answered = one.answered if one.answered_index < known_at and one.answered and one.answered <= cut else None
        sums["submissions"] += start <= one.sent
        for days, names in ((HANDLE, ("closure", "reply", "local")), (NOTICE, ("acceptance",))):
            last = due(one.sent, days)
            now = answered is not None and start <= answered
            late = answered is None and cut.astimezone(CIVIL).date() > last
            for name in names:
                sums[f"{name} above"] += now and answered is not None and answered.astimezone(CIVIL).date() <= last
                sums[f"{name} below"] += now or late or (name == "local" and answered is None)
            sums["overdue"] += late
        sums.update(_handled(one, answered, start, cut))
    told = {name: (sums[f"{word} above"], sums[f"{word} below"]) for name, word in PAIRS.items()}
    told |= {name: (sums[name], sums[name]) for name in ("submissions", "closed", "overdue")}
    return told | {"backlog_resolution_rate": (0, sums["backlog"]), "repeat_matter_rate": (0, sums["submissions"])}


def _handled(one: Message, answered: datetime | None, start: datetime, cut: datetime) -> Iterator[str]:
    """Name what else one message counts for."""
    last = due(one.sent, HANDLE)
    if start.date() <= last and datetime.combine(last, time.max, CIVIL).replace(microsecond=999_000) <= cut:
        yield "due below"
        if answered is not None and answered.astimezone(CIVIL).date() <= last:
            yield "due above"
    if answered is not None and start <= answered:
        yield from ("closed", "visit above", "visit below")
    if answered is None or start <= answered:
        age = (answered or cut).astimezone(CIVIL).date() - one.sent.astimezone(CIVIL).date()
        if age.days > BACKLOG:
            yield "backlog"


def _span(month: str | None, as_of: datetime) -> tuple[datetime, datetime]:
    if month is None:
        return datetime(1, 1, 2, tzinfo=CIVIL), as_of
    start = datetime(int(month[:4]), int(month[5:]), 1, tzinfo=CIVIL)
    end = (start + timedelta(days=40)).replace(day=1) - timedelta(milliseconds=1)
    return start, min(as_of, end)


def moments(messages: Sequence[Message], size: int) -> Iterator[tuple[datetime, int, str | None]]:
    """Random moments on both axes, every second one with a month; the first is the end of 2018, all being known."""
    chance = random.Random(2018)
    yield datetime(2018, 12, 31, 23, 59, 59, 999_000, CIVIL), size, None
    first, last = min(one.sent for one in messages), max(one.sent for one in messages) + timedelta(days=200)
    for number in range(1, MOMENTS):
        as_of = first + timedelta(seconds=chance.randrange(int((last - first).total_seconds())))
        known_at = size if number % 3 else chance.randrange(size // 10, size)
        yield as_of, known_at, f"{as_of.year}-{as_of.month:02}" if number % 2 else None


def compare(database: Database, messages: Sequence[Message], size: int) -> int:
    """Print both counts at every moment and return how many differ."""
    reader, wrong = Reader(database), 0
    for as_of, known_at, month in moments(messages, size):
        expected = recount(messages, as_of, known_at, month)
        rows = {row.id: row for row in figures(reader, as_of, known_at, month=month).rows}
        told = {name: (rows[name].numerator, rows[name].denominator) for name in expected}
        told = {name: (above, above if below is None else below) for name, (above, below) in told.items()}
        overdue = count_overdue(reader, as_of, known_at).total
        print(f"\nas of {as_of:%Y-%m-%d %H:%M:%S}, known at {known_at}, month {month or '-'}")
        for name, pair in expected.items():
            mark = "" if told[name] == pair else "   DIFFERS"
            wrong += told[name] != pair
            print(
                f"  {name:28} views {told[name][0]:>5} / {told[name][1]:<5} recount {pair[0]:>5} / {pair[1]:<5}{mark}"
            )
        if month is None and overdue != expected["overdue"][0]:
            print(f"  overdue list: {overdue}   DIFFERS")
            wrong += 1
    return wrong


def main(arguments: list[str]) -> int:
    """Import the workbook named into a ledger of its own, and compare."""
    if len(arguments) != 1:
        print("usage: python -m tests.benchmarks.board_recount FILE.xlsx", file=sys.stderr)
        return 2
    board = Path(arguments[0])
    with tempfile.TemporaryDirectory(prefix="sundial-board-") as folder:
        url = f"sqlite:///{folder}/sundial.db"
        with found_city(Path(folder) / "home", url) as city:
            import_file(city.application, board, "message-board", None, lambda rows, acts: None)
            city.application.views.catch_up()
            size = city.ledger.head().size
        database = open_database(url)
        messages, _ = in_entries(database)
        same = in_workbook(board) == Counter((one.sent, one.answered) for one in messages)
        print(
            f"{len(messages)} messages, {size} entries; times of workbook and entries {'agree' if same else 'DIFFER'}"
        )
        wrong = compare(database, messages, size)
        database.close()
    print(f"\n{wrong} differences at {MOMENTS} moments")
    return int(bool(wrong) or not same)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
