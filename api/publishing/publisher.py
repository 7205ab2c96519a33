"""The publisher: signs the head, has it cosigned, and puts it out, or leaves it waiting and says since when.

Without a policy nobody has to cosign, and whatever is told of a checkpoint says "unwitnessed". With one, a checkpoint
that misses the quorum is not published: acts go on being recorded and acknowledged, the public sees the last
published one, and after 15 minutes it is an alarm. Nothing is ever published that contradicts what was.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass

import httpx

from api.anchors import advance_anchor
from api.errors import CheckFailed, InputRefused
from api.main import Application, milliseconds
from api.positions import log_key_of
from api.publishing.cosigning import Answer, Cosigners
from api.publishing.evidence import Evidence
from api.publishing.standing import Pending, Published, Standing
from audit.checkpoint import open_checkpoint
from audit.errors import AuditError
from audit.merkle import check_consistency, root
from audit.note import Note, NoteKey, check_note, parse_note
from audit.store.ledger import Ledger
from audit.store.notes import format_note
from audit.trust import NO_POLICY, Policy, parse_policy

_MOST_POLICY = 100_001


@dataclass(frozen=True, slots=True)
class Publication:
    """How things stand after trying: what is public, what waits, whom the policy's quorum counts, and the answers."""

    published: Published | None
    pending: Pending | None
    witnesses: tuple[str, ...]
    answers: tuple[Answer, ...] = ()

    @property
    def size(self) -> int:
        """How many entries the published checkpoint covers, 0 before the first."""
        return self.published.checkpoint.size if self.published else 0


class Publisher:
    """Publishes the checkpoints of one open ledger; used by the schedule, by `publish`, and by tests."""

    def __init__(
        self,
        application: Application,
        policy: Policy | None = None,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        """Take the ledger, the policy, by default that of the home, and the way to the witnesses."""
        settings = application.settings
        self.standing = Standing(settings.published)
        self.policy = read_policy(application) if policy is None else policy
        self._application = application
        self._cosigners = Cosigners(self.policy, self.standing.sizes(), transport)
        self._now = milliseconds(application.clock)
        self._running = threading.Lock()

    def close(self) -> None:
        """Close the connections to the witnesses."""
        self._cosigners.close()

    def publish(self) -> Publication:
        """Sign the head, have it cosigned, and publish it if the quorum is met.

        Raises CheckFailed if the ledger contradicts what was published or anchored; then nothing is signed.
        """
        ledger = self._application.ledger
        with self._running:
            before = self.standing.published()
            check_goes_on(ledger, before, self.standing)
            advance_anchor(self._application.settings.anchor_file, ledger)
            note = ledger.latest_checkpoint() or ledger.checkpoint()
            checkpoint = open_checkpoint(note, ledger.origin, log_key_of(ledger, note))
            answers: list[Answer] = []
            if before is None or before.checkpoint.size < checkpoint.size or not self._is_met(before.note):
                answers = self._cosigners.collect(
                    note, checkpoint.size, lambda old: ledger.consistency_proof(old, checkpoint.size)
                )
                self.standing.keep_sizes(self._cosigners.sizes)
            pending = self._settle(_cosigned(note, answers), checkpoint.size)
            return self._report(self.standing.published(), pending, tuple(answers))

    def _settle(self, note: str, size: int) -> Pending | None:
        """Publish the note or leave it waiting, unless somebody else has published as much meanwhile."""
        with self.standing.lock():
            found = self.standing.published()
            check_goes_on(self._application.ledger, found, self.standing)
            if found is not None and found.checkpoint.size >= size and self._is_met(found.note):
                self.standing.settle(found.checkpoint.size)
                return self.standing.pending()
            if not self._is_met(note) or (found is not None and found.checkpoint.size > size):
                return self.standing.wait(size, self._now())
            self.standing.put(note)
            return None

    def _is_met(self, note: str) -> bool:
        return self.policy.is_met(signers(note, self.policy))

    def _report(self, published: Published | None, pending: Pending | None, answers: tuple[Answer, ...]) -> Publication:
        found = signers(published.note, self.policy) if published else ()
        return Publication(published, pending, tuple(sorted(key.name for key in found)), answers)


def read_policy(application: Application) -> Policy:
    """Read the home's policy, NO_POLICY if there is no file. Raises InputRefused if it is not one."""
    try:
        with application.settings.policy_file.open("rb") as file:
            return parse_policy(file.read(_MOST_POLICY))
    except FileNotFoundError:
        return NO_POLICY
    except OSError as error:
        raise InputRefused("file_unreadable", reason=error.strerror or "") from error
    except AuditError as error:
        raise InputRefused("policy_malformed", reason=str(error)) from error


def signers(note: str, policy: Policy) -> tuple[NoteKey, ...]:
    """Return the witnesses of a policy that cosigned a note."""
    try:
        return check_note(parse_note(note), policy.witnesses.values()) if policy.witnesses else ()
    except AuditError:
        return ()


def check_goes_on(ledger: Ledger, published: Published | None, standing: Standing) -> None:
    """Check that the ledger still holds what was published; if it holds a signed contradiction, that is kept.

    Raises CheckFailed if it does not: it was rolled back, restored from a backup, or rewritten.
    """
    if published is None:
        return
    checkpoint, head = published.checkpoint, ledger.head()
    if checkpoint.origin != ledger.origin:
        raise CheckFailed("published_other")
    if head.size < checkpoint.size:
        raise CheckFailed("published_rolled_back", published=checkpoint.size, size=head.size)
    if ledger.root(checkpoint.size) != checkpoint.root:
        _keep_contradiction(ledger, published, standing)
        raise CheckFailed("published_contradicted", published=checkpoint.size)
    proof = ledger.consistency_proof(checkpoint.size, head.size)
    check_consistency(checkpoint.size, head.size, proof, checkpoint.root, root(head.frontier))


def _keep_contradiction(ledger: Ledger, published: Published, standing: Standing) -> None:
    """Keep evidence if the ledger's key has signed a checkpoint that the published one excludes."""
    size = published.checkpoint.size
    for kept_size, _, note in ledger.log.checkpoints():
        if kept_size >= size:
            try:
                kept = open_checkpoint(note, ledger.origin, log_key_of(ledger, note))
                proof = tuple(ledger.consistency_proof(size, kept_size))
                check_consistency(size, kept_size, proof, ledger.root(size), kept.root)
            except AuditError:
                continue
            standing.keep_evidence(Evidence(published.note, note, ledger.root(size), proof).data)
            return


def _cosigned(note: str, answers: list[Answer]) -> str:
    """Return the note with the cosignatures that came, in the order of the witnesses' names."""
    parsed = parse_note(note)
    new = sorted((one.signature for one in answers if one.signature is not None), key=lambda one: one.name)
    return format_note(Note(parsed.text, (*parsed.signatures, *new)))
