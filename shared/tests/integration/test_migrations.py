"""Chains migrate apart, can be run again and at once, and can be taken back."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import asyncpg
import pytest
import pytest_asyncio

from isthmus.db.migrate import chain_directory, downgrade_async, upgrade, upgrade_async

pytestmark = pytest.mark.integration

TABLES = "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1"


@pytest_asyncio.fixture
async def owner(service_database: Callable[..., Awaitable[Any]]) -> AsyncIterator["asyncpg.Connection[Any]"]:
    """A connection, as the owner, to a database in which nothing was migrated."""
    connection = await asyncpg.connect((await service_database("unmigrated", [])).owner_url)
    yield connection
    await connection.close()


def url_of(connection: "asyncpg.Connection[Any]") -> str:
    parameters, (host, port) = connection._params, connection._addr
    return f"postgresql://{parameters.user}:{parameters.password}@{host}:{port}/{parameters.database}"


async def tables(connection: "asyncpg.Connection[Any]") -> set[str]:
    return {row["tablename"] for row in await connection.fetch(TABLES)}


async def test_the_platform_chain_goes_up_and_down(owner: "asyncpg.Connection[Any]") -> None:
    await upgrade_async(url_of(owner), ["platform"])
    up = await tables(owner)
    assert {"alembic_platform", "idempotency_keys", "access_log", "outbox"} <= up
    await downgrade_async(url_of(owner), "platform", "0001")
    assert up - await tables(owner) == {"idempotency_keys", "access_log", "purges", "timers", "notifications"}
    await downgrade_async(url_of(owner), "platform")
    assert await tables(owner) == {"alembic_platform"}
    await upgrade_async(url_of(owner), ["platform"])
    assert await tables(owner) == up


async def test_runs_at_once_wait_for_each_other(owner: "asyncpg.Connection[Any]") -> None:
    await asyncio.gather(*(upgrade_async(url_of(owner), ["platform"]) for _ in range(3)))
    assert await owner.fetchval("SELECT count(*) FROM alembic_platform") == 1


async def test_the_plain_call_needs_no_event_loop(owner: "asyncpg.Connection[Any]") -> None:
    await asyncio.to_thread(upgrade, url_of(owner), ["platform"])
    assert "access_log" in await tables(owner)


async def test_a_failing_migration_leaves_the_last_good_state(
    owner: "asyncpg.Connection[Any]", tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    versions = tmp_path / "broken_chain" / "migrations" / "versions"
    versions.mkdir(parents=True)
    (tmp_path / "broken_chain" / "__init__.py").touch()
    for number, statement in ((1, "CREATE TABLE good (id int)"), (2, "CREATE TABLE half (id int); SELECT 1/0")):
        down = "None" if number == 1 else '"0001"'
        (versions / f"000{number}_step.py").write_text(
            f'from alembic import op\nrevision = "000{number}"\ndown_revision = {down}\n'
            f'def upgrade():\n    [op.execute(part) for part in "{statement}".split(";")]\n'
        )
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(Exception, match="division by zero"):
        await upgrade_async(url_of(owner), ["broken-chain"])
    assert await tables(owner) == {"alembic_broken_chain", "good"}
    assert await owner.fetchval("SELECT version_num FROM alembic_broken_chain") == "0001"


def test_a_chain_without_a_package_is_named() -> None:
    with pytest.raises(LookupError, match="no_such_chain"):
        chain_directory("no-such-chain")
