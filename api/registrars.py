"""What two registrars do together: open offices and posts, appoint officers, enrol and end keys, publish tables.

A key becomes valid by two acts: one registrar proposes it, with the key's own signature as proof of
possession, and the other confirms that proposal by its leaf.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from api.actions import Desk, command
from api.keyfiles import Key
from audit.entry import parse_entry
from audit.statement import parse_statement
from audit.store.ledger import Ledger
from audit.store.model import Acknowledgement
from audit.store.possession import prove_possession

ROLE = "registrar"
OFFICE = "registrars"
POST = "registrar"
ROTATED = "people.key_rotated.v1"


@dataclass(frozen=True, slots=True)
class Registrars:
    """Two registrars at one desk; the first proposes, the second confirms."""

    desk: Desk
    first: Key
    second: Key

    def open_office(self, office: str, public: Mapping[str, Any]) -> Acknowledgement:
        """Open an office under its slug; public holds name_zh, kind and what else the act takes."""
        return self._act(f"people/{office}", "people.office_opened.v1", public)

    def open_post(self, office: str, public: Mapping[str, Any]) -> Acknowledgement:
        """Open a post of an office; public holds post, name_zh and duties."""
        return self._act(f"people/{office}", "people.post_opened.v1", public)

    def appoint(self, office: str, officer: str, post: str, from_on: str, name: str = "") -> Acknowledgement:
        """Appoint an officer to a post from a date on; the name is sealed."""
        public = {"officer": officer, "post": post, "from_on": from_on}
        return self._act(f"people/{office}", "people.officer_appointed.v1", public, {"name": name})

    def end_tenure(self, office: str, officer: str, post: str, on: str) -> Acknowledgement:
        """End an officer's tenure of a post on a date."""
        public = {"officer": officer, "post": post, "on": on}
        return self._act(f"people/{office}", "people.tenure_ended.v1", public)

    def enrol(self, key: Key, roles: Sequence[str]) -> Acknowledgement:
        """Enrol a key of which the secret is at hand, by both registrars."""
        proof = prove_possession(key.secret, self.desk.ledger.origin, key.office, key.actor)
        return self.enrol_public(key.office, key.actor, key.post, key.public, roles, key.custody, proof.hex())

    def enrol_public(
        self, office: str, actor: str, post: str, public: bytes, roles: Sequence[str], custody: str, possession: str
    ) -> Acknowledgement:
        """Enrol a public key whose holder proved possession; answers with the confirmation."""
        proposal = self._act(
            f"people/{office}",
            "people.key_proposed.v1",
            {
                "key": public.hex(),
                "actor": actor,
                "post": post,
                "roles": list(roles),
                "custody": custody,
                "possession": possession,
            },
        )
        confirm = command(f"people/{office}", "people.key_confirmed.v1", {"proposal": proposal.leaf.hex()})
        return self.desk.perform(confirm, self.second, ROLE)

    def revoke(self, office: str, key_id: str, reason: str) -> Acknowledgement:
        """End a key, from this entry of the log on."""
        return self._act(f"people/{office}", "people.key_revoked.v1", {"key_id": key_id, "reason": reason})

    def publish(self, stream: str, action: str, public: Mapping[str, Any]) -> Acknowledgement:
        """Publish a table, of rules or of a calendar year; empty lists and False are values here."""
        return self._act(stream, action, public)

    def _act(
        self, stream: str, action: str, public: Mapping[str, Any], sealed: Mapping[str, Any] | None = None
    ) -> Acknowledgement:
        return self.desk.perform(command(stream, action, public, sealed), self.first, ROLE)


def rotate(desk: Desk, old: Key, new: Key, role: str) -> Acknowledgement:
    """Replace a key by one of the same holder, signed with the old one, which ends with this entry."""
    proof = prove_possession(new.secret, desk.ledger.origin, old.office, old.actor)
    public = {"key": new.public.hex(), "possession": proof.hex()}
    return desk.perform(command(f"people/{old.office}", ROTATED, public), old, role)


class Rotation(NamedTuple):
    """A rotation that the log holds: its place, its leaf, and the id of the key that it ended."""

    at: int
    leaf: bytes
    old: bytes


def find_rotation(ledger: Ledger, new: Key) -> Rotation | None:
    """Find the act by which this key followed another one; None if there is none."""
    for stored in ledger.stream_entries(f"people/{new.office}"):
        if stored.action == ROTATED:
            statement = parse_statement(parse_entry(stored.entry).payload)
            if statement.public.get("key") == new.public.hex():
                return Rotation(stored.index, stored.leaf, statement.key_id)
    return None
