"""Ways to lie about a log, for the tests of the verifier."""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import Any

from audit.entry import Entry, Signature, parse_entry
from audit.faults import Fault
from audit.merkle import leaf_hash
from audit.statement import Statement, parse_statement
from audit.store.stored_rows import Row
from audit.store.verification import Report
from audit.store.writing import format_entry
from tests.audit.simulated_log import WANG, Signer, SimulatedLog, honest_log, petitioner, private_of, sealed

HONEST = honest_log()
STRANGER = Signer("officer-wang", "housing", "desk", "handler", private_of("stranger"))

Attack = Callable[[list[Row], Random], None]


def read_entry(row: Row) -> tuple[Entry, Statement]:
    entry = parse_entry(row.entry)
    return entry, parse_statement(entry.payload)


def _case_row(rows: list[Row], random: Random) -> int:
    return random.choice([row.index for row in rows if row.stream.startswith("case/")])


def set_entry(rows: list[Row], at: int, entry: bytes) -> None:
    rows[at] = rows[at]._replace(entry=entry)


def _renumber(rows: list[Row]) -> None:
    rows[:] = [row._replace(index=index) for index, row in enumerate(rows)]


# Attacks on rows as they lie: nothing else is made to agree.


def flip_a_bit_of_an_entry(rows: list[Row], random: Random) -> None:
    at = random.randrange(len(rows))
    data = bytearray(rows[at].entry)
    bit = random.randrange(len(data) * 8)
    data[bit // 8] ^= 1 << bit % 8
    set_entry(rows, at, bytes(data))


def flip_a_bit_of_a_leaf(rows: list[Row], random: Random) -> None:
    at = random.randrange(len(rows))
    leaf = bytearray(rows[at].leaf)
    leaf[random.randrange(32)] ^= 1 << random.randrange(8)
    rows[at] = rows[at]._replace(leaf=bytes(leaf))


def cut_an_entry_short(rows: list[Row], random: Random) -> None:
    at = random.randrange(len(rows))
    set_entry(rows, at, rows[at].entry[: random.randrange(len(rows[at].entry))])


def lengthen_an_entry(rows: list[Row], random: Random) -> None:
    at = random.randrange(len(rows))
    set_entry(rows, at, rows[at].entry + random.randbytes(1 + random.randrange(200)))


def change_a_column(rows: list[Row], random: Random) -> None:
    at = random.randrange(len(rows))
    change: dict[str, Any] = random.choice(
        [
            {"stream": "case/" + "f" * 32},
            {"seq": 99},
            {"action": "case.rated.v1"},
            {"act_id": bytes(16)},
            {"act_id": None},
            {"entry": "text"},
            {"entry": None},
            {"leaf": None},
            {"seq": "1"},
        ]
    )
    rows[at] = rows[at]._replace(**change)


def delete_a_row(rows: list[Row], random: Random) -> None:
    del rows[random.randrange(len(rows))]


def swap_the_bytes_of_two_rows(rows: list[Row], random: Random) -> None:
    one, other = random.sample(range(len(rows)), 2)
    first, second = rows[one].entry, rows[other].entry
    set_entry(rows, one, second)
    set_entry(rows, other, first)


def swap_two_rows(rows: list[Row], random: Random) -> None:
    one, other = random.sample(range(len(rows)), 2)
    rows[one], rows[other] = rows[other]._replace(index=one), rows[one]._replace(index=other)


def put_a_row_in_twice(rows: list[Row], random: Random) -> None:
    row = random.choice(rows)
    rows.insert(row.index, row._replace(seq=99))


def insert_a_copy(rows: list[Row], random: Random) -> None:
    rows.insert(random.randrange(len(rows)), random.choice(rows))
    _renumber(rows)


def leave_a_gap(rows: list[Row], random: Random) -> None:
    at = random.randrange(len(rows))
    rows[at:] = [row._replace(index=row.index + 3) for row in rows[at:]]


def add_a_row_outside(rows: list[Row], random: Random) -> None:
    rows.append(random.choice(rows)._replace(index=random.choice([-1, len(rows) + 5, 2**70])))


ROW_ATTACKS: list[Attack] = [
    flip_a_bit_of_an_entry,
    flip_a_bit_of_a_leaf,
    cut_an_entry_short,
    lengthen_an_entry,
    change_a_column,
    delete_a_row,
    swap_the_bytes_of_two_rows,
    swap_two_rows,
    put_a_row_in_twice,
    leave_a_gap,
    add_a_row_outside,
]


# Forgeries: afterwards, leaves, tiles and head are made to agree with the change.


def change_the_time_of_recording(rows: list[Row], random: Random) -> None:
    at = random.randrange(len(rows))
    entry, _ = read_entry(rows[at])
    moved = entry.recorded_at + random.choice((-1, 1)) * random.randint(1, 100_000)
    set_entry(rows, at, format_entry(entry._replace(recorded_at=moved)))


def backdate_under_the_old_signature(rows: list[Row], random: Random) -> None:
    at = random.randrange(len(rows))
    entry, _ = read_entry(rows[at])
    payload = entry.payload.replace(b"2024-02-29", b"2024-01-29")
    set_entry(rows, at, format_entry(entry._replace(payload=payload)))


def sign_anew_with_a_strange_key(rows: list[Row], random: Random) -> None:
    at = _case_row(rows, random)
    entry, statement = read_entry(rows[at])
    changed = statement._replace(claimed_at="2024-01-01T10:00:00+08:00", key_id=STRANGER.key_id)
    set_entry(rows, at, sealed(changed, entry.recorded_at, STRANGER))


def sign_anew_under_the_old_key_id(rows: list[Row], random: Random) -> None:
    at = _case_row(rows, random)
    entry, statement = read_entry(rows[at])
    forged = parse_entry(sealed(statement._replace(act_id=bytes(16)), entry.recorded_at, STRANGER))
    signature = Signature(statement.key_id, forged.signatures[0].signature)
    set_entry(rows, at, format_entry(forged._replace(signatures=(signature,))))


def sign_anew_with_the_own_key(rows: list[Row], random: Random) -> None:
    at = random.choice([row.index for row in rows if row.action == "case.accepted.v1"])
    entry, statement = read_entry(rows[at])
    set_entry(rows, at, sealed(statement._replace(claimed_at="2024-01-01T10:00:00+08:00"), entry.recorded_at, WANG))


def change_a_petitioners_key(rows: list[Row], random: Random) -> None:
    at = random.choice([row.index for row in rows if row.action == "case.submitted.v1"])
    entry, statement = read_entry(rows[at])
    other = petitioner("other")
    public = dict(statement.public) | {"petitioner_key": other.raw.hex()}
    set_entry(rows, at, sealed(statement._replace(public=public, key_id=other.key_id), entry.recorded_at, other))


def strip_the_genesis(rows: list[Row], random: Random) -> None:
    entry, _ = read_entry(rows[0])
    kept = random.sample(entry.signatures, 2)
    set_entry(rows, 0, format_entry(entry._replace(signatures=tuple(kept))))


def add_a_signature(rows: list[Row], random: Random) -> None:
    at = random.randrange(len(rows))
    entry, _ = read_entry(rows[at])
    set_entry(rows, at, format_entry(entry._replace(signatures=entry.signatures * 2)))


def delete_and_close_the_gap(rows: list[Row], random: Random) -> None:
    del rows[random.randrange(len(rows))]
    _renumber(rows)


def delete_a_whole_case(rows: list[Row], random: Random) -> None:
    stream = rows[_case_row(rows, random)].stream
    rows[:] = [row for row in rows if row.stream != stream]
    _renumber(rows)


def roll_back_the_tail(rows: list[Row], random: Random) -> None:
    del rows[random.randrange(len(rows)) :]


def swap_acts_of_two_cases(rows: list[Row], random: Random) -> None:
    places = [at for at in range(len(rows) - 1) if rows[at].stream != rows[at + 1].stream]
    place = random.choice(places)
    rows[place], rows[place + 1] = rows[place + 1], rows[place]
    _renumber(rows)


def reorder_a_stretch(rows: list[Row], random: Random) -> None:
    start = random.randrange(len(rows) - 6)
    stretch = rows[start : start + 6]
    rows[start : start + 6] = [stretch[at] for at in (3, 5, 0, 1, 4, 2)]
    _renumber(rows)


def replay_an_old_act(rows: list[Row], random: Random) -> None:
    row = rows[_case_row(rows, random)]
    entry, _ = read_entry(row)
    recorded_at = read_entry(rows[-1])[0].recorded_at
    rows.append(row._replace(index=len(rows), entry=format_entry(entry._replace(recorded_at=recorded_at))))


def append_an_act_of_a_stranger(rows: list[Row], random: Random) -> None:
    log = SimulatedLog(now=HONEST.now, tails=dict(HONEST.tails))
    row = log.add(STRANGER, rows[-1].stream, "case.accepted.v1", {"category": "31_6"})
    rows.append(row._replace(index=len(rows)))


FORGERIES: list[Attack] = [
    change_the_time_of_recording,
    backdate_under_the_old_signature,
    sign_anew_with_a_strange_key,
    sign_anew_under_the_old_key_id,
    sign_anew_with_the_own_key,
    change_a_petitioners_key,
    strip_the_genesis,
    add_a_signature,
    roll_back_the_tail,
    replay_an_old_act,
    append_an_act_of_a_stranger,
]

# Forgeries that move entries to other places, where some of them may fit as well.
REARRANGEMENTS: list[Attack] = [
    delete_and_close_the_gap,
    delete_a_whole_case,
    insert_a_copy,
    swap_acts_of_two_cases,
    reorder_a_stretch,
]


def by_columns(rows: list[Row]) -> list[Row]:
    """The columns that a careful forger makes agree with the statement, and the leaf."""
    made = []
    for row in rows:
        statement = read_entry(row)[1]
        columns: dict[str, Any] = {"stream": statement.stream, "seq": statement.seq, "act_id": statement.act_id}
        made.append(row._replace(leaf=leaf_hash(row.entry), **columns))
    return made


def first_difference(rows: list[Row]) -> int:
    """The first index at which these rows differ from the honest ones."""
    for index, (one, other) in enumerate(zip(HONEST.rows, rows, strict=False)):
        if one != other:
            return index
    return min(len(HONEST.rows), len(rows))


def assert_found(report: Report, first: int) -> Fault:
    """The first fault must bound the first entry that differs."""
    assert not report.good
    assert not report.consistent
    fault = report.first_fault
    assert fault is not None
    assert fault.index <= first <= fault.last, (first, fault)
    return fault
