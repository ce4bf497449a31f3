"""Around every request: its id, its trace, its log line, its metrics, safe headers, and no error that gets away."""

import time
from typing import Any

import structlog
from opentelemetry import trace
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from isthmus.http.problem_answers import as_problem, problem_response
from isthmus.http.request_id import REQUEST_ID_HEADER, begin_request
from isthmus.observability import metrics, tracing

logger = structlog.get_logger("isthmus.access")

UNMATCHED = "unmatched"
_SAFE_HEADERS = {"X-Content-Type-Options": "nosniff", "Cache-Control": "no-store", "Referrer-Policy": "no-referrer"}


class RequestMiddleware:
    """Pure ASGI, outermost of ours."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        request_id = begin_request(headers.get(REQUEST_ID_HEADER))
        structlog.contextvars.bind_contextvars(request_id=request_id)
        observation = _Observation(scope, request_id, send)
        with (
            tracing.server_span(scope["method"], headers) as span,
            metrics.http_requests_in_progress.track_inprogress(),
        ):
            try:
                await self.app(scope, receive, observation.send)
            except Exception as error:  # noqa: BLE001 - the last place that can still answer
                await observation.answer_error(error, receive)
            finally:
                observation.record(span)
                structlog.contextvars.unbind_contextvars("request_id")


class _Observation:
    """What is seen of one request on its way out."""

    def __init__(self, scope: Scope, request_id: str, send: Send) -> None:
        self._scope = scope
        self._request_id = request_id
        self._send = send
        self._began = time.perf_counter()
        self._status: int | None = None
        self._route = UNMATCHED

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self._status = message["status"]
            self._route = route_template(self._scope)
            headers = MutableHeaders(scope=message)
            headers[REQUEST_ID_HEADER] = self._request_id
            for name, value in _SAFE_HEADERS.items():
                headers.setdefault(name, value)
        await self._send(message)

    async def answer_error(self, error: Exception, receive: Receive) -> None:
        """Answer with a problem, unless the answer has begun: then the connection must break off."""
        problem = as_problem(error)
        if self._status is not None:
            raise error
        await problem_response(problem, self._scope)(self._scope, receive, self.send)

    def record(self, span: trace.Span) -> None:
        """Neither path nor query is logged: both may hold personal data."""
        seconds = time.perf_counter() - self._began
        status, method = self._status or 499, self._scope["method"]
        metrics.http_requests.labels(method, self._route, str(status)).inc()
        metrics.http_request_seconds.labels(method, self._route).observe(seconds)
        tracing.end_server_span(span, method, self._route, status)
        logger.info("request", method=method, route=self._route, status=status, milliseconds=round(seconds * 1000, 2))


def route_template(scope: Scope) -> str:
    """The path with its parameters unfilled, all prefixes included; `scope["route"]` lacks those of outer routers."""
    route: Any = scope.get("fastapi", {}).get("effective_route_context") or scope.get("route")
    return getattr(route, "path", UNMATCHED)
