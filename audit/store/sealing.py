"""Encrypting what an act discloses: when it is prepared, or at the latest when it is taken in.

Whoever has signed waits for the answer to the commit; between preparing and signing a person reads. So the eight slots
are encrypted as soon as an act is prepared, under data keys that are durable by then, and kept in memory beside it.
What nobody commits is forgotten, and the place in the key store that was taken for it serves another stream.
"""

from __future__ import annotations

from collections import OrderedDict
from threading import Lock
from typing import NamedTuple

from audit.store.disclosures import seal
from audit.store.errors import KeyStoreRefused
from audit.store.keystore import KeyStore, Random
from audit.store.model import Disclosure, Prepared
from audit.store.prepared import MAX_ACTS

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
        self._limit = limit
        self._lock = Lock()
        self._ahead: OrderedDict[bytes, _Ahead] = OrderedDict()

    def ahead(self, prepared: Prepared, ref: bytes | None) -> None:
        """Encrypt what a prepared act discloses and remember it for its commit.

        `ref` says where its stream's keys are (None: nowhere yet). Nothing is recorded; a key store that cannot be
        used is for the commit to tell.
        """
        try:
            made = _Ahead(prepared.disclosures, ref, self._encrypt(prepared, ref))
        except KeyStoreRefused:
            return
        with self._lock:
            displaced = [self._ahead.pop(prepared.draft.act_id, None)]
            self._ahead[prepared.draft.act_id] = made
            if len(self._ahead) > self._limit:
                displaced.append(self._ahead.popitem(last=False)[1])
        for one in displaced:
            self._forget(one)

    def seal(self, prepared: Prepared, ref: bytes | None) -> Sealed:
        """Return the disclosures of an act as they are stored, encrypted ahead or now.

        Raises KeyStoreRefused if the key store cannot be used.
        """
        with self._lock:
            made = self._ahead.pop(prepared.draft.act_id, None)
        # The very same disclosures belong to the very same draft, and so to its stream and seq.
        if made is not None and made.disclosures is prepared.disclosures and made.known == ref:
            return made.sealed
        self._forget(made)
        return self._encrypt(prepared, ref)

    def _encrypt(self, prepared: Prepared, ref: bytes | None) -> Sealed:
        stream, seq = prepared.statement.stream, prepared.statement.seq
        place = self._keystore.take_ref() if ref is None else ref
        keys = self._keystore.keys_for_writing(place, seq)
        return place, seal(prepared.disclosures, keys, stream, seq, self._random)

    def _forget(self, made: _Ahead | None) -> None:
        if made is not None and made.known is None:
            self._keystore.give_back(made.sealed[0])
