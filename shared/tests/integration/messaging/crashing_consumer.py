"""A consumer run as a process by test_killed_process.py, to be killed at any moment."""

import asyncio
import json
import sys
from dataclasses import dataclass
from typing import Any

from pydantic import SecretStr

from isthmus.clock import SystemClock
from isthmus.db import Database
from isthmus.messaging import ConsumerRunner, Relay, Subscription
from isthmus.settings import DatabaseSettings


@dataclass(frozen=True)
class Settings:
    kafka_bootstrap_servers: str
    drain_seconds: float = 5.0


async def note(connection: Any, deliveries: Any) -> None:
    await connection.executemany(
        "INSERT INTO effects (key, version, event_id) VALUES ($1, $2, $3)",
        [(each.event.key, each.event.aggregateversion, each.event.id) for each in deliveries],
    )


async def main(url: str, bootstrap_servers: str, group: str, topic: str) -> None:
    database = await Database.connect(DatabaseSettings(database_url=SecretStr(url)))
    settings = Settings(bootstrap_servers)
    subscription = Subscription(name=group, topics=[topic], handle=note, transactions="asyncpg", max_batch=20)
    stop = asyncio.Event()
    await asyncio.gather(
        ConsumerRunner(database, subscription, settings, SystemClock()).run(stop),
        Relay(database, settings, SystemClock()).run(stop),
    )


if __name__ == "__main__":
    asyncio.run(main(**json.loads(sys.argv[1])))
