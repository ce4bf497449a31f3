"""`/openapi.json`: the services' documents, fetched and kept, merged with the gateway's own."""

import asyncio
import hashlib
from collections.abc import Mapping
from importlib.metadata import version

import orjson

from gateway.asgi import send_bytes
from gateway.config import GatewayConfig
from gateway.exchange import Exchange
from gateway.openapi_merge import Document, merge
from gateway.own_api import PROBLEM_STATUSES, own_document
from gateway.routing import Router
from gateway.upstreams import Upstream
from isthmus.clock import Clock

_KEPT_SECONDS = 30.0
_MISSING_KEPT_SECONDS = 1.0
_FETCH_TIMEOUT_SECONDS = 15.0
"""A service makes its document when it is first asked for it, which takes seconds on a busy machine."""


class ApiDocument:
    """Keeps the last document of each service: one that is down is described by what it last said.

    A service that never answered since the gateway started is named in the description and in `x-missing-services`.
    """

    def __init__(
        self, config: GatewayConfig, upstreams: Mapping[str, Upstream], base_url: str | None, clock: Clock
    ) -> None:
        self._upstreams = upstreams
        self._router = Router(config.routes)
        self._own = own_document(config.routes, base_url or "", version("isthmus-gateway"))
        self._clock = clock
        self._documents: dict[str, Document] = {}
        self._fetched_at: dict[str, float] = {}
        self._rendered = self._render()
        self._fetching = asyncio.Lock()

    async def __call__(self, exchange: Exchange) -> None:
        """Answer with the merged document, fresh to half a minute."""
        async with self._fetching:
            await self._refresh(exchange.now)
        etag = f'"{hashlib.sha256(self._rendered).hexdigest()[:32]}"'.encode()
        headers = [(b"etag", etag), (b"cache-control", b"no-cache")]
        if exchange.head.onward.get("if-none-match", "").encode() == etag:
            await send_bytes(exchange.answer, 304, "application/json", b"", headers)
            return
        await send_bytes(exchange.answer, 200, "application/json", self._rendered, headers)

    async def _refresh(self, now: float) -> None:
        due = [name for name in self._upstreams if now - self._fetched_at.get(name, 0.0) >= self._kept_for(name)]
        found = await asyncio.gather(*(self._fetch(name) for name in due))
        has_changed = False
        for name, document in zip(due, found, strict=True):
            self._fetched_at[name] = now
            if document is not None and document != self._documents.get(name):
                self._documents[name] = document
                has_changed = True
        if has_changed:
            self._rendered = await asyncio.to_thread(self._render)

    def _kept_for(self, name: str) -> float:
        return _KEPT_SECONDS if name in self._documents else _MISSING_KEPT_SECONDS

    async def _fetch(self, name: str) -> Document | None:
        raw = await self._upstreams[name].fetch("/openapi.json", _FETCH_TIMEOUT_SECONDS)
        if raw is None:
            return None
        try:
            document = orjson.loads(raw)
        except orjson.JSONDecodeError:
            return None
        return document if isinstance(document, dict) else None

    def _render(self) -> bytes:
        known = {name: self._documents[name] for name in self._upstreams if name in self._documents}
        missing = [name for name in self._upstreams if name not in known]
        merged = merge(self._own, known, self._router, PROBLEM_STATUSES)
        if missing:
            note = f"\n\n**Not described now, since they do not answer: {', '.join(missing)}.**"
            merged["info"] = {**merged["info"], "description": merged["info"]["description"] + note}
            merged["x-missing-services"] = missing
        return orjson.dumps(merged)
