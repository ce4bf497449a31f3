"""A database with the platform's tables and `effects`, and services whose handlers note what they did there."""

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime
from typing import Any

import asyncpg
import pytest
import pytest_asyncio

from isthmus.clock import FixedClock
from isthmus.db import Database
from isthmus.service import Service, ServiceContext
from isthmus.settings import ServiceSettings
from isthmus_local.testing.databases import settings_for

MakeContext = Callable[..., ServiceContext]


@pytest_asyncio.fixture
async def timers_url(service_database: Callable[..., Awaitable[Any]]) -> str:
    made = await service_database("timers", ["platform"])
    owner = await asyncpg.connect(made.owner_url)
    try:
        await owner.execute("CREATE TABLE effects (id bigint GENERATED ALWAYS AS IDENTITY, key text NOT NULL)")
    finally:
        await owner.close()
    return str(made.url)


@pytest_asyncio.fixture
async def database(timers_url: str) -> AsyncIterator[Database]:
    opened = await Database.connect(settings_for(timers_url))
    yield opened
    await opened.close()


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(datetime(2026, 11, 1, 8, tzinfo=UTC))


@pytest.fixture
def context_of(service_settings: ServiceSettings, database: Database, clock: FixedClock) -> MakeContext:
    """Makes the context of a service: `context_of(timers={…}, daily=[…])`."""

    def make(**parts: Any) -> ServiceContext:
        service = Service(name="plumbing", package="plumbing", title="Plumbing", **parts)
        return ServiceContext(service_settings, database, clock, service)

    return make
