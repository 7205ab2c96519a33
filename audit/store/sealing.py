"""Encrypting what an act discloses: when it is prepared, or at the latest when it is taken in.

Whoever has signed waits for the answer to the commit; between preparing and signing a person reads. So the eight slots
are encrypted as soon as an act is prepared, under data keys that are durable by then, and kept in memory beside it.
What nobody commits is forgotten, and the place in the key store that was taken for it serves another stream.
"""

from __future__ import annotations

from typing import NamedTuple

from audit.store.disclosures import seal
from audit.store.errors import KeyStoreRefused
from audit.store.keystore import KeyStore, Random
from audit.store.model import Disclosure, Prepared
from audit.store.newest import MAX_ACTS, Newest

Sealed = tuple[bytes, bytes]
"""The reference of the stream's keys in the key store, and the stored form of the eight slots."""


class _Ahead(NamedTuple):
    """What was encrypted of these disclosures; `known` is where the stream's keys were known to be (None: nowhere)."""

    disclosures: tuple[Disclosure, ...]
    known: bytes | None
    sealed: Sealed


class Sealing:
    """Encrypts the disclosures of one ledger's acts and keeps those of the newest prepared ones, by act id."""

    def __init__(self, keystore: KeyStore, random: Random, limit: int = MAX_ACTS) -> None:
        self._keystore = keystore
        self._random = random
        self._ahead: Newest[_Ahead] = Newest(limit)

    def ahead(self, prepared: Prepared, ref: bytes | None) -> None:
        """Encrypt what a prepared act discloses and remember it for its commit.

        `ref` says where its stream's keys are (None: nowhere yet). Nothing is recorded; a key store that cannot be
        used is for the commit to tell.
        """
        try:
            made = _Ahead(prepared.disclosures, ref, self._encrypt(prepared, ref))
        except KeyStoreRefused:
            return
        for forgotten in self._ahead.keep(prepared.draft.act_id, made):
            self._forget(forgotten)

    def seal(self, prepared: Prepared, ref: bytes | None) -> Sealed:
        """Return the disclosures of an act as they are stored, encrypted ahead or now.

        Raises KeyStoreRefused if the key store cannot be used.
        """
        made = self._ahead.take(prepared.draft.act_id)
        if made is not None:
            # The very same disclosures belong to the very same draft, and so to its stream and seq.
            if made.disclosures is prepared.disclosures and made.known == ref:
                return made.sealed
            self._forget(made)
        return self._encrypt(prepared, ref)

    def _encrypt(self, prepared: Prepared, ref: bytes | None) -> Sealed:
        stream, seq = prepared.statement.stream, prepared.statement.seq
        place = self._keystore.take_ref() if ref is None else ref
        keys = self._keystore.keys_for_writing(place, seq)
        return place, seal(prepared.disclosures, keys, stream, seq, self._random)

    def _forget(self, made: _Ahead) -> None:
        if made.known is None:
            self._keystore.give_back(made.sealed[0])
