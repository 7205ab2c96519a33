"""What the log holds of looks, opened for tests."""

from __future__ import annotations

import json
from typing import Any

from api.main import Application


def written_looks(city: Application) -> list[tuple[str, dict[str, Any], bytes]]:
    """Every look that the log holds: its stream, what its sealed list says of it, and the bytes of its entry."""
    rows = [row for row in city.ledger.entries() if row.stream.startswith("looks/")]
    found = []
    for row in rows:
        opened = [one for one in city.ledger.disclosures(row) if one is not None and one.field]
        assert [one.field for one in opened] == ["looks"]
        found += [(row.stream, look, row.entry) for look in json.loads(opened[0].value)]
    return found
