"""A verifier that believes nothing: honest logs pass, and each lie is found, named and located."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from random import Random
from typing import Any

import pytest

from audit.entry import Entry, Signature, format_entry, parse_entry
from audit.errors import CommitmentRejected
from audit.faults import Fault, Faults, Kind
from audit.merkle import leaf_hash
from audit.statement import Seen, Statement, parse_statement
from audit.stream_checks import Checker, Row
from audit.verify import LogVerifier, Report, Stored
from tests.audit.simulated_log import (
    ANNA,
    LOG,
    WANG,
    Signer,
    SimulatedLog,
    honest_log,
    is_reference,
    petitioner,
    private_of,
    sealed,
    surroundings,
    verify,
)

HONEST = honest_log()
LARGE = honest_log(cases=150, acts=4, every=90)
STRANGER = Signer("officer-wang", "housing", "desk", "handler", private_of("stranger"))

Attack = Callable[[list[Row], Random], None]


def _first_difference(rows: list[Row]) -> int:
    for index, (one, other) in enumerate(zip(HONEST.rows, rows, strict=False)):
        if one != other:
            return index
    return min(len(HONEST.rows), len(rows))


def _assert_found(report: Report, first: int) -> Fault:
    """The first fault must bound the first entry that differs."""
    assert not report.good
    assert not report.consistent
    fault = report.first_fault
    assert fault is not None
    assert fault.index <= first <= fault.last, (first, fault)
    return fault


def _entry(row: Row) -> tuple[Entry, Statement]:
    entry = parse_entry(row.entry)
    return entry, parse_statement(entry.payload)


def _case_row(rows: list[Row], random: Random) -> int:
    return random.choice([row.index for row in rows if row.stream.startswith("case/")])


def _set(rows: list[Row], at: int, entry: bytes) -> None:
    rows[at] = rows[at]._replace(entry=entry)


def _renumber(rows: list[Row]) -> None:
    rows[:] = [row._replace(index=index) for index, row in enumerate(rows)]


# Attacks on rows as they lie: nothing else is made to agree.


def flip_a_bit_of_an_entry(rows: list[Row], random: Random) -> None:
    at = random.randrange(len(rows))
    data = bytearray(rows[at].entry)
    bit = random.randrange(len(data) * 8)
    data[bit // 8] ^= 1 << bit % 8
    _set(rows, at, bytes(data))


def flip_a_bit_of_a_leaf(rows: list[Row], random: Random) -> None:
    at = random.randrange(len(rows))
    leaf = bytearray(rows[at].leaf)
    leaf[random.randrange(32)] ^= 1 << random.randrange(8)
    rows[at] = rows[at]._replace(leaf=bytes(leaf))


def cut_an_entry_short(rows: list[Row], random: Random) -> None:
    at = random.randrange(len(rows))
    _set(rows, at, rows[at].entry[: random.randrange(len(rows[at].entry))])


def lengthen_an_entry(rows: list[Row], random: Random) -> None:
    at = random.randrange(len(rows))
    _set(rows, at, rows[at].entry + random.randbytes(1 + random.randrange(200)))


def change_a_column(rows: list[Row], random: Random) -> None:
    at = random.randrange(len(rows))
    change: dict[str, Any] = random.choice(
        [
            {"stream": "case/" + "f" * 32},
            {"seq": 99},
            {"action": "case.rated.v1"},
            {"act_id": bytes(16)},
            {"act_id": None},
            {"entry": "text"},
            {"entry": None},
            {"leaf": None},
            {"seq": "1"},
        ]
    )
    rows[at] = rows[at]._replace(**change)


def delete_a_row(rows: list[Row], random: Random) -> None:
    del rows[random.randrange(len(rows))]


def swap_the_bytes_of_two_rows(rows: list[Row], random: Random) -> None:
    one, other = random.sample(range(len(rows)), 2)
    first, second = rows[one].entry, rows[other].entry
    _set(rows, one, second)
    _set(rows, other, first)


def swap_two_rows(rows: list[Row], random: Random) -> None:
    one, other = random.sample(range(len(rows)), 2)
    rows[one], rows[other] = rows[other]._replace(index=one), rows[one]._replace(index=other)


def put_a_row_in_twice(rows: list[Row], random: Random) -> None:
    row = random.choice(rows)
    rows.insert(row.index, row._replace(seq=99))


def insert_a_copy(rows: list[Row], random: Random) -> None:
    rows.insert(random.randrange(len(rows)), random.choice(rows))
    _renumber(rows)


def leave_a_gap(rows: list[Row], random: Random) -> None:
    at = random.randrange(len(rows))
    rows[at:] = [row._replace(index=row.index + 3) for row in rows[at:]]


def add_a_row_outside(rows: list[Row], random: Random) -> None:
    rows.append(random.choice(rows)._replace(index=random.choice([-1, len(rows) + 5, 2**70])))


ROW_ATTACKS: list[Attack] = [
    flip_a_bit_of_an_entry,
    flip_a_bit_of_a_leaf,
    cut_an_entry_short,
    lengthen_an_entry,
    change_a_column,
    delete_a_row,
    swap_the_bytes_of_two_rows,
    swap_two_rows,
    put_a_row_in_twice,
    leave_a_gap,
    add_a_row_outside,
]


# Forgeries: afterwards, leaves, tiles and head are made to agree with the change.


def change_the_time_of_recording(rows: list[Row], random: Random) -> None:
    at = random.randrange(len(rows))
    entry, _ = _entry(rows[at])
    moved = entry.recorded_at + random.choice((-1, 1)) * random.randint(1, 100_000)
    _set(rows, at, format_entry(entry._replace(recorded_at=moved)))


def backdate_under_the_old_signature(rows: list[Row], random: Random) -> None:
    at = random.randrange(len(rows))
    entry, _ = _entry(rows[at])
    payload = entry.payload.replace(b"2024-02-29", b"2024-01-29")
    _set(rows, at, format_entry(entry._replace(payload=payload)))


def sign_anew_with_a_strange_key(rows: list[Row], random: Random) -> None:
    at = _case_row(rows, random)
    entry, statement = _entry(rows[at])
    changed = statement._replace(claimed_at="2024-01-01T10:00:00+08:00", key_id=STRANGER.key_id)
    _set(rows, at, sealed(changed, entry.recorded_at, STRANGER))


def sign_anew_under_the_old_key_id(rows: list[Row], random: Random) -> None:
    at = _case_row(rows, random)
    entry, statement = _entry(rows[at])
    forged = parse_entry(sealed(statement._replace(act_id=bytes(16)), entry.recorded_at, STRANGER))
    signature = Signature(statement.key_id, forged.signatures[0].signature)
    _set(rows, at, format_entry(forged._replace(signatures=(signature,))))


def sign_anew_with_the_own_key(rows: list[Row], random: Random) -> None:
    at = random.choice([row.index for row in rows if row.action == "case.accepted.v1"])
    entry, statement = _entry(rows[at])
    _set(rows, at, sealed(statement._replace(claimed_at="2024-01-01T10:00:00+08:00"), entry.recorded_at, WANG))


def change_a_petitioners_key(rows: list[Row], random: Random) -> None:
    at = random.choice([row.index for row in rows if row.action == "case.submitted.v1"])
    entry, statement = _entry(rows[at])
    other = petitioner("other")
    public = dict(statement.public) | {"petitioner_key": other.raw.hex()}
    _set(rows, at, sealed(statement._replace(public=public, key_id=other.key_id), entry.recorded_at, other))


def strip_the_genesis(rows: list[Row], random: Random) -> None:
    entry, _ = _entry(rows[0])
    kept = random.sample(entry.signatures, 2)
    _set(rows, 0, format_entry(entry._replace(signatures=tuple(kept))))


def add_a_signature(rows: list[Row], random: Random) -> None:
    at = random.randrange(len(rows))
    entry, _ = _entry(rows[at])
    _set(rows, at, format_entry(entry._replace(signatures=entry.signatures * 2)))


def delete_and_close_the_gap(rows: list[Row], random: Random) -> None:
    del rows[random.randrange(len(rows))]
    _renumber(rows)


def delete_a_whole_case(rows: list[Row], random: Random) -> None:
    stream = rows[_case_row(rows, random)].stream
    rows[:] = [row for row in rows if row.stream != stream]
    _renumber(rows)


def roll_back_the_tail(rows: list[Row], random: Random) -> None:
    del rows[random.randrange(len(rows)) :]


def swap_acts_of_two_cases(rows: list[Row], random: Random) -> None:
    places = [at for at in range(len(rows) - 1) if rows[at].stream != rows[at + 1].stream]
    place = random.choice(places)
    rows[place], rows[place + 1] = rows[place + 1], rows[place]
    _renumber(rows)


def reorder_a_stretch(rows: list[Row], random: Random) -> None:
    start = random.randrange(len(rows) - 6)
    stretch = rows[start : start + 6]
    rows[start : start + 6] = [stretch[at] for at in (3, 5, 0, 1, 4, 2)]
    _renumber(rows)


def replay_an_old_act(rows: list[Row], random: Random) -> None:
    row = rows[_case_row(rows, random)]
    entry, _ = _entry(row)
    recorded_at = _entry(rows[-1])[0].recorded_at
    rows.append(row._replace(index=len(rows), entry=format_entry(entry._replace(recorded_at=recorded_at))))


def append_an_act_of_a_stranger(rows: list[Row], random: Random) -> None:
    log = SimulatedLog(now=HONEST.now, tails=dict(HONEST.tails))
    row = log.add(STRANGER, rows[-1].stream, "case.accepted.v1", {"category": "31_6"})
    rows.append(row._replace(index=len(rows)))


FORGERIES: list[Attack] = [
    change_the_time_of_recording,
    backdate_under_the_old_signature,
    sign_anew_with_a_strange_key,
    sign_anew_under_the_old_key_id,
    sign_anew_with_the_own_key,
    change_a_petitioners_key,
    strip_the_genesis,
    add_a_signature,
    roll_back_the_tail,
    replay_an_old_act,
    append_an_act_of_a_stranger,
]

# Forgeries that move entries to other places, where some of them may fit as well.
REARRANGEMENTS: list[Attack] = [
    delete_and_close_the_gap,
    delete_a_whole_case,
    insert_a_copy,
    swap_acts_of_two_cases,
    reorder_a_stretch,
]


def _by_columns(rows: list[Row]) -> list[Row]:
    """The columns that a careful forger makes agree with the statement, and the leaf."""
    made = []
    for row in rows:
        statement = _entry(row)[1]
        columns: dict[str, Any] = {"stream": statement.stream, "seq": statement.seq, "act_id": statement.act_id}
        made.append(row._replace(leaf=leaf_hash(row.entry), **columns))
    return made


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
    _assert_found(report, 0 if any(row.index < 0 for row in rows) else _first_difference(ordered))


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize("attack", FORGERIES, ids=lambda attack: attack.__name__)
def test_a_forgery_that_agrees_with_itself_is_found_where_it_was_done(attack: Attack, seed: int) -> None:
    rows = list(HONEST.rows)
    attack(rows, Random(seed))
    rows = _by_columns(rows)
    first = _first_difference(rows)
    for anchor in (HONEST.anchor(), None):
        _assert_found(verify(rows, surroundings(rows, HONEST.checkpoints), anchor), first)


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize("attack", REARRANGEMENTS, ids=lambda attack: attack.__name__)
def test_a_rearrangement_is_found_before_the_next_checkpoint(attack: Attack, seed: int) -> None:
    rows = list(HONEST.rows)
    attack(rows, Random(seed))
    rows = _by_columns(rows)
    first = _first_difference(rows)
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
    fault = _assert_found(verify(rows, stored, HONEST.anchor()), 25)
    assert (fault.kind, fault.index, fault.last) == (Kind.TRUNCATED, 25, len(HONEST.rows) - 1)


def test_an_empty_log_is_not_the_anchored_one() -> None:
    report = verify([], surroundings([], []), HONEST.anchor())
    assert _assert_found(report, 0).kind is Kind.ANCHOR
    assert not report.anchored
    assert verify([], surroundings([], [])).consistent


def test_another_log_by_the_same_people_is_not_the_anchored_one() -> None:
    other = SimulatedLog(now=1)
    other.genesis()
    other.checkpoint()
    assert verify(other.rows, other.stored(), other.anchor()).good
    report = verify(other.rows, other.stored(), HONEST.anchor())
    assert _assert_found(report, 0).kind is Kind.ANCHOR
    assert not report.anchored


def test_a_changed_time_is_located_by_the_successor_in_the_stream() -> None:
    at = next(row.index for row in HONEST.rows if row.action == "case.submitted.v1" and row.index > 10)
    rows = list(HONEST.rows)
    entry, _ = _entry(rows[at])
    _set(rows, at, format_entry(entry._replace(recorded_at=entry.recorded_at + 1)))
    rows = _by_columns(rows)
    fault = _assert_found(verify(rows, surroundings(rows, [])), at)
    assert (fault.kind, fault.index, fault.last) == (Kind.LINK, at, at)


def test_a_change_in_the_last_entry_of_a_stream_is_located_between_two_checkpoints() -> None:
    at = len(HONEST.rows) - 1
    rows = list(HONEST.rows)
    entry, _ = _entry(rows[at])
    _set(rows, at, format_entry(entry._replace(recorded_at=entry.recorded_at + 1)))
    rows = _by_columns(rows)
    fault = _assert_found(verify(rows, surroundings(rows, HONEST.checkpoints)), at)
    assert (fault.kind, fault.index, fault.last) == (Kind.CHECKPOINT, HONEST.checkpoints[-2].size, len(rows) - 1)


def test_what_a_signer_had_seen_tells_of_a_change_too() -> None:
    log = SimulatedLog()
    log.genesis()
    log.enrol(WANG)
    last = log.add(WANG, "case/" + "1" * 32, "case.accepted.v1", {})
    log.checkpoint()
    log.add(WANG, "case/" + "2" * 32, "case.accepted.v1", {})
    rows = list(log.rows)
    entry, _ = _entry(last)
    _set(rows, last.index, format_entry(entry._replace(recorded_at=entry.recorded_at + 1)))
    rows = _by_columns(rows)
    fault = _assert_found(verify(rows, surroundings(rows, [])), last.index)
    assert fault.kind is Kind.SEEN
    assert "the signer of entry 4" in fault.detail


def test_a_signer_who_claims_to_have_seen_another_log_is_named_himself() -> None:
    log = honest_log(cases=3, acts=1)
    log.seen = Seen(4, bytes(32))
    row = log.add(WANG, "case/" + "2" * 32, "case.accepted.v1", {})
    log.checkpoint()
    fault = _assert_found(verify(log.rows, log.stored(), log.anchor()), row.index)
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
    fault = _assert_found(verify(log.rows), late.index)
    assert fault.kind is Kind.AUTHORITY
    assert "ended by entry" in fault.detail


def test_acts_on_keys_count_only_in_their_own_streams() -> None:
    log = honest_log(cases=2, acts=1)
    row = log.add(ANNA, "case/" + "7" * 32, "people.key_revoked.v1", {"key_id": WANG.key_id.hex(), "reason": "lost"})
    assert _assert_found(verify(log.rows), row.index).kind is Kind.AUTHORITY


def test_a_petitioner_of_another_ledger_is_refused() -> None:
    log = honest_log(cases=1, acts=1)
    someone = petitioner("x")
    public = {"channel": "web", "petitioner_key": someone.raw.hex()}
    row = log.add(someone, "case/" + "7" * 32, "case.submitted.v1", public, origin="sundial.example/other")
    assert _assert_found(verify(log.rows), row.index).kind is Kind.AUTHORITY


def test_another_payload_type_is_malformed() -> None:
    rows = list(HONEST.rows)
    entry, _ = _entry(rows[9])
    _set(rows, 9, format_entry(entry._replace(payload_type=b"application/json")))
    rows[9] = rows[9]._replace(leaf=leaf_hash(rows[9].entry))
    assert _assert_found(verify(rows), 9).kind is Kind.MALFORMED


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
    fault = _assert_found(verify(HONEST.rows, replay=_refusing(9, error)), 9)
    assert (fault.index, fault.kind) == (9, Kind.UNLAWFUL)
    assert "no" in fault.detail


def test_a_disclosure_that_does_not_open_is_a_fault_of_its_own_kind() -> None:
    report = verify(HONEST.rows, replay=_refusing(9, CommitmentRejected("slot 3")))
    assert _assert_found(report, 9).kind is Kind.DISCLOSURE


def test_every_act_is_replayed_in_the_order_of_its_stream() -> None:
    replayed: dict[str, list[int]] = {}

    def replay(stream: str) -> Checker:
        return lambda _index, statement, _time: replayed.setdefault(stream, []).append(statement.seq)

    report = verify(HONEST.rows, replay=replay)
    assert report.checked.acts == len(HONEST.rows)
    assert all(seqs == list(range(1, len(seqs) + 1)) for seqs in replayed.values())


@pytest.mark.parametrize(
    ("change", "kind"),
    [
        (lambda stored: {"head": None}, Kind.HEAD),
        (lambda stored: {"head": stored.head._replace(size=len(LARGE.rows) - 1)}, Kind.HEAD),
        (lambda stored: {"head": stored.head._replace(size=len(LARGE.rows) + 1)}, Kind.TRUNCATED),
        (lambda stored: {"head": stored.head._replace(size="many")}, Kind.HEAD),
        (lambda stored: {"head": stored.head._replace(recorded_at=1)}, Kind.HEAD),
        (lambda stored: {"head": stored.head._replace(reference_at=1)}, Kind.HEAD),
        (lambda stored: {"head": stored.head._replace(frontier=(bytes(32), *stored.head.frontier[1:]))}, Kind.ROOT),
        (lambda stored: {"head": stored.head._replace(frontier=())}, Kind.ROOT),
        (lambda stored: {"tiles": stored.tiles[1:]}, Kind.TILE),
        (lambda stored: {"tiles": [stored.tiles[0], *stored.tiles]}, Kind.TILE),
        (lambda stored: {"tiles": [stored.tiles[0]._replace(hashes=bytes(8192)), *stored.tiles[1:]]}, Kind.TILE),
        (lambda stored: {"tiles": [stored.tiles[0]._replace(hashes=None), *stored.tiles[1:]]}, Kind.TILE),
        (lambda stored: {"tiles": [stored.tiles[0]._replace(root=bytes(32)), *stored.tiles[1:]]}, Kind.TILE),
        (lambda stored: {"tiles": [stored.tiles[0]._replace(number=77), *stored.tiles]}, Kind.TILE),
        (lambda stored: {"checkpoints": [stored.checkpoints[0]._replace(size=7)]}, Kind.CHECKPOINT),
        (lambda stored: {"checkpoints": [stored.checkpoints[0]._replace(size=None)]}, Kind.CHECKPOINT),
        (lambda stored: {"checkpoints": [stored.checkpoints[0]._replace(root=bytes(32))]}, Kind.CHECKPOINT),
        (lambda stored: {"checkpoints": [stored.checkpoints[0]._replace(note="text")]}, Kind.CHECKPOINT),
        (lambda stored: {"checkpoints": [stored.checkpoints[0]._replace(note=7)]}, Kind.CHECKPOINT),
    ],
)
def test_what_surrounds_the_entries_is_checked_too(change: Callable[[Stored], dict[str, Any]], kind: Kind) -> None:
    stored = LARGE.stored()
    fields: dict[str, Any] = {"checkpoints": stored.checkpoints, "head": stored.head, "tiles": stored.tiles}
    assert verify(LARGE.rows, Stored(**fields), LARGE.anchor()).good
    report = verify(LARGE.rows, Stored(**(fields | change(stored))), LARGE.anchor())
    assert not report.good
    assert report.first_fault is not None
    assert report.first_fault.kind is kind


def test_a_tile_locates_the_hash_that_differs() -> None:
    stored = LARGE.stored()
    assert stored.tiles is not None
    tiles = list(stored.tiles)
    assert len(tiles) == 2
    hashes = bytearray(tiles[1].hashes)
    hashes[32 * 7] ^= 1
    tiles[1] = tiles[1]._replace(hashes=bytes(hashes))
    report = verify(LARGE.rows, Stored(stored.checkpoints, stored.head, tiles))
    fault = _assert_found(report, 256 + 7)
    assert (fault.index, fault.last) == (256 + 7, 256 + 7)


def test_the_frontier_locates_the_part_that_differs() -> None:
    stored = LARGE.stored()
    assert stored.head is not None
    frontier = list(stored.head.frontier)
    frontier[1] = bytes(32)
    report = verify(LARGE.rows, Stored((), stored.head._replace(frontier=tuple(frontier))))
    fault = report.first_fault
    assert fault is not None
    size = len(LARGE.rows)
    first_part = 1 << size.bit_length() - 1
    second_part = 1 << (size - first_part).bit_length() - 1
    assert (fault.index, fault.last) == (first_part, first_part + second_part - 1)


def test_a_checkpoint_that_the_log_signed_and_contradicts_is_evidence_against_it() -> None:
    other = honest_log(cases=11)
    stored = Stored(other.checkpoints, has_head=False)
    report = verify(HONEST.rows, stored, HONEST.anchor())
    assert not report.good
    assert {fault.kind for fault in report.faults} == {Kind.CHECKPOINT}


def test_after_a_rotation_checkpoints_are_signed_by_the_key_in_force_at_their_size() -> None:
    log = honest_log(cases=1, acts=1)
    new = Signer("ledger", "", "", "ledger", private_of("log-2"))
    from audit.possession import prove_possession
    from tests.audit.simulated_log import ORIGIN

    proof = prove_possession(new.private, ORIGIN, "", "ledger").hex()
    log.add(LOG, "ledger", "ledger.key_rotated.v1", {"key": new.raw.hex(), "possession": proof})
    log.checkpoint()
    report = verify(log.rows, log.stored())
    assert _assert_found(report, len(log.rows) - 1).kind is Kind.CHECKPOINT


@pytest.mark.parametrize("shares", [1, 2, 5])
def test_streams_may_be_shared_among_processes(shares: int) -> None:
    verifier = LogVerifier(LARGE.anchor())
    references = verifier.read_references(row for row in LARGE.rows if is_reference(row.stream))
    rest = sorted((row for row in LARGE.rows if not is_reference(row.stream)), key=lambda row: (row.stream, row.seq))
    streams = sorted({row.stream for row in rest})
    parts = []
    for share in range(shares):
        worker: LogVerifier = pickle.loads(pickle.dumps(verifier))
        mine = set(streams[share::shares])
        part = worker.read_streams((row for row in rest if row.stream in mine), by_stream=True)
        parts.append(pickle.loads(pickle.dumps(part)))
    report = verifier.finish(len(LARGE.rows), [references, *parts], LARGE.stored())
    assert report == verify(LARGE.rows, LARGE.stored(), LARGE.anchor())
    assert report.good


def test_a_stream_that_comes_in_two_pieces_is_not_taken_for_one() -> None:
    verifier = LogVerifier()
    verifier.read_references(row for row in HONEST.rows if is_reference(row.stream))
    rest = [row for row in HONEST.rows if not is_reference(row.stream)]
    assert verifier.read_streams(rest, by_stream=True).faults.count > 0
    assert verifier.read_streams(rest).faults.count == 0


def test_the_streams_on_keys_are_read_in_the_order_of_the_log() -> None:
    verifier = LogVerifier()
    part = verifier.read_references(row for row in reversed(HONEST.rows) if is_reference(row.stream))
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
    assert _assert_found(verify(log.rows), row.index).kind is Kind.AUTHORITY
