"""Signing in and out: passwords by Argon2id, sessions with a token of their own, back-off on failure.

The token is 256 random bits in a cookie that scripts cannot read; a new one is made at every sign-in, so that one that
was planted beforehand opens nothing. Failures are counted by account name, query code and caller's address; beyond a
few, each doubles the wait. Source: OWASP ASVS 4.0, chapters 2 and 3.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import cached_property
from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError

from api.access.store import AccessStore, Session, Waiting
from api.access.table import Need
from api.access.viewer import PUBLIC, Viewer, seats_of
from api.errors import ApiError
from api.looks.journal import Journal
from api.oidc.provider import Attempt
from domain.people import People

COOKIE: Final = "sundial_session"
TOKEN_BYTES, CSRF_BYTES, CODE_BYTES = 32, 32, 16
IDLE_MS, LASTING_MS, ATTEMPT_MS = 30 * 60_000, 12 * 3_600_000, 10 * 60_000
FREE_FAILURES, FIRST_WAIT_MS, LONGEST_WAIT_MS = 5, 1_000, 15 * 60_000
MIN_PASSWORD, MAX_PASSWORD = 12, 256


class SignInRefused(ApiError):
    """The name, password or code is not one that opens anything; which of them is not said."""

    status = 401


class TooManyAttempts(ApiError):
    """There were too many failures; try again later."""

    status = 429


class Sessions:
    """The door: `now` tells Unix milliseconds, `entropy(n)` returns n unpredictable bytes."""

    def __init__(
        self, store: AccessStore, now: Callable[[], int], entropy: Callable[[int], bytes], hasher: PasswordHasher
    ) -> None:
        """Keep the store, the clock, the source of tokens and the password hasher."""
        self.store = store
        self._now = now
        self._entropy = entropy
        self._hasher = hasher

    @property
    def looks(self) -> Journal:
        """Where looks are written down."""
        return self.store.looks

    @property
    def form_key(self) -> bytes:
        """The key under which forms of who is not signed in are coded: drawn once, kept in the file."""
        return self.store.secret("forms", lambda: self._entropy(TOKEN_BYTES))

    def set_password(self, name: str, officer: str, password: str, subject: str = "") -> None:
        """Add or change an account. Raises ApiError for a password of fewer than 12 or over 256 characters."""
        if not MIN_PASSWORD <= len(password) <= MAX_PASSWORD:
            raise ApiError("password_length", least=MIN_PASSWORD, most=MAX_PASSWORD)
        self._put(name, officer, self._hasher.hash(password), subject)

    def set_subject(self, name: str, officer: str, subject: str) -> None:
        """Add or change an account that has no password: it signs in at the identity provider alone."""
        self._put(name, officer, "", subject)

    def _put(self, name: str, officer: str, secret: str, subject: str) -> None:
        if not self.store.put_account(name, officer, secret, subject):
            raise ApiError("subject_taken")

    def sign_in(self, name: str, password: str, source: str) -> str:
        """Return a new session's token. Raises SignInRefused, or TooManyAttempts before the password is looked at."""
        sources = (f"account:{name}", f"address:{source}")
        self._check_waiting(sources)
        account = self.store.account(name)
        if not self._matches(account.secret if account and account.secret else self._decoy, password) or not account:
            self._refuse(sources)
            raise SignInRefused("sign_in_refused")
        self.store.forget_failures(sources[0])
        return self.open(account=account.name)

    def begin_attempt(self, onward: str) -> tuple[Attempt, str]:
        """Begin to sign in at the identity provider: what has to come back, and the cookie of the browser that asks."""
        state, nonce, verifier, browser = (self._entropy(TOKEN_BYTES).hex() for _ in range(4))
        now = self._now()
        self.store.add_attempt(state, browser, Waiting(nonce, verifier, onward), now, now + ATTEMPT_MS)
        return Attempt(state, nonce, verifier), browser

    def end_attempt(self, state: str, browser: str) -> tuple[Attempt, str]:
        """The attempt that comes back, and where to go on. Raises SignInRefused for one that is over or not ours."""
        found = self.store.take_attempt(state, browser, self._now())
        if found is None:
            raise SignInRefused("oidc_state")
        return Attempt(state, found.nonce, found.verifier), found.onward

    def sign_in_with_subject(self, subject: str) -> str:
        """Return the token of a session of the account that was given this subject. Raises SignInRefused."""
        account = self.store.account_of_subject(subject)
        if account is None:
            raise SignInRefused("oidc_unmapped")
        return self.open(account=account.name)

    def sign_in_with_code(self, code: str, source: str) -> str:
        """Return the token of a session for the one case that a query code opens; raises as `sign_in` does."""
        sources = (f"codes:{source}",)
        self._check_waiting(sources)
        case = self.store.case_of_code("".join(code.replace("-", "").split()).lower())
        if case is None:
            self._refuse(sources)
            raise SignInRefused("code_refused")
        return self.open(case=case)

    def issue_code(self, case: str) -> str:
        """Make a query code for a case and return it, in groups that can be read aloud; only its hash is kept."""
        code = self._entropy(CODE_BYTES).hex()
        self.store.add_code(code, case, self._now())
        return "-".join(code[at : at + 8] for at in range(0, len(code), 8))

    def renew_code(self, case: str) -> str:
        """Make a query code in the place of all earlier ones, whose sessions end, and return it."""
        self.revoke_codes(case)
        return self.issue_code(case)

    def revoke_codes(self, case: str) -> int:
        """Revoke every query code of a case, end their sessions, and return how many codes there were."""
        return self.store.revoke_codes(case, self._now())

    def open(self, account: str = "", case: str = "") -> str:
        """Begin a session and return its token, which is kept nowhere."""
        token, csrf, now = self._entropy(TOKEN_BYTES).hex(), self._entropy(CSRF_BYTES).hex(), self._now()
        self.store.add_session(token, Session(account, case, csrf, now, now))
        return token

    def viewer(self, token: str | None, people: Callable[[], People], needs: Need = "posts") -> Viewer:
        """Who looks with this token; the public if it opens nothing any more.

        `people` tells the directory as it stands, and is asked for an officer whose posts are needed alone: else the
        viewer has no seats. Where only a caller is counted, that another process ended a session may be seen later.
        """
        newest = needs != "caller"
        known = self.store.session(token, self._now(), IDLE_MS, LASTING_MS, newest=newest) if token else None
        if known is None:
            return PUBLIC
        if needs != "posts" or known.viewer.kind != "staff":
            return known.viewer
        directory = people()
        if known.seated is None or known.seated[0] is not directory:  # it never changes; the next one is another object
            viewer = replace(known.viewer, seats=seats_of(directory, known.viewer.officer))
            known.seated = directory, viewer
        return known.seated[1]

    @cached_property
    def _decoy(self) -> str:
        """A hash that no password matches, so that an unknown name takes as long as a known one."""
        return self._hasher.hash(self._entropy(TOKEN_BYTES).hex())

    def _matches(self, secret: str, password: str) -> bool:
        try:
            return self._hasher.verify(secret, password[:MAX_PASSWORD])
        except (Argon2Error, InvalidHashError):
            return False

    def _check_waiting(self, sources: tuple[str, ...]) -> None:
        if any(self.store.waiting_until(source) > self._now() for source in sources):
            raise TooManyAttempts("too_many_attempts")

    def _refuse(self, sources: tuple[str, ...]) -> None:
        for source in sources:
            self.store.note_failure(source, self._now(), FREE_FAILURES, FIRST_WAIT_MS, LONGEST_WAIT_MS)
