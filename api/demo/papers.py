"""The made-up papers that people of the city add to their cases: short texts, the same on every machine."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from hashlib import sha256
from typing import Any, Final

from api.main import Application

PAPERS: Final = 400
KIND: Final = "text/plain"


def paper(number: int) -> bytes:
    """One paper, of which there are `PAPERS`."""
    return f"演示材料第 {number % PAPERS} 号。内容为虚构。\nDemonstration paper {number % PAPERS}. Made up.\n".encode()


def told(data: bytes) -> dict[str, Any]:
    """What an act says of a paper."""
    return {"digest": sha256(data).hexdigest(), "size": len(data), "media_type": KIND}


def file_papers(application: Application, stream: str, sealed: Mapping[str, Any]) -> None:
    """Keep the papers that an act of a case has named beside the ledger, as if they had been sent."""
    case = stream.partition("/")[2]
    digests = [one["digest"] for one in sealed.get("attachments", ())]
    for digest in digests:
        incoming = application.files.begin(case, KIND)
        incoming.write(_by_digest()[digest])
        application.files.file(case, incoming)
    if digests:
        application.files.keep(case, digests)


@cache
def _by_digest() -> Mapping[str, bytes]:
    return {told(paper(number))["digest"]: paper(number) for number in range(PAPERS)}
