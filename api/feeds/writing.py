"""A feed as JSON Feed 1.1 and as Atom: the same items, each with its proof inside and where to fetch it.

The bytes are a function of the items: no date but those of the log.
Source: jsonfeed.org version 1.1; RFC 4287; C2SP tlog-proof.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final
from xml.etree import ElementTree

from api.feeds.items import Item
from api.lists.documents import write_json

JSON_FEED: Final = "application/feed+json"
ATOM: Final = "application/atom+xml"
_VERSION: Final = "https://jsonfeed.org/version/1.1"
_ATOM_NAMESPACE: Final = "http://www.w3.org/2005/Atom"
_NAMESPACE: Final = "urn:sundial:feed"
_NONE: Final = datetime(1970, 1, 1, tzinfo=UTC)
_PROOF_TYPE: Final = "text/plain"


@dataclass(frozen=True, slots=True)
class Feed:
    """A feed: its name in addresses, its title, the place in the ledger that it tells of, and where it is served."""

    name: str
    title: str
    origin: str
    size: int
    root: str
    base: str
    language: str

    def address(self, path: str) -> str:
        """The whole address of a path of this server."""
        return f"{self.base}{path}"

    @property
    def id(self) -> str:
        """What names the feed wherever it is served."""
        return f"urn:sundial:{self.origin}:{self.name}"

    def id_of(self, item: Item) -> str:
        """What names an item: the entry that published it."""
        return f"urn:sundial:{self.origin}:entry:{item.index}"


def write_json_feed(feed: Feed, items: Sequence[Item]) -> bytes:
    """Write a feed as JSON Feed 1.1; what is for machines stands under `_sundial`, as the format wants extensions."""
    return write_json(
        {
            "version": _VERSION,
            "title": feed.title,
            "feed_url": feed.address(f"/feeds/{feed.name}.json"),
            "language": feed.language,
            "authors": [{"name": feed.origin}],
            "_sundial": {"known_at": [{"origin": feed.origin, "size": feed.size, "root": feed.root}]},
            "items": [_json_item(feed, item) for item in items],
        }
    )


def _json_item(feed: Feed, item: Item) -> dict[str, Any]:
    proof = feed.address(item.proof_address)
    return {
        "id": feed.id_of(item),
        "url": proof,
        "title": item.title,
        "content_text": item.text,
        "date_published": item.published_at,
        "attachments": [{"url": proof, "mime_type": _PROOF_TYPE, "title": item.receipt.name}],
        "_sundial": {**item.members, "entry": item.index, "tlog_proof": item.receipt.data.decode()},
    }


def write_atom(feed: Feed, items: Sequence[Item]) -> bytes:
    """Write a feed as Atom; its date is that of the newest item, or 1970 if it has none yet."""
    updated = max((item.published_at for item in items), default=_NONE)
    ElementTree.register_namespace("", _ATOM_NAMESPACE)
    ElementTree.register_namespace("sundial", _NAMESPACE)
    root = ElementTree.Element(f"{{{_ATOM_NAMESPACE}}}feed", {"xml:lang": feed.language})
    _text(root, "id", feed.id)
    _text(root, "title", feed.title)
    _text(root, "updated", _instant(updated))
    _text(_child(root, "author"), "name", feed.origin)
    known_at = {"origin": feed.origin, "size": str(feed.size), "root": feed.root}
    _child(root, "known-at", _NAMESPACE).attrib.update(known_at)
    _link(root, "self", feed.address(f"/feeds/{feed.name}.atom"), ATOM)
    for item in items:
        _entry(feed, root, item)
    written: bytes = ElementTree.tostring(root, encoding="utf-8", xml_declaration=True)
    return written


def _entry(feed: Feed, root: ElementTree.Element, item: Item) -> None:
    entry, proof = _child(root, "entry"), feed.address(item.proof_address)
    _text(entry, "id", feed.id_of(item))
    _text(entry, "title", item.title)
    _text(entry, "published", _instant(item.published_at))
    _text(entry, "updated", _instant(item.published_at))
    _link(entry, "alternate", proof, _PROOF_TYPE)
    _link(entry, "enclosure", proof, _PROOF_TYPE)
    _text(entry, "content", item.text).set("type", "text")
    _child(entry, "tlog-proof", _NAMESPACE).text = item.receipt.data.decode()


def _child(parent: ElementTree.Element, name: str, namespace: str = _ATOM_NAMESPACE) -> ElementTree.Element:
    return ElementTree.SubElement(parent, f"{{{namespace}}}{name}")


def _text(parent: ElementTree.Element, name: str, text: str) -> ElementTree.Element:
    child = _child(parent, name)
    child.text = text
    return child


def _link(parent: ElementTree.Element, relation: str, address: str, kind: str) -> None:
    _child(parent, "link").attrib.update({"rel": relation, "href": address, "type": kind})


def _instant(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
