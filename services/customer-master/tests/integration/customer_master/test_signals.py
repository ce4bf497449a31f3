"""What one process queues or resolves wakes the others, at once and only once it is committed."""

import asyncio
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from customer_master.resolver.signals import Signal, hear_signals, signals_of
from customer_master.service import SERVICE
from customer_master.testing import DEALER, Master, ouyang
from isthmus.service.definition import ServiceContext
from isthmus.settings import ServiceSettings
from isthmus.testing.identity import make_keys

pytestmark = pytest.mark.integration

LONG = 30.0
_LISTENERS = "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND query LIKE 'LISTEN%'"


class Relay:
    """Counts how often it is woken."""

    woken = 0

    def wake(self) -> None:
        self.woken += 1


async def listener(master: Master, other_than: int = 0) -> int:
    """The connection that listens, once there is one."""
    while True:
        pids = [int(row["pid"]) for row in await master.fetch(_LISTENERS)]
        if pids and pids[0] != other_than:
            return pids[0]
        await asyncio.sleep(0.01)


async def heard(signal: Signal, master: Master, *records: dict[str, object]) -> bool:
    """Whether the signal comes while records are put and resolved."""
    upcoming = signal.upcoming
    if records:
        await master.put(*records)
    else:
        await master.resolver.drain()
    async with asyncio.timeout(LONG):
        return await upcoming.wait()


@pytest.fixture
def relay() -> Relay:
    return Relay()


@pytest_asyncio.fixture
async def hearing(master: Master, relay: Relay) -> AsyncIterator[Master]:
    settings = ServiceSettings(
        database_url="postgresql://unused", identity_public_key=make_keys().public_pem, _env_file=None
    )
    context, stop = (
        ServiceContext(settings, master.database, master.clock, SERVICE, wake_relay=relay.wake),
        asyncio.Event(),
    )
    task = asyncio.create_task(hear_signals(context, stop))
    await listener(master)
    yield master
    stop.set()
    await task


async def test_what_is_queued_wakes_the_resolver_and_what_is_resolved_wakes_who_waits(
    hearing: Master, relay: Relay
) -> None:
    signals = signals_of(hearing.database)
    assert await heard(signals.queued, hearing, ouyang(DEALER, "C-1"))
    assert relay.woken == 0
    assert await heard(signals.resolved, hearing)
    assert relay.woken == 1


async def test_who_lost_the_connection_listens_again(hearing: Master) -> None:
    lost = await listener(hearing)
    await hearing.fetch("SELECT pg_terminate_backend($1)", lost)
    await listener(hearing, other_than=lost)
    assert await heard(signals_of(hearing.database).queued, hearing, ouyang(DEALER, "C-1"))
