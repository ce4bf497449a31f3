from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, make_url
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from isthmus.db import Base
from isthmus.db.migrate import downgrade_async, upgrade_async
from sales.service import service

pytestmark = pytest.mark.integration

OWN_TABLES = {"customers", "leads", "test_drives", "quotes", "quote_offers", "orders", "deliveries"}


def differences(connection: Connection) -> list[Any]:
    def of_sales(_: Any, name: str | None, kind: str, _reflected: bool, _other: Any) -> bool:  # noqa: FBT001 - Alembic calls it so
        return kind != "table" or name in OWN_TABLES

    context = MigrationContext.configure(connection, opts={"include_object": of_sales, "compare_type": True})
    return list(compare_metadata(context, Base.metadata))


async def test_the_migrations_make_the_tables_of_the_models_and_can_be_taken_back(
    service_database: Callable[..., Awaitable[Any]],
) -> None:
    made = await service_database(service.name, service.chains)
    await downgrade_async(made.owner_url, "sales")
    await upgrade_async(made.owner_url, ["sales"])
    engine = create_async_engine(make_url(made.owner_url).set(drivername="postgresql+asyncpg"), poolclass=NullPool)
    async with engine.connect() as connection:
        assert await connection.run_sync(differences) == []
    await engine.dispose()
