"""What a signer reads before signing: the act in one paragraph of each language, sealed fields by name only."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from domain.people import People
from domain.schema import Event
from domain.vocabulary import ROLES, Name, name_of
from domain.wording import ACTIONS, BASES, FIELDS, SEALED_FIELDS, VALUES

_OFFICE_FIELDS = frozenset({"to_office", "office", "parent"})


def summarise(
    event: Event, public: Mapping[str, Any], sealed: Sequence[tuple[str, Any]], people: People
) -> tuple[str, str]:
    """Return the summary in Chinese and in English: who, what, in which stream, claimed when, with which fields."""
    texts: list[str] = []
    for language in (0, 1):
        stop = ("。", ". ")[language]
        comma = (";", "; ")[language]
        fields = comma.join(_field(name, value, people, language) for name, value in sorted(public.items()))
        names = ("、", ", ")[language].join(SEALED_FIELDS[name][language] for name, _ in sealed)
        parts = [
            f"{_who(event, people, language)}{(':', ': ')[language]}{ACTIONS[event.action][language]}",
            f"{('账流', 'Stream')[language]} {event.originator_id} "
            f"{(f'第 {event.originator_version} 项', f'no. {event.originator_version}')[language]}",
            f"{('声称时间', 'Claimed time')[language]} {event.claimed_at.isoformat()}",
        ]
        if fields:
            parts.append(fields)
        if names:
            parts.append(f"{('密封内容', 'Sealed')[language]}{(':', ': ')[language]}{names}")
        texts.append(stop.join(parts) + stop.strip())
    return texts[0], texts[1]


def _who(event: Event, people: People, language: int) -> str:
    role = name_of(ROLES, event.role)[language]
    if not event.office:
        return role
    return f"{office_name(people, event.office, language)} {event.post} {event.actor} ({role})"


def office_name(people: People, slug: str, language: int) -> str:
    """Return an office's name in Chinese (0) or English (1), as far as the directory has one, with its identifier."""
    office = people.office(slug)
    if office is None:
        return slug
    return f"{office.name_zh if language == 0 or not office.name_en else office.name_en} ({slug})"


def _field(name: str, value: Any, people: People, language: int) -> str:
    label = name_of(FIELDS, name)[language]
    return f"{label} {_value(name, value, people, language)}"


def _value(name: str, value: Any, people: People, language: int) -> str:
    if isinstance(value, bool):
        return (("否", "是"), ("no", "yes"))[language][value]
    if isinstance(value, str):
        if name in _OFFICE_FIELDS:
            return office_name(people, value, language)
        table: Mapping[str, Name] = BASES if name == "basis" else VALUES.get(name, {})
        return name_of(table, value)[language]
    if isinstance(value, list) and len(value) > 12:
        return (f"共 {len(value)} 项", f"{len(value)} items")[language]
    if isinstance(value, list):
        return ("、", ", ")[language].join(_value(name, item, people, language) for item in value)
    if isinstance(value, Mapping):
        return " ".join(f"{inner}={_value(inner, item, people, language)}" for inner, item in value.items())
    return str(value)
