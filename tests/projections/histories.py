"""Made-up ledgers for the tests of views: entries without valid signatures, since projections trust the database.

A history is deterministic in its seed. Acts need not be lawful; they are in log order, `recorded_at` never goes back,
and claimed times run from the future to far too late, with and without imports.
"""

from __future__ import annotations

import json
import random
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

import psycopg

from audit.canonical import format_json
from audit.entry import Entry, Signature, parse_entry
from audit.statement import PAYLOAD_TYPE
from audit.store.migrations import migrations
from audit.store.writing import format_entry
from domain.calendars import published_acts
from domain.clocks import published_rules
from domain.schema import CIVIL

DAY_MS = 86_400_000
START_MS = int(datetime(2018, 1, 8, 9, tzinfo=CIVIL).timestamp()) * 1000
OFFICES = {
    "city": ("", "petition_office"),
    "county-a": ("city", "petition_office"),
    "county-b": ("city", "petition_office"),
    "housing": ("city", "competent_unit"),
    "roads": ("city", "competent_unit"),
    "water-a": ("county-a", "competent_unit"),
    "schools-a": ("county-a", "competent_unit"),
    "wells-a": ("water-a", "competent_unit"),
    "water-b": ("county-b", "competent_unit"),
}
UNITS = [name for name, (_, kind) in OFFICES.items() if kind == "competent_unit"]
PETITION_OFFICES = [name for name, (_, kind) in OFFICES.items() if kind == "petition_office"]


@dataclass(frozen=True)
class Act:
    """One entry to be: `age_ms` is how long before its recording it claims to have happened.

    Without an office the petitioner acts, with the public key `key` in hex.
    """

    stream: str
    action: str
    public: Mapping[str, Any]
    office: str = "registrars"
    role: str = "registrar"
    recorded_ms: int = 0
    age_ms: int = 0
    key: str = ""


@dataclass(frozen=True)
class StoredRow:
    """One row of `entries`."""

    index: int
    stream: str
    seq: int
    action: str
    state: bytes

    @property
    def statement(self) -> Mapping[str, Any]:
        """The statement, decoded from the entry's bytes."""
        found: Mapping[str, Any] = json.loads(parse_entry(self.state).payload)
        return found

    @property
    def recorded_ms(self) -> int:
        """When it was recorded, Unix milliseconds."""
        return parse_entry(self.state).recorded_at


def beginning(years: Sequence[int] = tuple(range(2011, 2021))) -> list[Act]:
    """Return the acts that found a ledger: its offices, its rules, and the calendars of these years."""
    acts = [
        Act(
            f"people/{name}",
            "people.office_opened.v1",
            {"name_zh": f"{name} 局", "kind": kind} | ({"parent": parent} if parent else {}),
        )
        for name, (parent, kind) in OFFICES.items()
    ]
    acts.append(Act("rules", "rules.published.v1", published_rules()))
    calendars = [public for public in published_acts() if public["year"] in years]
    return acts + [Act("calendar", "calendar.published.v1", public) for public in calendars]


def case_id(number: int) -> str:
    """Return a case id that looks random and is not."""
    return sha256(b"case %d" % number).hexdigest()[:32]


def cases(seed: int, count: int, days: int = 700) -> list[Act]:
    """Return the acts of many cases, interleaved as they were recorded over these many days."""
    chance = random.Random(seed)
    acts: list[Act] = []
    for number in range(count):
        acts += _case(chance, f"case/{case_id(number)}", START_MS + chance.randrange(days * DAY_MS))
    return sorted(acts, key=lambda act: act.recorded_ms)


def _case(chance: random.Random, stream: str, began_ms: int) -> Iterator[Act]:
    imported = chance.random() < 0.25
    extra: dict[str, Any] = {"imported": {"mapping": "board", "precision": "instant"}} if imported else {}
    holder = chance.choice(PETITION_OFFICES + UNITS)
    capacity = OFFICES[holder][1]
    moment = began_ms + (chance.randrange(400) * DAY_MS if imported else 0)
    yield Act(
        stream,
        "case.registered.v1",
        {"channel": chance.choice(["letter", "online"]), "capacity": capacity, **extra},
        holder,
        "importer" if imported else "intake",
        moment,
        moment - began_ms + _age(chance),
    )
    for _ in range(chance.randrange(8)):
        moment += int(chance.expovariate(1 / (9 * DAY_MS)))
        age = chance.randrange(200) * DAY_MS if imported else _age(chance)
        action, public, receiver = _next(chance, capacity)
        yield Act(stream, action, {**public, **extra}, holder, "handler", moment, age)
        if receiver:
            holder, capacity = receiver, OFFICES[receiver][1]


