"""An operator hands out forged bundles and receipts: the auditor says which check they fail, and why.

One thing no file can show by itself: that the log's key did not sign a census that lies. Whoever has the entries sees
it, and whoever has a receipt of the act that was left out.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from audit.canonical import format_json
from audit.census import map_root
from audit.commitments import ABSENT
from audit.entry import parse_entry
from audit.merkle import leaf_hash
from audit.proof import parse_tlog_proof
from audit.statement import parse_statement
from audit.store.merkle_proofs import consistency_proof
from audit.store.notes import format_tlog_proof
from audit.store.stored_rows import Row
from tests.attacks.rogue import (
    DAY,
    OTHER_CASE,
    anchor_at,
    audit,
    bare_anchor,
    earlier,
    find,
    publish,
    refused,
    rewritten,
)
from tests.audit.published_log import CASE, SECOND, PublishedLog, files_of, line, pack, told_log
from tests.audit.simulated_log import LOG

Json = dict[str, Any]


def _told() -> PublishedLog:
    log = told_log()
    log.now += 40 * DAY
    log.census()
    log.act(SECOND, "case/" + "f" * 32, "case.registered.v1", {"channel": "letter"}, ("text", "别的案子"))
    return log


HONEST = _told()
SIZE, NOTE = len(HONEST.rows), HONEST.note()
CENSUS = HONEST.rows[-2]
BARE, SEEN = bare_anchor(HONEST), anchor_at(HONEST)
LAST = find(HONEST, CASE, 4)


def _files(log: PublishedLog, census: Row) -> dict[str, bytes]:
    """The files of the case's bundle, with the rules' stream to show that the registrars have none."""
    size = len(log.rows)
    authority = log.authority(census, size)
    authority["streams"].append(log.stream("rules", census, size, named=True))
    return files_of(log, census, log.note(), size) | {"authority.json": line(authority)}


FILES = _files(HONEST, CENSUS)


def _bundle(audience: str = "inspector", **changes: Callable[[Json], object]) -> bytes:
    """The bundle with some of its files changed, and a manifest that fits them."""
    made = dict(FILES)
    for name, change in changes.items():
        value = json.loads(made[f"{name}.json"])
        change(value)
        made[f"{name}.json"] = line(value)
    return pack(made, audience)


def test_the_honest_bundle_is_good(tmp_path: Path) -> None:
    (tmp_path / "bundle.zip").write_bytes(_bundle())
    report = audit(tmp_path, "bundle", tmp_path / "bundle.zip", anchor=SEEN)
    assert (report["ok"], report["acts"], report["slots"]["audience"]) == (True, 4, 0)


@pytest.mark.parametrize(
    ("seq", "check", "words"),
    [
        (1, "chain", "entry 1 of the proof does not continue the stream"),
        (2, "chain", "entry 2 of the proof does not continue the stream"),
        (3, "chain", "entry 3 of the proof does not continue the stream"),
        (4, "complete", "the inclusion proof leads to another root"),
    ],
)
def test_a_bundle_without_one_of_the_acts_is_not_whole(tmp_path: Path, seq: int, check: str, words: str) -> None:
    def omit(name: str) -> Callable[[Json], object]:
        return lambda value: value[name].pop(seq - 1)

    made = _bundle(proof=omit("entries"), authority=omit("included"), disclosures=omit("acts"))
    assert refused(tmp_path, "bundle", made, BARE) == (check, words)


def test_a_census_that_lies_hides_an_act_from_a_bundle_and_from_nobody_who_has_the_log(tmp_path: Path) -> None:
    log = told_log()
    hidden = log.rows[-1]
    assert (hidden.stream, hidden.seq) == (CASE, 4)
    streams, root = map_root(_without(log, hidden))
    public = {"entries": len(log.rows), "map": root.hex(), "streams": streams, "views": []}
    log.act(LOG, "ledger", "ledger.census.v1", public)
    fault = audit(tmp_path, "tree", publish(log, tmp_path / "www"), anchor=BARE)["first_fault"]
    assert fault["check"] == "censuses"
    assert fault["detail"] == f"the census of the first {len(log.rows) - 1} entries has another map of streams"
    # The petitioner who signed the act has its receipt, and the receipt is good under the bundle's checkpoint.
    (tmp_path / "receipt").write_bytes(log.receipt(hidden.index, log.note(), len(log.rows)))
    report = audit(tmp_path, "receipt", tmp_path / "receipt", anchor=anchor_at(log))
    assert (report["stream"], report["seq"]) == (CASE, 4)


def _without(log: PublishedLog, hidden: Row) -> list[tuple[str, bytes, int]]:
    """The map as if the newest act of a stream had never been."""
    before = next(row.leaf for row in log.rows if (row.stream, row.seq) == (hidden.stream, hidden.seq - 1))
    return [
        (name, before, count - 1) if name == hidden.stream else (name, head, count) for name, head, count in log.map()
    ]


def _slot(log: PublishedLog, index: int, slot: int) -> Json:
    salt, name, value = log.openings[index][slot]
    return {"field": name, "salt": salt.hex(), "value": value.decode()}


FIRST = find(HONEST, CASE, 1)
LETTER = _slot(HONEST, FIRST, 0)
DISCLOSURES: dict[str, tuple[Json, str, str]] = {
    "another text": (
        LETTER | {"value": format_json("一切都好").decode()},
        "disclosures",
        "does not open to field 'text'",
    ),
    "another field": (LETTER | {"field": "reason"}, "disclosures", "does not open to field 'reason'"),
    "another salt": (LETTER | {"salt": "00" * 32}, "disclosures", "does not open to field 'text'"),
    "the slot of another act": (
        _slot(HONEST, find(HONEST, CASE, 2), 0),
        "disclosures",
        "does not open to field 'reason'",
    ),
    "the slot of another case": (_slot(HONEST, SIZE - 1, 0), "disclosures", "does not open to field 'text'"),
    "a real field as a decoy": (LETTER | {"field": "", "value": ""}, "disclosures", "does not open to field ''"),
    "a decoy's salt and nothing": (_slot(HONEST, FIRST, 7), "disclosures", "does not open to field ''"),
    "withheld from an inspector": ({"withheld": "audience"}, "audience", "does not disclose so much or so little"),
    "said to be erased": ({"withheld": "erased"}, "disclosures", "slot 0 of act 1 is withheld without a reason"),
    "withheld on a word of one's own": ({"withheld": "secret"}, "disclosures", "is withheld without a reason"),
}


@pytest.mark.parametrize("name", DISCLOSURES)
def test_a_disclosure_that_is_swapped_withheld_or_passed_off_opens_nothing(tmp_path: Path, name: str) -> None:
    slot, check, words = DISCLOSURES[name]
    made = _bundle(disclosures=lambda value: value["acts"][0].__setitem__(0, slot))
    found = refused(tmp_path, "bundle", made, BARE)
    assert found[0] == check
    assert words in found[1]


def test_decoys_are_commitments_like_the_others() -> None:
    rows = [row for row in HONEST.rows if row.index in HONEST.openings]
    sealed = [one for row in rows for one in parse_statement(parse_entry(row.entry).payload).sealed]
    assert len(set(sealed)) == len(sealed) == 8 * len(rows)
    assert sum((name, value) == ABSENT for row in rows for _, name, value in HONEST.openings[row.index]) > len(rows)


def _receipt(**changes: Any) -> bytes:
    return format_tlog_proof(parse_tlog_proof(HONEST.receipt(LAST, NOTE, SIZE))._replace(**changes))


def _forged_entry() -> bytes:
    """The last act of the case, backdated in its recording: the operator alone says when that was."""
    return rewritten(HONEST, LAST, earlier).rows[LAST].entry


ELSEWHERE = "the inclusion proof leads to another root"
RECEIPTS: dict[str, tuple[bytes, str, str]] = {
    "another entry": (_receipt(extra=HONEST.rows[LAST - 1].entry), "included", ELSEWHERE),
    "an entry that was never recorded": (_receipt(extra=_forged_entry()), "included", ELSEWHERE),
    "another place": (_receipt(index=LAST + 1), "included", ELSEWHERE),
    "a place in another part of the tree": (_receipt(index=LAST - 1), "included", "the proof is too short"),
    "a place behind the end": (_receipt(index=SIZE), "included", f"a tree of {SIZE} leaves has no leaf {SIZE}"),
    "hashes of another entry": (_receipt(hashes=tuple(HONEST.hashes(LAST + 1, SIZE))), "included", ELSEWHERE),
    "the entry's own leaf as a proof": (
        _receipt(hashes=(leaf_hash(HONEST.rows[LAST].entry),)),
        "included",
        "the proof is too short",
    ),
    "another root under the old signature": (
        _receipt(checkpoint=NOTE.replace(f"\n{SIZE}\n", f"\n{SIZE + 1}\n")),
        "checkpoint",
        "the signature by sundial.example/test does not hold",
    ),
}


@pytest.mark.parametrize("name", RECEIPTS)
def test_a_forged_receipt_is_refused(tmp_path: Path, name: str) -> None:
    made, check, words = RECEIPTS[name]
    assert refused(tmp_path, "receipt", made, BARE) == (check, words)


def test_a_receipt_from_a_forged_history_is_a_fork_from_what_the_reader_has_seen(tmp_path: Path) -> None:
    other = rewritten(told_log(), LAST, earlier)
    while len(other.rows) < SIZE:
        other.act(SECOND, OTHER_CASE, "case.investigated.v1", {"way": "visit"})
    made = other.receipt(LAST, other.note(), SIZE)
    found = refused(tmp_path, "receipt", made, SEEN)
    assert found == ("checkpoint", "the checkpoint has another root than the anchored one of the same size: a fork")


@pytest.mark.parametrize("size", [LAST + 1, SIZE - 1])
def test_a_proof_for_another_size_does_not_fit_the_checkpoint(tmp_path: Path, size: int) -> None:
    inclusion = _receipt(hashes=tuple(HONEST.hashes(LAST, size)))
    check, words = refused(tmp_path, "receipt", inclusion, BARE)
    assert (check, words in (ELSEWHERE, "the proof is too short", "the proof is too long")) == ("included", True)


def test_a_census_proved_for_another_size_is_not_under_the_checkpoint(tmp_path: Path) -> None:
    proof = HONEST.proof(CENSUS, NOTE, SIZE) | {"census": HONEST.item(CENSUS.index, SIZE - 1)}
    assert refused(tmp_path, "proof", line(proof), BARE) == ("census", "the proof is too short")


@pytest.mark.parametrize("size", [8, 10, SIZE - 1])
def test_a_proof_that_goes_on_from_another_size_than_was_asked_is_refused_or_shows_nothing(
    tmp_path: Path, size: int
) -> None:
    asked, proof = anchor_at(HONEST, 9), HONEST.proof(CENSUS, NOTE, SIZE, since=size)
    (tmp_path / "proof").write_bytes(line(proof))
    assert audit(tmp_path, "proof", tmp_path / "proof", anchor=asked)["continues_anchor"] is False
    lying = line(proof | {"since": {"proof": proof["since"]["proof"], "size": 9}})
    check, words = refused(tmp_path, "proof", lying, asked)
    assert check == "checkpoint"
    assert words in ("the consistency proof leads to other roots", "the proof is too short", "the proof is too long")
    good = [one.hex() for one in consistency_proof(HONEST.node, 9, SIZE)]
    (tmp_path / "proof").write_bytes(line(proof | {"since": {"proof": good, "size": 9}}))
    assert audit(tmp_path, "proof", tmp_path / "proof", anchor=asked)["continues_anchor"] is True
