"""A business service under test: its application on a real database, callers with grants, and what it has published."""

from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import httpx2
import orjson
from pydantic import SecretStr
from sqlalchemy import func, select, update

from isthmus.clock import Clock
from isthmus.db import Database
from isthmus.messaging.tables import OutboxMessage
from isthmus.parties import Party
from isthmus.service import Service, ServiceContext, create_app
from isthmus.settings import ServiceSettings
from isthmus.testing.identity import IdentityKeys, identity_headers, make_keys


@dataclass(frozen=True)
class PublishedEvent:
    """One row of the outbox, decoded."""

    type: str
    key: str
    headers: dict[str, Any]
    data: dict[str, Any]


@dataclass(frozen=True)
class BusinessServiceUnderTest:
    """Answers requests in this process; `client` is a caller who may do everything everywhere."""

    name: str
    app: Any
    database: Database
    clock: Clock
    keys: IdentityKeys
    client: httpx2.AsyncClient

    @property
    def context(self) -> ServiceContext:
        """The context of the service; `await fire_due(under_test.context)`."""
        context: ServiceContext = self.app.state.context
        return context

    def headers(self, *, org_units: Iterable[str] = ("*",), scopes: Iterable[str] | None = None) -> dict[str, str]:
        """The headers of a caller with these grants; unless told otherwise they may read and write."""
        granted = (f"{self.name}:read", f"{self.name}:write") if scopes is None else scopes
        return identity_headers(self.keys.private_key, self.name, org_units=org_units, scopes=granted)

    def url(self, *parts: str) -> str:
        """The path of a resource of the service, or of one entry in it: `url("leads", id)`."""
        return "/".join((f"/v1/{self.name}", *parts))

    async def published(self, event_type: str | None = None) -> list[PublishedEvent]:
        """What is in the outbox, in order; of one event type if it is named."""
        statement = select(OutboxMessage).order_by(OutboxMessage.position)
        if event_type is not None:
            statement = statement.where(OutboxMessage.type == event_type)
        async with self.database.read_session() as session:
            rows = (await session.scalars(statement)).all()
        return [PublishedEvent(row.type, row.key, row.headers, orjson.loads(row.payload or b"null")) for row in rows]

    async def count_published(self) -> int:
        """How many events the outbox holds."""
        async with self.database.read_session() as session:
            return await session.scalar(select(func.count()).select_from(OutboxMessage)) or 0

    async def set_golden_id(self, record_id: str, golden_id: UUID) -> None:
        """Resolve a customer, as the subscription on golden links does."""
        async with self.database.transaction() as session:
            await session.execute(update(Party).where(Party.record_id == record_id).values(golden_id=golden_id))


@asynccontextmanager
async def business_service_under_test(
    service: Service, database: Database, clock: Clock
) -> AsyncIterator[BusinessServiceUnderTest]:
    """Serve `service` on a migrated database, without a server or a broker."""
    keys = make_keys()
    settings = ServiceSettings(database_url=SecretStr("postgresql://unused"), identity_public_key=keys.public_pem)
    app = create_app(service, settings, database, clock)
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app=app), base_url="http://test") as client:
        under_test = BusinessServiceUnderTest(service.name, app, database, clock, keys, client)
        client.headers.update(under_test.headers())
        yield under_test
