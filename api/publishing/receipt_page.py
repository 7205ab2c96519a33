"""A receipt as a page to be printed: what it proves in words, and the file itself as QR codes.

The page stands alone: it asks for no script and nothing from a server, and says how to check it without one.
"""

from __future__ import annotations

from functools import cache

import segno
from jinja2 import Environment, PackageLoader, StrictUndefined

from api.main import Application
from api.positions import log_key_of
from api.publishing.qr_texts import format_texts
from api.publishing.receipts import Receipt
from api.wording import Wording
from audit.note import ED25519, NoteKey
from audit.store.notes import format_note_key
from domain.people import People
from domain.vocabulary import name_of
from domain.wording import ACTIONS


def receipt_page(application: Application, receipt: Receipt, language: str) -> str:
    """Return the page of a receipt in this language, "zh" or "en"."""
    say = Wording(language)
    statement = receipt.statement
    people: People = application.ledger.reference().people
    office = people.office(statement.office)
    ledger = application.ledger
    note = ledger.latest_checkpoint() or ledger.checkpoint()
    log = NoteKey(ledger.origin, ED25519, log_key_of(ledger, note))
    action = name_of(ACTIONS, statement.action)
    return (
        _templates()
        .get_template("receipt.html")
        .render(
            lang=language,
            say=say,
            receipt=receipt,
            statement=statement,
            action=say.pick(action.zh, action.en),
            office=say.pick(office.name_zh, office.name_en) if office else statement.office,
            log=format_note_key(log),
            codes=qr_codes(receipt.data),
        )
    )


def qr_codes(data: bytes) -> list[str]:
    """Return the QR codes of a receipt as SVG, in their order; a fifth of each may be damaged and it is still read."""
    return [
        segno.make_qr(text, error="m", boost_error=False).svg_inline(scale=3, omitsize=True)
        for text in format_texts(data)
    ]


@cache
def _templates() -> Environment:
    return Environment(
        loader=PackageLoader("api.http"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
