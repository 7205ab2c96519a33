"""A real OpenID Connect provider on this machine, made of authlib's own provider: over HTTP, with keys that it changes.

It signs in whoever `user` names without asking. `spoil` changes what it vouches for, for the tests of what is refused.
"""

from __future__ import annotations

import json
import socket
import threading
import time
from base64 import urlsafe_b64encode
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import uvicorn
from authlib.oauth2 import AuthorizationServer, OAuth2Request
from authlib.oauth2.rfc6749 import ClientMixin
from authlib.oauth2.rfc6749.grants import AuthorizationCodeGrant
from authlib.oauth2.rfc6749.requests import BasicOAuth2Payload
from authlib.oauth2.rfc7636 import CodeChallenge
from authlib.oidc.core import AuthorizationCodeMixin, UserInfo
from authlib.oidc.core.grants import OpenIDCode
from joserfc import jwt
from joserfc.jwk import ECKey, KeySet, RSAKey
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

CLIENT, SECRET = "sundial", "a secret between two servers"
Claims = dict[str, Any]


@dataclass
class Code(AuthorizationCodeMixin):  # type: ignore[misc]
    """One authorization code and what it was given for."""

    code: str
    user: str
    redirect_uri: str
    scope: str
    nonce: str
    code_challenge: str
    code_challenge_method: str

    def get_redirect_uri(self) -> str:
        return self.redirect_uri

    def get_scope(self) -> str:
        return self.scope

    def get_nonce(self) -> str:
        return self.nonce

    def get_auth_time(self) -> int:
        return int(time.time())

    def get_acr(self) -> None:
        return None

    def get_amr(self) -> None:
        return None


@dataclass
class Client(ClientMixin):  # type: ignore[misc]
    """The one client."""

    back: str

    def get_client_id(self) -> str:
        return CLIENT

    def get_default_redirect_uri(self) -> str:
        return self.back

    def get_allowed_scope(self, scope: str) -> str:
        return scope

    def check_redirect_uri(self, redirect_uri: str) -> bool:
        return redirect_uri == self.back

    def check_client_secret(self, client_secret: str) -> bool:
        return client_secret == SECRET

    def check_endpoint_auth_method(self, method: str, endpoint: str) -> bool:
        return method in ("client_secret_basic", "none")

    def check_response_type(self, response_type: str) -> bool:
        return response_type == "code"

    def check_grant_type(self, grant_type: str) -> bool:
        return grant_type == "authorization_code"


class _Asked(OAuth2Request):  # type: ignore[misc]
    """A request as authlib reads it; the transport is this machine's own."""

    def __init__(self, request: Request, form: dict[str, str]) -> None:
        super().__init__(request.method, str(request.url.replace(scheme="https")), headers=request.headers)
        self._form, self._args = form, dict(request.query_params)
        self.payload = BasicOAuth2Payload({**self._args, **form})

    @property
    def args(self) -> dict[str, str]:
        return self._args

    @property
    def form(self) -> dict[str, str]:
        return self._form


class _Server(AuthorizationServer):  # type: ignore[misc]
    def __init__(self, client: Client) -> None:
        super().__init__()
        self._client = client

    def query_client(self, client_id: str) -> Client | None:
        return self._client if client_id == CLIENT else None

    def save_token(self, token: Any, request: Any) -> None:
        """Tokens of access are not used."""

    def send_signal(self, name: str, *args: Any, **kwargs: Any) -> None:
        """Nobody listens."""

    def create_oauth2_request(self, request: Any) -> OAuth2Request:
        return request

    def handle_response(self, status: int, body: Any, headers: Any) -> Response:
        content = json.dumps(body) if isinstance(body, dict) else body or ""
        return Response(content, status, dict(headers))


