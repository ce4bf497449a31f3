"""The month of the demo market is entered into the four services, and what they then hold is coherent."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import pytest
import pytest_asyncio
from isthmus_demo.month.desk import CHINA, CLOSES, OPENS, SUNDAY, Network
from isthmus_demo.month.whole import enter_month
from isthmus_demo.population import populate

import aftersales.service
import call_center.service
import feedback.service
import sales.service
from isthmus.clock import FixedClock
from isthmus.db import Database
from isthmus.platform_client import Answer
from isthmus.service import Service
from isthmus.testing.business import BusinessServiceUnderTest, business_service_under_test
from isthmus.testing.platform import PlatformStandIn

pytestmark = pytest.mark.integration

DEALERS = 3
NOW = datetime(2026, 11, 25, 6, 30, tzinfo=UTC)  # a Wednesday, half past two in China
SERVICES = (sales.service.service, aftersales.service.service, call_center.service.service, feedback.service.service)
ALLOWED = Answer(200, {"allowed": True, "reasons": [], "golden_id": None})


@dataclass
class Gateway:
    """Routes by path to the four services in this process."""

    serving: dict[str, BusinessServiceUnderTest]
    free: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(4))

    async def post(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        """The answer to a POST that must succeed; few at once, as many as the pools of a test have connections."""
        async with self.free:
            answer = await self._client(path).post(path, json=body)
        assert answer.status_code in {200, 201}, f"{path} {body}: {answer.text}"
        made: dict[str, Any] = answer.json()
        return made

    async def all(self, path: str) -> list[dict[str, Any]]:
        """All entries of a list."""
        answer = await self._client(path).get(path, params={"limit": 200})
        assert answer.status_code == 200, answer.text
        items: list[dict[str, Any]] = answer.json()["items"]
        return items

    async def states(self, path: str) -> set[str]:
        """The states the entries of a list are in."""
        return {entry["status"] for entry in await self.all(path)}

    def _client(self, path: str) -> Any:
        return self.serving[path.split("/")[2]].client


@pytest_asyncio.fixture
async def gateway(database_for: Callable[[Service], Awaitable[Database]]) -> AsyncIterator[Gateway]:
    async with AsyncExitStack() as stack:
        serving = {}
        for service in SERVICES:
            database, clock = await database_for(service), FixedClock(NOW)
            under_test = await stack.enter_async_context(business_service_under_test(service, database, clock))
            scopes = [f"{service.name}:read", f"{service.name}:write", f"{service.name}:approve"]
            under_test.client.headers.update(under_test.headers(scopes=scopes))
            under_test.context.platform = PlatformStandIn({("POST", "/v1/customers/suppression-check"): ALLOWED})
            serving[service.name] = under_test
        yield Gateway(serving)


async def test_the_month_shows_every_kind_of_work_in_the_states_it_can_be_in(gateway: Gateway) -> None:
    network = Network(gateway.post, NOW)
    await enter_month(network, populate(1, 200, NOW.date()), seed=1, dealer_count=DEALERS)
    states = gateway.states
    assert await states("/v1/sales/leads") == {"new", "contacted", "qualified", "converted", "lost"}
    assert await states("/v1/sales/test-drives") == {"confirmed", "completed", "no_show"}
    assert {"offered", "accepted", "withdrawn"} <= await states("/v1/sales/quotes")
    assert await states("/v1/sales/orders") == {"confirmed", "delivered"}
    assert await states("/v1/sales/stock") == {"in_transit", "available", "reserved", "sold"}
    assert await states("/v1/aftersales/repair-orders") == {
        *("opened", "in_progress", "waiting_parts", "completed", "checked", "closed")
    }
    assert await states("/v1/aftersales/appointments") == {"booked", "confirmed", "cancelled", "no_show"}
    assert await states("/v1/aftersales/vehicle-returns") == {"requested"}
    assert len(await states("/v1/call-center/cases")) >= 4
    (by_macro,) = (one for one in await gateway.all("/v1/call-center/callbacks") if one["case_id"])
    assert by_macro["status"] == "planned", "one click has opened the case and promised to ring"
    assert {"contacted", "cleared", "waiting"} & await states("/v1/call-center/outbound-entries")
    assert {entry["org_unit"] for entry in await gateway.all("/v1/sales/orders")} == {
        f"dealer:D{number:04d}" for number in range(1, DEALERS + 1)
    }
    assert {survey["status"] for survey in await gateway.all("/v1/feedback/surveys")} == {"open", "draft"}
    complaints = await gateway.all("/v1/feedback/complaints")
    assert len(complaints) > len([one for one in complaints if one["status"] == "forwarded"]), "low answers open theirs"
    assert any(quote["approved_by"] for quote in await gateway.all("/v1/sales/quotes"))
    truth = Counter(source for source, _ in network.truth)
    assert len(truth) == 2 * DEALERS + 2, "every dealer, every station, hotline and feedback have met somebody"


@pytest.mark.parametrize("hour", range(0, 24, 3))
def test_work_is_done_at_hours_at_which_work_is_done(hour: int) -> None:
    network = Network(Gateway({}).post, datetime(2026, 11, 23, hour, 10, tzinfo=UTC))
    for hours in (0.4, 3, 6, 24, 48, 72):
        there = datetime.fromisoformat(network.lately(hours=hours)).astimezone(CHINA)
        assert OPENS <= there.time() <= CLOSES
        assert there.weekday() != SUNDAY
        assert there <= network.now
