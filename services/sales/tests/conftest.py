"""The sales service on a fresh database, and a short way to make documents in it."""

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime
from typing import Any

import pytest
import pytest_asyncio

from isthmus.clock import FixedClock
from isthmus.db import Database
from isthmus.service import Service
from isthmus.testing.business import BusinessServiceUnderTest, business_service_under_test
from sales.service import service

Document = dict[str, Any]
Create = Callable[..., Awaitable[Document]]

TOTAL = {"amount_minor": 15_980_000, "currency": "CNY"}
COMMON: Document = {
    "org_unit": "dealer:D0001",
    "customer": {"name": {"full": "欧阳靖宇"}, "phones": [{"value": "138 0013 8000"}]},
    "consultant": "王磊",
}
BODIES: dict[str, Document] = {
    "customers": {name: COMMON[name] for name in ("org_unit", "customer")},
    "leads": COMMON | {"channel": "web", "vehicle": {"series": "G5"}, "budget": TOTAL},
    "test-drives": COMMON | {"scheduled_at": "2026-11-07T02:00:00Z", "vehicle": {"series": "G5"}},
    "quotes": COMMON | {"total": TOTAL, "vehicle": {"series": "G5"}, "valid_until": "2026-11-30"},
    "orders": COMMON | {"total": TOTAL, "deposit": {"amount_minor": 500_000, "currency": "CNY"}},
    "deliveries": COMMON
    | {
        "vehicle": {"vin": "LVVDB11B0AD000018", "mileage_km": 12},
        "price": TOTAL,
        "delivered_at": "2026-10-31T06:30:00Z",
    },
}


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(datetime(2026, 11, 1, 8, tzinfo=UTC))


@pytest_asyncio.fixture
async def sales(
    database_for: Callable[[Service], Awaitable[Database]], clock: FixedClock
) -> AsyncIterator[BusinessServiceUnderTest]:
    async with business_service_under_test(service, await database_for(service), clock) as under_test:
        yield under_test


@pytest.fixture
def create(sales: BusinessServiceUnderTest) -> Create:
    """`await create("leads", channel="phone")` makes a lead and gives the answer's body."""

    async def make(feature: str, **changes: Any) -> Document:
        answer = await sales.client.post(f"/v1/sales/{feature}", json=BODIES[feature] | changes)
        assert answer.status_code == 201, answer.text
        document: Document = answer.json()
        return document

    return make
