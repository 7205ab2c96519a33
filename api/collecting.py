"""How often Python looks for cycles among objects: what we make in great numbers holds none."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager

OBJECTS_A_COLLECTION = 10_000
"""After so many new objects cycles are looked for, instead of 700: a page makes some thousand, and none of them."""


@contextmanager
def collecting_seldom() -> Iterator[None]:
    """Look for cycles less often than usual, for a time in which many objects are made."""
    thresholds = gc.get_threshold()
    gc.set_threshold(OBJECTS_A_COLLECTION, *thresholds[1:])
    try:
        yield
    finally:
        gc.set_threshold(*thresholds)


@contextmanager
def collecting_what_is_new() -> Iterator[None]:
    """Look for cycles seldom, and among what is new alone: what stands now stays while we serve.

    A search through all that a server imports takes a tenth of a second, in which nobody is answered.
    """
    gc.collect()
    gc.freeze()
    try:
        with collecting_seldom():
            yield
    finally:
        gc.unfreeze()
