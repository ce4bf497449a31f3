"""The hop: a request goes to its service and the answer comes back, both streamed, neither changed."""

import asyncio
from collections.abc import AsyncIterator
from functools import cache

import aiohttp
import structlog
from yarl import URL

from gateway.config import Route
from gateway.disconnect import DisconnectWatch
from gateway.exchange import Answer, Exchange
from gateway.headers import response_headers
from gateway.request_body import CallerGoneError, RequestBody
from gateway.upstreams import Upstream
from isthmus.http.problems import Problem, Unavailable
from isthmus.observability.metrics import gateway_callers_gone, gateway_upstream_failures

_RETRY_AFTER_SECONDS = 0.1
_RETRIED = frozenset({"GET", "HEAD"})
_log = structlog.get_logger(__name__)


async def forward(exchange: Exchange, route: Route, upstream: Upstream) -> None:
    """Hand a request to its upstream and the answer back. Raises the problem to answer with when there is none.

    When the caller goes away the request to the upstream is given up; when the upstream breaks off within its answer
    the connection to the caller is broken off too, so that nobody takes a part for the whole.
    """
    body = RequestBody(exchange.receive, exchange.head, route.max_body_bytes)
    with DisconnectWatch(exchange.receive, body.complete) as watch, upstream.place():
        try:
            await _exchange_with(upstream, exchange, route, body)
        except CallerGoneError:
            watch.gone = True
    if watch.gone:
        gateway_callers_gone.labels(upstream=upstream.name).inc()


async def _exchange_with(upstream: Upstream, exchange: Exchange, route: Route, body: RequestBody) -> None:
    data = await body.open()
    try:
        response = await _response_of(upstream, exchange, route, data)
    except (aiohttp.ClientError, TimeoutError) as error:
        raise body.failure or _problem_of(upstream, error) from error
    try:
        await _relay(response, exchange.answer)
    except (aiohttp.ClientError, TimeoutError) as error:
        if body.failure is None:
            gateway_upstream_failures.labels(upstream=upstream.name, reason="cut_off").inc()
            _log.warning("answer_cut_off", upstream=upstream.name, reason=type(error).__name__)
    finally:
        response.close()


async def _response_of(
    upstream: Upstream, exchange: Exchange, route: Route, data: bytes | AsyncIterator[bytes] | None
) -> aiohttp.ClientResponse:
    """The answer up to its headers. A bodyless read that could not connect is tried once more.

    aiohttp itself repeats an idempotent request whose kept-alive connection turns out closed (RFC 9112, 9.3.1), unless
    its body has been sent in part.
    """
    query = exchange.scope["query_string"]
    target = exchange.raw_path + ("?" + query.decode("latin-1") if query else "")
    url = URL(upstream.url + target, encoded=True)
    timeout = _timeouts(route.total_timeout, upstream.config.connect_timeout, route.read_timeout)
    tries_left = 1 if data is None and exchange.method in _RETRIED else 0
    while True:
        try:
            return await upstream.session.request(
                exchange.method, url, headers=exchange.head.onward, data=data, timeout=timeout, allow_redirects=False
            )
        except aiohttp.ClientConnectorError:
            if not tries_left:
                raise
            tries_left -= 1
            await asyncio.sleep(_RETRY_AFTER_SECONDS)


@cache
def _timeouts(total: float, connect: float, read: float) -> aiohttp.ClientTimeout:
    """A timer for silence only where silence can end before the whole does, since each timer costs."""
    return aiohttp.ClientTimeout(total=total, sock_connect=connect, sock_read=read if read < total else None)


async def _relay(response: aiohttp.ClientResponse, answer: Answer) -> None:
    await answer(
        {
            "type": "http.response.start",
            "status": response.status,
            "headers": response_headers(response.raw_headers),
        }
    )
    content = response.content
    more = True
    while more:
        part = await content.readany()
        more = bool(part) and not content.at_eof()
        await answer({"type": "http.response.body", "body": part, "more_body": more})


def _problem_of(upstream: Upstream, error: Exception) -> Problem:
    if isinstance(error, TimeoutError):
        reason, problem = "timeout", Problem(504, "upstream_timeout", f"{upstream.name} did not answer in time.")
    elif isinstance(error, aiohttp.ClientConnectorError):
        reason, problem = "unreachable", Unavailable("upstream_unavailable", f"{upstream.name} cannot be reached.")
    else:
        reason, problem = "broken", Problem(502, "upstream_broken", f"{upstream.name} broke off before it answered.")
    gateway_upstream_failures.labels(upstream=upstream.name, reason=reason).inc()
    return problem
