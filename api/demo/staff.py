"""Who holds which post with which key while the city's two years pass, and the changes that registrars record."""

from __future__ import annotations

import tomllib
from datetime import date
from functools import partial
from importlib import resources
from typing import Any

from api.demo.tales import Signer
from api.keyfiles import Key, keep_key, new_key
from api.main import Application
from api.registrars import Registrars, rotate
from domain.reference import Reference


class Staff:
    """The holders of all posts, the last one appointed last, with the key that each signs with."""

    def __init__(self, application: Application) -> None:
        """Take a ledger freshly founded with the city's plan."""
        self._application = application
        reference: Reference = application.ledger.reference()
        people = reference.people
        self._duties = {place: list(post.duties) for place, post in people.posts.items()}
        self._holders: dict[tuple[str, str], list[Key]] = {}
        for (office, post, officer), _ in people.tenures.items():
            self._holders.setdefault((office, post), []).append(application.key(officer))
        first, second = (application.key(name) for name in ("registrar-qin", "registrar-yao"))
        self._registrars = Registrars(application.desk, first, second)

    def key(self, signer: Signer) -> Key:
        """Return the key that signs: that of the last one appointed to the post, or of the officer who is named."""
        holders = self._holders[signer.office, signer.post]
        return next(key for key in reversed(holders) if signer.officer in ("", key.actor))

    def change(self, on: date, change: str, office: str, **rest: str) -> None:
        """Record one row of `changes.toml`."""
        getattr(self, f"_{change}")(on.isoformat(), office, **rest)

    def _designate(self, on: str, office: str, post: str, designation: str) -> None:
        officer = self.key(Signer(office, post)).actor
        public = {"officer": officer, "post": post, "designation": designation, "from_on": on}
        self._registrars.publish(f"people/{office}", "people.leader_designated.v1", public)

    def _undesignate(self, on: str, office: str, officer: str, designation: str) -> None:
        public = {"officer": officer, "designation": designation, "on": on}
        self._registrars.publish(f"people/{office}", "people.designation_ended.v1", public)

    def _appoint(self, on: str, office: str, post: str, officer: str, name: str) -> None:
        """One more officer comes to a post, with a key of the new one's own."""
        self._registrars.appoint(office, officer, post, on, name)
        self._enrol(officer, officer, office, post)

    def _leave(self, on: str, office: str, post: str, officer: str) -> None:
        old = self.key(Signer(office, post, officer=officer))
        self._registrars.end_tenure(office, officer, post, on)
        self._registrars.revoke(office, old.key_id.hex(), "tenure_ended")
        self._holders[office, post].remove(old)

    def _rotate(self, on: str, office: str, post: str) -> None:
        """An officer replaces a key by a new one, signed with the old one."""
        old = self.key(Signer(office, post))
        new = self._keep(f"{old.actor}-2", old.actor, office, post)
        rotate(self._application.desk, old, new, self._duties[office, post][0])
        self._holders[office, post] = [new]

    def _lose(self, on: str, office: str, post: str) -> None:
        """A key is lost, ended by a registrar, and replaced by a new one."""
        old = self.key(Signer(office, post))
        self._registrars.revoke(office, old.key_id.hex(), "lost")
        self._holders[office, post] = []
        self._enrol(f"{old.actor}-2", old.actor, office, post)

    def _close(self, on: str, office: str, successor: str) -> None:
        public = {"successor": successor, "ending": "office_merged"}
        self._registrars.publish(f"people/{office}", "people.office_closed.v1", public)

    def _enrol(self, file: str, officer: str, office: str, post: str) -> None:
        key = self._keep(file, officer, office, post)
        self._registrars.enrol(key, self._duties[office, post])
        self._holders[office, post].append(key)

    def _keep(self, file: str, officer: str, office: str, post: str) -> Key:
        make = partial(new_key, "officer", officer, office, post, "file", entropy=self._application.entropy)
        settings = self._application.settings
        return keep_key(settings.keys, file, make, settings.passphrase)


def load_changes() -> list[dict[str, Any]]:
    """Read what changes in the city's offices, in order."""
    text = resources.files("api.demo").joinpath("changes.toml").read_text("utf-8")
    changes: list[dict[str, Any]] = tomllib.loads(text)["changes"]
    return changes