class IdentityProvider:
    """The provider: its issuer, its keys, whom it signs in, and what is spoiled of what it vouches for."""

    def __init__(self, port: int, back: str) -> None:
        self.issuer = f"http://127.0.0.1:{port}"
        self.user: str | None = "subject-lin"
        self.spoil: Callable[[Claims], None] = lambda claims: None
        self.unsigned = False
        self.published: RSAKey | ECKey | None = None
        self.documents: dict[str, Any] = {}
        self.asked: list[str] = []
        self.codes: dict[str, Code] = {}
        self.change_keys()
        self._server = _Server(Client(back))
        access = {"token_type": "Bearer", "access_token": "x" * 40, "scope": "openid"}
        self._server.register_token_generator("default", lambda **_: dict(access))
        self._server.register_grant(self._grant(), [self._identity(), CodeChallenge(required=True)])

    def change_keys(self, *, elliptic: bool = False) -> None:
        """Sign with another key from now on, and publish no other."""
        self.key = ECKey.generate_key("P-256", auto_kid=True) if elliptic else RSAKey.generate_key(2048, auto_kid=True)

    def _grant(self) -> type[AuthorizationCodeGrant]:
        codes = self.codes

        class Grant(AuthorizationCodeGrant):  # type: ignore[misc]
            TOKEN_ENDPOINT_AUTH_METHODS = ("client_secret_basic", "none")

            def save_authorization_code(self, code: str, request: Any) -> None:
                data = request.payload.data
                asked = [data.get(name, "") for name in ("redirect_uri", "scope", "nonce", "code_challenge")]
                codes[code] = Code(code, request.user, *asked, data.get("code_challenge_method", ""))

            def query_authorization_code(self, code: str, client: Any) -> Code | None:
                return codes.get(code)

            def delete_authorization_code(self, authorization_code: Code) -> None:
                codes.pop(authorization_code.code)

            def authenticate_user(self, authorization_code: Code) -> str:
                return authorization_code.user

        return Grant

    def _identity(self) -> OpenIDCode:
        provider = self

        class Identity(OpenIDCode):  # type: ignore[misc]
            def exists_nonce(self, nonce: str, request: Any) -> bool:
                return False

            def get_client_algorithm(self, client: Any) -> str:
                return "ES256" if isinstance(provider.key, ECKey) else "RS256"

            def get_client_claims(self, client: Any) -> Claims:
                return {"iss": provider.issuer, "aud": CLIENT}

            def get_encode_header(self, client: Any) -> dict[str, Any]:
                return {"alg": self.get_client_algorithm(client), "kid": provider.key.kid}

            def resolve_client_private_key(self, client: Any) -> Any:
                return provider.key

            def generate_user_info(self, user: str, scope: str) -> UserInfo:
                return UserInfo(sub=user)

            def encode_id_token(self, token: Any, request: Any) -> str:
                whole = super().encode_id_token(token, request)
                header = self.get_encode_header(None)
                claims = jwt.decode(whole, provider.key, ["RS256", "ES256"]).claims
                provider.spoil(claims)
                if provider.unsigned:
                    return f"{_encoded({'alg': 'none'})}.{_encoded(claims)}."
                return jwt.encode(header, claims, provider.key, [header["alg"]])

        return Identity(require_nonce=True)

    def app(self) -> Starlette:
        """The provider's endpoints."""
        return Starlette(
            routes=[
                Route("/.well-known/openid-configuration", self._discovery),
                Route("/keys", self._published),
                Route("/authorize", self._authorize),
                Route("/token", self._token, methods=["POST"]),
            ]
        )

    async def _discovery(self, request: Request) -> Response:
        self.asked.append("discovery")
        told = {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "end_session_endpoint": f"{self.issuer}/leave",
            "jwks_uri": f"{self.issuer}/keys",
            "code_challenge_methods_supported": ["S256"],
        }
        return JSONResponse({**told, **self.documents})

    async def _published(self, request: Request) -> Response:
        self.asked.append("keys")
        return JSONResponse(KeySet([self.published or self.key]).as_dict(private=False))

    async def _authorize(self, request: Request) -> Response:
        asked = _Asked(request, {})
        grant = self._server.get_consent_grant(asked, end_user=self.user)
        answer: Response = self._server.create_authorization_response(asked, grant_user=self.user, grant=grant)
        return answer

    async def _token(self, request: Request) -> Response:
        self.asked.append("token")
        form = {key: str(value) for key, value in (await request.form()).items()}
        answer: Response = self._server.create_token_response(_Asked(request, form))
        return answer


def _encoded(value: Any) -> str:
    return urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")


@contextmanager
def identity_provider(back: str) -> Iterator[IdentityProvider]:
    """A provider that runs, and sends browsers back to this address."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        made = IdentityProvider(listening.getsockname()[1], back)
        config = uvicorn.Config(made.app(), log_level="critical", access_log=False, ws="none", lifespan="off")
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        try:
            yield made
        finally:
            server.should_exit = True
            thread.join()
