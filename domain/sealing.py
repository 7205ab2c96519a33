"""The sealed fields of an act: which there may be, which there must be, and their order.

Their values never reach an event or a refusal; only the signer's client and the disclosures see them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

from domain import procedure_wording as procedure
from domain.errors import EventRefused
from domain.schema import Event
from domain.tracks import wording as tracks

MAX_TEXT = 200_000
MAX_DEPTH = 8
MAX_FILE = 2**53 - 1
_DIGEST: Final = re.compile("[0-9a-f]{64}")
_MEDIA_TYPE: Final = re.compile(r"[a-z]+/[a-z0-9][a-z0-9.+-]{0,100}")

NEEDED: Final[Mapping[str, tuple[tuple[str, ...], str]]] = MappingProxyType(
    {
        **tracks.NEEDED,
        **procedure.NEEDED,
        "looks.recorded.v1": (("looks",), "stream looks/<office>"),
        "case.replied.v1": (("reply",), "article 29, 31(5)"),
        "case.opinion_issued.v1": (("claim", "facts", "opinion", "basis"), "article 32"),
    }
)
"""What an act recorded by an office must disclose to those with a right to it, and the article; files may lack it."""

NOBODYS: Final = frozenset({"name", "contact"})


def arrange(event: Event, sealed: Mapping[str, Any]) -> tuple[tuple[str, Any], ...]:
    """Return the given sealed fields in the order of their slots.

    Values are text of at most 200,000 characters, or JSON lists and objects of text, whole numbers and
    booleans, at most 8 deep.

    Raises EventRefused naming the field that the act does not have, that it needs, or whose value is not
    of these kinds; the value itself is never repeated.
    """
    names = event.sealed
    for name, value in sealed.items():
        if name not in names:
            raise _refuse(
                event, "sealed_unknown", "不是该行为的密封字段", "is not a sealed field of this act", str(name)
            )
        if not _is_value(value):
            raise _refuse(
                event, "sealed_unfit", "应为文字或其列表、对象", "must be text, or a list or object of it", name
            )
    needed, article = NEEDED.get(event.action, ((), ""))
    if getattr(event, "imported", None) is None:
        for name in needed:
            if sealed.get(name) in (None, "", [], {}):
                raise _refuse(event, "sealed_missing", "不可缺少", "must be given", name, article)
    _check_papers(event, sealed)
    if getattr(event, "channel", "") == "found":
        for name in sorted(NOBODYS & sealed.keys()):
            raise _refuse(
                event, "sealed_person", "不适用:排查发现的事项不记任何人", "does not apply: it names no person", name
            )
    return tuple((name, sealed[name]) for name in names if name in sealed)


def _check_papers(event: Event, sealed: Mapping[str, Any]) -> None:
    """Check that a paper is there where the act says that one was signed, and that files are told by digest alone."""
    if getattr(event, "way", "") == "paper" and not sealed.get("source"):
        raise _refuse(event, "sealed_missing", "书面签名的应附签名件", "must hold the signed paper", "source")
    if "attachments" in sealed and not _are_attachments(sealed["attachments"]):
        raise _refuse(
            event,
            "sealed_unfit",
            "应为附件列表,每项恰有 digest、size、media_type",
            "must be a list of files, each with exactly digest, size and media_type",
            "attachments",
        )


def _is_value(value: Any) -> bool:
    """Say whether a value is of the kinds that may be sealed, looking through it level by level."""
    level, left = [value], MAX_DEPTH
    while level:
        within: list[Any] = []
        for one in level:
            if isinstance(one, str):
                if len(one) > MAX_TEXT:
                    return False
            elif isinstance(one, int):  # or a boolean, which is one
                continue
            elif left and isinstance(one, list):
                within += one
            elif left and isinstance(one, dict) and all(isinstance(name, str) for name in one):
                within += one.values()
            else:
                return False
        level, left = within, left - 1
    return True


def _are_attachments(value: Any) -> bool:
    if not isinstance(value, list) or not value:
        return False
    return all(
        isinstance(file, dict)
        and file.keys() == {"digest", "size", "media_type"}
        and isinstance(file["digest"], str)
        and _DIGEST.fullmatch(file["digest"]) is not None
        and type(file["size"]) is int
        and 0 <= file["size"] <= MAX_FILE
        and isinstance(file["media_type"], str)
        and _MEDIA_TYPE.fullmatch(file["media_type"]) is not None
        for file in value
    )


def _refuse(event: Event, code: str, zh: str, en: str, name: str, article: str = "") -> EventRefused:
    known = name if name in event.sealed else "?"
    listed = ", ".join(event.sealed) or "-"
    return EventRefused(
        code,
        rule=article or f"schema {event.action}",
        zh=f"{event.action}:密封字段 {known} {zh};该行为的密封字段为:{listed}",
        en=f"{event.action}: sealed field {known} {en}; the sealed fields of this act are: {listed}",
        action=event.action,
        allowed=event.sealed,
    )
