"""What a database holds, table by table, so that a test can say which entries an attack touched."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from tests.attacks.attacker import Attacker, Row, read_rows


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The entries, and everything that surrounds them, as they lie."""

    rows: list[Row]
    disclosures: dict[int, tuple[Any, ...]]
    surroundings: tuple[list[tuple[Any, ...]], ...]

    def touched(self, other: Snapshot) -> set[int]:
        """Return the leaf indexes at which entries or disclosures differ between the two."""
        mine, theirs = {row.id: row for row in self.rows}, {row.id: row for row in other.rows}
        entries = {number - 1 for number in mine.keys() | theirs.keys() if mine.get(number) != theirs.get(number)}
        numbers = self.disclosures.keys() | other.disclosures.keys()
        opened = {at - 1 for at in numbers if self.disclosures.get(at) != other.disclosures.get(at)}
        return entries | opened


def take_snapshot(attacker: Attacker) -> Snapshot:
    """Read everything that an attack may touch."""
    return Snapshot(
        read_rows(attacker),
        {row[0]: row[1:] for row in attacker.rows("SELECT notification_id, ref, sealed FROM disclosures")},
        (
            attacker.rows("SELECT level, idx, hashes, root FROM tiles ORDER BY level, idx"),
            attacker.rows("SELECT size, frontier, recorded_at, reference_at FROM log_head"),
            attacker.rows("SELECT size, root, note FROM checkpoints ORDER BY size"),
        ),
    )
