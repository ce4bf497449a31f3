"""How handlers of this service reach the database: a raw connection from the pool, one transaction where they write."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated

from fastapi import Depends

from customer_master.connection import Connection
from isthmus.db import Database
from isthmus.http import DatabaseDep


async def _connection(database: DatabaseDep) -> AsyncIterator[Connection]:
    pool = await database.pool()
    async with pool.acquire() as connection:
        yield connection


ConnectionDep = Annotated[Connection, Depends(_connection, scope="function")]
"""For reading: each statement sees what is committed by then."""


@asynccontextmanager
async def transaction(database: Database) -> AsyncIterator[Connection]:
    """A connection in one transaction, committed at the end of the block."""
    pool = await database.pool()
    async with pool.acquire() as connection, connection.transaction():
        yield connection
    for call in database.after_commit:
        call()
