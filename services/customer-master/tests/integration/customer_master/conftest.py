"""A customer-master on a database of its own: intake, resolver and API, driven by the test."""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import asyncpg
import httpx2
import pytest
import pytest_asyncio
from fastapi import FastAPI

from customer_master.service import SERVICE
from customer_master.testing import Master
from customer_master.testing.desk import SCOPES as STEWARD_SCOPES
from customer_master.testing.desk import Desk
from customer_master.testing.faults import FaultyDatabase
from customer_master.testing.stage import Stage, empty
from isthmus.clock import FixedClock
from isthmus.db import Database
from isthmus.service import create_app
from isthmus.settings import ServiceSettings
from isthmus.testing.identity import identity_headers, make_keys
from isthmus_local.testing.databases import settings_for

START = datetime(2026, 11, 1, 8, tzinfo=UTC)
SCOPES = ("customer-records:write", "customer-records:read", "customers:read")
KEYS = make_keys()
LONGEST_TEST = timedelta(days=1)
"""`make guarantees` plays streams for as long as it is told."""


@pytest.fixture(autouse=True)
def _erasure_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ISTHMUS_ERASURE_KEY", "of tests, and of nothing else at all")


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(START)


@pytest_asyncio.fixture
async def master(database_for: Callable[[Any], Awaitable[Database]], clock: FixedClock) -> Master:
    return Master(await database_for(SERVICE), clock)


def app_of(master: Master) -> FastAPI:
    settings = ServiceSettings(database_url="postgresql://unused", identity_public_key=KEYS.public_pem, _env_file=None)
    return create_app(SERVICE, settings, master.database, master.clock)


def client_of(app: FastAPI, org_units: Sequence[str], scopes: Sequence[str]) -> httpx2.AsyncClient:
    headers = identity_headers(
        KEYS.private_key, SERVICE.name, org_units=org_units, scopes=scopes, lifetime=LONGEST_TEST
    )
    return httpx2.AsyncClient(transport=httpx2.ASGITransport(app), base_url="http://master", headers=headers)


@pytest.fixture
def app(master: Master) -> FastAPI:
    return app_of(master)


@pytest_asyncio.fixture
async def api(app: FastAPI) -> AsyncIterator[Callable[..., httpx2.AsyncClient]]:
    """Makes clients: `api()` for HQ, `api("dealer:D0001")` for one that holds this org unit only."""
    clients: list[httpx2.AsyncClient] = []

    def client(*org_units: str, scopes: tuple[str, ...] = SCOPES) -> httpx2.AsyncClient:
        made = client_of(app, org_units or ("*",), scopes)
        clients.append(made)
        return made

    yield client
    for made in clients:
        await made.aclose()


@pytest_asyncio.fixture
async def stages(service_database: Any) -> AsyncIterator[Callable[[], Awaitable[Stage]]]:
    """Makes the database empty for the next stream: `stage = await stages()`."""
    made = await service_database(SERVICE.name, SERVICE.chains)
    database = await FaultyDatabase.connect(settings_for(made.url))
    owner = await asyncpg.connect(made.owner_url)
    master = Master(database, FixedClock(START))
    client = client_of(app_of(master), ("*",), (*STEWARD_SCOPES, "privacy"))

    async def next_stage() -> Stage:
        await empty(owner)
        return Stage(master, database, client)

    yield next_stage
    await client.aclose()
    await owner.close()
    await database.close()


@pytest.fixture
def desk(api: Callable[..., httpx2.AsyncClient], master: Master) -> Desk:
    """A steward of HQ."""
    return Desk(api(scopes=STEWARD_SCOPES), master)
