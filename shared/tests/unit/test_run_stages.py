"""Activities stop in order, and one that fails takes the process down instead of limping on."""

import asyncio

from isthmus.service.definition import Activity
from isthmus.service.stages import Stage, run_stages


class Recorder:
    """Activities that write down when they end."""

    def __init__(self) -> None:
        self.ended: list[str] = []

    def until_stopped(self, name: str) -> tuple[str, Activity]:
        async def activity(stop: asyncio.Event) -> None:
            await stop.wait()
            await asyncio.sleep(0)
            self.ended.append(name)

        return name, activity


async def test_stages_stop_one_after_the_other() -> None:
    recorder, shutdown = Recorder(), asyncio.Event()
    stages = [
        Stage("server", [recorder.until_stopped("server")]),
        Stage("consumers", [recorder.until_stopped("a"), recorder.until_stopped("b")]),
        Stage("relay", [recorder.until_stopped("relay")]),
    ]
    running = asyncio.create_task(run_stages(stages, shutdown, drain_seconds=5))
    shutdown.set()
    assert await running
    assert recorder.ended == ["server", "a", "b", "relay"]


async def test_a_failing_activity_stops_all_in_order_and_is_reported() -> None:
    async def fail(_stop: asyncio.Event) -> None:
        raise ConnectionError("lost")

    recorder, shutdown = Recorder(), asyncio.Event()
    stages = [
        Stage("server", [recorder.until_stopped("server")]),
        Stage("consumers", [("fails", fail), recorder.until_stopped("a")]),
    ]
    assert not await run_stages(stages, shutdown, drain_seconds=5)
    assert recorder.ended == ["server", "a"]


async def test_an_activity_that_ends_by_itself_is_a_failure() -> None:
    async def leave(_stop: asyncio.Event) -> None:
        return

    assert not await run_stages([Stage("work", [("leaves", leave)])], asyncio.Event(), drain_seconds=5)


async def test_an_activity_that_fails_while_stopping_is_a_failure() -> None:
    async def fail_late(stop: asyncio.Event) -> None:
        await stop.wait()
        raise ConnectionError("lost")

    shutdown = asyncio.Event()
    shutdown.set()
    assert not await run_stages([Stage("work", [("fails", fail_late)])], shutdown, drain_seconds=5)


async def test_an_activity_that_does_not_end_is_cut_off() -> None:
    cut_off = asyncio.Event()

    async def stay(_stop: asyncio.Event) -> None:
        try:
            await asyncio.Event().wait()
        finally:
            cut_off.set()

    shutdown = asyncio.Event()
    shutdown.set()
    assert not await run_stages([Stage("work", [("stays", stay)])], shutdown, drain_seconds=0)
    assert cut_off.is_set()
