"""The twenty things that a malicious operator may try, and the tests that show who sees each of them.

Those by an operator who has the log's own key are in `test_operator_*.py` here; the attacks on a database behind the
application's back, in `test_tampering.py`, run on every store and with many seeds.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.attacks.test_tampering import ATTACKS as ON_THE_DATABASE

TESTS = Path(__file__).parents[1]
TREE, FILES, WITNESSES = (f"attacks/test_operator_{name}.py" for name in ("tree", "files", "witnesses"))
PUBLISHER, WITNESS = "api/publishing/test_publisher.py", "api/publishing/test_witness.py"

COVERED: dict[str, tuple[tuple[str, str], ...]] = {
    "drop": (
        (TREE, "test_a_dropped_act_leaves_its_successor_without_a_predecessor"),
        (TREE, "test_a_dropped_case_is_seen_by_whoever_kept_a_checkpoint"),
    ),
    "reorder": (
        (TREE, "test_reordered_acts_of_a_case_stand_before_their_predecessor"),
        (TREE, "test_reordered_acts_of_different_cases_turn_the_clock_back"),
    ),
    "backdate": (
        (TREE, "test_a_backdated_act_is_not_what_its_actor_signed"),
        (TREE, "test_a_backdated_time_of_recording_is_not_what_the_successor_follows"),
        (TREE, "test_a_backdated_recording_of_a_streams_last_act_contradicts_its_receipt"),
    ),
    "swap between cases": (
        (TREE, "test_an_act_that_is_moved_to_another_case_was_not_signed_for_it"),
        (TREE, "test_an_act_of_one_case_put_in_the_place_of_anothers_does_not_fit_there"),
    ),
    "truncate": ((TREE, "test_a_truncated_log_is_smaller_than_what_was_seen"),),
    "fork for one reader": (
        (WITNESSES, "test_a_fork_for_one_reader_is_cosigned_by_nobody_and_convicts_the_log"),
        (WITNESSES, "test_a_fork_that_grew_is_convicted_by_its_own_proof"),
        (WITNESSES, "test_both_histories_with_their_cosignatures_are_evidence_that_witnesses_were_split"),
        (WITNESSES, "test_a_reader_with_an_anchor_sees_the_fork_without_any_witness"),
    ),
    "roll back to a backup": (
        (TREE, "test_a_log_rolled_back_to_a_backup_and_grown_past_it_has_another_root"),
        (WITNESSES, "test_a_backup_that_was_restored_is_behind_what_the_witnesses_have_seen"),
        (PUBLISHER, "test_a_restored_backup_is_not_published"),
        ("attacks/test_tampering.py", "test_a_whole_file_rolled_back_is_found_by_the_anchor_outside"),
    ),
    "re-sign with a new key": (
        (TREE, "test_acts_signed_anew_with_a_key_of_the_operators_have_no_grant"),
        (TREE, "test_a_checkpoint_signed_with_a_new_key_is_not_the_logs"),
        ("audit/test_bundle.py", "test_after_a_rotation_the_new_log_key_has_to_have_signed"),
    ),
    "grant a key after the fact": (
        (TREE, "test_a_key_granted_after_the_fact_had_no_right_before"),
        (TREE, "test_a_grant_slipped_into_the_past_changes_what_readers_have_seen"),
    ),
    "replay an entry": ((TREE, "test_a_replayed_entry_has_had_its_place"),),
    "serve a stale checkpoint": (
        (TREE, "test_a_stale_checkpoint_is_smaller_than_what_was_seen"),
        (WITNESSES, "test_a_stale_checkpoint_is_answered_with_the_size_that_was_seen"),
    ),
    "serve different tiles to different readers": (
        (TREE, "test_other_tiles_under_the_same_checkpoint_do_not_lead_to_its_root"),
        (TREE, "test_other_tiles_of_hashes_beside_the_same_entries_are_named_by_place"),
        (TREE, "test_two_readers_who_were_served_different_trees_find_out_by_comparing_checkpoints"),
    ),
    "omit one event from a bundle": (
        (FILES, "test_a_bundle_without_one_of_the_acts_is_not_whole"),
        (FILES, "test_a_census_that_lies_hides_an_act_from_a_bundle_and_from_nobody_who_has_the_log"),
    ),
    "swap or withhold a disclosure": (
        (FILES, "test_a_disclosure_that_is_swapped_withheld_or_passed_off_opens_nothing"),
    ),
    "pass a real field off as a decoy": (
        (FILES, "test_a_disclosure_that_is_swapped_withheld_or_passed_off_opens_nothing"),
        (FILES, "test_decoys_are_commitments_like_the_others"),
    ),
    "forge a receipt": (
        (FILES, "test_a_forged_receipt_is_refused"),
        (FILES, "test_a_receipt_from_a_forged_history_is_a_fork_from_what_the_reader_has_seen"),
    ),
    "answer with a proof for another size": (
        (FILES, "test_a_proof_for_another_size_does_not_fit_the_checkpoint"),
        (FILES, "test_a_census_proved_for_another_size_is_not_under_the_checkpoint"),
        (FILES, "test_a_proof_that_goes_on_from_another_size_than_was_asked_is_refused_or_shows_nothing"),
        (WITNESSES, "test_a_proof_for_another_size_is_refused_and_proves_nothing_by_itself"),
    ),
    "point a witness at another origin": (
        (WITNESSES, "test_a_witness_is_not_led_to_another_origin"),
        (WITNESSES, "test_a_cosignature_of_another_log_put_under_ours_does_not_hold"),
    ),
    "race two publishers": (
        (WITNESSES, "test_of_two_publishers_that_race_with_two_histories_one_gets_the_quorum_at_most"),
        (WITNESS, "test_of_two_histories_sent_at_once_one_is_cosigned"),
        (PUBLISHER, "test_publishers_that_race_never_take_the_checkpoint_back"),
    ),
    "a second genesis": (
        (TREE, "test_a_second_genesis_in_the_log_gives_nobody_a_right"),
        (TREE, "test_a_ledger_founded_anew_is_not_the_anchored_one"),
        (WITNESSES, "test_a_second_genesis_is_not_the_log_that_the_witnesses_know"),
    ),
}

# What the same attack is called where it is made on the database itself.
BY_DATABASE = {
    "drop": ("delete_a_row", "delete_and_close_the_gap", "delete_a_whole_case"),
    "reorder": ("reorder_some_rows", "reorder_many_acts"),
    "backdate": ("backdate_an_act", "record_at_another_time"),
    "swap between cases": ("swap_acts_of_two_cases", "swap_the_bytes_of_two_rows"),
    "truncate": ("cut_the_tail_off", "roll_back_the_tail"),
    "roll back to a backup": ("roll_back_with_the_checkpoints",),
    "re-sign with a new key": ("sign_anew_with_a_strange_key", "sign_anew_under_the_old_key_id", "forge_a_checkpoint"),
    "replay an entry": ("replay_an_old_act",),
    "swap or withhold a disclosure": ("swap_two_disclosures", "delete_a_disclosure"),
}


def test_there_are_twenty_attacks_and_each_of_them_has_its_tests() -> None:
    assert len(COVERED) == 20
    assert COVERED.keys() >= BY_DATABASE.keys()
    assert {name for names in BY_DATABASE.values() for name in names} <= ON_THE_DATABASE.keys()


@pytest.mark.parametrize("attack", COVERED)
def test_the_tests_of_an_attack_are_there(attack: str) -> None:
    for path, name in COVERED[attack]:
        source = (TESTS / path).read_text()
        assert f"\ndef {name}(" in source, f"{attack}: {path} has no {name}"
