"""Every error the write path raises, in one tree.

LedgerError
├── LedgerMissing, LedgerExists         there is no ledger here; there is one already
├── SchemaTooNew, SchemaTooOld          the database was written by another version
├── DatabaseUnavailable                 cannot be reached, locked for too long, or the connection broke
│   ├── DatabaseFull
│   └── DatabaseReadOnly
├── ClockRefused                        the wall clock jumped; an operator has to confirm it
├── KeyStoreRefused                     a disclosure key is missing, damaged or wrapped by another master key
└── ActRefused                          one act was not taken in; nothing of it was stored
    ├── ActConflict                     the same act id was recorded with other bytes
    ├── StaleStream                     the stream has moved on since the act was prepared
    ├── ReferenceMoved                  keys or people changed since the act was judged
    ├── SignatureRefused, AuthorityRefused
    ├── SeenRefused                     the checkpoint the signer claims to have seen is not ours
    └── EntryTooLarge
"""

from __future__ import annotations


class LedgerError(Exception):
    """Any refusal or failure of the write path; the message is one line for a person."""


class LedgerMissing(LedgerError):
    """No ledger exists in the given database."""


class LedgerExists(LedgerError):
    """A ledger exists already where a new one was to be founded."""


class SchemaTooNew(LedgerError):
    """The database schema is newer than this program."""


class SchemaTooOld(LedgerError):
    """The database schema is older than this program; `sundial migrate` upgrades it."""


class DatabaseUnavailable(LedgerError):
    """The database cannot be reached, is locked, or broke off."""


class DatabaseFull(DatabaseUnavailable):
    """The database or its disk is full."""


class DatabaseReadOnly(DatabaseUnavailable):
    """The database is read-only."""


class ClockRefused(LedgerError):
    """The wall clock went back, or ran ahead of the monotonic clock, by more than the bound."""


class KeyStoreRefused(LedgerError):
    """The key store has no usable key for a disclosure."""


class ActRefused(LedgerError):
    """One act was refused; nothing of it was stored."""


class ActConflict(ActRefused):
    """An act with this id is recorded, with other bytes."""


class StaleStream(ActRefused):
    """The stream's head is not the one the act was prepared for."""


class ReferenceMoved(ActRefused):
    """Keys, people, rules or calendars changed between judging the act and sequencing it."""


class SignatureRefused(ActRefused):
    """The signature does not verify over the act's statement."""


class AuthorityRefused(ActRefused):
    """The key was not authorised to do this act at its place in the log."""


class SeenRefused(ActRefused):
    """The checkpoint named as seen was never signed by this ledger."""


class EntryTooLarge(ActRefused):
    """The entry would exceed 65,535 bytes."""
