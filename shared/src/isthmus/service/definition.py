"""A service in one object: what it is called, what it answers, what it consumes, what else it runs."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from fastapi import APIRouter

from isthmus.clock import Clock
from isthmus.db import Database
from isthmus.settings import ServiceSettings

if TYPE_CHECKING:
    from isthmus.messaging import Subscription
    from isthmus.notifications.tables import Notification
    from isthmus.platform_client import Platform
    from isthmus.timers import Daily, Moment, TimerHandler


def _no_relay_here() -> None:
    """In a process without a relay nothing is woken; the relay elsewhere polls."""


@dataclass
class ServiceContext:
    """What the parts of a running service share; `request.app.state.context` in a handler."""

    settings: ServiceSettings
    database: Database
    clock: Clock
    service: "Service"
    platform: "Platform | None" = None
    """Answers `platform_client.ask`; made when first asked."""
    wake_relay: Callable[[], None] = _no_relay_here
    """Tell the relay that there are new outbox rows; `Database.transaction` does so by itself."""
    stopping: asyncio.Event = field(default_factory=asyncio.Event)
    """Set once the process is told to end: an answer that goes on for long ends then."""


Activity = Callable[[asyncio.Event], Awaitable[None]]
"""Runs until the event is set, then finishes what it has begun and returns."""

BackgroundTask = Callable[[ServiceContext, asyncio.Event], Awaitable[None]]
"""An activity that is given the context of the service."""


@dataclass(frozen=True)
class ReadinessCheck:
    """A named condition of being ready: `check` returns None when it holds, else the reason why not."""

    name: str
    check: Callable[[ServiceContext], Awaitable[str | None]]


NotificationHandler = Callable[["Notification", "Moment"], Awaitable[None]]
"""Is told how a notification ended, in the transaction that ends it."""


@dataclass(frozen=True)
class Service:
    """The definition of a service; `__main__.py` calls `cli()` on it."""

    name: str
    """As in URLs and topics: `call-center`; also the audience of caller identities."""
    package: str
    title: str
    routers: Sequence[APIRouter] = ()
    subscriptions: Sequence["Subscription"] = ()
    chains: Sequence[str] = ("platform",)
    """Migration chains of its database, in the order they are to be run."""
    background: Sequence[BackgroundTask] = ()
    computing: Sequence[BackgroundTask] = ()
    """Background tasks that keep a processor busy, so that they can have a process of their own."""
    timers: Mapping[str, "TimerHandler"] = field(default_factory=dict)
    """What is done when a timer comes due, by its kind."""
    daily: Sequence["Daily"] = ()
    notified: Mapping[str, NotificationHandler] = field(default_factory=dict)
    """What is done when a notification was sent, or is not going to be, by its template."""
    readiness: Sequence[ReadinessCheck] = ()
    settings_class: type[ServiceSettings] = ServiceSettings

    def cli(self) -> None:
        """Run the command line of the service: serve, migrate, downgrade, openapi, timers."""
        from isthmus.service.command_line import command_line  # noqa: PLC0415 - it needs this module

        command_line(self)()
