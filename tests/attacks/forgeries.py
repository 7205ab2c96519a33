"""Forgeries: the attacker changes history and then makes leaves, tiles and head agree with the change."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from random import Random

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from audit.entry import Entry, Signature, pae, parse_entry
from audit.merkle import leaf_hash
from audit.statement import Statement, parse_statement
from audit.store.writing import format_entry, format_statement
from audit.suite import key_id, public_key
from tests.attacks.attacker import Attacker, Row, make_agree, read_rows, write_rows

Keys = Mapping[bytes, Ed25519PrivateKey]
"""The private keys of insiders, by key id: officers and services whose keys the ledger knows."""

Forgery = Callable[[Attacker, Random, Keys], None]


def _sign(statement: Statement, private: Ed25519PrivateKey, recorded_at: int, payload_type: bytes) -> bytes:
    payload = format_statement(statement)
    signature = Signature(statement.key_id, private.sign(pae(payload_type, payload)))
    return format_entry(Entry(payload_type, payload, (signature,), recorded_at))


def _shifted(claimed_at: str, random: Random) -> str:
    return (datetime.fromisoformat(claimed_at) - timedelta(days=random.randint(1, 30))).isoformat()


def _replace_entry(attacker: Attacker, row: Row, state: bytes) -> None:
    attacker.run("UPDATE entries SET state = ? WHERE notification_id = ?", state, row.id)
    make_agree(attacker)


def _case_row(attacker: Attacker, random: Random) -> tuple[Row, Entry, Statement]:
    row = random.choice([row for row in read_rows(attacker) if row.stream.startswith("case/")])
    entry = parse_entry(row.state)
    return row, entry, parse_statement(entry.payload)


def backdate_an_act(attacker: Attacker, random: Random, keys: Keys) -> None:
    """Another claimed time under the old signature."""
    row, entry, statement = _case_row(attacker, random)
    payload = format_statement(statement._replace(claimed_at=_shifted(statement.claimed_at, random)))
    _replace_entry(attacker, row, format_entry(entry._replace(payload=payload)))


def put_an_act_on_another_office(attacker: Attacker, random: Random, keys: Keys) -> None:
    """Another office under the old signature."""
    row, entry, statement = _case_row(attacker, random)
    payload = format_statement(statement._replace(office="somebody-else"))
    _replace_entry(attacker, row, format_entry(entry._replace(payload=payload)))


def sign_anew_with_a_strange_key(attacker: Attacker, random: Random, keys: Keys) -> None:
    """A changed act, validly signed by a key that nobody enrolled, named as such."""
    row, entry, statement = _case_row(attacker, random)
    private = Ed25519PrivateKey.from_private_bytes(random.randbytes(32))
    changed = statement._replace(claimed_at=_shifted(statement.claimed_at, random), key_id=key_id(public_key(private)))
    _replace_entry(attacker, row, _sign(changed, private, entry.recorded_at, entry.payload_type))


def sign_anew_under_the_old_key_id(attacker: Attacker, random: Random, keys: Keys) -> None:
    """A changed act signed by a strange key that calls itself the old one."""
    row, entry, statement = _case_row(attacker, random)
    private = Ed25519PrivateKey.from_private_bytes(random.randbytes(32))
    changed = statement._replace(claimed_at=_shifted(statement.claimed_at, random))
    _replace_entry(attacker, row, _sign(changed, private, entry.recorded_at, entry.payload_type))


def sign_anew_with_a_colleagues_key(attacker: Attacker, random: Random, keys: Keys) -> None:
    """An act of one person, changed and signed by another person's valid key."""
    row, entry, statement = _case_row(attacker, random)
    other = random.choice([name for name in sorted(keys) if name != statement.key_id])
    changed = statement._replace(claimed_at=_shifted(statement.claimed_at, random), key_id=other)
    _replace_entry(attacker, row, _sign(changed, keys[other], entry.recorded_at, entry.payload_type))


