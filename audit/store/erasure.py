"""Erasing disclosures: keys and salts are destroyed, ciphertexts emptied, and what could not be reached is reported."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from audit.store.disclosures import without
from audit.store.keystore import KeyStore
from audit.store.log import Log


@dataclass(frozen=True, slots=True)
class ErasureReport:
    """How many slots lost their keys now, how many had none any more, and how many stored ciphertexts were missing.

    Copies that others hold (backups of the key store, exported bundles) cannot be reached from here, nor counted.
    """

    erased: int
    already: int
    missing: int

    def plus(self, other: ErasureReport | None) -> ErasureReport:
        """Return the sum of two reports."""
        if other is None:
            return self
        return ErasureReport(self.erased + other.erased, self.already + other.already, self.missing + other.missing)


class Eraser:
    """Erases slots of a stream's acts in the key store first, then in the log's database. Repeating it is harmless."""

    def __init__(self, log: Log, keystore: KeyStore) -> None:
        self._log = log
        self._keystore = keystore

    def erase(self, stream: str, targets: Sequence[tuple[int, Sequence[int]]]) -> ErasureReport:
        """Erase these (seq, slots) of a stream."""
        report = ErasureReport(0, 0, 0)
        for seq, slots in targets:
            rows = self._log.stream_entries(stream, seq - 1)[:1]
            stored = self._log.disclosure(rows[0].index) if rows else None
            if stored is None:
                report = report.plus(ErasureReport(0, 0, len(slots)))
                continue
            ref, sealed = stored
            erased = self._keystore.erase(ref, seq, slots)
            self._log.replace_disclosure(rows[0].index, without(sealed, set(slots)))
            report = report.plus(ErasureReport(erased, len(slots) - erased, 0))
        return report
