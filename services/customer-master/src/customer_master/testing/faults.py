"""A database whose connections fail where a test says: before a statement, by the server's hand, after the commit."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, Literal

import asyncpg

from isthmus.db import Database

_STATEMENTS = frozenset({"execute", "executemany", "fetch", "fetchrow", "fetchval", "copy_records_to_table"})


@dataclass(frozen=True)
class Fault:
    """Strikes once, at the statement of that number, counted from 0 over all connections; a commit is one, too.

    `lost`: the process ends before the statement. `killed`: the server ends the connection. `unanswered`: the statement
    is done and nobody hears of it; at a commit, everything is durable and the caller knows nothing.
    """

    statement: int
    how: Literal["lost", "killed", "unanswered"]


class CrashError(ConnectionError):
    """What the caller sees of a lost or unanswered statement."""


class FaultyDatabase(Database):
    """Lends connections that count their statements and meet the fault set last."""

    fault: Fault | None = None
    seen = 0
    """Statements since the fault was set."""

    def strike(self, fault: Fault | None) -> None:
        """Set the next fault, or none."""
        self.fault = fault
        self.seen = 0

    async def pool(self) -> Any:
        return _FaultyPool(await super().pool(), self)

    async def guarded(self, connection: Any, statement: Callable[[], Awaitable[Any]]) -> Any:
        """Do a statement, unless the fault strikes here."""
        fault = self.fault
        struck = fault is not None and self.seen == fault.statement
        self.seen += 1
        if fault is None or not struck:
            return await statement()
        self.fault = None
        if fault.how == "lost":
            raise CrashError(fault)
        if fault.how == "killed":
            await self._kill(connection.get_server_pid())
        answer = await statement()
        if fault.how == "unanswered":
            raise CrashError(fault)
        return answer

    async def _kill(self, pid: int) -> None:
        pool: asyncpg.Pool[Any] = await super().pool()
        await pool.execute("SELECT pg_terminate_backend($1, 5000)", pid)


class _FaultyPool:
    """The pool; only what is borrowed from it fails, so that the test itself can look by `fetch`."""

    def __init__(self, pool: Any, database: FaultyDatabase) -> None:
        self._pool = pool
        self._database = database

    def __getattr__(self, name: str) -> Any:
        return getattr(self._pool, name)

    @asynccontextmanager
    async def acquire(self) -> AsyncIterator[Any]:
        async with self._pool.acquire() as connection:
            yield _FaultyConnection(connection, self._database)


class _FaultyConnection:
    def __init__(self, connection: Any, database: FaultyDatabase) -> None:
        self._connection = connection
        self._database = database

    def __getattr__(self, name: str) -> Any:
        call = getattr(self._connection, name)
        if name not in _STATEMENTS:
            return call

        async def guarded(*arguments: Any, **options: Any) -> Any:
            return await self._database.guarded(self._connection, lambda: call(*arguments, **options))

        return guarded

    @asynccontextmanager
    async def transaction(self, **options: Any) -> AsyncIterator[None]:
        transaction = self._connection.transaction(**options)
        await transaction.start()
        try:
            yield
            await self._database.guarded(self._connection, transaction.commit)
        except BaseException:
            if not self._connection.is_closed() and self._connection.is_in_transaction():
                await transaction.rollback()
            raise
