"""How often cycles are looked for is changed for a time, and is then what it was, however that time ended."""

from __future__ import annotations

import gc
from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest

from api.collecting import OBJECTS_A_COLLECTION, collecting_seldom, collecting_what_is_new


@pytest.mark.parametrize("collecting", [collecting_seldom, collecting_what_is_new])
def test_what_was_set_before_is_set_again(collecting: Callable[[], AbstractContextManager[None]]) -> None:
    before, frozen = gc.get_threshold(), gc.get_freeze_count()

    def fail_half_way() -> None:
        with collecting():
            assert gc.get_threshold() == (OBJECTS_A_COLLECTION, *before[1:])
            assert (gc.get_freeze_count() > frozen) is (collecting is collecting_what_is_new)
            raise ValueError("half way")

    with pytest.raises(ValueError, match="half way"):
        fail_half_way()
    assert (gc.get_threshold(), gc.get_freeze_count()) == (before, frozen)
