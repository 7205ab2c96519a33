"""A server follows the log in a thread of its own, and questions do not fold while it does."""

from __future__ import annotations

import threading
from typing import Any

import pytest

from api import warming as ahead
from api.actions import command, new_case
from api.case_answers import ask_replay
from api.following import following
from api.main import Application
from api.wording import Wording
from projections.engine import Engine
from projections.tallies import Tallies
from tests.api.clients import client_of

LETTER = {"channel": "letter", "capacity": "competent_unit"}


class Watched:
    """Views that count how often somebody caught up, and fail when told to."""

    def __init__(self, views: Engine) -> None:
        self._views = views
        self.failing = False
        self.rounds = threading.Semaphore(0)

    def followed(self) -> object:
        return self._views.followed()

    def catch_up(self) -> int:
        self.rounds.release()
        if self.failing:
            raise OSError("gone")
        return self._views.catch_up()


def test_what_is_recorded_is_folded_without_being_asked_for(application: Application) -> None:
    views = Watched(application.views)
    notes: list[str] = []
    with following(views, Wording("en"), notes.append, pause=0.001):  # type: ignore[arg-type]
        application.desk.perform(
            command(new_case(), "case.registered.v1", LETTER), application.key("officer-shen"), "intake"
        )
        size = application.ledger.head().size
        while application.views.position() < size:
            assert views.rounds.acquire(timeout=20)
        views.failing = True
        views.rounds = threading.Semaphore(0)
        for _ in range(4):
            assert views.rounds.acquire(timeout=20)
    assert len(notes) == 1


def test_a_question_folds_itself_only_where_nobody_follows(application: Application) -> None:
    views = application.views
    views.catch_up()
    before = views.position()
    application.desk.perform(
        command(new_case(), "case.registered.v1", LETTER), application.key("officer-shen"), "intake"
    )
    with views.followed():
        views.refresh()
        assert views.position() == before
    views.refresh()
    assert views.position() == before + 1


def test_whoever_asks_by_what_is_known_gets_it_folded_beside_a_follower(application: Application) -> None:
    views, case = application.views, new_case()
    views.catch_up()
    with views.followed():
        application.desk.perform(command(case, "case.registered.v1", LETTER), application.key("officer-shen"), "intake")
        size = application.ledger.head().size
        told = ask_replay(application, case.removeprefix("case/"), application.clock(), size)
    assert [step.index for step in told.steps] == [size - 1]


@pytest.mark.parametrize("asked", ["/api/workload", "/api/figures?figure=submissions"])
def test_whoever_asked_before_the_fold_is_not_told_after_it_that_nothing_is_new(
    application: Application, asked: str
) -> None:
    views = application.views
    views.catch_up()
    with client_of(application) as client, views.followed():
        application.desk.perform(
            command(new_case(), "case.registered.v1", LETTER), application.key("officer-shen"), "intake"
        )
        before = client.get(asked)
        same = client.get(asked, headers={"if-none-match": before.headers["etag"]})
        views.catch_up()
        after = client.get(asked, headers={"if-none-match": before.headers["etag"]})
    assert (before.status_code, same.status_code, after.status_code) == (200, 304, 200)
    assert before.json()["rows"] != after.json()["rows"]


def test_what_is_asked_first_is_counted_ahead(application: Application, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ahead, "WORTH_ENTRIES", 0)
    application.views.catch_up()
    told, all_told = threading.Semaphore(0), threading.Semaphore(0)
    count, warm = Tallies.tell, ahead.warm

    def counted(self: Tallies, *asked: Any) -> Any:
        told.release()
        return count(self, *asked)

    def warmed(*asked: Any) -> None:
        warm(*asked)
        all_told.release()

    monkeypatch.setattr(Tallies, "tell", counted)
    monkeypatch.setattr(ahead, "warm", warmed)
    with ahead.warming(application, pause=0.001):
        assert all_told.acquire(timeout=20)
    assert told.acquire(blocking=False)
    kept: list[object] = []
    forward = Tallies._moved

    def watched(self: Tallies, *asked: Any) -> Any:
        kept.append(forward(self, *asked))
        return kept[-1]

    monkeypatch.setattr(Tallies, "_moved", watched)
    warm(application, threading.Event())
    assert kept
    assert None not in kept
