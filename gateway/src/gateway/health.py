"""`/livez`, `/readyz`, `/metrics`: the state of the gateway and of every service behind it."""

from collections.abc import Mapping

from prometheus_client import REGISTRY
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest

from gateway.asgi import send_bytes, send_json
from gateway.exchange import Exchange
from gateway.upstreams import Upstream, states


async def livez(exchange: Exchange) -> None:
    """Always 200: the process answers."""
    await send_json(exchange.answer, 200, {"status": "alive"})


class Readiness:
    """`/readyz`. The gateway starts only with its keys and credentials read, so one that answers can issue tokens.

    It stays ready while services are down, since the others are still reached through it; it says which.
    """

    def __init__(self, upstreams: Mapping[str, Upstream]) -> None:
        self._upstreams = upstreams

    async def __call__(self, exchange: Exchange) -> None:
        found = await states(self._upstreams)
        degraded = sorted(name for name, state in found.items() if state != "ready")
        await send_json(exchange.answer, 200, {"status": "ready", "upstreams": found, "degraded": degraded})


async def metrics(exchange: Exchange) -> None:
    """The metrics of the process in Prometheus' text format."""
    await send_bytes(exchange.answer, 200, CONTENT_TYPE_LATEST, generate_latest(REGISTRY))
