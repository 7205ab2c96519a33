"""What the tests of the store share: a ledger to act on, once on each store."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.audit.store.ledgers import Bench


@pytest.fixture
def bench(any_store_url: str, tmp_path: Path) -> Iterator[Bench]:
    made = Bench(any_store_url, tmp_path)
    yield made
    made.ledger.close()
