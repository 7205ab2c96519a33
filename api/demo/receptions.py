"""Leaders' receptions: announced by their offices, held or missed. Who came is not recorded."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from api.demo.leaders import LEADERS
from api.demo.tales import City, Signer, Tale

PLAN = (
    ("guicheng", "mayor", 61, Signer("guicheng", "office", "handler"), 0.15),
    ("housing", "head", 91, Signer("housing", "window", "intake"), 0.2),
    ("renewal", "head", 91, Signer("renewal", "window", "intake"), 0.8),
    ("dongmen", "head", 122, Signer("dongmen", "office", "handler"), 0.0),
)
"""Office, post, days between receptions, who announces them, and how often one is missed."""


def tell_receptions(city: City) -> None:
    """Every office of the plan announces its leader's receptions, from the summer of 2024 on."""
    for office, post, days, desk, missed in PLAN:
        day = date(2024, 7, 8) + timedelta(days=city.rng.randint(0, 20))
        while day < date(2026, 5, 1):
            _reception(city, (office, post), desk, day, city.chance(missed))
            day += timedelta(days=days)


def _reception(city: City, seat: tuple[str, str], desk: Signer, day: date, missed: bool) -> None:
    office, post = seat
    on = city.business_hour(day)
    line = Tale(city, f"bulletin/{office}", city.business_hour(on.date() - timedelta(days=16)))
    announced, due = line.at.date(), on.date()
    leader = next(
        (one for one in LEADERS.values() if one[:2] == seat and one.holds(announced, due + timedelta(days=1))), None
    )
    if leader is None:
        return  # a leader comes or goes in these days
    form, place = city.rng.choice((("received", "hall"), ("went_down", "site")))
    public: dict[str, Any] = {"leader": leader.officer, "leader_post": post, "form": form, "place": place}
    public |= {"due_on": due.isoformat(), **({"units": ["petitions", "labour"]} if office == "guicheng" else {})}
    item = {"item": line.tell("bulletin.reception_scheduled.v1", public, desk)}
    line.pass_days(2)
    line.tell("bulletin.reception_published.v1", item, desk)
    line.at = on
    if missed:
        line.pass_days(1)
        ground = city.rng.choice(("illness", "superior_order"))
        line.tell("bulletin.reception_missed.v1", {**item, "ground": ground}, desk)
        return
    units = {"units": ["petitions"]} if office == "guicheng" else {}
    line.tell("bulletin.reception_held.v1", {**item, **units}, leader.signer, {"record": "接访登记"})
