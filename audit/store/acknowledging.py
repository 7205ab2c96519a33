"""Answering recorded acts with the log's signature, which may be made while the commit still waits for the disk."""

from __future__ import annotations

from audit.store.acknowledgement import Signer, sign_acknowledgement
from audit.store.append import Item
from audit.store.model import Acknowledgement


class Acknowledger:
    """Signs for one ledger."""

    def __init__(self, origin: str, signer: Signer) -> None:
        self._origin = origin
        self._signer = signer

    def sign(self, item: Item) -> None:
        """Sign for an item that has its place, to be given out once it is recorded there."""
        item.acknowledgement = sign_acknowledgement(self._signer, self._origin, item.index, item.leaf, item.recorded_at)

    def answer(self, item: Item) -> Acknowledgement:
        """Return the answer to an item that was recorded just now."""
        if not item.acknowledgement:
            self.sign(item)
        return Acknowledgement(
            self._origin, item.index, item.leaf, item.recorded_at, item.acknowledgement, repeated=False
        )

    def answer_again(self, index: int, leaf: bytes, recorded_at: int) -> Acknowledgement:
        """Return the answer to an act that had been recorded before, as it was the first time."""
        signature = sign_acknowledgement(self._signer, self._origin, index, leaf, recorded_at)
        return Acknowledgement(self._origin, index, leaf, recorded_at, signature, repeated=True)
