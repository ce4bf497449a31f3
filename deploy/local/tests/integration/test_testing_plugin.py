"""The fixtures every other test relies on."""

from collections.abc import Awaitable, Callable

import asyncpg
import pytest
from aiokafka.admin import AIOKafkaAdminClient
from sqlalchemy import text

from isthmus.contracts.topics import TOPICS
from isthmus.db import Database
from isthmus.service import Service
from isthmus_local.testing.databases import MakeDatabase

pytestmark = pytest.mark.integration

SERVICE = Service(name="sales", package="sales", title="Sales", chains=["platform"])


async def test_each_test_has_a_migrated_database_of_its_own(
    database_for: Callable[[Service], Awaitable[Database]],
) -> None:
    first, second = await database_for(SERVICE), await database_for(SERVICE)
    async with first.read_session() as session:
        assert await session.scalar(text("SELECT count(*) FROM alembic_platform")) == 1
        name = await session.scalar(text("SELECT current_database()"))
    async with second.read_session() as session:
        assert await session.scalar(text("SELECT current_database()")) != name


async def test_the_application_role_changes_rows_but_not_tables(service_database: MakeDatabase) -> None:
    made = await service_database("sales", ["platform"])
    owner = await asyncpg.connect(made.owner_url)
    await owner.execute("CREATE TABLE thing (id bigint GENERATED ALWAYS AS IDENTITY, name text)")
    application = await asyncpg.connect(made.url)
    await application.execute("INSERT INTO thing (name) VALUES ('a')")
    assert await application.fetchval("SELECT count(*) FROM thing") == 1
    for statement in ("DROP TABLE thing", "CREATE TABLE other ()", "ALTER TABLE thing ADD x int", "TRUNCATE thing"):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await application.execute(statement)
    await owner.close()
    await application.close()


async def test_a_role_reaches_only_its_own_database(service_database: MakeDatabase) -> None:
    sales = await service_database("sales", ["platform"])
    feedback = await service_database("feedback", ["platform"])
    foreign = feedback.url.rpartition("/")[2]
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await asyncpg.connect(sales.url.rpartition("/")[0] + "/" + foreign)


async def test_the_broker_has_the_topics_of_the_register(kafka: str) -> None:
    client = AIOKafkaAdminClient(bootstrap_servers=kafka)
    await client.start()
    try:
        topics = set(await client.list_topics())
    finally:
        await client.close()
    assert set(TOPICS) <= topics
