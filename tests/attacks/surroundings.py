"""Attacks on what surrounds the entries: tiles, head, checkpoints, and what opens the sealed slots."""

from __future__ import annotations

from random import Random

from audit.checkpoint import Checkpoint
from audit.store.notes import sign_checkpoint
from tests.attacks.attacker import Attacker


def _flipped(data: bytes, random: Random) -> bytes:
    place = random.randrange(len(data) * 8)
    return data[: place // 8] + bytes([data[place // 8] ^ 1 << place % 8]) + data[place // 8 + 1 :]


def flip_a_bit_of_a_tile(attacker: Attacker, random: Random) -> None:
    """One bit of the hashes of a full tile, from which proofs are made."""
    level, index, hashes = random.choice(attacker.rows("SELECT level, idx, hashes FROM tiles"))
    attacker.run("UPDATE tiles SET hashes = ? WHERE level = ? AND idx = ?", _flipped(hashes, random), level, index)


def flip_a_bit_of_a_tiles_root(attacker: Attacker, random: Random) -> None:
    """One bit of the root over a full tile."""
    level, index, root = random.choice(attacker.rows("SELECT level, idx, root FROM tiles"))
    attacker.run("UPDATE tiles SET root = ? WHERE level = ? AND idx = ?", _flipped(root, random), level, index)


def delete_a_tile(attacker: Attacker, random: Random) -> None:
    """A full tile gone."""
    level, index = random.choice(attacker.rows("SELECT level, idx FROM tiles"))
    attacker.run("DELETE FROM tiles WHERE level = ? AND idx = ?", level, index)


def add_a_tile(attacker: Attacker, random: Random) -> None:
    """A full tile where the log has not got that far."""
    hashes = random.randbytes(8192)
    attacker.run("INSERT INTO tiles (level, idx, hashes, root) VALUES (0, 77, ?, ?)", hashes, hashes[:32])


def change_the_size_in_the_head(attacker: Attacker, random: Random) -> None:
    """A head that counts other than there are."""
    attacker.run("UPDATE log_head SET size = size + ?", random.choice((-1, 1)) * random.randint(1, 9))


def flip_a_bit_of_the_frontier(attacker: Attacker, random: Random) -> None:
    """A head whose next leaf would go into another tree."""
    ((frontier,),) = attacker.rows("SELECT frontier FROM log_head")
    attacker.run("UPDATE log_head SET frontier = ?", _flipped(frontier, random))


def change_the_clock_in_the_head(attacker: Attacker, random: Random) -> None:
    """A head that remembers another last time, so that the clock could be turned back."""
    attacker.run("UPDATE log_head SET recorded_at = recorded_at - ?", random.randint(1, 10**9))


def change_the_authority_position_in_the_head(attacker: Attacker, random: Random) -> None:
    """A head that hides the newest revocation from whoever appends."""
    attacker.run("UPDATE log_head SET reference_at = reference_at - ?", random.randint(1, 3))


def delete_the_head(attacker: Attacker, random: Random) -> None:
    """No head at all."""
    attacker.run("DELETE FROM log_head")


def flip_a_character_of_a_checkpoint(attacker: Attacker, random: Random) -> None:
    """A kept checkpoint that is no longer what the log key signed."""
    size, note = random.choice(attacker.rows("SELECT size, note FROM checkpoints"))
    place = random.randrange(len(note) - 1)
    other = note[:place] + ("A" if note[place] != "A" else "B") + note[place + 1 :]
    attacker.run("UPDATE checkpoints SET note = ? WHERE size = ?", other, size)


def flip_a_bit_of_a_checkpoints_root(attacker: Attacker, random: Random) -> None:
    """A kept checkpoint whose column says another root than its note."""
    size, root = random.choice(attacker.rows("SELECT size, root FROM checkpoints"))
    attacker.run("UPDATE checkpoints SET root = ? WHERE size = ?", _flipped(root, random), size)


def forge_a_checkpoint(attacker: Attacker, random: Random) -> None:
    """A checkpoint over another root, signed by a key that is not the log's."""
    ((note,),) = attacker.rows("SELECT note FROM checkpoints ORDER BY size DESC LIMIT 1")
    ((size,),) = attacker.rows("SELECT size FROM log_head")
    forged = sign_checkpoint(Checkpoint(note.split("\n")[0], size, random.randbytes(32)), random.randbytes(32))
    attacker.run("DELETE FROM checkpoints WHERE size = ?", size)
    attacker.run("INSERT INTO checkpoints (size, root, note) VALUES (?, ?, ?)", size, random.randbytes(32), forged)


def flip_a_bit_of_a_disclosure(attacker: Attacker, random: Random) -> None:
    """One bit of what opens an entry's sealed slots."""
    number, sealed = random.choice(attacker.rows("SELECT notification_id, sealed FROM disclosures"))
    attacker.run("UPDATE disclosures SET sealed = ? WHERE notification_id = ?", _flipped(sealed, random), number)


def swap_two_disclosures(attacker: Attacker, random: Random) -> None:
    """What opens one entry's slots behind another entry."""
    (one, first), (other, second) = random.sample(attacker.rows("SELECT notification_id, sealed FROM disclosures"), 2)
    attacker.run("UPDATE disclosures SET sealed = ? WHERE notification_id = ?", second, one)
    attacker.run("UPDATE disclosures SET sealed = ? WHERE notification_id = ?", first, other)


def delete_a_disclosure(attacker: Attacker, random: Random) -> None:
    """A text gone without an erasure that says so."""
    ((number,),) = random.sample(attacker.rows("SELECT notification_id FROM disclosures"), 1)
    attacker.run("DELETE FROM disclosures WHERE notification_id = ?", number)


def cut_a_disclosure_short(attacker: Attacker, random: Random) -> None:
    """A text whose end is gone."""
    number, sealed = random.choice(attacker.rows("SELECT notification_id, sealed FROM disclosures"))
    short = sealed[: random.randrange(len(sealed))]
    attacker.run("UPDATE disclosures SET sealed = ? WHERE notification_id = ?", short, number)


def point_a_case_at_another_cases_keys(attacker: Attacker, random: Random) -> None:
    """Two cases with each other's place in the key store."""
    refs = {ref: number for number, ref in attacker.rows("SELECT notification_id, ref FROM disclosures")}
    one, other = random.sample(sorted(refs), 2)
    numbers = attacker.rows("SELECT notification_id, ref FROM disclosures")
    for number, ref in numbers:
        if ref in (one, other):
            swapped = other if ref == one else one
            attacker.run("UPDATE disclosures SET ref = ? WHERE notification_id = ?", swapped, number)


def forget_where_the_keys_are(attacker: Attacker, random: Random) -> None:
    """A text whose place in the key store is another's that nobody made."""
    number, ref = random.choice(attacker.rows("SELECT notification_id, ref FROM disclosures"))
    attacker.run("UPDATE disclosures SET ref = ? WHERE notification_id = ?", _flipped(ref, random), number)


SURROUNDING_ATTACKS = (
    flip_a_bit_of_a_tile,
    flip_a_bit_of_a_tiles_root,
    delete_a_tile,
    add_a_tile,
    change_the_size_in_the_head,
    flip_a_bit_of_the_frontier,
    change_the_clock_in_the_head,
    change_the_authority_position_in_the_head,
    delete_the_head,
    flip_a_character_of_a_checkpoint,
    flip_a_bit_of_a_checkpoints_root,
    forge_a_checkpoint,
    flip_a_bit_of_a_disclosure,
    swap_two_disclosures,
    delete_a_disclosure,
    cut_a_disclosure_short,
    point_a_case_at_another_cases_keys,
    forget_where_the_keys_are,
)
