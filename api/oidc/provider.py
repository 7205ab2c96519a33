"""The identity provider: its discovery document, its keys, the way there, and what comes back from it.

Authorization code flow with PKCE, state and nonce. Nothing that comes through the browser is believed: the code is
exchanged by this server, and the identity is a signed token of this issuer, for this client, of this attempt, not over.
Source: OpenID Connect Core 1.0, sections 3.1 and 16; Discovery 1.0; RFC 7636, RFC 8725, RFC 9207, RFC 9700.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from threading import Lock
from typing import Any, Final, NamedTuple
from urllib.parse import urlencode

import httpx
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from api.errors import ApiError
from api.oidc.settings import OidcSettings, is_safe

METADATA_SECONDS: Final = 3_600
LEEWAY_SECONDS: Final = 60
MAX_ANSWER: Final = 262_144
MAX_SUBJECT: Final = 255
WAIT_SECONDS: Final = 10.0

Seconds = Callable[[], int]


class ProviderAway(ApiError):
    """The identity provider does not answer, or not as one."""

    status = 503


class IdentityRefused(ApiError):
    """What came back is not the identity that was asked for; why is not said to whoever sent it."""

    status = 401


class Attempt(NamedTuple):
    """One attempt to sign in: what has to come back, and what proves that the code is ours."""

    state: str
    nonce: str
    verifier: str


class Metadata(NamedTuple):
    """What the discovery document says."""

    authorization: str
    token: str
    keys: str
    end_session: str


class Provider:
    """One identity provider. `now` tells Unix seconds. May be shared by threads; keeps what it fetched for an hour."""

    def __init__(self, settings: OidcSettings, now: Seconds) -> None:
        """Ask nobody yet: a provider that is away keeps no server from starting."""
        self.settings = settings
        self._now = now
        self._lock = Lock()
        self._metadata: tuple[int, Metadata] | None = None
        self._keys: KeySet | None = None

    @property
    def end_session(self) -> str:
        """Where a session at the provider is ended, "" if that is not known; nobody is asked."""
        return self._metadata[1].end_session if self._metadata is not None else ""

    def begin(self, attempt: Attempt, redirect_uri: str) -> str:
        """Where the browser goes to sign in. Raises ProviderAway."""
        asked = {
            "response_type": "code",
            "client_id": self.settings.client_id,
            "redirect_uri": redirect_uri,
            "scope": " ".join(self.settings.scopes),
            "state": attempt.state,
            "nonce": attempt.nonce,
            "code_challenge": create_s256_code_challenge(attempt.verifier),
            "code_challenge_method": "S256",
        }
        place = self.metadata().authorization
        return f"{place}{'&' if '?' in place else '?'}{urlencode(asked)}"

    def finish(self, attempt: Attempt, code: str, redirect_uri: str) -> str:
        """Exchange a code and return the subject that it stands for. Raises IdentityRefused, ProviderAway."""
        given = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": redirect_uri,
            "client_id": self.settings.client_id,
            "code_verifier": attempt.verifier,
        }
        settings = self.settings
        auth = httpx.BasicAuth(settings.client_id, settings.secret) if settings.secret else None
        token = self._ask("POST", self.metadata().token, data=given, auth=auth).get("id_token")
        if not isinstance(token, str):
            raise IdentityRefused("oidc_untrusted")
        return self._subject(self._verified(token), attempt)

    def metadata(self) -> Metadata:
        """The discovery document, not older than an hour. Raises ProviderAway if it is not this issuer's."""
        with self._lock:
            known = self._metadata
        if known is not None and self._now() - known[0] < METADATA_SECONDS:
            return known[1]
        told = self._ask("GET", f"{self.settings.issuer.rstrip('/')}/.well-known/openid-configuration")
        places = [str(told.get(name, "")) for name in ("authorization_endpoint", "token_endpoint", "jwks_uri")]
        end = told.get("end_session_endpoint", "")
        methods = told.get("code_challenge_methods_supported", ["S256"])
        safe = all(is_safe(place) for place in places)
        if told.get("issuer") != self.settings.issuer or not safe or "S256" not in methods:
            raise ProviderAway("oidc_unavailable")
        found = Metadata(places[0], places[1], places[2], end if isinstance(end, str) and is_safe(end) else "")
        with self._lock:
            self._metadata, self._keys = (self._now(), found), None
        return found

    def _verified(self, token: str) -> Mapping[str, Any]:
        """The claims of a token, its signature checked; with keys fetched anew once, as they may have been changed."""
        with self._lock:
            known = self._keys
        if known is not None:
            try:
                return self._decoded(token, known)
            except (JoseError, ValueError):
                pass
        fresh = self._fetch_keys()
        try:
            return self._decoded(token, fresh)
        except (JoseError, ValueError) as error:
            raise IdentityRefused("oidc_untrusted") from error

    def _decoded(self, token: str, keys: KeySet) -> Mapping[str, Any]:
        claims: Mapping[str, Any] = jwt.decode(token, keys, algorithms=list(self.settings.algorithms)).claims
        return claims

    def _fetch_keys(self) -> KeySet:
        told = self._ask("GET", self.metadata().keys)
        try:
            # Only keys that sign with a private half of the provider's: a shared secret in a public list is none.
            public = [key for key in told["keys"] if key.get("kty") in ("RSA", "EC", "OKP") and "d" not in key]
            keys = KeySet.import_key_set({"keys": [key for key in public if key.get("use", "sig") == "sig"]})
        except (JoseError, ValueError, KeyError, TypeError, AttributeError) as error:
            raise ProviderAway("oidc_unavailable") from error
        with self._lock:
            self._keys = keys
        return keys

    def _subject(self, claims: Mapping[str, Any], attempt: Attempt) -> str:
        """Check what a token claims, and return its subject. Source: OpenID Connect Core 1.0, section 3.1.3.7."""
        client = self.settings.client_id
        registry = jwt.JWTClaimsRegistry(
            now=self._now(),
            leeway=LEEWAY_SECONDS,
            iss={"essential": True, "value": self.settings.issuer},
            aud={"essential": True, "value": client},
            sub={"essential": True},
            exp={"essential": True},
            iat={"essential": True},
            nonce={"essential": True, "value": attempt.nonce},
        )
        try:
            registry.validate(dict(claims))
        except JoseError as error:
            raise IdentityRefused("oidc_untrusted") from error
        audience, subject = claims["aud"], claims["sub"]
        several = isinstance(audience, list) and len(audience) > 1
        if claims.get("azp", None if several else client) != client:
            raise IdentityRefused("oidc_untrusted")
        if not isinstance(subject, str) or not 0 < len(subject) <= MAX_SUBJECT:
            raise IdentityRefused("oidc_untrusted")
        return subject

    def _ask(self, method: str, url: str, **given: Any) -> dict[str, Any]:
        """Ask the provider for a JSON object: no redirects, nothing of the environment, within seconds."""
        try:
            with (
                httpx.Client(timeout=WAIT_SECONDS, trust_env=False, follow_redirects=False) as client,
                client.stream(method, url, headers={"accept": "application/json"}, **given) as answer,
            ):
                body = b""
                for piece in answer.iter_bytes():
                    body += piece
                    if len(body) > MAX_ANSWER:
                        raise ProviderAway("oidc_unavailable")
                if method == "POST" and 400 <= answer.status_code < 500:
                    raise IdentityRefused("oidc_untrusted")  # the code is spent, foreign, or not ours
                told = json.loads(body) if answer.status_code == 200 else None
        except (httpx.HTTPError, httpx.InvalidURL, ValueError) as error:
            raise ProviderAway("oidc_unavailable") from error
        if not isinstance(told, dict):
            raise ProviderAway("oidc_unavailable")
        return told
