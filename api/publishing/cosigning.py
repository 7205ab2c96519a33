"""Asking witnesses to cosign a checkpoint, all at once, each within a few seconds.

A witness is told from which size the checkpoint goes on, with a proof; if it has seen another size it says so and is
asked again. Its answer counts only if its own key, which the policy names, signed this very text.
Source: C2SP tlog-witness v1.0.0, "add-checkpoint"; tlog-cosignature v1.0.1.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from typing import Literal

import httpx

from audit.errors import AuditError, Malformed
from audit.note import Note, NoteKey, NoteSignature, check_note, parse_note
from audit.store.notes import format_note_key
from audit.trust import Policy

SIZE_TYPE = "text/x.tlog.size"
SECONDS = 5.0
GRACE_SECONDS = 0.25
ATTEMPTS = 4
_MOST_BYTES = 100_000

Outcome = Literal["cosigned", "unreachable", "refused", "ahead", "malformed"]
Prove = Callable[[int], Sequence[bytes]]


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of asking one witness: `seen` is the size that it has seen now, as far as it said."""

    witness: NoteKey
    outcome: Outcome
    status: int = 0
    seen: int = 0
    signature: NoteSignature | None = None


class Cosigners:
    """The witnesses of a policy and the connections to them; sizes are what each is thought to have seen."""

    def __init__(self, policy: Policy, sizes: dict[str, int], transport: httpx.BaseTransport | None = None) -> None:
        """Take the policy, whose witnesses with an address are asked, and the network if it is another."""
        self.policy = policy
        self.sizes = sizes
        self._witnesses = [key for key in policy.witnesses.values() if key.raw in policy.urls]
        self._client = httpx.Client(timeout=SECONDS, transport=transport, trust_env=False, follow_redirects=False)
        self._pool = ThreadPoolExecutor(max(1, len(self._witnesses)), "cosign") if self._witnesses else None

    def close(self) -> None:
        """Close the connections."""
        if self._pool is not None:
            self._pool.shutdown(wait=True)
        self._client.close()

    def collect(self, note: str, size: int, prove: Prove) -> list[Answer]:
        """Ask every witness for a cosignature of a note of this size; prove(old) tells that it goes on from old.

        Once the quorum is met, those that have not answered are waited for only a moment longer.
        """
        if self._pool is None:
            return []
        left: set[Future[Answer]] = {self._pool.submit(self._ask, key, note, size, prove) for key in self._witnesses}
        answers: list[Answer] = []
        while left:
            met = bool(answers) and self.policy.is_met([one.witness for one in answers if one.outcome == "cosigned"])
            done, left = wait(left, GRACE_SECONDS if met else None, FIRST_COMPLETED)
            answers += [future.result() for future in done]
            if not done:
                break
        self.sizes.update({format_note_key(one.witness): one.seen for one in answers if one.seen})
        return answers

    def _ask(self, key: NoteKey, note: str, size: int, prove: Prove) -> Answer:
        """Ask one witness until it takes the size that it is told to be at."""
        url = f"{self.policy.urls[key.raw].rstrip('/')}/add-checkpoint"
        old = min(self.sizes.get(format_note_key(key), 0), size)
        answer = None
        try:
            for _ in range(ATTEMPTS):
                answer = self._client.post(url, content=request_body(old, prove(old), note))
                seen = _size_of(answer)
                if seen is None or seen == old:
                    break
                if seen > size:
                    return Answer(key, "ahead", answer.status_code, seen)
                old = seen
        except httpx.HTTPError:
            return Answer(key, "unreachable")
        if answer is None or answer.status_code != 200:
            return Answer(key, "refused", answer.status_code if answer else 0)
        signature = read_cosignature(answer.content, note, key)
        return Answer(key, "cosigned" if signature else "malformed", 200, size if signature else 0, signature)


def request_body(old: int, proof: Sequence[bytes], note: str) -> bytes:
    """Return the body of an add-checkpoint request; a proof has at most 63 hashes."""
    lines = "".join(f"{b64encode(one).decode()}\n" for one in proof)
    return f"old {old}\n{lines}\n{note}".encode()


def read_cosignature(data: bytes, note: str, key: NoteKey) -> NoteSignature | None:
    """Return the cosignature by this key among the lines that a witness answered with, None if there is no good one."""
    try:
        text = parse_note(note).text
        if len(data) > _MOST_BYTES:
            raise Malformed("the answer is too long")
        answered = parse_note(f"{text}\n{data.decode('utf-8')}")
        found = [one for one in answered.signatures if (one.name, one.key_id) == (key.name, key.id)]
        check_note(Note(text, tuple(found)), [key])
    except (AuditError, UnicodeDecodeError):
        return None
    return found[0]


def _size_of(answer: httpx.Response) -> int | None:
    """Return the size in a conflict's answer, None if it is none. Source: tlog-witness, status 409."""
    text = answer.text.strip() if answer.status_code == 409 else ""
    kind = answer.headers.get("content-type", "").partition(";")[0]
    return int(text) if kind == SIZE_TYPE and text.isascii() and text.isdigit() and len(text) <= 16 else None
