"""Runs migrations: several independent chains a database, each with its own version table."""

import asyncio
from collections.abc import Sequence
from importlib.resources import files
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, text
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

_SHARED_CHAINS = {"platform": "isthmus.db", "parties": "isthmus.parties"}
_ADVISORY_LOCK = 0x157B_4D16
_WAIT_FOR_OTHER_RUN = "60s"
_LOCK_TIMEOUT = "5s"


def upgrade(url: str, chains: Sequence[str], revision: str = "head") -> None:
    """Bring each chain, in the order given, to `revision`; `url` is that of the role that owns the tables."""
    asyncio.run(upgrade_async(url, chains, revision))


def downgrade(url: str, chain: str, revision: str = "base") -> None:
    """Take one chain back to `revision`, `base` meaning before its first migration."""
    asyncio.run(_run(url, [chain], command.downgrade, revision))


async def upgrade_async(url: str, chains: Sequence[str], revision: str = "head") -> None:
    """As `upgrade`, for callers that are within an event loop."""
    await _run(url, chains, command.upgrade, revision)


async def downgrade_async(url: str, chain: str, revision: str = "base") -> None:
    """As `downgrade`, for callers that are within an event loop."""
    await _run(url, [chain], command.downgrade, revision)


def chain_directory(chain: str) -> Path:
    """The folder of a chain's migrations: the platform's, the parties', else that of the package named as the chain."""
    package = _SHARED_CHAINS.get(chain, chain.replace("-", "_"))
    spec = find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        raise LookupError(f"the chain {chain!r} needs a package {package!r}, and there is none")
    return Path(spec.submodule_search_locations[0]) / "migrations" / "versions"


def chain_config(chain: str) -> Config:
    """Alembic's settings for one chain."""
    config = Config()
    config.set_main_option("script_location", str(files("isthmus.db") / "migrations"))
    config.set_main_option("version_locations", str(chain_directory(chain)))
    config.set_main_option("path_separator", "newline")
    config.set_main_option("file_template", "%%(rev)s_%%(slug)s")
    config.attributes["version_table"] = f"alembic_{chain.replace('-', '_')}"
    return config


async def _run(url: str, chains: Sequence[str], step: Any, revision: str) -> None:
    engine = create_async_engine(make_url(url).set(drivername="postgresql+asyncpg"), poolclass=NullPool)
    try:
        async with engine.connect() as connection:
            await connection.run_sync(_run_chains, chains, step, revision)
    finally:
        await engine.dispose()


def _run_chains(connection: Connection, chains: Sequence[str], step: Any, revision: str) -> None:
    """One run at a time: others wait for the advisory lock, which ends with the connection."""
    connection.execute(text(f"SET lock_timeout = '{_WAIT_FOR_OTHER_RUN}'"))
    connection.execute(text("SELECT pg_advisory_lock(:key)"), {"key": _ADVISORY_LOCK})
    connection.execute(text(f"SET lock_timeout = '{_LOCK_TIMEOUT}'"))
    connection.commit()
    for chain in chains:
        config = chain_config(chain)
        config.attributes["connection"] = connection
        step(config, revision)
        connection.commit()
