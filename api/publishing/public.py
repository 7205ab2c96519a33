"""What the public is told of: the entries of the last published checkpoint, provided that its witnesses cosigned it.

Under a policy that is fail-closed: while the quorum is missed, figures, lists, feeds, receipts and proofs stay those of
the last checkpoint that met it, and before the first there are none. Without a policy nobody has to cosign, and as long
as nothing was published, what has been recorded counts, as unwitnessed. Acting goes on meanwhile: the forms by which
the public acts (`/submit`, `/claim`) know the newest directory, and `/api/health` says how many entries there are.
"""

from __future__ import annotations

from typing import Any

from api.errors import NotThere
from api.main import Application
from api.positions import log_key_of, position
from api.publishing.publisher import read_policy, signers
from api.publishing.standing import Published, Standing
from audit.anchor import Anchor
from audit.store.notes import format_anchor


def public_checkpoint(application: Application) -> Published | None:
    """Return the last published checkpoint if it meets the policy of today and the ledger goes on from it, else None.

    Raises InputRefused if the policy or the published checkpoint is damaged: then nothing is public.
    """
    published = Standing(application.settings.published).published()
    if published is None:
        return None
    policy, size = read_policy(application), published.checkpoint.size
    if not policy.is_met(signers(published.note, policy)) or size > application.ledger.head().size:
        return None
    (place,) = position(application.ledger, size)
    return published if place["root"] == published.checkpoint.root.hex() else None


def public_size(application: Application) -> int:
    """Return how many entries the public is told of."""
    published = public_checkpoint(application)
    if published is not None:
        return published.checkpoint.size
    waits = Standing(application.settings.published).published() or read_policy(application).witnesses
    return 0 if waits else application.ledger.head().size


def public_position(application: Application) -> list[dict[str, Any]]:
    """Name the place in the log that the public is told of: origin, size and root."""
    return position(application.ledger, public_size(application))


def public_known_at(application: Application, asked: int | None) -> int:
    """Return the number of entries asked for, by default all that the public is told of.

    Raises NotThere if the public is not told of so many.
    """
    size = public_size(application)
    if asked is not None and asked > application.ledger.head().size:
        raise NotThere("no_entry")
    if asked is not None and asked > size:
        raise NotThere("receipt_pending")
    return size if asked is None else asked


def public_anchor(application: Application, anchor: Anchor) -> bytes:
    """Return an anchor's file with the checkpoint that the public is told of instead of the newest that was signed."""
    published = public_checkpoint(application)
    if published is None and public_size(application):
        return format_anchor(anchor)
    note = published.note if published else ""
    key = log_key_of(application.ledger, note) if note else application.ledger.authority().log_key(0)
    return format_anchor(anchor._replace(checkpoint=note, log_key=key))
