"""The database of one process: transactions, reading, and a raw asyncpg pool for hot paths."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any, Self, cast
from uuid import UUID

import asyncpg
import orjson
import structlog
from sqlalchemy import text
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, create_async_engine

from isthmus.db.errors import DatabaseFault, classify
from isthmus.settings import DatabaseSettings

logger = structlog.get_logger(__name__)

_AFTER_COMMIT = "after_commit"


def after_commit(session: AsyncSession, call: Callable[[], None]) -> None:
    """Have `call` made once the session's transaction is committed, and never if it is not; it must not raise."""
    session.info[_AFTER_COMMIT].append(call)


def to_json(value: object) -> str:
    """JSON text of a value for a `jsonb` column; asyncpg's own UUID class is one orjson does not know."""
    return orjson.dumps(value, default=_plain).decode()


def _plain(value: object) -> str:
    if isinstance(value, UUID):
        return str(value)
    raise TypeError(f"{type(value).__name__} is not JSON")


async def _set_codecs(connection: "asyncpg.Connection[Any]") -> None:
    """Make `jsonb` and `json` columns Python values on a raw connection."""
    for name in ("jsonb", "json"):
        await connection.set_type_codec(name, encoder=to_json, decoder=orjson.loads, schema="pg_catalog")


class Database:
    """One per process; holds a pool for writing, one for reading, and, once asked for, one of raw connections."""

    def __init__(self, settings: DatabaseSettings) -> None:
        self._settings = settings
        self._url = make_url(settings.database_url.get_secret_value())
        self.engine = self._make_engine()
        self.read_engine = self._make_engine(
            {"synchronous_commit": "off"}, isolation_level="AUTOCOMMIT", pool_reset_on_return=None
        )
        self.after_commit: list[Callable[[], None]] = []
        """Called after each committed transaction, e.g. to wake the relay; must not raise or block."""
        self.session_info: dict[str, Any] = {}
        """Copied into `info` of each transaction's session, for code that is given nothing but the session."""
        self._pool: asyncpg.Pool[Any] | None = None
        self._pool_lock = asyncio.Lock()

    @classmethod
    async def connect(cls, settings: DatabaseSettings) -> Self:
        """Wait until the database answers, at most `database_start_timeout_seconds`, then return it ready for use."""
        database = cls(settings)
        try:
            async with asyncio.timeout(settings.database_start_timeout_seconds):
                await database._wait_until_it_answers()
        except BaseException:
            await database.close()
            raise
        return database

    async def close(self) -> None:
        """Close all connections; waits for raw ones still lent out."""
        if self._pool is not None:
            await self._pool.close()
        await self.engine.dispose()
        await self.read_engine.dispose()

    @property
    def lock_timeout(self) -> str:
        """How long a session waits for a lock, in milliseconds; raw connections wait until the statement times out."""
        return f"{self._settings.database_lock_timeout_seconds * 1000:.0f}"

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[AsyncSession]:
        """A session in one transaction: committed at the end of the block, rolled back when it raises."""
        calls: list[Callable[[], None]] = []
        info = self.session_info | {_AFTER_COMMIT: calls}
        async with AsyncSession(self.engine, expire_on_commit=False, info=info) as session, session.begin():
            yield session
        for call in (*self.after_commit, *calls):
            call()

    @asynccontextmanager
    async def raw_transaction(self) -> AsyncIterator["asyncpg.Connection[Any]"]:
        """As `transaction`, with a raw connection of the pool."""
        pool = await self.pool()
        async with pool.acquire() as lent, lent.transaction():
            yield cast("asyncpg.Connection[Any]", lent)  # the pool lends a proxy that does all a connection does
        for call in self.after_commit:
            call()

    @asynccontextmanager
    async def read_session(self) -> AsyncIterator[AsyncSession]:
        """A session for reading: no transaction, each statement sees what is committed by then.

        Mapped objects cannot be changed in it. The one thing written here is the access log, statement by statement;
        a crash of the database server itself may lose its last half second.
        """
        async with AsyncSession(self.read_engine, expire_on_commit=False, autoflush=False) as session:
            yield session
            if session.new or session.dirty or session.deleted:
                raise RuntimeError("a read session cannot change anything; use transaction()")

    async def pool(self) -> "asyncpg.Pool[Any]":
        """The pool of raw asyncpg connections, opened when first asked for."""
        async with self._pool_lock:
            if self._pool is None:
                self._pool = await asyncpg.create_pool(
                    self._url.set(drivername="postgresql").render_as_string(hide_password=False),
                    min_size=1,
                    max_size=self._settings.database_pool_size,
                    init=_set_codecs,
                    **self._connection_options({}),
                )
        return self._pool

    async def ping(self) -> None:
        """Ask the database for a sign of life; raises what the driver raises."""
        async with self.read_engine.connect() as connection:
            await connection.execute(text("SELECT 1"))

    def _make_engine(self, server_settings: dict[str, str] | None = None, **options: Any) -> AsyncEngine:
        return create_async_engine(
            self._url.set(drivername="postgresql+asyncpg"),
            hide_parameters=True,
            json_serializer=to_json,
            json_deserializer=orjson.loads,
            pool_size=self._settings.database_pool_size,
            max_overflow=0,
            pool_timeout=self._settings.database_pool_timeout_seconds,
            connect_args=self._connection_options({"lock_timeout": self.lock_timeout} | (server_settings or {})),
            **options,
        )

    def _connection_options(self, server_settings: dict[str, str]) -> dict[str, Any]:
        """The server cancels a long statement; the client's limit, a little later, covers a server that is gone."""
        limit = self._settings.database_statement_timeout_seconds
        return {
            "timeout": self._settings.database_connect_timeout_seconds,
            "command_timeout": limit + 5,
            "server_settings": {"statement_timeout": f"{limit * 1000:.0f}", "timezone": "UTC"} | server_settings,
        }

    async def _wait_until_it_answers(self) -> None:
        pause = 0.1
        while True:
            try:
                await self.ping()
            except Exception as error:
                if classify(error) is not DatabaseFault.UNAVAILABLE:
                    raise
                logger.warning("database not reachable yet", error_type=type(error).__name__, pause_seconds=pause)
            else:
                return
            await asyncio.sleep(pause)
            pause = min(pause * 2, 2.0)
