"""Who may pass the door: a valid token, one of the route's scopes, and a place within the rate limit."""

from gateway.config import READ_METHODS, Route
from gateway.credentials import CredentialStore
from gateway.exchange import Exchange
from gateway.rate_limit import RateLimiter, rate_limit_headers
from gateway.tokens import AccessTokenError, AccessTokens, Caller
from isthmus.http.problems import Forbidden, Problem, Unauthorized

_CHALLENGE = 'Bearer realm="isthmus"'


class Admission:
    """Decides for each request; what it refuses, it refuses with a problem that says what is missing."""

    def __init__(self, tokens: AccessTokens, store: CredentialStore) -> None:
        self._tokens = tokens
        self._store = store
        self._limiter = RateLimiter()

    def admit(self, exchange: Exchange, route: Route) -> Caller:
        """The caller of an admitted request; raises 401, 403 or 429 problems."""
        self._store.look()
        caller = self._authenticate(exchange)
        needed = route.scopes_for(exchange.method)
        if not needed & caller.scopes:
            names = sorted(needed)
            challenge = f'{_CHALLENGE}, error="insufficient_scope", scope="{" ".join(names)}"'
            raise Forbidden(
                "scope_not_granted",
                f"This needs the scope {' or '.join(names)}.",
                headers={"WWW-Authenticate": challenge},
            )
        self._count(exchange, caller)
        return caller

    def _authenticate(self, exchange: Exchange) -> Caller:
        authorization = exchange.head.authorization
        if authorization is None:
            raise Unauthorized(
                "token_missing",
                "Send an access token: Authorization: Bearer …",
                headers={"WWW-Authenticate": _CHALLENGE},
            )
        try:
            return self._tokens.verify(_bearer_token(authorization), exchange.now)
        except AccessTokenError as error:
            challenge = f'{_CHALLENGE}, error="invalid_token", error_description="{error}"'
            raise Unauthorized("token_invalid", str(error), headers={"WWW-Authenticate": challenge}) from None

    def _count(self, exchange: Exchange, caller: Caller) -> None:
        reads = exchange.method in READ_METHODS
        per_minute = caller.rate_limit.read_per_minute if reads else caller.rate_limit.write_per_minute
        if per_minute is None:
            return
        policy = "read" if reads else "write"
        verdict = self._limiter.take((caller.client_id, caller.subject, policy), per_minute, exchange.now)
        exchange.answer.own_headers += rate_limit_headers(policy, per_minute, verdict)
        if not verdict.allowed:
            raise Problem(
                429,
                "rate_limited",
                f"More than {per_minute} {policy} requests a minute.",
                headers={"Retry-After": str(verdict.retry_after)},
            )


def _bearer_token(authorization: bytes) -> str:
    scheme, _, token = authorization.decode("latin-1").partition(" ")
    if scheme.lower() != "bearer":
        raise AccessTokenError("The Authorization header holds no bearer token.")
    return token.strip()
