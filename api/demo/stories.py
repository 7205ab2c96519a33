"""The programme of the city's two years: which stories there are, and how many cases each has."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from api.demo import stories_figures as figures
from api.demo import stories_handling as handling
from api.demo import stories_joint as joint
from api.demo import stories_leaders as leaders
from api.demo import stories_oversight as oversight
from api.demo import stories_renewal as renewal
from api.demo import stories_review as review
from api.demo import stories_routing as routing
from api.demo.cases import CaseTale, NeverDone, early_case
from api.demo.conference import Conference, tell_policy
from api.demo.mandates import MANDATES
from api.demo.receptions import tell_receptions
from api.demo.stories_ordinary import ordinary
from api.demo.tales import City, ClaimKey, IsWorkingDay, PetitionerKey, Step

SEED = 20240603
BUREAUS = ("housing", "labour", "transport", "education")


class Part(NamedTuple):
    """A story, how many cases have it, the offices they are about in turn (any if none), and the days it may take."""

    story: Callable[[City, CaseTale], None]
    cases: int
    offices: tuple[str, ...] = ()
    days: int = 150


PROGRAMME = (
    Part(ordinary, 172, days=0),
    Part(routing.through_two_tiers, 16, ("dongmen-housing",), 60),
    Part(routing.assigned, 14, BUREAUS),
    Part(routing.objection_accepted, 5, BUREAUS),
    Part(routing.objection_rejected, 4, BUREAUS),
    Part(routing.disputed, 4, BUREAUS),
    Part(routing.urgent, 3, ("housing", "ecology")),
    Part(routing.to_the_judiciary, 2),
    Part(routing.to_discipline, 1),
    Part(routing.erased, 2, BUREAUS),
    Part(routing.directed, 6),
    Part(routing.in_process_already, 2, BUREAUS),
    Part(routing.joined, 2, BUREAUS),
    Part(routing.told_again, 3, BUREAUS, 200),
    Part(routing.taken_over, 4, ("villages",)),
    Part(routing.out_of_the_city, 3),
    Part(routing.from_another_city, 3, BUREAUS),
    Part(handling.suggestion, 10, (*BUREAUS, "ecology"), 180),
    Part(handling.statutory, 12, (*BUREAUS, "ecology")),
    Part(handling.simplified, 9, (*BUREAUS, "ecology"), 60),
    Part(handling.reclassified, 2, BUREAUS),
    Part(handling.hearing, 3, BUREAUS),
    Part(handling.mediated, 7, ("housing", "labour")),
    Part(handling.settled, 2, ("labour",)),
    Part(handling.extended, 7, BUREAUS),
    Part(handling.extended_late, 2, ("transport",)),
    Part(handling.recused, 1, ("labour",)),
    Part(handling.represented, 2, ("labour", "housing")),
    Part(handling.supported_and_done, 6, (*BUREAUS, "ecology")),
    Part(handling.published_then_withdrawn, 1, ("education",)),
    Part(review.reviewed, 11, (*BUREAUS, "dongmen-housing"), 260),
    Part(review.rechecked, 4, ("dongmen-housing",), 300),
    Part(review.no_longer_accepted, 1, ("dongmen-housing",)),
    Part(review.reopened, 5, BUREAUS, 200),
    Part(review.withdrawn, 4),
    Part(review.corrected, 4, BUREAUS),
    Part(review.written_down_late, 3, BUREAUS),
    Part(leaders.resolved_in_time, 6, BUREAUS),
    Part(leaders.resolved_late, 4, BUREAUS, 220),
    Part(leaders.extended_in_time, 2, BUREAUS, 220),
    Part(leaders.extended_too_late, 1, ("housing",), 220),
    Part(leaders.handed_to_a_colleague, 2, BUREAUS, 220),
    Part(leaders.across_tenures, 6, (*BUREAUS, "renewal"), 260),
    Part(leaders.reopened, 2, ("housing",), 240),
    Part(leaders.never_closed, 5, ("housing", "transport", "renewal"), 200),
    Part(leaders.dissented, 2, ("housing",), 200),
    Part(leaders.instructed, 6, BUREAUS, 180),
    Part(oversight.supervised, 5, ("transport", "housing", "dongmen-housing"), 200),
    Part(oversight.unanswered, 2, ("transport", "housing"), 140),
    Part(oversight.asked_for_by_the_petitioner, 4, BUREAUS, 100),
    Part(oversight.rectified, 3, ("transport", "housing"), 240),
    Part(oversight.ordered_to_correct, 2, ("transport", "labour"), 240),
    Part(oversight.recommended, 8, ("transport", "housing", "labour"), 240),
    Part(oversight.coordinated, 4, ("housing", "education"), 200),
    Part(joint.together, 3, ("housing", "labour"), 160),
    Part(joint.asked_to_come_again, 5, ("housing", "renewal", "transport"), 50),
    Part(figures.told_by_staff, 7, ("transport", "housing"), 60),
    Part(figures.dissatisfied, 7, BUREAUS, 80),
    Part(figures.excluded, 4, BUREAUS, 160),
    Part(figures.aided, 3, ("labour", "housing"), 80),
    Part(renewal.passed_to_and_fro, 4, ("renewal",), 260),
    Part(renewal.replied_with_a_form, 6, ("renewal",), 40),
    Part(renewal.extended_in_the_last_hours, 5, ("renewal",), 200),
    Part(renewal.written_down_weeks_later, 3, ("renewal",), 120),
    Part(renewal.forgotten, 4, ("renewal",), 60),
    Part(renewal.closed_and_reopened, 2, ("renewal",), 200),
    Part(oversight.supervised, 3, ("renewal",), 200),
    Part(oversight.escalated, 3, ("renewal",), 560),
)
"""Most cases are ordinary; renewal is the office that shirks, ecology the one that others might learn from."""


def tell_city(
    seed: int, is_working_day: IsWorkingDay, claim_key: ClaimKey, petitioner_key: PetitionerKey
) -> list[Step]:
    """Tell every case of the city; the steps come in the order in which they are performed."""
    city = City(seed, is_working_day, claim_key, petitioner_key)
    city.conference = Conference(city)
    for part in PROGRAMME:
        for number in range(part.cases):
            office = part.offices[number % len(part.offices)] if part.offices else ""
            try:
                part.story(city, early_case(city, office, part.days))
            except NeverDone:
                continue
    tell_policy(city)
    tell_receptions(city)
    for mandate in MANDATES:
        mandate(city)
    return city.steps()
