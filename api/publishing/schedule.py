"""Publishing on a schedule while the application serves: soon after every act, and told when it has to wait.

A round does nothing if nothing was recorded and nothing waits. An alarm is one line when it rises and one when it ends.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import datetime
from typing import Any

from api.background import in_background
from api.errors import describe
from api.main import Application, milliseconds
from api.publishing.publisher import Publication, Publisher, read_policy, signers
from api.publishing.standing import Standing
from api.wording import Wording
from domain.effective import from_unix_ms
from domain.schema import CIVIL

SECONDS = 1.0
RETRY_ROUNDS = 10
"""After a missed quorum or a failure the witnesses are asked again every so many rounds."""

Note = Callable[[str], None]


def publish_once(application: Application) -> Publication:
    """Sign, have cosigned and publish once; raises CheckFailed if the ledger contradicts what was published."""
    publisher = Publisher(application)
    try:
        return publisher.publish()
    finally:
        publisher.close()


def standing_document(application: Application) -> dict[str, Any]:
    """How publishing stands, for those who may look behind the scenes: what is public, what waits and since when."""
    standing = Standing(application.settings.published)
    published, pending = standing.published(), standing.pending()
    names = signers(published.note, read_policy(application)) if published else ()
    return {
        "size": published.checkpoint.size if published else 0,
        "witnesses": sorted(key.name for key in names),
        "pending_since": _instant(pending.since_ms).isoformat(timespec="seconds") if pending else None,
        "alarm": pending is not None and pending.is_alarm(milliseconds(application.clock)()),
        "evidence": len(standing.evidence()),
    }


def witnessed_line(names: Sequence[str], say: Wording) -> str:
    """Say who cosigned, or that nobody did."""
    return say("publishing.witnessed", names=", ".join(names)) if names else say("publishing.unwitnessed")


def pending_seconds(application: Application) -> float:
    """How long a checkpoint has waited for its witnesses, 0 if none does."""
    pending = Standing(application.settings.published).pending()
    return max(0.0, (milliseconds(application.clock)() - pending.since_ms) / 1_000) if pending else 0.0


@contextmanager
def publishing(application: Application, note: Note, seconds: float = SECONDS) -> Iterator[None]:
    """Publish in a thread while the context lasts; a failure is told once and tried again."""
    rounds = _Rounds(application, note)

    def repeat(stopped: threading.Event) -> None:
        while not stopped.wait(seconds):
            rounds.run()

    with closing(rounds), in_background("publish", repeat):
        yield


class _Rounds:
    """The rounds of one schedule: what was told already, and how many rounds to pass over."""

    def __init__(self, application: Application, note: Note) -> None:
        self._application = application
        self._note = note
        self._say = Wording(application.settings.language)
        self._publisher: Publisher | None = None
        self._told = ""
        self._alarm = False
        self._rest = 0

    def run(self) -> None:
        """Do one round."""
        self._rest -= 1
        if self._rest > 0:
            return
        try:
            self._publisher = self._publisher or Publisher(self._application)
            if not self._is_due(self._publisher.standing):
                return
            found = self._publisher.publish()
            self._rest, self._told = (RETRY_ROUNDS if found.pending else 0), ""
            self._tell_alarm(found)
        except Exception as error:  # the next round may find the database or the disk again
            self._rest = RETRY_ROUNDS
            line = describe(error, self._say).line
            if line != self._told:
                self._note(line)
            self._told = line

    def close(self) -> None:
        """Close the connections to the witnesses."""
        if self._publisher is not None:
            self._publisher.close()

    def _is_due(self, standing: Standing) -> bool:
        published = standing.published()
        size = published.checkpoint.size if published else 0
        return standing.pending() is not None or self._application.ledger.head().size > size

    def _tell_alarm(self, found: Publication) -> None:
        now = milliseconds(self._application.clock)()
        alarm = found.pending is not None and found.pending.is_alarm(now)
        if alarm and not self._alarm and found.pending is not None:
            self._note(self._say("publishing.alarm", since=_instant(found.pending.since_ms), size=found.size))
        if self._alarm and not alarm:
            self._note(self._say("publishing.alarm_over", size=found.size))
        self._alarm = alarm


def _instant(unix_ms: int) -> datetime:
    return from_unix_ms(unix_ms).astimezone(CIVIL).replace(microsecond=0)
