"""What is published never contradicts what was, and with a policy nothing is published without its witnesses."""

from __future__ import annotations

import shutil
import threading
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from api.errors import ApiError, CheckFailed
from api.main import Application, open_application
from api.publishing.evidence import check_evidence, parse_evidence
from api.publishing.publisher import Publisher
from api.publishing.schedule import publish_once, publishing, standing_document
from api.publishing.standing import Standing
from api.settings import Settings
from audit.anchor import parse_anchor
from audit.checkpoint import Checkpoint
from audit.note import check_note, parse_note
from audit.store.notes import sign_checkpoint
from tests.api.clients import client_of
from tests.api.publishing.conftest import Watch
from tests.api.publishing.witnesses import Net, log_key, make_witness, record


def test_without_a_policy_a_checkpoint_is_published_and_called_unwitnessed(ledger: Application) -> None:
    found = publish_once(ledger)
    assert found.published is not None
    assert (found.size, found.witnesses, found.pending) == (ledger.ledger.head().size, (), None)
    with client_of(ledger) as client:
        told = client.get("/api/checkpoint").json()
        assert (told["witnessed"], told["witnesses"], told["note"]) == (False, [], found.published.note)


def test_cosignatures_of_the_quorum_stand_under_the_published_checkpoint(ledger: Application, net: Net) -> None:
    with closing(Publisher(ledger, net.policy(2), net.transport)) as publisher:
        first = publisher.publish()
        size = record(ledger, 3)
        second = publisher.publish()
    assert (first.witnesses, second.witnesses, second.size) == (("east", "west"), ("east", "west"), size)
    assert second.published is not None
    keys = {log_key(ledger), *(one.key for one in net.witnesses)}
    assert set(check_note(parse_note(second.published.note), keys)) == keys


def test_nothing_new_asks_nobody(ledger: Application, net: Net) -> None:
    with closing(Publisher(ledger, net.policy(2), net.transport)) as publisher:
        publisher.publish()
        before = len(net.asked)
        publisher.publish()
    assert len(net.asked) == before


def test_a_witness_that_has_seen_more_than_was_remembered_is_asked_again(ledger: Application, net: Net) -> None:
    with closing(Publisher(ledger, net.policy(2), net.transport)) as publisher:
        publisher.publish()
    (ledger.settings.published / "witnesses.json").unlink()
    record(ledger)
    net.asked.clear()
    with closing(Publisher(ledger, net.policy(2), net.transport)) as publisher:
        assert publisher.publish().witnesses == ("east", "west")
    assert sorted(net.asked) == [("east", 200), ("east", 409), ("west", 200), ("west", 409)]


def test_a_missed_quorum_keeps_the_old_checkpoint_public_and_says_since_when(
    ledger: Application, net: Net, watch: Watch
) -> None:
    with closing(Publisher(ledger, net.policy(2), net.transport)) as publisher:
        size = publisher.publish().size
        net.down.add("west")
        since = watch.now
        more = record(ledger, 2)  # recording and acknowledging goes on
        assert more > size
        missed = publisher.publish()
        watch.now += timedelta(minutes=10)
        again = publisher.publish()
        assert (missed.size, again.size, missed.pending) == (size, size, again.pending)
        assert {one.outcome for one in again.answers} == {"cosigned", "unreachable"}
        told = standing_document(ledger)
        assert (told["size"], told["alarm"]) == (size, False)
        assert datetime.fromisoformat(told["pending_since"]) == since.replace(microsecond=0)
        watch.now += timedelta(minutes=6)
        assert standing_document(ledger)["alarm"]
        with client_of(ledger) as client:
            assert client.get("/checkpoint").text == again.published.note if again.published else False
            health = client.get("/api/health").json()
            assert (health["status"], health["publishing"]["alarm"]) == ("alarm", True)
            metrics = client.get("/metrics").text
            assert "sundial_publishing_alarm 1.0" in metrics
            assert client.get(f"/tile/0/000.p/{more}").status_code == 404
            refused = client.get(f"/api/receipts/{more - 1}")
            assert refused.status_code == 404
        net.down.clear()
        healed = publisher.publish()
    assert (healed.size, healed.pending, standing_document(ledger)["alarm"]) == (more, None, False)


