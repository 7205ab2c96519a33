"""Issuing a bulletin: the signed act that names its digests and its place in the log, and the act that serves it.

The document can then be checked by anybody who holds it (`sundial-audit bulletin FILE`), and be made again: the act
keeps both axes from which it was made.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from hashlib import sha256

from api.actions import command
from api.anchors import advance_anchor
from api.bulletin.contents import Bulletin
from api.errors import NotThere, UsageRefused
from api.keyfiles import Key
from api.main import Application
from api.publishing.receipts import make_receipt, read_statement_at
from api.publishing.schedule import publish_once
from audit.store.model import Acknowledgement

ISSUED, SERVED = "bulletin.issued.v1", "bulletin.served.v1"
_ROLES = ("supervisor", "head", "leader")


@dataclass(frozen=True, slots=True)
class Issue:
    """A bulletin that was issued: the act's stream and number in it, and the acknowledgements.

    `leader` is the chief to whom it was served, "" if it was not served yet.
    """

    stream: str
    item: int
    issued: Acknowledgement
    leader: str = ""
    served: Acknowledgement | None = None


@dataclass(frozen=True, slots=True)
class Serving:
    """To whose chief a bulletin is served by the act that follows: with copies to offices, a reply due by a day."""

    due_on: date
    copies: Sequence[str] = ()


def issue(
    application: Application,
    bulletin: Bulletin,
    files: Mapping[str, bytes],
    key: Key,
    to: str | None = None,
    serving: Serving | None = None,
) -> Issue:
    """Record that a bulletin, in the forms given, is issued by the key's office, and serve it if that is wanted.

    `to` is the addressee, by default the unit that it tells of. Raises UsageRefused if there is none, or no chief is
    designated there, and DomainRefused.
    """
    wish = bulletin.wish
    unit = to or wish.unit
    if unit is None:
        raise UsageRefused("bulletin_addressee_needed")
    leader = chief_of(application, unit) if serving else ""
    digests = [{"digest": sha256(data).hexdigest(), "format": form} for form, data in sorted(files.items())]
    public = {
        "month": wish.month,
        "unit": unit,
        "as_of_on": wish.as_of_on.isoformat(),
        "known_at": {"root": bulletin.root.hex(), "size": wish.known_at},
        "files": digests,
        "concerning": wish.unit,
    }
    stream, role = f"bulletin/{key.office}", _role(application, key)
    issued = application.desk.perform(command(stream, ISSUED, public), key, role)
    item = read_statement_at(application, issued.index).seq
    served = None
    if serving is not None:
        told = {
            "item": item,
            "leader": leader,
            "due_on": serving.due_on.isoformat(),
            "copies": [*serving.copies] or None,
        }
        served = application.desk.perform(command(stream, SERVED, told), key, role)
    advance_anchor(application.settings.anchor_file, application.ledger)
    return Issue(stream, item, issued, leader, served)


def receipt_of(application: Application, index: int) -> bytes | None:
    """Publish a checkpoint and return the receipt of an act, or None while its checkpoint waits for witnesses."""
    publish_once(application)
    try:
        return make_receipt(application, index).data
    except NotThere:
        return None


def chief_of(application: Application, unit: str) -> str:
    """Return the designated chief of an office; raises UsageRefused if there is none."""
    people = application.ledger.reference().people
    for one in people.designations.get(unit, ()):
        if people.designated(unit, "chief", one.officer):
            return str(one.officer)
    raise UsageRefused("no_chief", unit=unit)


def _role(application: Application, key: Key) -> str:
    """The role in which a key's post may issue; the rules refuse a post that has none."""
    post = application.ledger.reference().people.post(key.office, key.post)
    duties = post.duties if post is not None else ()
    return next((role for role in _ROLES if role in duties), _ROLES[0])
