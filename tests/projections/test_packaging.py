"""Cases that must be packaged and are not: against the domain's own conditions, and days counted by hand."""

from __future__ import annotations

from collections import Counter
from datetime import date, datetime
from typing import Any

import pytest

from domain.case_state import Case
from domain.moves import AFTER, DIRECTED, OVER, REPLIED, REVIEW_SERVED
from domain.tracks.packaging import conditions_at, facts_of, is_packaged
from domain.tracks.packaging import must_be_packaged as asked_by_the_domain
from projections.errors import UnitUnknown
from projections.packages_needed import count_unpackaged, must_be_packaged
from projections.reader import Reader
from tests.projections.recount_tracks import TRACKS, day_of, moments
from tests.projections.track_views import CASE, act, assigned, moment, opened, tenure, told

SIZE = len(TRACKS.rows)
CLOSED = (*OVER, *AFTER, REPLIED, DIRECTED, REVIEW_SERVED)


def _asks(case: Case) -> bool:
    return case.state not in CLOSED and not is_packaged(case) and case.version > 0


def _recount(as_of: datetime, known_at: int) -> list[tuple[Any, ...]]:
    """Follow each fact of each case through its acts; time never runs backwards within one fact."""
    stands: dict[tuple[str, str], tuple[datetime, str, datetime | None]] = {}
    seen: dict[tuple[str, str], tuple[str, datetime | None]] = {}
    for event, before, after in TRACKS.steps:
        if event.index >= known_at or not isinstance(after, Case):
            continue
        for fact in facts_of(after):
            key = (event.originator_id, fact)
            at, office, since = stands.get(key, (event.effective_at, "", None))
            now: tuple[str, datetime | None] = ("", None)
            if _asks(after):
                began = facts_of(after)[fact] if before.version == 0 or _asks(before) else event.effective_at
                now = (after.office, since if since is not None and office else began)
            if (office, since) != now:
                stands[key] = (max(at, event.effective_at), *now)
                if stands[key][0] <= as_of:
                    seen[key] = now
    conditions = conditions_at(TRACKS.reference.rules, known_at)
    gone = TRACKS.gone(known_at)
    found = []
    for (stream, fact), (office, since) in seen.items():
        if since is not None and stream not in gone:
            for one in asked_by_the_domain({fact: min(since, as_of)}, False, conditions, as_of):
                found.append((one.since, stream[5:], office, one.condition, one.days))
    return sorted(found)


@pytest.mark.parametrize(("as_of", "known_at"), list(moments(10, SIZE)))
def test_the_list_equals_a_recount_at_random_moments(tracks: Reader, as_of: datetime, known_at: int) -> None:
    page = must_be_packaged(tracks, as_of, known_at)
    found = [(row.since_on, row.case, row.unit, row.condition, row.days) for row in page.rows]
    assert sorted(found) == _recount(as_of, known_at)
    assert [row.since_on for row in page.rows] == sorted(row.since_on for row in page.rows)
    count = count_unpackaged(tracks, as_of, known_at)
    assert count.by_condition == Counter(row.condition for row in page.rows)
    assert count.cases == len({row.case for row in page.rows}) == sum(count.by_unit.values())
    pages = [*(first := must_be_packaged(tracks, as_of, known_at, limit=3)).rows]
    while first.cursor is not None:
        first = must_be_packaged(tracks, as_of, known_at, limit=3, cursor=first.cursor)
        pages += first.rows
    assert tuple(pages) == page.rows


def test_the_history_asks_for_packages_of_many_kinds(tracks: Reader) -> None:
    as_of = moment("2023-10-01")
    conditions = Counter(row.condition for row in must_be_packaged(tracks, as_of).rows)
    assert {"superior", "supervised"} <= set(conditions)
    assert sum(conditions.values()) > 4
    [unit, *_] = sorted(count_unpackaged(tracks, as_of).by_unit)
    rows = must_be_packaged(tracks, as_of, unit=unit, condition="supervised").rows
    assert {row.condition for row in rows} <= {"supervised"}
    with pytest.raises(UnitUnknown):
        must_be_packaged(tracks, as_of, unit="nowhere")


def test_a_supervised_case_is_listed_with_its_days_until_it_is_packaged(sqlite_url: str) -> None:
    acts = [*tenure("wang", "2020-01-01"), opened(), assigned("2023-04-10", "wang", "2023-05-05")]
    acts += [act("supervision_opened", "2023-03-05", unit="housing", trigger="delay")]
    with told(sqlite_url, acts) as reader:
        assert must_be_packaged(reader, moment("2023-03-04")).rows == ()
        [row] = must_be_packaged(reader, moment("2023-03-31")).rows
        assert (row.case, row.unit, row.condition, row.since_on, row.days) == (
            CASE,
            "housing",
            "supervised",
            date(2023, 3, 5),
            26,
        )
        assert row.article == "18(2), 40(1)"
        assert must_be_packaged(reader, moment("2023-04-10")).rows == ()
        # As known before the assignment was recorded, it was still missing.
        known = must_be_packaged(reader, moment("2023-04-10")).known_at - 1
        assert [row.days for row in must_be_packaged(reader, moment("2023-04-10"), known).rows] == [36]


def test_a_case_open_for_a_year_is_backlog_and_a_closed_one_is_not(sqlite_url: str) -> None:
    replied = act("replied", "2024-04-01", "housing", means="post")
    reopened = act("reopened", "2024-05-06", "housing", reopening="new_facts")
    with told(sqlite_url, [opened("2023-03-01"), replied, reopened], range(2022, 2026)) as reader:
        assert must_be_packaged(reader, moment("2024-02-28")).rows == ()
        [row] = must_be_packaged(reader, moment("2024-02-29")).rows
        assert (row.condition, row.since_on, row.days) == ("backlog", date(2024, 2, 29), 0)
        assert must_be_packaged(reader, moment("2024-04-02")).rows == ()
        assert must_be_packaged(reader, moment("2025-05-05")).rows == ()
        [row] = must_be_packaged(reader, moment("2025-05-06")).rows
        assert (row.since_on, day_of(moment("2025-05-06"))) == (date(2025, 5, 6), date(2025, 5, 6))
