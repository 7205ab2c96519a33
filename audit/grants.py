"""Grants, and the public data of the acts by which keys come and go.

The functions here only read what a statement says; what it is worth is decided in `audit.authority`.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from typing import Any, NamedTuple

from audit.errors import Malformed
from audit.statement import SLUG

__all__ = [
    "CUSTODIES", "Grant", "Proposal", "read_fields", "read_genesis", "read_hex", "read_key", "read_proposal",
    "read_revocation",
]  # fmt: skip

# Where a private key lives. The first key of the log and of its registrars states none.
CUSTODIES = frozenset({"device", "file", "hardware", "service", "system", "printed"})

REASONS = frozenset({"lost", "compromised", "tenure_ended", "replaced"})

# Roles that no proposal may grant: the log's key comes with its genesis, petitioners' keys with their case.
RESERVED = frozenset({"ledger", "petitioner"})

REGISTRARS_OFFICE = "registrars"
REGISTRARS_POST = "registrar"
REGISTRAR = "registrar"

_HEX = re.compile("(?:[0-9a-f]{2})+")
_SLUG = re.compile(SLUG)
_ACTOR = re.compile(f"[a-z]+-{SLUG}")
_REGISTRAR = re.compile(f"registrar-{SLUG}")
_ROLE = re.compile("[a-z][a-z_]{0,31}")


class Grant(NamedTuple):
    """A key's right to act: for whom, from where, in which roles, and in which part of the log.

    The grant covers the entries after from_index up to and including until_index, which is the entry
    that ended it, or None while it lasts.
    """

    key: bytes
    actor: str
    office: str
    post: str
    roles: tuple[str, ...]
    custody: str
    from_index: int
    until_index: int | None = None


class Proposal(NamedTuple):
    """A key that one registrar proposed: the proposer's actor and key id, and what would be granted."""

    proposer: str
    proposer_key: bytes
    grant: Grant


def read_fields(public: Mapping[str, Any], names: Collection[str]) -> list[Any]:
    """Return the values of exactly these fields, in this order. Raises Malformed if others are there."""
    if public.keys() != set(names):
        raise Malformed(f"the act's public fields are {', '.join(names)}, not {', '.join(sorted(public))[:200]!a}")
    return [public[name] for name in names]


def read_hex(value: object, size: int, name: str) -> bytes:
    """Return the bytes of a lower-case hexadecimal text. Raises Malformed if they are not size many."""
    if not isinstance(value, str) or len(value) != 2 * size or not _HEX.fullmatch(value):
        raise Malformed(f"{name} is not {size} bytes in lower-case hexadecimal")
    return bytes.fromhex(value)


def read_key(value: object, name: str = "key") -> bytes:
    """Return a raw public key. Raises Malformed if it is not 32 bytes in lower-case hexadecimal."""
    return read_hex(value, 32, name)


def _read_text(value: object, pattern: re.Pattern[str], name: str) -> str:
    if not isinstance(value, str) or not pattern.fullmatch(value):
        raise Malformed(f"{name} is out of bounds: {value!a:.80}")
    return value


def read_revocation(public: Mapping[str, Any]) -> bytes:
    """Return the id of the key that an act revokes. Raises Malformed unless it gives one of the reasons."""
    named, reason = read_fields(public, ("key_id", "reason"))
    if _read_text(reason, _ROLE, "reason") not in REASONS:
        raise Malformed(f"not a reason to revoke a key: {reason}")
    return read_hex(named, 32, "key_id")


def read_genesis(public: Mapping[str, Any]) -> tuple[str, str, bytes, tuple[tuple[str, bytes], ...]]:
    """Return origin, suite, log key and the two registrars' (id, key) of a genesis act.

    Raises Malformed if it has other fields, not two registrars, or one of them twice.
    """
    origin, suite, log_key, registrars = read_fields(public, ("origin", "suite", "log_key", "registrars"))
    if not isinstance(registrars, list) or len(registrars) != 2:
        raise Malformed("a ledger begins with two registrars")
    pairs = []
    for one in registrars:
        if not isinstance(one, dict):
            raise Malformed("a registrar is an object of id and key")
        name, key = read_fields(one, ("id", "key"))
        pairs.append((_read_text(name, _REGISTRAR, "registrar's id"), read_key(key, "registrar's key")))
    raw_log_key = read_key(log_key, "log_key")
    if pairs[0][0] == pairs[1][0] or len({raw_log_key, pairs[0][1], pairs[1][1]}) != 3:
        raise Malformed("the log and its two registrars are three, with three keys")
    return str(origin), str(suite), raw_log_key, tuple(pairs)


def read_proposal(public: Mapping[str, Any], office: str) -> tuple[Grant, bytes]:
    """Return the grant that an act proposes for a key of this office, and the proof of possession.

    Raises Malformed if a field is missing, unknown or out of bounds, or a role may not be granted.
    """
    key, actor, post, roles, custody, possession = read_fields(
        public, ("key", "actor", "post", "roles", "custody", "possession")
    )
    if not isinstance(roles, list) or not 1 <= len(roles) <= 16:
        raise Malformed("a key is granted 1 to 16 roles")
    names = tuple(_read_text(role, _ROLE, "role") for role in roles)
    if len(set(names)) != len(names) or RESERVED & set(names):
        raise Malformed(f"roles that cannot be granted, or not together: {', '.join(names)}")
    if _read_text(custody, _ROLE, "custody") not in CUSTODIES:
        raise Malformed(f"custody is out of bounds: {custody}")
    actor, post = _read_text(actor, _ACTOR, "actor"), _read_text(post, _SLUG, "post")
    registrar = (office == REGISTRARS_OFFICE, REGISTRAR in names, bool(_REGISTRAR.fullmatch(actor)))
    if any(registrar) and not (all(registrar) and names == (REGISTRAR,) and post == REGISTRARS_POST):
        raise Malformed("a registrar's key has the actor, the office, the post and the one role of a registrar")
    grant = Grant(read_key(key), actor, office, post, names, custody, 0)
    return grant, read_hex(possession, 64, "possession")
