"""Opening one's own case with the key that signs in it: no code has to be remembered on the device that filed it.

The server names the moment, the key signs it together with the ledger, the case and what is asked for, and the
signature is good for two minutes. It opens what a query code opens and nothing else; an act still needs its own.

    frame("sundial/o1", origin, stream, purpose, at)        purpose: open, code; at: RFC 3339, as the server named it
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from api.access.sessions import SignInRefused
from api.libsodium import check_signature
from api.main import Application
from api.queries import fold_case
from audit.errors import AuditError
from audit.suite import frame, key_id
from projections.errors import CaseUnknown

OPEN, CODE = "open", "code"
LASTING: Final = timedelta(minutes=2)


def message(origin: str, case: str, purpose: str, at: str) -> bytes:
    """Return what the key signs."""
    return frame(b"sundial/o1", origin.encode(), f"case/{case}".encode(), purpose.encode(), at.encode())


def check_device(application: Application, case: str, key: bytes, purpose: str, at: str, signature: bytes) -> None:
    """Check that a key of the case's petitioner signed this moment just now; `key` is the raw public key.

    Raises SignInRefused, which does not say what was wrong: no such case, another key, too late, or no good signature.
    """
    try:
        now, asked = application.clock(), datetime.fromisoformat(at)
        state, _ = fold_case(application, case, None, application.ledger.reference())
        fresh = asked.tzinfo is not None and timedelta(0) <= now - asked <= LASTING
        if not fresh or state.key(key_id(key)) is None:
            raise SignInRefused("key_refused")
        check_signature(key, message(application.ledger.origin, case, purpose, at), signature)
    except (ValueError, AuditError, CaseUnknown):
        raise SignInRefused("key_refused") from None
