"""Relay and consumer in a process that is killed again and again: each event still takes effect once and in order."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.integration

PROGRAM = Path(__file__).with_name("crashing_consumer.py")
KEYS, VERSIONS, KILLS = 10, 120, 3


@pytest.mark.timeout(240)
async def test_kills_lose_and_double_nothing(bench: Any, database_url: str) -> None:
    arguments = {
        "url": database_url,
        "bootstrap_servers": bench.broker.kafka_bootstrap_servers,
        "group": bench.group,
        "topic": bench.topic.name,
    }
    for version in range(1, VERSIONS + 1):
        await bench.write(*(bench.link(f"r{n}", version) for n in range(KEYS)))
    total = KEYS * VERSIONS
    for life in range(KILLS + 1):
        command = [sys.executable, str(PROGRAM), json.dumps(arguments)]
        process = subprocess.Popen(command)  # noqa: ASYNC220, S603 - a list, and starting it is quick
        try:
            wanted = total if life == KILLS else total * (life + 1) // (KILLS + 2)
            await bench.until(lambda wanted=wanted: bench.count_effects(wanted), seconds=60)
        finally:
            process.kill()
            process.wait()

    effects = await bench.effects()
    assert len(effects) == total
    for n in range(KEYS):
        assert [version for key, version in effects if key == f"hq:crm/r{n}"] == list(range(1, VERSIONS + 1))
