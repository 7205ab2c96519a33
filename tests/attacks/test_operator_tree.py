"""An operator with the log's own key rewrites history: the published folder gives it away, and the auditor says where.

Where a forgery is invisible in the log alone (nobody but the operator signed what was changed), the test says so and
shows who sees it: whoever kept a checkpoint, a receipt or an anchor from before.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from audit.anchor import Anchor
from audit.checkpoint import Checkpoint
from audit.entry import Entry, parse_entry
from audit.merkle import root
from audit.statement import Statement
from audit.store.notes import sign_checkpoint
from audit.store.possession import prove_possession
from audit.store.writing import format_entry
from tests.attacks.rogue import (
    DAY,
    OTHER_CASE,
    anchor_at,
    audit,
    bare_anchor,
    earlier,
    entries_of,
    find,
    forged,
    goes_on,
    publish,
    refused,
    restated,
    rewritten,
    seen_in_tree,
    told,
)  # fmt: skip
from tests.audit.published_log import CASE, SECOND, PublishedLog, told_log
from tests.audit.simulated_log import ANNA, LOG, ORIGIN, Signer, private_of, sealed

HONEST = told()
SIZE = len(HONEST.rows)
BARE, SEEN = bare_anchor(HONEST), anchor_at(HONEST)
SECOND_ACT, LAST_ACT = find(HONEST, CASE, 2), find(HONEST, CASE, 4)
STRANGER = Signer(SECOND.actor, SECOND.office, SECOND.post, SECOND.role, private_of("a key of the operator's"))


@pytest.mark.parametrize("anchor", [BARE, SEEN, anchor_at(HONEST, 9)], ids=["bare", "newest", "older"])
def test_the_honest_history_is_good(tmp_path: Path, anchor: Anchor) -> None:
    assert audit(tmp_path, "tree", publish(HONEST, tmp_path / "www"), anchor=anchor)["ok"]


def test_a_dropped_act_leaves_its_successor_without_a_predecessor(tmp_path: Path) -> None:
    entries = entries_of(HONEST)
    del entries[SECOND_ACT]
    kind, index, words = seen_in_tree(forged(HONEST, entries), tmp_path, BARE)
    assert (kind, index) == ("link", find(HONEST, CASE, 1) + 1)
    assert words == f"{CASE} #3 comes after #1: entries in between are missing"


def test_a_dropped_case_is_seen_by_whoever_kept_a_checkpoint(tmp_path: Path) -> None:
    made = forged(HONEST, [row.entry for row in HONEST.rows if row.stream != OTHER_CASE])
    assert audit(tmp_path, "tree", publish(made, tmp_path / "bare"), anchor=BARE)["ok"]  # no chain lost anything
    kind, index, words = seen_in_tree(made, tmp_path, anchor_at(HONEST, 9))
    assert (kind, index, words) == ("anchor", 0, "the anchor has another root of the first 9 entries")


def test_reordered_acts_of_a_case_stand_before_their_predecessor(tmp_path: Path) -> None:
    entries = entries_of(HONEST)
    entries[SECOND_ACT], entries[LAST_ACT - 1] = entries[LAST_ACT - 1], entries[SECOND_ACT]
    kind, index, words = seen_in_tree(forged(HONEST, entries), tmp_path, BARE)
    assert (kind, index) == ("authority", SECOND_ACT)  # its key was enrolled only behind this place
    assert "key" in words


def test_reordered_acts_of_different_cases_turn_the_clock_back(tmp_path: Path) -> None:
    entries = entries_of(HONEST)
    entries[6], entries[7] = entries[7], entries[6]
    kind, index, words = seen_in_tree(forged(HONEST, entries), tmp_path, BARE)
    assert (kind, index) == ("clock", 6)
    assert words


def test_a_backdated_act_is_not_what_its_actor_signed(tmp_path: Path) -> None:
    made = rewritten(
        HONEST, LAST_ACT, lambda entry, act: restated(entry, act._replace(claimed_at="2024-01-01T10:00:00+08:00"))
    )
    kind, index, words = seen_in_tree(made, tmp_path, BARE)
    assert (kind, index, words) == ("signature", LAST_ACT, "the signature does not hold")


def test_a_backdated_time_of_recording_is_not_what_the_successor_follows(tmp_path: Path) -> None:
    made = rewritten(HONEST, SECOND_ACT, earlier)
    kind, index, words = seen_in_tree(made, tmp_path, BARE)
    assert (kind, index) == ("link", SECOND_ACT)
    assert words == f"{CASE} #3, entry {LAST_ACT - 1}, follows another entry than this one"


def test_a_backdated_recording_of_a_streams_last_act_contradicts_its_receipt(tmp_path: Path) -> None:
    kept = HONEST.receipt(LAST_ACT, HONEST.note(), SIZE)
    made = rewritten(HONEST, LAST_ACT, earlier)
    assert audit(tmp_path, "tree", publish(made, tmp_path / "bare"), anchor=BARE)["ok"]  # the operator's word alone
    assert seen_in_tree(made, tmp_path, SEEN)[0] == "anchor"
    check, words = refused(tmp_path, "receipt", kept, anchor_at(made))
    assert check == "checkpoint"
    assert words == "the checkpoint has another root than the anchored one of the same size: a fork"


def test_an_act_that_is_moved_to_another_case_was_not_signed_for_it(tmp_path: Path) -> None:
    prev = HONEST.rows[find(HONEST, OTHER_CASE, 1)].leaf
    made = rewritten(
        HONEST, LAST_ACT - 1, lambda entry, act: restated(entry, act._replace(stream=OTHER_CASE, seq=2, prev=prev))
    )
    kind, index, words = seen_in_tree(made, tmp_path, BARE)
    assert (kind, index, words) == ("signature", LAST_ACT - 1, "the signature does not hold")


def test_an_act_of_one_case_put_in_the_place_of_anothers_does_not_fit_there(tmp_path: Path) -> None:
    entries = entries_of(HONEST)
    entries[6], entries[LAST_ACT - 1] = entries[LAST_ACT - 1], entries[6]
    kind, index, words = seen_in_tree(forged(HONEST, entries), tmp_path, BARE)
    assert (kind, index) == ("authority", 6)
    assert words.startswith(f"key {SECOND.key_id.hex()[:16]} ")


def test_a_truncated_log_is_smaller_than_what_was_seen(tmp_path: Path) -> None:
    made = forged(HONEST, entries_of(HONEST)[:9])
    size = len(made.rows)
    assert audit(tmp_path, "tree", publish(made, tmp_path / "bare"), anchor=BARE)["ok"]
    kind, index, words = seen_in_tree(made, tmp_path, SEEN)
    assert (kind, index, words) == ("truncated", size, f"the anchor has {SIZE} entries, the log {size}")
    fault = goes_on(tmp_path, HONEST.note(), made.note(), made)["first_fault"]
    assert fault["detail"] == "the old checkpoint is of another log, or larger than the new one"


def test_a_log_rolled_back_to_a_backup_and_grown_past_it_has_another_root(tmp_path: Path) -> None:
    backup = told_log()
    backup.now += 50_000
    for number in range(6):
        backup.act(SECOND, f"case/{number + 900:032x}", "case.registered.v1", {"channel": "letter"})
    assert len(backup.rows) > SIZE
    assert audit(tmp_path, "tree", publish(backup, tmp_path / "bare"), anchor=BARE)["ok"]
    kind, index, words = seen_in_tree(backup, tmp_path, SEEN)
    assert (kind, words) == ("anchor", f"the anchor has another root of the first {SIZE} entries")
    assert index == 0
    fault = goes_on(tmp_path, HONEST.note(), backup.note(), backup)["first_fault"]
    assert (fault["check"], fault["detail"]) == (
        "consistency",
        f"the tree of the first {SIZE} entries has another root: a fork",
    )


def test_acts_signed_anew_with_a_key_of_the_operators_have_no_grant(tmp_path: Path) -> None:
    made = rewritten(
        HONEST,
        LAST_ACT - 1,
        lambda entry, act: sealed(act._replace(key_id=STRANGER.key_id), entry.recorded_at, STRANGER),
    )
    kind, index, words = seen_in_tree(made, tmp_path, BARE)
    assert (kind, index) == ("authority", LAST_ACT - 1)
    assert STRANGER.key_id.hex()[:16] in words
    # Under the id of the key that was enrolled, the signature does not hold.
    named = rewritten(HONEST, LAST_ACT - 1, _signed_in_anothers_name)
    assert seen_in_tree(named, tmp_path, BARE) == ("signature", LAST_ACT - 1, "the signature does not hold")


def _signed_in_anothers_name(entry: Entry, act: Statement) -> bytes:
    forged_entry = parse_entry(sealed(act, entry.recorded_at, STRANGER))
    signature = forged_entry.signatures[0]._replace(key_id=act.key_id)
    return format_entry(forged_entry._replace(signatures=(signature,)))


def test_a_checkpoint_signed_with_a_new_key_is_not_the_logs(tmp_path: Path) -> None:
    note = sign_checkpoint(Checkpoint(ORIGIN, SIZE, root(HONEST.frontier)), STRANGER.private)
    fault = audit(tmp_path, "tree", publish(HONEST, tmp_path / "www", note=note), anchor=BARE)["first_fault"]
    assert (fault["kind"], fault["detail"]) == ("checkpoint", "the checkpoint: no known key signed the note")
    seen = refused(tmp_path, "receipt", HONEST.receipt(LAST_ACT, note, SIZE), BARE)
    assert seen == ("checkpoint", "no known key signed the note")


def test_a_key_granted_after_the_fact_had_no_right_before(tmp_path: Path) -> None:
    made = told_log()
    index = made.act(STRANGER, OTHER_CASE, "case.replied.v1", {"means": "post"}).index
    made.enrol(STRANGER)  # both registrars are in league with the operator
    kind, found, words = seen_in_tree(made, tmp_path, BARE)
    assert (kind, found) == ("authority", index)
    assert "entry" in words


def test_a_grant_slipped_into_the_past_changes_what_readers_have_seen(tmp_path: Path) -> None:
    entries = entries_of(HONEST)
    tail = HONEST.rows[find(HONEST, "people/housing", 2)]
    proof = prove_possession(STRANGER.private, ORIGIN, STRANGER.office, STRANGER.actor).hex()
    public = {
        "actor": STRANGER.actor,
        "custody": "device",
        "key": STRANGER.raw.hex(),
        "possession": proof,
        "post": STRANGER.post,
        "roles": [STRANGER.role],
    }
    grant = HONEST.statement(ANNA, "people/housing", "people.key_proposed.v1", public)._replace(seq=3, prev=tail.leaf)
    entries.insert(tail.index + 1, sealed(grant, parse_entry(tail.entry).recorded_at, ANNA))
    made = forged(HONEST, entries)
    assert seen_in_tree(made, tmp_path, BARE)[0] in ("link", "clock")
    assert seen_in_tree(made, tmp_path, SEEN)[0] in ("link", "clock", "anchor")


def test_a_replayed_entry_has_had_its_place(tmp_path: Path) -> None:
    entries = entries_of(HONEST)
    kind, index, words = seen_in_tree(forged(HONEST, [*entries, entries[LAST_ACT]]), tmp_path, BARE)
    assert (kind, index, words) == ("link", SIZE - 1, f"{CASE} #4 comes after #4")
    kind, index, words = seen_in_tree(forged(HONEST, [*entries, entries[SECOND_ACT]]), tmp_path, BARE)
    assert (kind, index) == ("authority", SIZE - 1)  # the replayed act's key has been ended since
    assert words.endswith("was ended by entry 14")


def test_a_stale_checkpoint_is_smaller_than_what_was_seen(tmp_path: Path) -> None:
    stale = publish(HONEST, tmp_path / "www", note=HONEST.note(size=9))
    for name, data in _short(9).items():
        (stale / name).parent.mkdir(parents=True, exist_ok=True)
        (stale / name).write_bytes(data)
    report = audit(tmp_path, "tree", stale, anchor=SEEN)
    fault = report["first_fault"]
    assert (fault["kind"], fault["detail"]) == ("truncated", f"the anchor has {SIZE} entries, the log 9")
    fault = goes_on(tmp_path, HONEST.note(), HONEST.note(size=9), HONEST)["first_fault"]
    assert fault["detail"] == "the old checkpoint is of another log, or larger than the new one"
    # A receipt under it is true, but says that it does not go on from what the reader has seen.
    (tmp_path / "receipt").write_bytes(HONEST.receipt(5, HONEST.note(size=9), 9))
    assert audit(tmp_path, "receipt", tmp_path / "receipt", anchor=SEEN)["continues_anchor"] is False


def _short(size: int) -> dict[str, bytes]:
    """The published files of the first entries of the honest history."""
    short = told_log()
    del short.rows[size:]
    return short.tree(HONEST.note(size=size))


@pytest.mark.parametrize("entries", [True, False], ids=["with entries", "hashes"])
def test_other_tiles_under_the_same_checkpoint_do_not_lead_to_its_root(tmp_path: Path, entries: bool) -> None:
    made = rewritten(HONEST, LAST_ACT, earlier)
    folder = publish(made, tmp_path / "www", note=HONEST.note(), entries=entries)
    fault = audit(tmp_path, "tree", folder, anchor=BARE)["first_fault"]
    assert (fault["kind"], fault["index"], fault["last"]) == ("checkpoint", 0, SIZE - 1)
    assert fault["detail"].endswith(f"has another root of the first {SIZE} entries")


def test_other_tiles_of_hashes_beside_the_same_entries_are_named_by_place(tmp_path: Path) -> None:
    folder = publish(HONEST, tmp_path / "www")
    tile = folder / "tile" / "0" / f"000.p/{SIZE}"
    data = tile.read_bytes()
    tile.write_bytes(data[: 32 * LAST_ACT] + bytes(32) + data[32 * LAST_ACT + 32 :])
    fault = audit(tmp_path, "tree", folder, anchor=BARE)["first_fault"]
    assert (fault["kind"], fault["index"], fault["last"]) == ("tile", LAST_ACT, LAST_ACT)
    assert fault["detail"] == "tile (0, 0) has other hashes than the entries"


def test_two_readers_who_were_served_different_trees_find_out_by_comparing_checkpoints(tmp_path: Path) -> None:
    made = rewritten(HONEST, LAST_ACT, earlier)
    for log in (HONEST, made):  # each is good by itself
        assert audit(tmp_path, "tree", publish(log, tmp_path / log.note()[-9:-4]), anchor=BARE)["ok"]
    fault = goes_on(tmp_path, HONEST.note(), made.note(), made)["first_fault"]
    assert (fault["check"], fault["detail"]) == (
        "consistency",
        f"the tree of the first {SIZE} entries has another root: a fork",
    )
    kind, _, words = seen_in_tree(made, tmp_path, SEEN)
    assert (kind, words) == ("anchor", f"the anchor has another root of the first {SIZE} entries")


def test_a_second_genesis_in_the_log_gives_nobody_a_right(tmp_path: Path) -> None:
    made = told_log()
    public = {"log_key": STRANGER.raw.hex(), "origin": ORIGIN, "registrars": [], "suite": "ed25519-sha256"}
    index = made.add(LOG, "ledger", "ledger.genesis.v1", public).index
    kind, found, words = seen_in_tree(made, tmp_path, BARE)
    assert (kind, found) == ("authority", index)
    assert words


def test_a_ledger_founded_anew_is_not_the_anchored_one(tmp_path: Path) -> None:
    other = PublishedLog(now=HONEST.now - DAY)
    made = forged(HONEST, [other.genesis().entry])
    assert audit(tmp_path, "tree", publish(made, tmp_path / "own"), anchor=bare_anchor(made))["ok"]
    seen = seen_in_tree(made, tmp_path, BARE)
    assert seen == ("anchor", 0, "the first entry is not the anchored one")
