"""Those who speak for several: each has a code, which becomes a key of this case; one rating stands for the case."""

from __future__ import annotations

from typing import Any

import pytest

from domain.errors import TransitionRefused
from tests.domain.city import CLAIM_CODE_KEY, CLAIMED_KEY, DEVICE_KEY, SIGNATURE, Story, officer, petitioner

CODE = "44" * 32
SECOND = "55" * 32
RATING = {"of": "competent_unit", "office": "office", "round": 1, "rating": "dissatisfied"}


def _claim(key: str, code: str = "") -> dict[str, Any]:
    return {"petitioner_key": key, "claim_proof": SIGNATURE, **({"code_key": code} if code else {})}


def _told() -> Story:
    story = Story().registered("office", "2026-03-02", claim_key=CLAIM_CODE_KEY)
    return story.act("representative_named", "2026-03-02", officer("office"), code_key=CODE)


def _refusal(story: Story, action: str, public: dict[str, Any], key: str) -> str:
    with pytest.raises(TransitionRefused) as refused:
        story.tell(action, public, petitioner(key), "2026-03-20")
    return refused.value.code


def test_a_representative_claims_a_key_with_the_own_code_and_asks_for_review() -> None:
    story = _told().tell("case.key_claimed.v1", _claim(CLAIMED_KEY, CODE), petitioner(CLAIMED_KEY), "2026-03-03")
    story.accepted("2026-03-03").opined("2026-03-10").served("2026-03-11")
    public = {"to_office": "department", "way": "key"}
    story.tell("case.review_requested.v1", public, petitioner(CLAIMED_KEY), "2026-03-20")
    assert [key.custody for key in story.case.petitioner_keys] == ["printed"]


def test_one_rating_of_an_office_and_round_stands_whoever_of_them_gives_it() -> None:
    story = _told().tell("case.key_claimed.v1", _claim(CLAIMED_KEY, CODE), petitioner(CLAIMED_KEY), "2026-03-03")
    story.tell("case.key_claimed.v1", _claim(DEVICE_KEY), petitioner(DEVICE_KEY), "2026-03-03").replied("2026-03-10")
    story.tell("case.rated.v1", RATING, petitioner(CLAIMED_KEY), "2026-03-11")
    assert [rating.custody for rating in story.case.ratings] == ["printed"]
    assert _refusal(story, "case.rated.v1", RATING, DEVICE_KEY) == "rated_already"


def test_a_code_opens_once_and_only_where_it_was_printed() -> None:
    story = _told()
    assert _refusal(story, "case.key_claimed.v1", _claim(SECOND, SECOND), SECOND) == "no_code"
    story.tell("case.key_claimed.v1", _claim(CLAIMED_KEY, CODE), petitioner(CLAIMED_KEY), "2026-03-03")
    assert _refusal(story, "case.key_claimed.v1", _claim(SECOND, CODE), SECOND) == "code_used"
    story.tell("case.key_claimed.v1", _claim(SECOND), petitioner(SECOND), "2026-03-04")
    assert len(story.case.petitioner_keys) == 2