def sign_anew_with_the_signers_own_key(attacker: Attacker, random: Random, keys: Keys) -> None:
    """The signer rewrites an own act, with the key that signed it: only the tree remembers the first one."""
    rows = read_rows(attacker)
    own = [
        row
        for row in rows
        if row.stream.startswith("case/") and parse_statement(parse_entry(row.state).payload).key_id in keys
    ]
    row = random.choice(own)
    entry = parse_entry(row.state)
    statement = parse_statement(entry.payload)
    changed = statement._replace(claimed_at=_shifted(statement.claimed_at, random))
    _replace_entry(attacker, row, _sign(changed, keys[statement.key_id], entry.recorded_at, entry.payload_type))


def record_at_another_time(attacker: Attacker, random: Random, keys: Keys) -> None:
    """Another time of recording, which no signature of the signer covers."""
    row = random.choice(read_rows(attacker))
    entry = parse_entry(row.state)
    moved = entry.recorded_at + random.choice((-1, 1)) * random.randint(1, 10**9)
    _replace_entry(attacker, row, format_entry(entry._replace(recorded_at=moved)))


def strip_a_signature_of_the_genesis(attacker: Attacker, random: Random, keys: Keys) -> None:
    """Entry 0 with one signature fewer."""
    row = read_rows(attacker)[0]
    entry = parse_entry(row.state)
    gone = random.randrange(len(entry.signatures))
    kept = tuple(one for place, one in enumerate(entry.signatures) if place != gone)
    _replace_entry(attacker, row, format_entry(entry._replace(signatures=kept)))


def add_a_signature(attacker: Attacker, random: Random, keys: Keys) -> None:
    """An entry with a second signature, which nothing but entry 0 may have."""
    row = random.choice(read_rows(attacker)[1:])
    entry = parse_entry(row.state)
    _replace_entry(attacker, row, format_entry(entry._replace(signatures=entry.signatures * 2)))


def delete_and_close_the_gap(attacker: Attacker, random: Random, keys: Keys) -> None:
    """One entry gone, everything behind it moved down."""
    rows = read_rows(attacker)
    del rows[random.randrange(len(rows))]
    for index, row in enumerate(rows):
        row.id = index + 1
    write_rows(attacker, rows)
    make_agree(attacker)


def delete_a_whole_case(attacker: Attacker, random: Random, keys: Keys) -> None:
    """Every entry of one case gone, so that no chain within a stream is broken."""
    rows = read_rows(attacker)
    case = random.choice([row.stream for row in rows if row.stream.startswith("case/")])
    kept = [row for row in rows if row.stream != case]
    for index, row in enumerate(kept):
        row.id = index + 1
    write_rows(attacker, kept)
    make_agree(attacker)


def roll_back_the_tail(attacker: Attacker, random: Random, keys: Keys) -> None:
    """The newest entries gone, head and tiles as if they had never been."""
    rows = read_rows(attacker)
    attacker.run("DELETE FROM entries WHERE notification_id > ?", random.randint(1, len(rows) - 1))
    make_agree(attacker)


def roll_back_with_the_checkpoints(attacker: Attacker, random: Random, keys: Keys) -> None:
    """The same, and every checkpoint beyond the new end forgotten too: only the anchor outside remembers."""
    rows = read_rows(attacker)
    size = random.randint(1, len(rows) - 1)
    attacker.run("DELETE FROM entries WHERE notification_id > ?", size)
    attacker.run("DELETE FROM checkpoints WHERE size > ?", size)
    attacker.run("DELETE FROM disclosures WHERE notification_id > ?", size)
    make_agree(attacker)


def swap_acts_of_two_cases(attacker: Attacker, random: Random, keys: Keys) -> None:
    """Two neighbouring acts of different cases in the other order: every chain within a case still holds."""
    rows = read_rows(attacker)
    places = [at for at in range(len(rows) - 1) if rows[at].stream != rows[at + 1].stream]
    place = random.choice(places)
    one, other = rows[place], rows[place + 1]
    one.id, other.id = other.id, one.id
    write_rows(attacker, rows)
    make_agree(attacker)