def _age(chance: random.Random) -> int:
    """Mostly minutes, sometimes weeks late, sometimes a claim on the future."""
    return chance.choice([60_000, 3_600_000, 3_600_000, DAY_MS, 9 * DAY_MS, 45 * DAY_MS, -2 * DAY_MS])


def _next(chance: random.Random, capacity: str) -> tuple[str, dict[str, Any], str]:
    if capacity == "petition_office" and chance.random() < 0.7:
        receiver = chance.choice(UNITS + PETITION_OFFICES)
        return (
            "case.transferred.v1",
            {"to_office": receiver, "basis": "22_1", "capacity": OFFICES[receiver][1]},
            receiver,
        )
    acts: list[tuple[str, dict[str, Any]]] = [
        ("case.notice_served.v1", {"notice": "received", "means": "post"}),
        ("case.replied.v1", {"means": "post"}),
        ("case.accepted.v1", {"category": "31_6"}),
        ("case.opinion_issued.v1", {"outcome": "explain"}),
        ("case.opinion_served.v1", {"means": "in_person"}),
    ]
    return (*chance.choice(acts), "")


def stored(acts: Iterable[Act]) -> list[StoredRow]:
    """Number acts, give them times that never go back, and make entries of them."""
    rows: list[StoredRow] = []
    versions: dict[str, int] = {}
    recorded_ms = START_MS - DAY_MS
    for index, act in enumerate(acts):
        recorded_ms = max(recorded_ms, act.recorded_ms)
        versions[act.stream] = seq = versions.get(act.stream, 0) + 1
        state = _entry(act, seq, recorded_ms)
        rows.append(StoredRow(index, act.stream, seq, act.action, state))
    return rows


def _entry(act: Act, seq: int, recorded_ms: int) -> bytes:
    claimed_at = datetime.fromtimestamp((recorded_ms - act.age_ms) // 1000, CIVIL)
    identity = sha256(f"{act.stream} {seq}".encode()).hexdigest()
    statement = {
        "act_id": identity[:32],
        "action": act.action,
        "actor": f"officer-{act.office}" if act.office else "petitioner",
        "claimed_at": claimed_at.isoformat(timespec="seconds"),
        "key_id": sha256(bytes.fromhex(act.key) or act.office.encode()).hexdigest(),
        "office": act.office,
        "origin": "sundial.example/views",
        "post": "desk" if act.office else "",
        "prev": identity,
        "public": act.public,
        "role": act.role,
        "schema": 1,
        "sealed": [sha256(f"{identity} {slot}".encode()).hexdigest() for slot in range(8)],
        "seen": {"root": identity, "size": 0},
        "seq": seq,
        "stream": act.stream,
    }
    signature = Signature(bytes.fromhex(identity), bytes.fromhex(identity) * 2)
    return format_entry(Entry(PAYLOAD_TYPE, format_json(statement), (signature,), recorded_ms))


def create_ledger(url: str) -> None:
    """Create the ledger's tables in an empty database."""
    if url.startswith("sqlite"):
        connection = sqlite3.connect(url.removeprefix("sqlite:///"))
        connection.execute("PRAGMA journal_mode=WAL")
        for _, sql in migrations("sqlite"):
            connection.executescript(sql)
        connection.close()
        return
    with psycopg.connect(url) as server:
        for _, sql in migrations("postgres"):
            server.execute(sql)


def append(url: str, rows: Iterable[StoredRow]) -> None:
    """Append rows as they are; their leaves are the hashes of nothing in particular."""
    values = [
        (row.index + 1, row.stream, row.seq, row.action, row.state, sha256(row.state).digest(), None) for row in rows
    ]
    if url.startswith("sqlite"):
        connection = sqlite3.connect(url.removeprefix("sqlite:///"))
        connection.executemany("INSERT INTO entries VALUES (?, ?, ?, ?, ?, ?, ?)", values)
        connection.commit()
        connection.close()
        return
    copying = "COPY entries FROM STDIN (FORMAT BINARY)"
    with psycopg.connect(url) as server, server.cursor() as cursor, cursor.copy(copying) as copy:
        copy.set_types(["bigint", "text", "bigint", "text", "bytea", "bytea", "bytea"])
        for row in values:
            copy.write_row(row)
