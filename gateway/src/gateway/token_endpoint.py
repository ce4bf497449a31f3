"""`POST /oauth/token` (RFC 6749): client credentials, and the password grant for people until there is a login page."""

import base64
import binascii
from collections.abc import Mapping
from urllib.parse import parse_qsl, unquote_plus

from gateway.asgi import BodyTooLargeError, read_body, send_json
from gateway.credentials import Client, CredentialStore, User
from gateway.exchange import Exchange
from gateway.rate_limit import RateLimiter
from gateway.secret_hashing import SecretVerifier
from gateway.tokens import AccessTokens
from isthmus.http.problems import Problem
from isthmus.observability.metrics import gateway_tokens

_MAX_BODY_BYTES = 16_384
_MAX_FIELDS = 20
_FAILURES_PER_MINUTE = 10
_NO_STORE = [(b"cache-control", b"no-store"), (b"pragma", b"no-cache")]
_GRANTS = frozenset({"client_credentials", "password"})


class OAuthProblem(Problem):
    """A problem that also carries the error code RFC 6749 asks for."""

    def __init__(self, error: str, detail: str, status: int = 400, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(status, error, detail, headers={"Pragma": "no-cache", **(headers or {})})


class TokenEndpoint:
    """Issues access tokens; slows down whoever guesses secrets."""

    def __init__(self, tokens: AccessTokens, store: CredentialStore, verifier: SecretVerifier) -> None:
        self._tokens = tokens
        self._store = store
        self._verifier = verifier
        self._failures = RateLimiter()

    async def __call__(self, exchange: Exchange) -> None:
        """Answer a token request; errors as problem documents with `error` and `error_description`."""
        grant = "unknown"
        try:
            form = await self._form(exchange)
            grant = form["grant_type"] if form.get("grant_type") in _GRANTS else "unknown"
            answer = await self._issue(exchange, form)
        except Problem as problem:
            gateway_tokens.labels(grant=grant, outcome=problem.code).inc()
            extra = {"error": problem.code, "error_description": problem.detail}
            await exchange.answer.problem(problem, exchange.raw_path, extra)
        else:
            gateway_tokens.labels(grant=grant, outcome="issued").inc()
            await send_json(exchange.answer, 200, answer, _NO_STORE)

    async def _form(self, exchange: Exchange) -> dict[str, str]:
        content_type = exchange.head.onward.get("content-type", "").partition(";")[0].strip().lower()
        if content_type != "application/x-www-form-urlencoded":
            raise OAuthProblem("invalid_request", "Send the fields as application/x-www-form-urlencoded.")
        try:
            raw = await read_body(exchange.receive, _MAX_BODY_BYTES)
            pairs = parse_qsl(raw.decode(), keep_blank_values=True, errors="strict", max_num_fields=_MAX_FIELDS)
        except BodyTooLargeError:
            detail = f"The body is larger than {_MAX_BODY_BYTES} bytes."
            raise OAuthProblem("invalid_request", detail, status=413) from None
        except ValueError:
            raise OAuthProblem("invalid_request", "The body is not a readable form.") from None
        form = dict(pairs)
        if len(form) < len(pairs):
            raise OAuthProblem("invalid_request", "A field stands twice in the form.")
        return form

    async def _issue(self, exchange: Exchange, form: Mapping[str, str]) -> dict[str, str | int]:
        self._store.look()
        client = await self._authenticated_client(exchange, form)
        match form.get("grant_type"):
            case "client_credentials":
                if client is None:
                    raise _invalid_client("Send client_id and client_secret, or HTTP Basic credentials.")
                owner: Client | User = client
            case "password":
                owner = await self._authenticated_user(exchange, form)
            case None | "":
                raise OAuthProblem("invalid_request", "The field grant_type is missing.")
            case _:
                raise OAuthProblem("unsupported_grant_type", "Use client_credentials or password.")
        scopes = _granted_scopes(form.get("scope", ""), owner.scopes)
        return {
            "access_token": self._tokens.issue(owner, scopes, client.client_id if client else None),
            "token_type": "Bearer",
            "expires_in": self._tokens.lifetime_seconds,
            "scope": " ".join(sorted(scopes)),
        }

    async def _authenticated_client(self, exchange: Exchange, form: Mapping[str, str]) -> Client | None:
        """The client that proves itself, None when none is named."""
        basic = _basic_credentials(exchange.head.authorization)
        if basic is not None and "client_secret" in form:
            raise OAuthProblem("invalid_request", "Send the client's credentials in one way only.")
        client_id, secret = basic or (form.get("client_id", ""), form.get("client_secret", ""))
        if not client_id:
            return None
        key = ("client", client_id, exchange.client_address)
        self._refuse_guessing(key, exchange.now)
        client = self._store.client(client_id)
        if not await self._verifier.verify(secret, client.secret_hashes if client else ()) or client is None:
            self._failures.take(key, _FAILURES_PER_MINUTE, exchange.now)
            raise _invalid_client("The client is unknown or its secret is wrong.")
        return client

    async def _authenticated_user(self, exchange: Exchange, form: Mapping[str, str]) -> User:
        username, password = form.get("username", ""), form.get("password", "")
        if not username or not password:
            raise OAuthProblem("invalid_request", "The fields username and password are needed.")
        key = ("user", username, exchange.client_address)
        self._refuse_guessing(key, exchange.now)
        user = self._store.user(username)
        if not await self._verifier.verify(password, [user.password_hash] if user else ()) or user is None:
            self._failures.take(key, _FAILURES_PER_MINUTE, exchange.now)
            raise OAuthProblem("invalid_grant", "The user is unknown or the password is wrong.")
        return user

    def _refuse_guessing(self, key: tuple[str, str, str], now: float) -> None:
        verdict = self._failures.look(key, _FAILURES_PER_MINUTE, now)
        if not verdict.allowed:
            raise OAuthProblem(
                "too_many_attempts",
                "Too many failed attempts; wait before the next one.",
                status=429,
                headers={"Retry-After": str(verdict.retry_after)},
            )


def _granted_scopes(requested: str, held: frozenset[str]) -> frozenset[str]:
    asked = frozenset(requested.split())
    if not asked <= held:
        raise OAuthProblem("invalid_scope", "A scope was asked for that is not granted.")
    return asked or held


def _invalid_client(detail: str) -> OAuthProblem:
    return OAuthProblem("invalid_client", detail, 401, {"WWW-Authenticate": 'Basic realm="isthmus"'})


def _basic_credentials(authorization: bytes | None) -> tuple[str, str] | None:
    """Client id and secret of a Basic header, both form-encoded as RFC 6749 (2.3.1) says; None without one."""
    if authorization is None:
        return None
    scheme, _, encoded = authorization.partition(b" ")
    try:
        text = base64.b64decode(encoded.strip(), validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        text = ""
    client_id, colon, secret = text.partition(":")
    if scheme.lower() != b"basic" or not colon:
        raise _invalid_client("The Authorization header holds no Basic credentials.")
    return unquote_plus(client_id), unquote_plus(secret)
