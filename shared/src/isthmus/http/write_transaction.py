"""The one transaction of a changing request, by an ORM session or on a raw asyncpg connection (transactions)."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any, Literal, TypeAlias, cast

from sqlalchemy import CursorResult, UpdateBase
from sqlalchemy.dialects.postgresql.asyncpg import dialect
from sqlalchemy.sql import Select
from starlette.requests import Request

from isthmus.db import Database

Transactions: TypeAlias = Literal["session", "asyncpg"]
Statement: TypeAlias = UpdateBase | Select[Any]
Run: TypeAlias = Callable[[Statement], Awaitable[Sequence[Mapping[Any, Any]]]]
"""Runs one statement in the transaction; gives its rows by column name."""

_DIALECT: Any = dialect()  # type: ignore[no-untyped-call]


class RefusedError(Exception):
    """Ends the transaction without effect; the answer, an error, is sent all the same."""


@asynccontextmanager
async def begin(request: Request, database: Database, kind: Transactions) -> AsyncIterator[Run]:
    """Begin the request's transaction, leave it where its dependencies look, and say how to run a statement in it."""
    if kind == "session":
        async with database.transaction() as session:
            request.state.write_session = session

            async def run(statement: Statement) -> Sequence[Mapping[Any, Any]]:
                result = await session.execute(statement)
                return result.mappings().all() if cast("CursorResult[Any]", result).returns_rows else ()

            yield run
        return
    async with database.raw_transaction() as connection:
        request.state.write_connection = connection
        await connection.execute("SELECT set_config('lock_timeout', $1, true)", database.lock_timeout)

        async def run_raw(statement: Statement) -> Sequence[Mapping[Any, Any]]:
            # The connection turns Python values into those of the database by itself, JSON included.
            compiled: Any = statement.compile(dialect=_DIALECT)
            values = compiled.params
            rows: list[Any] = await connection.fetch(str(compiled), *(values[name] for name in compiled.positiontup))
            return rows

        yield run_raw
