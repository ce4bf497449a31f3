"""Runs a service: server, consumers, relay, housekeeping; stops them in order, and dies when one of them does."""

import asyncio
import contextlib
import signal
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import partial

import structlog
import uvicorn
from fastapi import FastAPI

from isthmus.clock import SystemClock
from isthmus.db import Database
from isthmus.http.health import NamedCheck
from isthmus.service.application import assemble, assemble_worker
from isthmus.service.definition import Activity, Service, ServiceContext
from isthmus.service.messaging_activities import messaging_activities
from isthmus.service.retention import run_retention
from isthmus.settings import ServiceSettings

logger = structlog.get_logger(__name__)

_KEEP_ALIVE_SECONDS = 75


class Role(StrEnum):
    """Which part of a service a process runs."""

    API = "api"
    WORKER = "worker"
    ALL = "all"


@dataclass
class Stage:
    """Activities that are stopped together, each told by the event; stages are stopped one after the other."""

    name: str
    activities: Sequence[tuple[str, Activity]]
    stop: asyncio.Event = field(default_factory=asyncio.Event)


async def serve(service: Service, settings: ServiceSettings, role: Role) -> bool:
    """Run until SIGTERM or SIGINT, or until an activity fails; returns whether all ended well."""
    shutdown = asyncio.Event()
    database = await Database.connect(settings)
    try:
        stop_on_signals(shutdown)
        stages = await _stages(service, ServiceContext(settings, database, SystemClock()), role, shutdown)
        logger.info("service started", role=role.value, port=settings.port)
        return await run_stages(stages, shutdown, settings.drain_seconds)
    finally:
        await database.close()
        logger.info("service stopped")


async def run_stages(stages: Sequence[Stage], shutdown: asyncio.Event, drain_seconds: float) -> bool:
    """Run all stages until `shutdown`, which an activity that fails or ends by itself sets too.

    Then stop stage by stage, in the order given, each with `drain_seconds` to finish what it has begun.
    """
    failures: list[str] = []

    async def watch(name: str, activity: Activity, stop: asyncio.Event) -> None:
        try:
            await activity(stop)
        except Exception as error:
            logger.critical("activity failed", activity=name, exc_info=error)
            failures.append(name)
        if not stop.is_set():
            logger.critical("activity ended by itself", activity=name)
            failures.append(name)
            shutdown.set()

    running = [
        (stage, [asyncio.create_task(watch(name, run, stage.stop), name=name) for name, run in stage.activities])
        for stage in stages
    ]
    await shutdown.wait()
    for stage, tasks in running:
        stage.stop.set()
        await _finish(stage, tasks, drain_seconds)
    return not failures


async def _finish(stage: Stage, tasks: Sequence[asyncio.Task[None]], drain_seconds: float) -> None:
    if not tasks:
        return
    _, late = await asyncio.wait(tasks, timeout=drain_seconds + 1)
    for task in late:
        logger.warning("activity cut off", stage=stage.name, activity=task.get_name())
        task.cancel()
    await asyncio.gather(*late, return_exceptions=True)


async def _stages(service: Service, context: ServiceContext, role: Role, shutdown: asyncio.Event) -> list[Stage]:
    """What a role runs, in the order it is to be stopped: requests first, the relay last."""
    checks = [NamedCheck("not stopping", partial(_not_stopping, shutdown))]
    if role is Role.API:
        app = assemble(service, context, checks)
        return [Stage("server", [("server", partial(run_server, app, context.settings))])]
    relay, consumers = await messaging_activities(service, context)
    build = assemble if role is Role.ALL else assemble_worker
    background = [(getattr(task, "__name__", "background"), partial(task, context)) for task in service.background]
    return [
        Stage("server", [("server", partial(run_server, build(service, context, checks), context.settings))]),
        Stage("consumers", [*consumers, *background, ("retention", partial(run_retention, context))]),
        Stage("relay", [relay]),
    ]


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
