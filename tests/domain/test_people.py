"""The directory: offices, posts, tenures and who may be given a key; each act lawful, or refused and why."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import pytest

from domain.calendars import published_acts
from domain.clocks import published_rules, rows_digest
from domain.errors import DomainRefused, PeopleRefused, ReferenceRefused, RoleRefused
from domain.people import NOW
from domain.reference import (
    Reference,
    check_reference,
    fold_reference,
    has_published_rules,
    is_reference,
    new_reference,
)
from tests.domain.acts import KEY, PUBLIC, SIGNATURE
from tests.domain.city import CITY, REGISTRAR, Who, event_of, officer

AT = 500


def _key(
    actor: str, post: str = "desk", roles: tuple[str, ...] = ("handler",), custody: str = "file"
) -> dict[str, Any]:
    return {
        "key": KEY,
        "actor": actor,
        "post": post,
        "roles": list(roles),
        "custody": custody,
        "possession": SIGNATURE,
    }


def _tell(
    action: str,
    office: str,
    public: Mapping[str, Any],
    reference: Reference = CITY,
    index: int = AT,
    who: Who = REGISTRAR,
) -> Reference:
    stream = f"people/{office}"
    event = event_of(action, public, who, stream=stream, index=index, claimed="2026-03-02")
    check_reference(reference, event)
    return fold_reference(reference, event)


LAWFUL = [
    ("people.office_opened.v1", "schools", {"name_zh": "教育局", "kind": "competent_unit", "parent": "bureau"}),
    ("people.post_opened.v1", "housing", {"post": "night-desk", "name_zh": "夜班", "duties": ["intake"]}),
    ("people.officer_appointed.v1", "housing", {"officer": "officer-li", "post": "desk", "from_on": "2026-03-01"}),
    ("people.tenure_ended.v1", "housing", {"officer": "officer-housing", "post": "desk", "on": "2026-03-01"}),
    ("people.key_proposed.v1", "housing", _key("officer-housing")),
    ("people.key_proposed.v1", "housing", _key("service-housing", roles=("importer",), custody="service")),
    ("people.key_proposed.v1", "registrars", _key("registrar-wu", "registrar", ("registrar",))),
    ("people.key_confirmed.v1", "housing", {"proposal": KEY}),
    ("people.key_confirmed.v1", "registrars", {"proposal": KEY}),
    ("people.key_revoked.v1", "housing", {"key_id": KEY, "reason": "tenure_ended"}),
]
UNLAWFUL = [
    ("people.office_opened.v1", "housing", {"name_zh": "又一个", "kind": "competent_unit"}, "office_open"),
    ("people.office_opened.v1", "new", {"name_zh": "新", "kind": "supervision", "parent": "nowhere"}, "parent_unknown"),
    ("people.office_opened.v1", "new", {"name_zh": "新", "kind": "supervision", "parent": "new"}, "parent_unknown"),
    ("people.office_opened.v1", "registrars", {"name_zh": "登记", "kind": "supervision"}, "registrars"),
    ("people.post_opened.v1", "nowhere", {"post": "desk", "name_zh": "窗口", "duties": ["head"]}, "office_unknown"),
    ("people.post_opened.v1", "housing", {"post": "desk", "name_zh": "窗口", "duties": ["head"]}, "post_open"),
    ("people.post_opened.v1", "housing", {"post": "x", "name_zh": "窗", "duties": ["registrar"]}, "role_beyond_post"),
    ("people.post_opened.v1", "housing", {"post": "x", "name_zh": "窗", "duties": ["petitioner"]}, "role_beyond_post"),
    (
        "people.officer_appointed.v1",
        "housing",
        {"officer": "officer-li", "post": "roof", "from_on": "2026-03-01"},
        "post_unknown",
    ),
    (
        "people.officer_appointed.v1",
        "housing",
        {"officer": "officer-housing", "post": "desk", "from_on": "2026-03-01"},
        "tenure_running",
    ),
    (
        "people.tenure_ended.v1",
        "housing",
        {"officer": "officer-li", "post": "desk", "on": "2026-03-01"},
        "no_tenure",
    ),
    (
        "people.tenure_ended.v1",
        "housing",
        {"officer": "officer-housing", "post": "desk", "on": "2003-12-31"},
        "tenure_backwards",
    ),
    ("people.key_proposed.v1", "housing", _key("officer-li"), "no_tenure"),
    ("people.key_proposed.v1", "housing", _key("officer-housing", post="roof"), "post_unknown"),
    ("people.key_proposed.v1", "nowhere", _key("officer-housing"), "office_unknown"),
    ("people.key_proposed.v1", "housing", _key("officer-housing", roles=("supervisor",)), "role_beyond_post"),
    ("people.key_proposed.v1", "housing", _key("officer-housing", custody="printed"), "custody"),
    ("people.key_proposed.v1", "housing", _key("service-housing", roles=("head",)), "role_beyond_post"),
    ("people.key_proposed.v1", "housing", _key("registrar-wu", roles=("handler",)), "registrar_stream"),
    ("people.key_proposed.v1", "registrars", _key("officer-housing", "registrar", ("registrar",)), "registrar_stream"),
    ("people.key_proposed.v1", "registrars", _key("registrar-wu", "registrar", ("head",)), "role_beyond_post"),
    ("people.key_proposed.v1", "registrars", _key("registrar-wu", "desk", ("registrar",)), "post_unknown"),
]


@pytest.mark.parametrize(("action", "office", "public"), LAWFUL)
def test_a_registrars_act_that_fits_the_directory_is_lawful(action: str, office: str, public: dict[str, Any]) -> None:
    _tell(action, office, public)


@pytest.mark.parametrize(("action", "office", "public", "code"), UNLAWFUL)
def test_an_act_that_does_not_fit_the_directory_is_refused(
    action: str, office: str, public: dict[str, Any], code: str
) -> None:
    with pytest.raises(PeopleRefused) as refused:
        _tell(action, office, public)
    assert refused.value.code == code
    assert refused.value.message_zh != refused.value.message_en


@pytest.mark.parametrize(("action", "office", "public"), LAWFUL)
def test_only_registrars_change_the_directory(action: str, office: str, public: dict[str, Any]) -> None:
    for who in (officer("housing", "head"), officer("housing", "registrar"), REGISTRAR._replace(post="desk")):
        with pytest.raises(RoleRefused) as refused:
            _tell(action, office, public, who=who)
        assert refused.value.allowed == ("registrar",)


def test_a_holder_rotates_the_own_key() -> None:
    _tell("people.key_rotated.v1", "housing", {"key": KEY, "possession": SIGNATURE}, who=officer("housing"))


def test_the_directory_answers_for_every_earlier_position() -> None:
    opened = {"name_zh": "教育局", "kind": "competent_unit", "parent": "bureau"}
    later = _tell("people.office_opened.v1", "schools", opened, index=AT).people
    assert later.office("schools", AT) is None
    assert later.office("schools", AT + 1) is not None
    assert later.office("schools") is not None
    assert CITY.people.office("schools") is None
    assert later.is_under("schools", "bureau")
    assert not later.is_under("schools", "bureau", AT)
    assert not later.is_under("bureau", "schools")


def test_a_tenure_holds_between_the_entries_that_began_and_ended_it() -> None:
    ended = {"officer": "officer-housing", "post": "desk", "on": "2026-03-01"}
    reference = _tell("people.tenure_ended.v1", "housing", ended, index=AT)
    held = reference.people.tenure("housing", "desk", "officer-housing", AT)
    assert held is not None
    assert (held.ended_on, held.until) == (date(2026, 3, 1), AT)
    assert reference.people.tenure("housing", "desk", "officer-housing", AT + 1) is None
    again = {"officer": "officer-housing", "post": "desk", "from_on": "2026-04-01"}
    reference = _tell("people.officer_appointed.v1", "housing", again, reference, AT + 5)
    assert reference.people.tenure("housing", "desk", "officer-housing", AT + 3) is None
    assert reference.people.tenure("housing", "desk", "officer-housing", NOW) is not None


def test_genesis_and_the_registrars_stream_name_the_registrars() -> None:
    stream, public = PUBLIC["ledger.genesis.v1"]
    genesis = event_of("ledger.genesis.v1", public, Who("ledger", "", "", "ledger"), stream=stream, index=0)
    check_reference(new_reference(), genesis)
    reference = fold_reference(new_reference(), genesis)
    assert reference.people.registrars == {"registrar-a": 0, "registrar-b": 0}
    grant = _key("registrar-wu", "registrar", ("registrar",))
    assert "registrar-wu" in _tell("people.key_proposed.v1", "registrars", grant, reference).people.registrars


@pytest.mark.parametrize("action", ["rules.published.v1", "calendar.published.v1"])
def test_only_a_registrar_publishes_rules_and_calendars(action: str) -> None:
    stream, public = PUBLIC[action]
    with pytest.raises(RoleRefused):
        check_reference(new_reference(), event_of(action, public, officer("housing", "head"), stream=stream, index=AT))


def test_published_rules_and_calendars_join_the_reference() -> None:
    reference = new_reference()
    assert not has_published_rules(reference)
    for index, (stream, action, public) in enumerate(
        [("rules", "rules.published.v1", published_rules())]
        + [("calendar", "calendar.published.v1", act) for act in published_acts()]
    ):
        event = event_of(action, public, REGISTRAR, stream=stream, index=index)
        check_reference(reference, event)
        reference = fold_reference(reference, event)
        check_reference(reference, event)  # a verifier checks with a reference that knows this act and later ones
    assert has_published_rules(reference)
    assert 2026 in reference.calendars.latest.firm_years


@pytest.mark.parametrize(
    ("action", "change"),
    [
        pytest.param("rules.published.v1", {"digest": "0" * 64}, id="a digest of other rows"),
        pytest.param("calendar.published.v1", {"version": 7}, id="a version skipped"),
        pytest.param("calendar.published.v1", {"make_up_days": ["2011-03-02"]}, id="a weekday made up"),
    ],
)
def test_an_unusable_rule_or_calendar_is_refused(action: str, change: dict[str, Any]) -> None:
    stream, public = PUBLIC[action]
    event = event_of(action, {**public, **change}, REGISTRAR, stream=stream, index=AT)
    with pytest.raises(ReferenceRefused) as refused:
        check_reference(new_reference(), event)
    assert refused.value.message_zh
    with pytest.raises(ReferenceRefused):
        fold_reference(new_reference(), event)


def test_a_row_of_law_that_lacks_its_source_is_refused_when_published() -> None:
    rows = [{**row, "source": ""} for row in published_rules()["rows"]]
    public = {"version": "x", "digest": rows_digest(rows), "rows": rows}
    event = event_of("rules.published.v1", public, REGISTRAR, stream="rules", index=AT)
    with pytest.raises(DomainRefused, match="source"):
        check_reference(new_reference(), event)


def test_reference_streams_are_known_by_name() -> None:
    assert [s for s in ("people/x", "ledger", "rules", "calendar", "case/x", "rulesx") if is_reference(s)] == [
        "people/x",
        "ledger",
        "rules",
        "calendar",
    ]
