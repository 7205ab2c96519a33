"""Stories told by hand: what the views of ratings, workload and patrol say of one case, and why."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

import pytest

from domain.clocks import published_rules, rows_digest
from domain.practice import load_profile, profile_act
from projections.asking import ALIVE, ENDED, known_to_the_end
from projections.engine import Engine
from projections.open import open_database
from projections.patrol_answers import patrol
from projections.reader import Reader
from projections.satisfaction_answers import satisfaction
from projections.satisfaction_lists import dissatisfied, lapsed_windows, ratings
from projections.workload_answers import workload
from projections.workload_lists import closed_without_reply, first_contacts, open_cases, unowned
from tests.projections.histories import Act, append, beginning, case_id, create_ledger, stored

STREAM = f"case/{case_id(501)}"
DEVICE, PRINTED = "5a" * 32, "6b" * 32
LEADER: dict[str, Any] = {"leader": "officer-wang", "leader_post": "seat-wang", "leader_office": "housing"}
OTHER: dict[str, Any] = {"leader": "officer-sun", "leader_post": "seat-sun", "leader_office": "city"}
Tell = Callable[..., Reader]


@pytest.fixture
def tell(any_store_url: str) -> Iterator[Tell]:
    """Tell a ledger of these acts after the founding ones; all of it, then folded."""
    create_ledger(any_store_url)
    database = open_database(any_store_url)

    def told(*acts: Act, founding: list[Act] | None = None) -> Reader:
        append(any_store_url, stored([*beginning(years=range(2021, 2027)), *(founding or ()), *acts]))
        Engine(database).catch_up()
        return Reader(database)

    yield told
    database.close()


def act(name: str, on: str, by: str = "roads", /, *, key: str = "", age_days: int = 0, **public: Any) -> Act:
    """One act of the case, at ten in the morning; with a key it is the petitioner's."""
    at = datetime.fromisoformat(f"{on}T10:00:00+08:00")
    recorded_ms, age_ms = int(at.timestamp()) * 1000, age_days * 86_400_000 + 60_000
    by, role = ("", "petitioner") if key else (by, "handler")
    return Act(STREAM, f"case.{name}.v1", public, by, role, recorded_ms, age_ms, key)


def end_of(day: str) -> datetime:
    """The last instant of a day."""
    return datetime.fromisoformat(f"{day}T23:59:59.999+08:00")


def online(on: str = "2023-03-01", office: str = "city", capacity: str = "petition_office") -> Act:
    """The petitioner files online with a key made on the own device."""
    public: dict[str, Any] = {"channel": "online", "to_office": office, "petitioner_key": DEVICE, "capacity": capacity}
    return act("submitted", on, key=DEVICE, **public)


def rating(on: str, rated: str, office: str, of: str, key: str = DEVICE) -> Act:
    """A rating of round 1 with a key of the case."""
    return act("rated", on, key=key, of=of, office=office, round=1, rating=rated)


ROUTED = [
    online(),
    act("registered", "2023-03-02", "city", channel="online", capacity="petition_office"),
    act("transferred", "2023-03-06", "city", to_office="roads", basis="22_1"),
]
REPLIED = [*ROUTED, act("replied", "2023-03-20", means="post")]


def test_office_and_unit_are_rated_apart_and_a_window_lapses_for_each_alone(tell: Tell) -> None:
    reader = tell(*REPLIED, rating("2023-03-25", "satisfied", "roads", "competent_unit"))
    # Replied on Monday 20 March, thirty days: Wednesday 19 April.
    running = satisfaction(reader, end_of("2023-04-19")).rows
    assert [(row.unit, row.rated, row.lapsed, row.open_windows) for row in running] == [
        ("city", 0, 0, 1),
        ("roads", 1, 0, 0),
    ]
    lapsed = satisfaction(reader, end_of("2023-04-20")).rows
    assert [(row.unit, row.participation_rate, row.satisfaction_rate) for row in lapsed] == [
        ("city", 0.0, None),
        ("roads", 1.0, 1.0),
    ]
    [window] = lapsed_windows(reader, end_of("2023-04-20")).rows
    assert (window.office, window.capacity, window.last_on.isoformat()) == ("city", "petition_office", "2023-04-19")
    [row] = satisfaction(reader, end_of("2023-05-31"), since=end_of("2023-04-30")).rows or [None]
    assert row is None


