"""Fixtures for the tests of a business service; its conftest imports them and says which `service` it is.

It also gives the fixture `resources`: what can be made with POST, each with the body that makes it.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from datetime import UTC, datetime
from typing import Any, Protocol

import pytest
import pytest_asyncio

from isthmus.clock import FixedClock
from isthmus.db import Database
from isthmus.service import Service
from isthmus.testing.business import BusinessServiceUnderTest, business_service_under_test
from isthmus.testing.resources import Resource


class Create(Protocol):
    """`await create("leads", channel="phone")` makes a lead and gives the answer's body."""

    async def __call__(self, path: str, **changes: Any) -> dict[str, Any]: ...


@pytest.fixture
def clock() -> FixedClock:
    """Eight o'clock on a day in November, until a test advances it."""
    return FixedClock(datetime(2026, 11, 1, 8, tzinfo=UTC))


@pytest_asyncio.fixture
async def under_test(
    service: Service, database_for: Callable[[Service], Awaitable[Database]], clock: FixedClock
) -> AsyncIterator[BusinessServiceUnderTest]:
    """The service on a fresh database."""
    async with business_service_under_test(service, await database_for(service), clock) as serving:
        yield serving


@pytest.fixture
def create(under_test: BusinessServiceUnderTest, resources: Mapping[str, Resource]) -> Create:
    """A short way to make customers and documents."""

    async def make(path: str, **changes: Any) -> dict[str, Any]:
        answer = await under_test.client.post(under_test.url(path), json={**resources[path].body, **changes})
        assert answer.status_code == 201, answer.text  # noqa: S101 - a test's
        made: dict[str, Any] = answer.json()
        return made

    return make
