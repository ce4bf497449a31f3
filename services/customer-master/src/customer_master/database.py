"""How this service reaches its database: a raw connection from the pool, one transaction where something is written."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated, cast

from fastapi import Depends

from customer_master.connection import Connection
from isthmus.db import Database
from isthmus.http import DatabaseDep


@asynccontextmanager
async def connected(database: Database) -> AsyncIterator[Connection]:
    """A connection; each statement is its own transaction."""
    pool = await database.pool()
    async with pool.acquire() as lent:
        yield cast(Connection, lent)  # the pool lends a proxy that does all a connection does


transaction = Database.raw_transaction
"""A connection in one transaction, committed at the end of the block."""


async def _connection(database: DatabaseDep) -> AsyncIterator[Connection]:
    async with connected(database) as connection:
        yield connection


ConnectionDep = Annotated[Connection, Depends(_connection, scope="function")]
"""For reading: each statement sees what is committed by then."""