def test_a_staff_entered_rating_changes_no_score_and_ends_no_window(tell: Tell) -> None:
    public: dict[str, Any] = {
        "of": "competent_unit",
        "office": "roads",
        "round": 1,
        "rating": "satisfied",
        "means": "message",
    }
    reader = tell(*REPLIED, act("rating_reported", "2023-03-22", **public))
    row = next(row for row in satisfaction(reader, end_of("2023-06-01")).rows if row.unit == "roads")
    assert (row.reported_satisfied, row.rated, row.lapsed, row.satisfaction_rate) == (1, 0, 1, None)
    assert row.participation_rate == 0


def test_a_printed_code_stands_beside_the_headline_and_nobody_without_a_key_could_rate(tell: Tell) -> None:
    printed = [
        act("registered", "2023-03-01", channel="letter", capacity="competent_unit", claim_key="33" * 32),
        act("key_claimed", "2023-03-02", key=PRINTED, petitioner_key=PRINTED, claim_proof="ab" * 64),
        act("replied", "2023-03-20", means="post"),
        rating("2023-03-22", "satisfied", "roads", "competent_unit", PRINTED),
    ]
    row = satisfaction(tell(*printed), end_of("2023-06-01")).rows[0]
    assert (row.printed_satisfied, row.rated, row.lapsed, row.participation_rate) == (1, 0, 0, None)


def test_a_case_without_any_key_is_in_no_rate(tell: Tell) -> None:
    paper = [
        act("registered", "2023-03-01", channel="letter", capacity="competent_unit"),
        act("replied", "2023-03-20", means="post"),
    ]
    row = satisfaction(tell(*paper), end_of("2023-06-01")).rows[0]
    assert (row.unable, row.lapsed, row.participation_rate) == (1, 0, None)


def test_a_second_rating_of_one_round_counts_nothing(tell: Tell) -> None:
    twice = [rating(f"2023-03-2{day}", "satisfied", "roads", "competent_unit") for day in (5, 6)]
    reader = tell(*REPLIED, *twice)
    assert [row.counted for row in ratings(reader, end_of("2023-06-01")).rows] == [True, False]
    assert sum(row.rated for row in satisfaction(reader, end_of("2023-06-01")).rows) == 1


def test_a_rating_belongs_to_the_leader_who_held_the_package_then(tell: Tell) -> None:
    assigned = act("package_assigned", "2023-03-07", "city", **LEADER, package_reason="major", due_on="2023-06-01")
    proposed = act("package_hand_over_proposed", "2023-03-24", "housing", **OTHER, item=4)
    confirmed = act("package_hand_over_confirmed", "2023-03-26", "city", item=4, confirmed=6)
    ratings_ = [rating("2023-03-25", "dissatisfied", "roads", "competent_unit")]
    ratings_ += [rating("2023-03-27", "satisfied", "city", "petition_office")]
    reader = tell(*ROUTED, assigned, REPLIED[-1], proposed, ratings_[0], confirmed, ratings_[1])
    led = satisfaction(reader, end_of("2023-04-01"), by_leader=True).rows
    assert [(row.leader, row.unit, row.satisfied, row.dissatisfied) for row in led if row.rated] == [
        ("officer-sun", "city", 1, 0),
        ("officer-wang", "housing", 0, 1),
    ]
    [bad] = dissatisfied(reader, end_of("2023-04-04"), leader="officer-wang").rows
    assert (bad.days, bad.follow_ups, bad.rating.leader) == (10, (), "officer-wang")
    assert dissatisfied(reader, end_of("2023-04-04"), leader="officer-sun").rows == ()


def test_an_open_case_is_at_one_office_and_an_overdue_one_stays_in_stock(tell: Tell) -> None:
    reader = tell(*ROUTED)
    assert [(row.unit, row.stock, row.up_to_15) for row in workload(reader, end_of("2023-03-05")).rows] == [
        ("city", 1, 1)
    ]
    late = workload(reader, end_of("2023-12-31")).rows
    assert [(row.unit, row.stock, row.over_90, row.begun, row.passed_on) for row in late] == [
        ("city", 0, 0, 1, 1),
        ("roads", 1, 1, 0, 0),
    ]
    [row] = open_cases(reader, end_of("2023-12-31")).rows
    assert (row.unit, row.passes, row.days) == ("roads", 1, 305)


def test_a_case_is_unowned_until_a_post_is_named_and_again_when_its_day_has_passed(tell: Tell) -> None:
    named = act("responsibility_set", "2023-03-10", post="desk", measure="investigate", measure_on="2023-03-20")
    reader = tell(*ROUTED, named)
    assert [row.reason for row in unowned(reader, end_of("2023-03-09")).rows] == ["no_post"]
    assert unowned(reader, end_of("2023-03-20")).rows == ()
    [past] = unowned(reader, end_of("2023-03-25")).rows
    assert (past.reason, past.days, past.post, past.unit) == ("measure_past", 5, "desk", "roads")


