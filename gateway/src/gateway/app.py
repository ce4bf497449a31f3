"""The gateway as one bare ASGI application: what is its own it answers, what is routed it admits and forwards."""

import time
from collections.abc import Awaitable, Callable
from functools import cache

import structlog
from prometheus_client import Counter, Histogram

from gateway import docs_page, health
from gateway.admission import Admission
from gateway.api_document import ApiDocument
from gateway.asgi import Receive, Scope, Send
from gateway.config import Route, load_config
from gateway.credentials import CredentialStore
from gateway.exchange import Answer, Exchange
from gateway.headers import read_head
from gateway.hop import forward
from gateway.identity import IdentitySigner
from gateway.keys import load_keys
from gateway.org_units import load_org_units
from gateway.routing import Router, has_dot_segments
from gateway.secret_hashing import SecretVerifier
from gateway.settings import GatewaySettings
from gateway.token_endpoint import TokenEndpoint
from gateway.tokens import AccessTokens
from gateway.upstreams import Upstream
from isthmus.clock import Clock
from isthmus.http.principal import IDENTITY_HEADER
from isthmus.http.problems import NotFound, Problem
from isthmus.observability.metrics import gateway_refusals, http_request_seconds, http_requests

_METHODS = frozenset({"GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE"})
_HSTS = (b"strict-transport-security", b"max-age=31536000; includeSubDomains")
_log = structlog.get_logger(__name__)

Handler = Callable[[Exchange], Awaitable[None]]


class Gateway:
    """Built from its settings; raises OSError or ValueError when a file it needs is missing or wrong."""

    def __init__(self, settings: GatewaySettings, clock: Clock) -> None:
        config = load_config(settings.routes_file)
        missing = {upstream.name for upstream in config.upstreams} - set(settings.upstream_urls)
        if missing:
            raise ValueError(f"no URL for the upstreams {', '.join(sorted(missing))}")
        store = CredentialStore(settings.credentials_file, clock)
        org_units = load_org_units(settings.org_units_file)
        tokens = AccessTokens(
            load_keys(settings.token_key_file), store, org_units, settings.token_lifetime_seconds, clock
        )
        self._clock = clock
        self._access_log = settings.access_log
        self._verifier = SecretVerifier()
        self._router = Router(config.routes)
        self._admission = Admission(tokens, store)
        self._identities = IdentitySigner(load_keys(settings.identity_key_file)[0])
        self.upstreams = {one.name: Upstream(one, settings.upstream_urls[one.name]) for one in config.upstreams}
        self._secure = (settings.public_url or "").startswith("https:")
        document = ApiDocument(config, self.upstreams, settings.public_url, clock)
        self._own: dict[str, tuple[frozenset[str], Handler]] = {
            "/oauth/token": (frozenset({"POST"}), TokenEndpoint(tokens, store, self._verifier)),
            "/openapi.json": (frozenset({"GET", "HEAD"}), document),
            "/livez": (frozenset({"GET", "HEAD"}), health.livez),
            "/readyz": (frozenset({"GET", "HEAD"}), health.Readiness(self.upstreams)),
            "/metrics": (frozenset({"GET", "HEAD"}), health.metrics),
            **{path: (frozenset({"GET", "HEAD"}), docs_page.docs_page) for path in docs_page.PATHS},
        }

    async def open(self) -> None:
        """Make the connection pools."""
        for upstream in self.upstreams.values():
            await upstream.open()

    async def close(self) -> None:
        """Close the connection pools; no request may be under way any more."""
        for upstream in self.upstreams.values():
            await upstream.close()
        self._verifier.close()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._lifespan(receive, send)
        elif scope["type"] == "http":
            await self._serve(scope, receive, send)
        else:
            await send({"type": "websocket.close", "code": 1008})

    async def _lifespan(self, receive: Receive, send: Send) -> None:
        await receive()
        await self.open()
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await self.close()
        await send({"type": "lifespan.shutdown.complete"})

    async def _serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        started = time.perf_counter()
        answer = Answer(scope, send)
        raw_path = (scope.get("raw_path") or scope["path"].encode()).decode("latin-1")
        label = "unknown"
        try:
            head = read_head(scope["headers"])
            answer.request_id = head.request_id
            if self._secure:
                answer.own_headers.append(_HSTS)
            exchange = Exchange(scope, receive, answer, head, raw_path, self._clock.now().timestamp())
            own = self._own.get(raw_path)
            if own is not None:
                label = raw_path
                _require_method(scope["method"], own[0])
                await own[1](exchange)
            else:
                route = self._route_of(raw_path)
                label = route.path
                _require_method(scope["method"], _METHODS)
                await self._forward(exchange, route)
        except Problem as problem:
            if problem.status < 500:
                gateway_refusals.labels(code=problem.code).inc()
            await answer.problem(problem, raw_path)
        self._account(scope["method"], label, answer, time.perf_counter() - started)

    def _route_of(self, raw_path: str) -> Route:
        if not raw_path.isascii() or has_dot_segments(raw_path):
            raise Problem(400, "path_ambiguous", "The path holds dot segments or unescaped characters.")
        route = self._router.find(raw_path)
        if route is None:
            raise NotFound("not_found", "There is nothing under this path.")
        return route

    async def _forward(self, exchange: Exchange, route: Route) -> None:
        caller = self._admission.admit(exchange, route)
        head = exchange.head
        purpose = head.purpose.decode("latin-1") if head.purpose else None
        onward = head.onward
        onward[IDENTITY_HEADER] = self._identities.identity(caller, route.upstream, purpose, exchange.now)
        onward["X-Request-Id"] = head.request_id.decode()
        onward["traceparent"] = head.traceparent.decode()
        onward["X-Forwarded-For"] = exchange.client_address
        onward["X-Forwarded-Proto"] = "https" if self._secure else exchange.scope.get("scheme", "http")
        onward["X-Forwarded-Host"] = head.host.decode("latin-1")
        await forward(exchange, route, self.upstreams[route.upstream])

    def _account(self, method: str, label: str, answer: Answer, seconds: float) -> None:
        """Count the request and log it; a caller gone before any answer counts as 499, as nginx has it."""
        counted_method = method if method in _METHODS else "other"
        status = answer.status or 499
        counter, histogram = _metrics_of(counted_method, label, status)
        counter.inc()
        histogram.observe(seconds)
        if self._access_log or status >= 500:
            _log.info(
                "request",
                method=counted_method,
                route=label,
                status=status,
                milliseconds=round(seconds * 1000, 1),
                request_id=answer.request_id.decode(),
            )


@cache
def _metrics_of(method: str, label: str, status: int) -> tuple[Counter, Histogram]:
    """The metrics of one kind of request, kept since `labels` is dear; there are as many as routes and statuses."""
    return (
        http_requests.labels(method=method, route=label, status=str(status)),
        http_request_seconds.labels(method=method, route=label),
    )


def _require_method(method: str, allowed: frozenset[str]) -> None:
    if method not in allowed:
        names = ", ".join(sorted(allowed))
        raise Problem(405, "method_not_allowed", f"Use {names} here.", headers={"Allow": names})
