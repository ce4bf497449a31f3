"""Asks another service through the gateway, with the credentials of one's own service, and never waits long.

Who asks must be able to do without: what cannot be had in time is told as `Unanswered`, with the reason.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Protocol
from urllib.parse import quote

import aiohttp
import orjson

from isthmus.clock import Clock
from isthmus.http.principal import PURPOSE_HEADER
from isthmus.http.request_id import REQUEST_ID_HEADER, current_request_id
from isthmus.observability import metrics
from isthmus.observability.tracing import current_traceparent
from isthmus.settings import ServiceSettings

if TYPE_CHECKING:
    from isthmus.service import ServiceContext

MAX_ANSWER_BYTES = 1_048_576
REST = timedelta(seconds=5)
"""After a failure a service is not asked again for so long."""
_TOKEN_RESERVE = timedelta(seconds=60)
"""A token is renewed so long before it ends."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What the other service said; also when it says no (404, 409 …)."""

    status: int
    body: Any
    """The JSON document; None when there is none."""


@dataclass(frozen=True, slots=True)
class Unanswered:
    """There is no answer, and why.

    `not_configured`, `unreachable`, `timeout`, `failed` (5xx), `busy` (429), `resting` (it failed just before),
    `not_authorised` (this service's client lacks a scope), `unreadable` (no JSON, or too large).
    """

    reason: str


class Platform(Protocol):
    """What answers the questions of a service: the gateway, or in tests a stand-in."""

    async def ask(
        self, method: str, path: str, *, params: Mapping[str, str], body: Any, purpose: str | None, seconds: float
    ) -> Answer | Unanswered: ...

    async def close(self) -> None: ...


async def ask(
    context: "ServiceContext",
    method: str,
    path: str,
    *,
    params: Mapping[str, str] | None = None,
    body: Any = None,
    purpose: str | None = None,
    seconds: float = 2.0,
) -> Answer | Unanswered:
    """Ask the platform (`ask(context, "GET", "/v1/customers/…")`) and wait at most `seconds`, a new token included.

    `purpose` is what the other service notes in its access log. Parts of `path` that come from outside must be quoted.
    """
    if context.platform is None:
        context.platform = PlatformClient(context.settings, context.clock)
    answer = await context.platform.ask(method, path, params=params or {}, body=body, purpose=purpose, seconds=seconds)
    outcome = answer.reason if isinstance(answer, Unanswered) else "answered"
    metrics.platform_questions.labels(_target(path), outcome).inc()
    return answer


class PlatformClient:
    """The gateway as one service's client sees it; keeps connections, a token, and whom to leave alone for now."""

    def __init__(self, settings: ServiceSettings, clock: Clock) -> None:
        self._url = (settings.gateway_url or "").rstrip("/")
        self._client_id, self._secret = settings.client_id, settings.client_secret
        self._clock = clock
        self._session: aiohttp.ClientSession | None = None
        self._token: tuple[str, datetime] | None = None
        self._token_lock = asyncio.Lock()
        self._resting: dict[str, datetime] = {}

    async def ask(
        self, method: str, path: str, *, params: Mapping[str, str], body: Any, purpose: str | None, seconds: float
    ) -> Answer | Unanswered:
        """As the function `ask`."""
        if not self._url or self._client_id is None or self._secret is None:
            return Unanswered("not_configured")
        target = _target(path)
        if self._resting.get(target, self._clock.now()) > self._clock.now():
            return Unanswered("resting")
        try:
            async with asyncio.timeout(seconds):
                answer = await self._ask_with_token(method, path, params, body, purpose)
        except TimeoutError:
            answer = Unanswered("timeout")
        except (aiohttp.ClientError, OSError):
            answer = Unanswered("unreachable")
        if isinstance(answer, Unanswered) and answer.reason != "unreadable":
            self._resting[target] = self._clock.now() + REST
        return answer

    async def close(self) -> None:
        """Close the connections."""
        if self._session is not None:
            await self._session.close()

    async def _ask_with_token(
        self, method: str, path: str, params: Mapping[str, str], body: Any, purpose: str | None
    ) -> Answer | Unanswered:
        """Ask, and once more with a new token when the one at hand is not taken."""
        for renew in (False, True):
            token = await self._access_token(renew=renew)
            if token is None:
                return Unanswered("not_authorised")
            headers = {"Authorization": f"Bearer {token}", "Accept": "application/json"}
            headers |= {PURPOSE_HEADER: quote(purpose)} if purpose else {}
            headers |= {} if body is None else {"Content-Type": "application/json"}
            data = None if body is None else orjson.dumps(body)
            status, content = await self._send(method, path, headers, params=dict(params), data=data)
            if status != 401:
                return _read(status, content)
        return Unanswered("not_authorised")

    async def _access_token(self, *, renew: bool) -> str | None:
        """The token at hand, or a new one; None when the gateway refuses our credentials."""
        held = self._token
        async with self._token_lock:
            replaced = self._token is not None and self._token is not held
            if self._token is not None and (replaced or not renew) and self._token[1] > self._clock.now():
                return self._token[0]
            secret = self._secret.get_secret_value() if self._secret is not None else ""
            form = {"grant_type": "client_credentials", "client_id": self._client_id, "client_secret": secret}
            status, content = await self._send("POST", "/oauth/token", {}, data=form)
            if status >= 500 or content is None:
                raise aiohttp.ClientError("no token")
            if status != 200:
                return None
            issued = orjson.loads(content)
            ends = self._clock.now() + timedelta(seconds=issued["expires_in"]) - _TOKEN_RESERVE
            self._token = (issued["access_token"], ends)
            return self._token[0]

    async def _send(self, method: str, path: str, headers: dict[str, str], **options: Any) -> tuple[int, bytes | None]:
        """Status and content of the answer; the content is None when it is too large."""
        if self._session is None:
            self._session = aiohttp.ClientSession()
        if request_id := current_request_id():
            headers[REQUEST_ID_HEADER] = request_id
        if traceparent := current_traceparent():
            headers["traceparent"] = traceparent
        sent = self._session.request(method, self._url + path, headers=headers, allow_redirects=False, **options)
        async with sent as response:
            content = b""
            async for chunk in response.content.iter_any():
                content += chunk
                if len(content) > MAX_ANSWER_BYTES:
                    response.close()
                    return response.status, None
            return response.status, content


def _read(status: int, content: bytes | None) -> Answer | Unanswered:
    if status >= 500:
        return Unanswered("failed")
    if status == 429:
        return Unanswered("busy")
    if status == 403:
        return Unanswered("not_authorised")
    if content is None or 300 <= status < 400:
        return Unanswered("unreadable")
    try:
        return Answer(status, orjson.loads(content) if content else None)
    except orjson.JSONDecodeError:
        return Unanswered("unreadable")


def _target(path: str) -> str:
    """Which service a path is for, as far as resting and counting go: `/v1/customers`."""
    return "/".join(path.split("/")[:3])
