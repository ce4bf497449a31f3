"""Runs a service in a process: server, consumers, relay, housekeeping."""

import asyncio
import contextlib
import gc
import signal
from collections.abc import Iterable, Iterator
from enum import StrEnum
from functools import partial

import structlog
import uvicorn
from fastapi import FastAPI

from isthmus.clock import SystemClock
from isthmus.db import Database
from isthmus.http.health import NamedCheck
from isthmus.service.application import assemble, assemble_worker
from isthmus.service.definition import Activity, BackgroundTask, Service, ServiceContext
from isthmus.service.messaging_activities import messaging_activities
from isthmus.service.retention import run_retention
from isthmus.service.stages import Stage, run_stages
from isthmus.settings import ServiceSettings
from isthmus.timers import TimerRunner

logger = structlog.get_logger(__name__)

_KEEP_ALIVE_SECONDS = 75


class Role(StrEnum):
    """A part of a service that a process can run without the others."""

    API = "api"
    WORKER = "worker"
    COMPUTING = "computing"


async def serve(service: Service, settings: ServiceSettings, roles: frozenset[Role]) -> bool:
    """Run until SIGTERM or SIGINT, or until an activity fails; returns whether all ended well."""
    collect_garbage_rarely()
    shutdown = asyncio.Event()
    database = await Database.connect(settings)
    context = ServiceContext(settings, database, SystemClock(), service, stopping=shutdown)
    try:
        stop_on_signals(shutdown)
        stages = _stages(service, context, roles, shutdown)
        logger.info("service started", roles=sorted(roles), port=settings.port)
        return await run_stages(stages, shutdown, settings.drain_seconds)
    finally:
        if context.platform is not None:
            await context.platform.close()
        await database.close()
        logger.info("service stopped")


def collect_garbage_rarely() -> None:
    """Look for cycles seldom, and not among what was there at the start.

    A batch makes hundreds of thousands of small objects and no cycles; by default Python walks all of them again and
    again: measured, a quarter of the time of a resolver.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)


def _stages(service: Service, context: ServiceContext, roles: frozenset[Role], shutdown: asyncio.Event) -> list[Stage]:
    """What a process runs, in the order it is to be stopped: requests first, the relay last."""
    checks = [NamedCheck("not stopping", partial(_not_stopping, shutdown))]
    activities: list[tuple[str, Activity]] = []
    relay: list[Stage] = []
    if Role.WORKER in roles:
        messaging = messaging_activities(service, context)
        checks += messaging.checks
        activities += [*messaging.consumers, ("retention", partial(run_retention, context))]
        if service.timers or service.daily:
            activities.append(("timers", TimerRunner(context).run))
        relay = [Stage("relay", [messaging.relay])]
    tasks = [
        *(service.background if Role.WORKER in roles else ()),
        *(service.computing if Role.COMPUTING in roles else ()),
    ]
    activities += _once(tasks, context)
    build = assemble if Role.API in roles else assemble_worker
    server: tuple[str, Activity] = ("server", partial(run_server, build(service, context, checks), context.settings))
    return [Stage("server", [server]), *([Stage("activities", activities)] if activities else []), *relay]


def _once(tasks: Iterable[BackgroundTask], context: ServiceContext) -> list[tuple[str, Activity]]:
    """Tasks by name, each once: some are needed beside the others in every process."""
    return [(getattr(task, "__name__", "background"), partial(task, context)) for task in dict.fromkeys(tasks)]


async def _not_stopping(shutdown: asyncio.Event) -> str | None:
    return "shutting down" if shutdown.is_set() else None


class _Server(uvicorn.Server):
    """Leaves signals to us: uvicorn raises them again when it ends, before consumers and relay have stopped."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


async def run_server(app: FastAPI, settings: ServiceSettings, stop: asyncio.Event) -> None:
    """Answer requests until stopped, then finish those begun."""
    config = uvicorn.Config(
        app,
        host=settings.host,
        port=settings.port,
        http="httptools",
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_keep_alive=_KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=int(settings.drain_seconds),
    )
    server = _Server(config)
    serving = asyncio.create_task(server.serve())
    stopping = asyncio.create_task(stop.wait())
    await asyncio.wait({serving, stopping}, return_when=asyncio.FIRST_COMPLETED)
    stopping.cancel()
    server.should_exit = True
    await serving


def stop_on_signals(shutdown: asyncio.Event) -> None:
    """SIGTERM and SIGINT ask for an orderly end."""
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, shutdown.set)
