"""Attacks on rows as they lie: whoever makes them leaves leaf, columns or order disagreeing with the entry's bytes."""

from __future__ import annotations

from random import Random

from tests.attacks.attacker import Attacker, Row, read_rows, write_rows


def _flipped(data: bytes, random: Random) -> bytes:
    place = random.randrange(len(data) * 8)
    return data[: place // 8] + bytes([data[place // 8] ^ 1 << place % 8]) + data[place // 8 + 1 :]


def _any(rows: list[Row], random: Random) -> Row:
    return random.choice(rows)


def flip_a_bit_of_an_entry(attacker: Attacker, random: Random) -> None:
    """One bit of one entry's bytes, anywhere in it."""
    row = _any(read_rows(attacker), random)
    attacker.run("UPDATE entries SET state = ? WHERE notification_id = ?", _flipped(row.state, random), row.id)


def flip_a_bit_of_a_leaf(attacker: Attacker, random: Random) -> None:
    """One bit of one stored leaf hash."""
    row = _any(read_rows(attacker), random)
    attacker.run("UPDATE entries SET leaf = ? WHERE notification_id = ?", _flipped(row.leaf, random), row.id)


def cut_an_entry_short(attacker: Attacker, random: Random) -> None:
    """An entry that lost its last bytes, or all of them."""
    row = _any(read_rows(attacker), random)
    short = row.state[: random.randrange(len(row.state))]
    attacker.run("UPDATE entries SET state = ? WHERE notification_id = ?", short, row.id)


def lengthen_an_entry(attacker: Attacker, random: Random) -> None:
    """An entry with bytes behind its end."""
    row = _any(read_rows(attacker), random)
    longer = row.state + random.randbytes(random.randint(1, 40))
    attacker.run("UPDATE entries SET state = ? WHERE notification_id = ?", longer, row.id)


def move_a_row_to_another_stream(attacker: Attacker, random: Random) -> None:
    """A row that says it belongs to another case than its statement does."""
    row = _any(read_rows(attacker), random)
    attacker.run(
        "UPDATE entries SET originator_id = ? WHERE notification_id = ?", f"case/{random.randbytes(16).hex()}", row.id
    )


def renumber_a_row(attacker: Attacker, random: Random) -> None:
    """A row that says another place in its stream than its statement does."""
    row = _any(read_rows(attacker), random)
    attacker.run(
        "UPDATE entries SET originator_version = ? WHERE notification_id = ?",
        row.seq + random.randint(1000, 9999),
        row.id,
    )


def rename_a_rows_action(attacker: Attacker, random: Random) -> None:
    """A row that says another action than its statement does."""
    row = _any(read_rows(attacker), random)
    other = "case.replied.v1" if row.topic != "case.replied.v1" else "case.accepted.v1"
    attacker.run("UPDATE entries SET topic = ? WHERE notification_id = ?", other, row.id)


def change_an_act_id(attacker: Attacker, random: Random) -> None:
    """A row whose act id, by which retries are recognised, is another than its statement's."""
    row = _any(read_rows(attacker), random)
    attacker.run("UPDATE entries SET act_id = ? WHERE notification_id = ?", random.randbytes(16), row.id)


def forget_an_act_id(attacker: Attacker, random: Random) -> None:
    """A row without an act id: a retry would record its act twice."""
    row = _any(read_rows(attacker), random)
    attacker.run("UPDATE entries SET act_id = NULL WHERE notification_id = ?", row.id)


def delete_a_row(attacker: Attacker, random: Random) -> None:
    """One entry gone."""
    attacker.run("DELETE FROM entries WHERE notification_id = ?", _any(read_rows(attacker), random).id)


def delete_several_rows(attacker: Attacker, random: Random) -> None:
    """Some entries gone, here and there."""
    rows = read_rows(attacker)
    for row in random.sample(rows, random.randint(2, 9)):
        attacker.run("DELETE FROM entries WHERE notification_id = ?", row.id)


def cut_the_tail_off(attacker: Attacker, random: Random) -> None:
    """The newest entries gone, the head as it was."""
    rows = read_rows(attacker)
    attacker.run("DELETE FROM entries WHERE notification_id > ?", random.randrange(len(rows)))


def swap_the_bytes_of_two_rows(attacker: Attacker, random: Random) -> None:
    """Two rows with each other's entry and leaf."""
    rows = read_rows(attacker)
    one, other = random.sample(rows, 2)
    one.state, other.state, one.leaf, other.leaf = other.state, one.state, other.leaf, one.leaf
    write_rows(attacker, rows)


def swap_two_rows(attacker: Attacker, random: Random) -> None:
    """Two rows in each other's place in the log."""
    rows = read_rows(attacker)
    one, other = random.sample(rows, 2)
    one.id, other.id = other.id, one.id
    write_rows(attacker, rows)


def reorder_some_rows(attacker: Attacker, random: Random) -> None:
    """A few neighbours in another order."""
    rows = read_rows(attacker)
    start, width = random.randrange(len(rows) - 8), random.randint(3, 8)
    part = rows[start : start + width]
    ids = [row.id for row in part]
    shuffled = ids[1:] + ids[:1] if random.random() < 0.5 else ids[::-1]
    for row, number in zip(part, shuffled, strict=True):
        row.id = number
    write_rows(attacker, rows)


def add_a_copy_at_the_end(attacker: Attacker, random: Random) -> None:
    """An entry repeated as the newest row, at a free place of its stream."""
    rows = read_rows(attacker)
    row = _any(rows, random)
    rows.append(Row(len(rows) + 1, row.stream, row.seq + 5000, row.topic, row.state, row.leaf, None))
    write_rows(attacker, rows)


def insert_a_copy_in_the_middle(attacker: Attacker, random: Random) -> None:
    """An entry repeated in the middle, everything behind it moved up by one."""
    rows = read_rows(attacker)
    row, place = _any(rows, random), random.randrange(len(rows))
    rows.insert(place, Row(0, row.stream, row.seq + 5000, row.topic, row.state, row.leaf, None))
    for index, moved in enumerate(rows):
        moved.id = index + 1
    write_rows(attacker, rows)


def leave_a_gap(attacker: Attacker, random: Random) -> None:
    """Everything from some entry on moved up by one, so that a place in the log is empty."""
    rows = read_rows(attacker)
    place = random.randrange(len(rows))
    for row in rows[place:]:
        row.id += 1
    write_rows(attacker, rows)


def add_a_row_before_the_first(attacker: Attacker, random: Random) -> None:
    """A row with the id 0, or a negative one, that no reader of the log would ask for."""
    rows = read_rows(attacker)
    row = _any(rows, random)
    rows.append(Row(-random.randrange(3), row.stream, row.seq + 5000, row.topic, row.state, row.leaf, None))
    write_rows(attacker, rows)


ROW_ATTACKS = (
    flip_a_bit_of_an_entry,
    flip_a_bit_of_a_leaf,
    cut_an_entry_short,
    lengthen_an_entry,
    move_a_row_to_another_stream,
    renumber_a_row,
    rename_a_rows_action,
    change_an_act_id,
    forget_an_act_id,
    delete_a_row,
    delete_several_rows,
    cut_the_tail_off,
    swap_the_bytes_of_two_rows,
    swap_two_rows,
    reorder_some_rows,
    add_a_copy_at_the_end,
    insert_a_copy_in_the_middle,
    leave_a_gap,
    add_a_row_before_the_first,
)


def store_bytes_as_text(attacker: Attacker, random: Random) -> None:
    """Text where the bytes of an entry or a leaf should be: SQLite's columns take any type."""
    column = random.choice(("state", "leaf", "act_id"))
    attacker.run(
        f"UPDATE entries SET {column} = CAST(hex({column}) AS TEXT) WHERE notification_id = ?",
        _any(read_rows(attacker), random).id,
    )


def store_text_as_bytes(attacker: Attacker, random: Random) -> None:
    """Bytes where the name of a stream or an action should be."""
    column = random.choice(("originator_id", "topic"))
    attacker.run(
        f"UPDATE entries SET {column} = CAST({column} AS BLOB) WHERE notification_id = ?",
        _any(read_rows(attacker), random).id,
    )


def store_a_number_as_text_or_fraction(attacker: Attacker, random: Random) -> None:
    """A place in a stream that is no whole number."""
    row = _any(read_rows(attacker), random)
    value = random.choice(("three", row.seq + 0.5, b"3", 2**62))
    attacker.run("UPDATE entries SET originator_version = ? WHERE notification_id = ?", value, row.id)


SQLITE_ATTACKS = (store_bytes_as_text, store_text_as_bytes, store_a_number_as_text_or_fraction)
