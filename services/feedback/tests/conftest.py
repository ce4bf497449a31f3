"""The feedback service on a fresh database, and the bodies the tests send."""

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime

import pytest
import pytest_asyncio

from feedback.service import service
from isthmus.clock import FixedClock
from isthmus.db import Database
from isthmus.service import Service
from isthmus.testing.business import BusinessServiceUnderTest, business_service_under_test


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(datetime(2026, 11, 1, 8, tzinfo=UTC))


@pytest_asyncio.fixture
async def feedback(
    database_for: Callable[[Service], Awaitable[Database]], clock: FixedClock
) -> AsyncIterator[BusinessServiceUnderTest]:
    async with business_service_under_test(service, await database_for(service), clock) as under_test:
        yield under_test
