"""The kinds of value that a public field may hold.

A kind is a function from what the canonical JSON held to what the event holds. It raises `Unfit` with
both languages' reason; it never repeats the offending value, which might be personal text that somebody
put into the wrong place. All bounds are in characters or items.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any, NamedTuple, TypeAlias

from domain.samples import sample_if_any, sampled

Kind: TypeAlias = Callable[[Any], Any]

_SLUG = r"[a-z0-9][a-z0-9-]{0,62}"
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


class Unfit(ValueError):
    """A value is not of its field's kind; zh and en say what would be."""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(en)
        self.zh = zh
        self.en = en


def choice(table: Mapping[str, object]) -> Kind:
    """Return the kind whose values are the words of table."""
    words = " ".join(table)

    def check(value: Any) -> Any:
        if type(value) is str and value in table:
            return value
        raise Unfit(f"应为下列之一:{words}", f"must be one of: {words}")

    return sampled(check, next(iter(table), ""))


def pattern(regex: str, zh: str, en: str) -> Kind:
    """Return the kind of text that matches the whole of regex."""
    match = re.compile(regex).fullmatch

    def check(value: Any) -> Any:
        if type(value) is str and match(value):
            return value
        raise Unfit(f"应为{zh}", f"must be {en}")

    return check


def integer(low: int, high: int) -> Kind:
    """Return the kind of whole numbers from low to high; true and false are not numbers here."""

    def check(value: Any) -> Any:
        if type(value) is int and low <= value <= high:
            return value
        raise Unfit(f"应为 {low} 至 {high} 的整数", f"must be a whole number from {low} to {high}")

    return check


def listing(kind: Kind, low: int, high: int, *, unique: bool = True) -> Kind:
    """Return the kind of lists with low to high members of kind, held as a tuple."""

    def check(value: Any) -> Any:
        if type(value) is not list or not low <= len(value) <= high:
            raise Unfit(f"应为 {low} 至 {high} 项的列表", f"must be a list of {low} to {high} items")
        members = tuple(kind(member) for member in value)
        if unique and len(set(members)) != len(members):
            raise Unfit("列表中有重复项", "must not list anything twice")
        return members

    return sampled(check, [sample_if_any(kind)] if low <= 1 else [])


def record(make: Callable[..., tuple[Any, ...]], **kinds: Kind) -> Kind:
    """Return the kind of objects with exactly the named members, held as the named tuple that make builds.

    The members are given in the order of the named tuple.
    """
    members = tuple(kinds.items())

    def check(value: Any) -> Any:
        if type(value) is dict and len(value) == len(members):
            try:
                return make(*[kind(value[name]) for name, kind in members])
            except KeyError:
                pass
        names = " ".join(kinds)
        raise Unfit(f"应恰有这些成员:{names}", f"must be an object with exactly: {names}")

    return sampled(check, {name: sample_if_any(kind, name) for name, kind in members})


def _text(limit: int) -> Kind:
    def check(value: Any) -> Any:
        if (
            type(value) is str
            and 0 < len(value) <= limit
            and value == value.strip()
            and value.isprintable()
            and unicodedata.is_normalized("NFC", value)
        ):
            return value
        raise Unfit(f"应为 1 至 {limit} 字的单行文字", f"must be one line of 1 to {limit} characters")

    return check


def _day(value: Any) -> Any:
    if type(value) is str and _DAY.fullmatch(value):
        try:
            return date.fromisoformat(value)
        except ValueError:
            pass
    raise Unfit("应为日期(年-月-日)", "must be a date, YYYY-MM-DD")


def _boolean(value: Any) -> Any:
    if value is True or value is False:
        return value
    raise Unfit("应为 true 或 false", "must be true or false")


class Imported(NamedTuple):
    """That an act was taken from a file: by which mapping, and how precise the file's time was."""

    mapping: str
    precision: str


class Target(NamedTuple):
    """Which disclosures of which act of the case an erasure destroys."""

    seq: int
    slots: tuple[int, ...]


class RegistrarKey(NamedTuple):
    """One registrar as entry 0 names them; the key is the raw public key in hex."""

    id: str
    key: str


boolean: Kind = _boolean
day: Kind = _day
name = _text(120)
citation = _text(400)
slug = pattern(_SLUG, "小写字母、数字和连字符组成的标识", "an identifier of lower-case letters, digits and hyphens")
officer = pattern("officer-" + _SLUG, "工作人员标识 officer-…", "an officer's identifier, officer-…")
registrar = pattern("registrar-" + _SLUG, "登记管理员标识 registrar-…", "a registrar's identifier, registrar-…")
key_holder = pattern(
    "(officer|registrar|service)-" + _SLUG,
    "officer-…、registrar-… 或 service-… 标识",
    "an identifier officer-…, registrar-… or service-…",
)
action_name = pattern(r"[a-z][a-z_]{0,31}\.[a-z][a-z0-9_]{0,62}\.v[1-9][0-9]{0,3}", "行为名称", "the name of an act")
instant = pattern(
    r"[12][0-9]{3}-[01][0-9]-[0-3][0-9]T[0-2][0-9]:[0-5][0-9]:[0-5][0-9][+-][0-9]{2}:[0-9]{2}",
    "带时区偏移的时刻(RFC 3339,精确到秒)",
    "an instant with offset, RFC 3339 in whole seconds",
)
code = pattern(r"[a-z0-9][a-z0-9._-]{0,62}", "分类代码", "a code of lower-case letters, digits, dots and hyphens")
case_id = pattern("[0-9a-f]{32}", "32 位十六进制小写的信访事项编号", "the 32 lower-case hex digits of a case")
corrected = pattern(
    r"[a-z0-9][a-z0-9._-]{0,62}|[12][0-9]{3}-[01][0-9]-[0-3][0-9]T[0-2][0-9]:[0-5][0-9]:[0-5][0-9][+-][0-9]{2}:[0-9]{2}",
    "分类代码或带时区偏移的时刻",
    "a code, or an instant with offset",
)
origin = pattern(r"[!-*,-~]{1,128}", "账本来源名", "a ledger origin: printable ASCII without spaces or plus signs")
hex32 = pattern("[0-9a-f]{64}", "64 位十六进制小写", "64 lower-case hex digits")
hex64 = pattern("[0-9a-f]{128}", "128 位十六进制小写", "128 lower-case hex digits")
