"""Activities of a process in stages: stopped in order, and all of them when one fails."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field

import structlog

from isthmus.service.definition import Activity

logger = structlog.get_logger(__name__)


@dataclass
class Stage:
    """Activities that are stopped together, each told by the event; stages are stopped one after the other."""

    name: str
    activities: Sequence[tuple[str, Activity]]
    stop: asyncio.Event = field(default_factory=asyncio.Event)


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
        failures += await _cut_off_late(tasks, drain_seconds)
    return not failures


async def _cut_off_late(tasks: Sequence[asyncio.Task[None]], drain_seconds: float) -> list[str]:
    """Wait for tasks to finish, cancel those that do not, and name them."""
    if not tasks:
        return []
    _, late = await asyncio.wait(tasks, timeout=drain_seconds)
    for task in late:
        logger.error("activity cut off", activity=task.get_name())
        task.cancel()
    await asyncio.gather(*late, return_exceptions=True)
    return [task.get_name() for task in late]
