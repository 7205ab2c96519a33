"""The same reply across cases: found by whoever may open the replies, and told without a word of them."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import timedelta

import pytest

from api.same_replies import REPLY_FIELDS, SameReplies, ask_same_replies
from api.settings import Settings
from tests.api.demo_city import open_city


def _asked(city: Settings, *, withheld: str = "", unit: str | None = None) -> SameReplies:
    with open_city(city) as application:
        return ask_same_replies(application, lambda case, office: office != withheld, application.clock(), unit=unit)


def test_replies_with_one_text_are_found_and_no_text_is_told(demo_city: Settings) -> None:
    found = _asked(demo_city, unit="renewal")
    assert (found.threshold, found.threshold_row) == (3, "CN.same_reply_cases")
    assert found.rows
    assert found.compared > 10
    best = found.rows[0]
    assert best.units == ("renewal",)
    assert len(best.cases) == len(set(best.cases)) >= 3
    with open_city(demo_city) as application:
        texts = set()
        for index in best.indices:
            (entry,) = application.ledger.entries(index, index + 1)
            opened = application.ledger.disclosures(entry)
            texts |= {one.value for one in opened if one is not None and one.field in REPLY_FIELDS}
            assert entry.stream.removeprefix("case/") in best.cases
    assert len(texts) == 1
    told = json.dumps(asdict(found), default=str, ensure_ascii=False)
    assert json.loads(texts.pop()) not in told


def test_what_the_viewer_may_not_open_is_counted_and_not_compared(demo_city: Settings) -> None:
    whole, less = _asked(demo_city), _asked(demo_city, withheld="renewal")
    assert (whole.withheld, less.withheld > 0) == (0, True)
    assert less.compared + less.silent + less.withheld == whole.compared + whole.silent
    assert all("renewal" not in row.units for row in less.rows)
    nothing = _asked(demo_city, unit="renewal", withheld="renewal")
    assert (nothing.rows, nothing.compared) == ((), 0)


def test_a_period_and_the_log_position_bound_what_is_compared(demo_city: Settings) -> None:
    with open_city(demo_city) as application:
        now, size = application.clock(), application.ledger.head().size
        whole = ask_same_replies(application, lambda case, office: True, now)
        late = ask_same_replies(application, lambda case, office: True, now, since=now - timedelta(days=60))
        early = ask_same_replies(application, lambda case, office: True, now, size // 3)
    assert 0 < late.compared < whole.compared
    assert 0 < early.compared < whole.compared
    assert all(index < size // 3 for row in early.rows for index in row.indices)


@pytest.mark.parametrize("unit", ["renewal", None])
def test_rows_with_most_cases_come_first(demo_city: Settings, unit: str | None) -> None:
    counts = [len(row.cases) for row in _asked(demo_city, unit=unit).rows]
    assert counts == sorted(counts, reverse=True)
