"""The migrations can be taken back and run again."""

from typing import Any

import asyncpg
import pytest

from customer_master.service import SERVICE
from isthmus.db.migrate import downgrade_async, upgrade_async

pytestmark = pytest.mark.integration


async def test_down_and_up_again(service_database: Any) -> None:
    made = await service_database(SERVICE.name, SERVICE.chains)
    await downgrade_async(made.owner_url, "customer-master")
    await upgrade_async(made.owner_url, ["customer-master"])
    connection = await asyncpg.connect(made.url)
    try:
        assert await connection.fetchval("SELECT count(*) FROM records") == 0
    finally:
        await connection.close()
