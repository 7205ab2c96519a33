"""The kinds of public field that the acts of the tracks share."""

from __future__ import annotations

from datetime import date
from typing import Annotated, TypeAlias

from domain import fields
from domain.fields import choice, integer
from domain.tracks import vocabulary as words

MAX_SEQ = 2**31

ItemNumber: TypeAlias = Annotated[int, integer(1, MAX_SEQ)]
About: TypeAlias = Annotated[int, integer(1, MAX_SEQ)]
Unit: TypeAlias = Annotated[str, fields.slug]
Officer: TypeAlias = Annotated[str, fields.officer]
PostSlug: TypeAlias = Annotated[str, fields.slug]
Day: TypeAlias = Annotated[date, fields.day]
MaybeDay: TypeAlias = Annotated[date | None, fields.day]
Hash: TypeAlias = Annotated[str, fields.hex32]
CaseNumber: TypeAlias = Annotated[
    str, fields.pattern("[0-9a-f]{32}", "32 位十六进制小写的信访事项编号", "the 32 hex digits of a case")
]
Ground: TypeAlias = Annotated[str, choice(words.GROUNDS)]
Adoption: TypeAlias = Annotated[str, choice(words.ADOPTIONS)]
