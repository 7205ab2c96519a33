"""A malicious operator holds database, server and log key: each attack on the log is seen, and named, by auditors."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from audit.checkpoint import Checkpoint
from audit.faults import Kind
from audit.store.notes import sign_checkpoint
from tests.api.publishing.rewriting import (
    ATTACHED,
    HONEST,
    INVESTIGATED,
    NEWEST,
    NOTICE,
    SIZE,
    STRANGER,
    Faults,
    at_another_time,
    changed,
    granted_too_late,
    judge,
    log_of,
    put,
    regrown,
    rewritten,
    signed_twice,
    swap,
    with_another,
)
from tests.audit.published_log import SECOND
from tests.audit.simulated_log import LOG, ORIGIN

_GENESIS = {"origin": ORIGIN, "suite": "ed25519-sha256", "log_key": LOG.raw.hex(), "registrars": []}
_LOGS: dict[str, tuple[Callable[[], Faults], Kind, str]] = {
    "drop an act": (lambda: judge(rewritten(lambda all: all.pop(NOTICE))), Kind.LINK, "entries in between are missing"),
    "reorder the acts of a case": (
        lambda: judge(rewritten(swap(INVESTIGATED, ATTACHED))),
        Kind.LINK,
        "#3 comes after #4",
    ),
    "backdate what an officer claims": (
        lambda: judge(rewritten(put(NOTICE, changed(HONEST.rows[NOTICE], claimed_at="2023-01-01T10:00:00+08:00")))),
        Kind.SIGNATURE,
        "does not hold",
    ),
    "backdate with the officer's help": (
        lambda: judge(
            rewritten(
                put(INVESTIGATED, changed(HONEST.rows[INVESTIGATED], SECOND, claimed_at="2023-01-01T10:00:00+08:00"))
            )
        ),
        Kind.LINK,
        f"entry {ATTACHED}, follows another entry than this one",
    ),
    "backdate the recording": (
        lambda: judge(rewritten(put(NOTICE, at_another_time(HONEST.rows[NOTICE].entry, -86_400_000)))),
        Kind.CLOCK,
        "ms before an entry that precedes it",
    ),
    "swap the acts of two cases": (
        lambda: judge(rewritten(swap(5, 6)), NEWEST),
        Kind.ANCHOR,
        f"the anchor has another root of the first {SIZE} entries",
    ),
    "move an act to another case": (
        lambda: judge(rewritten(put(5, changed(HONEST.rows[5], stream="case/" + "e" * 32)))),
        Kind.SIGNATURE,
        "does not hold",
    ),
    "truncate": (
        lambda: judge(rewritten(lambda all: all.pop()), NEWEST),
        Kind.TRUNCATED,
        f"the anchor has {SIZE} entries, the log {SIZE - 1}",
    ),
    "roll back to a backup and go on": (
        lambda: judge(regrown(), NEWEST),
        Kind.ANCHOR,
        f"the anchor has another root of the first {SIZE} entries",
    ),
    "sign checkpoints with a new key": (
        lambda: judge(HONEST, note=sign_checkpoint(Checkpoint(ORIGIN, SIZE, bytes(32)), STRANGER.private)),
        Kind.CHECKPOINT,
        "no known key signed the note",
    ),
    "sign an officer's act with a new key": (
        lambda: judge(rewritten(put(NOTICE, changed(HONEST.rows[NOTICE], STRANGER, key_id=STRANGER.key_id)))),
        Kind.AUTHORITY,
        "was granted nothing before entry",
    ),
    "add a signature": (
        lambda: judge(rewritten(put(NOTICE, signed_twice(HONEST.rows[NOTICE])))),
        Kind.SIGNATURE,
        "not signed by its one signer alone",
    ),
    "grant a key after the fact": (lambda: judge(granted_too_late()), Kind.AUTHORITY, "is valid only after entry"),
    "replay an entry": (
        lambda: judge(rewritten(lambda all: all.append(at_another_time(all[INVESTIGATED], 86_400_000)))),
        Kind.LINK,
        "#3 comes after #4",
    ),
    "serve a stale checkpoint": (
        lambda: judge(log_of(row.entry for row in HONEST.rows[:NOTICE]), NEWEST, HONEST.note(size=NOTICE)),
        Kind.TRUNCATED,
        f"the anchor has {SIZE} entries, the log {NOTICE}",
    ),
    "serve another tile": (
        lambda: judge(HONEST, tiles={f"tile/0/000.p/{SIZE}": b"".join([bytes(32), *HONEST.leaves[1:]])}),
        Kind.TILE,
        "has other hashes than the entries",
    ),
    "a second genesis": (
        lambda: judge(with_another(LOG, "ledger", "ledger.genesis.v1", _GENESIS)),
        Kind.AUTHORITY,
        "a ledger has one genesis",
    ),
    "a second ledger of the same name": (
        lambda: judge(log_of([at_another_time(row.entry, 1) for row in HONEST.rows])),
        Kind.ANCHOR,
        "the first entry is not the anchored one",
    ),
}


@pytest.mark.parametrize("attack", _LOGS)
def test_an_attack_on_the_log_is_seen_by_the_auditor(attack: str) -> None:
    judged, kind, words = _LOGS[attack]
    found = judged()
    assert [detail for one, detail in found if one is kind and words in detail], found


def test_the_honest_log_has_no_fault() -> None:
    assert (judge(HONEST), judge(HONEST, NEWEST)) == ([], [])
    assert judge(rewritten(lambda entries: None), NEWEST) == []
