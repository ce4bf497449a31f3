"""What a handler may ask for: sessions, the database, the clock, the context of the service."""

from collections.abc import AsyncIterator
from typing import TYPE_CHECKING, Annotated, Any

from fastapi import Depends
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.requests import Request

from isthmus.clock import Clock
from isthmus.db import Database

if TYPE_CHECKING:
    from isthmus.service import ServiceContext


def context_of(request: Request) -> "ServiceContext":
    """The context of the service that answers the request."""
    context: ServiceContext = request.app.state.context
    return context


# Dependencies are coroutines even where nothing is awaited: FastAPI runs plain functions in threads.
async def _context(request: Request) -> "ServiceContext":
    return context_of(request)


async def _database(request: Request) -> Database:
    return context_of(request).database


async def _clock(request: Request) -> Clock:
    return context_of(request).clock


async def _write_session(request: Request) -> AsyncSession:
    session: AsyncSession | None = getattr(request.state, "write_session", None)
    if session is None:
        raise RuntimeError("WriteSession is for POST, PUT, PATCH and DELETE on a service_router")
    return session


async def _write_connection(request: Request) -> Any:
    connection = getattr(request.state, "write_connection", None)
    if connection is None:
        raise RuntimeError('the write connection is for changing requests on a service_router(transactions="asyncpg")')
    # The key of the request is claimed; for what the handler claims it waits as long as it takes.
    await connection.execute("SET LOCAL lock_timeout TO DEFAULT")
    return connection


async def _read_session(request: Request) -> AsyncIterator[AsyncSession]:
    async with context_of(request).database.read_session() as session:
        yield session


ContextDep = Annotated[Any, Depends(_context)]
DatabaseDep = Annotated[Database, Depends(_database)]
ClockDep = Annotated[Clock, Depends(_clock)]
WriteSession = Annotated[AsyncSession, Depends(_write_session)]
"""The session of the request's one transaction, committed before the answer is sent; handlers flush, never commit."""
WriteConnection = Annotated[Any, Depends(_write_connection)]
"""As `WriteSession`, the raw asyncpg connection of a router with `transactions="asyncpg"`."""
ReadSession = Annotated[AsyncSession, Depends(_read_session, scope="function")]
"""A session that cannot write; given back before the answer is sent."""
