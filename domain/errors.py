"""What the domain says when it refuses.

    DomainRefused
    ├── EventRefused        the recorded fields are not those of the act
    ├── TransitionRefused   the act does not fit the state of the case
    ├── RoleRefused         the act is not this actor's to do
    ├── PeopleRefused       an office, post, tenure or key act does not fit the directory
    └── ReferenceRefused    a published rule row or calendar is not usable

Every refusal names the act, the state, the rule that forbids it and what would be allowed, in Chinese
and in English, and never repeats a sealed value.
"""

from __future__ import annotations


class DomainRefused(Exception):
    """An act was refused by a rule.

    `code` is a stable word for programs, `rule` the article or schema clause that forbids the act,
    `allowed` the action names (or values) that would have been accepted, `action` and `state` what was
    tried and where. The two messages are one sentence each, for people.
    """

    def __init__(
        self,
        code: str,
        *,
        rule: str,
        zh: str,
        en: str,
        action: str = "",
        state: str = "",
        allowed: tuple[str, ...] = (),
    ) -> None:
        super().__init__(code, rule, zh, en, action, state, allowed)
        self.code = code
        self.rule = rule
        self.message_zh = zh
        self.message_en = en
        self.action = action
        self.state = state
        self.allowed = allowed

    def __str__(self) -> str:
        return self.message_en

    def __reduce__(self) -> tuple[object, ...]:
        # Verification runs in several processes; a refusal must cross between them unchanged.
        return (_rebuild, (type(self), self.args))


class EventRefused(DomainRefused):
    """The public fields are not the closed set that the action has."""


class TransitionRefused(DomainRefused):
    """The transition table has no such move, or the move lacks what its article asks for."""


class RoleRefused(DomainRefused):
    """The actor's role, or the office's relation to the case, does not allow the act."""


class PeopleRefused(DomainRefused):
    """The directory of offices, posts, tenures and keys does not allow the act."""


class ReferenceRefused(DomainRefused):
    """A rule row or a calendar lacks what makes it usable: a source, a date, a positive length."""


def _rebuild(kind: type[DomainRefused], args: tuple[str, str, str, str, str, str, tuple[str, ...]]) -> DomainRefused:
    code, rule, zh, en, action, state, allowed = args
    return kind(code, rule=rule, zh=zh, en=en, action=action, state=state, allowed=allowed)
