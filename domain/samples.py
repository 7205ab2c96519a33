"""A fitting value for every kind of public field, so that each act has an example which its own reader accepts.

Kinds that are made of others (`choice`, `listing`, `record`) carry a sample; the others are asked which of
some well-known values they take. A sample never says anything about a person.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType
from typing import Any, Final

Kind = Callable[[Any], Any]

KEY: Final = "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a"

_BY_NAME: Final[Mapping[str, tuple[Any, ...]]] = MappingProxyType(
    {
        "actor": ("officer-li",),
        "officer": ("officer-li",),
        "leader": ("officer-wang",),
        "to_leader": ("officer-zhao",),
        "from_leader": ("officer-wang",),
        "area": ("housing.repair",),
        "capacity": ("competent_unit",),
        "duties": (["intake", "handler"],),
        "roles": (["intake"],),
        "calendar": ("CN",),
        "kind": ("competent_unit",),
        "log_key": (KEY,),
        "name_en": ("Housing Bureau",),
        "name_zh": ("住房局",),
        "notice": ("国办发明电〔2025〕7号",),
        "office": ("housing",),
        "origin": ("sundial.example/city",),
        "parent": ("city",),
        "post": ("desk",),
        "region": ("430100",),
        "source": ("国务院办公厅关于2026年部分节假日安排的通知",),
        "to_office": ("housing",),
        "unit": ("housing",),
        "version": ("2026-1", 1),
        "year": (2026,),
    }
)

_KNOWN: Final[tuple[Any, ...]] = (
    "示例市规程第一条",
    "housing",
    "2026-03-02",
    "2026-03-02T09:00:00+08:00",
    "officer-li",
    "service-housing",
    "registrar-zhao",
    "case.accepted.v1",
    KEY[:32],
    KEY,
    KEY * 2,
    "sundial.example/city",
    True,
    *(1, 2, 3, 5, 7, 10, 15, 20, 30, 60, 90, 100, 1000, 2026),
    [],
    {},
)


def sampled(kind: Kind, sample: Any) -> Kind:
    """Return the kind with a sample that it takes."""
    vars(kind)["sample"] = sample
    return kind


def sample_of(kind: Kind, name: str = "") -> Any:
    """Return a value that the kind takes, for a field of this name; LookupError if it takes none that is known."""
    for value in _candidates(kind, name):
        try:
            kind(value)
        except ValueError:
            continue
        return value
    raise LookupError(f"no sample fits the field {name!r}: give its kind one with domain.samples.sampled")


def sample_if_any(kind: Kind, name: str = "") -> Any:
    """Return a value that the kind takes, or None, which no kind does."""
    try:
        return sample_of(kind, name)
    except LookupError:
        return None


def _candidates(kind: Kind, name: str) -> Iterator[Any]:
    yield from _BY_NAME.get(name, ())
    if "sample" in vars(kind):
        yield vars(kind)["sample"]
    yield from _KNOWN
