"""`/livez`, `/readyz`, `/metrics`: what a supervisor and Prometheus ask; no identity needed."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

import structlog
from fastapi import APIRouter, Response
from fastapi.responses import JSONResponse
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

logger = structlog.get_logger(__name__)

_CHECK_TIMEOUT_SECONDS = 2.0


@dataclass(frozen=True, slots=True)
class NamedCheck:
    """A condition of being ready: `check` returns None when it holds, else the reason why not."""

    name: str
    check: Callable[[], Awaitable[str | None]]


def health_router(checks: Sequence[NamedCheck]) -> APIRouter:
    """The routes of health; ready when every check holds."""
    router = APIRouter(include_in_schema=False)

    @router.get("/livez")
    async def livez() -> dict[str, str]:
        return {"status": "alive"}

    @router.get("/readyz")
    async def readyz() -> JSONResponse:
        reasons = await asyncio.gather(*(_reason(check) for check in checks))
        ready = not any(reasons)
        states = {
            check.name: {"ready": reason is None, "reason": reason}
            for check, reason in zip(checks, reasons, strict=True)
        }
        document = {"status": "ready" if ready else "not ready", "checks": states}
        return JSONResponse(document, 200 if ready else 503)

    @router.get("/metrics")
    async def metrics() -> Response:
        return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)

    return router


async def _reason(check: NamedCheck) -> str | None:
    """Why a check does not hold; the kind of an error says enough, its text may name hosts and roles."""
    try:
        async with asyncio.timeout(_CHECK_TIMEOUT_SECONDS):
            return await check.check()
    except TimeoutError:
        return f"no answer within {_CHECK_TIMEOUT_SECONDS:.0f} s"
    except Exception as error:
        logger.warning("readiness check failed", check=check.name, exc_info=error)
        return type(error).__name__
