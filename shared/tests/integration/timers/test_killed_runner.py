"""Two processes that fire timers are killed again and again: each timer still has its effect once."""

import asyncio
import json
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest
from sqlalchemy import text

from isthmus.clock import SystemClock
from isthmus.db import Database
from isthmus.timers import set_timer

pytestmark = pytest.mark.integration

PROGRAM = Path(__file__).with_name("firing.py")
TIMERS, LIVES = 900, 3


async def keys(database: Database) -> list[str]:
    async with database.read_session() as session:
        return list((await session.scalars(text("SELECT key FROM effects"))).all())


async def until_effects(database: Database, count: int) -> None:
    async with asyncio.timeout(60):
        while True:
            if len(await keys(database)) >= count:
                return
            await asyncio.sleep(0.02)


@pytest.mark.timeout(240)
async def test_kills_lose_and_double_nothing(database: Database, timers_url: str) -> None:
    async with database.transaction() as session:
        for number in range(TIMERS):
            await set_timer(session, kind="remind", key=str(number), due_at=SystemClock().now())
    command = [sys.executable, str(PROGRAM), json.dumps({"url": timers_url})]
    for life in range(1, LIVES + 1):
        processes = [subprocess.Popen(command) for _ in range(2)]  # noqa: ASYNC220, S603 - a list, quick to start
        try:
            await until_effects(database, TIMERS * life // LIVES)
        finally:
            for process in processes:
                process.kill()
            for process in processes:
                process.wait()
    assert Counter(await keys(database)) == Counter(str(number) for number in range(TIMERS))
