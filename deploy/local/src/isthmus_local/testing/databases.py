"""Fixtures that give each test its own migrated database: migrated once a run as a template, then cloned."""

import zlib
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import uuid4

import asyncpg
import pytest
import pytest_asyncio
from filelock import FileLock
from pydantic import SecretStr

from isthmus.db import Database
from isthmus.db.migrate import upgrade_async
from isthmus.settings import DatabaseSettings
from isthmus_local.databases import Role, ServiceDatabase, allow_connections, ensure_database
from isthmus_local.testing.servers import PostgresServer, database_prefix, drop_databases, run_folder

if TYPE_CHECKING:
    from isthmus.service import Service

_CONNECT_SECONDS = 60.0
"""Not a bound of the product: on a loaded machine a server that makes hundreds of databases answers late."""
_PASSWORD = "test"  # noqa: S105  # of throw-away roles


@dataclass(frozen=True)
class TestDatabase:
    """A freshly migrated database of a service."""

    __test__ = False

    url: str
    """Of the application role, which the service uses."""
    owner_url: str
    """Of the role that owns the tables."""


def settings_for(url: str) -> DatabaseSettings:
    """How a test opens a database as the service does."""
    return DatabaseSettings(database_url=SecretStr(url), database_connect_timeout_seconds=_CONNECT_SECONDS)


MakeDatabase = Callable[[str, Sequence[str]], Awaitable[TestDatabase]]


class Templates:
    """The migrated databases of this run that tests' databases are copies of."""

    def __init__(self, admin_url: str) -> None:
        self.admin_url = admin_url

    def of(self, service: str, database: str) -> ServiceDatabase:
        """`database` with the two roles of the service, as tests have them."""
        roles = (Role(f"test_{service}_{suffix}", _PASSWORD) for suffix in ("owner", "app"))
        return ServiceDatabase(database, *roles)

    async def ensure(self, service: str, chains: Sequence[str]) -> str:
        """Migrate the template unless a worker of this run did; returns its name."""
        template = f"{database_prefix()}{service}_{zlib.crc32(','.join(chains).encode()):08x}"
        done = run_folder() / f"{template}.migrated"
        with FileLock(done.with_suffix(".lock")):
            if not done.exists():
                database = self.of(service, template)
                await ensure_database(self.admin_url, database)
                await upgrade_async(database.owner_url(self.admin_url), chains)
                done.touch()
        return template


@pytest.fixture(scope="session")
def database_templates(postgres: PostgresServer) -> Templates:
    """The templates of this run."""
    return Templates(postgres.admin_url)


@pytest_asyncio.fixture
async def service_database(database_templates: Templates) -> AsyncIterator[MakeDatabase]:
    """Makes freshly migrated databases that the test alone uses, given the service's name and chains."""
    made: list[str] = []

    async def make(name: str, chains: Sequence[str]) -> TestDatabase:
        template = await database_templates.ensure(name, chains)
        clone = database_templates.of(name, f"{template}_{uuid4().hex[:12]}")
        connection = await asyncpg.connect(database_templates.admin_url)
        try:
            owner = clone.owner.name
            await connection.execute(f'CREATE DATABASE "{clone.name}" TEMPLATE "{template}" OWNER "{owner}"')
            made.append(clone.name)
            await allow_connections(connection, clone)
        finally:
            await connection.close()
        admin_url = database_templates.admin_url
        return TestDatabase(clone.application_url(admin_url), clone.owner_url(admin_url))

    yield make
    if made:
        await drop_databases(database_templates.admin_url, made)


@pytest_asyncio.fixture
async def database_for(service_database: MakeDatabase) -> AsyncIterator[Callable[["Service"], Awaitable[Database]]]:
    """Opens such a database as the service given does, with its own role."""
    opened: list[Database] = []

    async def connect(service: "Service") -> Database:
        made = await service_database(service.name, service.chains)
        database = await Database.connect(settings_for(made.url))
        opened.append(database)
        return database

    yield connect
    for database in opened:
        await database.close()