def test_a_close_without_a_reply_stays_listed_until_the_reply(tell: Tell) -> None:
    closed = act("not_accepted", "2023-03-10", cause="19_3")
    reopened = act("reopened", "2023-04-10", reopening="found_wrong")
    reader = tell(*ROUTED, closed, reopened, act("replied", "2023-04-20", means="post"))
    [row] = closed_without_reply(reader, end_of("2023-03-31")).rows
    assert (row.unit, row.closed_by, row.days) == ("roads", "not_accepted", 21)
    assert closed_without_reply(reader, end_of("2023-04-15")).rows == ()
    assert closed_without_reply(reader, end_of("2023-05-01")).rows == ()


def test_first_contact_ends_with_the_receipt_elsewhere(tell: Tell) -> None:
    sent = act("transferred_out", "2023-03-06", "city", system="region", origin="sundial.example/province")
    reader = tell(*ROUTED[:2], sent, act("out_received", "2023-03-16", "city", leaf="5a" * 32))
    [row] = first_contacts(reader, end_of("2023-03-10")).rows
    assert (row.unit, row.way) == ("city", "transferred_out")
    assert [one.unit for one in open_cases(reader, end_of("2023-03-10")).rows] == ["city"]
    assert first_contacts(reader, end_of("2023-03-31")).rows == ()
    assert open_cases(reader, end_of("2023-03-31")).rows == ()


def test_a_place_sets_its_own_threshold_from_the_act_that_publishes_it(tell: Tell) -> None:
    profile = profile_act(load_profile("national"))
    own = [dict(row, value=10) if row["item"] == "silence_days" else dict(row) for row in profile["rows"]]
    rows = [*published_rules()["rows"], *own]
    public = {"version": "own", "digest": rows_digest(rows), "rows": rows}
    stricter = Act("rules", "rules.published.v1", public)
    reader = tell(*ROUTED, founding=[stricter])
    [found] = patrol(reader, end_of("2023-03-20"), rule="no_act").rows
    assert (found.unit, found.value, found.threshold, found.measure) == ("roads", 14, 10, "days")
    assert patrol(reader, end_of("2023-03-16"), rule="no_act").rows == ()


def test_an_act_recorded_much_later_is_found_and_names_itself(tell: Tell) -> None:
    notice = act("notice_served", "2023-05-05", age_days=40, notice="received", means="post")
    reader = tell(*ROUTED, notice)
    [found] = patrol(reader, end_of("2023-05-06"), rule="recorded_late").rows
    assert (found.unit, found.detail, found.threshold) == ("roads", "case.notice_served.v1", 10)
    assert found.value > 20
    assert len(found.indices) == 1


def test_a_case_that_went_to_the_discipline_bodies_leaves_every_list(tell: Tell) -> None:
    late = act("notice_served", "2023-05-05", age_days=40, notice="received", means="post")
    bad = rating("2023-03-25", "dissatisfied", "roads", "competent_unit")
    reader = tell(*REPLIED, bad, late, act("diverted_discipline", "2023-06-01"))
    when = end_of("2023-07-01")
    for ask in (patrol, ratings, dissatisfied, satisfaction, workload, open_cases, first_contacts):
        assert ask(reader, when).rows == ()
    assert ratings(reader, when, _size(reader) - 1).rows


def _size(reader: Reader) -> int:
    return ratings(reader, end_of("2023-07-01")).known_at


def test_what_is_known_to_the_end_is_asked_as_it_stands() -> None:
    """No row is known later than all that is folded, and an end that is not known is later than every moment."""
    aliased = "n.k0 < :known_at AND n.v0 <= :as_of AND (n.km >= :known_at OR n.v1 > :as_of)"
    assert known_to_the_end(f"{ALIVE} AND kx >= :known_at") == "v0 <= :as_of AND v1 > :as_of AND kx >= :known_at"
    assert known_to_the_end(f"NOT ({ENDED}) AND EXISTS ({aliased})") == (
        "NOT (v1 <= :as_of) AND EXISTS (n.v0 <= :as_of AND n.v1 > :as_of)"
    )
    assert known_to_the_end("km < :known_at AND v1 > :since AND v1 <= :as_of") == "v1 > :since AND v1 <= :as_of"
    # What is open has an end, too, that is later than every moment: so it is left to what is known of it.
    assert known_to_the_end("km < :known_at AND v1 > :since") == "km < :known_at AND v1 > :since"
