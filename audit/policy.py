"""Trust policies: which logs are believed, and which sets of witnesses are strong enough.

A policy is a file of lines `log <vkey> [<url>]`, `witness <name> <vkey> [<url>]`, `group <name> <k> <name>…`
and one `quorum <name>`. Names are octets and mean nothing outside the file. With `quorum none` nobody
has to have cosigned.
Source: C2SP tlog-policy.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from audit.errors import Malformed
from audit.note import COSIGNATURE, ED25519, NoteKey, parse_note_key

__all__ = ["NO_POLICY", "Policy", "parse_policy"]

_NONE = b"none"
# Bounds of our own: the specification asks for at least 32 logs, witnesses and groups.
_MAX_SIZE = 100_000


@dataclass(frozen=True, slots=True)
class Policy:
    """A policy as it was read. groups maps a name to how many of which names it takes; urls is by vkey's raw key."""

    logs: tuple[NoteKey, ...] = ()
    witnesses: Mapping[bytes, NoteKey] = field(default_factory=dict)
    groups: Mapping[bytes, tuple[int, tuple[bytes, ...]]] = field(default_factory=dict)
    quorum: bytes = _NONE
    urls: Mapping[bytes, str] = field(default_factory=dict)

    def is_met(self, signers: Collection[NoteKey]) -> bool:
        """Say whether a checkpoint that these keys signed or cosigned satisfies the quorum."""
        met = {_NONE: True} | {name: key in signers for name, key in self.witnesses.items()}
        for name, (threshold, members) in self.groups.items():
            met[name] = sum(met[one] for one in members) >= threshold
        return met[self.quorum]


NO_POLICY = Policy()


def parse_policy(data: bytes) -> Policy:
    """Return the policy in a file's bytes. Raises Malformed, naming the line, if it is not one."""
    if len(data) > _MAX_SIZE or any((one < 0x20 and one not in b"\t\n") or one == 0x7F for one in data):
        raise Malformed("a policy has at most 100,000 bytes and no control character but tab and newline")
    if not data.endswith(b"\n"):
        raise Malformed("the lines of a policy end in a newline")
    reader = _Reader()
    for number, line in enumerate(data.split(b"\n"), 1):
        words = line.split()
        if words and not words[0].startswith(b"#"):
            try:
                reader.read(words)
            except Malformed as error:
                raise Malformed(f"line {number} of the policy: {error}") from None
    if reader.quorum is None:
        raise Malformed("the policy has no quorum line")
    return Policy(tuple(reader.logs), reader.witnesses, reader.groups, reader.quorum, reader.urls)


class _Reader:
    """What the lines so far have said."""

    def __init__(self) -> None:
        self.logs: list[NoteKey] = []
        self.witnesses: dict[bytes, NoteKey] = {}
        self.groups: dict[bytes, tuple[int, tuple[bytes, ...]]] = {}
        self.urls: dict[bytes, str] = {}
        self.quorum: bytes | None = None
        # The names that were defined; true once one is a member of a group.
        self._names: dict[bytes, bool] = {}

    def read(self, words: list[bytes]) -> None:
        """Take in one line."""
        match words:
            case [b"log", vkey, *url] if len(url) <= 1:
                self.logs.append(self._key(vkey, ED25519, self.logs, url))
            case [b"witness", name, vkey, *url] if len(url) <= 1:
                self._define(name)
                self.witnesses[name] = self._key(vkey, COSIGNATURE, self.witnesses.values(), url)
            case [b"group", name, threshold, _, *_]:
                self.groups[name] = self._group(threshold, words[3:])
                self._define(name)
            case [b"quorum", name] if self.quorum is None and (name in self._names or name == _NONE):
                self.quorum = name
            case _:
                raise Malformed("not a line that may stand there")

    def _define(self, name: bytes) -> None:
        if name in self._names or name == _NONE:
            raise Malformed("a name is defined once, and none is defined already")
        self._names[name] = False

    def _key(self, vkey: bytes, kind: int, others: Collection[NoteKey], url: list[bytes]) -> NoteKey:
        key = parse_note_key(vkey.decode("utf-8", "replace"))
        if key.kind != kind or any(key.raw == one.raw for one in others):
            raise Malformed("a key of the wrong type, or one that is there already")
        if url:
            self.urls[key.raw] = url[0].decode("utf-8", "replace")
        return key

    def _group(self, threshold: bytes, members: list[bytes]) -> tuple[int, tuple[bytes, ...]]:
        for name in members:
            if self._names.get(name, True):
                raise Malformed("a member of a group is a name defined before that is in no group yet")
            self._names[name] = True
        named = {b"any": b"1", b"all": b"%d" % len(members)}.get(threshold, threshold)
        if not named.isdigit() or named.startswith(b"0") or len(named) > 5 or int(named) > len(members):
            raise Malformed("a group takes at least one of its members and at most all")
        return int(named), tuple(members)
