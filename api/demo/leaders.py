"""The leaders who take packages: which post each holds and from when to when, and a package in a leader's hands."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any, NamedTuple

from api.demo.cases import CaseTale
from api.demo.tales import FIRST_DAY, Signer, Step

CHIEF = Signer("petitions", "head", "head")
"""The head of the petition office, who gives packages to leaders and approves their extensions."""


class Leader(NamedTuple):
    """A leader in a post, with the last day in it and who comes after, where the tenure ends (`changes.toml`)."""

    office: str
    post: str
    officer: str
    since: date = FIRST_DAY
    until: date | None = None
    successor: str = ""

    @property
    def signer(self) -> Signer:
        """The leader as one who signs."""
        return Signer(self.office, self.post, "leader", self.officer)

    @property
    def named(self) -> dict[str, str]:
        """The leader as acts name one."""
        return {"leader": self.officer, "leader_post": self.post, "leader_office": self.office}

    def holds(self, first: date, last: date) -> bool:
        """Say whether the leader holds the post from a day to another."""
        return self.since < first and (self.until is None or last < self.until)


LEADERS = {
    "su": Leader("guicheng", "mayor", "officer-su", until=date(2025, 6, 20), successor="heng"),
    "heng": Leader("guicheng", "mayor", "officer-heng", since=date(2025, 6, 9)),
    "tao": Leader("guicheng", "vice-a", "officer-tao"),
    "qiu": Leader("guicheng", "vice-b", "officer-qiu", until=date(2025, 11, 1), successor="ning"),
    "ning": Leader("guicheng", "vice-b", "officer-ning", since=date(2025, 11, 10)),
    "qiao": Leader("joint", "convener", "officer-qiao"),
    "ding": Leader("housing", "head", "officer-ding", until=date(2025, 1, 10), successor="mo"),
    "mo": Leader("housing", "head", "officer-mo", since=date(2025, 1, 2)),
    "lu": Leader("housing", "deputy", "officer-lu"),
    "heqing": Leader("labour", "deputy", "officer-heqing"),
    "wan": Leader("renewal", "head", "officer-wan", until=date(2025, 12, 12), successor="zheng"),
    "zheng": Leader("renewal", "head", "officer-zheng", since=date(2025, 12, 1)),
    "xue": Leader("dongmen", "head", "officer-xue"),
}


class Package:
    """A leader package on a case; when its leader leaves the post it is handed over before the next act."""

    def __init__(self, line: CaseTale, name: str = "", reason: str = "superior", days: int = 60) -> None:
        """Give the package to the leader of this name, or to any if that one is not in post; the leader takes it."""
        self.line = line
        today = line.at.date()
        free = [one for one in LEADERS.values() if one.holds(today, today + timedelta(days=days + 20))]
        self.leader = LEADERS[name] if name and LEADERS[name].holds(today, today) else line.rng.choice(free)
        public = {**self.leader.named, "package_reason": reason, "due_on": line.day_after(days)}
        sealed = {"reference": f"晷访督〔{today.year}〕{line.rng.randint(3, 180)}号"}
        self.assigned = line.tell("case.package_assigned.v1", public, CHIEF, sealed)
        line.pass_days(2)
        self.act("accepted")

    def act(self, action: str, /, sealed: dict[str, str] | None = None, **public: Any) -> Step:
        """Add an act of the leader who answers now."""
        self.succeed()
        return self._tell(action, self.leader.signer, sealed, **public)

    def chief(self, action: str, /, sealed: dict[str, str] | None = None, **public: Any) -> Step:
        """Add an act of the head of the office that gave the package."""
        return self._tell(action, CHIEF, sealed, **public)

    def work(self, *actions: str) -> None:
        """Let the leader meet, look into it, confer or plan, some days apart."""
        rng = self.line.rng
        for action in actions:
            self.line.pass_days(rng.uniform(3, 12))
            if action == "met":
                form, place = rng.choice((("received", "hall"), ("went_down", "site"), ("appointed", "office")))
                effect = rng.choice(("plan_agreed", "explained", "continuing"))
                self.act("met", {"record": "接谈记录"}, form=form, place=place, effect=effect, posts=["handler"])
            elif action == "conferred":
                self.act("conferred", {"record": "会商纪要"}, units=[self.line.unit, "petitions"])
            elif action == "plan_set":
                self.act("plan_set", {"plan": "化解方案"}, plan_due_on=self.line.day_after(30))
            else:
                self.act(action, {"record": "调查笔录"})

    def hand_over(self, name: str) -> None:
        """Hand the package over to another leader: the one who gives signs, then the one who takes."""
        taker = LEADERS[name]
        proposed = self._tell("hand_over_proposed", self.leader.signer, {"reason_text": "分工调整"}, **taker.named)
        self.line.pass_days(1)
        self._tell("hand_over_confirmed", taker.signer, confirmed=proposed)
        self.leader = taker

    def succeed(self) -> None:
        """Pass the package to the successor of a leader who goes; both sign, or, once the post is left, the chief."""
        line, until, taker = self.line, self.leader.until, LEADERS.get(self.leader.successor)
        if until is None or taker is None or line.at.date() < min(taker.since, until):
            return
        now = line.at
        line.at = line.city.business_hour(taker.since + timedelta(days=1))
        giver = self.leader.signer if taker.since < until else CHIEF
        proposed = self._tell("hand_over_proposed", giver, {"reason_text": "职务变动"}, **taker.named)
        line.pass_days(1)
        self._tell("hand_over_confirmed", taker.signer, confirmed=proposed)
        self.leader, line.at = taker, max(now, line.at)

    def resolve(self, result: str) -> None:
        """The package is done, with proof."""
        self.act("resolved", {"report": "化解报告", "proof": "化解佐证"}, result=result)

    def _tell(self, action: str, signer: Signer, sealed: dict[str, str] | None = None, **public: Any) -> Step:
        return self.line.tell(f"case.package_{action}.v1", {"item": self.assigned, **public}, signer, sealed)