def test_the_schedule_tells_the_alarm_once_and_its_end_once(ledger: Application, net: Net, watch: Watch) -> None:
    ledger.settings.policy_file.write_text(net.policy_text(2, "http://127.0.0.1:1/{name}"))
    notes: list[str] = []
    told = threading.Event()

    def note(line: str) -> None:
        notes.append(line)
        told.set()

    publish_once(ledger)
    watch.now += timedelta(minutes=16)
    with publishing(ledger, note, seconds=0.001):
        assert told.wait(20)
    assert notes[0].startswith("ALARM: checkpoints have waited for their witnesses since")
    assert len([line for line in notes if line.startswith("ALARM")]) == 1


@pytest.mark.parametrize("regrown", [False, True], ids=["behind", "regrown past it"])
def test_a_restored_backup_is_not_published(small: Settings, tmp_path: Path, watch: Watch, regrown: bool) -> None:
    with open_application(small, clock=watch) as ledger:
        record(ledger)
    backup = shutil.copytree(small.home, tmp_path / "backup")
    with open_application(small, clock=watch) as ledger:
        record(ledger, 2)
        publish_once(ledger)
    kept = (small.published / "checkpoint").read_bytes()
    shutil.move(small.published, tmp_path / "published")
    shutil.rmtree(small.home)
    shutil.copytree(backup, small.home)  # database, key store and anchor; what was published stays published
    shutil.move(tmp_path / "published", small.published)
    watch.now += timedelta(days=1)
    with open_application(small, clock=watch) as ledger:
        if regrown:
            record(ledger, 5)
        with pytest.raises(CheckFailed, match="published_contradicted" if regrown else "published_rolled_back"):
            publish_once(ledger)
        key = log_key(ledger)
    assert (small.published / "checkpoint").read_bytes() == kept
    evidence = Standing(small.published).evidence()
    assert len(evidence) == int(regrown)
    for path in evidence:  # what was signed after the restore contradicts what was published before it
        older, newer = check_evidence(parse_evidence(path.read_bytes()), [key])
        assert older.size <= newer.size


def test_a_checkpoint_of_another_ledger_in_the_home_stops_everything(ledger: Application) -> None:
    publish_once(ledger)
    other = sign_checkpoint(Checkpoint("other.example", 3, bytes(32)), bytes(32))
    (ledger.settings.published / "checkpoint").write_text(other)
    with pytest.raises(CheckFailed, match="published_other"):
        publish_once(ledger)
    (ledger.settings.published / "checkpoint").write_text("nonsense")
    with pytest.raises(ApiError, match="published_malformed"):
        publish_once(ledger)


def test_publishers_that_race_never_take_the_checkpoint_back(ledger: Application, net: Net) -> None:
    publishers = [Publisher(ledger, net.policy(2), net.transport) for _ in range(3)]
    seen: list[int] = []
    failures: list[BaseException] = []
    done = threading.Event()

    def watch_file() -> None:
        standing = Standing(ledger.settings.published)
        while not done.is_set():
            published = standing.published()
            seen.append(published.checkpoint.size if published else 0)

    def run(publisher: Publisher) -> None:
        try:
            for _ in range(4):
                publisher.publish()
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=run, args=(one,)) for one in publishers]
    watcher = threading.Thread(target=watch_file)
    for thread in (watcher, *threads):
        thread.start()
    size = record(ledger, 6)
    for thread in threads:
        thread.join()
    done.set()
    watcher.join()
    last = publishers[0].publish()
    for publisher in publishers:
        publisher.close()
    assert failures == []
    assert seen == sorted(seen)
    assert (last.size, last.witnesses, last.pending) == (size, ("east", "west"), None)


def test_a_witness_that_signs_something_else_does_not_count(ledger: Application, net: Net, tmp_path: Path) -> None:
    policy = net.policy(2)
    liar = make_witness(tmp_path / "liar.db", "west", log_key(ledger))
    net.witnesses[1] = type(liar)("west", bytes(32), liar.trusted, liar.store, liar.clock)
    with closing(Publisher(ledger, policy, net.transport)) as publisher:
        found = publisher.publish()
    assert (found.published, [one.outcome for one in found.answers if one.witness.name == "west"]) == (
        None,
        ["malformed"],
    )


def test_a_policy_that_comes_later_has_the_published_checkpoint_cosigned(ledger: Application, net: Net) -> None:
    before = publish_once(ledger)
    with closing(Publisher(ledger, net.policy(2), net.transport)) as publisher:
        after = publisher.publish()
    assert (before.witnesses, after.witnesses, before.size) == ((), ("east", "west"), after.size)


def test_the_anchor_moves_with_the_checkpoints(ledger: Application) -> None:
    found = publish_once(ledger)
    anchor = parse_anchor(ledger.settings.anchor_file.read_bytes())
    assert found.published is not None
    assert anchor.checkpoint == found.published.note
