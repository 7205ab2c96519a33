"""A verifier that believes nothing: honest logs pass, and each lie is found, named and located."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from random import Random

import pytest

from audit.errors import CommitmentRejected
from audit.faults import Fault, Faults, Kind
from audit.merkle import leaf_hash
from audit.statement import Seen, Statement
from audit.store.stored_rows import Checker
from audit.store.verification import DatabaseVerifier
from audit.store.writing import format_entry
from tests.audit.attacks import (
    FORGERIES,
    HONEST,
    REARRANGEMENTS,
    ROW_ATTACKS,
    Attack,
    assert_found,
    by_columns,
    first_difference,
    read_entry,
    set_entry,
)
from tests.audit.simulated_log import (
    ANNA,
    LOG,
    WANG,
    SimulatedLog,
    honest_log,
    is_reference,
    petitioner,
    surroundings,
    verify,
)

LARGE = honest_log(cases=150, acts=4, every=90)


def test_an_honest_log_is_good() -> None:
    report = verify(HONEST.rows, HONEST.stored(), HONEST.anchor())
    assert report.good
    assert report.faults == ()
    assert report.root == HONEST.checkpoints[-1].root
    assert report.checked.leaves == report.checked.links == len(HONEST.rows)
    assert report.checked.signatures == len(HONEST.rows) + 2


def test_without_an_anchor_a_log_is_consistent_with_itself_and_no_more() -> None:
    report = verify(HONEST.rows, HONEST.stored())
    assert report.consistent
    assert not report.anchored
    assert not report.good


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize("attack", ROW_ATTACKS, ids=lambda attack: attack.__name__)
def test_tampering_with_rows_is_found_where_it_was_done(attack: Attack, seed: int) -> None:
    rows = list(HONEST.rows)
    attack(rows, Random(seed))
    if sorted(rows, key=lambda row: row.index) == HONEST.rows:
        pytest.fail("the attack changed nothing")
    report = verify(rows, HONEST.stored(), HONEST.anchor())
    ordered = sorted(rows, key=lambda row: (row.index < 0, row.index))
    assert_found(report, 0 if any(row.index < 0 for row in rows) else first_difference(ordered))


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize("attack", FORGERIES, ids=lambda attack: attack.__name__)
def test_a_forgery_that_agrees_with_itself_is_found_where_it_was_done(attack: Attack, seed: int) -> None:
    rows = list(HONEST.rows)
    attack(rows, Random(seed))
    rows = by_columns(rows)
    first = first_difference(rows)
    for anchor in (HONEST.anchor(), None):
        assert_found(verify(rows, surroundings(rows, HONEST.checkpoints), anchor), first)


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize("attack", REARRANGEMENTS, ids=lambda attack: attack.__name__)
def test_a_rearrangement_is_found_before_the_next_checkpoint(attack: Attack, seed: int) -> None:
    rows = list(HONEST.rows)
    attack(rows, Random(seed))
    rows = by_columns(rows)
    first = first_difference(rows)
    checkpoint = min(one.size for one in HONEST.checkpoints if one.size > first)
    for anchor in (HONEST.anchor(), None):
        fault = verify(rows, surroundings(rows, HONEST.checkpoints), anchor).first_fault
        assert fault is not None
        assert first <= fault.last < max(checkpoint, len(rows) + 1)
        assert fault.last < checkpoint or checkpoint > len(rows)


def test_a_rollback_that_takes_the_checkpoints_along_is_found_by_the_anchor() -> None:
    rows = HONEST.rows[:25]
    kept = [one for one in HONEST.checkpoints if one.size <= 25]
    stored = surroundings(rows, kept)
    assert verify(rows, stored).consistent
    fault = assert_found(verify(rows, stored, HONEST.anchor()), 25)
    assert (fault.kind, fault.index, fault.last) == (Kind.TRUNCATED, 25, len(HONEST.rows) - 1)


def test_an_empty_log_is_not_the_anchored_one() -> None:
    report = verify([], surroundings([], []), HONEST.anchor())
    assert assert_found(report, 0).kind is Kind.ANCHOR
    assert not report.anchored
    assert verify([], surroundings([], [])).consistent


def test_another_log_by_the_same_people_is_not_the_anchored_one() -> None:
    other = SimulatedLog(now=1)
    other.genesis()
    other.checkpoint()
    assert verify(other.rows, other.stored(), other.anchor()).good
    report = verify(other.rows, other.stored(), HONEST.anchor())
    assert assert_found(report, 0).kind is Kind.ANCHOR
    assert not report.anchored


def test_a_changed_time_is_located_by_the_successor_in_the_stream() -> None:
    at = next(row.index for row in HONEST.rows if row.action == "case.submitted.v1" and row.index > 10)
    rows = list(HONEST.rows)
    entry, _ = read_entry(rows[at])
    set_entry(rows, at, format_entry(entry._replace(recorded_at=entry.recorded_at + 1)))
    rows = by_columns(rows)
    fault = assert_found(verify(rows, surroundings(rows, [])), at)
    assert (fault.kind, fault.index, fault.last) == (Kind.LINK, at, at)


def test_a_change_in_the_last_entry_of_a_stream_is_located_between_two_checkpoints() -> None:
    at = len(HONEST.rows) - 1
    rows = list(HONEST.rows)
    entry, _ = read_entry(rows[at])
    set_entry(rows, at, format_entry(entry._replace(recorded_at=entry.recorded_at + 1)))
    rows = by_columns(rows)
    fault = assert_found(verify(rows, surroundings(rows, HONEST.checkpoints)), at)
    assert (fault.kind, fault.index, fault.last) == (Kind.CHECKPOINT, HONEST.checkpoints[-2].size, len(rows) - 1)


def test_what_a_signer_had_seen_tells_of_a_change_too() -> None:
    log = SimulatedLog()
    log.genesis()
    log.enrol(WANG)
    last = log.add(WANG, "case/" + "1" * 32, "case.accepted.v1", {})
    log.checkpoint()
    log.add(WANG, "case/" + "2" * 32, "case.accepted.v1", {})
    rows = list(log.rows)
    entry, _ = read_entry(last)
    set_entry(rows, last.index, format_entry(entry._replace(recorded_at=entry.recorded_at + 1)))
    rows = by_columns(rows)
    fault = assert_found(verify(rows, surroundings(rows, [])), last.index)
    assert fault.kind is Kind.SEEN
    assert "the signer of entry 4" in fault.detail


def test_a_signer_who_claims_to_have_seen_another_log_is_named_himself() -> None:
    log = honest_log(cases=3, acts=1)
    log.seen = Seen(4, bytes(32))
    row = log.add(WANG, "case/" + "2" * 32, "case.accepted.v1", {})
    log.checkpoint()
    fault = assert_found(verify(log.rows, log.stored(), log.anchor()), row.index)
    assert (fault.kind, fault.last) == (Kind.SEEN, row.index)
    log.seen = Seen(row.index + 2, bytes(32))
    early = log.add(WANG, "case/" + "3" * 32, "case.accepted.v1", {})
    log.seen = Seen(0, bytes(32))
    empty = log.add(WANG, "case/" + "4" * 32, "case.accepted.v1", {})
    kinds = {(fault.index, fault.kind) for fault in verify(log.rows).faults}
    assert {(early.index, Kind.SEEN)} <= kinds
    assert any(kind is Kind.SEEN and index <= empty.index for index, kind in kinds)


def test_acts_behind_a_revocation_are_found_by_position() -> None:
    log = honest_log(cases=2, acts=1)
    public = {"key_id": WANG.key_id.hex(), "reason": "lost"}
    log.add(ANNA, "people/housing", "people.key_revoked.v1", public)
    late = log.add(WANG, "case/" + "7" * 32, "case.accepted.v1", {}, claimed_at="2020-01-01T00:00:00+08:00")
    fault = assert_found(verify(log.rows), late.index)
    assert fault.kind is Kind.AUTHORITY
    assert "ended by entry" in fault.detail


def test_acts_on_keys_count_only_in_their_own_streams() -> None:
    log = honest_log(cases=2, acts=1)
    row = log.add(ANNA, "case/" + "7" * 32, "people.key_revoked.v1", {"key_id": WANG.key_id.hex(), "reason": "lost"})
    assert assert_found(verify(log.rows), row.index).kind is Kind.AUTHORITY


def test_a_petitioner_of_another_ledger_is_refused() -> None:
    log = honest_log(cases=1, acts=1)
    someone = petitioner("x")
    public = {"channel": "web", "petitioner_key": someone.raw.hex()}
    row = log.add(someone, "case/" + "7" * 32, "case.submitted.v1", public, origin="sundial.example/other")
    assert assert_found(verify(log.rows), row.index).kind is Kind.AUTHORITY


def test_another_payload_type_is_malformed() -> None:
    rows = list(HONEST.rows)
    entry, _ = read_entry(rows[9])
    set_entry(rows, 9, format_entry(entry._replace(payload_type=b"application/json")))
    rows[9] = rows[9]._replace(leaf=leaf_hash(rows[9].entry))
    assert assert_found(verify(rows), 9).kind is Kind.MALFORMED


def _refusing(at: int, error: Exception) -> Callable[[str], Checker]:
    def replay(stream: str) -> Checker:
        def check(index: int, statement: Statement, recorded_at: int) -> None:
            assert (statement.stream, recorded_at > 0) == (stream, True)
            if index == at:
                raise error

        return check

    return replay


@pytest.mark.parametrize("error", [ValueError("no"), KeyError("no"), RuntimeError("no")], ids=repr)
def test_an_act_that_the_rules_refuse_is_a_fault_whatever_they_raise(error: Exception) -> None:
    fault = assert_found(verify(HONEST.rows, replay=_refusing(9, error)), 9)
    assert (fault.index, fault.kind) == (9, Kind.UNLAWFUL)
    assert "no" in fault.detail


def test_a_disclosure_that_does_not_open_is_a_fault_of_its_own_kind() -> None:
    report = verify(HONEST.rows, replay=_refusing(9, CommitmentRejected("slot 3")))
    assert assert_found(report, 9).kind is Kind.DISCLOSURE


def test_every_act_is_replayed_in_the_order_of_its_stream() -> None:
    replayed: dict[str, list[int]] = {}

    def replay(stream: str) -> Checker:
        return lambda _index, statement, _time: replayed.setdefault(stream, []).append(statement.seq)

    report = verify(HONEST.rows, replay=replay)
    assert report.checked.acts == len(HONEST.rows)
    assert all(seqs == list(range(1, len(seqs) + 1)) for seqs in replayed.values())


@pytest.mark.parametrize("shares", [1, 2, 5])
def test_streams_may_be_shared_among_processes(shares: int) -> None:
    verifier = DatabaseVerifier(LARGE.anchor())
    references = verifier.read_rows((row for row in LARGE.rows if is_reference(row.stream)), references=True)
    rest = sorted((row for row in LARGE.rows if not is_reference(row.stream)), key=lambda row: (row.stream, row.seq))
    streams = sorted({row.stream for row in rest})
    parts = []
    for share in range(shares):
        worker: DatabaseVerifier = pickle.loads(pickle.dumps(verifier))
        mine = set(streams[share::shares])
        part = worker.read_rows((row for row in rest if row.stream in mine), by_stream=True)
        parts.append(pickle.loads(pickle.dumps(part)))
    report = verifier.finish_database(len(LARGE.rows), [references, *parts], LARGE.stored())
    assert report == verify(LARGE.rows, LARGE.stored(), LARGE.anchor())
    assert report.good


def test_a_stream_that_comes_in_two_pieces_is_not_taken_for_one() -> None:
    verifier = DatabaseVerifier()
    verifier.read_rows((row for row in HONEST.rows if is_reference(row.stream)), references=True)
    rest = [row for row in HONEST.rows if not is_reference(row.stream)]
    assert verifier.read_rows(rest, by_stream=True).faults.count > 0
    assert verifier.read_rows(rest).faults.count == 0


def test_the_streams_on_keys_are_read_in_the_order_of_the_log() -> None:
    verifier = DatabaseVerifier()
    part = verifier.read_rows((row for row in reversed(HONEST.rows) if is_reference(row.stream)), references=True)
    assert any(fault.kind is Kind.GAP for fault in part.faults)


def test_the_first_fault_is_the_one_that_is_certain_first() -> None:
    faults = Faults()
    wide, narrow, later = Fault(0, Kind.ROOT, "", 9), Fault(9, Kind.LEAF, ""), Fault(10, Kind.LEAF, "")
    faults.update([later, wide, narrow])
    assert list(faults) == [narrow, wide, later]


def test_no_more_than_a_thousand_faults_are_kept_and_all_are_counted() -> None:
    faults = Faults()
    for index in reversed(range(5000)):
        faults.add(Fault(index, Kind.LEAF, ""))
    assert len(faults) == 5000
    assert [fault.index for fault in faults] == list(range(1000))


def test_the_log_key_alone_can_forge_nothing_that_an_officer_signed() -> None:
    log = honest_log(cases=1, acts=1)
    row = log.add(LOG, "case/" + "0" * 32, "case.accepted.v1", {}, actor=WANG.actor, office=WANG.office, post=WANG.post)
    assert assert_found(verify(log.rows), row.index).kind is Kind.AUTHORITY
