"""Acts on their way in: what is known of one before and after it was judged."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from audit.store.append import Item
from audit.store.model import Acknowledgement, Draft, Prepared
from audit.store.streams import StreamState


@dataclass(slots=True)
class Act:
    """A signed act on its way in, and in the end its answer: an acknowledgement, or the error that stands for one.

    `prepared` is what it was prepared as, where the caller has that.
    """

    draft: Draft
    signature: bytes
    prepared: Prepared | None = None
    answer: Acknowledgement | None = None
    error: Exception | None = None


class Judged(NamedTuple):
    """An act that the rules let in, its item, and the stream it was judged on."""

    act: Act
    prepared: Prepared
    item: Item
    known: StreamState


def passing(acts: Sequence[Judged], step: Callable[[Judged], None]) -> list[Judged]:
    """Take a step with each act and return those that passed; the others have their error."""
    passed: list[Judged] = []
    for one in acts:
        try:
            step(one)
        except Exception as refusal:
            one.act.error = refusal
        else:
            passed.append(one)
    return passed
