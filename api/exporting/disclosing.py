"""What opens the sealed slots of a case's acts, as far as an audience may read them, and the files that they name.

A slot that is not used opens for everybody, so that nothing can pass for one. Source: audit/FORMAT.md section 14.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from api.errors import InputRefused, NotThere
from api.exporting.audiences import reads
from api.main import Application
from audit.commitments import SLOTS
from audit.store.model import StoredEntry
from audit.suite import hash256

Slot = Mapping[str, str]
_WITHHELD: Slot = {"withheld": "audience"}
_ERASED: Slot = {"withheld": "erased"}


@dataclass(frozen=True, slots=True)
class Disclosed:
    """The slots of every act in order, the values that can be read by act and field, and how many there are of each."""

    slots: Sequence[Sequence[Slot]]
    values: Sequence[Mapping[str, Any]]

    @property
    def opened(self) -> int:
        """How many values are disclosed."""
        return sum(len(one) for one in self.values)

    @property
    def withheld(self) -> int:
        """How many slots are withheld, erased ones included."""
        return sum("withheld" in slot for slots in self.slots for slot in slots)


def disclose(application: Application, acts: Sequence[StoredEntry], audience: str) -> Disclosed:
    """Open what an audience may read; raises KeyStoreRefused if something stored was changed."""
    slots: list[list[Slot]] = []
    values: list[dict[str, Any]] = []
    for stored in acts:
        found: list[Slot] = []
        read: dict[str, Any] = {}
        for one in application.ledger.disclosures(stored):
            if one is None:
                found.append(_ERASED)
            elif one.field and not reads(audience, stored.action):
                found.append(_WITHHELD)
            else:
                found.append({"field": one.field, "salt": one.salt.hex(), "value": one.value.decode()})
                read |= {one.field: json.loads(one.value)} if one.field else {}
        slots.append(found)
        values.append(read)
        assert len(found) == SLOTS, "an act has eight slots"
    return Disclosed(slots, values)


def attachments(application: Application, case: str, disclosed: Disclosed, folder: Path) -> dict[str, bytes]:
    """Read every file that a disclosed list names: the ledger's own, or from a folder in which it stands by its digest.

    Raises NotThere naming the digest of the first that is missing, InputRefused if one was changed.
    """
    named = {one["digest"]: one["size"] for read in disclosed.values for one in read.get("attachments", ())}
    files = {}
    for digest, size in sorted(named.items()):
        try:
            kept = application.files.has(case, digest)
            data = b"".join(application.files.read(case, digest)) if kept else (folder / digest).read_bytes()
        except OSError as error:
            raise NotThere("attachment_missing", digest=digest, folder=folder) from error
        if len(data) != size or hash256(data).hex() != digest:
            raise InputRefused("attachment_changed", digest=digest)
        files[f"attachments/{digest}"] = data
    return files