def reorder_many_acts(attacker: Attacker, random: Random, keys: Keys) -> None:
    """A stretch of the log in another order."""
    rows = read_rows(attacker)
    start = random.randrange(len(rows) - 12)
    ids = [row.id for row in rows[start : start + 12]]
    for row, number in zip(rows[start : start + 12], ids[5:] + ids[:5], strict=True):
        row.id = number
    write_rows(attacker, rows)
    make_agree(attacker)


def _append(attacker: Attacker, state: bytes, statement: Statement) -> None:
    rows = read_rows(attacker)
    rows.append(
        Row(len(rows) + 1, statement.stream, statement.seq, statement.action, state, leaf_hash(state), statement.act_id)
    )
    write_rows(attacker, rows)
    make_agree(attacker)


def _next_in(rows: list[Row], stream: str) -> tuple[int, bytes, int]:
    """Return the sequence number and the leaf that the next act of a stream names, and when the log last recorded."""
    last = [row for row in rows if row.stream == stream][-1]
    return last.seq + 1, last.leaf, parse_entry(rows[-1].state).recorded_at


def replay_an_old_act(attacker: Attacker, random: Random, keys: Keys) -> None:
    """An old act recorded again, with the signature that it had."""
    row, entry, statement = _case_row(attacker, random)
    seq, _, recorded_at = _next_in(read_rows(attacker), row.stream)
    state = format_entry(entry._replace(recorded_at=recorded_at))
    _append(attacker, state, statement._replace(seq=seq, act_id=random.randbytes(16)))


def append_an_act_of_a_stranger(attacker: Attacker, random: Random, keys: Keys) -> None:
    """A new act at the right place of its case, signed by a key that nobody enrolled."""
    row, entry, statement = _case_row(attacker, random)
    seq, prev, recorded_at = _next_in(read_rows(attacker), row.stream)
    private = Ed25519PrivateKey.from_private_bytes(random.randbytes(32))
    forged = statement._replace(seq=seq, prev=prev, act_id=random.randbytes(16), key_id=key_id(public_key(private)))
    _append(attacker, _sign(forged, private, recorded_at, entry.payload_type), forged)


def append_an_unlawful_act_with_a_valid_key(attacker: Attacker, random: Random, keys: Keys) -> None:
    """An insider with a valid key registers a case a second time: signed, linked, authorised, and never lawful."""
    rows = read_rows(attacker)
    first = [
        (row, parse_entry(row.state))
        for row in rows
        if row.topic == "case.registered.v1" and row.seq == 1
        if parse_statement(parse_entry(row.state).payload).key_id in keys
    ]
    row, entry = random.choice(first)
    statement = parse_statement(entry.payload)
    seq, prev, recorded_at = _next_in(rows, row.stream)
    forged = statement._replace(seq=seq, prev=prev, act_id=random.randbytes(16))
    _append(attacker, _sign(forged, keys[statement.key_id], recorded_at, entry.payload_type), forged)


FORGERIES: tuple[Forgery, ...] = (
    backdate_an_act,
    put_an_act_on_another_office,
    sign_anew_with_a_strange_key,
    sign_anew_under_the_old_key_id,
    sign_anew_with_a_colleagues_key,
    sign_anew_with_the_signers_own_key,
    record_at_another_time,
    strip_a_signature_of_the_genesis,
    add_a_signature,
    delete_and_close_the_gap,
    delete_a_whole_case,
    roll_back_the_tail,
    roll_back_with_the_checkpoints,
    swap_acts_of_two_cases,
    reorder_many_acts,
    replay_an_old_act,
    append_an_act_of_a_stranger,
    append_an_unlawful_act_with_a_valid_key,
)
