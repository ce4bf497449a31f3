"""A service in one object: what it is called, what it answers, what it consumes, and how it runs."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from fastapi import APIRouter, FastAPI

from isthmus.clock import Clock
from isthmus.db import Database
from isthmus.http.principal import Authenticator
from isthmus.settings import ServiceSettings

if TYPE_CHECKING:
    import asyncio


@dataclass
class ServiceContext:
    """What the parts of a running service share; `request.app.state.context` in a handler."""

    settings: ServiceSettings
    database: Database
    clock: Clock
    wake_relay: Callable[[], None] = lambda: None
    extras: dict[str, Any] = field(default_factory=dict)


BackgroundTask = Callable[[ServiceContext, "asyncio.Event"], Awaitable[None]]


@dataclass(frozen=True)
class ReadinessCheck:
    """A named condition of being ready: `check` returns None when it holds, else the reason why not."""

    name: str
    check: Callable[[ServiceContext], Awaitable[str | None]]


@dataclass(frozen=True)
class Service:
    """The definition of a service; `__main__.py` calls `cli()` on it."""

    name: str
    package: str
    title: str
    routers: Sequence[APIRouter] = ()
    subscriptions: Sequence[Any] = ()
    chains: Sequence[str] = ("platform",)
    background: Sequence[BackgroundTask] = ()
    readiness: Sequence[ReadinessCheck] = ()

    def cli(self) -> None:
        """Run the command line of the service: serve, migrate, openapi."""


def create_app(service: Service, settings: ServiceSettings, database: Database, clock: Clock) -> FastAPI:
    """The HTTP application of a service."""
    app = FastAPI(title=service.title)
    app.state.context = ServiceContext(settings, database, clock)
    app.state.authenticator = Authenticator(settings.identity_public_key, service.name)
    for router in service.routers:
        app.include_router(router)
    return app
